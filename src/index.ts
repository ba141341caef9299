import type { IncomingMessage, ServerResponse } from 'node:http';
import { ProxyTracerProvider, trace } from '@opentelemetry/api';
import { checkDocuments } from './check-documents.ts';
import { type Config, ConfigError, readConfig, type SettingName, settings } from './config.ts';
import { toError } from './errors.ts';
import { ConnectionRegistry } from './http/connections.ts';
import { commandLineSettings, GraphqlHandler, type HandlerConfig } from './http/handler.ts';
import { fromFetch, getTarget } from './http/http-request.ts';
import { arePlugins, type Plugins } from './http/pipeline.ts';
import { type HttpResponse, toHeaders } from './http/responses.ts';
import { getProperty, isJsonObject } from './json.ts';
import { createLog, guardLog, type Log } from './observability/log.ts';
import { getSharedMetrics, type HostRegistry } from './observability/metrics.ts';
import { Telemetry } from './observability/telemetry.ts';
import { Tracing } from './observability/tracing.ts';

export { ConfigError } from './config.ts';

/** The type of an option for a setting. */
type OptionValue<Value> = Value extends URL
  ? URL | string
  : Value extends { readonly path: string }
    ? string
    : Value extends readonly string[]
      ? readonly string[]
      : Value;

/**
 * The settings, with the names and defaults of the configuration: `maxDepth` is `MAX_DEPTH`. Settings that only the
 * program has (ports, base path, shutdown, workers, log level, trusted proxies, GraphiQL) are excluded. The only
 * environment variable that changes a default is `NODE_ENV`: `production` turns introspection off.
 */
export type GatewayOptions = {
  readonly [Name in keyof HandlerConfig]?: OptionValue<HandlerConfig[Name]> | undefined;
} & {
  /** A pino logger for one line per request, warnings and errors. Default: nothing is logged. */
  readonly log?: Log | undefined;
  /**
   * A prom-client registry that the gateway adds its metrics to; process metrics are left to you. Default: no metrics.
   */
  readonly metrics?: HostRegistry | undefined;
  /** graphql-yoga and Envelop plugins. With plugins, every request passes through graphql-yoga's pipeline. */
  readonly plugins?: Plugins | undefined;
};

/**
 * Responds to a Fetch API `Request`, regardless of its path. Rejects only if the request was aborted or its
 * body ended early.
 */
export interface Gateway {
  (request: Request): Promise<Response>;
  /** This function, for servers that expect an object with a `fetch` method. */
  readonly fetch: (request: Request) => Promise<Response>;
  /**
   * Responds to a request from Node's HTTP/1.1 server or a framework built on it. Mount it before body parsers, and
   * behind routes of the framework: it responds to every path.
   */
  readonly node: (request: IncomingMessage, response: ServerResponse) => void;
  /** Sheds further requests; resolves when the running ones have ended and the connections to upstream are closed. */
  close(): Promise<void>;
}

/**
 * A gateway to mount in your own server. Throws ConfigError, which names every invalid option. Opens no port, and no
 * connection before the first request. Reads are cancelled when the client disconnects. Spans go to the tracer provider
 * that is registered with the OpenTelemetry API when this is called.
 *
 * ```ts
 * const gateway = createGateway({ galileoApiUrl: 'https://api.galileo.ai' });
 * createServer(gateway.node).listen(4000); // node:http
 * app.all('/graphql', gateway.node); // Express
 * app.all('/graphql', (context) => gateway(context.req.raw)); // Hono
 * export const GET = gateway; // a route handler of Next.js; the same for POST
 * ```
 */
export function createGateway(options: GatewayOptions = {}): Gateway {
  if ('bun' in process.versions)
    throw new Error(
      'galileo-gateway does not run on Bun: its replacement for undici has no dispatch(). Use Node.',
    );
  const config = readOptions(options);
  const { log, metrics, plugins } = options;
  const ownLog = log === undefined ? createLog('silent', { write: () => {} }) : guardLog(log);
  for (const warning of checkDocuments(config, 'trustedDocuments')) ownLog.warn(warning);
  const telemetry = new Telemetry(ownLog, {
    metrics: metrics && getSharedMetrics(metrics),
    tracing: hasTracerProvider() ? new Tracing(trace.getTracerProvider(), config.galileoApiUrl) : undefined,
  });
  const handler = new GraphqlHandler(config, telemetry, ownLog, plugins);
  // Without a log, nothing would report why every request fails.
  handler.ready().catch((error: unknown) => process.emitWarning(toError(error)));
  const connections = new ConnectionRegistry(config.responseTimeoutMs);

  const handle = async (request: Request): Promise<Response> => {
    const exchange = handler.begin(fromFetch(request));
    const onAbort = () => exchange.end(false);
    if (request.signal.aborted) onAbort();
    else request.signal.addEventListener('abort', onAbort, { once: true });
    try {
      const response = await exchange.run();
      if (response === undefined) throw toError(request.signal.reason, 'The request was aborted.');
      return toResponse(response, exchange.requestId, request.method);
    } finally {
      request.signal.removeEventListener('abort', onAbort);
      exchange.end(true);
    }
  };

  return Object.assign(handle, {
    fetch: handle,
    node: (request: IncomingMessage, response: ServerResponse) =>
      connections.receive(request, response, (pending) => handler.serve(pending, getTarget(request))),
    close: () => handler.close(),
  });
}

/** Without a provider, spans are not recorded, and the trace context of clients must be forwarded unchanged. */
function hasTracerProvider(): boolean {
  const provider = trace.getTracerProvider();
  return (
    !(provider instanceof ProxyTracerProvider) || provider.getDelegateTracer('galileo-gateway') !== undefined
  );
}

function readOptions(given: GatewayOptions): Config {
  if (!isJsonObject(given)) throw new ConfigError(['expected an options object']);
  const { log, metrics, plugins, ...options } = given;
  const excluded: readonly string[] = commandLineSettings;
  const texts: Partial<Record<SettingName, string>> = {};
  const problems: string[] = [];
  if (log !== undefined && typeof getProperty(log, 'isLevelEnabled') !== 'function')
    problems.push('log: expected a pino logger');
  if (metrics !== undefined && typeof getProperty(metrics, 'registerMetric') !== 'function')
    problems.push('metrics: expected a prom-client registry');
  if (plugins !== undefined && !arePlugins(plugins))
    problems.push('plugins: expected an array of graphql-yoga or Envelop plugin objects');
  for (const [name, value] of Object.entries(options)) {
    if (!isSettingName(name)) problems.push(`${name}: unknown option`);
    else if (excluded.includes(name))
      problems.push(`${name}: this setting exists only in the galileo-gateway CLI`);
    else if (Array.isArray(value) && name !== 'corsOrigins')
      problems.push(`${name}: expected a value that is not an array`);
    // Any other value would be a host name as a string.
    else if (name === 'noProxy' && value !== undefined && typeof value !== 'string')
      problems.push(`${name}: expected a string`);
    else if (value !== undefined && !(Array.isArray(value) && value.length === 0))
      texts[name] = toText(value);
  }
  try {
    const config = readConfig({ NODE_ENV: process.env['NODE_ENV'] }, texts, (name) => name);
    if (problems.length === 0) return config;
  } catch (error) {
    if (error instanceof ConfigError) throw new ConfigError([...problems, ...error.problems]);
    throw error;
  }
  throw new ConfigError(problems);
}

const isSettingName = (name: string): name is SettingName => Object.hasOwn(settings, name);

/**
 * Converts an option to the string form of its environment variable, so that the schema of the setting can check it.
 */
function toText(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  if (isJsonObject(value) && [Object.prototype, null].includes(Object.getPrototypeOf(value) as object | null))
    return JSON.stringify(value);
  return Array.isArray(value) ? value.join(',') : String(value);
}

function toResponse({ status, headers, body }: HttpResponse, requestId: string, method: string): Response {
  const fields = toHeaders(headers);
  fields.set('x-request-id', requestId);
  const content = typeof body === 'string' ? body : new Uint8Array(body);
  // A 204 and a response to HEAD must not have a body at all.
  const hasBody = content.length > 0 && method !== 'HEAD';
  return new Response(hasBody ? content : null, { status, headers: fields });
}
