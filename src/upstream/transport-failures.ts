import { UpstreamError } from './errors.ts';

/**
 * - `connect`: no connection came about
 * - `stale`: an idle connection died under a request that was about to be written to it, which says nothing of upstream
 * - `certificate`: upstream's certificate is not to be trusted
 * - `timeout`: the attempt, or its connection, took too long
 * - `reset`: the connection ended before the answer was complete
 * - `malformed`: what came is no HTTP, or has more headers than may be
 * - `unreadable`: an answer in good form whose body may not be read: too large, or in an encoding nobody asked for
 * - `expired`, `cancelled`: the deadline ended, or the caller went away, before the attempt did
 * - `fault`: the call could not even be written down; a fault of the gateway
 */
export type FailureKind =
  | 'connect'
  | 'stale'
  | 'certificate'
  | 'timeout'
  | 'reset'
  | 'malformed'
  | 'unreadable'
  | 'expired'
  | 'cancelled'
  | 'fault';

/** Why an attempt has no answer. */
export interface AttemptFailure {
  readonly kind: FailureKind;
  /** Whether bytes of the request may have left. */
  readonly isSent: boolean;
  /**
   * Whether the connection was at fault and not upstream: it had served before and ended without a byte of an answer,
   * as it does where upstream closes it while the request is on its way.
   */
  readonly isStaleConnection: boolean;
  /** May be logged; of a `fault` it is the error itself, which may not. */
  readonly cause: Error;
}

/** A connection to upstream that did not come about. */
export class ConnectFailure extends Error {
  readonly kind: 'connect' | 'certificate' | 'timeout';
  /** The code of the error that it comes from. Not `code`, by which undici's client would judge it. */
  readonly causeCode: string;

  constructor(kind: ConnectFailure['kind'], cause: Error) {
    super(cause.message);
    this.kind = kind;
    this.causeCode = getCode(cause);
  }
}

// What undici says of a request that it does not take. Nothing was sent; trying again would change nothing.
const faultCodes: ReadonlySet<string> = new Set(['UND_ERR_INVALID_ARG', 'UND_ERR_NOT_SUPPORTED']);

/** The code of an error of Node's or undici's; an empty string where it has none. */
function getCode(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** Whether the call was refused as it is, which happens before anything is sent. */
export function isFault(error: Error): boolean {
  return faultCodes.has(getCode(error));
}

/**
 * What ended an exchange after the request was written. undici has one error for a body of another length than declared
 * and for headers that make no sense after a content-length; hence the second parameter.
 */
export function toSentFailureKind(error: Error, hasHeaders: boolean): 'reset' | 'malformed' {
  // HTTPParserError has no code (undici 7.30). An end of the stream in the middle of an answer is a parser error too.
  if (error.name === 'HTTPParserError')
    return /invalid eof state/i.test(error.message) ? 'reset' : 'malformed';
  switch (getCode(error)) {
    case 'UND_ERR_HEADERS_OVERFLOW':
      return 'malformed';
    case 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH':
      return hasHeaders ? 'reset' : 'malformed';
    case 'UND_ERR_SOCKET':
      // A 100 ("bad response") or a 101 ("bad upgrade") that nobody asked for.
      return error.message.startsWith('bad ') ? 'malformed' : 'reset';
    default:
      return 'reset';
  }
}

/**
 * What of an error may be logged. The errors themselves carry more than that: HTTPParserError the bytes of the answer,
 * a certificate's failure the certificate.
 */
export function toLoggableCause(error: Error): Error {
  const code = error instanceof ConnectFailure ? error.causeCode : getCode(error);
  return new Error(
    code === '' || error.message.includes(code) ? error.message : `${error.message} (${code})`,
  );
}

/** The failure as the caller of a read or a write sees it. A `fault` is no UpstreamError: it is the gateway's own. */
export function toCallError(failure: AttemptFailure, isWrite: boolean): Error {
  const { kind, cause } = failure;
  if (kind === 'fault') return cause;
  if (isWrite && failure.isSent && kind !== 'unreadable') return createOutcomeUnknownError(cause);
  if (kind === 'timeout' || kind === 'expired') return createTimeoutError(cause);
  if (kind === 'cancelled') return createCancelledError();
  if (kind === 'malformed' || kind === 'unreadable') {
    return new UpstreamError('UPSTREAM_INVALID_RESPONSE', 'Galileo sent an answer that cannot be read.', {
      cause,
    });
  }
  return createUnavailableError({ cause });
}

/** For a read, or a write of which nothing has left. The cause is for the log. */
export function createTimeoutError(cause?: Error): UpstreamError {
  return new UpstreamError('UPSTREAM_TIMEOUT', undefined, { cause });
}

/** For a write of which a byte may have left. The cause is for the log. */
export function createOutcomeUnknownError(cause?: Error): UpstreamError {
  return new UpstreamError('UPSTREAM_OUTCOME_UNKNOWN', undefined, { cause });
}

/** No connection, no whole answer, or the breaker is open: then with the time after which it lets a call through. */
export function createUnavailableError(
  details: ConstructorParameters<typeof UpstreamError>[2],
): UpstreamError {
  return new UpstreamError('UPSTREAM_UNAVAILABLE', undefined, details);
}

/** For a caller who is gone: nobody reads it. */
export function createCancelledError(): UpstreamError {
  return new UpstreamError('UPSTREAM_TIMEOUT', 'The request was cancelled before Galileo answered.');
}

/** The queue is full: nothing was sent, and the breaker hears nothing of it. */
export function createOverloadedError(): UpstreamError {
  return new UpstreamError('OVERLOADED', undefined);
}
