import { checkDocuments } from '../check-documents.ts';
import { type Config, readConfig, type Setting, type SettingName, settings, toVariable } from '../config.ts';
import { readOtelVariables } from '../otel-variables.ts';

/**
 * Validates the configuration, prints the effective one to standard output and warnings to standard error. Throws
 * ConfigError if `serve` would not start.
 */
export function checkConfig(environment: Readonly<Record<string, string | undefined>>): void {
  const config = readConfig(environment);
  const warnings = [
    ...checkDocuments(config),
    ...findWarnings(config),
    ...readOtelVariables(environment).warnings,
  ];
  for (const warning of warnings) process.stderr.write(`galileo-gateway: warning: ${warning}\n`);
  process.stdout.write(printConfig(config));
}

/** The effective configuration, one line per variable, without secret values. */
export function printConfig(config: Config): string {
  const names = Object.keys(settings) as SettingName[];
  return names.map((name) => `${toVariable(name)}=${printSetting(name, config[name])}\n`).join('');
}

function printSetting(name: SettingName, value: Config[SettingName]): string {
  if (value === undefined) return 'off';
  const { isSecret = false }: Setting = settings[name];
  if (isSecret) return '[set]';
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  if (value instanceof URL) return value.href;
  if (typeof value === 'object' && 'path' in value) return String(value.path);
  if (name === 'basePath' && value === '') return '/';
  if (Array.isArray(value)) return value.join(',');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function* findWarnings(config: Config): Generator<string> {
  const { requestTimeoutMs, upstreamTimeoutMs, maxBufferedBytes, maxRequestBytes } = config;
  if (requestTimeoutMs < upstreamTimeoutMs) {
    yield 'REQUEST_TIMEOUT_MS is shorter than UPSTREAM_TIMEOUT_MS: no attempt gets its full timeout, so timeouts do not open the circuit breaker';
  }
  if (maxBufferedBytes < maxRequestBytes) {
    yield 'MAX_BUFFERED_BYTES is less than MAX_REQUEST_BYTES: a request whose body is larger than MAX_BUFFERED_BYTES is always shed, and a retry does not help';
  }
}
