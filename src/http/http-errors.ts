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

// With application/json, a well-formed request should get 200 even if its document or variables are invalid (GraphQL over HTTP,
// section 6.4.1). Clients with automatic persisted queries expect 200 as well.
const wellFormedCodes: ReadonlySet<RequestErrorCode> = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_USER_INPUT',
  'PERSISTED_QUERY_NOT_SUPPORTED',
]);

/** The value of `Retry-After`: its minimum. */
const retryAfterSeconds = 1;

/** A request error with its own status or headers. */
class HttpError extends RequestError {
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
  if (error.code === 'OVERLOADED') return { 'retry-after': String(retryAfterSeconds) };
  // The executor refuses a mutation in a read-only request.
  return error.code === 'METHOD_NOT_ALLOWED' ? { allow: 'POST' } : {};
}

export const createMethodError = () =>
  new HttpError('METHOD_NOT_ALLOWED', 'Send a GraphQL request with GET or POST.', 405, {
    allow: 'GET, POST',
  });

export const createNotAcceptableError = () =>
  new HttpError('BAD_REQUEST', 'Accept application/json or application/graphql-response+json.', 406);

// RFC 9110, section 15.5.9.
export const createSlowBodyError = () =>
  new HttpError('BAD_REQUEST', 'The request body did not arrive in time.', 408);

export const createMediaTypeError = () =>
  new RequestError('UNSUPPORTED_MEDIA_TYPE', 'Send the request body as application/json in UTF-8.');

export const createCompressedBodyError = () =>
  new RequestError('UNSUPPORTED_MEDIA_TYPE', 'Send the request body without a content encoding.');

export const createTooLargeError = (maxBytes: number) =>
  new RequestError('REQUEST_TOO_LARGE', `The request body exceeds ${maxBytes} bytes.`);

export const createUtf8Error = () => new RequestError('BAD_REQUEST', 'The request body is not UTF-8.');

export const createConsumedBodyError = () =>
  new RequestError(
    'BAD_REQUEST',
    'The request body was read before the request reached the gateway: mount the gateway before body parsers such as express.json().',
  );

export const createShedError = () =>
  new RequestError('OVERLOADED', 'The gateway accepts no more requests at the moment.', { retryable: true });
