import cluster, { type Worker } from 'node:cluster';
import { setTimeout as wait } from 'node:timers/promises';
import type { Config } from '../config.ts';
import type { Log } from '../observability/log.ts';
import { type MetricsServer, startMetricsServer } from '../observability/metrics-server.ts';
import { type CrewMessage, readWorkerMessage } from './messages.ts';
import type { MetricsSum } from './metrics-sum.ts';

/** A worker that lived this long was well: the next one is started at once. */
const wellAfterMs = 10_000;
/** How long the place of one that died young stays empty, from the second on; doubled each time, up to half a minute. */
const firstBackoffMs = 100;
const maxBackoffMs = 30_000;
/** How much longer than their own time limits workers are waited for: their last spans and lines take up to three seconds. */
const graceMs = 5000;

/**
 * The processes that share the port, and this one, which starts them, replaces those that die, and answers for their
 * metrics. It serves no request itself.
 */
export class Crew {
  readonly #config: Config;
  readonly #log: Log;
  readonly #workers = new Set<Worker>();
  #metrics: { readonly sum: MetricsSum; readonly server: MetricsServer } | undefined;
  readonly #replacements = new Set<NodeJS.Timeout>();
  #earlyDeathCount = 0;
  #isEnding = false;
  #listeningCount = 0;
  #isComplete = true;
  #onAllGone: (() => void) | undefined;
  /** Who waits for the first workers. */
  #starting: { readonly resolve: (url: string) => void; readonly reject: (error: Error) => void } | undefined;

  constructor(config: Config, log: Log) {
    this.#config = config;
    this.#log = log;
  }

  /** Resolves when every worker listens; rejects, with none left, where the first ones cannot. */
  async start(): Promise<{ readonly url: string; readonly metricsUrl: string | undefined }> {
    const { metricsPort, host, workers } = this.#config;
    if (metricsPort !== undefined) {
      const [{ Metrics }, { MetricsSum }] = await Promise.all([
        import('../observability/metrics.ts'),
        import('./metrics-sum.ts'),
      ]);
      const sum = new MetricsSum(new Metrics());
      const server = await startMetricsServer({ port: metricsPort, host }, () => sum.print());
      this.#metrics = { sum, server };
    }
    try {
      const url = await new Promise<string>((resolve, reject) => {
        this.#starting = { resolve, reject };
        for (let count = 0; count < workers; count += 1) this.#startWorker();
      });
      this.#starting = undefined;
      return { url, metricsUrl: this.#metrics?.server.url };
    } catch (error) {
      this.destroy();
      throw error;
    }
  }

  /** Drains every worker. Resolves to whether all requests were answered in time. */
  async drain(): Promise<boolean> {
    this.#isEnding = true;
    for (const timer of this.#replacements) clearTimeout(timer);
    const gone = new Promise<boolean>((resolve) => {
      this.#onAllGone = () => resolve(this.#isComplete);
    });
    if (this.#workers.size === 0) return true;
    const message: CrewMessage = { type: 'drain' };
    for (const worker of this.#workers) if (worker.isConnected()) worker.send(message, () => {});
    const { shutdownDelayMs, shutdownTimeoutMs } = this.#config;
    const isDone = await Promise.race([
      gone,
      wait(shutdownDelayMs + shutdownTimeoutMs + graceMs, false, { ref: false }),
    ]);
    this.destroy();
    return isDone;
  }

  /** Ends every worker at once. */
  destroy(): void {
    this.#isEnding = true;
    this.#metrics?.server.close();
    for (const worker of this.#workers) worker.process.kill('SIGKILL');
  }

  #startWorker(): void {
    const worker = cluster.fork();
    const startedAtMs = performance.now();
    this.#workers.add(worker);
    this.#metrics?.sum.add(worker);
    let isListening = false;
    worker.on('message', (received: unknown) => {
      const message = readWorkerMessage(received);
      switch (message?.type) {
        case 'listening':
          isListening = true;
          this.#noteListening(message.url);
          break;
        case 'failed':
          this.#noteFailure(message.message);
          break;
        case 'metrics':
          this.#metrics?.sum.take(worker, message.snapshot);
          break;
        case undefined:
      }
    });
    worker.on('exit', (code: number | null, signal: string | null) => {
      this.#workers.delete(worker);
      this.#metrics?.sum.remove(worker);
      if (this.#isEnding) {
        if (code !== 0) this.#isComplete = false;
        if (this.#workers.size === 0) this.#onAllGone?.();
      } else if (this.#starting !== undefined) {
        this.#starting.reject(new Error('a worker ended before it listened'));
      } else {
        const aliveMs = isListening ? performance.now() - startedAtMs : 0;
        this.#log.error({ pid: worker.process.pid, code, signal }, 'a worker has ended: it is replaced');
        this.#replaceLater(aliveMs);
      }
    });
  }

  #noteListening(url: string): void {
    this.#listeningCount += 1;
    if (this.#starting === undefined) this.#log.info('a worker has taken the place of another');
    else if (this.#listeningCount === this.#config.workers) this.#starting.resolve(url);
  }

  #noteFailure(reason: string): void {
    if (this.#starting === undefined) this.#log.error({ reason }, 'a worker could not start');
    else this.#starting.reject(new Error(reason));
  }

  // At once, unless workers die young one after another: a loop of crashes must not keep the machine busy.
  #replaceLater(aliveMs: number): void {
    if (aliveMs >= wellAfterMs) this.#earlyDeathCount = 0;
    const delayMs =
      this.#earlyDeathCount === 0
        ? 0
        : Math.min(maxBackoffMs, firstBackoffMs * 2 ** (this.#earlyDeathCount - 1));
    this.#earlyDeathCount += 1;
    const timer = setTimeout(() => {
      this.#replacements.delete(timer);
      this.#startWorker();
    }, delayMs);
    this.#replacements.add(timer);
  }
}
