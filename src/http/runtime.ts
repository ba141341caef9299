import type { Config, SettingName } from '../config.ts';
import type { Telemetry } from '../observability/telemetry.ts';
import { GalileoClient } from '../upstream/galileo-client.ts';
import { createTransport, type Transport } from '../upstream/transport.ts';
import { Exchange, type ExchangeOptions } from './exchange.ts';
import { createGraphqlGateway } from './gateway.ts';
import type { IncomingRequest } from './incoming-request.ts';

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
  readonly #transport: Transport;
  readonly #exchangeOptions: ExchangeOptions;
  #activeCount = 0;
  #isStopped = false;
  #onIdle: (() => void) | undefined;

  constructor(config: RuntimeConfig, telemetry: Telemetry) {
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
      gateway: createGraphqlGateway(config, (fault, context) => telemetry.reportFault(fault, context)),
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
}
