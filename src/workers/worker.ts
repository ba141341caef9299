import cluster from 'node:cluster';
import { setTimeout as wait } from 'node:timers/promises';
import { type Config, ConfigError } from '../config.ts';
import { toError } from '../errors.ts';
import type { Plugins } from '../http/pipeline.ts';
import { startServer } from '../http/server.ts';
import type { Log } from '../observability/log.ts';
import type { MetricsSnapshot } from '../observability/metrics.ts';
import { PrimaryMessage, type WorkerMessage } from './messages.ts';
import { endOnSignal } from './shutdown.ts';

/** How often new counts are sent between scrapes. A killed worker loses the counts since its last report. */
const reportIntervalMs = 200;
/**
 * How long a worker that drains accepts connections while no other worker listens. A worker usually starts in less than
 * a second; on a busy machine, it can take many seconds.
 */
const replacementTimeoutMs = 30_000;

/** Runs the gateway in a worker process until the primary process, a signal or an exception ends it. */
export async function runWorker(config: Config, log: Log, plugins: Plugins): Promise<void> {
  const server = await startServer({ config, log, plugins, isWorker: true }).catch(async (error: unknown) => {
    const { message } = toError(error);
    await send({ type: 'failed', message, isConfigError: error instanceof ConfigError });
    process.exit(1);
  });
  // Without a listener in the primary process, only this process uses its metrics.
  const metrics = config.metricsPort === undefined ? undefined : server.metrics;
  const sendSnapshot = (snapshot: MetricsSnapshot) => send({ type: 'metrics', snapshot });
  const sendMetrics = async () => {
    if (metrics !== undefined) await sendSnapshot(await metrics.takeSnapshot());
  };
  let isPoolEnding = false;
  let noteReplaced = () => {};
  const replaced = new Promise<void>((resolve) => {
    noteReplaced = resolve;
  });
  const end = endOnSignal(
    {
      drain: async () => {
        await send({ type: 'draining' });
        // If all workers drain at the same time, clients could not connect until a replacement listens.
        if (!isPoolEnding)
          await Promise.race([replaced, wait(replacementTimeoutMs, undefined, { ref: false })]);
        if (!isPoolEnding) server.stopListening();
        return server.drain();
      },
    },
    log,
    { release: sendMetrics, ignoresFurtherSignals: true },
  );
  const endWithPool = () => {
    isPoolEnding = true;
    noteReplaced();
    end();
  };
  // If the primary process dies, Node would end its workers immediately.
  if (cluster.worker !== undefined) cluster.worker.exitedAfterDisconnect = true;
  process.once('disconnect', endWithPool);
  process.on('message', (message) => {
    const type = PrimaryMessage.safeParse(message).data?.type;
    if (type === 'drain') endWithPool();
    if (type === 'replaced') noteReplaced();
    if (type === 'get-metrics') void sendMetrics();
  });
  setInterval(() => {
    if (metrics?.hasNewCounts === true) void metrics.takeCounts().then(sendSnapshot);
  }, reportIntervalMs).unref();
  await send({ type: 'listening', url: server.url });
}

/** Resolves when the message has been sent or can no longer be sent. */
function send(message: WorkerMessage): Promise<void> {
  return new Promise((resolve) => {
    if (process.send === undefined || !process.connected) resolve();
    else process.send(message, undefined, {}, () => resolve());
  });
}
