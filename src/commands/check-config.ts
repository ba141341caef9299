import { createHash } from 'node:crypto';
import { GraphQLError, parse, validate } from 'graphql';
import { type Config, ConfigError, readConfig, type SettingName, settings, toVariable } from '../config.ts';
import { readOtelVariables } from '../observability/otel-variables.ts';
import { createSchema } from '../schema/index.ts';

/**
 * Validates the configuration, prints the effective one to standard output and warnings to standard error. Throws ConfigError
 * if `serve` would not start.
 */
export function checkConfig(environment: Readonly<Record<string, string | undefined>>): void {
  const config = readConfig(environment);
  const problems = [...findDocumentProblems(config)];
  if (problems.length > 0) throw new ConfigError(problems);
  const warnings = [...findWarnings(config), ...readOtelVariables(environment).warnings];
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
  const setting: (typeof settings)[SettingName] & { readonly isSecret?: boolean } = settings[name];
  if (setting.isSecret === true) return '[set]';
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  if (value instanceof URL) return value.href;
  if (typeof value === 'object' && 'path' in value) return String(value.path);
  return String(value);
}

/** Trusted documents that cannot run. */
function* findDocumentProblems({ trustedDocuments }: Config): Generator<string> {
  if (trustedDocuments === undefined) return;
  const schema = createSchema();
  for (const [hash, text] of trustedDocuments.documents) {
    const problem = findDocumentProblem(text, schema);
    if (problem !== undefined) yield `TRUSTED_DOCUMENTS: document ${hash}: ${problem}`;
  }
}

function findDocumentProblem(text: string, schema: ReturnType<typeof createSchema>): string | undefined {
  try {
    return validate(schema, parse(text), undefined, { maxErrors: 1 })[0]?.message;
  } catch (error) {
    if (error instanceof GraphQLError) return error.message;
    throw error;
  }
}

function* findWarnings(config: Config): Generator<string> {
  const { requestTimeoutMs, upstreamTimeoutMs, trustedDocuments } = config;
  if (requestTimeoutMs < upstreamTimeoutMs) {
    yield 'REQUEST_TIMEOUT_MS is shorter than UPSTREAM_TIMEOUT_MS: an attempt never has its full time, so timeouts do not open the circuit breaker';
  }
  const renamed = [...(trustedDocuments?.documents ?? [])].filter(
    ([hash, text]) => /^[\da-f]{64}$/.test(hash) && createHash('sha256').update(text).digest('hex') !== hash,
  );
  if (renamed[0] !== undefined)
    yield `TRUSTED_DOCUMENTS: ${renamed.length} keys are not the SHA-256 of their documents, such as ${renamed[0][0]}`;
}
