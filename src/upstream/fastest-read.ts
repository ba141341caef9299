import { windowMs } from './rolling-counter.ts';

/** The shortest duration of a read in the last ten to twenty seconds: a call with less time left cannot finish. */
export class FastestRead {
  #currentMs = Number.POSITIVE_INFINITY;
  #previousMs = Number.POSITIVE_INFINITY;
  #period = 0;

  add(durationMs: number, nowMs: number): void {
    this.#advance(nowMs);
    this.#currentMs = Math.min(this.#currentMs, durationMs);
  }

  /** 0 if there was no read. */
  getDurationMs(nowMs: number): number {
    this.#advance(nowMs);
    const fastestMs = Math.min(this.#currentMs, this.#previousMs);
    return fastestMs === Number.POSITIVE_INFINITY ? 0 : fastestMs;
  }

  #advance(nowMs: number): void {
    const period = Math.floor(nowMs / windowMs);
    if (period === this.#period) return;
    this.#previousMs = period === this.#period + 1 ? this.#currentMs : Number.POSITIVE_INFINITY;
    this.#currentMs = Number.POSITIVE_INFINITY;
    this.#period = period;
  }
}
