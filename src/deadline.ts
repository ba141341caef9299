/** Why a request needs no answer any more. */
export type DeadlineEnd = 'expired' | 'abandoned';

/**
 * The life of one request, from its arrival to its answer: it ends at a fixed time (`expired`) or when the caller goes
 * away (`abandoned`), whichever is first, and every wait of the request listens to it. An AbortSignal in a few lines:
 * the platform's own costs several microseconds a request, which is a tenth of all that the gateway may cost.
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

  /** Undefined while the request still waits for its answer. */
  get end(): DeadlineEnd | undefined {
    return this.#end;
  }

  /** Milliseconds to the end; never negative. */
  get remainingMs(): number {
    return this.#end === undefined ? Math.max(0, this.#endsAtMs - performance.now()) : 0;
  }

  /** Calls the listener once, at the end, unless it is taken back before; at once where the end has passed. */
  onEnd(listener: (end: DeadlineEnd) => void): void {
    if (this.#end === undefined) this.#listeners.push(listener);
    else listener(this.#end);
  }

  /** Takes a listener back. */
  offEnd(listener: (end: DeadlineEnd) => void): void {
    const index = this.#listeners.indexOf(listener);
    if (index !== -1) this.#listeners.splice(index, 1);
  }

  /** The caller is gone: nobody waits for the answer. */
  abandon(): void {
    this.#finish('abandoned');
  }

  /** The request was answered: the timer is released and no listener is called any more. */
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
