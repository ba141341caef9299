import cluster from 'node:cluster';
import type { Config } from '../config.ts';
import { type RunningServer, startServer } from '../http/server.ts';
import { describeFault, flushLog, type Log, openLog } from '../observability/log.ts';
import { isTracingOn } from '../observability/telemetry.ts';

/** What is told of a gateway that has started. */
interface Listening {
  readonly url: string;
  readonly metricsUrl: string | undefined;
}

/** Runs the gateway until it is told to end: in this process, or in as many as the settings say. */
export async function serve(config: Config): Promise<void> {
  const log = await openLog(config.logLevel);
  logUncaughtFaults(log);
  if (config.workers > 1 && cluster.isWorker) {
    const { runWorker } = await import('../workers/worker.ts');
    await runWorker(config, log);
  } else if (config.workers > 1) {
    const { Crew } = await import('../workers/worker-pool.ts');
    const crew = new Crew(config, log);
    const listening = await crew.start();
    endOnSignal(crew, log);
    logListening(log, config, listening);
  } else {
    const server = await startServer({ config, log });
    // First: whoever reads that it listens may send a signal at once.
    endOnSignal(server, log);
    logListening(log, config, server);
  }
}

function logListening(log: Log, config: Config, { url, metricsUrl }: Listening): void {
  log.info(
    {
      url: `${url}/graphql`,
      upstream: config.galileoApiUrl.href,
      metrics: metricsUrl === undefined ? 'off' : `${metricsUrl}/metrics`,
      traces: isTracingOn(process.env),
      workers: config.workers,
      graphiql: config.graphiql,
      introspection: config.introspection,
      trustedDocuments: config.trustedDocuments?.path ?? 'off',
      corsOrigins: config.corsOrigins ?? 'none',
    },
    'listening',
  );
  log.flush();
}

/**
 * Drains at SIGTERM and SIGINT, and ends the process: with 0 where every request was answered, with 1 where time ran out or
 * a second signal came.
 */
export function endOnSignal(
  running: Pick<RunningServer, 'drain'> & { destroy?(): void },
  log: Log,
  release: () => Promise<void> = async () => {},
): void {
  let isEnding = false;
  const end = async (signal: NodeJS.Signals) => {
    log.info({ signal }, 'draining');
    const isDone = await running.drain();
    await release();
    log.info({ complete: isDone }, 'ended');
    await flushLog(log);
    process.exit(isDone ? 0 : 1);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, (received) => {
      if (isEnding) {
        running.destroy?.();
        process.exit(1);
      }
      isEnding = true;
      end(received).catch((fault: unknown) => {
        log.fatal({ fault: describeFault(fault) }, 'draining failed');
        process.exit(1);
      });
    });
  }
}

/** A fault that no request catches costs that request, not the others. */
export function logUncaughtFaults(log: Log): void {
  process.on('uncaughtException', (fault) =>
    log.error({ fault: describeFault(fault) }, 'uncaught exception'),
  );
  process.on('unhandledRejection', (fault) =>
    log.error({ fault: describeFault(fault) }, 'unhandled rejection'),
  );
}
