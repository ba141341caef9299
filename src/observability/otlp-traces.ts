import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BasicTracerProvider,
  BatchSpanProcessor,
  ConsoleSpanExporter,
  ParentBasedSampler,
  type Sampler,
  type SpanExporter,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace-base';
import type { OtelSettings } from '../otel-variables.ts';
import type { Log } from './log.ts';
import { createResource, logSdkErrors } from './otel-sdk.ts';
import { Tracing } from './tracing.ts';

/**
 * Starts traces as OpenTelemetry's variables configure them. Logs failed exports. `shutdown` sends the remaining spans,
 * and never rejects.
 */
export async function openTracing(upstream: URL, settings: OtelSettings, log: Log) {
  const exporter = await createExporter(settings);
  // The SDK reads the span and batch limits itself.
  const provider = new BasicTracerProvider({
    resource: createResource(),
    sampler: createSampler(settings),
    spanProcessors: [new BatchSpanProcessor(exporter)],
  });
  const onError = logSdkErrors(log);
  return {
    tracing: new Tracing(provider, upstream, settings.propagatesTraceContext),
    shutdown: () => provider.shutdown().catch(onError),
  };
}

async function createExporter({ exporter, protocol, url }: OtelSettings): Promise<SpanExporter> {
  if (exporter === 'console') return new ConsoleSpanExporter();
  const { OTLPTraceExporter } =
    protocol === 'http/protobuf'
      ? await import('@opentelemetry/exporter-trace-otlp-proto')
      : await import('@opentelemetry/exporter-trace-otlp-http');
  return new OTLPTraceExporter(url === undefined ? {} : { url });
}

function createSampler({ sampler, ratio }: OtelSettings): Sampler {
  const root = sampler.endsWith('traceidratio')
    ? new TraceIdRatioBasedSampler(ratio)
    : sampler.endsWith('always_off')
      ? new AlwaysOffSampler()
      : new AlwaysOnSampler();
  return sampler.startsWith('parentbased_') ? new ParentBasedSampler({ root }) : root;
}
