import { createSecureContext } from 'node:tls';
import type { z } from 'zod';
import { readOtelVariables } from './otel-variables.ts';
import * as types from './setting-types.ts';

export interface Setting {
  readonly schema: z.ZodType<unknown, string>;
  /** As written in the environment. A setting without a default is off. */
  readonly default?: string;
  readonly productionDefault?: string;
  readonly isSecret?: boolean;
  /** Whether the environment variable is also read in lower case, as proxy variables are. */
  readonly isAlsoLowerCase?: boolean;
  readonly meaning: string;
}

/**
 * Every setting, in the order of docs/configuration.md, which explains the defaults. The variable of `maxDepth` is
 * `MAX_DEPTH`, its flag `--max-depth`.
 */
export const settings = {
  port: {
    schema: types.port,
    default: '4000',
    meaning: 'Port of the GraphQL listener; 0 picks a free port.',
  },
  host: { schema: types.host, default: '127.0.0.1', meaning: 'Address of the GraphQL listener.' },
  metricsPort: {
    schema: types.port,
    meaning: 'Port of a second listener that serves only `/metrics` (Prometheus text format).',
  },
  galileoApiUrl: {
    schema: types.upstreamUrl,
    default: 'https://api.galileo.ai',
    meaning: "Base URL of Galileo's API, including a path if there is one.",
  },
  upstreamHeaders: {
    schema: types.upstreamHeaders,
    isSecret: true,
    meaning: 'Fixed headers for every upstream request, as a JSON object. Values are secret.',
  },
  httpsProxy: {
    schema: types.proxyUrl,
    isSecret: true,
    isAlsoLowerCase: true,
    meaning: 'Proxy for upstream requests over https. A user and password in it are secret.',
  },
  httpProxy: {
    schema: types.proxyUrl,
    isSecret: true,
    isAlsoLowerCase: true,
    meaning:
      'Proxy for upstream requests over http, and over https if `HTTPS_PROXY` is not set. A user and password in it are secret.',
  },
  noProxy: {
    schema: types.noProxy,
    isAlsoLowerCase: true,
    meaning: 'Hosts that are reached without the proxy, comma-separated.',
  },
  requestTimeoutMs: {
    schema: types.milliseconds,
    default: '10000',
    meaning:
      'Time limit from the arrival of a request to its complete response, in milliseconds, including all attempts and waits.',
  },
  responseTimeoutMs: {
    schema: types.milliseconds,
    default: '10000',
    meaning:
      'Time limit for a client to read a response, in milliseconds. The gateway then closes the connection.',
  },
  upstreamTimeoutMs: {
    schema: types.milliseconds,
    default: '5000',
    meaning: 'Time limit of one attempt, from dispatch to the last byte of the response, in milliseconds.',
  },
  upstreamConnectTimeoutMs: {
    schema: types.milliseconds,
    default: '2000',
    meaning:
      'Time limit to open one upstream connection: name resolution, proxy, TCP and TLS, in milliseconds.',
  },
  upstreamConnections: {
    schema: types.wholeNumber(1, 65_535),
    default: '64',
    meaning: 'Maximum number of connections to upstream, per process.',
  },
  upstreamQueue: {
    schema: types.countOrZero,
    default: '16384',
    meaning:
      'Maximum number of calls that wait for a connection, per process. If more wait, one of them fails with `OVERLOADED`.',
  },
  upstreamConnectionMaxAgeMs: {
    schema: types.milliseconds,
    default: '300000',
    meaning:
      'Maximum age of a connection to upstream, in milliseconds. Older ones are replaced, so that DNS changes take effect.',
  },
  upstreamRetries: {
    schema: types.wholeNumber(0, 10),
    default: '2',
    meaning: 'Maximum number of retries of a read, or of a write if no byte of it was sent.',
  },
  upstreamMaxResponseBytes: {
    schema: types.bytes,
    default: '1048576',
    meaning: 'Largest upstream response body, in bytes.',
  },
  maxRequestBytes: { schema: types.bytes, default: '262144', meaning: 'Largest request body, in bytes.' },
  maxResponseBytes: {
    schema: types.bytes,
    default: '8388608',
    meaning: 'Largest response body, in bytes; a larger one is replaced by a `QUERY_TOO_COMPLEX` error.',
  },
  maxBufferedBytes: {
    schema: types.wholeNumber(1, 1_099_511_627_776),
    default: '134217728',
    meaning:
      "Memory limit for all requests of a process, in bytes: bodies, variables, documents, Galileo's responses and the gateway's own. Requests that would exceed it are shed.",
  },
  maxConcurrentRequests: {
    schema: types.count,
    default: '1000',
    meaning: 'Maximum number of concurrent requests, per process; further requests are shed.',
  },
  maxTokens: { schema: types.count, default: '2000', meaning: 'Maximum number of tokens in a document.' },
  maxAliases: {
    schema: types.countOrZero,
    default: '60',
    meaning: 'Maximum number of aliased fields in an operation, with fragments expanded.',
  },
  maxDepth: {
    schema: types.count,
    default: '8',
    meaning: 'Maximum depth of the fields in an operation, with fragments expanded; introspection is exempt.',
  },
  maxEntities: {
    schema: types.countOrZero,
    default: '100',
    meaning: 'Maximum number of `representations` in an operation, in all its `_entities` fields together.',
  },
  basePath: {
    schema: types.basePath,
    default: '/',
    meaning: 'Prefix of every path except those of the probes.',
  },
  upstreamCaFile: {
    schema: types.caFile,
    meaning: 'PEM file with additional CA certificates to trust for upstream connections.',
  },
  upstreamCertFile: {
    schema: types.certificateFile,
    meaning: 'PEM file with the client certificate of the gateway.',
  },
  upstreamKeyFile: {
    schema: types.privateKeyFile,
    meaning: 'PEM file with the private key of the client certificate.',
  },
  trustProxy: {
    schema: types.addresses,
    meaning: 'Trusted proxies. The log takes the client address from their `X-Forwarded-For`.',
  },
  corsOrigins: {
    schema: types.origins,
    meaning: 'Exact origins whose pages can call the gateway, comma-separated.',
  },
  graphiql: {
    schema: types.onOff,
    default: 'on',
    productionDefault: 'off',
    meaning: 'Whether `GET /graphql` serves GraphiQL to browsers: `on` or `off`.',
  },
  introspection: {
    schema: types.onOff,
    default: 'on',
    productionDefault: 'off',
    meaning: 'Whether introspection is allowed: `on` or `off`.',
  },
  trustedDocuments: {
    schema: types.trustedDocuments,
    meaning: 'Path of a JSON file that maps hashes to documents. If set, only these documents are executed.',
  },
  shutdownDelayMs: {
    schema: types.millisecondsOrZero,
    default: '0',
    meaning:
      'How long the process still accepts requests after a shutdown signal, while `/readyz` responds 503, in milliseconds.',
  },
  shutdownTimeoutMs: {
    schema: types.millisecondsOrZero,
    default: '10000',
    meaning: 'How long the process waits for running requests after `SHUTDOWN_DELAY_MS`, in milliseconds.',
  },
  workers: {
    schema: types.workers,
    default: '1',
    meaning: 'Number of processes that share the port; `auto` starts one per CPU.',
  },
  logLevel: {
    schema: types.logLevel,
    default: 'info',
    meaning: 'Lowest level of the log lines on standard output.',
  },
} satisfies Record<string, Setting>;

export type SettingName = keyof typeof settings;

/** Every setting as the program uses it. A setting that is off is undefined. */
export type Config = {
  readonly [Name in SettingName]:
    | z.output<(typeof settings)[Name]['schema']>
    | ((typeof settings)[Name] extends { readonly default: string } ? never : undefined);
};

export const toVariable = (name: string): string => name.replace(/[A-Z]/g, '_$&').toUpperCase();

export const toFlag = (name: string): string => `--${toVariable(name).toLowerCase().replaceAll('_', '-')}`;

/** Invalid settings: one line each, with the name and what was expected. Never quotes a value. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

/**
 * Reads all settings. A flag takes precedence over the environment, and the environment over the default. An empty
 * variable counts as unset. Throws ConfigError, which names every invalid setting.
 *
 * @param nameFlag how a problem names a flag
 */
export function readConfig(
  environment: Readonly<Record<string, string | undefined>>,
  flags: Readonly<Partial<Record<SettingName, string>>> = {},
  nameFlag: (name: string) => string = toFlag,
): Config {
  const isProduction = environment['NODE_ENV'] === 'production';
  const invalid = new Map<SettingName, string>();
  const values: Record<string, unknown> = {};
  const toEnvironmentName = (name: SettingName) => {
    const setting: Setting = settings[name];
    const lowerCase = toVariable(name).toLowerCase();
    // As in undici's EnvHttpProxyAgent, the lower-case name takes precedence, even if it is empty.
    return setting.isAlsoLowerCase && environment[lowerCase] !== undefined ? lowerCase : toVariable(name);
  };
  const toName = (name: SettingName) =>
    flags[name] === undefined ? toEnvironmentName(name) : nameFlag(name);
  for (const name of Object.keys(settings) as SettingName[]) {
    const setting: Setting = settings[name];
    const text =
      flags[name] ??
      (environment[toEnvironmentName(name)] ||
        (isProduction ? (setting.productionDefault ?? setting.default) : setting.default));
    // `check-config` prints `off` for a setting without a value, and its output can be used as input.
    if (text === undefined || (text === 'off' && setting.default === undefined)) continue;
    const parsed = setting.schema.safeParse(text);
    if (parsed.success) values[name] = parsed.data;
    else invalid.set(name, `${toName(name)}: expected ${parsed.error.issues[0]?.message ?? 'another value'}`);
  }
  // Every name of the table was parsed by its own schema. The values of invalid settings are missing.
  const config = values as Config;
  const conflicts = findConflicts(config, toName, (name) => invalid.has(name));
  const problems = [...invalid.values(), ...conflicts, ...readOtelVariables(environment).problems];
  if (problems.length > 0) throw new ConfigError(problems);
  return config;
}

/** Settings that are valid on their own but not together. */
function* findConflicts(
  config: Config,
  toName: (name: SettingName) => string,
  isInvalid: (name: SettingName) => boolean,
): Generator<string> {
  const { port, metricsPort, upstreamCertFile: cert, upstreamKeyFile: key } = config;
  if (metricsPort !== undefined && port !== 0 && port === metricsPort)
    yield `${toName('metricsPort')}: expected a port other than ${toName('port')}`;
  if (cert === undefined && key !== undefined && !isInvalid('upstreamCertFile'))
    yield `${toName('upstreamCertFile')}: expected the certificate of ${toName('upstreamKeyFile')}`;
  if (cert !== undefined && key === undefined && !isInvalid('upstreamKeyFile'))
    yield `${toName('upstreamKeyFile')}: expected the key of ${toName('upstreamCertFile')}`;
  if (cert === undefined || key === undefined) return;
  try {
    createSecureContext({ cert: cert.content, key: key.content });
  } catch {
    yield `${toName('upstreamKeyFile')}: expected the key of ${toName('upstreamCertFile')}, but the two do not match`;
  }
}
