import type { Log } from '../observability/log.ts';
import type { RequestContext } from '../resolvers/request-context.ts';
import type { HttpRequest } from './http-request.ts';
import type { HttpResponse } from './responses.ts';

/** Request headers that pages of listed origins can always send. */
const commonHeaders =
  'Content-Type, Galileo-API-Key, Splunk-AO-API-Key, Authorization, X-Request-Id, traceparent, tracestate, baggage';

const tokenList = /^[!#$%&'*+.^`|~\w-]+(?:[\t ]*,[\t ]*[!#$%&'*+.^`|~\w-]+)*$/;
const maxHeaderListLength = 2000;
/** Maximum number of logged origins. Pages must not be able to fill the log. */
const maxWarnings = 100;

/**
 * Lets pages of listed origins read responses. Cookies and saved passwords are not allowed: a page sends its
 * credentials in headers that it sets itself.
 *
 * @see https://fetch.spec.whatwg.org/#http-cors-protocol
 */
export class Cors {
  readonly #origins: readonly string[];
  readonly #log: Log;
  readonly #warned = new Set<string>();

  constructor(origins: readonly string[] | undefined, log: Log) {
    this.#origins = origins ?? [];
    this.#log = log;
  }

  /** The response to a preflight request of a listed origin; undefined for any other request. */
  respondToPreflight(request: HttpRequest): HttpResponse | undefined {
    if (request.method !== 'OPTIONS' || !this.#isListed(request.getHeader('origin'))) return undefined;
    if (request.getHeader('access-control-request-method') === undefined) return undefined;
    const headers = {
      'access-control-allow-methods': 'GET, POST',
      'access-control-allow-headers': toAllowedHeaders(request.getHeader('access-control-request-headers')),
      // The maximum of WebKit, in seconds.
      'access-control-max-age': '600',
      vary: 'Access-Control-Request-Method, Access-Control-Request-Headers',
    };
    return this.#addHeaders(request.getHeader('origin'), { status: 204, headers, body: '' });
  }

  /**
   * Adds the headers that let a page from a listed origin read the response, even a failed one. Logs other origins.
   *
   * @param context removes the secrets of the request from the log
   */
  allow(request: HttpRequest, response: HttpResponse, context: Pick<RequestContext, 'redact'>): HttpResponse {
    const origin = request.getHeader('origin');
    if (origin !== undefined && !this.#isListed(origin)) this.#warnOnce(request, origin, context);
    return this.#addHeaders(origin, response);
  }

  #addHeaders(origin: string | undefined, response: HttpResponse): HttpResponse {
    if (this.#origins.length === 0) return response;
    const { status, body } = response;
    const headers: Record<string, string | string[]> = Object.assign({}, response.headers);
    headers['vary'] = headers['vary'] === undefined ? 'Origin' : `${String(headers['vary'])}, Origin`;
    if (this.#isListed(origin)) {
      headers['access-control-allow-origin'] = origin;
      headers['access-control-expose-headers'] = 'X-Request-Id, Retry-After';
    }
    return { status, headers, body };
  }

  #isListed(origin: string | undefined): origin is string {
    return origin !== undefined && this.#origins.includes(origin);
  }

  /** Logs each unlisted origin once. Pages of the gateway's own origin send `Origin` with a POST too. */
  #warnOnce(request: HttpRequest, origin: string, context: Pick<RequestContext, 'redact'>): void {
    if (this.#warned.size >= maxWarnings || this.#warned.has(origin)) return;
    if (request.getHeader('sec-fetch-site') === 'same-origin') return;
    const host = request.getHeader('host');
    if (host !== undefined && origin.endsWith(`://${host}`)) return;
    if (!/^[a-z][a-z\d+.-]*:\/\/[^\s/?#@]{1,253}$/i.test(origin)) return;
    const clean = context.redact(origin);
    if (this.#warned.has(clean)) return;
    this.#warned.add(clean);
    this.#log.warn({ origin: clean }, 'blocked by CORS: the origin is not in CORS_ORIGINS');
  }
}

/** The common headers, and the requested ones if they are a list of header names with at most 2,000 characters. */
const toAllowedHeaders = (requested = ''): string =>
  requested.length <= maxHeaderListLength && tokenList.test(requested)
    ? `${commonHeaders}, ${requested}`
    : commonHeaders;
