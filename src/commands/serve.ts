import cluster from 'node:cluster';
import type { Config } from '../config.ts';
import { type RunningServer, startServer } from '../http/server.ts';
import { createLog, type Log, openOutput } from '../observability/log.ts';
import { readOtelVariables } from '../otel-variables.ts';
import { endOnSignal } from '../workers/shutdown.ts';
import { findOtherGraphql, importPlugins } from './import-plugins.ts';

/** Starts the gateway, in this process or in `WORKERS` processes. Resolves when it listens; a signal ends it. */
export async function serve(config: Config, pluginFile?: string): Promise<void> {
  const plugins = pluginFile === undefined ? [] : await importPlugins(pluginFile);
  const output = await openOutput();
  const log = createLog(config.logLevel, output);
  if (pluginFile !== undefined && !cluster.isWorker) {
    const graphql = findOtherGraphql(pluginFile);
    if (graphql !== undefined)
      log.warn(
        { graphql },
        "--plugins: the module would import a different copy of graphql from the gateway's",
      );
  }
  if (config.trustedDocuments !== undefined && !cluster.isWorker) {
    const { checkDocuments } = await import('../check-documents.ts');
    for (const warning of checkDocuments(config)) log.warn(warning);
  }
  if (config.workers > 1 && cluster.isWorker) {
    const { runWorker } = await import('../workers/worker.ts');
    await runWorker(config, log, plugins);
  } else if (config.workers > 1) {
    const { WorkerPool } = await import('../workers/worker-pool.ts');
    const pool = new WorkerPool(config, log, output);
    // Before startup, so that a signal during it also ends the workers.
    endOnSignal(pool, log);
    logListening(log, config, await pool.start());
  } else {
    const server = await startServer({ config, log, plugins });
    // Before the log line: a supervisor may send a signal as soon as it reads it.
    endOnSignal(server, log);
    logListening(log, config, server);
  }
}

function logListening(
  log: Log,
  config: Config,
  { url, metricsUrl }: Pick<RunningServer, 'url' | 'metricsUrl'>,
): void {
  const otel = readOtelVariables(process.env);
  log.info(
    {
      url: `${url}${config.basePath}/graphql`,
      upstream: config.galileoApiUrl.href,
      metrics: metricsUrl === undefined ? 'off' : `${metricsUrl}/metrics`,
      traces: otel.exporter !== 'none',
      otlpMetrics: otel.metrics !== undefined,
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
