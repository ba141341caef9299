import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { integrationNames } from '../src/upstream/wire.ts';
import { type FakeUpstream, startFakeUpstream } from './support/fake-upstream.ts';
import { type Program, startProgram } from './support/program.ts';

interface Gateway extends AsyncDisposable {
  readonly program: Program;
  readonly url: string;
}

/** Starts the built program with a small heap in front of the upstream. */
async function serve(upstream: FakeUpstream, heapMb = 256): Promise<Gateway> {
  const program = startProgram(['serve'], {
    PORT: '0',
    GALILEO_API_URL: upstream.url,
    NODE_ENV: 'production',
    NODE_OPTIONS: `--max-old-space-size=${heapMb}`,
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

/** Opens connections that send the bytes and never read, and closes them after 1.5 seconds. */
async function sendWithoutReading(url: string, connections: number, bytes: string): Promise<void> {
  const { hostname, port } = new URL(url);
  const sockets = Array.from({ length: connections }, () => {
    const socket = connect(Number(port), hostname);
    socket.on('error', () => {}).pause();
    socket.write(bytes);
    return socket;
  });
  await new Promise((resolve) => setTimeout(resolve, 1500));
  for (const socket of sockets) socket.destroy();
}

function toRawPost(body: unknown): string {
  const text = JSON.stringify(body);
  return `POST /graphql HTTP/1.1\r\nHost: gateway.test\r\nContent-Type: application/json\r\nGalileo-API-Key: k\r\nContent-Length: ${text.length}\r\n\r\n${text}`;
}

async function expectResponse({ program, url }: Gateway): Promise<void> {
  await expect
    .poll(() => post(url, { query: '{ __typename }' }).catch(String))
    .toBe('{"data":{"__typename":"Query"}}');
  expect(program.process.exitCode).toBeNull();
  expect(program.process.signalCode).toBeNull();
}

const selectFields = (count: number, field: string) =>
  Array.from({ length: count }, (_, index) => `a${index}: ${field}`).join(' ');

const select = (count: number, field: string) => `{ ${selectFields(count, field)} }`;

const listOf = (count: number, item: string) => `[${Array.from({ length: count }, () => item).join(',')}]`;

const id = '00000000-0000-4000-8000-000000000005';

const toPath = (name: string) => `/v2/integrations/${name}`;

describe('The program with a small heap', () => {
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
    for (const name of integrationNames) upstream.on('GET', toPath(name), { json: { id, name } });
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
      upstream.on('GET', toPath('openai'), () => {}).on('PUT', toPath('custom'), () => {});
      await using gateway = await serve(upstream);
      for (const item of ['{}', '[]']) {
        const list = listOf(86_000, item);
        const value = query.includes('JSONObject') ? `{"k":${list}}` : list;
        const body = `{"query":${JSON.stringify(query)},"variables":{"a":${value}}}`;
        await repeat(200, 200, () => post(gateway.url, body, { ...withKey, patienceMs: 1500 }));
      }
      await expectResponse(gateway);
    },
  );

  it('with a small heap, the program survives pipelined requests that each cause 720 errors', async () => {
    await using upstream = await startFakeUpstream();
    for (const name of integrationNames) upstream.on('GET', toPath(name), { status: 503, json: {} });
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
});
