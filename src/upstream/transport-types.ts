import type { Context } from '@opentelemetry/api';
import type { Deadline } from '../deadline.ts';
import type { Reservation } from '../memory.ts';
import type { FieldErrorCode } from './errors.ts';

/** The settings of calls to upstream, with the names and meanings of the configuration. */
export interface TransportSettings {
  readonly galileoApiUrl: URL;
  /** From the dispatch of an attempt to the last byte of its response, including connecting. */
  readonly upstreamTimeoutMs: number;
  /** Name resolution, proxy, TCP and TLS together. */
  readonly upstreamConnectTimeoutMs: number;
  readonly upstreamConnections: number;
  readonly upstreamQueue: number;
  readonly upstreamConnectionMaxAgeMs: number;
  readonly upstreamRetries: number;
  readonly upstreamMaxResponseBytes: number;
}

/** The caller and the limits of calls to upstream. */
export interface CallContext {
  readonly hasCredential: boolean;
  /**
   * Sent with the call. Alternating names and values, including credentials. `readCallerHeaders` has validated them.
   */
  readonly headers: readonly string[];
  /** The client's trace context, in the same form. Sent if the observer adds none. */
  readonly traceHeaders: readonly string[];
  /** The salted hash of the credentials (`hashCredentials`), for fair queueing and the circuit breaker. */
  readonly caller: string;
  readonly deadline: Deadline;
  /** Holds responses until the end of the request. */
  readonly reservation: Reservation;
  /** For logs. The headers have it too. */
  readonly requestId: string;
  /**
   * Removes the request's and the operator's secrets, and upstream's address, from a message from Galileo. Not for data
   * or the gateway's messages, because an operator's header value can be an ordinary word.
   */
  readonly redactUpstreamMessage: (text: string) => string;
  /** The span that calls belong to; undefined if traces are off. */
  readonly traceContext: Context | undefined;
}

/** One call to upstream; it can take several attempts. */
export interface CallRequest {
  /** The short name of the REST operation, for logs, metrics and traces. One of a small fixed set. */
  readonly operation: string;
  /**
   * `GET` is a read, which can be repeated. The others are writes, which are never repeated if any byte of them may
   * have been sent.
   */
  readonly method: 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE';
  /** Starts with a slash. Upstream's base path precedes it. */
  readonly path: string;
  /** The provider of the call, for logs and metrics. Undefined if the call is not about one provider. */
  readonly provider?: string | undefined;
  /** JSON, sent as UTF-8. */
  readonly body?: string | undefined;
  readonly context: CallContext;
}

/** One attempt at a call. The same object is passed to the hooks when it starts and when it ends. */
export interface AttemptInfo {
  readonly request: CallRequest;
  /** 1 for the first attempt of a call. */
  readonly number: number;
}

/**
 * How an attempt ended:
 * - `responded`: with a response of the API, of any status
 * - `foreign`: with a response that the API does not send: not JSON, a redirect, or a 404 without an error in it
 * - `RATE_LIMITED`, `PROVIDER_ERROR`: with a response that says so
 * - `cancelled`: stopped, because the client disconnected or the response is complete without it
 * - another code: without a complete response
 */
export type AttemptOutcome = 'responded' | 'foreign' | 'cancelled' | 'INTERNAL_SERVER_ERROR' | FieldErrorCode;

export interface AttemptEnd {
  readonly outcome: AttemptOutcome;
  /** Undefined if the attempt failed, even if a status arrived before the failure. */
  readonly status: number | undefined;
  /** From dispatch to the last byte or the failure, including connecting, without the wait in the queue. */
  readonly durationMs: number;
}

export interface CallEnd {
  /** Number of dispatched attempts. 0 if the call never got a connection. */
  readonly attempts: number;
  /** Status of the response that settled the call. Undefined if the call failed. */
  readonly status: number | undefined;
  /** Why the call failed; undefined if it has a response. */
  readonly failure: AttemptOutcome | undefined;
  /** Whether the response is `foreign` (see AttemptOutcome). */
  readonly isForeign: boolean;
  /** Details of the failure or the foreign response, without data of the request or the response. */
  readonly reason: string | undefined;
  /** The whole duration, including all waits and attempts. */
  readonly durationMs: number;
}

/** `half-open`: one call at a time is admitted to test whether upstream has recovered. */
export type BreakerState = 'closed' | 'open' | 'half-open';

/** For logs, metrics and traces. Hooks must be fast. Their errors are ignored. */
export interface TransportObserver {
  /** Can return the trace context of this attempt: alternating names and values. */
  readonly attemptStarted: (attempt: AttemptInfo) => readonly string[] | undefined;
  readonly attemptEnded: (attempt: AttemptInfo, end: AttemptEnd) => void;
  /** Another attempt follows this one, after the wait. */
  readonly retryScheduled: (attempt: AttemptInfo, waitMs: number) => void;
  readonly callEnded: (request: CallRequest, end: CallEnd) => void;
  readonly breakerChanged: (state: BreakerState) => void;
}
