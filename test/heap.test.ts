import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { providerNames } from '../src/upstream/api-types.ts';
import { type FakeUpstream, startFakeUpstream } from './support/fake-upstream.ts';
import { type Program, startProgram } from './support/program.ts';

interface Gateway extends AsyncDisposable {
  readonly program: Program;
  readonly url: string;
}

/** Starts the built program with a small heap in front of the upstream. */
async function serve(
  upstream: FakeUpstream,
  heapMb = 256,
  environment: Readonly<Record<string, string>> = {},
): Promise<Gateway> {
  const program = startProgram(['serve'], {
    PORT: '0',
    GALILEO_API_URL: upstream.url,
    NODE_ENV: 'production',
    NODE_OPTIONS: `--max-old-space-size=${heapMb}`,
    // Without coverage, whose counters take memory that the program of a user has, and time.
    NODE_V8_COVERAGE: '',
    ...environment,
  });
  const url = await program.waitFor(/"url":"([^"]+)"/);
  return { program, url, [Symbol.asyncDispose]: () => program[Symbol.asyncDispose]() };
}

interface PostOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** How long the client waits before it disconnects, in milliseconds. */
  readonly patienceMs?: number;
}

async function post(
  url: string,
  body: unknown,
  { headers = {}, patienceMs = 15_000 }: PostOptions = {},
): Promise<string> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
    signal: AbortSignal.timeout(patienceMs),
  });
  return response.text();
}

const withKey = { headers: { 'galileo-api-key': 'k' } };

/** Sends requests in parallel. Ignores their results; `expectResponse` then checks that the program survived. */
async function repeat(
  count: number,
  parallel: number,
  send: (index: number) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  const work = async () => {
    while (next < count) {
      const index = next;
      next += 1;
      await send(index).catch(() => {});
    }
  };
  await Promise.all(Array.from({ length: parallel }, work));
}

/** Opens connections that send the bytes and never read, and closes them after that time. */
async function sendWithoutReading(
  url: string,
  connections: number,
  bytes: string,
  durationMs = 1500,
): Promise<void> {
  const { hostname, port } = new URL(url);
  const sockets = Array.from({ length: connections }, () => {
    const socket = connect(Number(port), hostname);
    socket.on('error', () => {}).pause();
    socket.write(bytes);
    return socket;
  });
  await wait(durationMs);
  for (const socket of sockets) socket.destroy();
}

/** The first error code of a response, or else the type of its first object. */
const toResult = (text: string) => /"(?:code|__typename)":"(\w+)"/.exec(text)?.[1] ?? text.slice(0, 200);

const writeResults = ['UpsertIntegrationSuccess', 'OVERLOADED'];

function toRawPost(body: unknown): string {
  const text = JSON.stringify(body);
  return `POST /graphql HTTP/1.1\r\nHost: gateway.test\r\nContent-Type: application/json\r\nGalileo-API-Key: k\r\nContent-Length: ${text.length}\r\n\r\n${text}`;
}

/** Counts the results of parallel requests. Every request gets a response. */
async function countResults(url: string, count: number, query: string): Promise<Map<string, number>> {
  const results = new Map<string, number>();
  await Promise.all(
    Array.from({ length: count }, async () => {
      const text = await post(url, { query }, { ...withKey, patienceMs: 60_000 });
      for (const [, code = ''] of text.matchAll(/"code":"(\w+)"/g))
        results.set(code, (results.get(code) ?? 0) + 1);
    }),
  );
  return results;
}

async function expectResponse({ program, url }: Gateway): Promise<void> {
  // On a busy machine, it takes long to read and refuse what clients sent that have disconnected.
  await Promise.race([
    expect
      .poll(() => post(url, { query: '{ __typename }' }).catch(String), { timeout: 120_000 })
      .toBe('{"data":{"__typename":"Query"}}'),
    program.exit,
  ]);
  expect(program.process.exitCode).toBeNull();
  expect(program.process.signalCode).toBeNull();
}

const selectFields = (count: number, field: string) =>
  Array.from({ length: count }, (_, index) => `a${index}: ${field}`).join(' ');

const select = (count: number, field: string) => `{ ${selectFields(count, field)} }`;

const listOf = (count: number, item: string) => `[${Array.from({ length: count }, () => item).join(',')}]`;

const id = '00000000-0000-4000-8000-000000000005';

const toPath = (name: string) => `/v2/integrations/${name}`;

describe('The program with a small heap', { timeout: 180_000 }, () => {
  it('with a small heap, the program survives requests whose aliases multiply a large stored value', async () => {
    await using upstream = await startFakeUpstream();
    const json = { id, name: 'custom', extra: { text: 'x'.repeat(900_000) } };
    upstream.on('GET', toPath('custom'), { json });
    await using gateway = await serve(upstream);
    const query = `query ($r: [_Any!]!) ${select(60, '_entities(representations: $r) { ... on CustomIntegration { extra } }')}`;
    for (const count of [1, 10, 30, 100]) {
      const variables = {
        r: Array.from({ length: count }, () => ({ __typename: 'Integration', name: 'CUSTOM' })),
      };
      expect(await post(gateway.url, { query, variables }, withKey)).toContain('QUERY_TOO_COMPLEX');
    }
    const selection = select(60, 'integration(name: CUSTOM) { extra }');
    await repeat(20, 20, () => post(gateway.url, { query: selection }, withKey));
    await expectResponse(gateway);
  });

  it('with a small heap, the program survives a connection on which requests arrive without end', async () => {
    await using upstream = await startFakeUpstream();
    upstream.on('GET', toPath('openai'), () => {});
    await using gateway = await serve(upstream, 64);
    const { hostname, port } = new URL(gateway.url);
    const socket = connect(Number(port), hostname).on('error', () => {});
    // 100 requests wait for upstream. All others are ignored.
    socket.write(toRawPost({ query: '{ integration(name: OPENAI) { id } }' }).repeat(100));
    const ignored = Buffer.from('GET / HTTP/1.1\r\n\r\n'.repeat(5000));
    for (let count = 0; count < 100; count += 1)
      await new Promise<void>((resolve) => {
        socket.once('close', resolve).write(ignored, () => resolve());
      });
    await expectResponse(gateway);
    socket.destroy();
  });

  it('with a small heap, the program survives large variables that differ in each request', async () => {
    await using upstream = await startFakeUpstream();
    await using gateway = await serve(upstream, 96);
    const filler = 'x'.repeat(250_000);
    await repeat(320, 8, (index) => {
      const query = `query A($r: Boolean!) { __typename @skip(if: $r) } query B($r: [_Any!]!) { _entities(representations: $r) { __typename } } #${index >> 4}`;
      return post(gateway.url, { query, operationName: 'B', variables: { r: [`${index}${filler}`] } });
    });
    await expectResponse(gateway);
  });

  it('with a small heap, the program survives documents with many combinations of conditions', async () => {
    await using upstream = await startFakeUpstream();
    for (const name of providerNames) upstream.on('GET', toPath(name), { json: { id, name } });
    await using gateway = await serve(upstream);
    const names = ['c', 'd', 'e', 'f'];
    const declarations = names.map((name) => `$${name}: Boolean!`).join(', ');
    const conditions = names.map((name) => `... @skip(if: $${name}) @include(if: $${name}) { __typename }`);
    const fragment =
      'fragment F on Integration { id name extra permissions { action allowed message rawAction } ... on CustomIntegration { customLlmConfig { fileName className initKwargs } } }';
    await repeat(192, 4, (index) => {
      const query = `query Q(${declarations}) { ${selectFields(60, 'integrations { ...F }')} ${conditions.join(' ')} } ${fragment} #${index >> 4}`;
      const variables = Object.fromEntries(names.map((name, bit) => [name, ((index >> bit) & 1) === 1]));
      return post(gateway.url, { query, variables }, withKey);
    });
    await expectResponse(gateway);
  });

  it.for([
    ['an undeclared variable', '{ integration(name: OPENAI) { id } }'],
    [
      'representations that are skipped',
      'query ($a: [_Any!]!) { integration(name: OPENAI) { id } _entities(representations: $a) @skip(if: true) { __typename } }',
    ],
  ] as const)(
    'with a small heap, the program survives 200 requests in flight with 86,000 objects or arrays in %s',
    async ([, query]) => {
      await using upstream = await startFakeUpstream();
      // No response.
      upstream.on('GET', toPath('openai'), () => {});
      await using gateway = await serve(upstream);
      for (const item of ['{}', '[]']) {
        const body = `{"query":${JSON.stringify(query)},"variables":{"a":${listOf(86_000, item)}}}`;
        await repeat(200, 200, () => post(gateway.url, body, { ...withKey, patienceMs: 1500 }));
      }
      await expectResponse(gateway);
    },
  );

  it.for([
    ['200 writes of 86,000 empty objects', 200, () => `{"k":${listOf(86_000, '{}')}}`],
    ['800 writes of one long string', 800, () => `{"k":"${'x'.repeat(257_000)}"}`],
  ] as const)(
    'with a small heap, the program survives %s to a slow upstream, and responds to each',
    async ([, count, toValue]) => {
      await using upstream = await startFakeUpstream();
      upstream.on('PUT', toPath('custom'), (_call, response) => {
        setTimeout(() => {
          response
            .writeHead(200, { 'content-type': 'application/json' })
            .end(JSON.stringify({ id, name: 'custom' }));
        }, 1000);
      });
      // So that only memory is short, also on a busy machine.
      await using gateway = await serve(upstream, 256, {
        REQUEST_TIMEOUT_MS: '60000',
        UPSTREAM_TIMEOUT_MS: '60000',
      });
      const query = `mutation ($v: JSONObject) {
      upsertCustomIntegration(input: { endpoint: "e", customLlmConfig: { fileName: "f", className: "c", initKwargs: $v } }) { __typename }
    }`;
      const body = `{"query":${JSON.stringify(query)},"variables":{"v":${toValue()}}}`;
      const results = new Set<string>();
      await Promise.all(
        Array.from({ length: count }, async () => {
          results.add(toResult(await post(gateway.url, body, { ...withKey, patienceMs: 60_000 })));
        }),
      );
      for (const result of results) expect(writeResults).toContain(result);
      await expectResponse(gateway);
    },
  );

  it('with a small heap, the program survives 400 requests in flight with a document of 2,000 tokens each', async () => {
    await using upstream = await startFakeUpstream();
    // No response.
    upstream.on('GET', toPath('openai'), () => {});
    await using gateway = await serve(upstream);
    const fields = 'id '.repeat(1980);
    await repeat(400, 400, (index) =>
      post(gateway.url, { query: `{ integration(name: OPENAI) { ${fields} } } #${index}` }, withKey),
    );
    await expectResponse(gateway);
  });

  it('with a small heap, the program survives request bodies that arrive in chunks of one byte', async () => {
    await using upstream = await startFakeUpstream();
    await using gateway = await serve(upstream, 64);
    const head =
      'POST /graphql HTTP/1.1\r\nHost: gateway.test\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n';
    await sendWithoutReading(gateway.url, 16, head + '1\r\nx\r\n'.repeat(100_000), 3000);
    await expectResponse(gateway);
  });

  it('with a small heap, the program survives pipelined requests that each cause 720 errors', async () => {
    await using upstream = await startFakeUpstream();
    for (const name of providerNames) upstream.on('GET', toPath(name), { status: 503, json: {} });
    await using gateway = await serve(upstream);
    const bytes = toRawPost({ query: select(60, 'integrations { id }') }).repeat(64);
    await sendWithoutReading(gateway.url, 20, bytes);
    await repeat(100, 20, () => post(gateway.url, { query: select(60, 'integrations { id }') }));
    await expectResponse(gateway);
  });

  it.for([
    ['long strings', 'x'.repeat(900_000)],
    ['many objects', Array.from({ length: 300_000 }, () => ({}))],
  ] as const)(
    'with a small heap, the program survives 60 clients that do not read large responses with %s',
    async ([, value]) => {
      await using upstream = await startFakeUpstream();
      const body = JSON.stringify({ id, name: 'custom', extra: { value } });
      const reply = { body, headers: { 'content-type': 'application/json' } };
      upstream.on('GET', toPath('custom'), reply);
      await using gateway = await serve(upstream);
      const query = select(7, 'integration(name: CUSTOM) { extra }');
      await sendWithoutReading(gateway.url, 40, toRawPost({ query }));
      await repeat(20, 20, () => post(gateway.url, { query }, { ...withKey, patienceMs: 2000 }));
      await expectResponse(gateway);
    },
  );

  it.for([
    ['empty objects', 200, 256],
    ['errors with empty objects', 503, 256],
    // Less than MAX_BUFFERED_BYTES.
    ['empty objects', 200, 100],
  ] as const)(
    'with a small heap, the program survives 40 clients of an upstream that sends a megabyte of %s in each response (%i, %i MB)',
    async ([, status, heapMb]) => {
      await using upstream = await startFakeUpstream();
      const list = listOf(340_000, '{}');
      for (const name of providerNames) {
        const body = `{"id":"${id}","name":"${name}","detail":${list}}`;
        const reply = { status, body, headers: { 'content-type': 'application/json' } };
        upstream.on('GET', toPath(name), reply);
      }
      await using gateway = await serve(upstream, heapMb);
      await countResults(gateway.url, 40, '{ integrations(names: [OPENAI, AZURE, CUSTOM]) { name } }');
      await expectResponse(gateway);
      const expected = status === 200 ? '"name":"OPENAI"' : 'UPSTREAM_UNAVAILABLE';
      await expect
        .poll(() => post(gateway.url, { query: '{ integration(name: OPENAI) { name } }' }, withKey), {
          timeout: 10_000,
        })
        .toContain(expected);
    },
  );

  it('with a small heap, the program survives aliases that multiply a list of short strings', async () => {
    await using upstream = await startFakeUpstream();
    const body = `{"id":"${id}","name":"custom","models":${listOf(60_000, '""')}}`;
    upstream.on('GET', toPath('custom'), { body, headers: { 'content-type': 'application/json' } });
    await using gateway = await serve(upstream);
    // Almost MAX_RESPONSE_BYTES.
    const fields = selectFields(46, 'legacyModels');
    const query = `{ integration(name: CUSTOM) { ... on CustomIntegration { ${fields} } } }`;
    expect(await post(gateway.url, { query }, withKey)).toMatch(/"a45":\["",.*""\]\}\}\}$/);
    await expectResponse(gateway);
  });

  it('with a heap that is nearly full, the program still sends a large response if it is the only one', async () => {
    await using upstream = await startFakeUpstream();
    const body = `{"id":"${id}","name":"custom","extra":${listOf(260_000, '{}')}}`;
    upstream.on('GET', toPath('custom'), { body, headers: { 'content-type': 'application/json' } });
    // The program itself takes most of it.
    await using gateway = await serve(upstream, 48);
    const response = await post(gateway.url, { query: '{ integration(name: CUSTOM) { name } }' }, withKey);
    expect(response).toContain('"name":"CUSTOM"');
  });

  it('with a small heap, the program survives 100 clients of an upstream that sends nested arrays in chunks of one byte', async () => {
    await using upstream = await startFakeUpstream();
    const text = `{"id":"${id}","name":"custom","extra":{"a":${listOf(3400, `${'['.repeat(150)}${']'.repeat(150)}`)}}}`;
    const chunks = text.replaceAll(/./g, '1\r\n$&\r\n');
    upstream.on('GET', toPath('custom'), (_call, response) => {
      response.socket?.write(
        `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n${chunks}0\r\n\r\n`,
      );
    });
    await using gateway = await serve(upstream);
    await countResults(gateway.url, 100, '{ integration(name: CUSTOM) { extra } }');
    await expectResponse(gateway);
  });

  it('with a small heap, the program survives 100 clients whose large responses wait for one slow provider', async () => {
    await using upstream = await startFakeUpstream();
    const json = { id, name: 'custom', extra: { text: 'x'.repeat(1_000_000) } };
    // No response of the second one.
    upstream.on('GET', toPath('custom'), { json }).on('GET', toPath('openai'), () => {});
    await using gateway = await serve(upstream);
    const query = `{ ${selectFields(7, 'integration(name: CUSTOM) { extra }')} slow: integration(name: OPENAI) { id } }`;
    const results = await countResults(gateway.url, 100, query);
    expect(results.get('OVERLOADED')).toBeGreaterThan(0);
    await expectResponse(gateway);
  });
});

it('under load, the old generation grows by less than its size between two full collections', async () => {
  await using upstream = await startFakeUpstream();
  const extra = { text: 'x'.repeat(2000) };
  for (const name of providerNames) upstream.on('GET', toPath(name), { json: { id, name, extra } });
  // With a small young generation, the objects of a request soon reach the old one.
  await using gateway = await serve(upstream, 256, {
    METRICS_PORT: '0',
    NODE_OPTIONS: '--max-semi-space-size=1',
  });
  const metricsUrl = await gateway.program.waitFor(/"metrics":"([^"]+)"/);
  const sizes: number[] = [];
  const running = repeat(1000, 32, () => post(gateway.url, { query: '{ integrations { extra } }' }, withKey));
  let isRunning = true;
  void running.then(() => {
    isRunning = false;
  });
  while (isRunning) {
    const metrics = await (await fetch(metricsUrl)).text();
    sizes.push(Number(/nodejs_heap_space_size_used_bytes\{space="old"\} (\d+)/.exec(metrics)?.[1]));
    await wait(20);
  }
  // The first collections follow V8's initial limit.
  const settled = sizes.slice(sizes.length / 2);
  expect(settled.length).toBeGreaterThan(5);
  expect(Math.max(...settled)).toBeLessThan(2 * Math.min(...settled));
}, 60_000);

it('an idle program collects nothing, so that V8 keeps what it has optimized', async () => {
  await using upstream = await startFakeUpstream();
  await using gateway = await serve(upstream, 256, { METRICS_PORT: '0' });
  const metricsUrl = await gateway.program.waitFor(/"metrics":"([^"]+)"/);
  const countFullCollections = async () => {
    const metrics = await (await fetch(metricsUrl)).text();
    return Number(/nodejs_gc_duration_seconds_count\{[^}]*kind="major"[^}]*\} (\d+)/.exec(metrics)?.[1] ?? 0);
  };
  // The start itself can cause a collection.
  await wait(3000);
  const count = await countFullCollections();
  // By default, V8 collects the heap of an idle process after eight seconds.
  await wait(9000);
  expect(await countFullCollections()).toBe(count);
}, 60_000);
