import { createHash } from 'node:crypto';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { startGateway } from './support/gateway.ts';
import { startOtlpReceiver } from './support/otlp-receiver.ts';
import { startProgram } from './support/program.ts';
import { startReportingStack } from './support/reporting-stack.ts';
import { startStack } from './support/stack.ts';

const path = '/v2/integrations/openai';
const integration = { id: '0b1f0a2e-4d0c-4f35-9f0b-6a7b1f0a2e4d', name: 'openai' };
const query = 'query ReadOne($name: IntegrationName!) { integration(name: $name) { id } }';
const key = 'sk-the-callers-own-key';
const traceId = '0af7651916cd43dd8448eb211c80319c';
const callerSpanId = 'b7ad6b7169203331';
const headers = {
  'Galileo-API-Key': key,
  'x-request-id': 'request-1',
  traceparent: `00-${traceId}-${callerSpanId}-01`,
  tracestate: 'vendor=value',
  baggage: 'tenant=one',
};

const server = 2;
const client = 3;

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('with an OTLP endpoint', () => {
  it('with BASE_PATH, the span of an operation has the whole path', async () => {
    await using stack = await startReportingStack({}, { basePath: '/api' });
    await stack.gateway.query('{ __typename }');
    await stack.gateway.drain();
    expect(stack.receiver.spans).toMatchObject([
      { attributes: { 'url.path': '/api/graphql', 'http.route': '/api/graphql' } },
    ]);
  });

  it('the span of an operation is a child of the caller’s span, and each upstream attempt is a child of it', async () => {
    await using stack = await startReportingStack({
      OTEL_SERVICE_NAME: 'my-gateway',
      OTEL_RESOURCE_ATTRIBUTES: 'zone=a',
    });
    const { receiver, upstream, gateway } = stack;
    upstream.once('GET', path, { status: 503, json: {} }).on('GET', path, { json: integration });
    await gateway.query(query, { name: 'OPENAI' }, headers);
    await gateway.drain();

    expect(receiver.resource).toMatchObject({ 'service.name': 'my-gateway', zone: 'a' });
    const operation = receiver.spans.find(({ kind }) => kind === server);
    expect(operation).toMatchObject({
      name: 'query',
      traceId,
      parentSpanId: callerSpanId,
      attributes: {
        'graphql.operation.type': 'query',
        'graphql.operation.name': 'ReadOne',
        'graphql.document.hash': createHash('sha256').update(query).digest('hex'),
        'http.request.method': 'POST',
        'http.response.status_code': 200,
        'url.path': '/graphql',
        'url.scheme': 'http',
        'http.route': '/graphql',
        'gateway.request_id': 'request-1',
      },
    });
    const { hostname, port } = new URL(upstream.url);
    const attempts = receiver.spans.filter(({ kind }) => kind === client);
    expect(attempts).toMatchObject(
      [503, 200].map((status, index) => ({
        name: 'GET',
        traceId,
        parentSpanId: operation?.spanId,
        attributes: {
          'http.request.method': 'GET',
          'http.response.status_code': status,
          'url.full': `${upstream.url}${path}`,
          'server.address': hostname,
          'server.port': Number(port),
          ...(index === 0 ? { 'error.type': '503' } : { 'http.request.resend_count': 1 }),
        },
        statusCode: index === 0 ? 2 : 0,
      })),
    );
    // Upstream's spans are children of the attempt that reached it.
    expect(upstream.calls.map((call) => call.headers['traceparent'])).toEqual(
      attempts.map(({ spanId }) => `00-${traceId}-${spanId}-01`),
    );
    for (const call of upstream.calls) {
      expect(call.headers).toMatchObject({ tracestate: 'vendor=value', baggage: 'tenant=one' });
    }
  });

  it('spans are the same with and without plugins, and log lines have the trace id', async () => {
    await using stack = await startReportingStack();
    const { receiver, upstream } = stack;
    upstream.on('GET', path, { json: integration });
    const log: string[] = [];
    for (const plugins of [[], [{}]]) {
      await using gateway = await startGateway(upstream.url, {}, { plugins });
      await gateway.query(query, { name: 'OPENAI' }, headers);
      await gateway.query(query, { name: 'OPENAI' }, { ...headers, origin: 'https://app.example.com' });
      await gateway.drain();
      log.push(...gateway.log);
    }
    const shapes = receiver.spans.map(({ name, kind, attributes }) =>
      JSON.stringify([name, kind, attributes]),
    );
    expect(shapes).toHaveLength(8);
    expect(new Set(shapes).size).toBe(2);
    expect(log.filter((line) => line.includes(`"trace_id":"${traceId}"`))).toHaveLength(4);
  });

  it('no span contains a secret', async () => {
    await using stack = await startReportingStack();
    const { receiver, upstream, gateway } = stack;
    upstream.on('GET', path, { status: 500, json: { detail: `the key ${key}` } });
    await gateway.query(query, { name: 'OPENAI' }, { 'Galileo-API-Key': key });
    await gateway.query('{ nonsense(key: "in-the-document") }', {}, { authorization: `Bearer ${key}` });
    await fetch(`${gateway.url}?query=${encodeURIComponent('{ __typename }')}&secret=in-the-query`);
    await gateway.drain();
    expect(receiver.spans).toHaveLength(4);
    for (const secret of [key, 'in-the-document', 'in-the-query', 'integration(name']) {
      expect(receiver.text).not.toContain(secret);
    }
  });

  const name = 'sk_a_key_that_is_a_name';
  it.each([
    ['an API key', { 'Galileo-API-Key': name }, name],
    ['a Splunk key', { 'Splunk-AO-API-Key': name }, name],
    ['a bearer token', { authorization: `Bearer ${name}` }, name],
    ['the user of a Basic credential', { authorization: `Basic ${btoa(`${name}:p`)}` }, name],
    ['the password of a Basic credential', { authorization: `Basic ${btoa(`u:${name}`)}` }, name],
    // SECURITY.md does not promise it for the trace context.
    ['a secret input', { 'Galileo-API-Key': 'k', tracestate: 'a=1' }, 'sk_secret_input_1234'],
  ])(
    'no span has %s that is also a name, a request id or part of an error or of the trace context',
    async (_what, credential, secret) => {
      await using stack = await startReportingStack();
      const { receiver, upstream, gateway } = stack;
      upstream.on('PUT', '/v2/integrations/openai', { status: 403, json: { detail: `Not ${secret}` } });
      await gateway.query(
        `mutation ${secret}($token: String!) { ${secret}: upsertOpenAIIntegration(input: { token: $token }) { __typename } }`,
        { token: secret },
        {
          'x-request-id': secret,
          tracestate: `vendor=${secret}`,
          ...credential,
          baggage: `tenant=${secret}`,
        },
      );
      await gateway.drain();
      expect(receiver.spans).toHaveLength(2);
      expect(receiver.text).not.toContain(secret);
    },
  );

  it('an API key in the trace state does not reach a span', async () => {
    await using stack = await startReportingStack();
    const { receiver, gateway } = stack;
    await gateway.query('{ __typename }', {}, { ...headers, tracestate: `vendor=${key}` });
    await gateway.drain();
    expect(receiver.spans).toHaveLength(1);
    expect(receiver.spans[0]?.traceId).toBe(traceId);
    expect(receiver.text).not.toContain(key);
  });

  it('the server span has an error status for errors from upstream, but not for errors caused by the caller', async () => {
    await using stack = await startReportingStack();
    const { receiver, upstream, gateway } = stack;
    upstream.on('GET', path, { status: 500, json: {} });
    await gateway.query('{ nonsense }');
    await gateway.query(query, { name: 'OPENAI' });
    await gateway.drain();
    const spans = receiver.spans.filter(({ kind }) => kind === server);
    expect(
      spans.map(({ name, statusCode, attributes }) => [name, statusCode, attributes['error.type']]),
    ).toEqual([
      ['GraphQL Operation', 0, 'GRAPHQL_VALIDATION_FAILED'],
      ['query', 2, 'UPSTREAM_ERROR'],
    ]);
  });

  it('the spans of a request whose client disconnects have no error status', async () => {
    await using stack = await startReportingStack();
    const { receiver, upstream, gateway } = stack;
    const caller = new AbortController();
    upstream.on('GET', path, () => caller.abort());
    const url = `${gateway.url}?query=${encodeURIComponent('{ integration(name: OPENAI) { id } }')}`;
    await expect(fetch(url, { headers, signal: caller.signal })).rejects.toThrow();
    await gateway.drain();
    const getSpans = (kind: number) => receiver.spans.filter((span) => span.kind === kind);
    expect(getSpans(server)).toMatchObject([
      { statusCode: 0, attributes: { 'gateway.outcome': 'cancelled' } },
    ]);
    expect(getSpans(client)).toMatchObject([{ statusCode: 0, attributes: { 'error.type': 'cancelled' } }]);
  });

  it('a trace that is not sampled is not exported, and the flag is forwarded to upstream', async () => {
    await using stack = await startReportingStack({ OTEL_TRACES_SAMPLER: 'ParentBased_Always_Off' });
    const { receiver, upstream, gateway } = stack;
    upstream.on('GET', path, { json: integration });
    await gateway.query(query, { name: 'OPENAI' });
    await gateway.drain();
    expect(receiver.spans).toEqual([]);
    expect(upstream.calls[0]?.headers['traceparent']).toMatch(/^00-[\da-f]{32}-[\da-f]{16}-00$/);
  });

  it('http/protobuf is sent as protobuf', async () => {
    await using stack = await startReportingStack({ OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf' });
    const { receiver, gateway } = stack;
    await gateway.query('query Named { __typename }');
    await gateway.drain();
    expect(receiver.headers?.['content-type']).toBe('application/x-protobuf');
    expect(receiver.text).toContain('Named');
  });

  it('OTEL_PROPAGATORS=none starts a new trace and forwards the caller’s context unchanged', async () => {
    await using stack = await startReportingStack({ OTEL_PROPAGATORS: 'None' });
    const { receiver, upstream, gateway } = stack;
    upstream.on('GET', path, { json: integration });
    await gateway.query(query, { name: 'OPENAI' }, headers);
    await gateway.drain();
    expect(receiver.spans).toHaveLength(2);
    for (const span of receiver.spans) expect(span.traceId).not.toBe(traceId);
    expect(upstream.calls[0]?.headers).toMatchObject({ traceparent: headers.traceparent });
  });

  it('ignored values are logged with the names of their variables', async () => {
    const ignored = {
      OTEL_EXPORTER_OTLP_PROTOCOL: 'carrier-pigeon',
      OTEL_PROPAGATORS: 'b3',
      OTEL_TRACES_SAMPLER: 'sometimes',
      OTEL_EXPORTER_OTLP_HEADERS: 'Authorization: Bearer receivers-key',
      OTEL_RESOURCE_ATTRIBUTES: 'service.name=a,novalue',
      OTEL_BSP_SCHEDULE_DELAY: 'soon',
      OTEL_EXPORTER_OTLP_CERTIFICATE: '/nowhere.pem',
      OTEL_TRACES_EXPORTER: 'zipkin',
    };
    await using stack = await startReportingStack(ignored);
    const { gateway } = stack;
    for (const name of Object.keys(ignored)) {
      expect(gateway.log.filter((line) => line.includes(`"msg":"${name}: expected `))).toHaveLength(1);
    }
    expect(gateway.log.join('')).not.toContain('receivers-key');
  });

  it.each([
    [
      '0',
      [
        'OTEL_BSP_MAX_EXPORT_BATCH_SIZE',
        'OTEL_BSP_MAX_QUEUE_SIZE',
        'OTEL_BSP_EXPORT_TIMEOUT',
        'OTEL_EXPORTER_OTLP_TIMEOUT',
        'OTEL_EXPORTER_OTLP_TRACES_TIMEOUT',
        'OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT',
        'OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT',
      ],
    ],
    [
      '-1',
      [
        'OTEL_BSP_MAX_EXPORT_BATCH_SIZE',
        'OTEL_BSP_MAX_QUEUE_SIZE',
        'OTEL_BSP_SCHEDULE_DELAY',
        'OTEL_BSP_EXPORT_TIMEOUT',
        'OTEL_ATTRIBUTE_COUNT_LIMIT',
        'OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT',
        'OTEL_SPAN_EVENT_COUNT_LIMIT',
        'OTEL_SPAN_LINK_COUNT_LIMIT',
      ],
    ],
    ['0.5', ['OTEL_BSP_MAX_EXPORT_BATCH_SIZE', 'OTEL_BSP_MAX_QUEUE_SIZE']],
    ['99999999999', ['OTEL_BSP_SCHEDULE_DELAY', 'OTEL_BSP_EXPORT_TIMEOUT']],
  ])('numbers that the SDK cannot use are reported and ignored: %s', async (value, names) => {
    await using receiver = await startOtlpReceiver();
    await using program = startProgram(['serve'], {
      ...Object.fromEntries(names.map((name) => [name, value])),
      PORT: '0',
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    });
    const url = await program.waitFor(/"url":"([^"]+)"/);
    await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"query":"query Named { __typename }"}',
    });
    program.process.kill('SIGTERM');
    expect(await program.exit).toBe(0);
    expect(receiver.paths).toEqual(['/v1/traces']);
    expect(receiver.spans[0]?.attributes).toMatchObject({ 'graphql.operation.name': 'Named' });
    const warnings = program.stdout.split('\n').filter((line) => line.includes('"level":"warn"'));
    expect(warnings).toHaveLength(names.length);
    for (const name of names)
      expect(warnings.filter((line) => line.includes(`"msg":"${name}: expected `))).toHaveLength(1);
  });

  it('a failing trace collector causes a log line, and no request fails', async () => {
    await using stack = await startReportingStack(
      { OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20receivers-key' },
      {},
      400,
    );
    const { receiver, gateway } = stack;
    const response = await gateway.query('{ __typename }');
    expect(response.status).toBe(200);
    await gateway.drain();
    expect(receiver.headers?.authorization).toBe('Bearer receivers-key');
    expect(gateway.log.filter((line) => line.includes('telemetry could not be sent'))).toHaveLength(1);
    expect(gateway.log.join('')).not.toContain('receivers-key');
  });

  it('an unsupported protocol is reported in the log, and HTTP is used', async () => {
    await using stack = await startReportingStack({ OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' });
    const { receiver, gateway } = stack;
    await gateway.query('{ __typename }');
    await gateway.drain();
    expect(gateway.log.filter((line) => line.includes('OTEL_EXPORTER_OTLP_PROTOCOL'))).toHaveLength(1);
    expect(receiver.spans).toHaveLength(1);
  });

  it('OTEL_TRACES_EXPORTER=console writes spans to standard output, without an endpoint', async () => {
    await using program = startProgram(['serve'], { PORT: '0', OTEL_TRACES_EXPORTER: 'console' });
    const url = await program.waitFor(/"url":"([^"]+)"/);
    expect(await program.waitFor(/"traces":(true|false)/)).toBe('true');
    await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', traceparent: headers.traceparent },
      body: '{"query":"query Named { __typename }"}',
    });
    program.process.kill('SIGTERM');
    expect(await program.exit).toBe(0);
    expect(program.stdout).toContain(`traceId: '${traceId}'`);
    expect(program.stdout).toContain("'graphql.operation.name': 'Named'");
  });

  it('the program sends the remaining spans before it ends', async () => {
    await using receiver = await startOtlpReceiver();
    await using program = startProgram(['serve'], {
      PORT: '0',
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    });
    const url = await program.waitFor(/"url":"([^"]+)"/);
    expect(await program.waitFor(/"traces":(true|false)/)).toBe('true');
    await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"query":"{ __typename }"}',
    });
    program.process.kill('SIGTERM');
    expect(await program.exit).toBe(0);
    expect(receiver.spans).toHaveLength(1);
    expect(receiver.resource['service.name']).toBe('galileo-gateway');
  });
});

describe.each([
  ['without an OTLP endpoint', {}],
  [
    'with OTEL_TRACES_EXPORTER=None',
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1', OTEL_TRACES_EXPORTER: 'None' },
  ],
  [
    'with OTEL_SDK_DISABLED',
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1', OTEL_SDK_DISABLED: 'true' },
  ],
])('%s', (name, environment) => {
  it(`${name}, the client’s trace context is forwarded unchanged`, async () => {
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
    await using stack = await startStack();
    const { upstream, gateway } = stack;
    upstream.on('GET', path, { json: integration });
    await gateway.query(query, { name: 'OPENAI' }, headers);
    await gateway.query(query, { name: 'OPENAI' }, { 'Galileo-API-Key': key });
    const { traceparent, tracestate, baggage } = headers;
    expect(upstream.calls[0]?.headers).toMatchObject({ traceparent, tracestate, baggage });
    expect(upstream.calls[1]?.headers).not.toHaveProperty('traceparent');
  });
});
