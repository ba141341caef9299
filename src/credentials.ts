/** The credentials of one request and the other headers that are forwarded to upstream. */
export interface ForwardedHeaders {
  /**
   * Alternating names and values, as undici expects them: usable credentials byte for byte, trace context, request
   * id.
   */
  readonly headers: readonly string[];
  /** Whether a usable credential is among them. */
  readonly hasCredential: boolean;
  /** The client's `x-request-id` if it is usable, else a new one. */
  readonly requestId: string;
}

/** The request's headers cannot be used. The message says which, and what to do. */
export class InvalidHeaders extends Error {
  override readonly name = 'InvalidHeaders';
  /** The id for the response. */
  readonly requestId: string;

  constructor(message: string, requestId: string) {
    super(message);
    this.requestId = requestId;
  }
}

/** The headers that can be credentials, by their names in lower case. */
export const credentialHeaders = {
  'galileo-api-key': 'Galileo-API-Key',
  'splunk-ao-api-key': 'Splunk-AO-API-Key',
  authorization: 'Authorization',
} as const;
type CredentialHeader = keyof typeof credentialHeaders;

/** A client's request id is used if it is 1 to 128 visible ASCII characters. */
const requestIdPattern = /^[\x21-\x7e]{1,128}$/;
const fieldValuePattern = /^[\t\x20-\x7e\x80-\xff]*$/;
const usableAuthorizationPattern = /^(?:bearer|basic) +[^ ]/i;

/**
 * Reads the headers that the gateway uses. Takes Node's raw headers, in which nothing is joined or dropped. Throws
 * InvalidHeaders if a credential header occurs twice or contains control characters.
 *
 * @param rawHeaders alternating names and values, as in `IncomingMessage.rawHeaders`
 */
export function readHeaders(rawHeaders: readonly string[], createRequestId: () => string): ForwardedHeaders {
  const credentials: Partial<Record<CredentialHeader, string>> = {};
  let requestId: string | undefined;
  let problem: string | undefined;
  let traceparent: string | undefined;
  const lists = { tracestate: '', baggage: '' };
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] ?? '').toLowerCase();
    const value = rawHeaders[index + 1] ?? '';
    switch (name) {
      case 'galileo-api-key':
      case 'splunk-ao-api-key':
      case 'authorization':
        problem ??= findProblem(name, credentials[name], value);
        credentials[name] = trimBlanks(value);
        break;
      case 'x-request-id':
        requestId ??= requestIdPattern.test(value) ? value : undefined;
        break;
      case 'traceparent':
        traceparent ??= value;
        break;
      case 'tracestate':
      case 'baggage':
        // W3C Trace Context 3.3.1 and W3C Baggage 3.1: several headers of one name are one list.
        if (fieldValuePattern.test(value)) lists[name] += lists[name] === '' ? value : `,${value}`;
        break;
      default:
    }
  }
  const headers: string[] = [];
  for (const name of ['galileo-api-key', 'splunk-ao-api-key'] as const) {
    const key = credentials[name];
    if (key !== undefined && key !== '') headers.push(credentialHeaders[name], key);
  }
  const { authorization } = credentials;
  if (authorization !== undefined && usableAuthorizationPattern.test(authorization)) {
    headers.push('Authorization', authorization);
  }
  const hasCredential = headers.length > 0;
  // A request id is logged and returned: one that contains the credential is not used.
  if (requestId === undefined || (hasCredential && containsSecret(requestId, headers))) {
    requestId = createRequestId();
  }
  if (problem !== undefined) throw new InvalidHeaders(problem, requestId);
  headers.push('x-request-id', requestId);
  if (traceparent !== undefined && fieldValuePattern.test(traceparent)) {
    headers.push('traceparent', traceparent);
  }
  if (lists.tracestate !== '') headers.push('tracestate', lists.tracestate);
  if (lists.baggage !== '') headers.push('baggage', lists.baggage);
  return { headers, hasCredential, requestId };
}

function findProblem(name: CredentialHeader, earlier: string | undefined, value: string): string | undefined {
  if (earlier !== undefined)
    return `The header ${credentialHeaders[name]} occurs twice: send each credential once.`;
  return fieldValuePattern.test(value)
    ? undefined
    : `The header ${credentialHeaders[name]} contains control characters.`;
}

/**
 * Removes leading and trailing blanks (RFC 9110, section 5.5). `String.trim` would also remove the byte A0, which is
 * the last byte of "à" in UTF-8. A regular expression would take quadratic time.
 */
function trimBlanks(value: string): string {
  let start = 0;
  let end = value.length;
  while (start < end && isBlank(value.charCodeAt(start))) start += 1;
  while (end > start && isBlank(value.charCodeAt(end - 1))) end -= 1;
  return value.slice(start, end);
}

const isBlank = (code: number): boolean => code === 0x20 || code === 0x09;

/** In characters. A request id can contain a shorter secret by chance. */
const minContainedLength = 8;

const containsSecret = (requestId: string, headers: readonly string[]): boolean =>
  getCredentialSecrets(headers).some(
    (secret) => secret === requestId || (secret.length >= minContainedLength && requestId.includes(secret)),
  );

/**
 * Every string by which a credential could be recognised.
 *
 * @param headers alternating names and values, as in `ForwardedHeaders.headers`
 */
export function getCredentialSecrets(headers: readonly string[]): string[] {
  const secrets: string[] = [];
  for (let index = 0; index + 1 < headers.length; index += 2) {
    const name = headers[index];
    const value = headers[index + 1] ?? '';
    if (name === 'Authorization') addAuthorizationSecrets(secrets, value);
    else if (name === 'Galileo-API-Key' || name === 'Splunk-AO-API-Key') addReadings(secrets, value);
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
