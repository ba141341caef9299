import { CallerTallies } from './caller-tallies.ts';
import { RollingCounter, windowMs } from './rolling-counter.ts';
import type { BreakerState } from './transport-types.ts';

/** With fewer attempts, half of them can fail by chance. */
const minAttempts = 20;
/** Below this share, a call and its retries succeed more often than not. */
const failedShare = 0.5;
const openMs = 10_000;
// A probe has usually ended after this time.
const probingRetryAfterMs = 1_000;
/** How long metrics report an open breaker after its last failure. Then the state of upstream is unknown. */
const maxReportedMs = 60_000;

/** How an attempt was admitted. It must be passed to `settle` with the attempt's verdict. */
export type AttemptKind = 'normal' | 'probe';

/**
 * What an attempt says about upstream's health. `none` if it says nothing, because it was stopped early. `neutral` if
 * upstream responded, but rejected this call: such an attempt is not counted, and closes the breaker as a probe.
 */
export type Verdict = 'good' | 'bad' | 'neutral' | 'none';

/**
 * Stops calls to an upstream that is down. Opens if at least half of at least 20 attempts in ten seconds failed.
 * Ten seconds later it admits one probe at a time: a good one closes it, a bad one starts the ten seconds again. If the
 * caller whose failure opened it also fails the probe, it alone waits again, and the other callers can probe.
 *
 * Upstream can fail for a single caller, for example because of a firewall rule. So if several callers were active in
 * the ten seconds, it opens only if half of the attempts of the others failed too. The others are all callers except
 * the one with the most failures.
 */
export class CircuitBreaker {
  readonly #now: () => number;
  readonly #onChange: (state: BreakerState) => void;
  readonly #attempts = new RollingCounter();
  readonly #failures = new RollingCounter();
  // Filled only while there are failures, so that a healthy upstream costs nothing here. Attempts before
  // the first failure are not in the tallies, so they count as attempts of other callers.
  readonly #tallies = new CallerTallies();
  #latestCaller = '';
  #latestAtMs = Number.NEGATIVE_INFINITY;
  // The time of the last attempt of any caller except the latest one.
  #otherAtMs = Number.NEGATIVE_INFINITY;
  #latestFailedCaller = '';
  #state: BreakerState = 'closed';
  #openedAtMs = 0;
  /** The caller whose failure opened the breaker. */
  #openedBy = '';
  /** The time of that caller's last failure. */
  #openedByFailedAtMs = 0;
  #isProbing = false;

  constructor(now: () => number, onChange: (state: BreakerState) => void) {
    this.#now = now;
    this.#onChange = onChange;
  }

  /** For metrics: whether it is open or half-open, and upstream has failed in the last minute or is being probed. */
  get isOpen(): boolean {
    if (this.#state === 'closed') return false;
    return this.#isProbing || this.#now() - this.#openedByFailedAtMs < maxReportedMs;
  }

  /** How much longer calls of the caller are refused, in milliseconds. Undefined if one would be admitted. */
  getRetryAfterMs(caller: string): number | undefined {
    if (this.#state === 'closed') return undefined;
    const sinceMs = caller === this.#openedBy ? this.#openedByFailedAtMs : this.#openedAtMs;
    const leftMs = sinceMs + openMs - this.#now();
    if (leftMs > 0) return leftMs;
    return this.#isProbing ? probingRetryAfterMs : undefined;
  }

  /** Returns undefined if the attempt is refused. */
  admit(caller: string): AttemptKind | undefined {
    if (this.#state === 'closed') return 'normal';
    if (this.getRetryAfterMs(caller) !== undefined) return undefined;
    this.#isProbing = true;
    this.#setState('half-open');
    return 'probe';
  }

  /** Must be called once for every admitted attempt. */
  settle(kind: AttemptKind, verdict: Verdict, caller: string): void {
    if (kind === 'probe') this.#settleProbe(verdict, caller);
    // While the breaker is not closed, only probes count.
    else if (this.#state === 'closed' && verdict !== 'none') this.#count(verdict, caller);
  }

  #settleProbe(verdict: Verdict, caller: string): void {
    this.#isProbing = false;
    if (verdict === 'bad') this.#open(caller);
    else if (verdict !== 'none') {
      this.#setState('closed');
      this.#noteActivity(caller, this.#now());
    }
  }

  #count(verdict: 'good' | 'bad' | 'neutral', caller: string): void {
    const nowMs = this.#now();
    this.#noteActivity(caller, nowMs);
    if (verdict === 'neutral') return;
    this.#attempts.increment(nowMs);
    if (verdict === 'bad') {
      this.#failures.increment(nowMs);
      this.#latestFailedCaller = caller;
    }
    const failures = this.#failures.getTotal(nowMs);
    if (failures === 0) return;
    this.#tallies.add(caller, verdict === 'bad', nowMs);
    const attempts = this.#attempts.getTotal(nowMs);
    if (attempts < minAttempts || failures < attempts * failedShare) return;
    if (nowMs - this.#otherAtMs < windowMs) {
      const worst = this.#tallies.getWorst(nowMs);
      const otherFailures = failures - worst.failures;
      if (otherFailures === 0 || otherFailures < (attempts - worst.attempts) * failedShare) return;
    }
    this.#open(this.#latestFailedCaller);
  }

  #noteActivity(caller: string, nowMs: number): void {
    if (caller !== this.#latestCaller) this.#otherAtMs = this.#latestAtMs;
    this.#latestCaller = caller;
    this.#latestAtMs = nowMs;
  }

  #open(caller: string): void {
    this.#openedByFailedAtMs = this.#now();
    if (this.#state === 'closed' || caller !== this.#openedBy) this.#openedAtMs = this.#openedByFailedAtMs;
    this.#openedBy = caller;
    this.#attempts.clear();
    this.#failures.clear();
    this.#tallies.clear();
    this.#setState('open');
  }

  #setState(state: BreakerState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#onChange(state);
  }
}
