export interface Queueable {
  /** Identifies the credentials. */
  readonly caller: string;
  /** Set by the queue. */
  isQueued: boolean;
}

class CallerItems<T> {
  /** In the order in which they began to wait. Undefined until one waits. */
  waiting: T[] | undefined;
  runningCount = 0;
  /** Of callers with the same number of running items, the one with the lowest rank is next. */
  rank = 0;
}

const compare = (a: CallerItems<unknown>, b: CallerItems<unknown>): number =>
  a.runningCount - b.runningCount || a.rank - b.rank;

/**
 * A queue that is fair between callers (max-min fairness). The next item belongs to the caller with the fewest running
 * items. Of callers with the same number, the next is the one whose last change (it began to wait, or one of its items
 * started or ended) is oldest. Finding it takes time proportional to the number of callers, which
 * MAX_CONCURRENT_REQUESTS limits. A caller is forgotten with its last item.
 */
export class FairQueue<T extends Queueable> {
  readonly #callers = new Map<string, CallerItems<T>>();
  #length = 0;
  #lastRank = 0;

  get length(): number {
    return this.#length;
  }

  push(item: T): void {
    const caller = this.#getCaller(item.caller);
    caller.waiting ??= [];
    if (caller.waiting.length === 0) caller.rank = this.#lastRank += 1;
    caller.waiting.push(item);
    item.isQueued = true;
    this.#length += 1;
  }

  shift(): T | undefined {
    if (this.#length === 0) return undefined;
    let next: CallerItems<T> | undefined;
    for (const caller of this.#callers.values()) {
      if (caller.waiting?.length && (next === undefined || compare(caller, next) < 0)) next = caller;
    }
    return this.#removeIfPresent(next?.waiting?.[0]);
  }

  /**
   * Makes room for an item of this caller: removes the newest item of the caller with the most waiting items. Returns
   * undefined if that caller does not have more than this caller would have.
   */
  makeRoom(key: string): T | undefined {
    let most = this.#callers.get(key)?.waiting ?? [];
    const minLength = most.length + 2;
    for (const { waiting } of this.#callers.values()) {
      if (waiting !== undefined && waiting.length > most.length) most = waiting;
    }
    return most.length < minLength ? undefined : this.#removeIfPresent(most.at(-1));
  }

  remove(item: T): void {
    if (!item.isQueued) return;
    const caller = this.#getCaller(item.caller);
    // Usually the first or the last one.
    const { waiting = [] } = caller;
    waiting.splice(waiting.at(-1) === item ? -1 : waiting.indexOf(item), 1);
    item.isQueued = false;
    this.#length -= 1;
    this.#forgetIfUnused(item.caller, caller);
  }

  /** Counts the running items of a caller. Each start must be followed by one end. */
  countRunning(key: string, change: 1 | -1): void {
    const caller = this.#getCaller(key);
    caller.runningCount += change;
    caller.rank = this.#lastRank += 1;
    this.#forgetIfUnused(key, caller);
  }

  #removeIfPresent(item: T | undefined): T | undefined {
    if (item !== undefined) this.remove(item);
    return item;
  }

  #getCaller(key: string): CallerItems<T> {
    let caller = this.#callers.get(key);
    if (caller === undefined) {
      caller = new CallerItems();
      this.#callers.set(key, caller);
    }
    return caller;
  }

  #forgetIfUnused(key: string, { runningCount, waiting }: CallerItems<T>): void {
    if (runningCount === 0 && !waiting?.length) this.#callers.delete(key);
  }
}
