import {
  BasicTracerProvider,
  BatchSpanProcessor,
  ConsoleSpanExporter,
  type SpanExporter,
} from '@opentelemetry/sdk-trace-base';
import type { Config } from '../config.ts';
import type { OtelSettings } from '../otel-variables.ts';
import type { Log } from './log.ts';
import { createResource, logSdkErrors } from './otel-sdk.ts';
import { Tracing } from './tracing.ts';

/**
 * Starts traces as OpenTelemetry's variables configure them. Logs failed exports. `shutdown` sends the remaining spans,
 * and never rejects.
 */
export async function startTracing(
  { galileoApiUrl, basePath }: Pick<Config, 'galileoApiUrl' | 'basePath'>,
  settings: OtelSettings,
  log: Log,
) {
  const exporter = await createExporter(settings);
  // The SDK reads the variables of the collector, the sampler, and the span and batch limits itself.
  const provider = new BasicTracerProvider({
    resource: createResource(),
    spanProcessors: [new BatchSpanProcessor(exporter)],
  });
  const onError = logSdkErrors(log);
  return {
    tracing: new Tracing(provider, galileoApiUrl, settings.propagatesTraceContext, `${basePath}/graphql`),
    shutdown: () => provider.shutdown().catch(onError),
  };
}

async function createExporter({ exporter, protocol }: OtelSettings): Promise<SpanExporter> {
  if (exporter === 'console') return new ConsoleSpanExporter();
  const { OTLPTraceExporter } =
    protocol === 'http/protobuf'
      ? await import('@opentelemetry/exporter-trace-otlp-proto')
      : await import('@opentelemetry/exporter-trace-otlp-http');
  return new OTLPTraceExporter();
}
