/** Why a request no longer needs a response. */
export type DeadlineEnd = 'expired' | 'abandoned';

/**
 * The deadline of one request. It ends at a fixed time (`expired`) or when the client disconnects (`abandoned`). Every wait
 * of the request listens to it. A cheaper AbortSignal: docs/performance.md has the figures.
 */
export class Deadline {
  readonly #endsAtMs: number;
  readonly #timer: NodeJS.Timeout;
  #listeners: ((end: DeadlineEnd) => void)[] = [];
  #end: DeadlineEnd | undefined;

  /**
   * @param timeoutMs from `startedAtMs` to the end
   * @param startedAtMs on the clock of `performance.now()`; the arrival of the request
   */
  constructor(timeoutMs: number, startedAtMs = performance.now()) {
    this.#endsAtMs = startedAtMs + timeoutMs;
    this.#timer = setTimeout(() => this.#finish('expired'), timeoutMs);
  }

  /** Undefined until the deadline has ended. */
  get end(): DeadlineEnd | undefined {
    return this.#end;
  }

  /** Milliseconds to the end; never negative. */
  get remainingMs(): number {
    return this.#end === undefined ? Math.max(0, this.#endsAtMs - performance.now()) : 0;
  }

  /** Calls the listener once, at the end, unless it is removed first. Calls it immediately if the deadline has ended. */
  onEnd(listener: (end: DeadlineEnd) => void): void {
    if (this.#end === undefined) this.#listeners.push(listener);
    else listener(this.#end);
  }

  /** Removes a listener. */
  offEnd(listener: (end: DeadlineEnd) => void): void {
    const index = this.#listeners.indexOf(listener);
    if (index !== -1) this.#listeners.splice(index, 1);
  }

  /** Ends the deadline because the client has disconnected. */
  abandon(): void {
    this.#finish('abandoned');
  }

  /** Stops the timer and removes all listeners, when the response is complete. */
  release(): void {
    clearTimeout(this.#timer);
    this.#listeners = [];
  }

  #finish(end: DeadlineEnd): void {
    if (this.#end !== undefined) return;
    this.#end = end;
    clearTimeout(this.#timer);
    const listeners = this.#listeners;
    this.#listeners = [];
    for (const listener of listeners) listener(end);
  }
}
