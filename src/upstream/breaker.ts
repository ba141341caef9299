import { RollingCounter } from './rolling-counter.ts';
import type { BreakerState } from './transport-types.ts';

/** Of fewer attempts half may fail by chance. */
const minAttempts = 20;
/** Below this, calls and their retries succeed more often than not. */
const failedShare = 0.5;
/** As long as failures are remembered: when a probe goes out, none of them would count any more. */
const openMs = 10_000;
// How long a probe will take is not known; a caller who asks again this much later finds it decided as a rule.
const probingRetryAfterMs = 1_000;

/** How an attempt was let through; it is handed back with the attempt's verdict. */
export type Admission = 'normal' | 'probe';

/** What an attempt says of upstream's health; `none` where it was cancelled before anything could be known. */
export type Verdict = 'good' | 'bad' | 'none';

/**
 * Stops calls to an upstream that is down: open after at least 20 attempts in ten seconds of which half failed; ten
 * seconds later one probe at a time; a good one closes it, a bad one starts the ten seconds again.
 *
 * Own code, not cockatiel: a policy there wraps each call in promises and an AbortSignal of its own, which costs more
 * than the rest of the transport, takes a cancelled call for a failure or a success (a probe whose caller leaves is
 * neither), and reads the system's clock, where tests and the retry budget share this one.
 */
export class CircuitBreaker {
  readonly #now: () => number;
  readonly #onChange: ((state: BreakerState) => void) | undefined;
  readonly #attempts = new RollingCounter();
  readonly #failures = new RollingCounter();
  #state: BreakerState = 'closed';
  #openedAtMs = 0;
  #isProbing = false;

  /** @param now milliseconds on a clock that never goes back */
  constructor(now: () => number, onChange?: (state: BreakerState) => void) {
    this.#now = now;
    this.#onChange = onChange;
  }

  get state(): BreakerState {
    return this.#state;
  }

  /** How long to wait before the next call may be let through; undefined where one would be let through now. */
  getRefusalMs(): number | undefined {
    if (this.#state === 'closed') return undefined;
    const leftMs = this.#openedAtMs + openMs - this.#now();
    if (leftMs > 0) return leftMs;
    return this.#isProbing ? probingRetryAfterMs : undefined;
  }

  /** Lets an attempt through, whose verdict must then be given, or refuses it with undefined. */
  admit(): Admission | undefined {
    if (this.#state === 'closed') return 'normal';
    if (this.getRefusalMs() !== undefined) return undefined;
    this.#isProbing = true;
    this.#enter('half-open');
    return 'probe';
  }

  /** Takes the verdict of an attempt that was let through. */
  settle(admission: Admission, verdict: Verdict): void {
    if (admission === 'probe') this.#settleProbe(verdict);
    else if (this.#state === 'closed' && verdict !== 'none') this.#count(verdict);
    // Verdicts of attempts from before it opened tell nothing about now.
  }

  #settleProbe(verdict: Verdict): void {
    this.#isProbing = false;
    if (verdict === 'good') {
      this.#attempts.clear();
      this.#failures.clear();
      this.#enter('closed');
    } else if (verdict === 'bad') {
      this.#open();
    }
  }

  #count(verdict: 'good' | 'bad'): void {
    const nowMs = this.#now();
    this.#attempts.increment(nowMs);
    if (verdict === 'good') return;
    this.#failures.increment(nowMs);
    const attempts = this.#attempts.getTotal(nowMs);
    if (attempts >= minAttempts && this.#failures.getTotal(nowMs) >= attempts * failedShare) this.#open();
  }

  #open(): void {
    this.#openedAtMs = this.#now();
    this.#enter('open');
  }

  #enter(state: BreakerState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#onChange?.(state);
  }
}
