import {
  defaultTextMapGetter,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type TextMapPropagator,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { setGlobalErrorHandler, W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { ForwardedHeaders } from '../credentials.ts';
import { version } from '../package.ts';
import type { AttemptEnd, AttemptInfo, TransportObserver } from '../upstream/transport.ts';
import { describeFault, type Log } from './log.ts';
import type { RequestEnd, RequestTrace } from './request-observation.ts';

/** How long the end of the process waits for the last spans to be taken; a receiver that is well takes milliseconds. */
const closeTimeoutMs = 2000;

interface TracedRequest {
  readonly trace: RequestTrace;
  /** Without the caller's trace context: each attempt brings its own. */
  readonly forwarded: ForwardedHeaders;
}

/**
 * Spans, sent as OTLP over HTTP: one for each GraphQL request, a child of the caller's, and within it one for each attempt
 * at an upstream call. Nothing is registered globally, and nothing is patched.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/http/http-spans/
 * @see https://opentelemetry.io/docs/specs/semconv/graphql/graphql-spans/
 */
export class Tracing {
  readonly #provider: BasicTracerProvider;
  readonly #tracer: Tracer;
  readonly #upstream: URL;
  readonly #onFault: (fault: unknown) => void;
  readonly #propagator: TextMapPropagator = new W3CTraceContextPropagator();
  readonly #attempts = new WeakMap<AttemptInfo, Span>();

  readonly transportObserver: TransportObserver = {
    attemptStarted: (attempt) => this.#startAttempt(attempt),
    getAttemptHeaders: (attempt) => this.#getHeaders(attempt),
    attemptEnded: (attempt, end) => this.#endAttempt(attempt, end),
  };

  /** @param onFault told when spans cannot be sent */
  constructor(provider: BasicTracerProvider, upstream: URL, onFault: (fault: unknown) => void) {
    this.#provider = provider;
    this.#tracer = provider.getTracer('galileo-gateway', version);
    this.#upstream = upstream;
    this.#onFault = onFault;
  }

  /** Starts the span of a request, which `endRequest` must end. */
  startRequest(method: string, forwarded: ForwardedHeaders): TracedRequest {
    const { carrier, rest } = splitHeaders(forwarded.headers);
    const parent = this.#propagator.extract(ROOT_CONTEXT, carrier, defaultTextMapGetter);
    const span = this.#tracer.startSpan(
      // The name for an operation that is not known yet.
      'GraphQL Operation',
      { kind: SpanKind.SERVER, attributes: { 'http.request.method': method, 'url.path': '/graphql' } },
      parent,
    );
    return {
      trace: { context: trace.setSpan(parent, span), traceId: span.spanContext().traceId },
      forwarded: { ...forwarded, headers: rest },
    };
  }

  endRequest(end: RequestEnd): void {
    const span = end.trace && trace.getSpan(end.trace.context);
    if (span === undefined) return;
    // The kind alone: names of operations are the callers' own, and as many as they like.
    if (end.operationType !== 'unknown') {
      span.updateName(end.operationType).setAttribute('graphql.operation.type', end.operationType);
    }
    setIfKnown(span, 'graphql.operation.name', end.operationName);
    setIfKnown(span, 'graphql.document.hash', end.documentHash);
    setIfKnown(span, 'http.response.status_code', end.status);
    span.setAttribute('gateway.request_id', end.requestId).setAttribute('gateway.outcome', end.outcome);
    if (end.codes.length > 0) span.setAttribute('error.type', end.codes[0] ?? '');
    // What a caller did wrong is no error of the server's.
    if (end.outcome === 'fault' || end.outcome === 'upstream_error' || end.outcome === 'shed') {
      span.setStatus({ code: SpanStatusCode.ERROR, message: end.codes.join(' ') });
    }
    span.end();
  }

  /** Sends what is left, within two seconds; a receiver that does not take it is no reason to fail. */
  async close(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, closeTimeoutMs);
    });
    await Promise.race([this.#provider.shutdown().catch(this.#onFault), timeout]);
    clearTimeout(timer);
  }

  #startAttempt(attempt: AttemptInfo): void {
    const { method, operation, path, provider, traceContext } = attempt.request;
    if (traceContext === undefined) return;
    const { origin, pathname, hostname, port, protocol } = this.#upstream;
    const span = this.#tracer.startSpan(
      method,
      {
        kind: SpanKind.CLIENT,
        attributes: {
          'http.request.method': method,
          'url.full': `${origin}${pathname.replace(/\/+$/, '')}${path}`.replace(/[?#].*$/, ''),
          'server.address': hostname,
          'server.port': Number(port) || (protocol === 'https:' ? 443 : 80),
          'gateway.operation': operation,
          ...(provider !== undefined && { 'gateway.provider': provider }),
          ...(attempt.number > 1 && { 'http.request.resend_count': attempt.number - 1 }),
        },
      },
      traceContext,
    );
    this.#attempts.set(attempt, span);
  }

  #getHeaders(attempt: AttemptInfo): readonly string[] | undefined {
    const span = this.#attempts.get(attempt);
    if (span === undefined) return undefined;
    const headers: string[] = [];
    this.#propagator.inject(trace.setSpan(ROOT_CONTEXT, span), headers, {
      set: (list: string[], name, value) => {
        list.push(name, value);
      },
    });
    return headers;
  }

  #endAttempt(attempt: AttemptInfo, { outcome, status }: AttemptEnd): void {
    const span = this.#attempts.get(attempt);
    if (span === undefined) return;
    this.#attempts.delete(attempt);
    setIfKnown(span, 'http.response.status_code', status);
    if (outcome !== 'answered' && status === undefined) span.setAttribute('error.type', outcome);
    else if (status !== undefined && status >= 400) span.setAttribute('error.type', String(status));
    if (outcome !== 'cancelled' && (status === undefined || (status !== undefined && status >= 400))) {
      span.setStatus({ code: SpanStatusCode.ERROR });
    }
    span.end();
  }
}

/** Configured by OpenTelemetry's own variables: endpoint, headers, sampler, limits, resource. */
export function openTracing(upstream: URL, log: Log): Tracing {
  const protocol =
    process.env['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL'] ?? process.env['OTEL_EXPORTER_OTLP_PROTOCOL'];
  if (protocol === 'grpc')
    log.warn('spans are sent over HTTP: OTEL_EXPORTER_OTLP_PROTOCOL=grpc is not supported');
  const onFault = (fault: unknown) => {
    const reason = fault instanceof Error ? fault.message : undefined;
    log.warn({ reason, fault: describeFault(fault) }, 'spans could not be sent');
  };
  setGlobalErrorHandler(onFault);
  const resource = resourceFromAttributes({
    'service.name': 'galileo-gateway',
    'service.version': version,
  }).merge(detectResources({ detectors: [envDetector] }));
  const provider = new BasicTracerProvider({
    resource,
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
  });
  return new Tracing(provider, upstream, onFault);
}

function splitHeaders(headers: readonly string[]) {
  const carrier: Record<string, string> = {};
  const rest: string[] = [];
  for (let index = 0; index + 1 < headers.length; index += 2) {
    const name = headers[index] ?? '';
    const value = headers[index + 1] ?? '';
    if (name === 'traceparent' || name === 'tracestate') carrier[name] = value;
    else rest.push(name, value);
  }
  return { carrier, rest };
}

function setIfKnown(span: Span, name: string, value: string | number | undefined): void {
  if (value !== undefined) span.setAttribute(name, value);
}
