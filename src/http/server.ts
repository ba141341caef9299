import { createServer, type Server } from 'node:http';
import { Server as TcpServer } from 'node:net';
import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises';
import type { Config } from '../config.ts';
import type { Metrics } from '../observability/metrics.ts';
import { startTelemetry, type Telemetry } from '../observability/telemetry.ts';
import { ConnectionRegistry } from './connections.ts';
import { GraphqlHandler } from './handler.ts';
import { closeServer, getUrl, listen } from './listen.ts';
import { startMetricsServer } from './metrics-server.ts';
import type { Plugins } from './pipeline.ts';
import { toTextResponse } from './responses.ts';
import { Routes, type RoutesOptions } from './routes.ts';

/**
 * How long a worker that has drained still serves the connections that the primary process has passed to it. Others go
 * to workers that are still draining.
 */
const handOverMs = 100;

export interface ServerOptions extends Omit<RoutesOptions, 'handler' | 'isReady'> {
  readonly config: Config;
  readonly plugins?: Plugins | undefined;
  /** Whether this is a worker process. The primary process then serves its metrics. */
  readonly isWorker?: boolean;
}

/**
 * Starts the server. Rejects with a readable message if a port is not available, and with ConfigError if plugins cannot
 * be initialized.
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const server = new RunningServer(options, await startTelemetry(options.config, options.log));
  try {
    await server.listen();
  } catch (error) {
    await server[Symbol.asyncDispose]();
    throw error;
  }
  return server;
}

export class RunningServer implements AsyncDisposable {
  readonly #config: Config;
  readonly #isWorker: boolean;
  readonly #telemetry: Telemetry;
  readonly #handler: GraphqlHandler;
  readonly #connections: ConnectionRegistry;
  readonly #server: Server;
  #metricsServer: Server | undefined;
  #isReady = true;
  #draining: Promise<boolean> | undefined;

  constructor(options: ServerOptions, telemetry: Telemetry) {
    const { config, log, plugins, isWorker = false } = options;
    this.#config = config;
    this.#isWorker = isWorker;
    this.#telemetry = telemetry;
    this.#handler = new GraphqlHandler(config, telemetry, log, plugins);
    this.#connections = new ConnectionRegistry(config.responseTimeoutMs, log);
    const routes = new Routes({
      ...options,
      handler: this.#handler,
      isReady: () => this.#isReady,
    });
    this.#server = createServer({
      // Longer than the idle timeouts of load balancers, so that they close an idle connection first.
      keepAliveTimeout: 75_000,
      headersTimeout: config.requestTimeoutMs,
      // Later than the deadline, so that a late GraphQL request gets the gateway's own 408 and log line.
      requestTimeout: config.requestTimeoutMs + 1000,
      // By default, Node checks these timeouts only every 30 s.
      connectionsCheckingInterval: Math.min(1000, Math.max(50, Math.ceil(config.requestTimeoutMs / 4))),
      // `Routes` checks Host, because Node's own response has no request id.
      requireHostHeader: false,
    });
    this.#server
      .on('connection', (socket) => this.#connections.register(socket))
      .on('request', (request, response) =>
        this.#connections.receive(request, response, (pending) => routes.dispatch(pending)),
      )
      .on('checkContinue', (request, response) =>
        this.#connections.receive(request, response, (pending) => routes.dispatch(pending, true)),
      )
      // An `Expect` header other than `100-continue`.
      .on('checkExpectation', (request, response) =>
        this.#connections.receive(request, response, (pending) =>
          pending.respond(toTextResponse(417, 'expectation failed')),
        ),
      )
      .on('clientError', (error, socket) => this.#connections.refuse(socket, error));
  }

  get url(): string {
    return getUrl(this.#server);
  }

  /** Undefined if metrics are off, or another process serves them. */
  get metricsUrl(): string | undefined {
    return this.#metricsServer && getUrl(this.#metricsServer);
  }

  /** Undefined if metrics are off. */
  get metrics(): Metrics | undefined {
    return this.#telemetry.metrics;
  }

  /** For tests. */
  get usage(): GraphqlHandler['usage'] {
    return this.#handler.usage;
  }

  async listen(): Promise<void> {
    const { port, host, metricsPort } = this.#config;
    const { metrics } = this;
    if (metrics !== undefined && metricsPort !== undefined && !this.#isWorker)
      this.#metricsServer = await startMetricsServer(metricsPort, host, () => metrics.print());
    await this.#handler.ready();
    await listen(this.#server, port, host);
  }

  /**
   * Makes the server not ready. Accepts requests for SHUTDOWN_DELAY_MS, then waits up to SHUTDOWN_TIMEOUT_MS for
   * running ones and cuts off the rest. Resolves to whether every response was sent.
   */
  drain(): Promise<boolean> {
    this.#draining ??= this.#drain();
    return this.#draining;
  }

  /** Accepts no further connections, so that the other workers get them while this one drains. */
  stopListening(): void {
    // Unlike `http.Server.close`, this does not touch open connections.
    TcpServer.prototype.close.call(this.#server);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isReady = false;
    this.#handler.destroy();
    closeServer(this.#server);
    await this.#handler.close();
    await this.#closeTelemetry();
  }

  async #drain(): Promise<boolean> {
    const { shutdownDelayMs, shutdownTimeoutMs } = this.#config;
    this.#isReady = false;
    this.#connections.announcesClose = true;
    if (shutdownDelayMs > 0) await wait(shutdownDelayMs);
    const handlerClosed = this.#handler.close();
    // Requests that have already arrived are read first, and get their 503.
    await nextTurn();
    this.#connections.closeIdle();
    // The listener stays open meanwhile, so that a probe on a new connection gets 503.
    const timeout = wait(shutdownTimeoutMs, false, { ref: false });
    const isDone = await Promise.race([
      // Waits for the handler first: requests that arrive while it closes get a response too.
      handlerClosed.then(() => this.#connections.waitUntilSent()).then(() => true),
      timeout,
    ]);
    if (isDone) await Promise.race([this.#endConnections(), timeout]);
    else this.#handler.destroy();
    closeServer(this.#server);
    await this.#closeTelemetry();
    return isDone && !this.#connections.hasCutOff;
  }

  async #endConnections(): Promise<void> {
    if (this.#isWorker) {
      this.stopListening();
      await wait(handOverMs);
    }
    await this.#connections.waitUntilClosed();
  }

  /** Closes the listener of the metrics, and sends the remaining telemetry. */
  async #closeTelemetry(): Promise<void> {
    if (this.#metricsServer !== undefined) closeServer(this.#metricsServer);
    await this.#telemetry.close();
  }
}
