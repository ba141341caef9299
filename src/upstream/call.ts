import type { DeadlineEnd } from '../deadline.ts';
import { Attempt, type AttemptLimits, type AttemptOwner } from './attempt.ts';
import type { Admission, CircuitBreaker, Verdict } from './breaker.ts';
import type { Connection } from './connection.ts';
import { UpstreamError } from './errors.ts';
import { toAttemptOutcome } from './responses.ts';
import { computeBackoffMs, type RetryBudget } from './retry.ts';
import type { ConnectionSlots, Waiter } from './slots.ts';
import {
  type AttemptFailure,
  createCancelledError,
  createOutcomeUnknownError,
  createOverloadedError,
  createTimeoutError,
  createUnavailableError,
  toCallError,
} from './transport-failures.ts';
import type {
  AttemptEnd,
  AttemptInfo,
  AttemptOutcome,
  CallEnd,
  TransportObserver,
  TransportRequest,
  TransportResponse,
} from './transport-types.ts';

/** What the calls of one transport share. */
export interface TransportContext {
  readonly limits: AttemptLimits;
  /** Further attempts of a call after its first one. */
  readonly retries: number;
  readonly slots: ConnectionSlots;
  readonly breaker: CircuitBreaker;
  readonly budget: RetryBudget;
  /** Its hooks do not throw. */
  readonly observer: TransportObserver;
  /** Calls that wait for the time of their next attempt. */
  readonly backingOff: Set<Call>;
  /** From 0 to below 1. */
  readonly random: () => number;
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number;
  /** Called once for each call, when its promise has been settled. */
  readonly onSettled: () => void;
}

type LastResult = { readonly response: TransportResponse } | { readonly failure: AttemptFailure };

// RFC 9110, sections 15.6.3 to 15.6.5.
const unavailableStatuses: ReadonlySet<number> = new Set([502, 503, 504]);

/** One call of `send`: its place in the queue, its attempts, the waits between them and its end. */
export class Call implements Waiter, AttemptOwner {
  readonly #context: TransportContext;
  readonly #request: TransportRequest;
  readonly #isWrite: boolean;
  readonly #resolve: (response: TransportResponse) => void;
  readonly #reject: (error: Error) => void;
  #isSettled = false;
  #isQueued = false;
  #attempt: Attempt | undefined;
  #attemptInfo: AttemptInfo | undefined;
  #admission: Admission = 'normal';
  readonly #startedAtMs: number;
  #attemptStartedAtMs = 0;
  #attemptCount = 0;
  #retryCount = 0;
  #hasRedone = false;
  #last: LastResult | undefined;
  #waitTimer: NodeJS.Timeout | undefined;

  constructor(
    context: TransportContext,
    request: TransportRequest,
    resolve: (response: TransportResponse) => void,
    reject: (error: Error) => void,
  ) {
    this.#context = context;
    this.#request = request;
    this.#isWrite = request.method !== 'GET';
    this.#resolve = resolve;
    this.#reject = reject;
    this.#startedAtMs = context.now();
  }

  /** Begins the call. Its promise may be settled within this call. */
  begin(): void {
    const { deadline } = this.#request;
    deadline.onEnd(this.#onDeadlineEnd);
    if (!this.#isSettled) this.#enter();
  }

  /** Ends a call that has no attempt running, because the transport ends. */
  shutDown(): void {
    this.#fail(this.#last === undefined ? createUnavailableError({}) : undefined);
  }

  start(connection: Connection): boolean {
    const { breaker, budget, limits, now, observer } = this.#context;
    this.#isQueued = false;
    const admission = breaker.admit();
    if (admission === undefined) {
      this.#failAtBreaker(breaker.getRefusalMs());
      return false;
    }
    budget.countAttempt();
    this.#admission = admission;
    this.#attemptCount += 1;
    this.#attemptStartedAtMs = now();
    this.#attemptInfo = { request: this.#request, number: this.#attemptCount };
    observer.attemptStarted?.(this.#attemptInfo);
    this.#attempt = new Attempt(connection, limits, this);
    this.#attempt.dispatch(this.#request, observer.getAttemptHeaders?.(this.#attemptInfo));
    return true;
  }

  attemptReleased(connection: Connection): void {
    this.#context.slots.release(connection);
  }

  attemptAnswered(response: TransportResponse): void {
    const { status } = response;
    const outcome = toAttemptOutcome(response, this.#request.method);
    const isUnavailable = unavailableStatuses.has(status) && outcome !== 'PROVIDER_ERROR';
    this.#endAttempt(isUnavailable ? 'bad' : 'good', outcome, status);
    if (this.#isSettled) return;
    this.#last = { response };
    const isRetryable = !this.#isWrite && outcome !== 'PROVIDER_ERROR' && (isUnavailable || status === 429);
    if (!isRetryable || !this.#retryAfterAnswer(response)) this.#fail();
  }

  attemptFailed(failure: AttemptFailure): void {
    const error = toCallError(failure, this.#isWrite);
    this.#endAttempt(toVerdict(failure), failure.kind === 'cancelled' ? 'cancelled' : toOutcome(error));
    if (this.#isSettled) return;
    this.#last = { failure };
    if (this.#mayRetryAfter(failure)) {
      if (failure.kind === 'stale' && !this.#hasRedone) {
        // Nothing was sent and upstream had no part in it: not a retry, but the first try on a socket that lives.
        this.#hasRedone = true;
        this.#enter();
        return;
      }
      if (this.#retry(failure.isStaleConnection ? 0 : this.#computeBackoffMs())) return;
    }
    this.#fail(error);
  }

  readonly #onDeadlineEnd = (end: DeadlineEnd): void => {
    if (this.#attempt === undefined) {
      this.#fail(end === 'expired' ? createTimeoutError() : createCancelledError());
    } else if (!this.#isWrite || !this.#attempt.isSent) {
      this.#attempt.stop(end === 'expired' ? 'expired' : 'cancelled', `The deadline ${end}.`);
    } else if (end === 'expired') {
      // The exchange goes on, so that upstream can complete what it has begun; only its answer comes too late.
      this.#fail(createOutcomeUnknownError());
    }
  };

  #enter(): void {
    const { breaker, slots } = this.#context;
    const refusalMs = breaker.getRefusalMs();
    if (refusalMs !== undefined) {
      this.#failAtBreaker(refusalMs);
      return;
    }
    // Until `start` is called, within this call or later.
    this.#isQueued = true;
    if (!slots.enter(this)) this.#fail(this.#last === undefined ? createOverloadedError() : undefined);
  }

  #endAttempt(verdict: Verdict, outcome: AttemptOutcome, status?: number): void {
    const { breaker, now, observer } = this.#context;
    this.#attempt = undefined;
    breaker.settle(this.#admission, verdict);
    if (observer.attemptEnded === undefined || this.#attemptInfo === undefined) return;
    const end: AttemptEnd = { outcome, status, durationMs: now() - this.#attemptStartedAtMs };
    observer.attemptEnded(this.#attemptInfo, end);
  }

  #mayRetryAfter(failure: AttemptFailure): boolean {
    if (this.#context.slots.isDestroyed) return false;
    switch (failure.kind) {
      case 'connect':
      case 'stale':
      case 'timeout':
      case 'reset':
        return !this.#isWrite || !failure.isSent;
      case 'certificate':
      case 'malformed':
      case 'unreadable':
      case 'expired':
      case 'cancelled':
      case 'fault':
        return false;
    }
  }

  #retryAfterAnswer({ status, retryAfterMs }: TransportResponse): boolean {
    // Upstream says when the caller may come again; a guess instead would count against the caller.
    if (status === 429) return retryAfterMs !== undefined && this.#retry(retryAfterMs);
    return this.#retry(Math.max(status === 503 ? (retryAfterMs ?? 0) : 0, this.#computeBackoffMs()));
  }

  #computeBackoffMs(): number {
    return computeBackoffMs(this.#retryCount, this.#context.random);
  }

  /** Arranges for another attempt; false where there is none to be had. */
  #retry(waitMs: number): boolean {
    const { backingOff, breaker, budget, observer, retries } = this.#context;
    if (this.#retryCount >= retries || waitMs >= this.#request.deadline.remainingMs) return false;
    if (breaker.getRefusalMs() !== undefined || !budget.take()) return false;
    this.#retryCount += 1;
    if (this.#attemptInfo !== undefined) observer.retryScheduled?.(this.#attemptInfo, waitMs);
    if (waitMs === 0) {
      this.#enter();
      return true;
    }
    backingOff.add(this);
    this.#waitTimer = setTimeout(() => {
      backingOff.delete(this);
      this.#enter();
    }, waitMs);
    return true;
  }

  #failAtBreaker(retryAfterMs: number | undefined): void {
    const details = retryAfterMs === undefined ? {} : { retryAfterMs: Math.ceil(retryAfterMs) };
    this.#fail(this.#last === undefined ? createUnavailableError(details) : undefined);
  }

  /** Settles the call: with the error, or without one with what the last attempt brought. */
  #fail(error?: Error): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    const { backingOff, onSettled, slots } = this.#context;
    this.#request.deadline.offEnd(this.#onDeadlineEnd);
    if (this.#isQueued) slots.leave(this);
    if (this.#waitTimer !== undefined) {
      clearTimeout(this.#waitTimer);
      backingOff.delete(this);
    }
    const last = error === undefined ? this.#last : undefined;
    if (last !== undefined && 'response' in last) {
      this.#reportEnd(last.response);
      this.#resolve(last.response);
    } else {
      const reason =
        error ?? (last === undefined ? createUnavailableError({}) : toCallError(last.failure, this.#isWrite));
      this.#reportEnd(undefined, reason);
      this.#reject(reason);
    }
    onSettled();
  }

  #reportEnd(response: TransportResponse | undefined, error?: Error): void {
    const { now, observer } = this.#context;
    if (observer.callEnded === undefined) return;
    const isForeign =
      response !== undefined && toAttemptOutcome(response, this.#request.method) === 'foreign';
    const isCancelled = this.#request.deadline.end === 'abandoned';
    const end: CallEnd = {
      attempts: this.#attemptCount,
      status: response?.status,
      isForeign,
      failure: error && (isCancelled ? 'cancelled' : toOutcome(error)),
      // The cause of any other error than UpstreamError is not known to be free of secrets.
      reason:
        error instanceof UpstreamError && error.cause instanceof Error ? error.cause.message : undefined,
      durationMs: now() - this.#startedAtMs,
    };
    observer.callEnded(this.#request, end);
  }
}

const toOutcome = (error: Error): AttemptOutcome =>
  error instanceof UpstreamError ? error.code : 'INTERNAL_SERVER_ERROR';

function toVerdict({ kind }: AttemptFailure): Verdict {
  // What upstream answers is no sign of illness, even where it cannot be read.
  if (kind === 'malformed' || kind === 'unreadable') return 'good';
  return kind === 'cancelled' || kind === 'stale' || kind === 'fault' ? 'none' : 'bad';
}
