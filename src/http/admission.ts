import type { Config } from '../config.ts';
import { MemoryBudget, Reservation } from '../memory.ts';
import { createShedError } from './http-errors.ts';

/**
 * Slots for requests that are being executed, and bytes for everything that a request holds: its body, its variables,
 * its document, Galileo's responses and its own response until that is sent. Each slot and byte that is taken must be
 * returned exactly once.
 */
export class Admission {
  readonly #maxSlots: number;
  // A Set would keep the requests of removed listeners: docs/performance.md, "Objects that outlive a request".
  readonly #stopListeners: ((error: Error) => void)[] = [];
  readonly #budget: MemoryBudget;
  #slots = 0;
  #isStopped = false;
  #onIdle: (() => void) | undefined;

  constructor(limits: Pick<Config, 'maxConcurrentRequests' | 'maxBufferedBytes'>) {
    this.#maxSlots = limits.maxConcurrentRequests;
    this.#budget = new MemoryBudget(limits.maxBufferedBytes);
  }

  get usage(): { readonly requests: number; readonly bytes: number } {
    return { requests: this.#slots, bytes: this.#budget.bytes };
  }

  get isFull(): boolean {
    return !this.#hasSlot || this.#budget.isFull;
  }

  get #hasSlot(): boolean {
    return !this.#isStopped && this.#slots < this.#maxSlots;
  }

  /** Returns false if all slots are in use, or after `stop`. */
  takeSlot(): boolean {
    if (!this.#hasSlot) return false;
    this.#slots += 1;
    return true;
  }

  returnSlot(): void {
    this.#slots -= 1;
    if (this.#slots === 0) this.#onIdle?.();
  }

  createReservation(): Reservation {
    return new Reservation(this.#budget);
  }

  /** Sheds all further requests, and those whose body has not arrived. */
  stop(): void {
    this.#isStopped = true;
    for (const listener of this.#stopListeners.splice(0)) listener(createShedError());
  }

  onStop(listener: (error: Error) => void): void {
    this.#stopListeners.push(listener);
  }

  offStop(listener: (error: Error) => void): void {
    const index = this.#stopListeners.indexOf(listener);
    if (index !== -1) this.#stopListeners.splice(index, 1);
  }

  /** Must be called only once. */
  waitUntilIdle(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#slots === 0) resolve();
      else this.#onIdle = resolve;
    });
  }
}
