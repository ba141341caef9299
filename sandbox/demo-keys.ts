import { createProviderError, HttpError } from './http-error.ts';

/** The key that the demo shows and uses. */
export const demoApiKey = 'demo-key';

/**
 * Credentials with a documented behaviour. Each is an API key, a bearer token or the user of a Basic credential. Every
 * other credential behaves like `demo-key`.
 */
export const demoKeys = {
  [demoApiKey]: 'everything works',
  empty: 'no provider is configured',
  'read-only': 'reads work, writes are refused with 403',
  slow: 'every response takes two seconds',
  'failing-azure': 'Azure reports a provider error, the other providers work',
  forbidden: 'every request is refused with 403',
  expired: 'every request is refused with 401',
  'rate-limited': 'every request is refused with 429 and Retry-After: 30',
  unavailable: 'every request fails with 503',
} as const;

const slowResponseMs = 2000;

/** Delays or refuses a request if its credential is one of the demo keys. */
export async function applyDemoKey(credential: string, method: string, path: string): Promise<void> {
  switch (credential) {
    case 'slow':
      await new Promise((resolve) => setTimeout(resolve, slowResponseMs).unref());
      return;
    case 'forbidden':
      throw new HttpError(403, 'You do not have permission to use integrations.');
    case 'read-only':
      if (method !== 'GET') throw new HttpError(403, 'You do not have permission to change integrations.');
      return;
    case 'expired':
      throw new HttpError(401, 'The session of this credential has ended.', { 'www-authenticate': 'Bearer' });
    case 'rate-limited':
      throw new HttpError(429, 'Too many requests.', { 'retry-after': '30' });
    case 'unavailable':
      throw new HttpError(503, 'The service is temporarily down.');
    case 'failing-azure':
      if (!/^\/(v2\/integrations|llm_integrations)\/azure(\/|$)/.test(path)) return;
      throw createProviderError(502, {
        error_code: 7001,
        error_type: 'llm_provider_unavailable',
        message: 'Azure OpenAI did not respond.',
        user_action: 'Try again later.',
        retriable: true,
      });
  }
}
