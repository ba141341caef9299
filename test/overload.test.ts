import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { SettingsPageDocument } from '../client/index.ts';
import { type SettingName, settings } from '../src/config.ts';
import { providerNames } from '../src/upstream/api-types.ts';
import { integrationRecordFixtures } from './fixtures/integration-records.ts';
import { integrationFixtures } from './fixtures/integrations.ts';
import { startFakeUpstream } from './support/fake-upstream.ts';
import { startGateway } from './support/gateway.ts';
import { getCodes, openConnection, parseBody, send } from './support/http-client.ts';

const path = '/v2/integrations/openai';
const read = {
  headers: { 'content-type': 'application/json', 'galileo-api-key': 'k' },
  body: '{"query":"{ integration(name: OPENAI) { id } }"}',
};

/** Waits until a condition holds, looking after each turn of the event loop. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

it('200 settings pages in parallel succeed with the default settings', async () => {
  await using upstream = await startFakeUpstream();
  await using gateway = await startGateway(upstream.url, { logLevel: 'info' });
  const bodies: [path: string, body: unknown][] = [
    ['/v2/integrations/available', { integrations: providerNames }],
    ['/integrations', [integrationRecordFixtures.full]],
    ...providerNames.map((name): [string, unknown] => [
      `/v2/integrations/${name}`,
      integrationFixtures[name].full,
    ]),
  ];
  // Upstream responds only when all requests have arrived, so that their calls wait in the queue.
  const arrived = until(() => gateway.usage.requests === 200);
  for (const [resource, body] of bodies) {
    upstream.on('GET', resource, async (_call, response) => {
      await arrived;
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
  }
  const pages = await Promise.all(
    Array.from({ length: 200 }, (_, page) =>
      gateway.query(SettingsPageDocument, {}, { 'galileo-api-key': `caller-${page % 20}` }),
    ),
  );
  for (const { status, errors, data } of pages) {
    expect({ status, errors }).toEqual({ status: 200, errors: [] });
    expect(data?.integrationProviders.filter(({ integration }) => integration !== null)).toHaveLength(12);
  }
});

describe('more requests than MAX_CONCURRENT_REQUESTS', () => {
  it('excess requests are shed immediately with 503, Retry-After and OVERLOADED; probes are never shed', async () => {
    const requestTimeoutMs = '10000';
    await using upstream = await startFakeUpstream();
    await using gateway = await startGateway(upstream.url, { maxConcurrentRequests: '2', requestTimeoutMs });
    const held: (() => void)[] = [];
    upstream.on('GET', path, (_call, response) => {
      held.push(() =>
        response
          .writeHead(200, { 'content-type': 'application/json' })
          .end(JSON.stringify(integrationFixtures.openai.full)),
      );
    });
    const running = [send(gateway.url, read), send(gateway.url, read)];
    await until(() => held.length === 2);

    for (const request of [
      read,
      { path: '/graphql?query=%7B__typename%7D' },
      { ...read, headers: { ...read.headers, origin: 'https://elsewhere.example' } },
      { method: 'PUT' },
    ]) {
      const startedAtMs = performance.now();
      const shed = await send(gateway.url, request);
      // Half of the time after which a running request ends.
      expect(performance.now() - startedAtMs).toBeLessThan(Number(requestTimeoutMs) / 2);
      expect(shed.status).toBe(503);
      expect(getCodes(shed)).toEqual(['OVERLOADED']);
      expect(parseBody(shed).errors?.[0]?.extensions).toMatchObject({ retryable: true });
      expect(shed.headers['retry-after']).toMatch(/^[1-9]\d*$/);
      expect(shed.headers['cache-control']).toBe('private, no-store');
      expect(shed.headers['x-request-id']).toMatch(/./);
      expect(parseBody(shed)).not.toHaveProperty('data');
    }
    for (const probe of ['/livez', '/readyz'])
      expect((await send(gateway.url, { path: probe })).status).toBe(200);
    expect(upstream.calls).toHaveLength(2);

    for (const respond of held.splice(0)) respond();
    for (const response of await Promise.all(running)) expect(response.status).toBe(200);
    const next = send(gateway.url, read);
    await until(() => held.length === 1);
    held[0]?.();
    expect((await next).status).toBe(200);
  });

  it('requests of disconnected clients do not count towards MAX_CONCURRENT_REQUESTS', async () => {
    await using upstream = await startFakeUpstream();
    await using gateway = await startGateway(upstream.url, { maxConcurrentRequests: '1' });
    let calls = 0;
    upstream.on('GET', path, () => {
      calls += 1;
    });
    {
      using connection = await openConnection(gateway.url);
      connection.write(
        `POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ngalileo-api-key: k\r\ncontent-length: ${read.body.length}\r\n\r\n${read.body}`,
      );
      await until(() => calls === 1);
    }
    let response = await send(gateway.url, { path: '/graphql?query=%7B__typename%7D' });
    while (response.status === 503)
      response = await send(gateway.url, { path: '/graphql?query=%7B__typename%7D' });
    expect(response.status).toBe(200);
  });
});

describe('a caller that is slower than REQUEST_TIMEOUT_MS', () => {
  const requestTimeoutMs = '300';
  const head = 'POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n';
  const stories: [status: number, what: string, first: string, drip: string][] = [
    [408, 'sends nothing', '', ''],
    [408, 'sends half a request line', 'POST /gra', ''],
    [408, 'sends only one header', head, ''],
    [408, 'sends a header from time to time', head, 'x-a: b\r\n'],
    [408, 'sends no body', `${head}content-length: 20\r\n\r\n`, ''],
    [408, 'sends a body byte by byte', `${head}content-length: 200000\r\n\r\n`, ' '],
    [408, 'sends a body in endless chunks', `${head}transfer-encoding: chunked\r\n\r\n`, '1\r\n \r\n'],
    [
      415,
      'sends a body that the server does not read',
      `${head.replace('application/json', 'text/plain')}content-length: 200000\r\n\r\n`,
      ' ',
    ],
    [413, 'sends a body that is too large', `${head}content-length: 200000000\r\n\r\n`, ' '],
    [
      400,
      'sends the body of a GET',
      'GET /graphql HTTP/1.1\r\nhost: x\r\ncontent-length: 200000\r\n\r\n',
      ' ',
    ],
    [
      200,
      'sends a body to a probe',
      'POST /livez HTTP/1.1\r\nhost: x\r\ncontent-length: 200000\r\n\r\n',
      ' ',
    ],
  ];
  it.each(stories)(
    'a client that is slower than REQUEST_TIMEOUT_MS gets %i and a closed socket if it %s',
    async (status, _what, first, drip) => {
      await using upstream = await startFakeUpstream();
      await using gateway = await startGateway(upstream.url, { requestTimeoutMs });
      using connection = await openConnection(gateway.url);
      const startedAtMs = performance.now();
      connection.write(first);
      const dripping = setInterval(() => {
        if (drip !== '') connection.write(drip);
      }, 20);
      const received = await connection.closed;
      clearInterval(dripping);
      // Node alone would close it after 30 seconds, or never.
      expect(performance.now() - startedAtMs).toBeLessThan(10 * Number(requestTimeoutMs));
      expect(received.match(/HTTP\/1\.1 \d+/g)).toEqual([`HTTP/1.1 ${status}`]);
      expect((await send(gateway.url, { path: '/livez' })).status).toBe(200);
    },
  );

  it('a client that sends half a body gets 408, which closes the connection', async () => {
    await using upstream = await startFakeUpstream();
    await using gateway = await startGateway(upstream.url, { requestTimeoutMs });
    using connection = await openConnection(gateway.url);
    connection.write(`${head}content-length: 20\r\n\r\n{"query":`);
    expect(await connection.closed).toMatch(/^HTTP\/1\.1 408 [\s\S]*\r\nconnection: close\r\n/);
  });

  it('a request whose body arrives in endless chunks is logged with the 408 that its client gets', async () => {
    await using upstream = await startFakeUpstream();
    await using gateway = await startGateway(upstream.url, { requestTimeoutMs });
    using connection = await openConnection(gateway.url);
    connection.write(`${head}transfer-encoding: chunked\r\n\r\n`);
    const dripping = setInterval(() => connection.write('1\r\n \r\n'), 20);
    expect(await connection.closed).toMatch(/^HTTP\/1\.1 408 /);
    clearInterval(dripping);
    await expect.poll(() => gateway.log.join('')).toContain('"status":408,"outcome":"client_error"');
  });

  it('a client that sends half a header gets 408 with a request id', async () => {
    await using upstream = await startFakeUpstream();
    await using gateway = await startGateway(upstream.url, { requestTimeoutMs });
    using connection = await openConnection(gateway.url);
    connection.write(head);
    expect(await connection.closed).toMatch(/^HTTP\/1\.1 408 [\s\S]*\r\nx-request-id: [\w-]{36}\r\n/);
  });
});

describe('a malformed request', () => {
  const post = 'POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n';
  it.each([
    [400, 'nonsense\r\n\r\n'],
    [400, 'GET /graphql HTTP/1.1\r\nhost: x\r\nx y: z\r\n\r\n'],
    [400, 'GET /graphql HTTP/1.1\r\nhost: x\r\ngalileo-api-key: a\0b\r\n\r\n'],
    [400, 'GET /graphql HTTP/1.1\r\nhost: x\r\ngalileo-api-key: a\rb\r\n\r\n'],
    [400, `${post}content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`],
    [413, `${post}transfer-encoding: chunked\r\n\r\n1;${'x'.repeat(20_000)}\r\n`],
    [431, `GET /graphql HTTP/1.1\r\nhost: x\r\nx-large: ${'x'.repeat(100_000)}\r\n\r\n`],
  ])(
    'a malformed request is refused with %i and a log line, and other clients are not affected (%#)',
    async (status, text) => {
      await using upstream = await startFakeUpstream();
      await using gateway = await startGateway(upstream.url);
      using connection = await openConnection(gateway.url);
      connection.write(text);
      const received = await connection.closed;
      const [, sentStatus, requestId] =
        /^HTTP\/1\.1 (\d+) [\s\S]*\r\nx-request-id: ([\w-]{36})\r\n/.exec(received) ?? [];
      expect(sentStatus).toBe(String(status));
      const reason = expect.stringMatching(/^HPE_[A-Z_]+$/) as string;
      const lines = gateway.log.map((text) => JSON.parse(text) as { msg: string });
      expect(lines.filter(({ msg }) => msg === 'request refused')).toMatchObject([
        { level: 'info', status, requestId, reason },
      ]);
      expect((await send(gateway.url, { path: '/livez' })).status).toBe(200);
    },
  );

  it('a client that still sends its headers can read the 431', async () => {
    await using upstream = await startFakeUpstream();
    await using gateway = await startGateway(upstream.url);
    using connection = await openConnection(gateway.url);
    connection.socket.pause();
    connection.write('GET /graphql HTTP/1.1\r\nhost: x\r\nx-large: ');
    for (let part = 0; part < 40; part += 1) {
      connection.write('x'.repeat(10_000));
      await wait(5);
    }
    connection.socket.resume();
    expect(await connection.closed).toMatch(/^HTTP\/1\.1 431 /);
  });

  it('a client that keeps sending after a refused request is disconnected', async () => {
    await using upstream = await startFakeUpstream();
    await using gateway = await startGateway(upstream.url);
    const { hostname, port } = new URL(gateway.url);
    const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
    socket.on('error', () => {}).resume();
    socket.write('nonsense\r\n\r\n');
    const startedAtMs = performance.now();
    while (!socket.destroyed && socket.bytesWritten < 50_000_000) {
      socket.write('x'.repeat(100_000));
      await wait(1);
    }
    expect(socket.bytesWritten).toBeLessThan(50_000_000);
    expect(performance.now() - startedAtMs).toBeLessThan(900);
  });

  it('the connection of a CONNECT request is closed', async () => {
    await using upstream = await startFakeUpstream();
    await using gateway = await startGateway(upstream.url);
    using connection = await openConnection(gateway.url);
    const closed = once(connection.socket, 'close');
    connection.write('CONNECT example.com:443 HTTP/1.1\r\nhost: example.com\r\n\r\n');
    await closed;
    expect(connection.received).toMatch(/^$|^HTTP\/1\.1 4/);
  });
});

describe('every valid value of a numeric setting', () => {
  const names = (Object.keys(settings) as SettingName[]).filter(
    (name) =>
      name !== 'port' && /^\d+$/.test(String(('default' in settings[name] && settings[name].default) || '')),
  );
  const values = ['0', '1', '3', '251', '1001', '1000000', '86400000', '1073741824'];

  it.each(names)(
    'a gateway with any valid value of a numeric setting never reports an internal error: %s',
    async (name) => {
      for (const value of values) {
        if (!settings[name].schema.safeParse(value).success) continue;
        await using gateway = await startGateway('http://127.0.0.1:1', { [name]: value });
        // With some of them, the connection ends before a response.
        await gateway.query('{ integration(name: OPENAI) { id } }').catch(() => undefined);
        expect(gateway.log.join(''), value).not.toContain('internal error');
      }
    },
  );
});
