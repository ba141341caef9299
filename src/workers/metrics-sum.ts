import type { Worker } from 'node:cluster';
import { addCounts, type Metrics, type MetricsSnapshot, printSum } from '../observability/metrics.ts';
import type { CrewMessage } from './messages.ts';

/** A worker that is too busy to answer by then is counted as it was before. */
const answerTimeoutMs = 1000;

/** The metrics of all workers as one. */
export class MetricsSum {
  readonly #own: Metrics;
  readonly #latest = new Map<Worker, MetricsSnapshot>();
  readonly #waiting = new Map<Worker, () => void>();
  /** The counts of workers that have ended. */
  #ended: Promise<MetricsSnapshot> = Promise.resolve([]);
  #reading: Promise<string> | undefined;

  /** @param own of this process, which has no requests but uses memory and time as well */
  constructor(own: Metrics) {
    this.#own = own;
  }

  /** Prometheus' text format. Two that ask at the same time get the same answer. */
  print(): Promise<string> {
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  add(worker: Worker): void {
    this.#latest.set(worker, []);
  }

  /** Takes what a worker tells, asked or not. */
  take(worker: Worker, snapshot: MetricsSnapshot): void {
    if (this.#latest.has(worker)) this.#latest.set(worker, snapshot);
    this.#waiting.get(worker)?.();
  }

  /** The worker has ended: what it counted stays in the sum. */
  remove(worker: Worker): void {
    const last = this.#latest.get(worker) ?? [];
    this.#latest.delete(worker);
    this.#waiting.get(worker)?.();
    this.#ended = this.#ended.then((ended) => addCounts([ended, last]));
  }

  async #read(): Promise<string> {
    await Promise.all([...this.#latest.keys()].map((worker) => this.#ask(worker)));
    // Taken in one go: a worker that ends meanwhile is in neither or in both.
    const latest = [...this.#latest.values()];
    const ended = await this.#ended;
    return printSum([await this.#own.getSnapshot(), ended, ...latest]);
  }

  #ask(worker: Worker): Promise<void> {
    if (!worker.isConnected()) return Promise.resolve();
    return new Promise((resolve) => {
      const settle = () => {
        clearTimeout(timer);
        this.#waiting.delete(worker);
        resolve();
      };
      const timer = setTimeout(settle, answerTimeoutMs);
      this.#waiting.set(worker, settle);
      const question: CrewMessage = { type: 'get-metrics' };
      worker.send(question, undefined, (error) => {
        if (error !== null) settle();
      });
    });
  }
}
