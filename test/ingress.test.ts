import { once } from 'node:events';
import { Pool } from 'undici';
import { describe, expect, it } from 'vitest';
import { Cleanup } from './support/cleanup.ts';
import { type FakeUpstream, startFakeUpstream } from './support/fake-upstream.ts';
import { getFreePort, getFreePorts, waitUntilReady } from './support/free-port.ts';
import { openConnection, send } from './support/http-client.ts';
import { type Program, startProgram } from './support/program.ts';
import { hasProxy, type ProxyName, startProxy } from './support/proxies.ts';

const path = '/v2/integrations/openai';
const integration = { id: '0b1f0a2e-4d0c-4f35-9f0b-6a7b1f0a2e4d', name: 'openai' };
const body = '{"query":"{ integration(name: OPENAI) { name } }"}';
const expected = '{"data":{"integration":{"name":"OPENAI"}}}';
const headers = { 'content-type': 'application/json', 'galileo-api-key': 'k' };

/** The program on this port, ready. */
async function startGatewayProgram(
  port: number,
  upstream: FakeUpstream,
  settings: Readonly<Record<string, string>> = {},
): Promise<Program> {
  const program = startProgram(['serve'], {
    PORT: String(port),
    GALILEO_API_URL: upstream.url,
    TRUST_PROXY: 'loopback',
    ...settings,
  });
  await waitUntilReady(`http://127.0.0.1:${port}/readyz`);
  return program;
}

const names: readonly ProxyName[] = ['nginx', 'haproxy', 'caddy'];

describe.each(names.filter(hasProxy))('behind %s', (name) => {
  async function start(settings: Readonly<Record<string, string>> = {}, readyPath = '/readyz') {
    const cleanup = new Cleanup();
    const upstream = cleanup.use(await startFakeUpstream());
    upstream.on('GET', path, { json: integration });
    const port = await getFreePort();
    const gateway = cleanup.use(await startGatewayProgram(port, upstream, settings));
    const proxy = cleanup.use(await startProxy(name, [port], readyPath));
    return { upstream, gateway, url: proxy.url, [Symbol.asyncDispose]: () => cleanup[Symbol.asyncDispose]() };
  }

  it(`behind ${name}, keep-alive, 100-continue and chunked bodies work, and the log has the address of the client`, async () => {
    await using stack = await start();
    const { url, gateway } = stack;
    using connection = await openConnection(url);
    const head = [
      'POST /graphql HTTP/1.1',
      'host: gateway',
      'content-type: application/json',
      'galileo-api-key: k',
      `content-length: ${body.length}`,
    ].join('\r\n');
    const waitForResponses = async (count: number) => {
      while (connection.received.split(expected).length <= count) await once(connection.socket, 'data');
    };
    for (let count = 1; count <= 20; count += 1) {
      connection.write(`${head}\r\n\r\n${body}`);
      await waitForResponses(count);
    }
    connection.write(`${head}\r\nexpect: 100-continue\r\n\r\n`);
    await connection.waitFor(/HTTP\/1.1 100 /);
    connection.write(body);
    await waitForResponses(21);
    const chunked = await send(url, {
      method: 'POST',
      headers: { ...headers, 'transfer-encoding': 'chunked' },
      body,
    });
    expect(chunked).toMatchObject({ status: 200, text: expected });
    await gateway.waitFor(/"clientAddress":"127\.0\.0\.1"/);
  });

  it(`behind ${name}, a client that aborts cancels its read`, async () => {
    await using stack = await start();
    const { upstream, gateway, url } = stack;
    const client = new AbortController();
    upstream.once('GET', path, () => client.abort());
    await fetch(`${url}/graphql`, { method: 'POST', headers, body, signal: client.signal }).catch(() => {});
    await gateway.waitFor(/"outcome":"cancelled"/);
    const next = await send(url, { headers, body });
    expect(next.text).toBe(expected);
  });

  it(`behind ${name}, BASE_PATH changes every path except the probes`, async () => {
    await using stack = await start({ BASE_PATH: '/api' });
    const { url } = stack;
    expect(await send(url, { path: '/api/graphql', headers, body })).toMatchObject({ text: expected });
    expect((await send(url, { path: '/graphql', headers, body })).status).toBe(404);
    const page = await send(url, { path: '/api/graphql', headers: { accept: 'text/html' } });
    const [asset = ''] = /graphiql\/[\w.-]+\.js/.exec(page.text) ?? [];
    expect((await send(url, { path: `/api/${asset}` })).status).toBe(200);
  });
});

// nginx has no health checks. Before a gateway ends, nginx must be reloaded without it.
describe.each(names.filter((name) => name !== 'nginx').filter(hasProxy))(
  'a rolling replacement behind %s',
  (name) => {
    it(`behind ${name}, no request is lost while the gateway is replaced twice under load`, {
      timeout: 90_000,
    }, async () => {
      await using cleanup = new Cleanup();
      const upstream = cleanup.use(await startFakeUpstream());
      upstream.on('GET', path, { json: integration });
      const settings = { SHUTDOWN_DELAY_MS: '2000', LOG_LEVEL: 'warn', GRAPHIQL: 'off' };
      const first = await getFreePorts(2);
      const second = first + 1;
      let running = cleanup.use(await startGatewayProgram(first, upstream, settings));
      const proxy = cleanup.use(await startProxy(name, [first, second]));

      const pool = new Pool(proxy.url, { connections: 8 });
      cleanup.defer(() => pool.destroy());
      const failures: string[] = [];
      let count = 0;
      let isDone = false;
      const clients = Array.from({ length: 8 }, async () => {
        while (!isDone || count < 3000) {
          count += 1;
          try {
            const response = await pool.request({ method: 'POST', path: '/graphql', headers, body });
            const text = await response.body.text();
            if (text !== expected) failures.push(`${response.statusCode} ${text}`);
          } catch (error) {
            failures.push(String(error));
          }
        }
      });
      for (const port of [second, first]) {
        const next = cleanup.use(await startGatewayProgram(port, upstream, settings));
        // Like Kubernetes, waits until the proxy has noticed that the new gateway is ready.
        await new Promise((resolve) => setTimeout(resolve, 1500));
        running.process.kill('SIGTERM');
        expect(await running.exit).toBe(0);
        running = next;
      }
      isDone = true;
      await Promise.all(clients);
      expect(failures.slice(0, 3)).toEqual([]);
      expect(count).toBeGreaterThanOrEqual(3000);
      console.log(`${name}: ${count} requests, ${failures.length} failed`);
    });
  },
);
