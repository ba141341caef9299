import { RequestError, type RequestErrorCode } from '../execution/index.ts';
import type { MediaType } from './header-fields.ts';

interface StatusAndHeaders {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Statuses by code. Others have 400, and `wellFormedCodes` 200 with application/json. */
const statuses: Readonly<Partial<Record<RequestErrorCode, StatusAndHeaders>>> = {
  PERSISTED_DOCUMENT_NOT_FOUND: { status: 404 },
  REQUEST_TOO_LARGE: { status: 413 },
  UNSUPPORTED_MEDIA_TYPE: { status: 415 },
  // The executor refuses a mutation in a read-only request.
  METHOD_NOT_ALLOWED: { status: 405, headers: { allow: 'POST' } },
  // `retry-after` is in seconds.
  OVERLOADED: { status: 503, headers: { 'retry-after': '1' } },
  INTERNAL_SERVER_ERROR: { status: 500 },
};

// With application/json, these have the status 200: the audits of graphql-http require it for invalid documents and
// variables, and clients with automatic persisted queries expect it.
const wellFormedCodes: ReadonlySet<RequestErrorCode> = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_USER_INPUT',
  'PERSISTED_QUERY_NOT_SUPPORTED',
]);

/** A request error with its own status and headers. */
export class HttpError extends RequestError {
  readonly response: StatusAndHeaders;

  constructor(code: RequestErrorCode, message: string, response: StatusAndHeaders) {
    super(code, message);
    this.response = response;
  }
}

/** The client disconnected before its response was ready. */
export class ClientDisconnected extends Error {
  override readonly name = 'ClientDisconnected';
}

export function getStatusAndHeaders(error: RequestError, mediaType: MediaType): StatusAndHeaders {
  if (error instanceof HttpError) return error.response;
  if (mediaType === 'application/json' && wellFormedCodes.has(error.code)) return { status: 200 };
  return statuses[error.code] ?? { status: 400 };
}

export const createBodyTooLargeError = (maxBytes: number) =>
  new RequestError('REQUEST_TOO_LARGE', `The request body exceeds ${maxBytes} bytes.`);

export const createBodyConsumedError = () =>
  new RequestError(
    'BAD_REQUEST',
    'The request body was read before the request reached the gateway: mount the gateway before body parsers such as express.json().',
  );

export const createShedError = () =>
  new RequestError('OVERLOADED', 'The gateway is overloaded or shutting down.', { retryable: true });
