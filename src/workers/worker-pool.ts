import cluster, { type Worker } from 'node:cluster';
import { createServer, type Server } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import type { DestinationStream } from 'pino';
import { type Config, ConfigError } from '../config.ts';
import { closeServer, getUrl, listen } from '../http/listen.ts';
import { startMetricsServer } from '../http/metrics-server.ts';
import { getProperty } from '../json.ts';
import { forwardLines, type Log } from '../observability/log.ts';
import { type PrimaryMessage, WorkerMessage } from './messages.ts';
import type { MetricsSum } from './metrics-sum.ts';
import type { Drainable } from './shutdown.ts';

/** A worker that has listened this long counts as healthy: its replacement starts immediately. */
const healthyAfterMs = 10_000;
/** Wait before the second replacement in a row, doubled for each further one. */
const firstBackoffMs = 100;
const maxBackoffMs = 30_000;
/** A signal to all processes, as from systemd, can reach workers this much earlier than the primary process. */
const signalSpreadMs = 250;
/** Time for a worker's last spans and log lines, in addition to the shutdown settings. */
const graceMs = 5000;
/** Time for the output of workers that have ended. A process that a worker started can keep its pipes open. */
const outputTimeoutMs = 500;

interface Member {
  /** Undefined until it listens. On a busy machine, startup takes seconds. */
  listeningSinceMs: number | undefined;
  state: 'starting' | 'listening' | 'draining';
}

/**
 * The primary process of `WORKERS` processes that share a port. It starts and replaces workers and serves their
 * metrics.
 */
export class WorkerPool implements Drainable {
  readonly #config: Config;
  readonly #log: Log;
  readonly #output: DestinationStream;
  readonly #members = new Map<Worker, Member>();
  #metrics: { readonly sum: MetricsSum; readonly server: Server } | undefined;
  readonly #timers = new Set<NodeJS.Timeout>();
  #consecutiveExits = 0;
  #isEnding = false;
  #isComplete = true;
  #onEmpty: (() => void) | undefined;
  /** Defined until all of the first workers listen. */
  #starting: { readonly resolve: (url: string) => void; readonly reject: (error: Error) => void } | undefined;

  /** `output` receives the log lines of the workers. */
  constructor(config: Config, log: Log, output: DestinationStream) {
    this.#config = config;
    this.#log = log;
    this.#output = output;
    // Each worker has its own pipes. A process that starts or ends makes the pipes that it inherited blocking for
    // every process that shares them, and a process that is blocked by a full pipe cannot end.
    cluster.setupPrimary({ silent: true });
  }

  /** Resolves when every worker listens. Rejects if one of the first workers cannot start, after ending the others. */
  async start(): Promise<{ readonly url: string; readonly metricsUrl: string | undefined }> {
    const { port, metricsPort, host, workers } = this.#config;
    if (metricsPort !== undefined) {
      const [{ Metrics }, { MetricsSum }] = await Promise.all([
        import('../observability/metrics.ts'),
        import('./metrics-sum.ts'),
      ]);
      const sum = new MetricsSum(new Metrics());
      const server = await startMetricsServer(metricsPort, host, () => sum.print());
      this.#metrics = { sum, server };
    }
    try {
      if (port === 0) await chooseFreePort(host);
      const url = await new Promise<string>((resolve, reject) => {
        this.#starting = { resolve, reject };
        if (!this.#isEnding) for (let count = 0; count < workers; count += 1) this.#startWorker();
      });
      this.#starting = undefined;
      return { url, metricsUrl: this.#metrics && getUrl(this.#metrics.server) };
    } catch (error) {
      this.destroy();
      throw error;
    }
  }

  /** Drains every worker. A worker that is still starting has no requests and ends immediately. */
  async drain(): Promise<boolean> {
    this.#isEnding = true;
    for (const timer of this.#timers) clearTimeout(timer);
    // Later than 'exit': the output has been read to its end.
    const closed = [...this.#members.keys()].map(
      ({ process: child }) => new Promise<void>((resolve) => child.once('close', () => resolve())),
    );
    const emptied = new Promise<boolean>((resolve) => {
      this.#onEmpty = () => resolve(this.#isComplete);
    });
    if (this.#members.size === 0) this.#onEmpty?.();
    for (const [worker, { state }] of this.#members) {
      if (state === 'starting') worker.process.kill('SIGTERM');
      else this.#send(worker, { type: 'drain' });
    }
    const { shutdownDelayMs, shutdownTimeoutMs } = this.#config;
    const isDone = await Promise.race([
      emptied,
      wait(shutdownDelayMs + shutdownTimeoutMs + graceMs, false, { ref: false }),
    ]);
    this.destroy();
    await Promise.race([Promise.all(closed), wait(outputTimeoutMs)]);
    return isDone;
  }

  destroy(): void {
    this.#isEnding = true;
    if (this.#metrics !== undefined) closeServer(this.#metrics.server);
    for (const worker of this.#members.keys()) worker.process.kill('SIGKILL');
  }

  #startWorker(): void {
    const worker = cluster.fork();
    const { stdout, stderr } = worker.process;
    // Undefined if the process could not be started.
    if (stdout) forwardLines(stdout, this.#output);
    if (stderr) forwardLines(stderr, process.stderr);
    const member: Member = { listeningSinceMs: undefined, state: 'starting' };
    this.#members.set(worker, member);
    this.#replaceIfStuck(worker, member);
    worker.on('message', (received: unknown) => {
      const message = WorkerMessage.safeParse(received).data;
      switch (message?.type) {
        case 'listening':
          this.#noteListening(worker, member, message.url);
          break;
        case 'draining':
          this.#noteDraining(worker, member);
          break;
        case 'failed':
          if (this.#starting !== undefined)
            this.#starting.reject(
              message.isConfigError ? new ConfigError([message.message]) : new Error(message.message),
            );
          else this.#log.error({ reason: message.message }, 'a worker could not start');
          break;
        case 'metrics':
          this.#metrics?.sum.store(worker, message.snapshot);
          break;
        case undefined:
      }
    });
    const onExit = (code: number | null, signal: string | null, reason?: string) => {
      // `exit` can follow `error`.
      if (!this.#members.delete(worker)) return;
      this.#metrics?.sum.remove(worker);
      if (this.#isEnding) {
        if (code !== 0 && member.state !== 'starting') this.#isComplete = false;
        if (this.#members.size === 0) this.#onEmpty?.();
        return;
      }
      // A signal that ends a starting worker does not mean that workers cannot start.
      const isInterrupted = code === 0 || signal === 'SIGTERM' || signal === 'SIGINT';
      if (this.#starting !== undefined && member.state === 'starting' && !isInterrupted) {
        this.#starting.reject(new Error('a worker ended before it was ready'));
      } else if (member.state !== 'draining') this.#replace(worker, member, { code, signal, reason });
    };
    worker.on('exit', onExit);
    worker.on('error', (error: Error) => {
      if (worker.process.pid === undefined) onExit(null, null, error.message);
    });
  }

  /**
   * Replaces a worker that could not accept a connection, because it has no free file descriptor. Node would wait for
   * it forever, together with the connections after that one. Node has no public event for it.
   */
  #replaceIfStuck(worker: Worker, member: Member): void {
    worker.process.on('internalMessage', (message: unknown) => {
      if (getProperty(message, 'cmd') !== 'NODE_HANDLE_NACK' || member.state !== 'listening') return;
      this.#log.error(
        { pid: worker.process.pid },
        'a worker could not accept a connection: raise the open file limit (ulimit -n)',
      );
      worker.process.kill('SIGTERM');
    });
  }

  #send(worker: Worker, message: PrimaryMessage): void {
    if (worker.isConnected()) worker.send(message, () => {});
  }

  #noteListening(worker: Worker, member: Member, url: string): void {
    member.state = 'listening';
    member.listeningSinceMs = performance.now();
    this.#metrics?.sum.add(worker);
    this.#releaseDraining();
    if (this.#isEnding) this.#send(worker, { type: 'drain' });
    else if (this.#starting === undefined)
      this.#log.info({ pid: worker.process.pid }, 'a replacement worker is listening');
    else if (this.#countListening() === this.#config.workers) this.#starting.resolve(url);
  }

  /**
   * The worker drains although the pool has not asked it to, after a signal or an exception. Its replacement usually
   * starts before it exits.
   */
  #noteDraining(worker: Worker, member: Member): void {
    member.state = 'draining';
    if (!this.#isEnding) this.#schedule(() => this.#replace(worker, member, {}), signalSpreadMs);
    this.#releaseDraining();
  }

  /** Lets workers that drain stop listening, if another one listens. */
  #releaseDraining(): void {
    if (this.#countListening() === 0) return;
    for (const [worker, { state }] of this.#members) {
      if (state === 'draining') this.#send(worker, { type: 'replaced' });
    }
  }

  #countListening(): number {
    return [...this.#members.values()].filter(({ state }) => state === 'listening').length;
  }

  /**
   * Starts a replacement: immediately, or after a backoff if workers exit repeatedly, so that a crash loop does not
   * keep the machine busy.
   */
  #replace(worker: Worker, { state, listeningSinceMs }: Member, exit: object): void {
    const ranMs = listeningSinceMs === undefined ? 0 : performance.now() - listeningSinceMs;
    if (ranMs >= healthyAfterMs) this.#consecutiveExits = 0;
    const backoffMs =
      this.#consecutiveExits === 0
        ? 0
        : Math.min(maxBackoffMs, firstBackoffMs * 2 ** (this.#consecutiveExits - 1));
    this.#consecutiveExits += 1;
    const details = { pid: worker.process.pid, ...exit, backoffMs, consecutiveExits: this.#consecutiveExits };
    if (state === 'draining') this.#log.error(details, 'a worker is draining: starting a replacement');
    else if (backoffMs === 0) this.#log.error(details, 'a worker exited: starting a replacement');
    else this.#log.error(details, 'workers keep exiting: delaying the replacement');
    this.#schedule(() => this.#startWorker(), backoffMs);
  }

  /** Calls the function after the delay, unless the pool ends first. */
  #schedule(run: () => void, delayMs: number): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      run();
    }, delayMs);
    this.#timers.add(timer);
  }
}

/**
 * Makes all workers listen on the same free port. With port 0, the replacements of workers that have all ended would
 * choose another one.
 */
async function chooseFreePort(host: string): Promise<void> {
  const server = createServer();
  await listen(server, 0, host);
  const { port } = new URL(getUrl(server));
  cluster.setupPrimary({ args: [...process.argv.slice(2).filter((arg) => arg !== '--'), '--port', port] });
  closeServer(server);
}
