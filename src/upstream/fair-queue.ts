/** A member of a linked list. It refers to its list, so that it can be removed in constant time. */
class Node<T> {
  readonly value: T;
  list: List<T> | undefined;
  previous: Node<T> | undefined;
  next: Node<T> | undefined;

  constructor(value: T) {
    this.value = value;
  }

  moveTo(list: List<T>): void {
    this.remove();
    this.list = list;
    this.previous = list.last;
    if (list.last === undefined) list.first = this;
    else list.last.next = this;
    list.last = this;
    list.length += 1;
  }

  remove(): void {
    const { list, previous, next } = this;
    if (list === undefined) return;
    if (previous === undefined) list.first = next;
    else previous.next = next;
    if (next === undefined) list.last = previous;
    else next.previous = previous;
    list.length -= 1;
    this.list = this.previous = this.next = undefined;
  }
}

class List<T> {
  first: Node<T> | undefined;
  last: Node<T> | undefined;
  length = 0;
}

/** Members ordered by their level, a small whole number, and within a level by the order in which they reached it. */
class Levels<T> {
  readonly #lists: List<T>[] = [];
  // All members are within these levels.
  #lowest = 0;
  #highest = 0;

  place(node: Node<T>, level: number): void {
    while (this.#lists.length <= level) this.#lists.push(new List());
    const list = this.#lists[level];
    if (list === undefined || node.list === list) return;
    node.moveTo(list);
    this.#lowest = Math.min(this.#lowest, level);
    this.#highest = Math.max(this.#highest, level);
  }

  getLowest(): T | undefined {
    const lists = this.#lists;
    while (this.#lowest < lists.length && lists[this.#lowest]?.length === 0) this.#lowest += 1;
    return lists[this.#lowest]?.first?.value;
  }

  getHighest(): T | undefined {
    while (this.#highest > 0 && this.#lists[this.#highest]?.length === 0) this.#highest -= 1;
    return this.#lists[this.#highest]?.first?.value;
  }
}

/** What can wait in a `FairQueue`. */
export interface Queueable {
  /** Identifies the credentials. */
  readonly caller: string;
  /** Set by the queue while the item waits in it. */
  queueEntry: Node<Queueable> | undefined;
}

/** A caller with waiting or running items. */
class CallerState<T extends Queueable> {
  runningCount = 0;
  /** Undefined until an item waits. */
  queue: CallerQueue<T> | undefined;
}

class CallerQueue<T extends Queueable> {
  readonly items = new List<T>();
  readonly byRunning = new Node<CallerQueue<T>>(this);
  readonly byWaiting = new Node<CallerQueue<T>>(this);
}

/**
 * A queue that is fair between callers (max-min fairness). The next item belongs to the caller with the fewest running
 * items. Of equal callers, the one that has waited longest is next. Every operation takes constant time. A caller is
 * forgotten with its last item.
 */
export class FairQueue<T extends Queueable> {
  readonly #callers = new Map<string, CallerState<T>>();
  readonly #byRunning = new Levels<CallerQueue<T>>();
  readonly #byWaiting = new Levels<CallerQueue<T>>();
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(item: T): void {
    const caller = this.#getCaller(item.caller);
    const entry = new Node(item);
    caller.queue ??= new CallerQueue();
    entry.moveTo(caller.queue.items);
    item.queueEntry = entry;
    this.#length += 1;
    this.#update(item.caller, caller);
  }

  /** Removes the next item. */
  shift(): T | undefined {
    return this.#removeIfPresent(this.#byRunning.getLowest()?.items.first?.value);
  }

  /**
   * Makes room for an item of this caller: removes the newest item of the caller with the most waiting items. Returns
   * undefined if that caller does not have more than this caller would have.
   */
  makeRoom(key: string): T | undefined {
    const most = this.#byWaiting.getHighest()?.items;
    if (most === undefined || most.length <= (this.#callers.get(key)?.queue?.items.length ?? 0) + 1)
      return undefined;
    return this.#removeIfPresent(most.last?.value);
  }

  /** Removes an item if it is waiting. */
  remove(item: T): void {
    const { queueEntry } = item;
    const caller = this.#callers.get(item.caller);
    if (queueEntry === undefined || caller === undefined) return;
    queueEntry.remove();
    item.queueEntry = undefined;
    this.#length -= 1;
    this.#update(item.caller, caller);
  }

  /** Counts the running items of a caller. Each start must be followed by one end. */
  countRunning(key: string, change: 1 | -1): void {
    const caller = this.#getCaller(key);
    caller.runningCount += change;
    this.#update(key, caller);
  }

  #removeIfPresent(item: T | undefined): T | undefined {
    if (item !== undefined) this.remove(item);
    return item;
  }

  #getCaller(key: string): CallerState<T> {
    let caller = this.#callers.get(key);
    if (caller === undefined) {
      caller = new CallerState();
      this.#callers.set(key, caller);
    }
    return caller;
  }

  #update(key: string, { queue, runningCount }: CallerState<T>): void {
    const waitingCount = queue?.items.length ?? 0;
    if (queue !== undefined && waitingCount > 0) {
      this.#byRunning.place(queue.byRunning, runningCount);
      this.#byWaiting.place(queue.byWaiting, waitingCount);
      return;
    }
    queue?.byRunning.remove();
    queue?.byWaiting.remove();
    if (runningCount === 0) this.#callers.delete(key);
  }
}
