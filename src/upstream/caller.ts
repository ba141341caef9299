import { hash, randomBytes } from 'node:crypto';

// Random, so that the hash of a credential cannot be computed outside of this process.
const salt = randomBytes(16).toString('latin1');

/**
 * Identifies the credentials of a request without keeping them: a salted hash, different in every process. For fair
 * queueing and the circuit breaker only; it is never logged.
 *
 * @param credentials alternating names and values. Neither contains a line break
 */
export const toCaller = (credentials: readonly string[]): string =>
  hash('sha256', salt + credentials.join('\n'), 'base64');
