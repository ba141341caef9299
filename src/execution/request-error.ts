import type { ASTNode, GraphQLFormattedError } from 'graphql';

/** Why a response has `errors` and no `data`. */
export const requestErrorCodes = [
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_USER_INPUT',
  'OPERATION_RESOLUTION_FAILURE',
  'QUERY_TOO_COMPLEX',
  'PERSISTED_DOCUMENT_NOT_FOUND',
  'PERSISTED_DOCUMENT_REQUIRED',
  'PERSISTED_QUERY_NOT_SUPPORTED',
  'BAD_REQUEST',
  'REQUEST_TOO_LARGE',
  'UNSUPPORTED_MEDIA_TYPE',
  'METHOD_NOT_ALLOWED',
  'OVERLOADED',
  'INTERNAL_SERVER_ERROR',
] as const;
export type RequestErrorCode = (typeof requestErrorCodes)[number];

/** Maximum number of errors in a response without `data`. */
export const maxProblems = 5;

/** One reason why a request failed, with the positions in the document that caused it. */
export interface RequestProblem {
  readonly message: string;
  readonly locations?: GraphQLFormattedError['locations'] | undefined;
}

/**
 * The positions of nodes, as the lexer recorded them. graphql-js would count the lines of the whole document for each
 * position: in a document with many line breaks, a few errors would cost seconds.
 */
export function toLocations(nodes: readonly ASTNode[] | undefined): GraphQLFormattedError['locations'] {
  return nodes?.flatMap(({ loc }) =>
    loc === undefined ? [] : [{ line: loc.startToken.line, column: loc.startToken.column }],
  );
}

/**
 * Ends a request with a response that has `errors` and no `data`. Usually nothing was executed. If the response is too
 * large or does not fit into memory, the operation has run.
 */
export class RequestError extends Error {
  override readonly name = 'RequestError';
  readonly code: RequestErrorCode;
  readonly problems: readonly RequestProblem[];
  /** Whether the same request can succeed later. False if a mutation was executed. */
  readonly retryable: boolean;

  constructor(
    code: RequestErrorCode,
    problems: string | readonly RequestProblem[],
    { retryable = false }: { readonly retryable?: boolean } = {},
  ) {
    super(code);
    this.code = code;
    this.retryable = retryable;
    this.problems = typeof problems === 'string' ? [{ message: problems }] : problems;
  }
}

/** Added to the message of an error that replaces the response of an executed operation. Empty for a query. */
const describeWrites = (isMutation: boolean): string =>
  isMutation ? ' The mutation was executed, and its changes were not undone.' : '';

/**
 * MAX_BUFFERED_BYTES leaves no memory.
 *
 * @param isExecutedMutation if true, the message says that its changes were not undone, and the error is not retryable
 */
export const createNoMemoryError = (
  what: 'operation' | 'response',
  isExecutedMutation = false,
): RequestError =>
  new RequestError(
    'OVERLOADED',
    `The gateway has no memory left for this ${what}.${describeWrites(isExecutedMutation)}`,
    { retryable: !isExecutedMutation },
  );

/** A response larger than MAX_RESPONSE_BYTES. */
export const createResponseTooLargeError = (maxBytes: number, isMutation: boolean): RequestError =>
  new RequestError(
    'QUERY_TOO_COMPLEX',
    `The response exceeds ${maxBytes} bytes. Select fewer fields.${describeWrites(isMutation)}`,
  );
