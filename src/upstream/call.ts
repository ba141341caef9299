import { AsyncResource } from 'node:async_hooks';
import type { DeadlineEnd } from '../deadline.ts';
import { Attempt, type AttemptOptions, type AttemptOwner } from './attempt.ts';
import type { AttemptKind, CircuitBreaker, Verdict } from './breaker.ts';
import type { Connection } from './connection.ts';
import type { ConnectionPool, Waiter } from './connection-pool.ts';
import { FieldError } from './errors.ts';
import type { FastestRead } from './fastest-read.ts';
import { explainForeignResponse, toAttemptOutcome, toVerdict, type UpstreamResponse } from './responses.ts';
import { computeBackoffMs, type RetryBudget } from './retry.ts';
import { type AttemptFailure, CancelledError, failureKinds, toCallError } from './transport-failures.ts';
import type {
  AttemptEnd,
  AttemptInfo,
  AttemptOutcome,
  CallEnd,
  CallRequest,
  TransportObserver,
} from './transport-types.ts';

/** What the calls of one transport share. */
export interface TransportServices {
  readonly options: AttemptOptions;
  readonly pool: ConnectionPool;
  readonly breaker: CircuitBreaker;
  readonly retryBudget: RetryBudget;
  readonly fastestRead: FastestRead;
  /** Its hooks do not throw. */
  readonly observer: TransportObserver;
  /** Calls that wait before a retry. */
  readonly backingOff: Set<Call>;
  readonly random: () => number;
  readonly now: () => number;
  /** Called once per call, after its promise was settled. */
  readonly onSettled: () => void;
}

type CallResult = { readonly response: UpstreamResponse } | { readonly error: Error };

/**
 * One call of `send`: its wait for a connection, its attempts, the waits between them and its end. Each attempt begins
 * with `#requestConnection`. The pool calls `startAttempt` at the end of the turn, or later when a connection is free.
 */
export class Call implements Waiter, AttemptOwner {
  readonly caller: string;
  isQueued = false;
  readonly #services: TransportServices;
  readonly #request: CallRequest;
  readonly #isWrite: boolean;
  readonly #resolve: (response: UpstreamResponse) => void;
  readonly #reject: (error: Error) => void;
  /**
   * Starts attempts, and reports the end of the call, in the context of the request, such as the host application's
   * trace.
   */
  readonly #scope = new AsyncResource('galileo-gateway call');
  #isSettled = false;
  #attempt: Attempt | undefined;
  #attemptInfo: AttemptInfo | undefined;
  #attemptKind: AttemptKind = 'normal';
  readonly #startedAtMs: number;
  #attemptStartedAtMs = 0;
  #attemptCount = 0;
  #retryCount = 0;
  #hasReplacedIdleConnection = false;
  #lastResult: CallResult | undefined;
  #waitTimer: NodeJS.Timeout | undefined;

  constructor(
    services: TransportServices,
    request: CallRequest,
    resolve: (response: UpstreamResponse) => void,
    reject: (error: Error) => void,
  ) {
    this.#services = services;
    this.#request = request;
    this.caller = request.context.caller;
    this.#isWrite = request.method !== 'GET';
    this.#resolve = resolve;
    this.#reject = reject;
    this.#startedAtMs = services.now();
  }

  /** Starts the call. Its promise can be settled within this method. */
  begin(): void {
    this.#request.context.deadline.onEnd(this.#onDeadlineEnd);
    if (!this.#isSettled) this.#requestConnection();
  }

  refuse(code: 'OVERLOADED' | 'UPSTREAM_UNAVAILABLE'): void {
    this.#settleWithoutFurtherAttempt(new FieldError(code));
  }

  startAttempt(connection: Connection, isContended: boolean): boolean {
    return !this.#isSettled && this.#scope.runInAsyncScope(() => this.#startAttempt(connection, isContended));
  }

  #startAttempt(connection: Connection, isContended: boolean): boolean {
    const { breaker, retryBudget, fastestRead, options, now, observer } = this.#services;
    // A call that cannot finish must not take a connection that other calls wait for.
    if (isContended && this.#request.context.deadline.remainingMs < fastestRead.getDurationMs(now())) {
      this.#settleWithoutFurtherAttempt(new FieldError('UPSTREAM_TIMEOUT'));
      return false;
    }
    const kind = breaker.admit(this.caller);
    if (kind === undefined) {
      this.#failAtBreaker(breaker.getRetryAfterMs(this.caller));
      return false;
    }
    retryBudget.countAttempt();
    this.#attemptKind = kind;
    this.#attemptCount += 1;
    this.#attemptStartedAtMs = now();
    this.#attemptInfo = { request: this.#request, number: this.#attemptCount };
    const traceHeaders = observer.attemptStarted(this.#attemptInfo) ?? this.#request.context.traceHeaders;
    this.#attempt = new Attempt(connection, this.#request, options, this);
    this.#attempt.dispatch(traceHeaders);
    return true;
  }

  attemptReleased(connection: Connection): void {
    this.#services.pool.release(connection, this.caller);
  }

  attemptResponded(response: UpstreamResponse): void {
    const { status } = response;
    const outcome = toAttemptOutcome(response, this.#request.method);
    const verdict = toVerdict(response);
    this.#endAttempt(verdict, outcome, status);
    if (this.#isSettled) return;
    if (!this.#isWrite && verdict !== 'bad') {
      const nowMs = this.#services.now();
      this.#services.fastestRead.add(nowMs - this.#attemptStartedAtMs, nowMs);
    }
    const result = { response };
    this.#replaceLastResult(result);
    const waitMs = this.#getRetryWaitMs(response, verdict, outcome);
    if (waitMs === undefined || !this.#scheduleRetry(waitMs)) this.#settle(result);
  }

  attemptFailed(failure: AttemptFailure): void {
    const error = toCallError(failure, this.#isWrite);
    this.#endAttempt(failureKinds[failure.kind].verdict, toOutcome(error));
    if (this.#isSettled) return;
    const result = { error };
    this.#replaceLastResult(result);
    const isRetryable = failureKinds[failure.kind].isRetryable && !(this.#isWrite && failure.mayHaveBeenSent);
    if (isRetryable && !this.#services.pool.isDestroyed) {
      if (failure.kind === 'idle-closed' && !this.#hasReplacedIdleConnection) {
        // Nothing was sent, so this does not count as a retry.
        this.#hasReplacedIdleConnection = true;
        this.#requestConnection();
        return;
      }
      if (this.#scheduleRetry(0)) return;
    }
    this.#settle(result);
  }

  readonly #onDeadlineEnd = (end: DeadlineEnd): void => {
    if (this.#attempt === undefined) {
      this.#settle({
        error: end === 'expired' ? new FieldError('UPSTREAM_TIMEOUT') : new CancelledError(),
      });
    } else if (!this.#isWrite || !this.#attempt.mayHaveBeenSent) {
      if (end === 'expired') this.#attempt.stop('expired', 'The deadline expired.');
      else this.#attempt.stop('cancelled', 'The result is no longer needed.');
    } else if (end === 'expired') {
      // The attempt continues, so that upstream can complete the write.
      this.#settle({ error: new FieldError('UPSTREAM_OUTCOME_UNKNOWN') });
    }
  };

  #requestConnection(): void {
    const { breaker, pool } = this.#services;
    const retryAfterMs = breaker.getRetryAfterMs(this.caller);
    if (retryAfterMs !== undefined) {
      this.#failAtBreaker(retryAfterMs);
      return;
    }
    if (!pool.acquire(this)) this.refuse('OVERLOADED');
  }

  #endAttempt(verdict: Verdict, outcome: AttemptOutcome, status?: number): void {
    const { breaker, now, observer } = this.#services;
    this.#attempt = undefined;
    breaker.settle(this.#attemptKind, verdict, this.caller);
    if (this.#attemptInfo === undefined) return;
    const end: AttemptEnd = { outcome, status, durationMs: now() - this.#attemptStartedAtMs };
    observer.attemptEnded(this.#attemptInfo, end);
  }

  /** Stores the latest result, and releases the memory of the previous response, which nothing needs any longer. */
  #replaceLastResult(result: CallResult): void {
    if (this.#lastResult !== undefined && 'response' in this.#lastResult)
      this.#request.context.reservation.release(this.#lastResult.response.heldBytes);
    this.#lastResult = result;
  }

  /** How long to wait at least before another attempt. Undefined if the response is final. */
  #getRetryWaitMs(
    { status, retryAfterMs }: UpstreamResponse,
    verdict: Verdict,
    outcome: AttemptOutcome,
  ): number | undefined {
    if (this.#isWrite) return undefined;
    // Without Retry-After, a retry would count towards the caller's rate limit.
    if (status === 429) return outcome === 'RATE_LIMITED' || outcome === 'foreign' ? retryAfterMs : undefined;
    if (verdict !== 'bad') return undefined;
    return status === 503 ? (retryAfterMs ?? 0) : 0;
  }

  /** Schedules another attempt after at least `minMs`. Returns false if no further attempt is allowed. */
  #scheduleRetry(minMs: number): boolean {
    const { options, backingOff, breaker, retryBudget, observer, random } = this.#services;
    const waitMs = Math.max(minMs, computeBackoffMs(this.#retryCount, random));
    if (this.#retryCount >= options.upstreamRetries || waitMs >= this.#request.context.deadline.remainingMs)
      return false;
    if (breaker.getRetryAfterMs(this.caller) !== undefined || !retryBudget.take()) return false;
    this.#retryCount += 1;
    if (this.#attemptInfo !== undefined) observer.retryScheduled(this.#attemptInfo, waitMs);
    backingOff.add(this);
    this.#waitTimer = setTimeout(() => {
      backingOff.delete(this);
      this.#requestConnection();
    }, waitMs);
    return true;
  }

  #failAtBreaker(retryAfterMs: number | undefined): void {
    const details = { retryAfterMs: retryAfterMs && Math.ceil(retryAfterMs) };
    this.#settleWithoutFurtherAttempt(new FieldError('UPSTREAM_UNAVAILABLE', undefined, details));
  }

  /**
   * Settles a call that gets no further attempt: with the result of the last attempt, or with the error if there was no
   * attempt.
   */
  #settleWithoutFurtherAttempt(error: Error): void {
    this.#settle(this.#lastResult ?? { error });
  }

  #settle(result: CallResult): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    const { backingOff, onSettled, pool } = this.#services;
    this.#request.context.deadline.offEnd(this.#onDeadlineEnd);
    pool.cancel(this);
    if (this.#waitTimer !== undefined) {
      clearTimeout(this.#waitTimer);
      backingOff.delete(this);
    }
    if ('response' in result) {
      this.#reportEnd(result.response);
      this.#resolve(result.response);
    } else {
      this.#reportEnd(undefined, result.error);
      this.#reject(result.error);
    }
    onSettled();
  }

  #reportEnd(response: UpstreamResponse | undefined, error?: Error): void {
    const { now, observer } = this.#services;
    const isForeign =
      response !== undefined && toAttemptOutcome(response, this.#request.method) === 'foreign';
    // The cause of an error that is not a FieldError can contain secrets.
    const cause = error instanceof FieldError && error.cause instanceof Error ? error.cause : undefined;
    const end: CallEnd = {
      attempts: this.#attemptCount,
      status: response?.status,
      isForeign,
      failure: error && toOutcome(error),
      reason: isForeign ? explainForeignResponse(response) : cause?.message,
      durationMs: now() - this.#startedAtMs,
    };
    this.#scope.runInAsyncScope(() => observer.callEnded(this.#request, end));
  }
}

function toOutcome(error: Error): AttemptOutcome {
  if (error instanceof CancelledError) return 'cancelled';
  return error instanceof FieldError ? error.code : 'INTERNAL_SERVER_ERROR';
}
