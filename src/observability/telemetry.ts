import type { Config } from '../config.ts';
import type { ForwardedHeaders } from '../credentials.ts';
import type { Transport, TransportObserver } from '../upstream/transport.ts';
import { type ClientAddressReader, createClientAddressReader } from './client-address.ts';
import { describeFault, type Log } from './log.ts';
import { createCallLog, logRequest } from './log-lines.ts';
import type { Metrics } from './metrics.ts';
import { readOtelVariables } from './otel-variables.ts';
import type { MetricsExport } from './otlp-metrics.ts';
import { type RequestEnd, RequestObservation } from './request-observation.ts';
import type { Tracing } from './tracing.ts';

interface IncomingRequest {
  readonly method: string;
  readonly remoteAddress?: string | undefined;
  getHeader(name: string): string | undefined;
}

/** A request that is being followed. */
export interface ObservedRequest {
  readonly observation: RequestObservation;
  /** Without the caller's trace context if every attempt has its own. */
  readonly forwarded: ForwardedHeaders;
}

/** Logs, metrics and traces. Each can be off. */
export class Telemetry {
  /** Undefined if they are off. */
  readonly metrics: Metrics | undefined;
  readonly #log: Log;
  readonly #tracing: Tracing | undefined;
  readonly #metricsExport: MetricsExport | undefined;
  readonly #getClientAddress: ClientAddressReader;
  readonly #onRequestEnd = (end: RequestEnd): void => {
    logRequest(this.#log, end);
    this.metrics?.recordRequest(end);
    this.#tracing?.endRequest(end);
  };

  /** @param trustProxy the setting */
  constructor(
    log: Log,
    metrics?: Metrics,
    tracing?: Tracing,
    trustProxy?: Config['trustProxy'],
    metricsExport?: MetricsExport,
  ) {
    this.#log = log;
    this.metrics = metrics;
    this.#tracing = tracing;
    this.#metricsExport = metricsExport;
    this.#getClientAddress = createClientAddressReader(trustProxy);
  }

  /** @param arrivedAtMs on the clock of `performance.now()` */
  observeRequest(
    request: IncomingRequest,
    forwarded: ForwardedHeaders,
    arrivedAtMs: number,
  ): ObservedRequest {
    const traced = this.#tracing?.startRequest(request.method, forwarded);
    return {
      observation: new RequestObservation(
        forwarded.requestId,
        arrivedAtMs,
        this.#getClientAddress(request.remoteAddress, request.getHeader('x-forwarded-for')),
        traced?.trace,
        this.#onRequestEnd,
      ),
      forwarded: traced?.forwarded ?? forwarded,
    };
  }

  /** For the transport. */
  get transportObservers(): readonly TransportObserver[] {
    const { metrics } = this;
    return [createCallLog(this.#log), metrics?.transportObserver, this.#tracing?.transportObserver].filter(
      (observer) => observer !== undefined,
    );
  }

  /** Makes the metrics read the state of the gateway whenever they are printed. */
  watch(transport: Transport, getRequestCount: () => number): void {
    this.metrics?.watch({ transport, getRequestCount });
  }

  /**
   * Logs an error of the gateway, which the client does not see. Its message is logged only if the request's secrets
   * can be removed from it.
   */
  reportFault(fault: unknown, request: { readonly requestId: string; redact?(text: string): string }): void {
    const { requestId } = request;
    const text = fault instanceof Error ? (fault.stack ?? fault.message) : String(fault);
    const clean = request.redact?.(text);
    const details = clean === undefined ? { fault: describeFault(fault) } : { fault: clean };
    this.#log.error({ requestId, ...details }, 'internal error');
  }

  /** Sends the remaining spans and metrics, within two seconds. */
  async close(): Promise<void> {
    await Promise.all([this.#tracing?.close(), this.#metricsExport?.close()]);
  }
}

/** Loads and starts only what the settings and OpenTelemetry's variables turn on. */
export async function openTelemetry(
  config: Pick<Config, 'metricsPort' | 'galileoApiUrl' | 'trustProxy'>,
  log: Log,
): Promise<Telemetry> {
  const otel = readOtelVariables(process.env);
  for (const warning of otel.warnings) log.warn(warning);
  const [metrics, tracing] = await Promise.all([
    config.metricsPort === undefined && otel.metrics === undefined
      ? undefined
      : import('./metrics.ts').then(({ Metrics }) => new Metrics()),
    otel.exporter === 'none'
      ? undefined
      : import('./otlp-traces.ts').then(({ openTracing }) => openTracing(config.galileoApiUrl, otel, log)),
  ]);
  const metricsExport =
    metrics === undefined || otel.metrics === undefined
      ? undefined
      : (await import('./otlp-metrics.ts')).openMetricsExport(metrics, otel.metrics, log);
  return new Telemetry(log, metrics, tracing, config.trustProxy, metricsExport);
}

/** Which signals OpenTelemetry's variables turn on. */
export function readOtelSignals(environment: Readonly<Record<string, string | undefined>>) {
  const { exporter, metrics } = readOtelVariables(environment);
  return { traces: exporter !== 'none', otlpMetrics: metrics !== undefined };
}
