/** The headers that can be credentials, by their names in lower case. */
export const credentialHeaders = {
  'galileo-api-key': 'Galileo-API-Key',
  'splunk-ao-api-key': 'Splunk-AO-API-Key',
  authorization: 'Authorization',
} as const;

/** What is forwarded to upstream. Lists alternate between names and values, and are empty if there is a problem. */
export interface ForwardedHeaders {
  /** The usable credentials, byte for byte. */
  readonly credentials: readonly string[];
  /** `traceparent` and `tracestate`. */
  readonly traceHeaders: readonly string[];
  /** Sent with every call, apart from `traceHeaders`: the credentials again, the request id and baggage. */
  readonly headers: readonly string[];
  /** The client's `x-request-id` if it is usable, else a new one. */
  readonly requestId: string;
  /** Why the request must be refused, and what the client must do. */
  readonly problem: string | undefined;
}

/** Every string by which one of these credentials could be recognized. */
export function getCredentialSecrets(credentials: readonly string[]): string[] {
  const secrets: string[] = [];
  for (let index = 0; index + 1 < credentials.length; index += 2) {
    const value = credentials[index + 1] ?? '';
    if (credentials[index] === 'Authorization') addAuthorizationSecrets(secrets, value);
    else addReadings(secrets, value);
  }
  return secrets;
}

function addAuthorizationSecrets(secrets: string[], authorization: string): void {
  const credential = trimBlanks(authorization.slice(authorization.indexOf(' ')));
  addReadings(secrets, authorization);
  addReadings(secrets, credential);
  if (!/^basic /i.test(authorization)) return;
  const userAndPassword = Buffer.from(credential, 'base64').toString('latin1');
  const colon = userAndPassword.indexOf(':');
  addReadings(secrets, userAndPassword);
  addReadings(secrets, userAndPassword.slice(0, Math.max(0, colon)));
  addReadings(secrets, userAndPassword.slice(colon + 1));
}

/**
 * Adds the string and its UTF-8 reading. Node reads header bytes as Latin-1, but programs that echo them can read
 * them as UTF-8.
 */
function addReadings(secrets: string[], text: string): void {
  secrets.push(text);
  if (/[\x80-\xff]/.test(text)) secrets.push(Buffer.from(text, 'latin1').toString('utf8'));
}

/**
 * Removes leading and trailing blanks (RFC 9110, section 5.5). `String.trim` would also remove the byte A0, which is
 * the last byte of "à" in UTF-8. A regular expression would take quadratic time.
 */
export function trimBlanks(value: string): string {
  let start = 0;
  let end = value.length;
  while (start < end && isBlank(value.charCodeAt(start))) start += 1;
  while (end > start && isBlank(value.charCodeAt(end - 1))) end -= 1;
  return value.slice(start, end);
}

const isBlank = (code: number): boolean => code === 0x20 || code === 0x09;
