import { existsSync } from 'node:fs';
import { isHttpUrl } from './setting-types.ts';

type Environment = Readonly<Record<string, string | undefined>>;

type Protocol = 'http/json' | 'http/protobuf';

export interface OtlpMetricsSettings {
  readonly protocol: Protocol;
  readonly intervalMs: number;
  /** At most the interval. */
  readonly timeoutMs: number;
}

/** The supported variables of OpenTelemetry. */
export type OtelSettings = ReturnType<typeof readOtelVariables>;

const samplers = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
];
const numbers =
  /^OTEL_(?:BSP_\w+|(?:SPAN|EVENT|LINK)_\w+_LIMIT|ATTRIBUTE_\w+_LIMIT|EXPORTER_OTLP_(?:(?:TRACES|METRICS)_)?TIMEOUT)$/;
/**
 * Variables that accept 0. For the others, 0 makes the SDK loop (batch size), drop every span (queue size), or fail
 * every export (timeouts).
 */
const numbersWithZero = /_(?:COUNT_LIMIT|DELAY)$/;
const files = /^OTEL_EXPORTER_OTLP_(?:(?:TRACES|METRICS)_)?(?:CLIENT_)?(?:CERTIFICATE|KEY)$/;

/** The maximum delay of a Node timer. */
const maxTimerMs = 2 ** 31 - 1;

/**
 * Reads OpenTelemetry's variables. As its specification says, enum values ignore case and an empty value counts as
 * unset.
 */
export function readOtelVariables(environment: Environment) {
  const problems = new Set<string>();
  const warnings = new Set<string>();
  const sdkVariables: Record<string, string | undefined> = {};
  const get = (name: string) => environment[name]?.trim() || undefined;
  const warn = (name: string, expected: string) =>
    warnings.add(`${name}: expected ${expected}; the value is ignored`);

  const readEnum = <Value extends string>(
    name: string,
    values: readonly Value[],
    expected = values.join(' or '),
  ): Value | undefined => {
    const text = get(name)?.toLowerCase();
    const value = values.find((known) => known === text);
    if (text !== undefined && value === undefined) warn(name, expected);
    return value;
  };
  const readNumber = (name: string): number | undefined => {
    const text = get(name);
    if (text === undefined) return undefined;
    const minimum = numbersWithZero.test(name) ? 0 : 1;
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= minimum && value <= maxTimerMs) return value;
    warn(name, `a whole number from ${minimum} to ${maxTimerMs}`);
    sdkVariables[name] = undefined;
    return undefined;
  };
  /** Reads the variables of one signal, which take precedence over the general ones. */
  const readProtocol = (signal: 'TRACES' | 'METRICS'): Protocol => {
    const pick = (name: string) => {
      const specific = `OTEL_EXPORTER_OTLP_${signal}_${name}`;
      return get(specific) === undefined ? `OTEL_EXPORTER_OTLP_${name}` : specific;
    };
    const endpointName = pick('ENDPOINT');
    const endpoint = get(endpointName);
    if (endpoint !== undefined && !isHttpUrl(endpoint))
      problems.add(`${endpointName}: expected an http or https URL, such as http://collector:4318`);
    sdkVariables[endpointName] = endpoint;
    const protocol = readEnum(
      pick('PROTOCOL'),
      ['http/protobuf', 'http/json'],
      'http/protobuf or http/json (gRPC is not supported)',
    );
    if (!isPairs(get(pick('HEADERS')), /^[!#$%&'*+.^`|~\w-]+$/))
      warn(pick('HEADERS'), 'name=value, comma-separated');
    if (!['gzip', 'none', undefined].includes(get(pick('COMPRESSION'))))
      warn(pick('COMPRESSION'), 'gzip or none');
    return protocol ?? 'http/json';
  };

  const metricsExporter = readEnum(
    'OTEL_METRICS_EXPORTER',
    ['otlp', 'none'],
    'otlp or none (METRICS_PORT is for Prometheus)',
  );
  // Reported even if nothing is exported, because an invalid value can be the reason.
  const exporterWarnings = [...warnings];
  const isDisabled = readEnum('OTEL_SDK_DISABLED', ['true', 'false']) === 'true';
  const tracesExporter = readEnum(
    'OTEL_TRACES_EXPORTER',
    ['otlp', 'console', 'none'],
    'otlp, console or none',
  );
  const hasTraceEndpoint =
    (get('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT') ?? get('OTEL_EXPORTER_OTLP_ENDPOINT')) !== undefined;
  let exporter: 'otlp' | 'console' | 'none' = 'none';
  if (!isDisabled && tracesExporter === 'console') exporter = 'console';
  else if (!isDisabled && tracesExporter !== 'none' && hasTraceEndpoint) exporter = 'otlp';

  const propagators = get('OTEL_PROPAGATORS')
    ?.toLowerCase()
    .split(',')
    .map((name) => name.trim()) ?? ['tracecontext'];
  if (propagators.some((name) => !['tracecontext', 'baggage', 'none'].includes(name)))
    warn('OTEL_PROPAGATORS', 'tracecontext, baggage or none (baggage is always forwarded)');

  const sampler = readEnum('OTEL_TRACES_SAMPLER', samplers, samplers.join(', '));
  sdkVariables['OTEL_TRACES_SAMPLER'] = sampler;
  const ratio = Number(get('OTEL_TRACES_SAMPLER_ARG') ?? 1);
  if (sampler?.includes('ratio') === true && !(ratio >= 0 && ratio <= 1)) {
    warn('OTEL_TRACES_SAMPLER_ARG', 'a number from 0 to 1');
    sdkVariables['OTEL_TRACES_SAMPLER_ARG'] = undefined;
  }

  const protocol = exporter === 'otlp' ? readProtocol('TRACES') : 'http/json';

  // Unlike traces, metrics must be turned on to be sent to the general endpoint, because not every collector accepts
  // them.
  const sendsMetrics =
    !isDisabled &&
    metricsExporter !== 'none' &&
    (metricsExporter === 'otlp' || get('OTEL_EXPORTER_OTLP_METRICS_ENDPOINT') !== undefined);
  let metrics: OtlpMetricsSettings | undefined;
  if (sendsMetrics) {
    const intervalMs = readNumber('OTEL_METRIC_EXPORT_INTERVAL') ?? 60_000;
    const timeoutMs = Math.min(readNumber('OTEL_METRIC_EXPORT_TIMEOUT') ?? 30_000, intervalMs);
    metrics = { protocol: readProtocol('METRICS'), intervalMs, timeoutMs };
    readEnum('OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE', ['cumulative']);
  }

  if (!isPairs(get('OTEL_RESOURCE_ATTRIBUTES'), /^[^\s=]+$/))
    warn('OTEL_RESOURCE_ATTRIBUTES', 'name=value, comma-separated, with percent-encoding');
  for (const name of Object.keys(environment)) {
    if (numbers.test(name)) readNumber(name);
    const value = get(name);
    if (value !== undefined && files.test(name) && !existsSync(value)) warn(name, 'the path of a PEM file');
  }

  return {
    /** `none`: traces are off. */
    exporter,
    protocol,
    /** Whether the caller's `traceparent` is used. */
    propagatesTraceContext: propagators.includes('tracecontext'),
    /** Undefined: metrics are not sent. */
    metrics,
    /** Errors that prevent startup, one line each: the SDK would send telemetry to its default endpoint instead. */
    problems: [...problems],
    /** Values that are ignored, one line each. Values are not quoted, because headers are secret. */
    warnings: exporter === 'none' && metrics === undefined ? exporterWarnings : [...warnings],
    /**
     * Replacements for environment variables that the SDK reads: enum values in lower case, and undefined for ignored
     * values.
     */
    sdkVariables,
  };
}

/** Whether a comma-separated list consists of `name=value`, with values that can be decoded. */
function isPairs(text: string | undefined, name: RegExp): boolean {
  if (text === undefined) return true;
  return text.split(',').every((pair) => {
    const index = pair.indexOf('=');
    if (pair.trim() === '') return true;
    if (index === -1 || !name.test(pair.slice(0, index).trim())) return false;
    try {
      decodeURIComponent(pair.slice(index + 1));
      return true;
    } catch {
      return false;
    }
  });
}
