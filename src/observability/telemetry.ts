import type { ForwardedHeaders } from '../credentials.ts';
import type { Transport, TransportObserver } from '../upstream/transport.ts';
import { describeFault, type Log } from './log.ts';
import { createCallLog, logRequest } from './log-lines.ts';
import type { Metrics } from './metrics.ts';
import { type RequestEnd, RequestObservation } from './request-observation.ts';
import type { Tracing } from './tracing.ts';

/** A request whose headers are being forwarded, and the one who follows it. */
export interface ObservedRequest {
  readonly observation: RequestObservation;
  /** Without trace context where every attempt has its own. */
  readonly forwarded: ForwardedHeaders;
}

/** Logs, metrics and traces of this process: fed in the same places, whatever of them is on. */
export class Telemetry {
  /** Undefined where they are off. */
  readonly metrics: Metrics | undefined;
  readonly #log: Log;
  readonly #tracing: Tracing | undefined;
  readonly #onRequestEnd = (end: RequestEnd): void => {
    logRequest(this.#log, end);
    this.metrics?.recordRequest(end);
    this.#tracing?.endRequest(end);
  };

  constructor(log: Log, metrics: Metrics | undefined, tracing: Tracing | undefined) {
    this.#log = log;
    this.metrics = metrics;
    this.#tracing = tracing;
  }

  /** @param arrivedAtMs on the clock of `performance.now()` */
  observeRequest(method: string, forwarded: ForwardedHeaders, arrivedAtMs: number): ObservedRequest {
    const traced = this.#tracing?.startRequest(method, forwarded);
    return {
      observation: new RequestObservation(
        forwarded.requestId,
        arrivedAtMs,
        traced?.trace,
        this.#onRequestEnd,
      ),
      forwarded: traced?.forwarded ?? forwarded,
    };
  }

  /** For the transport. */
  get transportObserver(): TransportObserver {
    return join(createCallLog(this.#log), this.metrics?.transportObserver, this.#tracing?.transportObserver);
  }

  /** Has the metrics look at the transport whenever they are read. */
  watch(transport: Transport): void {
    this.metrics?.watch(transport);
  }

  /** Logs a fault that a request met, which its caller is told nothing of; in full where its secrets can be cut out. */
  reportFault(fault: unknown, request: { readonly requestId: string; redact?(text: string): string }): void {
    const { requestId } = request;
    const text = fault instanceof Error ? (fault.stack ?? fault.message) : String(fault);
    const clean = request.redact?.(text);
    const details = clean === undefined ? { fault: describeFault(fault) } : { fault: clean };
    this.#log.error({ requestId, ...details }, 'a fault of the gateway');
  }

  /** Sends what has not been sent, within two seconds. */
  async close(): Promise<void> {
    await this.#tracing?.close();
  }
}

/** What is on according to the settings and to OpenTelemetry's variables; what is off is not even loaded. */
export async function openTelemetry(
  config: { readonly metricsPort: number | undefined; readonly galileoApiUrl: URL },
  log: Log,
): Promise<Telemetry> {
  const [metrics, tracing] = await Promise.all([
    config.metricsPort === undefined
      ? undefined
      : import('./metrics.ts').then(({ Metrics }) => new Metrics()),
    isTracingOn(process.env)
      ? import('./tracing.ts').then(({ openTracing }) => openTracing(config.galileoApiUrl, log))
      : undefined,
  ]);
  return new Telemetry(log, metrics, tracing);
}

/** Whether OpenTelemetry's own variables name a place to send spans to. */
export function isTracingOn(environment: Readonly<Record<string, string | undefined>>): boolean {
  return (
    (environment['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] ||
      environment['OTEL_EXPORTER_OTLP_ENDPOINT'] ||
      '') !== '' &&
    environment['OTEL_SDK_DISABLED']?.trim().toLowerCase() !== 'true' &&
    environment['OTEL_TRACES_EXPORTER']?.trim() !== 'none'
  );
}

/** One observer for several; a hook of an attempt that none of them has stays absent, and costs nothing. */
function join(...given: (TransportObserver | undefined)[]): TransportObserver {
  const all = given.filter((observer) => observer !== undefined);
  const has = (hook: keyof TransportObserver) => all.some((observer) => observer[hook] !== undefined);
  return {
    ...(has('attemptStarted') && {
      attemptStarted: (attempt) => {
        for (const observer of all) observer.attemptStarted?.(attempt);
      },
    }),
    ...(has('getAttemptHeaders') && {
      getAttemptHeaders: (attempt) => all.flatMap((observer) => observer.getAttemptHeaders?.(attempt) ?? []),
    }),
    ...(has('attemptEnded') && {
      attemptEnded: (attempt, end) => {
        for (const observer of all) observer.attemptEnded?.(attempt, end);
      },
    }),
    retryScheduled: (attempt, waitMs) => {
      for (const observer of all) observer.retryScheduled?.(attempt, waitMs);
    },
    callEnded: (request, end) => {
      for (const observer of all) observer.callEnded?.(request, end);
    },
    breakerChanged: (state) => {
      for (const observer of all) observer.breakerChanged?.(state);
    },
  };
}
