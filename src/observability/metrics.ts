import { AggregatorRegistry, Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { AttemptEnd, AttemptInfo, Transport, TransportObserver } from '../upstream/transport.ts';
import { operationTypes, type RequestEnd, requestOutcomes } from './request-observation.ts';

/** The metrics of one process, to be sent between processes. */
export type MetricsSnapshot = readonly object[];

// In seconds, from the answer of a fast upstream to the longest that a request may take by default.
const durationBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/**
 * The metrics of this process. Every label is of a small fixed set, whatever callers and upstream send. A registry of its own: in
 * prom-client's global one a library might have put something else.
 */
export class Metrics {
  readonly #registry = new Registry();
  readonly #requests = new Counter({
    name: 'gateway_requests_total',
    help: 'GraphQL requests, by kind of operation and by the worst that was in the answer.',
    labelNames: ['operation_type', 'outcome'],
    registers: [this.#registry],
  });
  readonly #requestDuration = new Histogram({
    name: 'gateway_request_duration_seconds',
    help: 'From the arrival of a GraphQL request to its answer; requests that were shed are left out.',
    buckets: durationBuckets,
    registers: [this.#registry],
  });
  readonly #shed = new Counter({
    name: 'gateway_requests_shed_total',
    help: 'GraphQL requests refused because too many ran, or because the process was ending.',
    registers: [this.#registry],
  });
  readonly #upstreamRequests = new Counter({
    name: 'gateway_upstream_requests_total',
    help: 'Attempts at upstream calls, by operation, provider, method, class of the status (none without an answer) and outcome.',
    labelNames: ['operation', 'provider', 'method', 'status_class', 'outcome'],
    registers: [this.#registry],
  });
  readonly #upstreamDuration = new Histogram({
    name: 'gateway_upstream_request_duration_seconds',
    help: 'From the dispatch of an attempt at an upstream call to its last byte or its failure.',
    buckets: durationBuckets,
    registers: [this.#registry],
  });
  readonly #retries = new Counter({
    name: 'gateway_upstream_retries_total',
    help: 'Attempts at upstream calls that follow a failed one.',
    registers: [this.#registry],
  });
  #transport: Pick<Transport, 'breakerOpen' | 'queueDepth'> | undefined;
  #hasNewCounts = false;

  /** Counts attempts and retries of whatever transport it is given to. */
  readonly transportObserver: TransportObserver = {
    attemptEnded: (attempt, end) => this.#recordAttempt(attempt, end),
    retryScheduled: () => this.#retries.inc(),
  };

  constructor() {
    this.#addGauge(
      'gateway_upstream_breaker_open',
      'Processes whose circuit breaker is open, or lets single calls through to see whether upstream is well again.',
      (transport) => (transport.breakerOpen ? 1 : 0),
    );
    this.#addGauge(
      'gateway_upstream_queue_depth',
      'Upstream calls that wait for a connection.',
      (transport) => transport.queueDepth,
    );
    // From zero on, so that the first one of a kind is seen as an increase.
    for (const operationType of operationTypes) {
      for (const outcome of requestOutcomes) {
        this.#requests.inc({ operation_type: operationType, outcome }, 0);
      }
    }
    collectDefaultMetrics({ register: this.#registry });
  }

  /** Reads the state of this transport whenever the metrics are read. */
  watch(transport: Pick<Transport, 'breakerOpen' | 'queueDepth'>): void {
    this.#transport = transport;
  }

  /** Whether anything was counted since the last snapshot. */
  hasNewCounts(): boolean {
    return this.#hasNewCounts;
  }

  recordRequest({ operationType, outcome, durationMs }: RequestEnd): void {
    this.#hasNewCounts = true;
    this.#requests.inc({ operation_type: operationType, outcome });
    if (outcome === 'shed') this.#shed.inc();
    else this.#requestDuration.observe(durationMs / 1000);
  }

  /** Prometheus' text format. */
  print(): Promise<string> {
    return this.#registry.metrics();
  }

  /** What can be sent to the process that answers for all. */
  getSnapshot(): Promise<MetricsSnapshot> {
    this.#hasNewCounts = false;
    return this.#registry.getMetricsAsJSON();
  }

  #recordAttempt({ request }: AttemptInfo, { outcome, status, durationMs }: AttemptEnd): void {
    this.#hasNewCounts = true;
    this.#upstreamRequests.inc({
      operation: request.operation,
      provider: request.provider ?? 'none',
      method: request.method,
      status_class: toStatusClass(status),
      outcome: outcome.toLowerCase(),
    });
    this.#upstreamDuration.observe(durationMs / 1000);
  }

  #addGauge(
    name: string,
    help: string,
    read: (transport: Pick<Transport, 'breakerOpen' | 'queueDepth'>) => number,
  ) {
    const gauge: Gauge = new Gauge({
      name,
      help,
      registers: [this.#registry],
      collect: () => gauge.set(this.#transport === undefined ? 0 : read(this.#transport)),
    });
  }
}

/**
 * The sum of several processes' metrics in Prometheus' text format. What has no sum is averaged, or the first one's, as
 * prom-client has it.
 */
export const printSum = (snapshots: readonly MetricsSnapshot[]): Promise<string> =>
  AggregatorRegistry.aggregate(snapshots.map(keepAll)).metrics();

/** What remains of processes that have ended: their counts, so that a sum never goes back. Their gauges went with them. */
export async function addCounts(snapshots: readonly MetricsSnapshot[]): Promise<MetricsSnapshot> {
  const metrics = await AggregatorRegistry.aggregate(snapshots.map(keepAll)).getMetricsAsJSON();
  // The declared type is a number, the real one a word.
  return metrics.filter(({ type }) => String(type) !== 'gauge');
}

/** The start time of a process, which prom-client leaves out of sums, is the first one's. */
const keepAll = (snapshot: MetricsSnapshot): object[] =>
  snapshot.map((metric) =>
    'aggregator' in metric && metric.aggregator === 'omit' ? { ...metric, aggregator: 'first' } : metric,
  );

/** `2xx`, or `none` where there was no answer. */
const toStatusClass = (status: number | undefined): string =>
  status === undefined ? 'none' : `${Math.floor(status / 100)}xx`;
