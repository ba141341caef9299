import type { Worker } from 'node:cluster';
import {
  addCounts,
  isGauge,
  type Metrics,
  type MetricsSnapshot,
  printSum,
} from '../observability/metrics.ts';
import type { PrimaryMessage } from './messages.ts';

/** A worker that does not respond in time keeps its previous counts. */
const responseTimeoutMs = 1000;

/** The sum of the metrics of all processes. */
export class MetricsSum {
  readonly #own: Metrics;
  readonly #latest = new Map<Worker, MetricsSnapshot>();
  readonly #waiting = new Map<Worker, () => void>();
  /** Counts of workers that have ended. */
  #ended: Promise<MetricsSnapshot> = Promise.resolve([]);

  /** @param own metrics of this process, which uses memory and CPU time but serves no requests */
  constructor(own: Metrics) {
    this.#own = own;
  }

  add(worker: Worker): void {
    this.#latest.set(worker, []);
  }

  /**
   * Stores the latest metrics of a worker. A worker sends all on request, and those without gauges when they have
   * changed.
   */
  store(worker: Worker, snapshot: MetricsSnapshot): void {
    const previous = this.#latest.get(worker);
    const isComplete = snapshot.some(isGauge);
    if (previous !== undefined)
      this.#latest.set(worker, isComplete ? snapshot : [...snapshot, ...previous.filter(isGauge)]);
    if (isComplete) this.#waiting.get(worker)?.();
  }

  /** Keeps the counts of a worker that has ended, so no counter ever decreases. */
  remove(worker: Worker): void {
    const last = this.#latest.get(worker) ?? [];
    this.#latest.delete(worker);
    this.#waiting.get(worker)?.();
    this.#ended = this.#ended.then((ended) => addCounts([ended, last]));
  }

  /** Prometheus text format. Must not be called again before it has resolved. */
  async print(): Promise<string> {
    await Promise.all([...this.#latest.keys()].map((worker) => this.#ask(worker)));
    // Read in the same turn, so that a worker that ends is not counted twice.
    const latest = [...this.#latest.values()];
    const ended = await this.#ended;
    return printSum([await this.#own.takeSnapshot(), ended, ...latest]);
  }

  #ask(worker: Worker): Promise<void> {
    if (!worker.isConnected()) return Promise.resolve();
    return new Promise((resolve) => {
      const settle = () => {
        clearTimeout(timer);
        this.#waiting.delete(worker);
        resolve();
      };
      const timer = setTimeout(settle, responseTimeoutMs);
      this.#waiting.set(worker, settle);
      worker.send({ type: 'get-metrics' } satisfies PrimaryMessage, (error) => {
        if (error !== null) settle();
      });
    });
  }
}
