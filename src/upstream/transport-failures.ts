import { ClientFacingError, createFieldNoMemoryError } from './errors.ts';
import { findHint, tlsExpectedHint } from './operator-hints.ts';

/**
 * - `connect`: no connection could be opened
 * - `idle-closed`: an idle connection was closed before the request was written to it
 * - `certificate`: upstream's certificate is not trusted
 * - `timeout`: the attempt, or connecting, took too long
 * - `reset`: the connection ended before the response was complete
 * - `malformed`: the response is not HTTP, or has too many headers
 * - `unreadable-body`: the response is valid, but its body is too large or compressed
 * - `no-memory`: the response does not fit into the memory that is left
 * - `expired`, `cancelled`: the deadline of the request ended, or the client disconnected, before the attempt ended
 * - `invalid-request`: the request cannot be written as HTTP; an error of the gateway
 */
export type FailureKind =
  | 'connect'
  | 'idle-closed'
  | 'certificate'
  | 'timeout'
  | 'reset'
  | 'malformed'
  | 'unreadable-body'
  | 'no-memory'
  | 'expired'
  | 'cancelled'
  | 'invalid-request';

/** Why an attempt has no response. */
export interface AttemptFailure {
  readonly kind: FailureKind;
  /** Whether bytes of the request may have been sent. */
  readonly isSent: boolean;
  /**
   * Whether a reused connection was reset before a byte of the response, as happens if upstream closes idle
   * connections.
   */
  readonly wasReusedConnection: boolean;
  /** Safe to log, except for `invalid-request`, whose cause is the original error. */
  readonly cause: Error;
}

/** Connecting to upstream failed. */
export class ConnectFailure extends Error {
  readonly kind: 'connect' | 'certificate' | 'timeout';
  /** The code of the original error. Not named `code`, because undici's client interprets that property. */
  readonly causeCode: string;

  constructor(kind: ConnectFailure['kind'], cause: Error) {
    super(cause.message);
    this.kind = kind;
    this.causeCode = getCode(cause);
  }
}

// undici's codes for a request that it cannot write. Nothing was sent.
const invalidRequestCodes: ReadonlySet<string> = new Set(['UND_ERR_INVALID_ARG', 'UND_ERR_NOT_SUPPORTED']);

/** The code of an error of Node or undici. Empty if it has none. */
function getCode(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** Whether undici refused to write the request. */
export function isInvalidRequest(error: Error): boolean {
  return invalidRequestCodes.has(getCode(error));
}

/**
 * The kind of a failure after the request was written. undici has the same error for a body of the wrong length and for
 * invalid headers after a content-length, so `hasHeaders` is needed.
 */
export function toSentFailureKind(error: Error, hasHeaders: boolean): 'reset' | 'malformed' {
  // HTTPParserError has no code (undici 7.30). undici also throws it if the stream ends in the middle of a response.
  if (error.name === 'HTTPParserError')
    return /invalid eof state/i.test(error.message) ? 'reset' : 'malformed';
  switch (getCode(error)) {
    case 'UND_ERR_HEADERS_OVERFLOW':
      return 'malformed';
    case 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH':
      return hasHeaders ? 'reset' : 'malformed';
    case 'UND_ERR_SOCKET':
      // An unsolicited 100 ("bad response") or 101 ("bad upgrade").
      return error.message.startsWith('bad ') ? 'malformed' : 'reset';
    default:
      return 'reset';
  }
}

// The first bytes of a TLS alert, sent instead of an HTTP response.
const tlsAlertStart = '\x15\x03';

/**
 * The part of an error that is safe to log, with an explanation if possible. HTTPParserError contains bytes of the
 * response, and a certificate error contains the certificate.
 */
export function toLoggableCause(error: Error): Error {
  const code = error instanceof ConnectFailure ? error.causeCode : getCode(error);
  if (error.name === 'HTTPParserError' && 'data' in error && String(error.data).startsWith(tlsAlertStart))
    return new Error(tlsExpectedHint);
  // OpenSSL's messages have several lines.
  const [line = ''] = error.message.split('\n', 1);
  const message = code === '' || line.includes(code) ? line : `${line} (${code})`;
  const hint = findHint(`${code} ${line}`);
  return new Error(hint === undefined ? message : `${hint} ${message}`);
}

/** The error that a failure means for a read or a write. An `invalid-request` is not a ClientFacingError. */
export function toCallError({ kind, cause, isSent }: AttemptFailure, isWrite: boolean): Error {
  if (kind === 'invalid-request') return cause;
  if (kind === 'no-memory') return isWrite ? createUnreadError(cause) : createFieldNoMemoryError();
  if (isWrite && isSent && kind !== 'unreadable-body')
    return new ClientFacingError('UPSTREAM_OUTCOME_UNKNOWN', undefined, { cause });
  if (kind === 'cancelled') return createCancelledError();
  if (kind === 'malformed' || kind === 'unreadable-body') {
    const message = 'Galileo sent a response that cannot be read.';
    return new ClientFacingError('UPSTREAM_INVALID_RESPONSE', message, { cause });
  }
  const code = kind === 'timeout' || kind === 'expired' ? 'UPSTREAM_TIMEOUT' : 'UPSTREAM_UNAVAILABLE';
  return new ClientFacingError(code, undefined, { cause });
}

/** For a write whose response the gateway could not hold in memory. */
const createUnreadError = (cause: Error) =>
  new ClientFacingError(
    'UPSTREAM_OUTCOME_UNKNOWN',
    'Galileo responded to this change, but the gateway has no memory left to read the response. Read the data again before you repeat the change.',
    { cause },
  );

/** For a client that disconnected. The error is never shown. */
export const createCancelledError = () =>
  new ClientFacingError('UPSTREAM_TIMEOUT', 'The request was cancelled before Galileo responded.');
