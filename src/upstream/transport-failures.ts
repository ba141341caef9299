import type { Verdict } from './breaker.ts';
import { createFieldNoMemoryError, FieldError } from './errors.ts';
import { findHint, tlsExpectedHint } from './operator-hints.ts';

interface FailureMeaning {
  /** Whether another attempt can succeed. A write that may have been sent is never repeated. */
  readonly isRetryable: boolean;
  /** What the failure says about upstream's health. */
  readonly verdict: Verdict;
}

export const failureKinds = {
  /** No connection could be opened. */
  connect: { isRetryable: true, verdict: 'bad' },
  /** The gateway's own machine has no file descriptor, port or memory for a connection. */
  'no-resources': { isRetryable: true, verdict: 'none' },
  /** The proxy rejected the credentials of the proxy URL. Repeated attempts can lock the account. */
  'proxy-credentials': { isRetryable: false, verdict: 'bad' },
  /** An idle connection was closed before the request was written to it. */
  'idle-closed': { isRetryable: true, verdict: 'none' },
  /** Upstream's certificate is not trusted, or upstream does not trust the gateway's. */
  certificate: { isRetryable: false, verdict: 'bad' },
  /** The attempt, or connecting, took too long. */
  timeout: { isRetryable: true, verdict: 'bad' },
  /** The connection ended before the response was complete. */
  reset: { isRetryable: true, verdict: 'bad' },
  /** The response is not HTTP, or its headers are too long. */
  malformed: { isRetryable: false, verdict: 'good' },
  /** The response is valid, but its body is too large or compressed. */
  'unreadable-body': { isRetryable: false, verdict: 'good' },
  /** The response does not fit into the memory that is left. */
  'no-memory': { isRetryable: false, verdict: 'good' },
  /** The request's deadline expired during the attempt. */
  expired: { isRetryable: false, verdict: 'none' },
  /** Nothing waits for the result any longer: the client disconnected, or the response is complete without it. */
  cancelled: { isRetryable: false, verdict: 'none' },
  /** The request cannot be written as HTTP: an error in the gateway. */
  'invalid-request': { isRetryable: false, verdict: 'none' },
} as const satisfies Record<string, FailureMeaning>;
export type FailureKind = keyof typeof failureKinds;

/** Why an attempt has no response. */
export interface AttemptFailure {
  readonly kind: FailureKind;
  /** Whether bytes of the request may have been sent. */
  readonly mayHaveBeenSent: boolean;
  /** Safe to log, except for `invalid-request`, whose cause is the original error. */
  readonly cause: Error;
}

/** Why no socket to upstream was opened. */
export class ConnectFailure extends Error {
  readonly kind: 'connect' | 'no-resources' | 'proxy-credentials' | 'certificate' | 'timeout';
  /** The code of the original error. Not named `code`, because undici's client interprets that property. */
  readonly causeCode: string;

  constructor(kind: ConnectFailure['kind'], cause: Error) {
    super(cause.message);
    this.kind = kind;
    this.causeCode = getCode(cause);
  }
}

const resourceCodes: ReadonlySet<string> = new Set([
  'EMFILE',
  'ENFILE',
  'ENOMEM',
  'ENOBUFS',
  'EADDRNOTAVAIL',
]);

export const toConnectFailure = (error: Error): ConnectFailure =>
  new ConnectFailure(resourceCodes.has(getCode(error)) ? 'no-resources' : 'connect', error);

// undici's codes for a request that it cannot write. Nothing was sent.
const invalidRequestCodes: ReadonlySet<string> = new Set(['UND_ERR_INVALID_ARG', 'UND_ERR_NOT_SUPPORTED']);

function getCode(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}

export function isInvalidRequest(error: Error): boolean {
  return invalidRequestCodes.has(getCode(error));
}

/**
 * Whether undici rejects a response only because it has a length but, like every response with its status, no body. A
 * 304 may have the length of the body that it leaves out (RFC 9110, section 8.6), and some servers send it with a 204.
 */
export const hasOnlyWrongLength = (error: Error, status: number): boolean =>
  (status === 204 || status === 304) && getCode(error) === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH';

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

/**
 * Whether upstream has refused the gateway's certificate, or the lack of one. With TLS 1.3 it does so after the
 * handshake.
 */
export const isCertificateAlert = (error: Error): boolean =>
  /_ALERT_(?:\w*CERTIFICATE\w*|UNKNOWN_CA)$/.test(getCode(error));

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

const unreadMessage =
  'Galileo responded to this change, but the gateway has no memory left to read the response. Read the data again before you repeat the change.';

/** The error that a failure means for a read or a write. An `invalid-request` is not a FieldError. */
export function toCallError({ kind, cause, mayHaveBeenSent }: AttemptFailure, isWrite: boolean): Error {
  if (kind === 'invalid-request') return cause;
  if (kind === 'no-memory' && !isWrite) return createFieldNoMemoryError();
  if (isWrite && mayHaveBeenSent && kind !== 'unreadable-body') {
    const message = kind === 'no-memory' ? unreadMessage : undefined;
    return new FieldError('UPSTREAM_OUTCOME_UNKNOWN', message, { cause });
  }
  if (kind === 'cancelled') return new CancelledError();
  if (kind === 'malformed' || kind === 'unreadable-body') {
    const message = 'Galileo sent a response that cannot be read.';
    return new FieldError('UPSTREAM_INVALID_RESPONSE', message, { cause });
  }
  const code = kind === 'timeout' || kind === 'expired' ? 'UPSTREAM_TIMEOUT' : 'UPSTREAM_UNAVAILABLE';
  return new FieldError(code, undefined, { cause });
}

/**
 * Nothing waits for the result of the call any longer, so the error is never shown. A FieldError is not reported
 * as an internal error.
 */
export class CancelledError extends FieldError {
  constructor() {
    super('UPSTREAM_TIMEOUT', 'The request was cancelled before Galileo responded.');
  }
}
