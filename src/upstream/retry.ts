import { RollingCounter } from './rolling-counter.ts';

/** Upper limit of the first wait: about as long as upstream takes to respond. */
const baseMs = 50;
/** The longest backoff: a tenth of the default request timeout. A `Retry-After` can be longer. */
const capMs = 1_000;
/** Retries that are always allowed in ten seconds. */
const budgetFloor = 10;
/** Retries per attempt. Retries count as attempts, so they add at most a quarter to the load of a failing upstream. */
const budgetShare = 0.2;

/** Full jitter (AWS, "Exponential Backoff And Jitter"): a random part of a wait that doubles with each retry. */
export function computeBackoffMs(retry: number, random: () => number): number {
  return random() * Math.min(capMs, baseMs * 2 ** retry);
}

/** Limits retries: in ten seconds, ten plus a fifth of all attempts, retries included. */
export class RetryBudget {
  readonly #now: () => number;
  readonly #attempts = new RollingCounter();
  readonly #retries = new RollingCounter();

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
