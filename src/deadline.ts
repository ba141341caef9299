import { performance } from 'node:perf_hooks';

/** Why a deadline ended. `cancelled`: nothing waits for a result any longer. */
export type DeadlineEnd = 'expired' | 'cancelled';

/**
 * The deadline of one request. It ends at a fixed time (`expired`), or when the client disconnects or the response is
 * complete (`cancelled`). Everything that the request waits for listens to it. It costs less than an AbortSignal
 * (docs/performance.md).
 */
export class Deadline {
  readonly #endsAtMs: number;
  readonly #timer: NodeJS.Timeout;
  #listeners: ((end: DeadlineEnd) => void)[] = [];
  #end: DeadlineEnd | undefined;

  /** @param startedAtMs on the clock of `performance.now()`; the arrival of the request */
  constructor(timeoutMs: number, startedAtMs = performance.now()) {
    this.#endsAtMs = startedAtMs + timeoutMs;
    // After a pause of the process, responses that have arrived in the meantime are read first.
    this.#timer = setTimeout(() => setImmediate(() => this.#finish('expired')), this.remainingMs);
  }

  /** Milliseconds until the end. Never negative. */
  get remainingMs(): number {
    return this.#end === undefined ? Math.max(0, this.#endsAtMs - performance.now()) : 0;
  }

  /** Calls the listener once: at the end, or immediately if the deadline has already ended. */
  onEnd(listener: (end: DeadlineEnd) => void): void {
    if (this.#end === undefined) this.#listeners.push(listener);
    else listener(this.#end);
  }

  offEnd(listener: (end: DeadlineEnd) => void): void {
    const index = this.#listeners.indexOf(listener);
    if (index !== -1) this.#listeners.splice(index, 1);
  }

  /** Must be called when the client has disconnected or the response is complete. Further calls do nothing. */
  cancel(): void {
    this.#finish('cancelled');
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
