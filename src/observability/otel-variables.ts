import { existsSync } from 'node:fs';

type Environment = Readonly<Record<string, string | undefined>>;

/** The supported variables of OpenTelemetry. */
export interface OtelSettings {
  /** `none`: traces are off. */
  readonly exporter: 'otlp' | 'console' | 'none';
  /** URL that spans are sent to. Undefined without an endpoint. */
  readonly url: string | undefined;
  readonly protocol: 'http/json' | 'http/protobuf';
  readonly sampler: string;
  /** For samplers with a ratio. */
  readonly ratio: number;
  /** Whether the caller's `traceparent` is used. */
  readonly propagatesTraceContext: boolean;
  /** Errors that prevent the start, one line each: otherwise spans would be sent to another host. */
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
  /^OTEL_(?:BSP_\w+|(?:SPAN|EVENT|LINK)_\w+_LIMIT|ATTRIBUTE_\w+_LIMIT|EXPORTER_OTLP_(?:TRACES_)?TIMEOUT)$/;
const files = /^OTEL_EXPORTER_OTLP_(?:TRACES_)?(?:CLIENT_)?(?:CERTIFICATE|KEY)$/;

/** Reads OpenTelemetry's variables. As its specification says, enum values ignore case and an empty value counts as unset. */
export function readOtelVariables(environment: Environment): OtelSettings {
  const problems: string[] = [];
  const warnings: string[] = [];
  const get = (name: string) => environment[name]?.trim() || undefined;
  const getEnum = (name: string) => get(name)?.toLowerCase();
  /** The variable for traces wins over the general one. */
  const pick = (name: string) => {
    const specific = name.replace('OTLP_', 'OTLP_TRACES_');
    return get(specific) === undefined ? name : specific;
  };
  const warn = (name: string, expected: string) =>
    warnings.push(`${name}: expected ${expected}; the value is ignored`);

  const endpointName = pick('OTEL_EXPORTER_OTLP_ENDPOINT');
  const endpoint = get(endpointName);
  const isValid = endpoint === undefined || isHttpUrl(endpoint);
  const isSpecific = endpointName.includes('TRACES');

  let exporter: OtelSettings['exporter'] = endpoint === undefined ? 'none' : 'otlp';
  const exporters = getEnum('OTEL_TRACES_EXPORTER');
  if (exporters === 'none' || exporters === 'console') exporter = exporters;
  else if (exporters !== undefined && exporters !== 'otlp')
    warn('OTEL_TRACES_EXPORTER', 'otlp, console or none');
  const disabled = getEnum('OTEL_SDK_DISABLED');
  if (disabled === 'true') exporter = 'none';
  else if (disabled !== undefined && disabled !== 'false') warn('OTEL_SDK_DISABLED', 'true or false');
  if (exporter === 'otlp' && !isValid)
    problems.push(`${endpointName}: expected an http or https URL, such as http://collector:4318`);

  const protocolName = pick('OTEL_EXPORTER_OTLP_PROTOCOL');
  const protocol = getEnum(protocolName);
  if (protocol !== undefined && protocol !== 'http/json' && protocol !== 'http/protobuf')
    warn(protocolName, 'http/protobuf or http/json (gRPC is not supported)');

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

  const headersName = pick('OTEL_EXPORTER_OTLP_HEADERS');
  if (!isPairs(get(headersName), /^[!#$%&'*+.^`|~\w-]+$/)) warn(headersName, 'name=value, comma separated');
  if (!isPairs(get('OTEL_RESOURCE_ATTRIBUTES'), /^[^\s=]+$/))
    warn('OTEL_RESOURCE_ATTRIBUTES', 'name=value, comma separated, with percent-encoding');
  const compressionName = pick('OTEL_EXPORTER_OTLP_COMPRESSION');
  if (!['gzip', 'none', undefined].includes(get(compressionName))) warn(compressionName, 'gzip or none');
  for (const name of Object.keys(environment)) {
    const value = get(name);
    if (value === undefined) continue;
    if (numbers.test(name) && !/^\d+$/.test(value)) warn(name, 'a whole number');
    if (files.test(name) && !existsSync(value)) warn(name, 'the path of a PEM file');
  }

  return {
    exporter,
    url: endpoint === undefined || isSpecific ? endpoint : `${endpoint.replace(/\/+$/, '')}/v1/traces`,
    protocol: protocol === 'http/protobuf' ? protocol : 'http/json',
    sampler: samplers.includes(sampler) ? sampler : 'parentbased_always_on',
    ratio: isRatio ? ratio : 1,
    propagatesTraceContext: propagators.includes('tracecontext'),
    problems,
    warnings: exporter === 'none' ? [] : warnings,
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
