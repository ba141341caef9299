import type { Context } from '@opentelemetry/api';
import type { Deadline } from '../deadline.ts';
import type { UpstreamErrorCode } from './errors.ts';

/** One call to upstream; it may take several attempts. */
export interface TransportRequest {
  /** `GET` is a read, which may be repeated; `PUT` is a write, which may not once a byte of it has left. */
  readonly method: 'GET' | 'PUT';
  /** Begins with a slash; upstream's base path comes before it. */
  readonly path: string;
  /** A label for logs and metrics; nothing of it is sent. */
  readonly provider: string;
  /** Names and values in turn. Sent as they are: the caller has validated them and knows that each may leave. */
  readonly headers: readonly string[];
  /** Sent as UTF-8; its content type is among the headers. */
  readonly body?: string;
  readonly deadline: Deadline;
  /** For logs; nothing of it is sent. */
  readonly requestId?: string;
  /** The span that the call belongs to; undefined where traces are off. */
  readonly traceContext?: Context | undefined;
}

/** Upstream's answer, complete, whatever its status. */
export interface TransportResponse {
  readonly status: number;
  /** Undefined where it is absent, or the body may not be read. */
  readonly contentType: string | undefined;
  /** What upstream's `Retry-After` says, from now on; undefined where it is absent or makes no sense. */
  readonly retryAfterMs: number | undefined;
  /** Empty where an answer of status 400 or more had a body that may not be read (compressed, too large). */
  readonly body: Buffer;
}

/** One exchange, or try at one, with upstream. The same object is given at its start and at its end. */
export interface AttemptInfo {
  readonly request: TransportRequest;
  /** 1 for the first attempt of a call. */
  readonly number: number;
}

/** How an attempt ended: with an answer of any status, because nobody waits any more, or with a failure. */
export type AttemptOutcome = 'answered' | 'cancelled' | 'INTERNAL_SERVER_ERROR' | UpstreamErrorCode;

/** What is known of an attempt at its end. */
export interface AttemptEnd {
  readonly outcome: AttemptOutcome;
  /** Undefined where no answer came. */
  readonly status: number | undefined;
  /** From dispatch to the last byte or the failure; the wait for a socket is not in it. */
  readonly durationMs: number;
}

/** What is known of a call when it is settled. */
export interface CallEnd {
  /** How often something was dispatched; 0 where the call never got a connection. */
  readonly attempts: number;
  /** Of the answer that the call ended with; undefined where it ended with none. */
  readonly status: number | undefined;
  /** Why there is no answer. */
  readonly failure: AttemptOutcome | undefined;
  /** More about the failure, in words that hold nothing of the request or the answer. */
  readonly reason: string | undefined;
  /** From the call to its end, all waits and attempts included. */
  readonly durationMs: number;
}

/** `half-open` while the breaker lets one call at a time through to see whether upstream is well again. */
export type BreakerState = 'closed' | 'open' | 'half-open';

/** For logs, metrics and traces. Hooks run on the way of the request: they are quick; what they throw is dropped. */
export interface TransportObserver {
  attemptStarted?(attempt: AttemptInfo): void;
  /** Headers, names and values in turn, that go along with this attempt; asked for when it has started. */
  getAttemptHeaders?(attempt: AttemptInfo): readonly string[] | undefined;
  attemptEnded?(attempt: AttemptInfo, end: AttemptEnd): void;
  /** Another attempt follows this one, after the wait. */
  retryScheduled?(attempt: AttemptInfo, waitMs: number): void;
  callEnded?(request: TransportRequest, end: CallEnd): void;
  breakerChanged?(state: BreakerState): void;
}
