import { bucketMs, RollingCounter } from './rolling-counter.ts';

interface Tally {
  readonly attempts: RollingCounter;
  readonly failures: RollingCounter;
}

const createTally = (): Tally => ({ attempts: new RollingCounter(), failures: new RollingCounter() });

/**
 * Counts attempts and failures of the last ten seconds, in total and by caller. A caller without attempts in that time
 * is forgotten.
 */
export class CallerTallies {
  #callers = new Map<string, Tally>();
  #total = createTally();
  /** The caller with the most failures. */
  #worst: Tally | undefined;
  #second = 0;

  add(caller: string, isFailure: boolean, nowMs: number): void {
    this.#expire(nowMs);
    const tally = this.#callers.get(caller) ?? createTally();
    this.#callers.set(caller, tally);
    for (const { attempts, failures } of [tally, this.#total]) {
      attempts.increment(nowMs);
      if (isFailure) failures.increment(nowMs);
    }
    if (isFailure) this.#compareWithWorst(tally, nowMs);
  }

  /** The total of all callers except the one with the most failures. */
  getTotalWithoutWorst(nowMs: number): { readonly attempts: number; readonly failures: number } {
    const get = (name: keyof Tally) =>
      this.#total[name].getTotal(nowMs) - (this.#worst?.[name].getTotal(nowMs) ?? 0);
    return { attempts: get('attempts'), failures: get('failures') };
  }

  clear(): void {
    this.#callers = new Map();
    this.#total = createTally();
    this.#worst = undefined;
  }

  /** Removes expired callers, at most once a second, because counts expire in steps of one second. */
  #expire(nowMs: number): void {
    const second = Math.floor(nowMs / bucketMs);
    if (second === this.#second) return;
    this.#second = second;
    this.#worst = undefined;
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
