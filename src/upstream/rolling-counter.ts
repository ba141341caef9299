export const bucketMs = 1_000;
const bucketCount = 10;
/** The length of the window: how long an event is counted. */
export const windowMs = bucketCount * bucketMs;

/** Counts the events of the last ten seconds, in buckets of one second. Memory and time are constant. */
export class RollingCounter {
  readonly #buckets = new Float64Array(bucketCount);
  #newest = 0;
  #total = 0;

  /** @param nowMs on the same monotonic clock in every call */
  increment(nowMs: number): void {
    this.#advance(nowMs);
    const index = this.#newest % bucketCount;
    this.#buckets[index] = (this.#buckets[index] ?? 0) + 1;
    this.#total += 1;
  }

  getTotal(nowMs: number): number {
    this.#advance(nowMs);
    return this.#total;
  }

  clear(): void {
    this.#buckets.fill(0);
    this.#total = 0;
  }

  #advance(nowMs: number): void {
    const second = Math.floor(nowMs / bucketMs);
    if (second === this.#newest) return;
    if (second - this.#newest >= bucketCount) {
      this.clear();
    } else {
      for (let passed = this.#newest + 1; passed <= second; passed += 1) {
        const index = passed % bucketCount;
        this.#total -= this.#buckets[index] ?? 0;
        this.#buckets[index] = 0;
      }
    }
    this.#newest = second;
  }
}
