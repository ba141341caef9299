import { getHeapStatistics } from 'node:v8';

/** The memory that the requests of a process can hold, in bytes. */
export class MemoryBudget {
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get isFull(): boolean {
    return this.#bytes >= this.#maxBytes;
  }

  /** Whether less than an eighth of the memory is held. */
  get isMostlyFree(): boolean {
    return this.#bytes < this.#maxBytes / 8;
  }

  /** Whether half of the memory would be left if this many more bytes were held. */
  leavesHalfFree(bytes: number): boolean {
    return this.#bytes + bytes <= this.#maxBytes / 2;
  }

  /** Returns false, and changes nothing, if this many more bytes do not fit. A negative number always fits. */
  change(bytes: number): boolean {
    if (bytes > 0 && this.#bytes + bytes > this.#maxBytes) return false;
    this.#bytes += bytes;
    return true;
  }
}

/** Memory that several requests can share, such as that of a document. It counts once while any of them uses it. */
export interface SharedAllocation {
  /** Its size, which can grow. */
  readonly bytes: number;
  /** How many requests use it. Set by `Reservation`. */
  useCount: number;
  /** How many bytes of it the budget counts. Set by `Reservation`. */
  heldBytes: number;
}

/**
 * In bytes. Shorter JSON is not scanned if half of the memory is free: its size is estimated with `maxParsedFactor`.
 */
const minScannedBytes = 4096;
/** Upper bound of the size of parsed JSON divided by its length. Nested empty arrays, the worst case, take 28. */
export const maxParsedFactor = 32;

/** The default of `--max-semi-space-size`, in MiB: 64 since V8 13 (Node 24), before that 16. */
const semiSpaceMiB = Number.parseInt(process.versions.v8, 10) < 13 ? 16 : 64;
/** V8's limit includes three semi-spaces, which can hold only new objects. */
const newObjectsBytes = 3 * semiSpaceMiB * 1024 * 1024;

/**
 * Whether this many more bytes fit V8's heap. Garbage counts until it is collected: a process that parses faster than
 * V8 collects would end, although few bytes are in use. A quarter is left for what V8 allocates during a collection.
 */
function fitsHeap(bytes: number): boolean {
  const { used_heap_size: usedBytes, heap_size_limit: maxBytes } = getHeapStatistics();
  return usedBytes + bytes <= 0.75 * (maxBytes - newObjectsBytes);
}

/** The bytes that one request holds. A method that returns false has changed nothing. */
export class Reservation {
  readonly #budget: MemoryBudget;
  #bytes = 0;
  #isClosed = false;

  constructor(budget: MemoryBudget) {
    this.#budget = budget;
  }

  /**
   * Holds this many more bytes. After `close`, does nothing and returns true: a write that outlives its request must
   * not fail.
   */
  take(bytes: number): boolean {
    if (this.#isClosed) return true;
    if (!this.#budget.change(bytes)) return false;
    this.#bytes += bytes;
    return true;
  }

  release(bytes: number): void {
    this.take(-Math.min(bytes, this.#bytes));
  }

  /** Releases everything except shared memory. */
  releaseAll(): void {
    this.release(this.#bytes);
  }

  /**
   * Replaces the bytes of JSON, which must be held, with an estimate of what its parsed value needs, and returns it.
   * Returns undefined, and changes nothing, if that does not fit.
   */
  replaceWithParsed(json: Buffer): number | undefined {
    let bytes = json.length * maxParsedFactor;
    if (json.length >= minScannedBytes || !this.#budget.leavesHalfFree(bytes)) {
      bytes = estimateParsedBytes(json);
      if (!this.#budget.isMostlyFree && !fitsHeap(bytes)) return undefined;
    }
    return this.take(bytes - json.length) ? bytes : undefined;
  }

  /** Holds shared memory, which counts once for all its users. Must be followed by `releaseShared`. */
  takeShared(shared: SharedAllocation): boolean {
    shared.useCount += 1;
    if (this.growShared(shared)) return true;
    shared.useCount -= 1;
    return false;
  }

  /** Counts the growth of shared memory since it was last counted. Does nothing if it no longer has a user. */
  growShared(shared: SharedAllocation): boolean {
    const { bytes, useCount } = shared;
    if (useCount === 0) return true;
    if (!this.#budget.change(bytes - shared.heldBytes)) return false;
    shared.heldBytes = bytes;
    return true;
  }

  releaseShared(shared: SharedAllocation): void {
    shared.useCount -= 1;
    if (shared.useCount > 0) return;
    this.#budget.change(-shared.heldBytes);
    shared.heldBytes = 0;
  }

  /** Releases everything except shared memory, for good. */
  close(): void {
    this.releaseAll();
    this.#isClosed = true;
  }
}

const quote = 0x22;
const backslash = 0x5c;
const letterU = 0x75;
const [brace, bracket, colon, comma] = [0x7b, 0x5b, 0x3a, 0x2c];
const [zero, nine] = [0x30, 0x39];
/** The first byte in UTF-8 of U+0100, the first character that is not Latin-1, is 0xc4. */
const lastLatin1Byte = 0xc3;

/**
 * Estimates the memory of parsed JSON, in bytes. `[{},{},…]` takes 21 times its length, `[[[…]]]` 28 times. Measured
 * with V8 11 (Node 20): an empty object takes 56 bytes, an array 16 and 16 more if it is not empty, a position in an
 * array 8, a number that is not a small integer 16, a property with a unique name up to 100, one with an index as its
 * name 140. A string takes two bytes per character if one of them is not Latin-1.
 */
export function estimateParsedBytes(json: Buffer): number {
  let bytes = 0;
  let isInString = false;
  let isLatin1 = true;
  for (let index = 0; index < json.length; index += 1) {
    const byte = json[index] as number;
    if (byte === quote) isInString = !isInString;
    else if (isInString) {
      if (byte > lastLatin1Byte) isLatin1 = false;
      else if (byte === backslash) {
        index += 1;
        if (json[index] === letterU) isLatin1 = false;
      }
    } else if (byte === brace || byte === bracket) bytes += 64;
    else if (byte === colon) bytes += 120;
    else if (byte === comma) bytes += 16;
    else if (byte >= zero && byte <= nine) bytes += 4;
  }
  return bytes + (isLatin1 ? json.length : 2 * json.length);
}
