import { randomUUID } from 'node:crypto';
import { diag, ValueType } from '@opentelemetry/api';
import { millisToHrTime } from '@opentelemetry/core';
import { OTLPExporterBase } from '@opentelemetry/otlp-exporter-base';
import {
  convertLegacyHttpOptions,
  createOtlpHttpExportDelegate,
} from '@opentelemetry/otlp-exporter-base/node-http';
import {
  JsonMetricsSerializer,
  MetricsExporterMetricsHelper,
  ProtobufMetricsSerializer,
} from '@opentelemetry/otlp-transformer';
import {
  AggregationTemporality,
  DataPointType,
  MeterProvider,
  type MetricData,
  PeriodicExportingMetricReader,
  type ResourceMetrics,
} from '@opentelemetry/sdk-metrics';
import type { OtlpMetricsSettings } from '../otel-variables.ts';
import { version } from '../package.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';
import { createResource, logSdkErrors } from './otel-sdk.ts';

/**
 * Sends the metrics of this process to an OTLP collector at an interval, with the same names as for Prometheus. The
 * process is one instance of the service (`service.instance.id`), even if it is one of several workers.
 *
 * No version of the packages with an OTLP metrics exporter is compatible with the packages for traces, so this function
 * builds the exporter from the same parts. Returns the function that sends the metrics for the last time. It never
 * rejects.
 */
export function startMetricsExport(
  metrics: Metrics,
  { protocol, intervalMs, timeoutMs }: OtlpMetricsSettings,
  log: Log,
): () => Promise<void> {
  // The SDK quotes values of environment variables in its warnings. `logSdkErrors` turns its log on again.
  diag.disable();
  const isProtobuf = protocol === 'http/protobuf';
  const resource = createResource({ 'service.instance.id': randomUUID() });
  const exporter = new OTLPExporterBase<ResourceMetrics>(
    createOtlpHttpExportDelegate(
      convertLegacyHttpOptions({}, 'METRICS', 'v1/metrics', {
        'Content-Type': isProtobuf ? 'application/x-protobuf' : 'application/json',
      }),
      isProtobuf ? ProtobufMetricsSerializer : JsonMetricsSerializer,
      'otlp_http_metric_exporter',
      MetricsExporterMetricsHelper,
      undefined,
    ),
  );
  const scope = { name: 'galileo-gateway', version };
  const provider = new MeterProvider({
    resource,
    readers: [
      new PeriodicExportingMetricReader({
        exporter,
        exportIntervalMillis: intervalMs,
        exportTimeoutMillis: timeoutMs,
        metricProducers: [
          {
            collect: async () => ({
              resourceMetrics: {
                resource,
                scopeMetrics: [{ scope, metrics: toMetricData(await metrics.read()) }],
              },
              errors: [],
            }),
          },
        ],
      }),
    ],
  });
  const onError = logSdkErrors(log);
  return () => provider.shutdown().catch(onError);
}

type PromMetrics = Awaited<ReturnType<Metrics['read']>>;

const startTime = millisToHrTime(performance.timeOrigin);

/**
 * Counters become sums since the start of the process. Gauges and histograms keep their types. The gateway has no
 * summaries.
 */
function toMetricData(metrics: PromMetrics): MetricData[] {
  // The clock can have been set back since the start.
  const endTime = millisToHrTime(Math.max(Date.now(), performance.timeOrigin));
  return metrics.flatMap((metric): MetricData[] => {
    const base = {
      descriptor: { name: metric.name, description: metric.help, unit: '', valueType: ValueType.DOUBLE },
      aggregationTemporality: AggregationTemporality.CUMULATIVE,
    };
    const toPoint = <Value>(labels: object, value: Value) => ({
      startTime,
      endTime,
      attributes: { ...labels },
      value,
    });
    // The declared type of `type` is a number, but the value is a string.
    const type = String(metric.type);
    if (type === 'histogram') {
      const dataPoints = toHistograms(metric.values).map(({ labels, value }) => toPoint(labels, value));
      return [{ ...base, dataPointType: DataPointType.HISTOGRAM, dataPoints }];
    }
    // A gauge without a measurement is NaN.
    const dataPoints = metric.values
      .filter(({ value }) => Number.isFinite(value))
      .map(({ labels, value }) => toPoint(labels, value));
    if (type === 'counter')
      return [{ ...base, dataPointType: DataPointType.SUM, isMonotonic: true, dataPoints }];
    return type === 'gauge' ? [{ ...base, dataPointType: DataPointType.GAUGE, dataPoints }] : [];
  });
}

/** One histogram for each set of labels. prom-client lists the buckets of each in order, then its sum and its count. */
function toHistograms(values: PromMetrics[number]['values']) {
  const histograms = [];
  let boundaries: number[] = [];
  let counts: number[] = [];
  let previous = 0;
  let sum = 0;
  for (const sample of values) {
    const { value, labels } = sample;
    const { le, ...others } = labels;
    const name = 'metricName' in sample ? String(sample.metricName) : '';
    if (name.endsWith('_bucket')) {
      if (le !== '+Inf') boundaries.push(Number(le));
      counts.push(value - previous);
      previous = value;
    } else if (name.endsWith('_sum')) sum = value;
    else {
      histograms.push({ labels: others, value: { buckets: { boundaries, counts }, sum, count: value } });
      boundaries = [];
      counts = [];
      previous = 0;
    }
  }
  return histograms;
}
