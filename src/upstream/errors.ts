/** The codes of failures that this folder can tell apart; docs/errors.md has what each one means to a client. */
export type UpstreamErrorCode =
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'BAD_USER_INPUT'
  | 'RATE_LIMITED'
  | 'UPSTREAM_UNAVAILABLE'
  | 'UPSTREAM_TIMEOUT'
  | 'UPSTREAM_OUTCOME_UNKNOWN'
  | 'UPSTREAM_INVALID_RESPONSE'
  | 'UPSTREAM_ERROR'
  | 'OVERLOADED';

/** What a caller may know of a failed upstream call beside its code. */
export interface UpstreamErrorDetails {
  /** Whether the same call may succeed later. Default: by code. */
  readonly retryable?: boolean;
  /** How long upstream asks to wait before the next call, in milliseconds. */
  readonly retryAfterMs?: number | undefined;
  /** The HTTP status of upstream's answer, where there was one. */
  readonly upstreamStatus?: number | undefined;
  /** For the log only: never shown to a caller. */
  readonly cause?: unknown;
}

const retryableCodes: ReadonlySet<UpstreamErrorCode> = new Set([
  'RATE_LIMITED',
  'UPSTREAM_UNAVAILABLE',
  'UPSTREAM_TIMEOUT',
  'OVERLOADED',
]);

/** What a caller reads where there are no better words. */
const messages: Readonly<Record<UpstreamErrorCode, string>> = {
  UNAUTHENTICATED: 'Galileo does not accept the credentials of this request.',
  FORBIDDEN: 'The credentials of this request do not allow this.',
  BAD_USER_INPUT: 'Galileo refused the request as invalid.',
  RATE_LIMITED: 'Galileo takes no more requests from this caller for now.',
  UPSTREAM_UNAVAILABLE: 'Galileo cannot be reached for now.',
  UPSTREAM_TIMEOUT: 'Galileo did not answer in time.',
  UPSTREAM_OUTCOME_UNKNOWN:
    'Galileo was asked to store the integration and did not confirm it: it may or may not have been stored. Read it back before you try again.',
  UPSTREAM_INVALID_RESPONSE: 'Galileo answered with something that its API does not allow.',
  UPSTREAM_ERROR: 'Galileo failed to answer this request.',
  OVERLOADED: 'Too many requests are waiting for Galileo.',
};

/**
 * A call to upstream that has no usable answer. The message is for the caller of the gateway: it names no URL, header
 * or body; where it has upstream's own words, secrets of the request have been cut out of them.
 */
export class UpstreamError extends Error {
  override readonly name = 'UpstreamError';
  readonly code: UpstreamErrorCode;
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;
  readonly upstreamStatus: number | undefined;

  /** @param message undefined where the code says it all */
  constructor(code: UpstreamErrorCode, message: string | undefined, details: UpstreamErrorDetails = {}) {
    super(message ?? messages[code], details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.retryable = details.retryable ?? retryableCodes.has(code);
    this.retryAfterMs = details.retryAfterMs;
    this.upstreamStatus = details.upstreamStatus;
  }
}
