import { RollingCounter } from './rolling-counter.ts';

/** The longest first wait: about what an answer of upstream's takes. */
const baseMs = 50;
/** The longest wait: a tenth of the time that a request has by default. */
const capMs = 1_000;
/** Retries in ten seconds whatever else is sent: a process with little to do may retry all of it. */
const budgetFloor = 10;
/** Retries for each attempt: a fifth is what an upstream in trouble can bear. */
const budgetShare = 0.2;

const seconds = /^\d+$/;
// The three forms of RFC 9110, section 5.6.7. Date.parse alone takes far more than dates for dates.
const zonedDate = /^(?:\w{3}, \d{2} \w{3} \d{4}|\w{6,9}, \d{2}-\w{3}-\d{2}) \d{2}:\d{2}:\d{2} GMT$/;
const asctimeDate = /^\w{3} \w{3} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}$/;

/** Full jitter (AWS, "Exponential Backoff And Jitter"): anything from nothing to the wait, which doubles each time. */
export function computeBackoffMs(retry: number, random: () => number): number {
  return random() * Math.min(capMs, baseMs * 2 ** retry);
}

/**
 * A `Retry-After` (RFC 9110, section 10.2.3), seconds or date, as milliseconds from now; 0 where the date has passed,
 * undefined where it is neither.
 */
export function toRetryAfterMs(value: string, wallClockMs = Date.now()): number | undefined {
  if (seconds.test(value)) return Math.min(Number(value) * 1_000, Number.MAX_SAFE_INTEGER);
  let dateMs = Number.NaN;
  if (zonedDate.test(value)) dateMs = Date.parse(value);
  else if (asctimeDate.test(value)) dateMs = Date.parse(`${value} GMT`);
  return Number.isNaN(dateMs) ? undefined : Math.max(0, dateMs - wallClockMs);
}

/**
 * Bounds what retries may add to the load of an upstream in trouble: in ten seconds no more than ten, and a fifth of all
 * attempts, the retries among them.
 */
export class RetryBudget {
  readonly #now: () => number;
  readonly #attempts = new RollingCounter();
  readonly #retries = new RollingCounter();

  /** @param now milliseconds on a clock that never goes back */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** To be called for every attempt, retries too. */
  countAttempt(): void {
    this.#attempts.increment(this.#now());
  }

  /** Takes one retry out of the budget; false, and nothing taken, where it is used up. */
  take(): boolean {
    const nowMs = this.#now();
    const limit = budgetFloor + this.#attempts.getTotal(nowMs) * budgetShare;
    if (this.#retries.getTotal(nowMs) + 1 > limit) return false;
    this.#retries.increment(nowMs);
    return true;
  }
}
