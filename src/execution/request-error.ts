import type { GraphQLFormattedError } from 'graphql';

/** Why a request is not executed at all, with the HTTP status that says so. */
const statuses = {
  GRAPHQL_PARSE_FAILED: 400,
  GRAPHQL_VALIDATION_FAILED: 400,
  BAD_USER_INPUT: 400,
  OPERATION_RESOLUTION_FAILURE: 400,
  QUERY_TOO_COMPLEX: 400,
  PERSISTED_DOCUMENT_NOT_FOUND: 404,
  PERSISTED_DOCUMENT_REQUIRED: 400,
  PERSISTED_QUERY_NOT_SUPPORTED: 400,
  BAD_REQUEST: 400,
  REQUEST_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  METHOD_NOT_ALLOWED: 405,
  OVERLOADED: 503,
  INTERNAL_SERVER_ERROR: 500,
} as const;

export type RequestErrorCode = keyof typeof statuses;

/** A request error lists no more problems than this. */
export const maxProblems = 5;

// GraphQL over HTTP, section 6.4.1: with application/json these are answers of GraphQL, not of HTTP.
const wellFormedCodes: ReadonlySet<RequestErrorCode> = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_USER_INPUT',
  'PERSISTED_QUERY_NOT_SUPPORTED',
]);

/** One reason, with the positions in the document that it is about. */
export interface RequestProblem {
  readonly message: string;
  readonly locations?: GraphQLFormattedError['locations'] | undefined;
}

/** A request that is not executed: its response has `errors` and no `data`. */
export class RequestError extends Error {
  override readonly name = 'RequestError';
  readonly code: RequestErrorCode;
  readonly problems: readonly RequestProblem[];
  /** Headers that belong to the answer, such as `allow`. */
  readonly headers: Readonly<Record<string, string>>;
  readonly #status: number | undefined;

  constructor(
    code: RequestErrorCode,
    problems: string | readonly RequestProblem[],
    options: {
      readonly headers?: Readonly<Record<string, string>>;
      readonly status?: number;
      readonly cause?: unknown;
    } = {},
  ) {
    super(code, { cause: options.cause });
    this.code = code;
    this.problems = typeof problems === 'string' ? [{ message: problems }] : problems;
    this.headers = options.headers ?? {};
    this.#status = options.status;
  }

  /** The HTTP status of the answer in one of the two media types of GraphQL. */
  getStatus(mediaType: string): number {
    if (mediaType === 'application/json' && wellFormedCodes.has(this.code)) return 200;
    return this.#status ?? statuses[this.code];
  }
}

/** A method that GraphQL over HTTP does not have. */
export const createMethodError = () =>
  new RequestError('METHOD_NOT_ALLOWED', 'GraphQL takes the methods GET and POST.', {
    headers: { allow: 'GET, POST' },
  });

/** A POST whose body is of another kind than it must be. */
export const createMediaTypeError = () =>
  new RequestError('UNSUPPORTED_MEDIA_TYPE', 'Send the body as application/json in UTF-8.');
