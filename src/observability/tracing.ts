import {
  context,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type TextMapGetter,
  type TextMapPropagator,
  type Tracer,
  type TracerProvider,
  trace,
} from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { version } from '../package.ts';
import type { AttemptEnd, AttemptInfo } from '../upstream/transport-types.ts';
import { getBasePath, getPort } from '../upstream/url.ts';
import type { RequestObservation, RequestTrace } from './request-observation.ts';

/**
 * Creates a span for each GraphQL request, as a child of the caller's span, and a child span for each attempt at an
 * upstream call. Does not register or patch anything globally.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/http/http-spans/
 * @see https://opentelemetry.io/docs/specs/semconv/graphql/graphql-spans/
 */
export class Tracing {
  readonly #tracer: Tracer;
  readonly #upstream: URL;
  readonly #path: string;
  readonly #propagator: TextMapPropagator | undefined;
  readonly #attempts = new WeakMap<AttemptInfo, Span>();

  /**
   * @param upstream for the attributes of client spans
   * @param propagatesTraceContext whether the span of a request is a child of the caller's span, and upstream receives
   * the trace context of its attempt
   * @param path of the requests
   */
  constructor(provider: TracerProvider, upstream: URL, propagatesTraceContext = true, path = '/graphql') {
    this.#tracer = provider.getTracer('galileo-gateway', version);
    this.#upstream = upstream;
    this.#path = path;
    this.#propagator = propagatesTraceContext ? new W3CTraceContextPropagator() : undefined;
  }

  /** Starts the span of a request, which `endRequest` must end. */
  startRequest(method: string, traceHeaders: readonly string[]): RequestTrace {
    const active = context.active();
    const parent =
      // The span of the host application. It has already read the caller's trace context.
      trace.getSpan(active) === undefined
        ? (this.#propagator?.extract(ROOT_CONTEXT, traceHeaders, headerGetter) ?? ROOT_CONTEXT)
        : active;
    const span = this.#tracer.startSpan(
      // The name before the operation is known.
      'GraphQL Operation',
      {
        kind: SpanKind.SERVER,
        attributes: {
          'http.request.method': method,
          'http.route': this.#path,
          'url.path': this.#path,
          // TLS ends in front of the gateway.
          'url.scheme': 'http',
        },
      },
      parent,
    );
    const { traceId, spanId } = span.spanContext();
    return { context: trace.setSpan(parent, span), traceId, spanId };
  }

  endRequest(observation: RequestObservation): void {
    const span = observation.trace && trace.getSpan(observation.trace.context);
    if (span === undefined) return;
    // Only the type, because the number of operation names is unbounded.
    if (observation.operationType !== 'unknown') span.updateName(observation.operationType);
    // Undefined attributes are not set.
    span.setAttributes({
      'graphql.operation.type':
        observation.operationType === 'unknown' ? undefined : observation.operationType,
      'graphql.operation.name': observation.operationName,
      'graphql.document.hash': observation.documentHash,
      'http.response.status_code': observation.status,
      'gateway.request_id': observation.requestId,
      'gateway.outcome': observation.outcome,
      'error.type': observation.codes[0],
    });
    // An error of the caller is not an error of the server span.
    if (['internal_error', 'upstream_error', 'shed'].includes(observation.outcome)) {
      span.setStatus({ code: SpanStatusCode.ERROR, message: observation.codes.join(' ') });
    }
    span.end();
  }

  /** Returns the headers with the trace context of the attempt. Undefined if those of the caller are forwarded. */
  startAttempt(attempt: AttemptInfo): readonly string[] | undefined {
    const { context, method, operation, path, provider } = attempt.request;
    if (context.traceContext === undefined) return undefined;
    const { origin, hostname } = this.#upstream;
    const span = this.#tracer.startSpan(
      method,
      {
        kind: SpanKind.CLIENT,
        attributes: {
          'http.request.method': method,
          'url.full': `${origin}${getBasePath(this.#upstream)}${path}`.replace(/[?#].*$/, ''),
          'server.address': hostname,
          'server.port': getPort(this.#upstream),
          'gateway.operation': operation,
          'gateway.provider': provider,
          'http.request.resend_count': attempt.number > 1 ? attempt.number - 1 : undefined,
        },
      },
      context.traceContext,
    );
    this.#attempts.set(attempt, span);
    if (this.#propagator === undefined) return undefined;
    const headers: string[] = [];
    this.#propagator.inject(trace.setSpan(ROOT_CONTEXT, span), headers, {
      set: (list: string[], name, value) => void list.push(name, value),
    });
    return headers;
  }

  endAttempt(attempt: AttemptInfo, { outcome, status }: AttemptEnd): void {
    const span = this.#attempts.get(attempt);
    if (span === undefined) return;
    this.#attempts.delete(attempt);
    const isErrorStatus = status !== undefined && status >= 400;
    if (status !== undefined) span.setAttribute('http.response.status_code', status);
    if (isErrorStatus) span.setAttribute('error.type', String(status));
    else if (status === undefined) span.setAttribute('error.type', outcome);
    if (outcome !== 'cancelled' && (isErrorStatus || status === undefined || outcome === 'foreign'))
      span.setStatus({ code: SpanStatusCode.ERROR });
    span.end();
  }
}

/** Reads a list that alternates between names and values. */
const headerGetter: TextMapGetter<readonly string[]> = {
  get(headers, name) {
    const index = headers.indexOf(name);
    return index % 2 === 0 ? headers[index + 1] : undefined;
  },
  keys: () => [],
};
