import { AggregatorRegistry, Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { ConfigError } from '../config.ts';
import { requestErrorCodes } from '../execution/index.ts';
import { getProperty } from '../json.ts';
import { version } from '../package.ts';
import { fieldErrorCodes } from '../upstream/errors.ts';
import type { Transport } from '../upstream/transport.ts';
import type { AttemptEnd, AttemptInfo } from '../upstream/transport-types.ts';
import { operationTypes, type RequestObservation, requestOutcomes } from './request-observation.ts';

/** The metrics of one process, to be sent to another. */
export type MetricsSnapshot = readonly object[];

// In seconds, from the response of a fast upstream to the default of REQUEST_TIMEOUT_MS.
const durationBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Codes of the label `code`. A plugin's own code counts as `other`, so that the number of series has a limit. */
const errorCodes: ReadonlySet<string> = new Set([...fieldErrorCodes, ...requestErrorCodes, 'other']);

/** A registry of the host application, for Prometheus's or OpenMetrics' text format. */
export type HostRegistry = Pick<
  Registry,
  'getMetricsAsArray' | 'getSingleMetric' | 'registerMetric' | 'removeSingleMetric'
>;

/** The sources of gauges, read whenever the metrics are printed. */
interface MetricSources {
  readonly transport: Pick<Transport, 'isBreakerOpen' | 'queueDepth'>;
  readonly getRequestCount: () => number;
}

/** The metrics of this process. Every label has a small fixed set of values that callers and upstream cannot extend. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #requests: Counter<'operation_type' | 'outcome'>;
  readonly #errors: Counter<'code'>;
  readonly #requestDuration: Histogram;
  readonly #shed: Counter;
  readonly #upstreamRequests: Counter<'operation' | 'provider' | 'method' | 'status_class' | 'outcome'>;
  readonly #upstreamDuration: Histogram;
  readonly #retries: Counter;
  readonly #sources = new Set<MetricSources>();
  /** Whether anything was counted since the last snapshot. */
  hasNewCounts = false;

  /** @param withProcessMetrics false if a host application collects them itself */
  constructor(withProcessMetrics = true) {
    const registers = [this.#registry];
    this.#requests = new Counter({
      name: 'gateway_requests_total',
      help: 'GraphQL requests, by operation type and by the worst result in the response.',
      labelNames: ['operation_type', 'outcome'],
      registers,
    });
    this.#errors = new Counter({
      name: 'gateway_errors_total',
      help: 'Responses that contain an error with this code; a response counts once for each of its codes.',
      labelNames: ['code'],
      registers,
    });
    this.#requestDuration = new Histogram({
      name: 'gateway_request_duration_seconds',
      help: 'From the arrival of a GraphQL request to the end of its response. Shed requests are not included.',
      buckets: durationBuckets,
      registers,
    });
    this.#shed = new Counter({
      name: 'gateway_requests_shed_total',
      help: 'GraphQL requests refused because a limit was reached or the process was draining.',
      registers,
    });
    this.#upstreamRequests = new Counter({
      name: 'gateway_upstream_requests_total',
      help: 'Upstream call attempts, by REST operation, provider, method, status class (none if the attempt failed) and outcome.',
      labelNames: ['operation', 'provider', 'method', 'status_class', 'outcome'],
      registers,
    });
    this.#upstreamDuration = new Histogram({
      name: 'gateway_upstream_request_duration_seconds',
      help: 'From the dispatch of an upstream call attempt to its last byte or its failure.',
      buckets: durationBuckets,
      registers,
    });
    this.#retries = new Counter({
      name: 'gateway_upstream_retries_total',
      help: 'Retries of upstream calls, counted when they are scheduled.',
      registers,
    });
    this.#addGauge(
      'gateway_requests_in_flight',
      'GraphQL requests that are being executed or whose responses are being sent, until their client disconnects.',
      ({ getRequestCount }) => getRequestCount(),
    );
    this.#addGauge(
      'gateway_upstream_breaker_open',
      'Processes whose circuit breaker is open or half-open. Drops to 0 a minute after the last failure.',
      ({ transport }) => (transport.isBreakerOpen ? 1 : 0),
    );
    this.#addGauge(
      'gateway_upstream_queue_depth',
      'Upstream calls that wait for a connection.',
      ({ transport }) => transport.queueDepth,
    );
    const buildInfo: Gauge<'version'> = new Gauge({
      name: 'gateway_build_info',
      help: 'The version of the gateway, as a label.',
      labelNames: ['version'],
      registers,
      aggregator: 'first',
      // At each reading, because a host application can reset its registry.
      collect: () => buildInfo.set({ version }, 1),
    });
    // Initialized with zero, so that Prometheus sees the first event as an increase.
    for (const operationType of operationTypes) {
      for (const outcome of requestOutcomes) {
        this.#requests.inc({ operation_type: operationType, outcome }, 0);
      }
    }
    for (const code of errorCodes) this.#errors.inc({ code }, 0);
    if (withProcessMetrics) collectDefaultMetrics({ register: this.#registry });
  }

  /**
   * Adds the metrics to a registry. Replaces metrics with the same name and description, which an earlier instance of
   * this module has added before a hot reload. Throws ConfigError if the registry has another metric with one of the
   * names.
   */
  register(registry: HostRegistry): void {
    const helpByName = new Map(registry.getMetricsAsArray().map(({ name, help }) => [name, help]));
    const metrics = this.#registry.getMetricsAsArray();
    const taken = metrics.find(({ name, help }) => (helpByName.get(name) ?? help) !== help);
    if (taken !== undefined)
      throw new ConfigError([`metrics: the registry has another metric with the name ${taken.name}`]);
    for (const { name } of metrics) {
      const metric = this.#registry.getSingleMetric(name);
      registry.removeSingleMetric(name);
      if (metric !== undefined) registry.registerMetric(metric);
    }
  }

  /** Adds sources for the gauges. Returns a function that removes them. */
  watch(sources: MetricSources): () => void {
    this.#sources.add(sources);
    return () => void this.#sources.delete(sources);
  }

  recordRequest({ operationType, outcome, codes, durationMs }: RequestObservation): void {
    this.hasNewCounts = true;
    this.#requests.inc({ operation_type: operationType, outcome });
    for (const code of codes) this.#errors.inc({ code: errorCodes.has(code) ? code : 'other' });
    if (outcome === 'shed') this.#shed.inc();
    else this.#requestDuration.observe(durationMs / 1000);
  }

  recordAttempt({ request }: AttemptInfo, { outcome, status, durationMs }: AttemptEnd): void {
    this.hasNewCounts = true;
    this.#upstreamRequests.inc({
      operation: request.operation,
      provider: request.provider ?? 'none',
      method: request.method,
      status_class: status === undefined ? 'none' : `${Math.floor(status / 100)}xx`,
      outcome: outcome.toLowerCase(),
    });
    this.#upstreamDuration.observe(durationMs / 1000);
  }

  countRetry(): void {
    this.#retries.inc();
  }

  /** Prometheus text format. */
  print(): Promise<string> {
    return this.#registry.metrics();
  }

  /** The metrics as prom-client's JSON. */
  read() {
    return this.#registry.getMetricsAsJSON();
  }

  takeSnapshot(): Promise<MetricsSnapshot> {
    this.hasNewCounts = false;
    return this.read();
  }

  /** A snapshot without gauges: reading them would restart the measurement of the event loop's lag. */
  takeCounts(): Promise<MetricsSnapshot> {
    this.hasNewCounts = false;
    const metrics = this.#registry
      .getMetricsAsArray()
      .map(({ name }) => this.#registry.getSingleMetric(name));
    return Promise.all(
      metrics.flatMap((metric) => (metric === undefined || metric instanceof Gauge ? [] : metric.get())),
    );
  }

  #addGauge(name: string, help: string, read: (sources: MetricSources) => number): void {
    const gauge: Gauge = new Gauge({
      name,
      help,
      registers: [this.#registry],
      collect: () => gauge.set([...this.#sources].reduce((sum, sources) => sum + read(sources), 0)),
    });
  }
}

const sharedMetrics = new WeakMap<HostRegistry, Metrics>();

/** The metrics that all gateways of a host application with this registry share. */
export function getSharedMetrics(registry: HostRegistry): Metrics {
  const metrics = sharedMetrics.get(registry) ?? new Metrics(false);
  sharedMetrics.set(registry, metrics);
  metrics.register(registry);
  return metrics;
}

/**
 * The sum of the metrics of several processes in Prometheus text format; for the lag of the event loop, the maximum.
 */
export const printSum = (snapshots: readonly MetricsSnapshot[]): Promise<string> =>
  AggregatorRegistry.aggregate(snapshots.map(replaceAggregators)).metrics();

/** Sums the counters of processes that have ended, so that the total never decreases. Drops their gauges. */
export async function addCounts(snapshots: readonly MetricsSnapshot[]): Promise<MetricsSnapshot> {
  const metrics = await AggregatorRegistry.aggregate(snapshots.map(replaceAggregators)).getMetricsAsJSON();
  return metrics.filter((metric) => !isGauge(metric));
}

export const isGauge = (metric: object): boolean => getProperty(metric, 'type') === 'gauge';

/**
 * Replaces two of prom-client's aggregators: `omit` would drop the start time of the process, and `average` would hide
 * a blocked process among idle ones.
 */
const replaceAggregators = (snapshot: MetricsSnapshot): object[] =>
  snapshot.map((metric) => {
    const aggregator = replacements.get(getProperty(metric, 'aggregator'));
    return aggregator === undefined ? metric : { ...metric, aggregator };
  });

const replacements = new Map<unknown, string>([
  ['omit', 'first'],
  ['average', 'max'],
]);
