import type { Config, SettingName } from './config.ts';
import { Exchange, type ExchangeOptions, type IncomingRequest } from './exchange.ts';
import type { HttpResponse } from './execution/http-response.ts';
import { isJsonContentType } from './execution/params.ts';
import { createMediaTypeError, createMethodError } from './execution/request-error.ts';
import { createGraphqlGateway, type GatewayRequest, type GraphqlGateway } from './gateway.ts';
import type { Telemetry } from './observability/telemetry.ts';
import { GalileoClient } from './upstream/galileo-client.ts';
import { createTransport, type Transport } from './upstream/transport.ts';

/** The settings that concern a listener or a process. */
export const processSettings = [
  'port',
  'host',
  'metricsPort',
  'graphiql',
  'shutdownDelayMs',
  'shutdownTimeoutMs',
  'workers',
  'logLevel',
] as const satisfies readonly SettingName[];

/** The settings of a gateway without a listener, in whatever process. */
export type RuntimeConfig = Omit<Config, (typeof processSettings)[number]>;

/** A gateway without a listener: GraphQL, the way to upstream, and the requests that run. */
export class GatewayRuntime {
  readonly #gateway: GraphqlGateway;
  readonly #transport: Transport;
  readonly #config: RuntimeConfig;
  readonly #exchangeOptions: ExchangeOptions;
  #activeCount = 0;
  #isStopped = false;
  #onIdle: (() => void) | undefined;

  constructor(config: RuntimeConfig, telemetry: Telemetry) {
    this.#config = config;
    this.#transport = createTransport({
      origin: config.galileoApiUrl,
      connections: config.upstreamConnections,
      queue: config.upstreamQueue,
      attemptTimeoutMs: config.upstreamTimeoutMs,
      connectTimeoutMs: config.upstreamConnectTimeoutMs,
      retries: config.upstreamRetries,
      maxResponseBytes: config.upstreamMaxResponseBytes,
      observer: telemetry.transportObserver,
    });
    telemetry.watch(this.#transport);
    this.#exchangeOptions = {
      galileo: new GalileoClient(this.#transport, config.galileoApiUrl),
      telemetry,
      requestTimeoutMs: config.requestTimeoutMs,
      corsOrigins: config.corsOrigins,
      execute: (incoming, request) => this.#execute(incoming, request),
      enter: () => {
        if (this.#isStopped || this.#activeCount >= config.maxConcurrentRequests) return false;
        this.#activeCount += 1;
        return true;
      },
      leave: () => {
        this.#activeCount -= 1;
        if (this.#activeCount === 0) this.#onIdle?.();
      },
    };
    this.#gateway = createGraphqlGateway(config, (fault, context) => telemetry.reportFault(fault, context));
  }

  /** Begins the exchange of one request, which must be closed. */
  begin(request: IncomingRequest): Exchange {
    return new Exchange(request, this.#exchangeOptions);
  }

  /** Sheds every further request. */
  stop(): void {
    this.#isStopped = true;
  }

  /** Resolves when all requests have been answered and all upstream calls have ended. */
  async close(): Promise<void> {
    this.stop();
    if (this.#activeCount > 0) {
      await new Promise<void>((resolve) => {
        this.#onIdle = resolve;
      });
    }
    await this.#transport.close();
  }

  /** Ends every upstream call with an error, at once. */
  destroy(): void {
    this.stop();
    this.#transport.destroy();
  }

  #execute(incoming: IncomingRequest, request: GatewayRequest): Promise<HttpResponse> {
    const { corsOrigins, maxRequestBytes } = this.#config;
    const { method } = incoming;
    if (method === 'POST') {
      if (!isJsonContentType(incoming.getHeader('content-type'))) throw createMediaTypeError();
      return this.#gateway.post(() => incoming.readBody(maxRequestBytes, request.context.deadline), request);
    }
    // OPTIONS is CORS alone: for pages of the listed origins.
    const isPreflight = method === 'OPTIONS' && corsOrigins?.includes(incoming.getHeader('origin') ?? '');
    if (method !== 'GET' && isPreflight !== true) throw createMethodError();
    return this.#handle(incoming, request);
  }

  async #handle(incoming: IncomingRequest, request: GatewayRequest): Promise<HttpResponse> {
    const response = await this.#gateway.handle(toFetchRequest(incoming), request);
    // The length is known better where the answer is written.
    response.headers.delete('content-length');
    return {
      status: response.status,
      headers: Object.fromEntries(response.headers),
      body: await response.text(),
    };
  }
}

/** What the general way needs of a request: credentials and trace context are in its context already. */
function toFetchRequest(incoming: IncomingRequest): Request {
  const { method, target } = incoming;
  const headers = new Headers();
  for (const name of ['origin', 'access-control-request-method', 'access-control-request-headers']) {
    const value = incoming.getHeader(name);
    if (value !== undefined) headers.set(name, value);
  }
  // Whoever mounts the gateway has chosen its path.
  const query = target.includes('?') ? target.slice(target.indexOf('?')) : '';
  return new Request(`http://localhost/graphql${query}`, { method, headers });
}
