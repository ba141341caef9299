import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Context, context, ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { ConfigError, createGateway, type GatewayOptions } from '../src/index.ts';
import { startFakeUpstream } from './support/fake-upstream.ts';
import { send } from './support/http-client.ts';
import { startHttpServer } from './support/listen.ts';

const path = '/v2/integrations/openai';
const integration = { id: '0b1f0a2e-4d0c-4f35-9f0b-6a7b1f0a2e4d', name: 'openai' };
const query = '{ integration(name: OPENAI) { id } }';
const data = { integration: { id: integration.id } };

const post = (
  body: string,
  { headers, ...init }: Omit<RequestInit, 'headers'> & { headers?: Readonly<Record<string, string>> } = {},
) =>
  new Request('http://gateway.example/graphql', {
    method: 'POST',
    body,
    ...init,
    headers: { 'content-type': 'application/json', 'Galileo-API-Key': 'k', ...headers },
  });

/** Node requires `duplex`, but the standard types do not have it. */
const toStreamed = (body: ReadableStream) => ({ body, duplex: 'half' as const });

const toBody = (text: string) => JSON.stringify({ query: text });

async function startLibrary(options: GatewayOptions = {}) {
  const upstream = await startFakeUpstream();
  const gateway = createGateway({ galileoApiUrl: upstream.url, ...options });
  return {
    upstream,
    gateway,
    async [Symbol.asyncDispose]() {
      await gateway.close();
      await upstream[Symbol.asyncDispose]();
    },
  };
}

const getCode = async (response: Response): Promise<unknown> => {
  const { errors } = (await response.json()) as { errors: { extensions: { code: string } }[] };
  return errors[0]?.extensions.code;
};

describe('createGateway', () => {
  it('the fetch handler responds to a Request with any path', async () => {
    await using library = await startLibrary();
    const { gateway, upstream } = library;
    upstream.on('GET', path, { json: integration });
    for (const url of ['http://gateway.example/graphql', 'https://other.example/api/v1']) {
      const response = await gateway(
        new Request(url, post(toBody(query), { headers: { 'x-request-id': 'request-1' } })),
      );
      expect(response.status).toBe(200);
      expect(response.headers.get('x-request-id')).toBe('request-1');
      expect(response.headers.get('cache-control')).toBe('private, no-store');
      expect(await response.json()).toEqual({ data });
    }
    expect(upstream.calls.map(({ headers }) => headers['galileo-api-key'])).toEqual(['k', 'k']);
  });

  it('the fetch handler responds to a GET, directly and through its property `fetch`', async () => {
    await using library = await startLibrary();
    const response = await library.gateway.fetch(
      new Request('http://gateway.example/graphql?query=%7B__typename%7D'),
    );
    expect(await response.json()).toEqual({ data: { __typename: 'Query' } });
  });

  it.each(['/', '/api', '/api/v1/', '/health', '/a//b'])(
    'the fetch handler at %s responds to a GET, a POST of another origin and a preflight',
    async (pathname) => {
      const origin = 'https://app.example.com';
      await using library = await startLibrary({ corsOrigins: [origin] });
      const url = `http://gateway.example${pathname}`;
      for (const request of [
        new Request(`${url}?query={__typename}`),
        new Request(url, post(toBody('{ __typename }'), { headers: { origin } })),
      ]) {
        const response = await library.gateway(request);
        expect(response.status).toBe(200);
        expect(await response.json()).toEqual({ data: { __typename: 'Query' } });
      }
      const preflight = await library.gateway(
        new Request(url, { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'POST' } }),
      );
      expect(preflight.headers.get('access-control-allow-methods')).toMatch(/POST/);
    },
  );

  it('createGateway takes settings by name with their natural types', async () => {
    await using library = await startLibrary({
      galileoApiUrl: new URL('http://127.0.0.1:1'),
      upstreamRetries: 0,
      maxDepth: 1,
      maxRequestBytes: 200,
      introspection: false,
      corsOrigins: ['https://app.example.com'],
    });
    const { gateway } = library;
    expect(await getCode(await gateway(post(toBody(query))))).toBe('QUERY_TOO_COMPLEX');
    expect((await gateway(post(toBody(' '.repeat(300))))).status).toBe(413);
    expect(await getCode(await gateway(post(toBody('{ __schema { __typename } }'))))).toBe(
      'GRAPHQL_VALIDATION_FAILED',
    );
    const origin = 'https://app.example.com';
    const allowed = await gateway(post(toBody('{ __typename }'), { headers: { origin } }));
    expect(allowed.headers.get('access-control-allow-origin')).toBe(origin);
    const preflight = await gateway(
      new Request('http://gateway.example/graphql', {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'POST' },
      }),
    );
    expect(preflight.status).toBe(204);
  });

  it('createGateway names all invalid options in one error', () => {
    const options = { maxDepth: 0, galileoApiUrl: 'ftp://x', port: 4000, upstreamRetries: Number.NaN };
    let problems: readonly string[] = [];
    try {
      createGateway(options);
    } catch (error) {
      if (error instanceof ConfigError) problems = error.problems;
    }
    expect(problems.map((problem) => problem.split(':')[0])).toEqual([
      'port',
      'galileoApiUrl',
      'upstreamRetries',
      'maxDepth',
    ]);
  });

  it('createGateway names unknown options, and treats an empty list as absent', () => {
    const getProblems = (options: Readonly<Record<string, unknown>>): readonly string[] => {
      try {
        createGateway(options);
        return [];
      } catch (error) {
        if (error instanceof ConfigError) return error.problems;
        throw error;
      }
    };
    expect(getProblems({ workers: 2, nonsense: true })).toEqual([
      'workers: this setting exists only in the galileo-gateway CLI',
      'nonsense: unknown option',
    ]);
    expect(getProblems({ corsOrigins: [], maxDepth: undefined })).toEqual([]);
    for (const name of ['trustedDocuments', 'galileoApiUrl', 'maxDepth', 'introspection', 'upstreamHeaders'])
      for (const value of [[], ['on'], [3]])
        expect(getProblems({ [name]: value })).toEqual([`${name}: expected a value that is not an array`]);
    for (const noProxy of [null, true, 5, {}])
      expect(getProblems({ noProxy })).toEqual(['noProxy: expected a string']);
    for (const log of [console, {}, true, null])
      expect(getProblems({ log })).toEqual(['log: expected a pino logger']);
    for (const metrics of [{}, true, null])
      expect(getProblems({ metrics })).toEqual(['metrics: expected a prom-client registry']);
    for (const plugins of [null, {}, './x.mjs', [null], [() => ({})], [Promise.resolve({})]])
      expect(getProblems({ plugins })).toEqual([
        'plugins: expected an array of graphql-yoga or Envelop plugin objects',
      ]);
  });

  it('the type of `log` accepts a pino logger with custom levels', async () => {
    const log = pino({ customLevels: { audit: 35 }, level: 'silent' });
    await using library = await startLibrary({ log });
    expect((await library.gateway(post(toBody('{ __typename }')))).status).toBe(200);
  });

  it('createGateway checks the trusted documents against the schema, as `serve` does', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'library-'));
    const write = (document: string) => {
      const file = join(directory, 'documents.json');
      writeFileSync(file, JSON.stringify({ a: document }));
      return file;
    };
    const lines: string[] = [];
    const log = pino({ level: 'warn' }, { write: (line) => lines.push(line) });
    expect(() => createGateway({ trustedDocuments: write('{ nothing }') })).toThrow(
      new ConfigError(['trustedDocuments: document a: Cannot query field "nothing" on type "Query".']),
    );
    await createGateway({ trustedDocuments: write('{ __typename }'), log }).close();
    rmSync(directory, { recursive: true });
    expect(lines.join('')).toMatch(/trustedDocuments: document a: its id is not the SHA-256/);
  });

  it.each([
    ['too long as declared', { headers: { 'content-length': '201' }, body: '{}' }, 413],
    ['compressed', { headers: { 'content-encoding': 'gzip' }, body: '{}' }, 415],
    ['not UTF-8', { body: new Uint8Array([0x22, 0xff, 0x22]) }, 400],
    ['missing', { body: null }, 400],
  ])('the fetch handler refuses a body that is %s with %i', async (_what, init, status) => {
    await using library = await startLibrary({ maxRequestBytes: 200 });
    const headers = { 'content-type': 'application/json', ...('headers' in init ? init.headers : {}) };
    const request = new Request('http://gateway.example/', { method: 'POST', ...init, headers });
    expect((await library.gateway(request)).status).toBe(status);
  });

  it('the fetch handler rejects if the body is incomplete, or if the request was aborted', async () => {
    await using library = await startLibrary();
    const broken = new ReadableStream({ start: (stream) => stream.error(new Error('The caller left.')) });
    await expect(library.gateway(post('', toStreamed(broken)))).rejects.toThrow();
    const reason = new Error('No longer needed.');
    for (const [signal, message] of [
      [AbortSignal.abort(reason), reason.message],
      [AbortSignal.abort('no longer needed'), 'The request was aborted.'],
    ] as const) {
      await expect(library.gateway(post(toBody(query), { signal }))).rejects.toThrow(message);
    }
    expect(library.upstream.calls).toEqual([]);
  });

  it('the fetch handler refuses a repeated credential', async () => {
    await using library = await startLibrary();
    for (const [name, one, other] of [
      ['Galileo-API-Key', 'a', 'b'],
      ['Splunk-AO-API-Key', 'a', 'b'],
      ['Authorization', 'Bearer a', 'Basic b'],
      ['Authorization', 'bearer a', 'BASIC b'],
    ] as const) {
      const headers = new Headers({ 'content-type': 'application/json' });
      headers.append(name, one);
      headers.append(name, other);
      const request = new Request('http://gateway.example/', {
        method: 'POST',
        headers,
        body: toBody(query),
      });
      const response = await library.gateway(request);
      expect(response.status).toBe(400);
      expect(await getCode(response)).toBe('BAD_REQUEST');
    }
  });

  it.each(['traceparent', 'tracestate', 'baggage'])(
    'the fetch handler does not forward a %s with control characters',
    async (name) => {
      await using library = await startLibrary();
      const { gateway, upstream } = library;
      upstream.on('GET', path, { json: integration });
      const response = await gateway(post(toBody(query), { headers: { [name]: 'a=\u0001' } }));
      expect(await response.json()).toEqual({ data });
      expect(upstream.calls.map(({ headers }) => headers[name])).toEqual([undefined]);
    },
  );

  it('the fetch handler cancels the reads of a request whose signal is aborted', async () => {
    await using library = await startLibrary();
    const { gateway, upstream } = library;
    const caller = new AbortController();
    const cancelled = new Promise<void>((resolve) => {
      upstream.on('GET', path, (_call, response) => {
        response.on('close', resolve);
        caller.abort();
      });
    });
    const answering = gateway(post(toBody(query), { signal: caller.signal })).catch(() => {});
    await cancelled;
    await answering;
  });

  it('the fetch handler rejects if the client disconnects before its body is complete, and returns 408 if the body is slow', async () => {
    await using library = await startLibrary({ requestTimeoutMs: 50 });
    const caller = new AbortController();
    const never = () => toStreamed(new ReadableStream({ start: () => {} }));
    const gone = library.gateway(post('', { ...never(), signal: caller.signal }));
    caller.abort();
    await expect(gone).rejects.toThrow();
    expect((await library.gateway(post('', never()))).status).toBe(408);
  });

  it('close() completes running requests and sheds later ones', async () => {
    await using library = await startLibrary();
    const { gateway, upstream } = library;
    let closing: Promise<void> | undefined;
    upstream.on('GET', path, async (_call, response) => {
      closing = gateway.close();
      expect((await gateway(post(toBody(query)))).status).toBe(503);
      response.writeHead(404, { 'content-type': 'application/json' }).end('{"detail":"Not found"}');
    });
    const response = await gateway(post(toBody(query)));
    expect(await response.json()).toEqual({ data: { integration: null } });
    await closing;
  });

  it('createGateway logs to the given logger', async () => {
    const lines: string[] = [];
    const log = pino({}, { write: (line) => lines.push(line) });
    await using library = await startLibrary({ log });
    await library.gateway(post(toBody('{ __typename }')));
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([{ msg: 'request', status: 200 }]);
  });

  it('createGateway sends spans to the registered tracer provider, and forwards the trace context unchanged without one', async () => {
    const exporter = new InMemorySpanExporter();
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const request = () => post(toBody(query), { headers: { traceparent } });
    const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
    trace.setGlobalTracerProvider(provider);
    try {
      await using traced = await startLibrary();
      traced.upstream.on('GET', path, { json: integration });
      expect(await (await traced.gateway(request())).json()).toEqual({ data });
      const [attempt, operation] = exporter.getFinishedSpans();
      expect(operation).toMatchObject({ name: 'query', kind: SpanKind.SERVER });
      expect(operation?.parentSpanContext?.spanId).toBe('b7ad6b7169203331');
      expect(attempt).toMatchObject({ name: 'GET', kind: SpanKind.CLIENT });
      const { traceId, spanId } = attempt?.spanContext() ?? {};
      expect(attempt?.parentSpanContext?.spanId).toBe(operation?.spanContext().spanId);
      expect(traced.upstream.calls[0]?.headers['traceparent']).toBe(`00-${traceId}-${spanId}-01`);
    } finally {
      trace.disable();
    }
    expect(exporter.getFinishedSpans()).toHaveLength(2);
    await using untraced = await startLibrary();
    untraced.upstream.on('GET', path, { json: integration });
    await untraced.gateway(request());
    expect(exporter.getFinishedSpans()).toHaveLength(2);
    expect(untraced.upstream.calls[0]?.headers['traceparent']).toBe(traceparent);
  });

  it('the span of an operation is a child of the active span of the program that mounts the gateway', async () => {
    const exporter = new InMemorySpanExporter();
    const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
    const storage = new AsyncLocalStorage<Context>();
    trace.setGlobalTracerProvider(provider);
    context.setGlobalContextManager({
      active: () => storage.getStore() ?? ROOT_CONTEXT,
      with: (active, run, self, ...args) => storage.run(active, () => run.apply(self, args)),
      bind: (_active, target) => target,
      enable: () => undefined as never,
      disable: () => undefined as never,
    });
    try {
      await using library = await startLibrary();
      const outer = provider.getTracer('program').startSpan('outer');
      const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
      const request = post(toBody('{ __typename }'), { headers: { traceparent } });
      await context.with(trace.setSpan(ROOT_CONTEXT, outer), () => library.gateway(request));
      const [operation] = exporter.getFinishedSpans();
      expect(operation?.parentSpanContext?.spanId).toBe(outer.spanContext().spanId);
    } finally {
      context.disable();
      trace.disable();
    }
  });

  it('gateway.node responds in a server of node:http', async () => {
    await using library = await startLibrary();
    const { gateway, upstream } = library;
    upstream.on('GET', path, { json: integration });
    await using server = await startHttpServer(gateway.node);
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'galileo-api-key': 'k' },
      body: toBody(query),
    });
    expect(await response.json()).toEqual({ data });
  });

  it('a log that throws fails no request, and holds no slot', async () => {
    const fail = () => {
      throw new Error('The log failed.');
    };
    const { flush } = pino({}, { write: () => {} });
    const log = Object.freeze({
      debug: fail,
      info: fail,
      warn: fail,
      error: fail,
      fatal: fail,
      flush,
      isLevelEnabled: () => true,
    });
    await using library = await startLibrary({ log, maxConcurrentRequests: 1 });
    library.upstream.on('GET', path, { json: integration });
    await using server = await startHttpServer(library.gateway.node);
    for (let count = 0; count < 3; count += 1) {
      expect(await (await library.gateway(post(toBody(query)))).json()).toEqual({ data });
      const response = await fetch(server.url, post(toBody(query)));
      expect(await response.json()).toEqual({ data });
    }
  });

  it('gateway.node runs everything for a request in its async context, even if other requests arrive in the same turn', async () => {
    const storage = new AsyncLocalStorage<string>();
    const contexts: Record<string, unknown[]> = { log: [], call: [], finish: [] };
    const log = pino(
      { level: 'debug', mixin: () => ({ context: storage.getStore() }) },
      {
        write: (line) => {
          const { requestId, context } = JSON.parse(line) as Record<string, unknown>;
          contexts['log']?.push([requestId, context]);
        },
      },
    );
    const onCall = (message: unknown) => {
      const { headers } = (message as { request: { headers: string[] } }).request;
      contexts['call']?.push([headers[headers.indexOf('x-request-id') + 1], storage.getStore()]);
    };
    await using library = await startLibrary({ log, upstreamConnections: 3 });
    const { gateway, upstream } = library;
    upstream.on('GET', path, { json: integration });
    await using server = await startHttpServer((request, response) => {
      const id = String(request.headers['x-request-id']);
      storage.run(id, () => gateway.node(request, response));
      response.on('finish', () => contexts['finish']?.push([id, storage.getStore()]));
    });
    subscribe('undici:request:create', onCall);
    const ids = Array.from({ length: 20 }, (_, index) => `request-${index}`);
    await Promise.all(
      ids.map((id) =>
        send(server.url, {
          headers: { 'content-type': 'application/json', 'galileo-api-key': 'k', 'x-request-id': id },
          body: toBody(query),
        }),
      ),
    );
    unsubscribe('undici:request:create', onCall);
    const sort = (pairs: unknown[] | undefined) => pairs?.map(String).sort();
    const expected = ids.map((id) => [id, id]);
    expect(sort(contexts['call'])).toEqual(sort(expected));
    expect(sort(contexts['finish'])).toEqual(sort(expected));
    // One line for the call, and one for the request.
    expect(sort(contexts['log'])).toEqual(sort([...expected, ...expected]));
  });
});
