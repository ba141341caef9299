import type { Context } from '@opentelemetry/api';
import type { Deadline } from '../deadline.ts';
import type { Reservation } from '../memory.ts';
import type { ClientFacingErrorCode } from './errors.ts';

/** A label for metrics and traces: the short name of the REST operation. */
type RestOperation =
  | 'get_integration'
  | 'upsert'
  | 'list'
  | 'available'
  | 'status'
  | 'models'
  | 'select'
  | 'delete'
  | `list_${'users' | 'groups'}`
  | `share_${'users' | 'groups'}`
  | `${'update' | 'remove'}_${'user' | 'group'}`
  | 'catalogs'
  | 'databases';

/** One call to upstream; it may take several attempts. */
export interface TransportRequest {
  readonly operation: RestOperation;
  /**
   * `GET` is a read, which can be repeated. The others are writes, which are never repeated if a byte of them may have
   * arrived.
   */
  readonly method: 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE';
  /** Starts with a slash. Upstream's base path precedes it. */
  readonly path: string;
  /** The provider of the call, for logs and metrics. Undefined if the call is not about one provider. */
  readonly provider?: string | undefined;
  /** Identifies the credentials, for fair queueing and the circuit breaker. */
  readonly caller: string;
  /** Alternating names and values. Sent unchanged. `readForwardedHeaders` has validated those of the client. */
  readonly headers: readonly string[];
  /** Sent as UTF-8. Its content type is in the headers. */
  readonly body?: string | undefined;
  readonly deadline: Deadline;
  /** Holds the response. */
  readonly memory: Reservation;
  /** For logs. The headers have it too. */
  readonly requestId?: string;
  /** The span that the call belongs to; undefined if traces are off. */
  readonly traceContext?: Context | undefined;
}

/** A complete response of upstream with any status. */
export interface TransportResponse {
  readonly status: number;
  /** Undefined if it is absent. */
  readonly contentType: string | undefined;
  /** Whether the body of an error response is not read, because it is compressed, too large, or does not fit into memory. */
  readonly isBodyDropped: boolean;
  /** Upstream's `Retry-After` as milliseconds from now; undefined if it is absent or malformed. */
  readonly retryAfterMs: number | undefined;
  /** Empty if it is dropped. */
  readonly body: Buffer;
  /** The parsed body; undefined if it is not JSON by its media type or its content. */
  readonly json: unknown;
}

/** One attempt at a call. The same object is passed to the hooks at its start and at its end. */
export interface AttemptInfo {
  readonly request: TransportRequest;
  /** 1 for the first attempt of a call. */
  readonly number: number;
}

/**
 * How an attempt ended:
 * - `answered`: with a response of the API, of any status
 * - `foreign`: with a response that the API does not send: not JSON, a redirect, or a 404 without an error in it
 * - `RATE_LIMITED`, `PROVIDER_ERROR`: with a response of the API that says so
 * - `cancelled`: the client disconnected
 * - another code: without a complete response
 */
export type AttemptOutcome =
  | 'answered'
  | 'foreign'
  | 'cancelled'
  | 'INTERNAL_SERVER_ERROR'
  | ClientFacingErrorCode;

export interface AttemptEnd {
  readonly outcome: AttemptOutcome;
  /** Undefined if there was no response. */
  readonly status: number | undefined;
  /** From dispatch to the last byte or the failure, without the wait for a socket. */
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
  attemptStarted?: ((attempt: AttemptInfo) => void) | undefined;
  /** Additional headers for this attempt: alternating names and values. Called after `attemptStarted`. */
  getAttemptHeaders?: ((attempt: AttemptInfo) => readonly string[] | undefined) | undefined;
  attemptEnded?: ((attempt: AttemptInfo, end: AttemptEnd) => void) | undefined;
  /** Another attempt follows this one, after the wait. */
  retryScheduled?: ((attempt: AttemptInfo, waitMs: number) => void) | undefined;
  callEnded?: ((request: TransportRequest, end: CallEnd) => void) | undefined;
  breakerChanged?: ((state: BreakerState) => void) | undefined;
}
