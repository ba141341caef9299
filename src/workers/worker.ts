import type { Config } from '../config.ts';
import { type RunningServer, startServer } from '../http/server.ts';
import { describeFault, flushLog, type Log } from '../observability/log.ts';
import { readCrewMessage, type WorkerMessage } from './messages.ts';

/** Runs the gateway in a process that was started for it, until it is told to drain. It ends the process itself. */
export async function runWorker(config: Config, log: Log): Promise<void> {
  // A terminal's Ctrl+C reaches every process of the group: what to do then, the first one says.
  process.on('SIGINT', () => {});
  let server: RunningServer;
  try {
    server = await startServer({ config, log, isWorker: true });
  } catch (error) {
    await tell({ type: 'failed', message: error instanceof Error ? error.message : String(error) });
    process.exit(1);
  }
  const { metrics } = server;
  const tellMetrics = async () => {
    if (metrics !== undefined) await tell({ type: 'metrics', snapshot: await metrics.getSnapshot() });
  };
  let isEnding = false;
  const end = async () => {
    if (isEnding) return;
    isEnding = true;
    const isDone = await server.drain();
    await tellMetrics();
    await flushLog(log);
    process.exit(isDone ? 0 : 1);
  };
  const onFault = (fault: unknown) => {
    log.fatal({ fault: describeFault(fault) }, 'a worker failed');
    process.exit(1);
  };
  process.on('SIGTERM', () => void end().catch(onFault));
  process.on('message', (message) => {
    const type = readCrewMessage(message)?.type;
    if (type === 'drain') end().catch(onFault);
    if (type === 'get-metrics') tellMetrics().catch(onFault);
  });
  await tell({ type: 'listening', url: server.url });
}

/** Resolves when the message is out, or can no longer be sent. */
function tell(message: WorkerMessage): Promise<void> {
  return new Promise((resolve) => {
    if (process.send === undefined || !process.connected) resolve();
    else process.send(message, undefined, {}, () => resolve());
  });
}
