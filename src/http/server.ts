import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import type { Config } from '../config.ts';
import type { Log } from '../observability/log.ts';
import type { Metrics } from '../observability/metrics.ts';
import { type MetricsServer, startMetricsServer } from '../observability/metrics-server.ts';
import { openTelemetry, type Telemetry } from '../observability/telemetry.ts';
import { type Graphiql, loadGraphiql } from './graphiql.ts';
import { getUrl, listen } from './listen.ts';
import { refuseConnection } from './refused-connection.ts';
import { Routes } from './routes.ts';
import { GatewayRuntime } from './runtime.ts';

export interface ServerOptions {
  readonly config: Config;
  readonly log: Log;
  /** Headers that GraphiQL starts with. */
  readonly demoHeaders?: Readonly<Record<string, string>>;
  /** Whether another process answers for this one's metrics. Default: it does so itself, where metrics are on. */
  readonly isWorker?: boolean;
}

/** A gateway that listens. */
export interface RunningServer extends AsyncDisposable {
  /** `http://host:port`, with the port that was really taken. */
  readonly url: string;
  /** Where its metrics are; undefined where they are off, or another process has them. */
  readonly metricsUrl: string | undefined;
  /** Undefined where metrics are off. */
  readonly metrics: Metrics | undefined;
  /**
   * Ends it as an orchestrator expects: unready at once, taking requests for the delay, then waiting for the running ones.
   * Resolves to whether all of them were answered in time; those that were not are cut off.
   */
  drain(): Promise<boolean>;
}

/** Listens. Rejects with a sentence for people where a port cannot be had. */
export async function startServer({
  config,
  log,
  demoHeaders,
  isWorker = false,
}: ServerOptions): Promise<RunningServer> {
  const telemetry = await openTelemetry(config, log);
  const { metrics } = telemetry;
  const metricsServer =
    metrics === undefined || config.metricsPort === undefined || isWorker
      ? undefined
      : await startMetricsServer({ port: config.metricsPort, host: config.host }, () => metrics.print());
  const graphiql = config.graphiql
    ? loadGraphiql(demoHeaders === undefined ? {} : { demoHeaders })
    : undefined;
  const server = new GatewayServer(config, telemetry, metricsServer, graphiql);
  try {
    await server.listen();
  } catch (error) {
    await server[Symbol.asyncDispose]();
    throw error;
  }
  return server;
}

/** `unready` still takes requests; `draining` refuses new ones and waits for those that run. */
type Phase = 'serving' | 'unready' | 'draining';

/** How long a keep-alive socket may be idle: longer than load balancers keep theirs, so that they close first. */
const keepAliveTimeoutMs = 75_000;

class GatewayServer implements RunningServer {
  readonly #config: Config;
  readonly #telemetry: Telemetry;
  readonly #metricsServer: MetricsServer | undefined;
  readonly #runtime: GatewayRuntime;
  readonly #server: Server;
  /** The latest answer on each connection. */
  readonly #answers = new WeakMap<Duplex, ServerResponse>();
  #phase: Phase = 'serving';
  #draining: Promise<boolean> | undefined;

  constructor(
    config: Config,
    telemetry: Telemetry,
    metricsServer: MetricsServer | undefined,
    graphiql: Graphiql | undefined,
  ) {
    this.#config = config;
    this.#telemetry = telemetry;
    this.#metricsServer = metricsServer;
    this.#runtime = new GatewayRuntime(config, telemetry);
    const routes = new Routes({
      runtime: this.#runtime,
      telemetry,
      graphiql,
      isReady: () => this.#phase === 'serving',
    });
    this.#server = createServer(
      {
        keepAliveTimeout: keepAliveTimeoutMs,
        // Slow callers are cut off; by default Node looks for them only every 30 s.
        headersTimeout: config.requestTimeoutMs,
        requestTimeout: config.requestTimeoutMs,
        connectionsCheckingInterval: Math.min(1000, Math.max(50, config.requestTimeoutMs / 4)),
        // Node's own answer would have no request id; nor would those to the two events below.
        requireHostHeader: false,
      },
      (request, response) => {
        this.#answers.set(request.socket, response);
        routes.answer(request, response);
      },
    );
    this.#server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) =>
      routes.refuseExpectation(request, response),
    );
    this.#server.on('clientError', (error: Error, socket) =>
      refuseConnection(socket, error, this.#answers.get(socket)),
    );
  }

  get url(): string {
    return getUrl(this.#server);
  }

  get metricsUrl(): string | undefined {
    return this.#metricsServer?.url;
  }

  get metrics(): Metrics | undefined {
    return this.#telemetry.metrics;
  }

  listen(): Promise<void> {
    return listen(this.#server, this.#config.port, this.#config.host);
  }

  drain(): Promise<boolean> {
    this.#draining ??= this.#drain();
    return this.#draining;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#phase = 'draining';
    this.#runtime.destroy();
    this.#server.close();
    this.#server.closeAllConnections();
    await this.#runtime.close();
    await this.#closeTelemetry();
  }

  async #drain(): Promise<boolean> {
    this.#phase = 'unready';
    if (this.#config.shutdownDelayMs > 0) await setTimeout(this.#config.shutdownDelayMs);
    this.#phase = 'draining';
    this.#server.closeIdleConnections();
    // The listener stays open until then, so that a probe on a new connection reads 503 and is not refused.
    const isDone = await Promise.race([
      this.#runtime.close().then(() => true),
      setTimeout(this.#config.shutdownTimeoutMs, false, { ref: false }),
    ]);
    this.#server.close();
    this.#server.closeAllConnections();
    if (!isDone) this.#runtime.destroy();
    await this.#closeTelemetry();
    return isDone;
  }

  async #closeTelemetry(): Promise<void> {
    this.#metricsServer?.close();
    await this.#telemetry.close();
  }
}
