import { hash, randomBytes } from 'node:crypto';
import { credentialHeaders } from '../credentials.ts';

const credentialNames: ReadonlySet<string> = new Set(Object.keys(credentialHeaders));

// Random, so that the hash of a credential cannot be computed outside of this process.
const salt = randomBytes(16).toString('latin1');

/**
 * Identifies the credentials of a request without keeping them: a salted hash, different in every process. For fair
 * queueing and the circuit breaker only; it is never logged.
 *
 * @param headers alternating names and values
 */
export function toCaller(headers: readonly string[]): string {
  let text = salt;
  for (let index = 0; index + 1 < headers.length; index += 2) {
    const name = headers[index]?.toLowerCase() ?? '';
    // Header values have no line breaks, so the separator is unambiguous.
    if (credentialNames.has(name)) text += `${name}:${headers[index + 1]}\n`;
  }
  return hash('sha256', text, 'base64');
}
