import { bucketMs, RollingCounter } from './rolling-counter.ts';

interface Tally {
  readonly attempts: RollingCounter;
  readonly failures: RollingCounter;
}

const createTally = (): Tally => ({ attempts: new RollingCounter(), failures: new RollingCounter() });

/**
 * Counts attempts and failures of the last ten seconds by caller. A caller without attempts in that time is forgotten.
 */
export class CallerTallies {
  #callers = new Map<string, Tally>();
  /** The caller with the most failures. */
  #worst: Tally | undefined;
  #lastExpirySecond = 0;

  add(caller: string, isFailure: boolean, nowMs: number): void {
    this.#expire(nowMs);
    const tally = this.#callers.get(caller) ?? createTally();
    this.#callers.set(caller, tally);
    tally.attempts.increment(nowMs);
    if (!isFailure) return;
    tally.failures.increment(nowMs);
    this.#compareWithWorst(tally, nowMs);
  }

  /** The counts of the caller with the most failures. */
  getWorst(nowMs: number): { readonly attempts: number; readonly failures: number } {
    return {
      attempts: this.#worst?.attempts.getTotal(nowMs) ?? 0,
      failures: this.#worst?.failures.getTotal(nowMs) ?? 0,
    };
  }

  clear(): void {
    this.#callers = new Map();
    this.#worst = undefined;
  }

  /** Removes expired callers, at most once a second, because counts expire in steps of one second. */
  #expire(nowMs: number): void {
    const second = Math.floor(nowMs / bucketMs);
    if (second === this.#lastExpirySecond) return;
    this.#lastExpirySecond = second;
    for (const [caller, tally] of this.#callers) {
      if (tally.attempts.getTotal(nowMs) === 0) this.#callers.delete(caller);
      else this.#compareWithWorst(tally, nowMs);
    }
  }

  #compareWithWorst(tally: Tally, nowMs: number): void {
    const most = this.#worst?.failures.getTotal(nowMs) ?? 0;
    if (tally.failures.getTotal(nowMs) > most) this.#worst = tally;
  }
}
