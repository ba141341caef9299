import type { HttpResponse } from './responses.ts';

/**
 * The same answer, refusals among them, with what lets pages of a listed origin read it. A preflight's own headers are in
 * it already.
 *
 * @param listed undefined where pages of other origins are not served
 * @see https://fetch.spec.whatwg.org/#http-cors-protocol
 */
export function allowOrigin(
  response: HttpResponse,
  listed: readonly string[] | undefined,
  origin: string | undefined,
): HttpResponse {
  if (listed === undefined) return response;
  const isAllowed = origin !== undefined && listed.includes(origin);
  return {
    ...response,
    headers: {
      ...response.headers,
      vary: 'origin',
      ...(isAllowed && {
        'access-control-allow-origin': origin,
        'access-control-expose-headers': 'X-Request-Id, Retry-After',
      }),
    },
  };
}
