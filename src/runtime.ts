import type { Config } from './config.ts';
import { Exchange, type ExchangeOptions, type IncomingRequest } from './exchange.ts';
import type { HttpResponse } from './execution/http-response.ts';
import { isJsonContentType } from './execution/params.ts';
import { createMethodError } from './execution/request-error.ts';
import { createGraphqlGateway, type GatewayRequest, type GraphqlGateway } from './gateway.ts';
import type { Telemetry } from './observability/telemetry.ts';
import { GalileoClient } from './upstream/galileo-client.ts';
import { createTransport, type Transport } from './upstream/transport.ts';

/** The settings of a gateway that concern no listener and no process. */
export type RuntimeConfig = Omit<
  Config,
  | 'port'
  | 'host'
  | 'metricsPort'
  | 'graphiql'
  | 'shutdownDelayMs'
  | 'shutdownTimeoutMs'
  | 'workers'
  | 'logLevel'
>;

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
    const origin = incoming.getHeader('origin');
    // OPTIONS is CORS alone: for pages of the listed origins.
    const isTaken =
      method === 'OPTIONS' ? corsOrigins?.includes(origin ?? '') : method === 'GET' || method === 'POST';
    if (isTaken !== true) throw createMethodError();
    const isJsonPost = method === 'POST' && isJsonContentType(incoming.getHeader('content-type'));
    const readBody = () => incoming.readBody(maxRequestBytes, request.context.deadline);
    if (isJsonPost && origin === undefined) return this.#gateway.post(readBody, request);
    return this.#handle(incoming, isJsonPost ? readBody : undefined, request);
  }

  async #handle(
    incoming: IncomingRequest,
    readBody: (() => Promise<string>) | undefined,
    request: GatewayRequest,
  ): Promise<HttpResponse> {
    const response = await this.#gateway.handle(toFetchRequest(incoming, await readBody?.()), request);
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
function toFetchRequest(incoming: IncomingRequest, body: string | undefined): Request {
  const headers = new Headers();
  for (const name of [
    'origin',
    'content-type',
    'access-control-request-method',
    'access-control-request-headers',
  ]) {
    const value = incoming.getHeader(name);
    if (value !== undefined) headers.set(name, value);
  }
  return new Request(`http://localhost${incoming.target}`, {
    method: incoming.method,
    headers,
    ...(body === undefined ? {} : { body }),
  });
}
