import { hash, randomBytes } from 'node:crypto';

const credentialHeaders: ReadonlySet<string> = new Set([
  'galileo-api-key',
  'splunk-ao-api-key',
  'authorization',
]);

// Of this process: nothing outside can compute the hash of a credential.
const salt = randomBytes(16).toString('latin1');

/**
 * Identifies the credentials of a request without keeping them: a salted hash, different in every process. For fair
 * queueing and the circuit breaker only; it is never logged.
 *
 * @param headers names and values in turn
 */
export function toCaller(headers: readonly string[]): string {
  let text = salt;
  for (let index = 0; index + 1 < headers.length; index += 2) {
    const name = headers[index]?.toLowerCase() ?? '';
    // No header value has a line break: two credentials cannot be read as one.
    if (credentialHeaders.has(name)) text += `${name}:${headers[index + 1]}\n`;
  }
  return hash('sha256', text, 'base64');
}
