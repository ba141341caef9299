import { type DiagLogFunction, DiagLogLevel, diag } from '@opentelemetry/api';
import { setGlobalErrorHandler } from '@opentelemetry/core';
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
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
import { version } from '../package.ts';
import { describeFault, type Log } from './log.ts';
import type { OtelSettings } from './otel-variables.ts';
import { Tracing } from './tracing.ts';

/** Starts traces as OpenTelemetry's variables configure them. Logs ignored values and failed exports. */
export async function openTracing(upstream: URL, settings: OtelSettings, log: Log): Promise<Tracing> {
  for (const warning of settings.warnings) log.warn(warning);
  const exporter = await createExporter(settings);
  // The SDK reads the span and batch limits itself.
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({
      'service.name': 'galileo-gateway',
      'service.version': version,
    }).merge(detectResources({ detectors: [envDetector] })),
    sampler: createSampler(settings),
    spanProcessors: [new BatchSpanProcessor(exporter)],
  });
  const onError = (fault: unknown) => {
    const reason = fault instanceof Error ? fault.message : undefined;
    log.warn({ reason, fault: describeFault(fault) }, 'spans could not be sent');
  };
  setGlobalErrorHandler(onError);
  // Set only now, because the SDK's readers of variables, which have already run, quote values.
  const write =
    (level: 'warn' | 'error'): DiagLogFunction =>
    (message) =>
      log[level]({ reason: message }, 'OpenTelemetry');
  const ignore = () => {};
  diag.setLogger(
    { error: write('error'), warn: write('warn'), info: ignore, debug: ignore, verbose: ignore },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
  return new Tracing(provider, upstream, {
    propagatesTraceContext: settings.propagatesTraceContext,
    shutdown: () => provider.shutdown().catch(onError),
  });
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
