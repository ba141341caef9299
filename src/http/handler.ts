import { performance } from 'node:perf_hooks';
import { type Config, ConfigError, type SettingName } from '../config.ts';
import { toError } from '../errors.ts';
import { Executor } from '../execution/index.ts';
import type { Log } from '../observability/log.ts';
import type { Telemetry } from '../observability/telemetry.ts';
import { version } from '../package.ts';
import { createSchema } from '../schema/index.ts';
import { GalileoClient } from '../upstream/galileo-client.ts';
import { Transport } from '../upstream/transport.ts';
import { Admission } from './admission.ts';
import { Cors } from './cors.ts';
import { Exchange, type HandlerServices } from './exchange.ts';
import { fromNode, type HttpRequest } from './http-request.ts';
import type { PendingRequest } from './pending-request.ts';
import { createDirectPipeline, type Plugins } from './pipeline.ts';
import { createYogaPipeline } from './yoga.ts';

/** The settings that `createGateway` does not have, because they concern the process and its listeners. */
export const commandLineSettings = [
  'port',
  'host',
  'metricsPort',
  'basePath',
  'graphiql',
  'shutdownDelayMs',
  'shutdownTimeoutMs',
  'workers',
  'logLevel',
  'trustProxy',
] as const satisfies readonly SettingName[];

export type HandlerConfig = Omit<Config, (typeof commandLineSettings)[number]>;

/** Handles GraphQL requests without a listener. Holds what all requests of one gateway share. */
export class GraphqlHandler {
  readonly #transport: Transport;
  readonly #services: HandlerServices;
  readonly #unwatch: (() => void) | undefined;
  #closing: Promise<void> | undefined;

  /** @param plugins graphql-yoga is loaded only if there are any */
  constructor(config: HandlerConfig, telemetry: Telemetry, log: Log, plugins: Plugins = []) {
    this.#transport = new Transport({
      ...config,
      headers: [
        'user-agent',
        `galileo-gateway/${version}`,
        ...Object.entries(config.upstreamHeaders ?? {}).flat(),
      ],
      tls: {
        ca: config.upstreamCaFile?.content,
        cert: config.upstreamCertFile?.content,
        key: config.upstreamKeyFile?.content,
      },
      observer: telemetry.transportObserver,
    });
    const schema = createSchema();
    const executor = new Executor(schema, config);
    this.#services = {
      config,
      telemetry,
      galileo: new GalileoClient(this.#transport, config.galileoApiUrl),
      operatorSecrets: Object.values(config.upstreamHeaders ?? {}),
      reportError: (error, request) => telemetry.reportError(error, request),
      admission: new Admission(config),
      cors: new Cors(config.corsOrigins, log),
      keepsBody: plugins.length > 0,
      pipeline:
        plugins.length === 0 ? createDirectPipeline(executor) : createYogaPipeline(schema, executor, plugins),
    };
    this.#unwatch = telemetry.metrics?.watch({
      transport: this.#transport,
      getRequestCount: () => this.usage.requests,
    });
  }

  /**
   * Resolves when plugins, if there are any, are ready. Rejects with ConfigError if graphql-yoga cannot be loaded, or a
   * plugin fails when it is initialized.
   */
  async ready(): Promise<void> {
    await this.#services.pipeline.ready?.().catch((error: unknown) => {
      throw new ConfigError([`plugins: ${toError(error).message}`]);
    });
  }

  get usage(): Admission['usage'] {
    return this.#services.admission.usage;
  }

  /** Begins the exchange of one request. The exchange's `end` must be called. */
  begin(request: HttpRequest, arrivedAtMs = performance.now()): Exchange {
    return new Exchange(request, arrivedAtMs, this.#services);
  }

  /**
   * Handles a request of Node's server, and sends its response unless the client has disconnected.
   *
   * @param target of the request, in origin form
   * @param expectsContinue whether the client waits for `100 Continue` before it sends the body
   */
  serve(pending: PendingRequest, target: string, expectsContinue = false): void {
    const { request, response, arrivedAtMs } = pending;
    const sendContinue = expectsContinue ? () => response.writeContinue() : undefined;
    const exchange = this.begin(fromNode(request, target, sendContinue), arrivedAtMs);
    pending.exchange = exchange;
    exchange.run().then(
      (httpResponse) => {
        if (httpResponse !== undefined) pending.respond(httpResponse, exchange.requestId);
      },
      (error: unknown) => {
        this.#services.reportError(error, exchange);
        pending.abort();
      },
    );
  }

  /** Sheds further requests. Resolves when all requests have ended and the connections to upstream are closed. */
  close(): Promise<void> {
    this.#services.admission.stop();
    this.#closing ??= this.#services.admission
      .waitUntilIdle()
      .then(() => Promise.all([this.#transport.close(), this.#services.pipeline.dispose?.()]))
      .then(() => this.#unwatch?.());
    return this.#closing;
  }

  /** Ends every upstream call. */
  destroy(): void {
    this.#services.admission.stop();
    this.#transport.destroy();
  }
}
