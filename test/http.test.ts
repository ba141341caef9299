import { serverAudits } from 'graphql-http';
import { afterAll, describe, expect, it } from 'vitest';
import { startGateway } from './support/gateway.ts';
import {
  getCodes,
  openConnection,
  type PlainHeaders,
  type PlainRequest,
  type PlainResponse,
  parseBody,
  send,
} from './support/http-client.ts';
import { startStack } from './support/stack.ts';

const json = { 'content-type': 'application/json' };
const graphqlResponse = 'application/graphql-response+json';
const secret = 's3cret-value';

const stack = await startStack();
const { gateway, upstream } = stack;
afterAll(() => stack[Symbol.asyncDispose]());

const post = (body: unknown, headers: PlainRequest['headers'] = {}): Promise<PlainResponse> =>
  send(gateway.url, { headers: { ...json, ...headers }, body: JSON.stringify(body) });

const get = (
  parameters: Record<string, string>,
  headers: PlainRequest['headers'] = {},
): Promise<PlainResponse> =>
  send(gateway.url, { path: `/graphql?${new URLSearchParams(parameters).toString()}`, headers });

describe('the audits of graphql-http', () => {
  const audits = serverAudits({ url: () => gateway.url });

  it('the audits of graphql-http are complete', () => expect(audits.length).toBeGreaterThan(50));

  it.each(audits.map(({ id, name, fn }) => ({ id, name, fn })))('$id: $name', async ({ fn }) => {
    const result = await fn();
    expect(result.status, 'reason' in result ? result.reason : undefined).toBe('ok');
  });
});

describe.each([
  { from: 'the same origin', origin: {} },
  { from: 'another origin', origin: { origin: 'https://elsewhere.example' } },
])('POST /graphql from $from', ({ origin }) => {
  it('the response to a query is application/json in UTF-8', async () => {
    const response = await post({ query: '{ __typename }' }, origin);
    expect(response.status).toBe(200);
    expect(response.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(parseBody(response)).toEqual({ data: { __typename: 'Query' } });
  });

  it('POST runs a mutation', async () => {
    const response = await post({ query: 'mutation { __typename }' }, origin);
    expect(parseBody(response)).toEqual({ data: { __typename: 'Mutation' } });
  });

  it.each([
    'application/json; charset=utf-8',
    'application/json;charset=UTF-8',
    'Application/JSON; charset="utf-8"',
    'application/json;',
    'application/json ;',
    'application/json; charset=utf-8;',
    'application/json; version=1',
    'application/json; charset=utf-8; version="a;b"',
  ])('POST accepts the content type %s', async (contentType) => {
    const response = await post({ query: '{ __typename }' }, { ...origin, 'content-type': contentType });
    expect(response.status).toBe(200);
  });

  it.each([
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'text/plain',
    'text/plain; x=application/json',
    'application/graphql',
    'application/json; charset=utf-16',
    'application/json; charset=iso-8859-1',
    'application/jsonx',
    '',
  ])('POST refuses the content type "%s" with 415', async (contentType) => {
    const response = await post(
      { query: 'mutation { __typename }' },
      { ...origin, 'content-type': contentType },
    );
    expect(response.status).toBe(415);
    expect(getCodes(response)).toEqual(['UNSUPPORTED_MEDIA_TYPE']);
  });

  it('POST refuses a form and a body without a content type with 415, and executes neither', async () => {
    const headers = { ...origin, 'galileo-api-key': secret };
    const form = new URLSearchParams({
      query: 'mutation { upsertCustomIntegration(input: {endpoint: "x"}) { __typename } }',
    });
    const responses = [
      await send(gateway.url, {
        headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
        body: form.toString(),
      }),
      await send(gateway.url, { headers, body: '{"query":"{ integration(name: OPENAI) { id } }"}' }),
    ];
    expect(responses.map(({ status }) => status)).toEqual([415, 415]);
    expect(upstream.calls).toEqual([]);
  });

  it('POST refuses a batch with 400', async () => {
    const response = await post([{ query: '{ __typename }' }], origin);
    expect(response.status).toBe(400);
    expect(getCodes(response)).toEqual(['BAD_REQUEST']);
  });

  it.each([
    ['invalid JSON', `{"query": "${secret}`],
    ['an empty body', ''],
    ['a string', `"${secret}"`],
    ['null', 'null'],
    ['no query', `{"qeury":"${secret}"}`],
    ['a query that is a number', '{"query": 7}'],
    ['a query that is an object', `{"query": {"a":"${secret}"}}`],
    ['a query that is null', '{"query": null}'],
    ['variables that are a string', `{"query":"{ __typename }","variables":"${secret}"}`],
    ['variables that are an array', `{"query":"{ __typename }","variables":["${secret}"]}`],
    ['an operationName that is a number', '{"query":"{ __typename }","operationName":7}'],
    ['extensions that are a string', `{"query":"{ __typename }","extensions":"${secret}"}`],
    ['a documentId that is an array', `{"documentId":["${secret}"]}`],
  ])('POST refuses %s with 400 BAD_REQUEST and quotes nothing', async (_what, body) => {
    for (const accept of ['application/json', graphqlResponse]) {
      const response = await send(gateway.url, { headers: { ...json, ...origin, accept }, body });
      expect(response.status).toBe(400);
      expect(getCodes(response)).toEqual(['BAD_REQUEST']);
      expect(response.text).not.toContain(secret);
      expect(parseBody(response)).not.toHaveProperty('data');
    }
  });

  it('POST ignores a UTF-8 byte order mark before the body', async () => {
    const body = '\uFEFF{"query":"{ __typename }"}';
    const response = await send(gateway.url, { headers: { ...json, ...origin }, body });
    expect(parseBody(response)).toEqual({ data: { __typename: 'Query' } });
  });

  it.each([
    { documentId: 'sha256:0a' },
    { extensions: { persistedQuery: { version: 1, sha256Hash: '0a' } } },
  ])(
    'a hash without a document is refused with PERSISTED_QUERY_NOT_SUPPORTED, by GET too (%j)',
    async (body) => {
      const parameters = Object.fromEntries(
        Object.entries(body).map(([name, value]) => [
          name,
          typeof value === 'string' ? value : JSON.stringify(value),
        ]),
      );
      const modernHeaders = { ...origin, accept: graphqlResponse };
      const classic = [await post(body, origin), await get(parameters, origin)];
      const modern = [await post(body, modernHeaders), await get(parameters, modernHeaders)];
      expect(classic.map(({ status }) => status)).toEqual([200, 200]);
      expect(modern.map(({ status }) => status)).toEqual([400, 400]);
      for (const response of [...classic, ...modern]) {
        expect(getCodes(response)).toEqual(['PERSISTED_QUERY_NOT_SUPPORTED']);
        expect(parseBody(response).errors?.[0]?.message).toBe('PersistedQueryNotSupported');
      }
    },
  );

  it('a document with more than five errors lists five', async () => {
    const query = `{ ${Array.from({ length: 7 }, (_, index) => `unknown${index}`).join(' ')} }`;
    expect(getCodes(await post({ query }, origin))).toEqual(Array(5).fill('GRAPHQL_VALIDATION_FAILED'));
  });

  it('the hash of a persisted query is ignored next to a document', async () => {
    const extensions = { persistedQuery: { version: 1, sha256Hash: '0a' } };
    const response = await post({ query: '{ __typename }', extensions }, origin);
    expect(parseBody(response)).toEqual({ data: { __typename: 'Query' } });
  });

  it('POST refuses bytes that are not UTF-8 with 400 BAD_REQUEST', async () => {
    const body = Buffer.concat([
      Buffer.from('{"query":"{ __typename } #'),
      Buffer.from([0xc3, 0x28]),
      Buffer.from('"}'),
    ]);
    const response = await send(gateway.url, { headers: { ...json, ...origin }, body });
    expect(response.status).toBe(400);
    expect(getCodes(response)).toEqual(['BAD_REQUEST']);
  });

  it('POST refuses a compressed body with 415', async () => {
    const response = await post({ query: '{ __typename }' }, { ...origin, 'content-encoding': 'gzip' });
    expect(response.status).toBe(415);
  });

  it('a document with a lone surrogate is not confused with one that has U+FFFD instead', async () => {
    const toBody = (character: string) => `{"query":"{ __typename } # ${character}"}`;
    const headers = { 'content-type': 'application/json' };
    expect((await send(gateway.url, { headers, body: toBody('\\ufffd') })).status).toBe(200);
    const response = await send(gateway.url, { headers, body: toBody('\\ud800') });
    expect(getCodes(response)).toEqual(['GRAPHQL_PARSE_FAILED']);
  });

  it('the message of a syntax error is complete, even if the document quotes a part of it', async () => {
    const response = await post({ query: '{ a(b: "Expected" ' });
    expect(parseBody(response)).toMatchObject({
      errors: [{ message: 'Syntax Error: Expected Name, found <EOF>.' }],
    });
  });

  const requestErrors: [code: string, status: number, jsonStatus: number, body: Record<string, unknown>][] = [
    ['GRAPHQL_PARSE_FAILED', 400, 200, { query: '{' }],
    ['GRAPHQL_PARSE_FAILED', 400, 200, { query: '' }],
    ['OPERATION_RESOLUTION_FAILURE', 400, 400, { query: '{', operationName: 'A'.repeat(257) }],
    ['GRAPHQL_VALIDATION_FAILED', 400, 200, { query: '{ nothing }' }],
    ['BAD_USER_INPUT', 400, 200, { query: 'query($a: String!) { __type(name: $a) { name } }' }],
    ['OPERATION_RESOLUTION_FAILURE', 400, 400, { query: 'query A { __typename } query B { __typename }' }],
    ['OPERATION_RESOLUTION_FAILURE', 400, 400, { query: 'query A { __typename }', operationName: 'B' }],
    ['OPERATION_RESOLUTION_FAILURE', 400, 400, { query: 'subscription { integrations }' }],
    ['GRAPHQL_VALIDATION_FAILED', 400, 200, { query: 'fragment F on Query { __typename }' }],
    ['QUERY_TOO_COMPLEX', 400, 400, { query: `{ ${'__typename '.repeat(2000)}}` }],
    [
      'QUERY_TOO_COMPLEX',
      400,
      400,
      { query: `{ ${Array.from({ length: 61 }, (_, i) => `a${i}: __typename`).join(' ')} }` },
    ],
  ];
  it.each(requestErrors)(
    'the error %s has status %i, or %i in application/json, and no data',
    async (code, status, jsonStatus, body) => {
      const modern = await post(body, { ...origin, accept: graphqlResponse });
      const classic = await post(body, origin);
      expect([modern.status, classic.status]).toEqual([status, jsonStatus]);
      expect(modern.headers['content-type']).toBe(`${graphqlResponse}; charset=utf-8`);
      for (const response of [modern, classic]) {
        expect(new Set(getCodes(response))).toEqual(new Set([code]));
        expect(parseBody(response)).not.toHaveProperty('data');
        expect(response.headers['cache-control']).toBe('private, no-store');
        expect(parseBody(response).errors?.[0]?.extensions.requestId).toBe(response.headers['x-request-id']);
      }
    },
  );

  it('POST executes the operation that operationName names, even in a document with a subscription', async () => {
    const query = 'query A { __typename } mutation B { __typename } subscription C { x }';
    const named = await post({ query, operationName: 'B' }, origin);
    expect(parseBody(named)).toEqual({ data: { __typename: 'Mutation' } });
    const empty = await post({ query: 'query A { __typename }', operationName: '' }, origin);
    expect(parseBody(empty)).toEqual({ data: { __typename: 'Query' } });
  });

  const negotiations: [accept: string | undefined, contentType: string | 406][] = [
    [undefined, 'application/json'],
    ['', 'application/json'],
    ['*/*', 'application/json'],
    ['application/*', 'application/json'],
    ['application/json', 'application/json'],
    [graphqlResponse, graphqlResponse],
    ['Application/GraphQL-Response+JSON', graphqlResponse],
    [`${graphqlResponse}, application/json`, graphqlResponse],
    [`application/json, ${graphqlResponse}`, 'application/json'],
    [`application/json;q=0.9, ${graphqlResponse}`, graphqlResponse],
    [`${graphqlResponse};q=0.5, application/json;q=0.6`, 'application/json'],
    [`${graphqlResponse}; charset=utf-8, application/json; charset=utf-8; q=0.9`, graphqlResponse],
    ['application/json;q=0, */*', graphqlResponse],
    ['text/plain, */*;q=0.1', 'application/json'],
    ['text/html', 406],
    ['application/xml, text/plain', 406],
    ['application/json;q=0', 406],
  ];
  it.each(negotiations)('the response to Accept "%s" is %s', async (accept, expected) => {
    const response = await post(
      { query: '{ __typename }' },
      { ...origin, ...(accept === undefined ? {} : { accept }) },
    );
    if (expected === 406) {
      expect(response.status).toBe(406);
      expect(getCodes(response)).toEqual(['BAD_REQUEST']);
    } else {
      expect(response.status).toBe(200);
      expect(response.headers['content-type']).toBe(`${expected}; charset=utf-8`);
    }
  });

  it('the response has the client’s x-request-id, or a new one if it is not 1 to 128 visible ASCII characters', async () => {
    for (const good of ['a', 'x'.repeat(128), '!~']) {
      const response = await post({ query: '{ __typename }' }, { ...origin, 'x-request-id': good });
      expect(response.headers['x-request-id']).toBe(good);
    }
    for (const bad of ['', 'x'.repeat(129), 'a b', 'é']) {
      const response = await post({ query: '{ __typename }' }, { ...origin, 'x-request-id': bad });
      expect(response.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    }
  });

  it('POST refuses a repeated credential header with 400 and the caller’s request id', async () => {
    const twice: PlainHeaders[] = [
      { 'galileo-api-key': [secret, secret] },
      { authorization: [`Bearer ${secret}`, 'Basic eDp5'] },
    ];
    for (const headers of twice) {
      const response = await post(
        { query: '{ __typename }' },
        { ...origin, ...headers, 'x-request-id': 'mine' },
      );
      expect(response.status).toBe(400);
      expect(getCodes(response)).toEqual(['BAD_REQUEST']);
      expect(response.headers['x-request-id']).toBe('mine');
      expect(response.text).not.toContain(secret);
    }
  });
});

describe('GET', () => {
  it('GET runs a query with variables and an operation name', async () => {
    const response = await get({
      query: 'query A { __typename } query B($name: String!) { __type(name: $name) { name } }',
      variables: '{"name":"Query"}',
      operationName: 'B',
    });
    expect(parseBody(response)).toEqual({ data: { __type: { name: 'Query' } } });
  });

  it('GET treats empty and null parameters as omitted', async () => {
    const response = await get({
      query: '{ __typename }',
      variables: '',
      operationName: '',
      extensions: 'null',
    });
    expect(parseBody(response)).toEqual({ data: { __typename: 'Query' } });
  });

  it.each(['mutation { __typename }', 'mutation { noSuchField }'])(
    'GET refuses a mutation, valid or not, with 405 and says which method it needs: %s',
    async (query) => {
      for (const accept of ['application/json', graphqlResponse]) {
        const response = await get({ query }, { accept });
        expect(response.status).toBe(405);
        expect(response.headers.allow).toBe('POST');
        expect(getCodes(response)).toEqual(['METHOD_NOT_ALLOWED']);
      }
    },
  );

  it.each(['GET', 'POST'])(
    'a subscription by %s is refused, because the schema has no subscriptions',
    async (method) => {
      const query = 'subscription { __typename }';
      const response = method === 'GET' ? await get({ query }) : await post({ query });
      expect(response.status).toBe(400);
      expect(getCodes(response)).toEqual(['OPERATION_RESOLUTION_FAILURE']);
    },
  );

  it.each([
    ['variables', `{"a": "${secret}`],
    ['variables', '{'],
    ['variables', '[]'],
    ['variables', `"${secret}"`],
    ['extensions', secret],
    ['extensions', '[]'],
  ])('GET refuses malformed %s (%s) with 400 BAD_REQUEST and quotes nothing', async (name, value) => {
    for (const accept of ['application/json', graphqlResponse]) {
      const response = await get({ query: '{ __typename }', [name]: value }, { accept });
      expect(response.status).toBe(400);
      expect(getCodes(response)).toEqual(['BAD_REQUEST']);
      expect(response.text).not.toContain(secret);
    }
  });

  it('GET without a query is refused with 400 BAD_REQUEST', async () => {
    const response = await send(gateway.url, { path: '/graphql' });
    expect(response.status).toBe(400);
    expect(getCodes(response)).toEqual(['BAD_REQUEST']);
  });

  it('GET reads broken percent escapes literally', async () => {
    const response = await send(gateway.url, {
      path: '/graphql?query=%7B__typename%7D%23%E0%A4%A&variables=%',
    });
    expect(response.status).toBe(400);
    expect(getCodes(response)).toEqual(['BAD_REQUEST']);
  });
});

describe('the server', () => {
  it.each(['PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'PROPFIND'])(
    'the method %s is refused with 405',
    async (method) => {
      for (const headers of [{}, { origin: 'https://elsewhere.example' }]) {
        const response = await send(gateway.url, { method, headers: { ...headers, ...json } });
        expect(response.status).toBe(405);
        expect(response.headers.allow).toBe('GET, POST');
        expect(response.headers['cache-control']).toBe('private, no-store');
        expect(response.headers['x-request-id']).toMatch(/./);
        expect(getCodes(response)).toEqual(['METHOD_NOT_ALLOWED']);
      }
    },
  );

  it.each([
    '/graphql/',
    '/x',
    '/livezz',
    '//graphql',
    '/x?y=/graphql',
    '/',
    '/GraphQL',
    '/graphql/x',
    '/graphiql/',
    '/graphiql/../graphql',
    '/readyz/',
    '/%67raphql',
    '/graphql;x',
  ])('a request for the path %s gets 404', async (path) => {
    for (const method of ['GET', 'POST']) {
      const response = await send(gateway.url, { method, path });
      expect(response.status).toBe(404);
      expect(response.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    }
  });

  it('livez and readyz return 200 with the client’s request id', async () => {
    for (const path of ['/livez', '/readyz', '/livez?x=1']) {
      const response = await send(gateway.url, { path, headers: { 'x-request-id': 'probe' } });
      expect(response.status).toBe(200);
      expect(response.headers['x-request-id']).toBe('probe');
      expect(response.headers['cache-control']).toBe('no-store');
    }
  });

  it('a request target in absolute form is treated as its path', async () => {
    const path = `${new URL(gateway.url).origin}/graphql`;
    const body = JSON.stringify({ query: '{ __typename }' });
    expect(parseBody(await send(gateway.url, { path, headers: json, body }))).toEqual({
      data: { __typename: 'Query' },
    });
    const asked = await send(gateway.url, { path: `${path}?query=%7B__typename%7D` });
    expect(parseBody(asked)).toEqual({ data: { __typename: 'Query' } });
    expect((await send(gateway.url, { path: 'HTTP://x:1/livez' })).status).toBe(200);
    expect((await send(gateway.url, { path: 'http://x/livez/' })).status).toBe(404);
  });

  it.each([
    ['an unsupported expectation with 417', 'host: x\r\nexpect: 200-maybe\r\n', 417],
    ['a request without Host with 400', '', 400],
  ])('the server refuses %s, with the caller’s request id', async (_what, headers, status) => {
    using connection = await openConnection(gateway.url);
    connection.write(`GET /livez HTTP/1.1\r\nx-request-id: mine\r\n${headers}\r\n`);
    const received = await connection.waitFor(/\r\n\r\n/);
    expect(received).toMatch(new RegExp(`^HTTP/1\\.1 ${status} [\\s\\S]*\\r\\nx-request-id: mine\\r\\n`));
  });

  it('a connection serves further requests after one was refused without reading its body', async () => {
    using connection = await openConnection(gateway.url);
    connection.write(
      'POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: text/plain\r\ncontent-length: 5\r\n\r\n',
    );
    await connection.waitFor(/415/);
    connection.write('12345GET /livez HTTP/1.1\r\nhost: x\r\n\r\n');
    await connection.waitFor(/HTTP\/1\.1 200 OK[\s\S]*alive/);
  });

  it('the endpoint serves GraphiQL to browsers and JSON to other clients', async () => {
    for (const accept of ['text/html,application/xhtml+xml,*/*;q=0.8', 'Text/*, application/json;q=0.5']) {
      const page = await send(gateway.url, { headers: { accept } });
      expect(page.status).toBe(200);
      expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
    }
    await using plain = await startGateway(upstream.url, { graphiql: 'off' });
    const response = await send(plain.url, {
      path: '/graphql?query={__typename}',
      headers: { accept: 'text/html,*/*;q=0.8' },
    });
    expect(parseBody(response)).toEqual({ data: { __typename: 'Query' } });
  });
});

describe('Host', () => {
  const get = async (lines: string, version = '1.1', url = gateway.url) => {
    using connection = await openConnection(url);
    connection.write(`GET /graphql?query={__typename} HTTP/${version}\r\n${lines}connection: close\r\n\r\n`);
    return Number((await connection.closed).split(' ')[1]);
  };

  it.each([
    ['x', 200],
    ['x:4000', 200],
    ['[::1]:4000', 200],
    ['[::ffff:1.2.3.4]', 200],
    ['x.example.', 200],
    ['x y', 400],
    ['x/y', 400],
    ['user@x', 400],
    ['x:port', 400],
    ['[::1', 400],
    ['a, b', 400],
  ])('the Host "%s" gets %i', async (host, status) => expect(await get(`host: ${host}\r\n`)).toBe(status));

  it('Host must be sent once, and can be omitted in HTTP/1.0', async () => {
    expect(await get('host: x\r\nHost: x\r\n')).toBe(400);
    expect(await get('')).toBe(400);
    expect(await get('', '1.0')).toBe(200);
  });

  it('Host must be one of allowedHosts, except for probes', async () => {
    await using demo = await startGateway(
      upstream.url,
      {},
      { allowedHosts: ['localhost', '127.0.0.1', '[::1]'] },
    );
    for (const host of ['localhost', 'LOCALHOST:4000', '127.0.0.1:1', '[::1]:4000'])
      expect(await get(`host: ${host}\r\n`, '1.1', demo.url)).toBe(200);
    for (const host of ['evil.example', 'localhost.evil.example', '127.0.0.1.nip.io'])
      expect(await get(`host: ${host}\r\n`, '1.1', demo.url)).toBe(403);
    expect((await send(demo.url, { path: '/readyz', headers: { host: '10.0.0.1' } })).status).toBe(200);
  });
});

describe('paths', () => {
  it('all paths start with BASE_PATH, except those of the probes, and the page finds its files', async () => {
    await using below = await startGateway(upstream.url, { basePath: '/api/v1/' });
    const status = async (path: string, accept = '*/*') =>
      (await send(below.url, { path, headers: { accept } })).status;
    expect(await status('/api/v1/graphql?query={__typename}')).toBe(200);
    for (const path of ['/graphql?query={__typename}', '/api/v1', '/api/v1/livez', '/api/v1graphql'])
      expect(await status(path)).toBe(404);
    expect([await status('/livez'), await status('/readyz')]).toEqual([200, 200]);
    const page = await send(below.url, { path: '/api/v1/graphql', headers: { accept: 'text/html' } });
    const files = [...page.text.matchAll(/(?:href|src)="(graphiql\/[^"]+)"/g)].map(([, file]) => file);
    expect(files).toHaveLength(3);
    for (const file of files) expect(await status(`/api/v1/${file}`)).toBe(200);
  });

  it('the server serves additional pages of a program', async () => {
    const page = () => ({ status: 200, headers: { 'content-type': 'text/plain' }, body: 'welcome' });
    await using demo = await startGateway(
      upstream.url,
      {},
      { pages: (path) => (path === '/' ? page : undefined) },
    );
    expect((await send(demo.url, { path: '/' })).text).toBe('welcome');
    expect((await send(demo.url, { path: '/x' })).status).toBe(404);
    expect((await send(demo.url, { path: '/', method: 'POST' })).status).toBe(404);
  });
});

describe('HEAD', () => {
  it('HEAD works for every path of GET, GraphiQL included, without a body', async () => {
    const page = await send(gateway.url, { headers: { accept: 'text/html' } });
    const file = /src="(graphiql\/[^"]+)"/.exec(page.text)?.[1] ?? '';
    for (const path of ['/graphql', '/graphql?query={__typename}', `/${file}`, '/livez', '/readyz']) {
      const headers = { accept: path === '/graphql' ? 'text/html' : '*/*' };
      const get = await send(gateway.url, { path, headers });
      const head = await send(gateway.url, { path, headers, method: 'HEAD' });
      expect([head.status, head.text]).toEqual([get.status, '']);
      expect(head.headers['content-length']).toBe(get.headers['content-length']);
      expect(head.headers['content-type']).toBe(get.headers['content-type']);
    }
  });
});

describe('Accept', () => {
  it.each([
    ['text/html', 'text/html'],
    ['text/html;q=0', 406],
    ['text/html;q=0, application/json', 'application/json'],
    ['application/json, text/html;q=0.5', 'application/json'],
    ['TEXT/HTML, */*;q=0.1', 'text/html'],
    ['x/y;a="text/html, b", application/json', 'application/json'],
    [', ,application/json,,', 'application/json'],
    ['application/json;', 'application/json'],
  ])('Accept "%s" gets %s at the GraphQL endpoint', async (accept, expected) => {
    const response = await send(gateway.url, { path: '/graphql?query={__typename}', headers: { accept } });
    if (typeof expected === 'number') expect(response.status).toBe(expected);
    else expect(response.headers['content-type']).toBe(`${expected}; charset=utf-8`);
  });

  it('a browser gets a readable response if GraphiQL is off', async () => {
    await using plain = await startGateway(upstream.url, { graphiql: 'off' });
    const response = await send(plain.url, {
      headers: { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' },
    });
    expect(response.headers['content-type']).toBe('text/plain; charset=utf-8');
    expect(response.text).toContain('GraphiQL is off');
  });
});

describe('Content-Encoding', () => {
  it.each([
    ['identity', 200],
    ['Identity', 200],
    [', identity,', 200],
    ['gzip', 415],
    ['identity, br', 415],
  ])('Content-Encoding "%s" gets %i', async (encoding, status) => {
    const response = await post({ query: '{ __typename }' }, { 'content-encoding': encoding });
    expect(response.status).toBe(status);
  });
});
