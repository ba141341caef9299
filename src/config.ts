import { availableParallelism } from 'node:os';
import { z } from 'zod';
import { readTrustedDocuments } from './execution/trusted-documents.ts';

/** A day: a longer timeout is a mistake. */
const maxMs = 86_400_000;
/** Far beyond what one process can hold; a larger number is a mistake. */
const maxCount = 1_000_000;
/** 1 GiB. A body is read as one string, and V8's end at half a billion characters: a larger number is a mistake. */
const maxBytes = 1_073_741_824;

function wholeNumber(minimum: number, maximum: number, alternative = '') {
  const expected = `a whole number from ${minimum} to ${maximum}${alternative}`;
  return z
    .string()
    .regex(/^\d{1,15}$/, { error: expected })
    .transform(Number)
    .refine((value) => value >= minimum && value <= maximum, { error: expected });
}

const onOff = z.enum(['on', 'off'], { error: '"on" or "off"' }).transform((value) => value === 'on');

const host = z.string().regex(/^[\w.:%-]+$/, { error: 'a host name or an IP address' });

const isOrigin = (text: string): boolean => URL.canParse(text) && new URL(text).origin === text;

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

const trustedDocuments = z.string().transform((path, context) => {
  try {
    return { path, documents: readTrustedDocuments(path) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'it cannot be read';
    context.addIssue(`the path of a JSON file from hash to document, but ${reason}`);
    return z.NEVER;
  }
});

// 1,024: more processors than a machine has.
const workers = z.union([z.literal('auto').transform(() => availableParallelism()), wholeNumber(1, 1024)], {
  error: 'a whole number from 1 to 1024, or "auto"',
});

const logLevel = z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], {
  error: 'trace, debug, info, warn, error, fatal or silent',
});

interface Setting {
  readonly schema: z.ZodType<unknown, string>;
  /** As it would be written in the environment; undefined is off. */
  readonly default: string | undefined;
  /** What the default is under `NODE_ENV=production`, where it differs. */
  readonly productionDefault?: string;
  readonly meaning: string;
}

/**
 * Every setting, in the order of the documentation, which has the reasons for the defaults. The variable of `maxDepth` is
 * `MAX_DEPTH`, its flag `--max-depth`.
 */
export const settings = {
  port: {
    schema: wholeNumber(0, 65_535),
    default: '4000',
    meaning: 'The port of the GraphQL listener; 0 takes a free one.',
  },
  host: { schema: host, default: '127.0.0.1', meaning: 'The address of the GraphQL listener.' },
  metricsPort: {
    schema: wholeNumber(0, 65_535),
    default: undefined,
    meaning: 'The port of a second listener that serves `/metrics` (Prometheus text) and nothing else.',
  },
  galileoApiUrl: {
    schema: upstreamUrl,
    default: 'https://api.galileo.ai',
    meaning: 'The one upstream origin; a base path in it is kept.',
  },
  requestTimeoutMs: {
    schema: wholeNumber(1, maxMs),
    default: '10000',
    meaning: "From a request's arrival to its answer, all attempts and waits included, in milliseconds.",
  },
  upstreamTimeoutMs: {
    schema: wholeNumber(1, maxMs),
    default: '5000',
    meaning: 'One attempt, from dispatch to the last byte, in milliseconds.',
  },
  upstreamConnectTimeoutMs: {
    schema: wholeNumber(1, maxMs),
    default: '2000',
    meaning: 'TCP and TLS of one connection to upstream, in milliseconds.',
  },
  upstreamConnections: {
    // From one address to one port there are no more.
    schema: wholeNumber(1, 65_535),
    default: '64',
    meaning: 'Sockets to upstream, for each process.',
  },
  upstreamQueue: {
    schema: wholeNumber(0, maxCount),
    default: '1024',
    meaning: 'Calls waiting for a socket before more are refused, for each process.',
  },
  upstreamRetries: {
    // Ten wait up to 6.5 s in all: more would hardly ever run within a request.
    schema: wholeNumber(0, 10),
    default: '2',
    meaning: 'Further attempts at a read, or at a write of which nothing has left.',
  },
  upstreamMaxResponseBytes: {
    schema: wholeNumber(1, maxBytes),
    default: '1048576',
    meaning: "The largest body of upstream's that is read, in bytes.",
  },
  maxRequestBytes: {
    schema: wholeNumber(1, maxBytes),
    default: '262144',
    meaning: 'The largest body of a request, in bytes.',
  },
  maxConcurrentRequests: {
    schema: wholeNumber(1, maxCount),
    default: '1000',
    meaning: 'Requests in the process at once before more are shed.',
  },
  maxTokens: { schema: wholeNumber(1, maxCount), default: '2000', meaning: 'Tokens of a document.' },
  maxAliases: {
    schema: wholeNumber(0, maxCount),
    default: '60',
    meaning: 'Aliased fields of an operation, fragments expanded where they are spread.',
  },
  maxDepth: {
    schema: wholeNumber(1, maxCount),
    default: '8',
    meaning: 'Fields within fields of an operation, fragments expanded; introspection is exempt.',
  },
  maxEntities: {
    schema: wholeNumber(0, maxCount),
    default: '100',
    meaning: 'The length of `representations` in `_entities`.',
  },
  corsOrigins: {
    schema: origins,
    default: undefined,
    meaning: 'Exact origins whose pages may call the gateway, comma separated.',
  },
  graphiql: {
    schema: onOff,
    default: 'on',
    productionDefault: 'off',
    meaning: 'Whether `GET /graphql` shows GraphiQL to browsers: `on` or `off`.',
  },
  introspection: {
    schema: onOff,
    default: 'on',
    productionDefault: 'off',
    meaning: 'Whether the schema can be asked for: `on` or `off`.',
  },
  trustedDocuments: {
    schema: trustedDocuments,
    default: undefined,
    meaning: 'The path of a persisted-documents JSON (hash to document); then nothing else is executed.',
  },
  shutdownDelayMs: {
    schema: wholeNumber(0, maxMs),
    default: '0',
    meaning: 'How long it still takes requests after the signal, unready, in milliseconds.',
  },
  shutdownTimeoutMs: {
    schema: wholeNumber(0, maxMs),
    default: '10000',
    meaning: 'How long it then waits for running requests, in milliseconds.',
  },
  workers: {
    schema: workers,
    default: '1',
    meaning: 'Processes sharing the port; `auto` takes one for each processor.',
  },
  logLevel: {
    schema: logLevel,
    default: 'info',
    meaning: 'The least level of log lines on standard output.',
  },
} satisfies Record<string, Setting>;

/** A setting by its name in code; `toVariable` and `toFlag` make its other names of it. */
export type SettingName = keyof typeof settings;

/** Everything that is set, as the program takes it; a setting that is off is undefined. */
export type Config = {
  readonly [Name in SettingName]:
    | z.output<(typeof settings)[Name]['schema']>
    | ((typeof settings)[Name]['default'] extends string ? never : undefined);
};

/** The environment variable of a setting: `maxDepth` is `MAX_DEPTH`. */
export const toVariable = (name: string): string => name.replace(/[A-Z]/g, '_$&').toUpperCase();

/** The flag of a setting: `maxDepth` is `--max-depth`. */
export const toFlag = (name: string): string => `--${toVariable(name).toLowerCase().replaceAll('_', '-')}`;

/** Settings that cannot be used: one line for each, with its name and what was expected; no value is quoted. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(faults.join('\n'));
    this.faults = faults;
  }
}

/**
 * Reads all settings: a flag wins over the environment, the environment over the default; empty is as unset. Throws
 * ConfigError, which names every faulty one.
 *
 * @param flags by the names of the settings
 * @param nameFlag what a fault calls a flag
 */
export function readConfig(
  environment: Readonly<Record<string, string | undefined>>,
  flags: Readonly<Partial<Record<SettingName, string>>> = {},
  nameFlag: (name: string) => string = toFlag,
): Config {
  const isProduction = environment['NODE_ENV'] === 'production';
  const faults: string[] = [];
  const values: Record<string, unknown> = {};
  const names = Object.keys(settings) as SettingName[];
  for (const name of names) {
    const setting: Setting = settings[name];
    const flag = flags[name];
    const text =
      flag ??
      (environment[toVariable(name)] ||
        (isProduction ? (setting.productionDefault ?? setting.default) : setting.default));
    // What check-config prints of a setting without a default can be set again.
    if (text === undefined || (text === 'off' && setting.default === undefined)) continue;
    const parsed = setting.schema.safeParse(text);
    if (parsed.success) values[name] = parsed.data;
    else {
      const expected = parsed.error.issues[0]?.message ?? 'another value';
      faults.push(`${flag === undefined ? toVariable(name) : nameFlag(name)}: expected ${expected}`);
    }
  }
  if (faults.length > 0) throw new ConfigError(faults);
  // Every name of the table has been parsed by its own schema.
  return values as Config;
}
