import { MemoryBudget, Reservation } from '../memory.ts';
import { createShedError } from './http-errors.ts';

/** What a process can hold at the same time. */
interface AdmissionLimits {
  readonly maxConcurrentRequests: number;
  readonly maxBufferedBytes: number;
}

/**
 * Slots for requests that are executed, and bytes for everything that a request holds: its body, its variables, its document,
 * Galileo's responses and its own response until that is sent. Each slot and byte that is taken must be returned exactly once.
 */
export class Admission {
  readonly #limits: AdmissionLimits;
  // A Set would keep the requests of removed listeners: docs/performance.md, "Objects that outlive a request".
  readonly #onStop: ((error: Error) => void)[] = [];
  readonly #memory: MemoryBudget;
  #slots = 0;
  #isStopped = false;
  #onIdle: (() => void)[] = [];

  constructor(limits: AdmissionLimits) {
    this.#limits = limits;
    this.#memory = new MemoryBudget(limits.maxBufferedBytes);
  }

  /** The slots and bytes in use. */
  get usage(): { readonly requests: number; readonly bytes: number } {
    return { requests: this.#slots, bytes: this.#memory.bytes };
  }

  /** Whether a request that arrives now would be shed. */
  get isFull(): boolean {
    return this.#isStopped || this.#slots >= this.#limits.maxConcurrentRequests || this.#memory.isFull;
  }

  /** Returns false if all slots are in use, or after `stop`. */
  takeSlot(): boolean {
    if (this.#isStopped || this.#slots >= this.#limits.maxConcurrentRequests) return false;
    this.#slots += 1;
    return true;
  }

  returnSlot(): void {
    this.#slots -= 1;
    if (this.#slots > 0) return;
    for (const resolve of this.#onIdle.splice(0)) resolve();
  }

  /** Creates an empty reservation for one request. */
  reserve(): Reservation {
    return new Reservation(this.#memory);
  }

  /** Sheds all further requests, and those whose body has not arrived. */
  stop(): void {
    this.#isStopped = true;
    for (const listener of this.#onStop.splice(0)) listener(createShedError());
  }

  /** Calls the listener with an error if `stop` is called before `offStop`. */
  onStop(listener: (error: Error) => void): void {
    this.#onStop.push(listener);
  }

  offStop(listener: (error: Error) => void): void {
    const index = this.#onStop.indexOf(listener);
    const last = this.#onStop.at(-1);
    if (index === -1 || last === undefined) return;
    this.#onStop[index] = last;
    this.#onStop.pop();
  }

  /** Resolves when no slot is in use. */
  waitUntilIdle(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#slots === 0) resolve();
      else this.#onIdle.push(resolve);
    });
  }
}
