/** Codes of a field's error: the answer has `data`, and null in that field's place. */
export const fieldErrorCodes = [
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'BAD_USER_INPUT',
  'NOT_FOUND',
  'RATE_LIMITED',
  'PROVIDER_ERROR',
  'UPSTREAM_UNAVAILABLE',
  'UPSTREAM_TIMEOUT',
  'UPSTREAM_OUTCOME_UNKNOWN',
  'UPSTREAM_INVALID_RESPONSE',
  'UPSTREAM_ERROR',
  'OVERLOADED',
  'INTERNAL_SERVER_ERROR',
] as const;

/**
 * Codes of a request that was not executed: the answer has no `data`. `BAD_USER_INPUT`, for variables, `OVERLOADED`, for a
 * request that was shed, and `INTERNAL_SERVER_ERROR` come that way too.
 */
export const requestErrorCodes = [
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'OPERATION_RESOLUTION_FAILURE',
  'QUERY_TOO_COMPLEX',
  'PERSISTED_DOCUMENT_NOT_FOUND',
  'PERSISTED_DOCUMENT_REQUIRED',
  'PERSISTED_QUERY_NOT_SUPPORTED',
  'BAD_REQUEST',
  'REQUEST_TOO_LARGE',
  'UNSUPPORTED_MEDIA_TYPE',
  'METHOD_NOT_ALLOWED',
] as const;

/** Why a field or a request failed; docs/errors.md of the gateway says what to do about each. */
export type ErrorCode = (typeof fieldErrorCodes)[number] | (typeof requestErrorCodes)[number];

/** What an error's `extensions` have. */
export interface ErrorExtensions {
  readonly code: ErrorCode;
  /** The `x-request-id` of the answer: what the gateway's log has of the request. */
  readonly requestId: string;
  /** Whether the same request may succeed later; absent where the request itself was at fault. */
  readonly retryable?: boolean;
  /** How long Galileo asks to wait before the next attempt. */
  readonly retryAfterMs?: number;
  /** The HTTP status of Galileo's answer, where there was one. */
  readonly upstreamStatus?: number;
}
