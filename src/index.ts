import { type Config, ConfigError, readConfig, type SettingName, settings } from './config.ts';
import { readFetchBody } from './http/body.ts';
import type { IncomingRequest } from './http/incoming-request.ts';
import { GatewayRuntime, processSettings, type RuntimeConfig } from './http/runtime.ts';
import { createLog, type Log } from './observability/log.ts';
import { Telemetry } from './observability/telemetry.ts';

export { ConfigError } from './config.ts';

/** A value as a program has it: a setting that the environment writes as text. */
type Natural<Value> = Value extends URL
  ? URL | string
  : Value extends { readonly path: string }
    ? string
    : Value extends readonly string[]
      ? readonly string[]
      : Value;

/**
 * The settings, with the names and defaults of the configuration: `maxDepth` is `MAX_DEPTH`. Those of listeners and processes
 * (ports, shutdown, workers) and GraphiQL are not among them: whoever mounts the gateway has their own. No variable of the
 * environment is read but `NODE_ENV`, where `production` turns introspection off unless it is set here.
 */
export type GatewayOptions = {
  readonly [Name in keyof RuntimeConfig]?: Natural<RuntimeConfig[Name]> | undefined;
} & {
  /** A pino logger, for a line a request and what goes wrong. Default: nothing is logged. */
  readonly log?: Log;
};

/**
 * Answers a request of the Fetch standard, whatever its path. It rejects only where the request was aborted, or
 * its body broke off.
 */
export interface Gateway {
  (request: Request): Promise<Response>;
  /** The same, for servers that want an object with this name. */
  readonly fetch: (request: Request) => Promise<Response>;
  /** Sheds further requests; resolves when those that run have been answered and the connections to upstream are closed. */
  close(): Promise<void>;
}

/**
 * A gateway to mount in a server of one's own. Throws ConfigError, which names every faulty option. Opens no port, and no
 * connection before the first request. Reads end when `request.signal` is aborted.
 *
 * In servers that speak Fetch (Bun, Deno, Hono) it is a handler as it is:
 *
 * ```ts
 * const gateway = createGateway({ galileoApiUrl: 'https://api.galileo.ai' });
 * app.all('/graphql', (context) => gateway(context.req.raw)); // Hono
 * Bun.serve({ fetch: gateway });
 * Deno.serve(gateway);
 * ```
 *
 * In Node's own server:
 *
 * ```ts
 * createServer(async (incoming, outgoing) => {
 *   const caller = new AbortController();
 *   outgoing.on('close', () => caller.abort());
 *   const headers = new Headers();
 *   for (const [name, values = []] of Object.entries(incoming.headersDistinct)) {
 *     for (const value of values) headers.append(name, value);
 *   }
 *   const hasBody = incoming.method !== 'GET' && incoming.method !== 'HEAD';
 *   const response = await gateway(
 *     new Request(new URL(incoming.url, 'http://localhost'), {
 *       method: incoming.method,
 *       headers,
 *       signal: caller.signal,
 *       body: hasBody ? incoming : null,
 *       duplex: 'half',
 *     }),
 *   );
 *   outgoing.writeHead(response.status, Object.fromEntries(response.headers));
 *   outgoing.end(await response.text());
 * }).listen(4000);
 * ```
 */
export function createGateway({ log, ...settings }: GatewayOptions = {}): Gateway {
  const telemetry = new Telemetry(log ?? createLog('silent', { write: () => {} }), undefined, undefined);
  const runtime = new GatewayRuntime(readOptions(settings), telemetry);

  const handle = async (request: Request): Promise<Response> => {
    const exchange = runtime.begin(toIncoming(request));
    const onAbort = () => exchange.close(false);
    if (request.signal.aborted) onAbort();
    else request.signal.addEventListener('abort', onAbort, { once: true });
    try {
      const answer = await exchange.answer();
      if (answer === undefined) throw toError(request.signal.reason);
      const { status, headers, body } = answer;
      // 204 and the like must have none at all.
      return new Response(body === '' ? null : body, {
        status,
        headers: { ...headers, 'x-request-id': exchange.requestId },
      });
    } finally {
      request.signal.removeEventListener('abort', onAbort);
      exchange.close(true);
    }
  };

  return Object.assign((request: Request) => handle(request), {
    fetch: handle,
    close: () => runtime.close(),
  });
}

function readOptions(options: Omit<GatewayOptions, 'log'>): Config {
  const foreign: readonly string[] = processSettings;
  const texts: Partial<Record<SettingName, string>> = {};
  const unknown: string[] = [];
  for (const [name, value] of Object.entries(options)) {
    if (!isSettingName(name) || foreign.includes(name)) unknown.push(`${name}: no such option`);
    else if (value !== undefined && !(Array.isArray(value) && value.length === 0))
      texts[name] = toText(value);
  }
  try {
    const config = readConfig({ NODE_ENV: process.env['NODE_ENV'] }, texts, (name) => name);
    if (unknown.length === 0) return config;
  } catch (error) {
    if (error instanceof ConfigError) throw new ConfigError([...unknown, ...error.problems]);
    throw error;
  }
  throw new ConfigError(unknown);
}

const isSettingName = (name: string): name is SettingName => Object.hasOwn(settings, name);

/** The value as it would be written in the environment, whose schema then checks it. */
function toText(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  return Array.isArray(value) ? value.join(',') : String(value);
}

const toIncoming = (request: Request): IncomingRequest => {
  const { pathname, search } = new URL(request.url);
  return {
    method: request.method,
    target: pathname + search,
    rawHeaders: [...splitHeaders(request.headers)],
    getHeader: (name) => request.headers.get(name) ?? undefined,
    readBody: (maxBytes, deadline) => readFetchBody(request, maxBytes, deadline),
  };
};

/** Names and values in turn. A credential that came twice, which Fetch joins, comes twice again: it has to be refused. */
function* splitHeaders(headers: Headers): Generator<string> {
  for (const [name, value] of headers) {
    if (name === 'galileo-api-key') for (const key of value.split(', ')) yield* [name, key];
    // No usable Authorization has a comma in it, but another scheme's parameters may.
    else if (name === 'authorization')
      for (const one of value.split(/, (?=bearer |basic )/i)) yield* [name, one];
    else yield* [name, value];
  }
}

const toError = (reason: unknown): Error =>
  reason instanceof Error ? reason : new Error('The request was aborted.');
