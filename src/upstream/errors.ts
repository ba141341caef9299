/** The codes of field errors, except for internal errors, and their default messages. docs/errors.md explains them. */
const messages = {
  UNAUTHENTICATED: 'Galileo does not accept the credentials of this request.',
  FORBIDDEN: 'These credentials do not have permission to do this.',
  NOT_FOUND: 'Galileo does not have this resource.',
  BAD_USER_INPUT: 'Galileo rejected the request as invalid.',
  RATE_LIMITED: 'Galileo received too many requests with these credentials.',
  PROVIDER_ERROR: 'The LLM provider failed or refused the request.',
  UPSTREAM_UNAVAILABLE: 'Galileo is unavailable.',
  UPSTREAM_TIMEOUT: 'Galileo did not respond in time.',
  UPSTREAM_OUTCOME_UNKNOWN:
    'Galileo did not confirm this change: it may or may not have been made. Read the data again before you repeat the change.',
  UPSTREAM_INVALID_RESPONSE: 'Galileo sent a response that does not match its API.',
  UPSTREAM_ERROR: 'Galileo failed to process this request.',
  OVERLOADED: 'Too many requests are waiting for Galileo.',
};

export type FieldErrorCode = keyof typeof messages;
export const fieldErrorCodes: readonly string[] = Object.keys(messages);

interface FieldErrorDetails {
  /** Whether the same call can succeed later. The default depends on the code. */
  readonly retryable?: boolean;
  /** How long to wait before the next call, in milliseconds. Ignored if the error is not retryable. */
  readonly retryAfterMs?: number | undefined;
  /** The HTTP status of upstream's response; undefined if there was none. */
  readonly upstreamStatus?: number | undefined;
  /** Upstream's `standard_error.error_code`. */
  readonly galileoErrorCode?: number | undefined;
  /** For the log only: never shown to a client. */
  readonly cause?: unknown;
}

const retryableCodes: ReadonlySet<FieldErrorCode> = new Set([
  'RATE_LIMITED',
  'UPSTREAM_UNAVAILABLE',
  'UPSTREAM_TIMEOUT',
  'OVERLOADED',
]);

/** MAX_BUFFERED_BYTES leaves no memory for what a field needs. */
export const createFieldNoMemoryError = () =>
  new FieldError('OVERLOADED', 'The gateway has no memory left for this field.');

/**
 * An error whose code and message the client receives: a failed call to upstream, or an argument or credential that is
 * rejected before any call. The message can be Galileo's error message, but contains no URL or header of upstream, and
 * no secret of the request.
 */
export class FieldError extends Error {
  override readonly name = 'FieldError';
  readonly code: FieldErrorCode;
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;
  readonly upstreamStatus: number | undefined;
  readonly galileoErrorCode: number | undefined;

  /** @param message undefined: the default message of the code */
  constructor(code: FieldErrorCode, message?: string, details: FieldErrorDetails = {}) {
    super(message ?? messages[code], details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.retryable = details.retryable ?? retryableCodes.has(code);
    this.retryAfterMs = this.retryable ? details.retryAfterMs : undefined;
    this.upstreamStatus = details.upstreamStatus;
    this.galileoErrorCode = details.galileoErrorCode;
  }
}
