import { setTimeout as wait } from 'node:timers/promises';
import type { Config } from '../config.ts';
import type { CallerHeaders } from '../credentials.ts';
import { readOtelVariables } from '../otel-variables.ts';
import type { TransportObserver } from '../upstream/transport-types.ts';
import { createClientAddressReader } from './client-address.ts';
import { describeError, type Log } from './log.ts';
import { logBreaker, logCall, logRequest } from './log-lines.ts';
import type { Metrics } from './metrics.ts';
import { RequestObservation } from './request-observation.ts';
import type { Tracing } from './tracing.ts';

/**
 * How long an exiting process waits for the last spans and metrics to be sent. A healthy collector takes
 * milliseconds.
 */
const closeTimeoutMs = 2000;

interface TelemetryParts {
  readonly metrics?: Metrics | undefined;
  readonly tracing?: Tracing | undefined;
  readonly trustProxy?: Config['trustProxy'];
  /** Functions that send the remaining spans and metrics. They never reject. */
  readonly shutdowns?: readonly (() => Promise<void>)[];
}

/** Logs, metrics and traces. Each can be off. */
export class Telemetry {
  readonly metrics: Metrics | undefined;
  readonly #log: Log;
  readonly #tracing: Tracing | undefined;
  readonly #shutdowns: readonly (() => Promise<void>)[];
  readonly #getClientAddress: ReturnType<typeof createClientAddressReader>;
  readonly #onRequestEnd = (observation: RequestObservation): void => {
    logRequest(this.#log, observation);
    this.metrics?.recordRequest(observation);
    this.#tracing?.endRequest(observation);
  };

  readonly transportObserver: TransportObserver = {
    attemptStarted: (attempt) => this.#tracing?.startAttempt(attempt),
    attemptEnded: (attempt, end) => {
      this.metrics?.recordAttempt(attempt, end);
      this.#tracing?.endAttempt(attempt, end);
    },
    retryScheduled: () => this.metrics?.countRetry(),
    callEnded: (request, end) => logCall(this.#log, request, end),
    breakerChanged: (state) => logBreaker(this.#log, state),
  };

  constructor(log: Log, { metrics, tracing, trustProxy, shutdowns = [] }: TelemetryParts) {
    this.#log = log;
    this.metrics = metrics;
    this.#tracing = tracing;
    this.#shutdowns = shutdowns;
    this.#getClientAddress = createClientAddressReader(trustProxy);
  }

  observeRequest(
    method: string,
    remoteAddress: string | undefined,
    forwardedFor: string | undefined,
    { requestId, traceHeaders }: CallerHeaders,
    arrivedAtMs: number,
  ): RequestObservation {
    return new RequestObservation(
      requestId,
      arrivedAtMs,
      this.#getClientAddress(remoteAddress, forwardedFor),
      this.#tracing?.startRequest(method, traceHeaders),
      this.#onRequestEnd,
    );
  }

  /**
   * Logs an error in the gateway, which the client does not see. Its message is logged only if the request's secrets
   * can be removed from it.
   */
  reportError(error: unknown, request: { readonly requestId: string; redact?(text: string): string }): void {
    const { requestId } = request;
    this.#log.error(
      { requestId, error: describeError(error, request.redact?.bind(request)) },
      'internal error',
    );
  }

  /** Sends the remaining spans and metrics. Never rejects. */
  async close(): Promise<void> {
    const isSent = await Promise.race([
      Promise.all(this.#shutdowns.map((shutdown) => shutdown())).then(() => true),
      wait(closeTimeoutMs, false, { ref: false }),
    ]);
    if (!isSent)
      this.#log.warn({ reason: 'The collector did not respond in time.' }, 'telemetry could not be sent');
  }
}

/** Loads and starts only what the settings and OpenTelemetry's variables turn on. */
export async function startTelemetry(
  config: Pick<Config, 'metricsPort' | 'galileoApiUrl' | 'basePath' | 'trustProxy'>,
  log: Log,
): Promise<Telemetry> {
  const otel = readOtelVariables(process.env);
  for (const warning of otel.warnings) log.warn(warning);
  for (const [name, value] of Object.entries(otel.sdkVariables)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
  const [metrics, traces] = await Promise.all([
    config.metricsPort === undefined && otel.metrics === undefined
      ? undefined
      : import('./metrics.ts').then(({ Metrics }) => new Metrics()),
    otel.exporter === 'none'
      ? undefined
      : import('./otlp-traces.ts').then(({ startTracing }) => startTracing(config, otel, log)),
  ]);
  const shutdowns = traces === undefined ? [] : [traces.shutdown];
  if (metrics !== undefined && otel.metrics !== undefined) {
    const { startMetricsExport } = await import('./otlp-metrics.ts');
    shutdowns.push(startMetricsExport(metrics, otel.metrics, log));
  }
  return new Telemetry(log, { metrics, tracing: traces?.tracing, trustProxy: config.trustProxy, shutdowns });
}
