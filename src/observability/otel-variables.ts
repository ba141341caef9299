import { existsSync } from 'node:fs';

type Environment = Readonly<Record<string, string | undefined>>;

/** The receiver of a signal. */
interface OtlpTarget {
  /** Undefined if there is no endpoint. */
  readonly url: string | undefined;
  readonly protocol: 'http/json' | 'http/protobuf';
}

/** How metrics are sent. */
export interface OtlpMetricsSettings extends OtlpTarget {
  readonly intervalMs: number;
  /** At most the interval. */
  readonly timeoutMs: number;
}

/** The supported variables of OpenTelemetry. */
export interface OtelSettings extends OtlpTarget {
  /** `none`: traces are off. */
  readonly exporter: 'otlp' | 'console' | 'none';
  readonly sampler: string;
  /** For samplers with a ratio. */
  readonly ratio: number;
  /** Whether the caller's `traceparent` is used. */
  readonly propagatesTraceContext: boolean;
  /** Undefined: metrics are not sent. */
  readonly metrics: OtlpMetricsSettings | undefined;
  /** Errors that prevent the start, one line each: otherwise telemetry would be sent to another host. */
  readonly problems: readonly string[];
  /** Values that are ignored, one line each. Values are not quoted, because headers are secret. */
  readonly warnings: readonly string[];
}

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
const files = /^OTEL_EXPORTER_OTLP_(?:(?:TRACES|METRICS)_)?(?:CLIENT_)?(?:CERTIFICATE|KEY)$/;

/** The maximum of a timer in Node. */
const maxTimerMs = 2 ** 31 - 1;

/** Reads OpenTelemetry's variables. As its specification says, enum values ignore case and an empty value counts as unset. */
export function readOtelVariables(environment: Environment): OtelSettings {
  const problems: string[] = [];
  const warnings: string[] = [];
  const get = (name: string) => environment[name]?.trim() || undefined;
  const getEnum = (name: string) => get(name)?.toLowerCase();
  const warn = (name: string, expected: string) =>
    warnings.push(`${name}: expected ${expected}; the value is ignored`);

  /** Reads the variables of one signal, which win over the general ones. */
  const readTarget = (signal: 'traces' | 'metrics'): OtlpTarget => {
    const pick = (name: string) => {
      const specific = name.replace('OTLP_', `OTLP_${signal.toUpperCase()}_`);
      return get(specific) === undefined ? name : specific;
    };
    const endpointName = pick('OTEL_EXPORTER_OTLP_ENDPOINT');
    const endpoint = get(endpointName);
    if (endpoint !== undefined && !isHttpUrl(endpoint))
      problems.push(`${endpointName}: expected an http or https URL, such as http://collector:4318`);
    const isGeneral = endpointName === 'OTEL_EXPORTER_OTLP_ENDPOINT';
    const protocolName = pick('OTEL_EXPORTER_OTLP_PROTOCOL');
    const protocol = getEnum(protocolName);
    if (protocol !== undefined && protocol !== 'http/json' && protocol !== 'http/protobuf')
      warn(protocolName, 'http/protobuf or http/json (gRPC is not supported)');
    const headersName = pick('OTEL_EXPORTER_OTLP_HEADERS');
    if (!isPairs(get(headersName), /^[!#$%&'*+.^`|~\w-]+$/)) warn(headersName, 'name=value, comma separated');
    const compressionName = pick('OTEL_EXPORTER_OTLP_COMPRESSION');
    if (!['gzip', 'none', undefined].includes(get(compressionName))) warn(compressionName, 'gzip or none');
    return {
      url: isGeneral && endpoint !== undefined ? `${endpoint.replace(/\/+$/, '')}/v1/${signal}` : endpoint,
      protocol: protocol === 'http/protobuf' ? protocol : 'http/json',
    };
  };
  const readMs = (name: string, byDefault: number) => {
    const text = get(name);
    if (text === undefined) return byDefault;
    const value = Number(text);
    if (Number.isInteger(value) && value >= 1 && value <= maxTimerMs) return value;
    warn(name, `a whole number from 1 to ${maxTimerMs}`);
    return byDefault;
  };

  const metricsExporter = getEnum('OTEL_METRICS_EXPORTER');
  if (![undefined, 'otlp', 'none'].includes(metricsExporter))
    warn('OTEL_METRICS_EXPORTER', 'otlp or none (METRICS_PORT is for Prometheus)');
  // Reported even if nothing is sent. Otherwise the operator would not notice it.
  const exporterWarnings = [...warnings];
  const disabled = getEnum('OTEL_SDK_DISABLED');
  const isDisabled = disabled === 'true';
  if (disabled !== undefined && !isDisabled && disabled !== 'false')
    warn('OTEL_SDK_DISABLED', 'true or false');
  const traceEndpoint = get('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT') ?? get('OTEL_EXPORTER_OTLP_ENDPOINT');
  let exporter: OtelSettings['exporter'] = traceEndpoint === undefined ? 'none' : 'otlp';
  const exporters = getEnum('OTEL_TRACES_EXPORTER');
  if (exporters === 'none' || exporters === 'console') exporter = exporters;
  else if (exporters !== undefined && exporters !== 'otlp')
    warn('OTEL_TRACES_EXPORTER', 'otlp, console or none');
  if (isDisabled) exporter = 'none';

  const propagators = getEnum('OTEL_PROPAGATORS')
    ?.split(',')
    .map((name) => name.trim()) ?? ['tracecontext'];
  if (propagators.some((name) => !['tracecontext', 'baggage', 'none'].includes(name)))
    warn('OTEL_PROPAGATORS', 'tracecontext, baggage or none (baggage is always forwarded)');

  const sampler = getEnum('OTEL_TRACES_SAMPLER') ?? 'parentbased_always_on';
  if (!samplers.includes(sampler)) warn('OTEL_TRACES_SAMPLER', samplers.join(', '));
  const ratio = Number(get('OTEL_TRACES_SAMPLER_ARG') ?? 1);
  const isRatio = ratio >= 0 && ratio <= 1;
  if (sampler.includes('ratio') && !isRatio) warn('OTEL_TRACES_SAMPLER_ARG', 'a number from 0 to 1');

  const target: OtlpTarget =
    exporter === 'otlp' ? readTarget('traces') : { url: undefined, protocol: 'http/json' };

  // Unlike traces, metrics must be turned on to be sent to the general endpoint, because not every receiver accepts
  // them.
  const sendsMetrics =
    !isDisabled &&
    metricsExporter !== 'none' &&
    (metricsExporter === 'otlp' || get('OTEL_EXPORTER_OTLP_METRICS_ENDPOINT') !== undefined);
  let metrics: OtlpMetricsSettings | undefined;
  if (sendsMetrics) {
    const intervalMs = readMs('OTEL_METRIC_EXPORT_INTERVAL', 60_000);
    const timeoutMs = Math.min(readMs('OTEL_METRIC_EXPORT_TIMEOUT', 30_000), intervalMs);
    metrics = { ...readTarget('metrics'), intervalMs, timeoutMs };
    const temporality = 'OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE';
    if (![undefined, 'cumulative'].includes(getEnum(temporality))) warn(temporality, 'cumulative');
  }

  if (!isPairs(get('OTEL_RESOURCE_ATTRIBUTES'), /^[^\s=]+$/))
    warn('OTEL_RESOURCE_ATTRIBUTES', 'name=value, comma separated, with percent-encoding');
  for (const name of Object.keys(environment)) {
    const value = get(name);
    if (value === undefined) continue;
    if (numbers.test(name) && !/^\d+$/.test(value)) warn(name, 'a whole number');
    if (files.test(name) && !existsSync(value)) warn(name, 'the path of a PEM file');
  }

  return {
    exporter,
    ...target,
    sampler: samplers.includes(sampler) ? sampler : 'parentbased_always_on',
    ratio: isRatio ? ratio : 1,
    propagatesTraceContext: propagators.includes('tracecontext'),
    metrics,
    problems: [...new Set(problems)],
    warnings: exporter === 'none' && metrics === undefined ? exporterWarnings : [...new Set(warnings)],
  };
}

const isHttpUrl = (text: string): boolean => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);

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
