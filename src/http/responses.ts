import { shortenMessage } from '../errors.ts';
import type { OperationResult, RequestError } from '../execution/index.ts';
import type { MediaType } from './header-fields.ts';
import { getStatusAndHeaders } from './http-errors.ts';

/** A response before it is written to a socket or into a Response. */
export interface HttpResponse {
  readonly status: number;
  /** Names in lower case. `content-length` and `x-request-id` are added when the response is written. */
  readonly headers: Readonly<Record<string, string | string[]>>;
  /** Empty if there is no body. */
  readonly body: string | Buffer;
}

export function toHeaders(fields: HttpResponse['headers']): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(fields))
    for (const one of typeof value === 'string' ? [value] : value) headers.append(name, one);
  return headers;
}

const createGraphqlHeaders = (mediaType: MediaType) => ({
  'content-type': `${mediaType}; charset=utf-8`,
  'cache-control': 'private, no-store',
});

export const graphqlHeaders: Readonly<Record<MediaType, HttpResponse['headers']>> = {
  'application/json': createGraphqlHeaders('application/json'),
  'application/graphql-response+json': createGraphqlHeaders('application/graphql-response+json'),
};

/** The response to an operation that was executed: HTTP 200, even if fields failed. */
export const toHttpResponse = ({ errors, body }: OperationResult, mediaType: MediaType): HttpResponse => ({
  status: 200,
  headers: graphqlHeaders[mediaType],
  body: errors === undefined ? body : `{"errors":${JSON.stringify(errors)},${body.slice(1)}`,
});

/** Codes whose messages contain nothing of the request. Redaction could only make them unreadable. */
const codesWithoutInput: ReadonlySet<string> = new Set([
  'BAD_REQUEST',
  'GRAPHQL_PARSE_FAILED',
  'QUERY_TOO_COMPLEX',
]);

/** The response to a request that ends with a RequestError: `errors` without `data`. */
export function toErrorResponse(
  error: RequestError,
  mediaType: MediaType,
  context: { readonly requestId: string; redact(text: string): string },
): HttpResponse {
  const { code, retryable } = error;
  const { status, headers } = getStatusAndHeaders(error, mediaType);
  const extensions = { code, requestId: context.requestId, ...(retryable && { retryable }) };
  const errors = error.problems.map(({ message, locations }) => ({
    message: shortenMessage(codesWithoutInput.has(code) ? message : context.redact(message)),
    locations,
    extensions,
  }));
  return {
    status,
    headers: { ...graphqlHeaders[mediaType], ...headers },
    body: JSON.stringify({ errors }),
  };
}

export const toTextResponse = (
  status: number,
  text: string,
  headers: HttpResponse['headers'] = {},
): HttpResponse => ({
  status,
  headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store', ...headers },
  body: `${text}\n`,
});
