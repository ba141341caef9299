import { MemoryBudget, Reservation } from '../../src/memory.ts';

/** Holds any number of bytes. */
export const createUnlimitedReservation = (): Reservation =>
  new Reservation(new MemoryBudget(Number.MAX_SAFE_INTEGER));
