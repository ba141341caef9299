import { RequestError, type RequestErrorCode } from '../execution/index.ts';
import type { MediaType } from './header-fields.ts';

/** The statuses that are not 400. */
const statuses: Readonly<Partial<Record<RequestErrorCode, number>>> = {
  PERSISTED_DOCUMENT_NOT_FOUND: 404,
  REQUEST_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  METHOD_NOT_ALLOWED: 405,
  OVERLOADED: 503,
  INTERNAL_SERVER_ERROR: 500,
};

// With application/json, a well-formed request should get 200 even if its document or variables are invalid (GraphQL
// over HTTP, section 6.4.1). Clients with automatic persisted queries expect 200 as well.
const wellFormedCodes: ReadonlySet<RequestErrorCode> = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_USER_INPUT',
  'PERSISTED_QUERY_NOT_SUPPORTED',
]);

/** A request error with its own status or headers. */
export class HttpError extends RequestError {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: RequestErrorCode,
    message: string,
    status: number,
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(code, message);
    this.status = status;
    this.headers = headers;
  }
}

export function getStatus(error: RequestError, mediaType: MediaType): number {
  if (error instanceof HttpError) return error.status;
  return mediaType === 'application/json' && wellFormedCodes.has(error.code)
    ? 200
    : (statuses[error.code] ?? 400);
}

export function getErrorHeaders(error: RequestError): Readonly<Record<string, string>> {
  if (error instanceof HttpError) return error.headers;
  // The minimum, in seconds.
  if (error.code === 'OVERLOADED') return { 'retry-after': '1' };
  // The executor refuses a mutation in a read-only request.
  return error.code === 'METHOD_NOT_ALLOWED' ? { allow: 'POST' } : {};
}

export const createTooLargeError = (maxBytes: number) =>
  new RequestError('REQUEST_TOO_LARGE', `The request body exceeds ${maxBytes} bytes.`);

export const createConsumedBodyError = () =>
  new RequestError(
    'BAD_REQUEST',
    'The request body was read before the request reached the gateway: mount the gateway before body parsers such as express.json().',
  );

export const createShedError = () =>
  new RequestError('OVERLOADED', 'The gateway accepts no more requests at the moment.', { retryable: true });
