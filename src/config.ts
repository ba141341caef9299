import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { availableParallelism } from 'node:os';
import { createSecureContext } from 'node:tls';
import { z } from 'zod';
import { readTrustedDocuments } from './execution/index.ts';
import { isJsonObject } from './json.ts';
import { readOtelVariables } from './observability/otel-variables.ts';

/** One day. A longer timeout is a mistake. */
const maxMs = 86_400_000;
/** More than a process can hold. */
const maxCount = 1_000_000;
/** 1 GiB. A body is one string, and V8 limits a string to about half a billion characters. */
const maxBytes = 1_073_741_824;

function wholeNumber(minimum: number, maximum: number) {
  const expected = `a whole number from ${minimum} to ${maximum}`;
  return z
    .string()
    .regex(/^\d{1,15}$/, { error: expected })
    .transform(Number)
    .refine((value) => value >= minimum && value <= maximum, { error: expected });
}

const port = wholeNumber(0, 65_535);
const milliseconds = wholeNumber(1, maxMs);
const bytes = wholeNumber(1, maxBytes);
const count = wholeNumber(1, maxCount);
const onOff = z.enum(['on', 'off'], { error: '"on" or "off"' }).transform((value) => value === 'on');

const host = z.string().regex(/^[\w.:%-]+$/, { error: 'a host name or an IP address' });

/** An origin as browsers serialize it. `URL.origin` is `null` for schemes such as `capacitor:`. */
const isOrigin = (text: string): boolean =>
  /^[a-z][a-z\d+.-]*:\/\/[^\s/?#@*]+$/.test(text) &&
  URL.canParse(text) &&
  (!/^https?:/.test(text) || new URL(text).origin === text);

const origins = z
  .string()
  .transform((text) => text.split(',').map((origin) => origin.trim()))
  .refine((list) => list.every(isOrigin), {
    error: 'exact origins, comma separated, such as https://app.example.com (no path, no *)',
  });

function isUpstreamUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, search, hash } = new URL(text);
  return /^https?:$/.test(protocol) && `${username}${password}${search}${hash}` === '';
}

const upstreamUrl = z
  .string()
  .refine(isUpstreamUrl, { error: 'an http or https URL without user, password, query or fragment' })
  .transform((text) => new URL(text));

const proxyUrl = z.string().refine((text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol), {
  error: 'the http or https URL of a proxy',
});

const noProxy = z.string().regex(/^[\w.:*,[\]/ -]+$/, { error: 'host names, comma separated' });

const trustedDocuments = z.string().transform((path, context) => {
  try {
    return { path, documents: readTrustedDocuments(path) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'it cannot be read';
    context.addIssue(`the path of a JSON file from hash to document, but ${reason}`);
    return z.NEVER;
  }
});

/** A PEM file, read at start. `check` throws if the content cannot be used. */
const pemFile = (expected: string, check: (content: string) => void) =>
  z.string().transform((path, context) => {
    try {
      const content = readFileSync(path, 'utf8');
      check(content);
      return { path, content };
    } catch (error) {
      const isUnreadable = error instanceof Error && 'syscall' in error;
      const reason = isUnreadable ? 'the file cannot be read' : 'the file contains something else';
      context.addIssue(`the path of ${expected} (PEM), but ${reason}`);
      return z.NEVER;
    }
  });

/** Headers that callers, undici or the gateway set. A fixed header must not replace them. */
const reservedHeaders =
  /^(?:galileo-api-key|splunk-ao-api-key|authorization|proxy-authorization|host|connection|keep-alive|proxy-connection|te|trailer|transfer-encoding|upgrade|expect|content-length|content-type|content-encoding|accept|accept-encoding|user-agent|x-request-id|traceparent|tracestate|baggage|cookie)$/i;

const upstreamHeaders = z.string().transform((text, context): Readonly<Record<string, string>> => {
  const fail = (reason: string) => {
    context.addIssue(`a JSON object of header names and values, but ${reason}`);
    return z.NEVER;
  };
  let headers: unknown;
  try {
    headers = JSON.parse(text);
  } catch {
    return fail('the value is not JSON');
  }
  if (!isJsonObject(headers)) return fail('the value is not an object');
  // Not an object while it is built: a header can have the name `__proto__`.
  const checked = new Map<string, string>();
  for (const [name, value] of Object.entries(headers)) {
    if (!/^[!#$%&'*+.^`|~\w-]+$/.test(name)) return fail('a name is not a header name');
    if (reservedHeaders.test(name)) return fail(`the header ${name} is set by the gateway or by callers`);
    if (typeof value !== 'string' || !/^[\t\x20-\x7e\x80-\xff]*$/.test(value))
      return fail(`the value of ${name} is not a header value`);
    if ([...checked.keys()].some((other) => other.toLowerCase() === name.toLowerCase()))
      return fail(`the header ${name} is listed twice`);
    checked.set(name, value);
  }
  return Object.fromEntries(checked);
});

const basePath = z
  .string()
  // Clients resolve the segments `.` and `..` before they send a path.
  .regex(/^\/(?!(?:.*\/)?\.{1,2}(?:\/|$))(?:[\w.~-]+(?:\/[\w.~-]+)*\/?)?$/, { error: 'a path such as /api' })
  // Without the trailing slash, so that `${basePath}/graphql` is a path.
  .transform((path) => path.replace(/\/$/, ''));

function isAddressRange(text: string): boolean {
  if (text === 'loopback' || text === 'private') return true;
  const [, address = '', bits] = /^([\da-f.:]+)(?:\/(\d{1,3}))?$/i.exec(text) ?? [];
  const family = isIP(address);
  return family !== 0 && Number(bits ?? 0) <= (family === 6 ? 128 : 32);
}

const addresses = z
  .string()
  .transform((text) => text.split(',').map((part) => part.trim()))
  .refine((list) => list.every(isAddressRange), {
    error: 'addresses or CIDR ranges, comma separated; `loopback` and `private` are short for those ranges',
  });

// No common machine has more than 1,024 CPUs.
const workers = z.union([z.literal('auto').transform(() => availableParallelism()), wholeNumber(1, 1024)], {
  error: 'a whole number from 1 to 1024, or "auto"',
});

const logLevel = z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], {
  error: 'trace, debug, info, warn, error, fatal or silent',
});

export interface Setting {
  readonly schema: z.ZodType<unknown, string>;
  /** As written in the environment. A setting without a default is off. */
  readonly default?: string;
  /** The default if `NODE_ENV=production`. */
  readonly productionDefault?: string;
  /** Whether the value is never printed. */
  readonly isSecret?: boolean;
  /** Whether the environment variable is also read in lower case, as proxy variables are. */
  readonly isCaseInsensitive?: boolean;
  readonly meaning: string;
}

/**
 * Every setting, in the order of docs/configuration.md, which explains the defaults. The variable of `maxDepth` is
 * `MAX_DEPTH`, its flag `--max-depth`.
 */
export const settings = {
  port: { schema: port, default: '4000', meaning: 'Port of the GraphQL listener; 0 picks a free port.' },
  host: { schema: host, default: '127.0.0.1', meaning: 'Address of the GraphQL listener.' },
  metricsPort: {
    schema: port,
    meaning: 'Port of a second listener that serves only `/metrics` (Prometheus text format).',
  },
  galileoApiUrl: {
    schema: upstreamUrl,
    default: 'https://api.galileo.ai',
    meaning: 'The one upstream origin; its base path is kept.',
  },
  upstreamHeaders: {
    schema: upstreamHeaders,
    isSecret: true,
    meaning: 'Fixed headers for every upstream request, as a JSON object. Values are secret.',
  },
  httpsProxy: {
    schema: proxyUrl,
    isSecret: true,
    isCaseInsensitive: true,
    meaning: 'Proxy for upstream requests over https. A user and password in it are secret.',
  },
  httpProxy: {
    schema: proxyUrl,
    isSecret: true,
    isCaseInsensitive: true,
    meaning: 'Proxy for upstream requests over http. A user and password in it are secret.',
  },
  noProxy: {
    schema: noProxy,
    isCaseInsensitive: true,
    meaning: 'Hosts that are reached without the proxy, comma separated.',
  },
  requestTimeoutMs: {
    schema: milliseconds,
    default: '10000',
    meaning:
      'From the arrival of a request to its complete response, all attempts and waits included, in milliseconds.',
  },
  responseTimeoutMs: {
    schema: milliseconds,
    default: '10000',
    meaning: 'How long a client may take to read a response, in milliseconds; then its socket is destroyed.',
  },
  upstreamTimeoutMs: {
    schema: milliseconds,
    default: '5000',
    meaning: 'One attempt, from dispatch to the last byte, in milliseconds.',
  },
  upstreamConnectTimeoutMs: {
    schema: milliseconds,
    default: '2000',
    meaning: 'TCP and TLS of one connection to upstream, in milliseconds.',
  },
  upstreamConnections: {
    schema: wholeNumber(1, 65_535),
    default: '64',
    meaning: 'Maximum number of sockets to upstream, per process.',
  },
  upstreamQueue: {
    schema: wholeNumber(0, maxCount),
    default: '16384',
    meaning:
      'Maximum number of calls that wait for a socket, per process; further ones fail as `OVERLOADED`.',
  },
  upstreamConnectionMaxAgeMs: {
    schema: milliseconds,
    default: '300000',
    meaning:
      'Age at which a connection to upstream is replaced, in milliseconds, so that DNS changes are noticed.',
  },
  upstreamRetries: {
    schema: wholeNumber(0, 10),
    default: '2',
    meaning: 'Maximum number of further attempts at a read, or at a write of which no byte was sent.',
  },
  upstreamMaxResponseBytes: {
    schema: bytes,
    default: '1048576',
    meaning: 'Largest upstream response body, in bytes.',
  },
  maxRequestBytes: { schema: bytes, default: '262144', meaning: 'Largest request body, in bytes.' },
  maxResponseBytes: {
    schema: bytes,
    default: '8388608',
    meaning: 'Largest response body, in bytes; a larger one becomes `QUERY_TOO_COMPLEX`.',
  },
  maxBufferedBytes: {
    schema: wholeNumber(1, 1_099_511_627_776),
    default: '134217728',
    meaning:
      "Memory that a process may hold for its requests, in bytes: bodies, variables, documents, Galileo's responses and its own; beyond it requests are shed.",
  },
  maxConcurrentRequests: {
    schema: count,
    default: '1000',
    meaning: 'Maximum number of concurrent requests, per process; further ones are shed.',
  },
  maxTokens: { schema: count, default: '2000', meaning: 'Maximum number of tokens in a document.' },
  maxAliases: {
    schema: wholeNumber(0, maxCount),
    default: '60',
    meaning: 'Maximum number of aliased fields in an operation, with fragments expanded.',
  },
  maxDepth: {
    schema: count,
    default: '8',
    meaning: 'Maximum depth of the fields in an operation, with fragments expanded; introspection is exempt.',
  },
  maxEntities: {
    schema: wholeNumber(0, maxCount),
    default: '100',
    meaning: 'Maximum number of `representations` in an operation, in all its `_entities` fields together.',
  },
  basePath: { schema: basePath, default: '/', meaning: 'Prefix of every path except the probes.' },
  upstreamCaFile: {
    schema: pemFile('CA certificates', (content) => void new X509Certificate(content)),
    meaning: 'PEM file with additional CAs for the certificate of upstream.',
  },
  upstreamCertFile: {
    schema: pemFile('a client certificate', (content) => void new X509Certificate(content)),
    meaning: 'PEM file with the client certificate of the gateway.',
  },
  upstreamKeyFile: {
    schema: pemFile('a private key', (content) => void createSecureContext({ key: content })),
    meaning: 'PEM file with the private key of the client certificate.',
  },
  trustProxy: { schema: addresses, meaning: 'Proxies whose `X-Forwarded-For` names the client in the log.' },
  corsOrigins: {
    schema: origins,
    meaning: 'Exact origins whose pages may call the gateway, comma separated.',
  },
  graphiql: {
    schema: onOff,
    default: 'on',
    productionDefault: 'off',
    meaning: 'Whether `GET /graphql` serves GraphiQL to browsers: `on` or `off`.',
  },
  introspection: {
    schema: onOff,
    default: 'on',
    productionDefault: 'off',
    meaning: 'Whether introspection is allowed: `on` or `off`.',
  },
  trustedDocuments: {
    schema: trustedDocuments,
    meaning: 'Path of a persisted-documents JSON (hash to document); then only these documents run.',
  },
  shutdownDelayMs: {
    schema: wholeNumber(0, maxMs),
    default: '0',
    meaning: 'How long the process accepts requests after the signal while not ready, in milliseconds.',
  },
  shutdownTimeoutMs: {
    schema: wholeNumber(0, maxMs),
    default: '10000',
    meaning: 'How long it then waits for running requests, in milliseconds.',
  },
  workers: {
    schema: workers,
    default: '1',
    meaning: 'Processes that share the port; `auto` is one per CPU.',
  },
  logLevel: {
    schema: logLevel,
    default: 'info',
    meaning: 'Lowest level of the log lines on standard output.',
  },
} satisfies Record<string, Setting>;

/** The name of a setting in code. `toVariable` and `toFlag` derive its other names. */
export type SettingName = keyof typeof settings;

/** Every setting as the program uses it. A setting that is off is undefined. */
export type Config = {
  readonly [Name in SettingName]:
    | z.output<(typeof settings)[Name]['schema']>
    | ((typeof settings)[Name] extends { readonly default: string } ? never : undefined);
};

/** The environment variable of a setting: `maxDepth` is `MAX_DEPTH`. */
export const toVariable = (name: string): string => name.replace(/[A-Z]/g, '_$&').toUpperCase();

/** The flag of a setting: `maxDepth` is `--max-depth`. */
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
 * Reads all settings. A flag wins over the environment, the environment over the default. An empty variable counts as unset.
 * Throws ConfigError, which names every invalid setting.
 *
 * @param flags by setting name
 * @param nameFlag how a problem names a flag
 */
export function readConfig(
  environment: Readonly<Record<string, string | undefined>>,
  flags: Readonly<Partial<Record<SettingName, string>>> = {},
  nameFlag: (name: string) => string = toFlag,
): Config {
  const isProduction = environment['NODE_ENV'] === 'production';
  const problems: string[] = [];
  const values: Record<string, unknown> = {};
  const toName = (name: SettingName) => (flags[name] === undefined ? toVariable(name) : nameFlag(name));
  for (const name of Object.keys(settings) as SettingName[]) {
    const setting: Setting = settings[name];
    const variable = toVariable(name);
    const text =
      flags[name] ??
      // As in undici's EnvHttpProxyAgent, the lower-case name wins.
      ((setting.isCaseInsensitive && environment[variable.toLowerCase()]) ||
        environment[variable] ||
        (isProduction ? (setting.productionDefault ?? setting.default) : setting.default));
    // `check-config` prints `off` for a setting without a value, and its output can be used as input.
    if (text === undefined || (text === 'off' && setting.default === undefined)) continue;
    const parsed = setting.schema.safeParse(text);
    if (parsed.success) values[name] = parsed.data;
    else problems.push(`${toName(name)}: expected ${parsed.error.issues[0]?.message ?? 'another value'}`);
  }
  // Every name of the table was parsed by its own schema.
  const config = values as Config;
  if (problems.length === 0) problems.push(...findConflicts(config, toName));
  problems.push(...readOtelVariables(environment).problems);
  if (problems.length > 0) throw new ConfigError(problems);
  return config;
}

/** Settings that are valid on their own but not together. */
function* findConflicts(config: Config, toName: (name: SettingName) => string): Generator<string> {
  const { port, metricsPort, upstreamCertFile: cert, upstreamKeyFile: key } = config;
  if (port !== 0 && port === metricsPort)
    yield `${toName('metricsPort')}: expected a port other than ${toName('port')}`;
  if (cert === undefined && key !== undefined)
    yield `${toName('upstreamCertFile')}: expected the certificate of ${toName('upstreamKeyFile')}`;
  if (cert !== undefined && key === undefined)
    yield `${toName('upstreamKeyFile')}: expected the key of ${toName('upstreamCertFile')}`;
  if (cert === undefined || key === undefined) return;
  try {
    createSecureContext({ cert: cert.content, key: key.content });
  } catch {
    yield `${toName('upstreamKeyFile')}: expected the key of ${toName('upstreamCertFile')}, but the two do not match`;
  }
}
