import { hash, randomBytes } from 'node:crypto';

/** The headers that can be credentials, by their names in lower case. */
export const credentialHeaders = {
  'galileo-api-key': 'Galileo-API-Key',
  'splunk-ao-api-key': 'Splunk-AO-API-Key',
  authorization: 'Authorization',
} as const;

/**
 * What the gateway reads from a request's headers. Upstream receives `credentials`, `traceHeaders`, `baggage` and
 * `requestId`. If there is a problem, the request is refused, and the first three are empty. Lists alternate between
 * names and values.
 */
export interface CallerHeaders {
  /** The usable credentials, byte for byte. */
  readonly credentials: readonly string[];
  /** All credential headers, including unusable ones. Not forwarded: they are secret. */
  readonly allCredentials: readonly string[];
  /** `traceparent` and `tracestate`. */
  readonly traceHeaders: readonly string[];
  readonly baggage: readonly string[];
  /** The client's `x-request-id` if it is usable, otherwise a new one. */
  readonly requestId: string;
  /** Why the request must be refused, and what the client must do. */
  readonly problem: string | undefined;
}

/** In characters. A header can contain a shorter secret by chance. */
const minContainedLength = 8;

/**
 * Whether a header that is logged or returned contains the secret, ignoring white space around the secret. Strings of
 * a secret JSON object are not searched for: parsing a long one would cost too much for every request.
 */
export function containsSecret(header: string, secret: string): boolean {
  const part = secret.trim();
  return part !== '' && (part === header || (part.length >= minContainedLength && header.includes(part)));
}

/**
 * The strings that must be redacted: each value, an Authorization value without its scheme, and the user and password
 * of Basic.
 */
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
  const [, credential] = /^[^ ]+ +([^ ].*)$/s.exec(authorization) ?? [];
  // A scheme without a credential.
  if (credential === undefined && /^(?:bearer|basic) *$/i.test(authorization)) return;
  addReadings(secrets, authorization);
  if (credential === undefined) return;
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

// Random, so that the hash of a credential cannot be computed outside of this process.
const salt = randomBytes(16).toString('latin1');

/**
 * Identifies the credentials of a request without keeping them: a salted hash, different in every process. For fair
 * queueing and the circuit breaker only; it is never logged.
 *
 * @param credentials alternating names and values. Neither contains a line break
 */
export const hashCredentials = (credentials: readonly string[]): string =>
  hash('sha256', salt + credentials.join('\n'), 'base64');
