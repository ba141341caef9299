// Ten seconds, in buckets of one second.
const bucketMs = 1_000;
const bucketCount = 10;

interface Tally {
  attempts: number;
  failures: number;
}

/**
 * Counts attempts and failures of the last ten seconds, in total and by caller. A caller without attempts in that time is
 * forgotten. Time and memory are proportional to the attempts.
 */
export class CallerTallies {
  /** By second: the tallies of the callers in that second. */
  #buckets = new Map<number, Map<string, Tally>>();
  #callers = new Map<string, Tally>();
  #second = 0;
  #total: Tally = { attempts: 0, failures: 0 };
  #worst: Tally | undefined;

  /** @param nowMs on the same monotonic clock in every call */
  add(caller: string, isFailure: boolean, nowMs: number): void {
    this.#expire(nowMs);
    const bucket = this.#buckets.get(this.#second) ?? new Map<string, Tally>();
    this.#buckets.set(this.#second, bucket);
    const tally = getTally(this.#callers, caller);
    for (const each of [getTally(bucket, caller), tally, this.#total]) {
      each.attempts += 1;
      if (isFailure) each.failures += 1;
    }
    if (tally.failures > (this.#worst?.failures ?? 0)) this.#worst = tally;
  }

  /** The total of all callers except the one with the most failures. */
  get totalWithoutWorst(): Readonly<Tally> {
    const { attempts, failures } = this.#worst ?? { attempts: 0, failures: 0 };
    return { attempts: this.#total.attempts - attempts, failures: this.#total.failures - failures };
  }

  clear(): void {
    this.#buckets = new Map();
    this.#callers = new Map();
    this.#total = { attempts: 0, failures: 0 };
    this.#worst = undefined;
  }

  #expire(nowMs: number): void {
    const second = Math.floor(nowMs / bucketMs);
    if (second === this.#second) return;
    this.#second = second;
    let isChanged = false;
    for (const [bucketSecond, bucket] of this.#buckets) {
      if (bucketSecond > second - bucketCount) break;
      this.#buckets.delete(bucketSecond);
      this.#subtract(bucket);
      isChanged = true;
    }
    if (!isChanged) return;
    this.#worst = undefined;
    for (const tally of this.#callers.values())
      if (tally.failures > (this.#worst?.failures ?? 0)) this.#worst = tally;
  }

  #subtract(bucket: ReadonlyMap<string, Tally>): void {
    for (const [caller, { attempts, failures }] of bucket) {
      const tally = getTally(this.#callers, caller);
      for (const each of [tally, this.#total]) {
        each.attempts -= attempts;
        each.failures -= failures;
      }
      if (tally.attempts === 0) this.#callers.delete(caller);
    }
  }
}

function getTally(tallies: Map<string, Tally>, caller: string): Tally {
  let tally = tallies.get(caller);
  if (tally === undefined) {
    tally = { attempts: 0, failures: 0 };
    tallies.set(caller, tally);
  }
  return tally;
}
