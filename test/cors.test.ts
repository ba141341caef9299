import { describe, expect, it } from 'vitest';
import { startFakeUpstream } from './support/fake-upstream.ts';
import { startGateway } from './support/gateway.ts';
import { type PlainRequest, parseBody, send } from './support/http-client.ts';

const listed = 'https://app.example.com';
const corsHeaders = [
  'access-control-allow-origin',
  'access-control-allow-credentials',
  'access-control-allow-methods',
  'access-control-allow-headers',
  'access-control-expose-headers',
];

const preflight = (origin: string): PlainRequest => ({
  method: 'OPTIONS',
  headers: {
    origin,
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'content-type,galileo-api-key',
  },
});

const query = (origin: string): PlainRequest => ({
  headers: { origin, 'content-type': 'application/json' },
  body: '{"query":"{ __typename }"}',
});

const getQuery = (origin: string): PlainRequest => ({
  path: '/graphql?query=%7B__typename%7D',
  headers: { origin },
});

describe('without CORS_ORIGINS', () => {
  it.each([preflight(listed), query(listed), getQuery(listed), getQuery('null')])(
    'without CORS_ORIGINS, a page of another origin cannot read a response (%j)',
    async (request) => {
      await using upstream = await startFakeUpstream();
      await using gateway = await startGateway(upstream.url);
      const response = await send(gateway.url, request);
      for (const name of corsHeaders) expect(response.headers[name]).toBeUndefined();
      expect(response.status).toBe(request.method === 'OPTIONS' ? 405 : 200);
    },
  );
});

describe('with CORS_ORIGINS', () => {
  const corsOrigins = `${listed}, http://localhost:3000`;

  it('the response to a preflight of a listed origin has the methods, the headers and the max-age', async () => {
    await using upstream = await startFakeUpstream();
    await using gateway = await startGateway(upstream.url, { corsOrigins });
    for (const origin of [listed, 'http://localhost:3000']) {
      const response = await send(gateway.url, preflight(origin));
      expect(response.status).toBe(204);
      expect(response.text).toBe('');
      expect(response.headers['access-control-allow-origin']).toBe(origin);
      expect(response.headers['access-control-allow-credentials']).not.toBe('true');
      expect(response.headers['access-control-allow-methods']?.split(/, ?/)).toEqual(['GET', 'POST']);
      expect(response.headers['access-control-allow-headers']?.toLowerCase()).toContain('galileo-api-key');
      expect(response.headers['access-control-allow-headers']?.toLowerCase()).toContain('authorization');
      expect(response.headers['access-control-max-age']).toBe('600');
      expect(response.headers.vary?.toLowerCase()).toContain('origin');
      expect(response.headers['x-request-id']).toMatch(/./);
    }
  });

  it.each([query(listed), getQuery(listed)])(
    'a page of a listed origin can read responses (%j)',
    async (request) => {
      await using upstream = await startFakeUpstream();
      await using gateway = await startGateway(upstream.url, { corsOrigins });
      const response = await send(gateway.url, request);
      expect(parseBody(response)).toEqual({ data: { __typename: 'Query' } });
      expect(response.headers['access-control-allow-origin']).toBe(listed);
      expect(response.headers['access-control-allow-credentials']).not.toBe('true');
      expect(response.headers['access-control-expose-headers']?.toLowerCase()).toContain('x-request-id');
      expect(response.headers.vary?.toLowerCase()).toContain('origin');
      expect(response.headers['cache-control']).toBe('private, no-store');
    },
  );

  it.each([
    'https://app.example.com.evil.example',
    'https://evil.example',
    'http://app.example.com',
    'https://app.example.com:8443',
    'https://APP.example.com',
    'https://sub.app.example.com',
    'https://app.example.com/',
    'null',
    '*',
  ])('a page of the unlisted origin %s cannot read a response', async (origin) => {
    await using upstream = await startFakeUpstream();
    await using gateway = await startGateway(upstream.url, { corsOrigins });
    for (const request of [preflight(origin), query(origin), getQuery(origin)]) {
      const response = await send(gateway.url, request);
      for (const name of corsHeaders) expect(response.headers[name]).toBeUndefined();
      expect(response.headers.vary?.toLowerCase()).toContain('origin');
    }
  });

  it('a page of a listed origin can also read an error', async () => {
    await using upstream = await startFakeUpstream();
    await using gateway = await startGateway(upstream.url, { corsOrigins, maxRequestBytes: '10' });
    const tooLarge = await send(gateway.url, query(listed));
    expect(tooLarge.status).toBe(413);
    expect(tooLarge.headers['access-control-allow-origin']).toBe(listed);
    const notJson = await send(gateway.url, {
      headers: { origin: listed, 'content-type': 'text/plain' },
      body: 'x',
    });
    expect(notJson.status).toBe(415);
    expect(notJson.headers['access-control-allow-origin']).toBe(listed);
  });

  it('a page of a listed origin can send any header, and read X-Request-Id and Retry-After', async () => {
    await using upstream = await startFakeUpstream();
    await using gateway = await startGateway(upstream.url, { corsOrigins });
    const ask = (requested: string) =>
      send(gateway.url, {
        method: 'OPTIONS',
        headers: {
          origin: listed,
          'access-control-request-method': 'POST',
          'access-control-request-headers': requested,
        },
      });
    const allowed = (await ask('apollographql-client-name, content-type')).headers;
    expect(allowed['access-control-allow-headers']).toContain('apollographql-client-name');
    expect(allowed.vary).toContain('Access-Control-Request-Headers');
    const invalid = (await ask('x y, <script>')).headers;
    expect(invalid['access-control-allow-headers']).not.toContain('<');
    const response = await send(gateway.url, query(listed));
    expect(response.headers['access-control-expose-headers']).toBe('X-Request-Id, Retry-After');
  });

  it('an origin of any scheme can be listed', async () => {
    await using upstream = await startFakeUpstream();
    const origin = 'capacitor://localhost';
    await using gateway = await startGateway(upstream.url, { corsOrigins: origin });
    const response = await send(gateway.url, query(origin));
    expect(response.headers['access-control-allow-origin']).toBe(origin);
  });
});

describe('a page of an origin that is not listed', () => {
  it('an unlisted origin is logged once, unless it is the origin of the gateway or follows 100 others', async () => {
    await using upstream = await startFakeUpstream();
    await using gateway = await startGateway(upstream.url);
    const getHints = () => gateway.log.filter((line) => line.includes('CORS_ORIGINS'));
    await send(gateway.url, query(new URL(gateway.url).origin));
    await send(gateway.url, query('null'));
    expect(getHints()).toEqual([]);
    for (const origin of [listed, listed, 'http://localhost:5173']) await send(gateway.url, query(origin));
    expect(getHints()).toHaveLength(2);
    for (let index = 0; index < 200; index += 1) await send(gateway.url, query(`http://x${index}.example`));
    expect(getHints()).toHaveLength(100);
  });
});
