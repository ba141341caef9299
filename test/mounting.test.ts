import type { RequestListener, ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import express from 'express';
import Fastify from 'fastify';
import { Hono } from 'hono';
import { Counter, type OpenMetricsContentType, Registry } from 'prom-client';
import { describe, expect, it, vi } from 'vitest';
import { createGateway, type Gateway } from '../src/index.ts';
import { integrationFixtures } from './fixtures/integrations.ts';
import { startFakeUpstream } from './support/fake-upstream.ts';
import { getCodes, parseBody, send } from './support/http-client.ts';
import { startHttpServer } from './support/listen.ts';

const request = {
  path: '/graphql',
  headers: { 'content-type': 'application/json', 'galileo-api-key': 'k' },
  body: '{"query":"{ integration(name: OPENAI) { id } }"}',
};

async function startMounted(mount: (gateway: Gateway) => RequestListener) {
  const upstream = await startFakeUpstream();
  upstream.on('GET', '/v2/integrations/openai', { json: integrationFixtures.openai.full });
  const gateway = createGateway({ galileoApiUrl: upstream.url });
  const server = await startHttpServer(mount(gateway));
  return {
    url: server.url,
    gateway,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await gateway.close();
      await upstream[Symbol.asyncDispose]();
    },
  };
}

const mounts: Readonly<Record<string, (gateway: Gateway) => RequestListener>> = {
  'node:http': (gateway) => gateway.node,
  Express: (gateway) => express().all('/graphql', gateway.node),
  'an Express router under a prefix': (gateway) => express().use('/graphql', gateway.node),
};

describe('gateway.node', () => {
  it.each(Object.keys(mounts))('gateway.node in %s responds to POST, GET and HEAD', async (name) => {
    await using mounted = await startMounted(mounts[name] ?? (() => () => {}));
    expect(parseBody(await send(mounted.url, request))).toHaveProperty('data.integration.id');
    const get = await send(mounted.url, { path: '/graphql?query=%7B__typename%7D' });
    expect(parseBody(get)).toEqual({ data: { __typename: 'Query' } });
    const head = await send(mounted.url, { method: 'HEAD', path: '/graphql?query=%7B__typename%7D' });
    expect([head.status, head.text]).toEqual([200, '']);
  });

  it('gateway.node in Express works behind middleware that wraps writeHead and does not know flat arrays', async () => {
    await using mounted = await startMounted((gateway) =>
      express()
        .use((_request, response, next) => {
          // As on-headers before 1.1.0, which older versions of compression, morgan and express-session use.
          const writeHead = response.writeHead.bind(response);
          response.writeHead = (status: number, ...rest: readonly unknown[]) => {
            const headers = rest.at(-1) ?? {};
            const pairs: readonly unknown[] = Array.isArray(headers) ? headers : Object.entries(headers);
            for (const pair of pairs) {
              const [name = '', value = ''] = Array.isArray(pair) ? pair.map(String) : String(pair);
              response.setHeader(name, value);
            }
            return writeHead(status);
          };
          next();
        })
        .all('/graphql', gateway.node),
    );
    const response = await send(mounted.url, request);
    expect(parseBody(response)).toHaveProperty('data.integration.id');
    expect(response.headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'private, no-store',
    });
  });

  it('gateway.node in Express works behind middleware that wraps end and waits for drain', async () => {
    await using upstream = await startFakeUpstream();
    const extra = { pad: 'x'.repeat(100_000) };
    upstream.on('GET', '/v2/integrations/openai', { json: { ...integrationFixtures.openai.full, extra } });
    const gateway = createGateway({ galileoApiUrl: upstream.url });
    await using server = await startHttpServer(
      express()
        .use((_request, response, next) => {
          // As compression, which writes its output through the original methods.
          const body = new PassThrough();
          const write = response.write.bind(response);
          const end = response.end.bind(response);
          body.on('data', (chunk) => {
            if (!write(chunk)) body.pause();
          });
          body.on('end', () => end());
          response.on('drain', () => body.resume());
          response.end = ((chunk: string) => {
            body.end(chunk);
            return response;
          }) as typeof response.end;
          next();
        })
        .all('/graphql', gateway.node),
    );
    const body = '{"query":"{ integration(name: OPENAI) { extra } }"}';
    expect(parseBody(await send(server.url, { ...request, body }))).toEqual({
      data: { integration: { extra } },
    });
    await gateway.close();
  });

  it('a response that waits for a slow response of the application does not end the connection', async () => {
    await using upstream = await startFakeUpstream();
    const gateway = createGateway({ galileoApiUrl: upstream.url, responseTimeoutMs: 50 });
    await using server = await startHttpServer((incoming, response) => {
      if (incoming.url !== '/slow') gateway.node(incoming, response);
      else setTimeout(() => response.end('slow'), 300);
    });
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    socket.write(
      'GET /slow HTTP/1.1\r\nhost: x\r\n\r\nGET /graphql?query={__typename} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n',
    );
    expect(await text(socket)).toMatch(/slow.*"__typename":"Query"/s);
    await gateway.close();
  });

  it('a client that does not read a response after one of the application is disconnected, even if the application listens to it', async () => {
    await using upstream = await startFakeUpstream();
    const extra = { pad: 'x'.repeat(900_000) };
    upstream.on('GET', '/v2/integrations/azure', { json: { ...integrationFixtures.azure.full, extra } });
    const gateway = createGateway({ galileoApiUrl: upstream.url, responseTimeoutMs: 50 });
    let isClosed = false;
    await using server = await startHttpServer((incoming, response) => {
      if (incoming.url === '/slow') setTimeout(() => response.end('slow'), 100);
      else {
        incoming.socket.once('close', () => {
          isClosed = true;
        });
        // Node waits for the event `socket` of a response that is not the first one of its connection.
        response.setTimeout(60_000);
        gateway.node(incoming, response);
      }
    });
    const selections = Array.from({ length: 8 }, (_, index) => `a${index}:integration(name:AZURE){extra}`);
    const query = encodeURIComponent(`{${selections.join(' ')}}`);
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    socket.pause();
    socket.write(
      `GET /slow HTTP/1.1\r\nhost: x\r\n\r\nGET /graphql?query=${query} HTTP/1.1\r\nhost: x\r\ngalileo-api-key: k\r\n\r\n`,
    );
    await vi.waitFor(() => expect(isClosed).toBe(true), 3000);
    socket.destroy();
    await gateway.close();
  });

  it('gateway.node in Fastify responds if Fastify does not read the body', async () => {
    const upstream = await startFakeUpstream();
    await using _upstream = upstream;
    upstream.on('GET', '/v2/integrations/openai', { json: integrationFixtures.openai.full });
    const gateway = createGateway({ galileoApiUrl: upstream.url });
    const app = Fastify();
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', (_request, _payload, done) => done(null));
    app.all('/graphql', (incoming, reply) => {
      reply.hijack();
      gateway.node(incoming.raw, reply.raw);
    });
    const url = await app.listen({ port: 0, host: '127.0.0.1' });
    expect(parseBody(await send(url, request))).toHaveProperty('data.integration.id');
    await app.close();
    await gateway.close();
  });

  it('gateway.node in Express behind express.json() responds with a message that explains the mistake', async () => {
    await using mounted = await startMounted((gateway) =>
      express().use(express.json()).all('/graphql', gateway.node),
    );
    const response = await send(mounted.url, request);
    expect(response.status).toBe(400);
    expect(getCodes(response)).toEqual(['BAD_REQUEST']);
    expect(response.text).toContain('before body parsers');
  });
});

describe('the fetch handler', () => {
  it('the fetch handler in Hono responds', async () => {
    const upstream = await startFakeUpstream();
    await using _upstream = upstream;
    upstream.on('GET', '/v2/integrations/openai', { json: integrationFixtures.openai.full });
    const gateway = createGateway({ galileoApiUrl: upstream.url });
    const app = new Hono().all('/graphql', (context) => gateway(context.req.raw));
    const { path, headers, body } = request;
    const response = await app.request(path, { method: 'POST', headers, body });
    expect(await response.json()).toHaveProperty('data.integration.id');
    await gateway.close();
  });

  it('the fetch handler as a route handler of Next.js ignores its second argument', async () => {
    const gateway = createGateway();
    // As exported from app/api/graphql/route.ts.
    const route: Readonly<Record<string, (request: Request, context: object) => Promise<Response>>> = {
      GET: gateway,
      POST: gateway,
    };
    const url = 'http://x/api/graphql';
    const { headers } = request;
    const body = '{"query":"{ __typename }"}';
    const post = await route['POST']?.(new Request(url, { method: 'POST', headers, body }), { params: {} });
    const get = await route['GET']?.(new Request(`${url}?query={__typename}`), { params: {} });
    for (const response of [post, get])
      expect(await response?.json()).toEqual({ data: { __typename: 'Query' } });
    await gateway.close();
  });

  it('the fetch handler responds to HEAD without a body', async () => {
    const gateway = createGateway();
    const response = await gateway(new Request('http://x/graphql?query={__typename}', { method: 'HEAD' }));
    expect([response.status, await response.text()]).toEqual([200, '']);
    await gateway.close();
  });

  it('the fetch handler responds with a message that explains the mistake if the body was already read', async () => {
    const gateway = createGateway();
    const { headers, body } = request;
    const read = new Request('http://x/graphql', { method: 'POST', headers, body });
    await read.text();
    const response = await gateway(read);
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('before body parsers');
    await gateway.close();
  });
});

describe('createGateway', () => {
  it('a mounted gateway adds its metrics to the registry of the application', async () => {
    const metrics = new Registry();
    const gateway = createGateway({ metrics });
    await gateway(new Request('http://x/graphql?query={__typename}'));
    expect(await metrics.metrics()).toMatch(
      /gateway_requests_total\{operation_type="query",outcome="ok"\} 1/,
    );
    await gateway.close();
  });

  it('a registry with another metric of the same name is refused', () => {
    const metrics = new Registry();
    new Counter({ name: 'gateway_requests_total', help: 'Of the host.', registers: [metrics] }).inc(7);
    expect(() => createGateway({ metrics })).toThrow(
      'metrics: the registry has another metric with the name gateway_requests_total',
    );
    expect(metrics.getMetricsAsArray()).toHaveLength(1);
  });

  it('a registry in the format of OpenMetrics is accepted, and keeps the version after a reset', async () => {
    const metrics = new Registry<OpenMetricsContentType>();
    metrics.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
    const gateway = createGateway({ metrics });
    metrics.resetMetrics();
    expect(await metrics.metrics()).toMatch(/gateway_build_info\{version="[^"]+"\} 1\n/);
    await gateway.close();
  });

  it('`gateway.fetch` is the gateway function itself', async () => {
    const gateway = createGateway();
    expect(gateway.fetch).toBe(gateway);
    await gateway.close();
  });

  it('gateways with the same registry are counted together, and a reloaded module can use it again', async () => {
    await using upstream = await startFakeUpstream();
    const metrics = new Registry();
    const options = { metrics, galileoApiUrl: upstream.url };
    const gateways = [createGateway(options), createGateway(options)];
    const responses: ServerResponse[] = [];
    let text = '';
    upstream.on('GET', '/v2/integrations/openai', async (_call, response) => {
      if (responses.push(response) < gateways.length) return;
      text = await metrics.metrics();
      for (const held of responses) held.writeHead(500).end();
    });
    const { headers, body } = request;
    await Promise.all(
      gateways.map((gateway) => gateway(new Request('http://x/graphql', { method: 'POST', headers, body }))),
    );
    expect(text).toContain('gateway_requests_in_flight 2\n');
    await Promise.all(gateways.map((gateway) => gateway.close()));

    metrics.clear();
    vi.resetModules();
    for (const create of [createGateway, (await import('../src/index.ts')).createGateway]) {
      const gateway = create({ metrics });
      await gateway(new Request('http://x/graphql?query={__typename}'));
      expect(await metrics.metrics()).toMatch(
        /gateway_requests_total\{operation_type="query",outcome="ok"\} 1/,
      );
      await gateway.close();
    }
  });

  it('a mounted gateway can be closed several times, even while a request runs', async () => {
    await using mounted = await startMounted((gateway) => gateway.node);
    const responding = send(mounted.url, request);
    await Promise.all([mounted.gateway.close(), mounted.gateway.close(), responding.catch(() => {})]);
    await mounted.gateway.close();
  });

  it('createGateway takes upstreamHeaders as an object', async () => {
    const upstream = await startFakeUpstream();
    await using _upstream = upstream;
    upstream.on('GET', '/v2/integrations/openai', { json: integrationFixtures.openai.full });
    const gateway = createGateway({ galileoApiUrl: upstream.url, upstreamHeaders: { 'x-gateway': 'g' } });
    const { headers, body } = request;
    await gateway(new Request('http://x/graphql', { method: 'POST', headers, body }));
    expect(upstream.calls[0]?.headers['x-gateway']).toBe('g');
    await gateway.close();
  });
});
