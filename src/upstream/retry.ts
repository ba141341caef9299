import { RollingCounter } from './rolling-counter.ts';

/** The longest first wait: about as long as upstream takes to respond. */
const baseMs = 50;
/** The longest wait: a tenth of the default request timeout. */
const capMs = 1_000;
/** Retries in ten seconds, regardless of the number of attempts. */
const budgetFloor = 10;
/** Retries per attempt. Retries add at most a fifth to the load of a failing upstream. */
const budgetShare = 0.2;

const seconds = /^\d+$/;
// The three forms of RFC 9110, section 5.6.7. Date.parse accepts many others.
const zonedDate = /^(?:\w{3}, \d{2} \w{3} \d{4}|\w{6,9}, \d{2}-\w{3}-\d{2}) \d{2}:\d{2}:\d{2} GMT$/;
const asctimeDate = /^\w{3} \w{3} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}$/;

/** Full jitter (AWS, "Exponential Backoff And Jitter"): a random part of a wait that doubles with each retry. */
export function computeBackoffMs(retry: number, random: () => number): number {
  return random() * Math.min(capMs, baseMs * 2 ** retry);
}

/**
 * A `Retry-After` (RFC 9110, section 10.2.3), seconds or date, as milliseconds from now. 0 if the date has passed.
 * Undefined if the value is malformed.
 */
export function toRetryAfterMs(value: string, wallClockMs = Date.now()): number | undefined {
  if (seconds.test(value)) return Math.min(Number(value) * 1_000, Number.MAX_SAFE_INTEGER);
  let dateMs = Number.NaN;
  if (zonedDate.test(value)) dateMs = Date.parse(value);
  else if (asctimeDate.test(value)) dateMs = Date.parse(`${value} GMT`);
  return Number.isNaN(dateMs) ? undefined : Math.max(0, dateMs - wallClockMs);
}

/** Limits retries: in ten seconds, ten plus a fifth of all attempts, retries included. */
export class RetryBudget {
  readonly #now: () => number;
  readonly #attempts = new RollingCounter();
  readonly #retries = new RollingCounter();

  /** @param now milliseconds on a monotonic clock */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Must be called for every attempt, retries included. */
  countAttempt(): void {
    this.#attempts.increment(this.#now());
  }

  /** Takes one retry from the budget. Returns false if the budget is used up. */
  take(): boolean {
    const nowMs = this.#now();
    const limit = budgetFloor + this.#attempts.getTotal(nowMs) * budgetShare;
    if (this.#retries.getTotal(nowMs) + 1 > limit) return false;
    this.#retries.increment(nowMs);
    return true;
  }
}
