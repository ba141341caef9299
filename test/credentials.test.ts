import { describe, expect, it } from 'vitest';
import { getCredentialSecrets } from '../src/credentials.ts';
import { Executor } from '../src/execution/index.ts';
import { readCallerHeaders } from '../src/http/caller-headers.ts';
import { version } from '../src/package.ts';
import { createSchema } from '../src/schema/index.ts';
import { limits } from './execution/support/executions.ts';
import { integrationRecordFixtures } from './fixtures/integration-records.ts';
import type { RecordedCall } from './support/fake-upstream.ts';
import { toPath } from './support/naming.ts';
import { postRaw } from './support/raw-http.ts';
import { startStack } from './support/stack.ts';
import { getLeastMs, startCpuTimer } from './support/timing.ts';

const query = '{ integration(name: OPENAI) { name } }';
const mutation =
  'mutation { upsertCustomIntegration(input: { endpoint: "e", token: "input-token" }) { __typename } }';
const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

/** The headers that upstream received: names in lower case, values byte for byte. */
const getHeaders = (call: RecordedCall | undefined) =>
  Array.from({ length: (call?.rawHeaders.length ?? 0) / 2 }, (_, index): [string, string] => [
    call?.rawHeaders[2 * index]?.toLowerCase() ?? '',
    call?.rawHeaders[2 * index + 1] ?? '',
  ]);

/** Sends the query with these header lines, and returns the calls that upstream received. */
async function send(headerLines: readonly string[], document = query) {
  await using stack = await startStack();
  const { gateway, upstream } = stack;
  upstream.on('GET', toPath('openai'), { json: {} }).on('PUT', toPath('custom'), { json: {} });
  const response = await postRaw(gateway.url, headerLines, { query: document });
  const received = upstream.calls.map((call) => new Map(getHeaders(call)));
  return { response, received, log: gateway.log.join('') };
}

describe('a credential', () => {
  it.each([
    ['an API key', 'Galileo-API-Key', 'key-1234'],
    ['an API key with spaces and marks inside', 'Galileo-API-Key', 'k  e\ty, "with" ; all=of /it\\'],
    ['an API key with bytes from 80 to FF', 'Galileo-API-Key', 'k\x80\x9f\xa0\xff.\xc3\xbcy'],
    ['an API key that ends in the byte A0, as an "à" does in UTF-8', 'Galileo-API-Key', 'voil\xc3\xa0'],
    ['an API key that begins with the byte A0', 'Galileo-API-Key', '\xa0key'],
    ['a bearer token', 'Authorization', 'Bearer eyJhbGciOi.J9.e30_-~+/='],
    ['a bearer token of an odd case', 'Authorization', 'bEaReR   to.ken'],
    ['a bearer token with spaces inside', 'Authorization', 'Bearer to ken  three'],
    ['a bearer token with bytes from 80 to FF', 'Authorization', 'Bearer \xe9\xa0'],
    ['a basic password', 'Authorization', 'Basic dXNlcjpwYXNz'],
    ['a Splunk key', 'Splunk-AO-API-Key', 'key-5678'],
    ['a basic password of an odd case', 'Authorization', 'BASIC  dXNlcjpwYXNz'],
  ])('a credential is forwarded byte for byte: %s', async (_what, name, value) => {
    const { response, received } = await send([`${name}: ${value}`]);
    expect(response.status).toBe(200);
    expect(received.map((headers) => headers.get(name.toLowerCase()))).toEqual([value]);
  });

  it('a credential is forwarded with a write too, byte for byte', async () => {
    const { received } = await send(['Galileo-API-Key: k\xff \xa0'], mutation);
    expect(received.map((headers) => headers.get('galileo-api-key'))).toEqual(['k\xff \xa0']);
  });

  it('all credentials are forwarded if several are sent', async () => {
    const { received } = await send([
      'gALILEO-api-KEY: key',
      'SPLUNK-ao-API-key: other-key',
      'AUTHORIZATION: Bearer token',
    ]);
    expect(received).toHaveLength(1);
    expect(received[0]?.get('galileo-api-key')).toBe('key');
    expect(received[0]?.get('splunk-ao-api-key')).toBe('other-key');
    expect(received[0]?.get('authorization')).toBe('Bearer token');
  });

  it.each([
    ['another scheme', 'Authorization: Digest username="u", response="r"'],
    ['a scheme that begins as a known one', 'Authorization: BearerX token'],
    ['a scheme without a credential', 'Authorization: Bearer'],
    ['a scheme with nothing but spaces', 'Authorization: Basic    '],
    ['an empty one', 'Authorization:'],
    ['a token without a scheme', 'Authorization: token'],
  ])('an unusable credential is not forwarded, and does not affect a usable one: %s', async (_what, line) => {
    const { response, received } = await send([line, 'Galileo-API-Key: key']);
    expect(JSON.parse(response.body)).toEqual({ data: { integration: { name: 'OPENAI' } } });
    expect(received).toHaveLength(1);
    expect(received[0]?.has('authorization')).toBe(false);
    expect(received[0]?.get('galileo-api-key')).toBe('key');
  });

  it('an empty API key is not forwarded, and does not affect a usable token', async () => {
    const { received } = await send(['Galileo-API-Key:   ', 'Authorization: Bearer token']);
    expect(received).toHaveLength(1);
    expect(received[0]?.has('galileo-api-key')).toBe(false);
  });

  it.each([
    ['no credential header', []],
    ['another scheme', ['Authorization: Negotiate abc']],
    ['empty credentials', ['Galileo-API-Key: ', 'Authorization: Bearer ']],
    ['a cookie and an unknown header', ['Cookie: Galileo-API-Key=key', 'X-API-Key: key']],
  ])(
    'without a usable credential, a field fails with UNAUTHENTICATED and upstream is not called: %s',
    async (_what, lines) => {
      for (const document of [query, mutation]) {
        const { response, received } = await send(lines, document);
        expect(response.status).toBe(200);
        expect(JSON.parse(response.body)).toMatchObject({
          errors: [{ extensions: { code: 'UNAUTHENTICATED', retryable: false } }],
        });
        expect(received).toEqual([]);
      }
    },
  );

  it('integrationProviders, __typename and introspection do not need a credential', async () => {
    const { response, received } = await send(
      [],
      '{ __typename __schema { queryType { name } } integrationProviders(names: [NVIDIA]) { name displayName } integration(name: OPENAI) { name } }',
    );
    expect(response.status).toBe(200);
    expect(JSON.parse(response.body)).toMatchObject({
      data: {
        __typename: 'Query',
        __schema: { queryType: { name: 'Query' } },
        integrationProviders: [{ name: 'NVIDIA', displayName: 'NVIDIA' }],
        integration: null,
      },
      errors: [{ path: ['integration'], extensions: { code: 'UNAUTHENTICATED' } }],
    });
    expect(received).toEqual([]);
  });

  it.each([
    ['two API keys', ['Galileo-API-Key: key-one', 'Galileo-API-Key: key-two']],
    ['the same API key twice', ['Galileo-API-Key: key-one', 'galileo-api-key: key-one']],
    ['an API key and an empty one', ['Galileo-API-Key: ', 'Galileo-API-Key: key-one']],
    ['two Splunk keys', ['Splunk-AO-API-Key: key-one', 'Splunk-AO-API-Key: key-two']],
    ['two tokens', ['Authorization: Bearer key-one', 'Authorization: Bearer key-two']],
    ['a token and another scheme', ['Authorization: Digest key-one', 'authorization: Bearer key-two']],
    [
      'two tokens and a valid API key',
      ['Galileo-API-Key: k', 'Authorization: Basic a', 'Authorization: Basic b'],
    ],
  ])(
    'a credential header that was sent twice is refused, and nothing is sent to upstream: %s',
    async (_what, lines) => {
      const { response, received } = await send(['X-Request-Id: the-id', ...lines]);
      expect(response.status).toBe(400);
      expect(response.headers.get('x-request-id')).toBe('the-id');
      const body = JSON.parse(response.body) as object;
      expect(body).toMatchObject({ errors: [{ extensions: { code: 'BAD_REQUEST', requestId: 'the-id' } }] });
      expect(body).not.toHaveProperty('data');
      expect(response.body).not.toMatch(/key-one|key-two/);
      expect(received).toEqual([]);
    },
  );

  it.each([
    ['Galileo-API-Key', 'secret-key-value', /secret-key-value/],
    ['Authorization', 'Bearer secret.token.value', /secret\.token\.value/],
    [
      'Authorization',
      `Basic ${Buffer.from('secret-user:secret-password').toString('base64')}`,
      /secret-user|secret-password|c2VjcmV0LXVzZXI/,
    ],
    ['Splunk-AO-API-Key', 'splunk-key-value', /splunk-key-value/],
  ])(
    'no log line of any level contains the credential, whether the request succeeds or fails: %s',
    async (name, value, secret) => {
      await using stack = await startStack({ upstreamRetries: '0' });
      const { gateway, upstream } = stack;
      const fail = { status: 500, json: { detail: `You sent ${value}` } };
      upstream
        .on('GET', toPath('openai'), { json: {} })
        .on('GET', toPath('azure'), { status: 401, json: { detail: `${value} is wrong` } })
        .on('GET', toPath('nvidia'), (_call, response) => void response.destroy())
        .on('PUT', toPath('custom'), fail);
      const documents = [
        query,
        '{ integrations(names: [AZURE, NVIDIA]) { id } }',
        mutation,
        '{ nothing }',
        '{',
      ];
      for (const document of documents) {
        const { body } = await postRaw(gateway.url, [`${name}: ${value}`], { query: document });
        expect(body).not.toMatch(secret);
        expect(body).not.toContain('input-token');
      }
      const log = gateway.log.join('');
      expect(log).not.toMatch(secret);
      expect(log).not.toContain('input-token');
    },
  );
});

it('a credential header that was sent twice is refused, with any number of headers between the two', async () => {
  const others = Array.from({ length: 1100 }, () => 'a: b');
  const { response, received } = await send(['Galileo-API-Key: one', ...others, 'Galileo-API-Key: two']);
  expect(response.status).toBe(400);
  expect(received).toEqual([]);
});

it.each(['Galileo-API-Key: secret-key-1', 'Authorization: Bearer secret-key-1'])(
  'a credential that is repeated as the origin is not logged: %s',
  async (line) => {
    const { log } = await send([line, 'Origin: https://secret-key-1']);
    expect(log).toContain('"origin":"https://[redacted]"');
    expect(log).not.toContain('secret-key-1');
  },
);

it('a permission message shows no secret of the operator, and not the address of upstream', async () => {
  await using stack = await startStack({ upstreamHeaders: '{"x-gateway":"operator-secret"}' });
  const message = `operator-secret at ${stack.upstream.url}/v2`;
  const permissions = [{ action: 'update', allowed: false, message }];
  stack.upstream.on('GET', '/integrations', { json: [{ ...integrationRecordFixtures.full, permissions }] });
  const document = '{ integrationRecords { permissions { message } } }';
  const response = await postRaw(stack.gateway.url, ['Galileo-API-Key: k'], { query: document });
  expect(JSON.parse(response.body)).toEqual({
    data: { integrationRecords: [{ permissions: [{ message: '[redacted] at [redacted]' }] }] },
  });
});

it('the status of an integration shows no credential, neither in a key nor in a value', async () => {
  await using stack = await startStack();
  const json = { 'bad secret-key-1': 'secret-key-1 is bad' };
  stack.upstream.on('GET', toPath('openai'), { json: {} }).on('GET', `${toPath('openai')}/status`, { json });
  const document = '{ integration(name: OPENAI) { status { key value } } }';
  const response = await postRaw(stack.gateway.url, ['Galileo-API-Key: secret-key-1'], { query: document });
  expect(JSON.parse(response.body)).toEqual({
    data: { integration: { status: [{ key: 'bad [redacted]', value: '[redacted] is bad' }] } },
  });
});

it.each([
  ['a credential that names a field', 'my_secret_key_1', '{ my_secret_key_1 }', {}],
  [
    'a credential that names a type',
    'my_secret_key_1',
    'query ($x: my_secret_key_1) { __typename @skip(if: $x) }',
    {},
  ],
  [
    'a secret input that names a field',
    'key',
    '{ my_secret_key_1 }',
    { input: { token: 'my_secret_key_1' } },
  ],
])('the error of a document that is not valid does not show %s', async (_what, key, document, variables) => {
  await using stack = await startStack();
  const headers = [`Galileo-API-Key: ${key}`];
  const { body } = await postRaw(stack.gateway.url, headers, { query: document, variables });
  expect(JSON.parse(body)).toMatchObject({
    errors: [
      {
        message: expect.stringContaining('[redacted]') as string,
        extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
      },
    ],
  });
  expect(body).not.toContain('my_secret_key_1');
});

it.each<[string, string, object]>([
  ['in a literal', '{ token: "kwargs-token" }', {}],
  ['in a variable', '$kwargs', { kwargs: { token: 'kwargs-token' } }],
])(
  'a value with the name of a secret input inside a JSONObject %s is not shown',
  async (_, value, variables) => {
    await using stack = await startStack();
    stack.upstream.on('PUT', toPath('custom'), { status: 400, json: { detail: 'bad token kwargs-token' } });
    const query = `mutation ${'kwargs' in variables ? '($kwargs: JSONObject!)' : ''} {
    upsertCustomIntegration(
      input: { endpoint: "e", customLlmConfig: { fileName: "f", className: "c", initKwargs: ${value} } }
    ) { __typename }
  }`;
    const { body } = await postRaw(stack.gateway.url, ['Galileo-API-Key: key'], { query, variables });
    expect(JSON.parse(body)).toMatchObject({ errors: [{ message: 'bad token [redacted]' }] });
  },
);

describe('a request id that contains the credential', () => {
  it.each([
    ['an API key', 'Galileo-API-Key: secret-key-1', 'secret-key-1'],
    ['a token', 'Authorization: Bearer secret-key-1', 'id-secret-key-1'],
    ['the user of a Basic credential', `Authorization: Basic ${btoa('secret-key-1:')}`, 'secret-key-1'],
  ])('a request id that contains the credential is replaced by a new one: %s', async (_what, line, id) => {
    const { response, log } = await send([line, `X-Request-Id: ${id}`]);
    expect(response.status).toBe(200);
    expect(response.headers.get('x-request-id')).not.toContain('secret-key-1');
    expect(log).not.toContain('secret-key-1');
  });

  it.each(['input-token', 'id-input-token'])(
    'a request id that contains a secret input is replaced by a new one: %s',
    async (id) => {
      await using stack = await startStack();
      stack.upstream.on('PUT', toPath('custom'), { status: 500, json: { detail: 'failed' } });
      const headers = ['Galileo-API-Key: key', `X-Request-Id: ${id}`];
      const response = await postRaw(stack.gateway.url, headers, { query: mutation });
      const [call] = stack.upstream.calls;
      const sentId = response.headers.get('x-request-id');
      expect(sentId).toMatch(/^[\da-f-]{36}$/);
      expect(JSON.parse(response.body)).toMatchObject({ errors: [{ extensions: { requestId: sentId } }] });
      expect(call?.headers['x-request-id']).toBe(sentId);
      await expect.poll(() => stack.gateway.log.join('')).toContain(`"requestId":"${sentId}"`);
      expect(stack.gateway.log.join('')).not.toContain('input-token');
    },
  );

  it.each([' input-token\n', '\tinput-token-0123456789'])(
    'a request id that contains a secret input without the white space around it is replaced by a new one: %j',
    async (secret) => {
      await using stack = await startStack();
      stack.upstream.on('PUT', toPath('vertex_ai'), { status: 500, json: { detail: 'failed' } });
      const query =
        'mutation ($secret: String!) { upsertVertexAIIntegration(input: { token: $secret }) { __typename } }';
      const headers = ['Galileo-API-Key: key', 'X-Request-Id: input-token-0123456789'];
      const response = await postRaw(stack.gateway.url, headers, { query, variables: { secret } });
      expect(response.headers.get('x-request-id')).toMatch(/^[\da-f-]{36}$/);
      await expect.poll(() => stack.gateway.log.join('')).toContain('"msg":"request"');
      expect(stack.gateway.log.join('') + response.body).not.toContain('input-token');
    },
  );

  it('a request id that contains a secret in a variable that the operation does not declare is replaced', async () => {
    await using stack = await startStack();
    const headers = ['X-Request-Id: input-token'];
    const json = { query: '{ __typename }', variables: { token: 'input-token' } };
    const response = await postRaw(stack.gateway.url, headers, json);
    expect(JSON.parse(response.body)).toEqual({ data: { __typename: 'Query' } });
    expect(response.headers.get('x-request-id')).toMatch(/^[\da-f-]{36}$/);
    await expect.poll(() => stack.gateway.log.join('')).toContain('"msg":"request"');
    expect(stack.gateway.log.join('')).not.toContain('input-token');
  });

  // Every way to reject a document with a secret literal.
  it.each([
    ['is not valid', '{ nope }', undefined],
    ['cannot be parsed', '{ __typename', 'input_token'],
    ['has no operation of that name', '{ __typename }', 'input_token'],
    ['has too many tokens', `{ ${'__typename '.repeat(3_000)} }`, 'input_token'],
    ['is nested too deeply', `${'{ a '.repeat(100)}${'}'.repeat(100)}`, undefined],
  ])(
    'a request id or operation name that contains a secret of the document is not shown if the document %s',
    async (_, selection, operationName) => {
      await using stack = await startStack();
      const query = `mutation { upsertOpenAIIntegration(input: { token: "input_token" }) ${selection} }`;
      const headers = ['Galileo-API-Key: key', 'X-Request-Id: input_token'];
      const { body, ...response } = await postRaw(stack.gateway.url, headers, {
        query,
        operationName,
      });
      const id = response.headers.get('x-request-id');
      expect(id).toMatch(/^[\da-f-]{36}$/);
      expect(JSON.parse(body)).toMatchObject({ errors: [{ extensions: { requestId: id } }] });
      await expect.poll(() => stack.gateway.log.join('')).toContain(`"requestId":"${id}"`);
      expect(stack.gateway.log.join('') + body).not.toContain('input_token');
    },
  );

  // Every way to reject parameters, and every form of a secret input.
  it.each<[string, unknown, string?]>([
    ['a parameter has the wrong type', { operationName: 5, variables: { input: { token: 'input_token' } } }],
    ['it is a batch', [{ query: '{ a }', variables: { token: 'input_token' } }]],
    ['it is not JSON', '{"query": "{ a }", "variables": {"token": "input_token"'],
    ['the secret is in lists', { query: '{ a }', variables: { token: [['x'], ['input_token']] } }],
    ['the secret is in an object', { query: '{ a }', variables: { input: { token: { a: 'input_token' } } } }],
    ['the secret is a number', { query: '{ a }', variables: { token: 1234567890 } }, '1234567890'],
    ['the secret is an enum value', { query: '{ a(input: { token: input_token }) }' }],
    ['the secret is an argument', { query: '{ a(token: "input_token") }' }],
    [
      'the secret is the default of a variable',
      { query: 'query ($t: String = "input_token") { a(token: $t) }' },
    ],
    ['the secret is in a block string', { query: '{ a(token: """\n  x\n  input_token\n""") ' }],
  ])(
    'a request id that contains a secret of a request that is rejected is replaced if %s',
    async (_, json, secret = 'input_token') => {
      await using stack = await startStack();
      const response = await fetch(stack.gateway.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-request-id': secret },
        body: typeof json === 'string' ? json : JSON.stringify(json),
      });
      const id = response.headers.get('x-request-id');
      expect(id).toMatch(/^[\da-f-]{36}$/);
      expect(await response.json()).toMatchObject({ errors: [{ extensions: { requestId: id } }] });
      await expect.poll(() => stack.gateway.log.join('')).toContain(`"requestId":"${id}"`);
      expect(stack.gateway.log.join('')).not.toContain(secret);
    },
  );

  it('a GET with invalid parameters does not show a request id that contains a secret input', async () => {
    await using stack = await startStack();
    const search = new URLSearchParams({ variables: '{"token":"input_token"}', extensions: 'x' });
    const headers = { 'x-request-id': 'input_token' };
    const response = await fetch(`${stack.gateway.url}?${search}`, { headers });
    expect(response.status).toBe(400);
    expect(response.headers.get('x-request-id')).toMatch(/^[\da-f-]{36}$/);
  });

  it.each([
    ['the first of two credentials', ['Galileo-API-Key: secret-key-1', 'Galileo-API-Key: secret-key-2']],
    ['a credential of another scheme', ['Authorization: Token secret-key-1']],
    ['a credential without a scheme', ['Authorization: secret-key-1']],
  ])('a request id that contains %s is replaced by a new one', async (_, lines) => {
    await using stack = await startStack();
    const headers = [...lines, 'X-Request-Id: secret-key-1'];
    const response = await postRaw(stack.gateway.url, headers, { query: '{ __typename }' });
    expect(response.headers.get('x-request-id')).toMatch(/^[\da-f-]{36}$/);
    await expect.poll(() => stack.gateway.log.join('')).toContain('"msg":"request"');
    expect(stack.gateway.log.join('') + response.body).not.toContain('secret-key-1');
  });

  it('a credential that is sent as the id of a trusted document is not logged', async () => {
    await using stack = await startStack();
    const key = '0123456789abcdef'.repeat(4);
    await postRaw(stack.gateway.url, [`Galileo-API-Key: ${key}`], { documentId: `sha256:${key}` });
    await expect.poll(() => stack.gateway.log.join('')).toContain('"documentHash":"[redacted]"');
  });

  it('a GET of a mutation does not show a request id that contains a secret of the document', async () => {
    await using stack = await startStack();
    const query = 'mutation { upsertOpenAIIntegration(input: { token: "input_token" }) { __typename } }';
    const response = await fetch(`${stack.gateway.url}?query=${encodeURIComponent(query)}`, {
      headers: { 'galileo-api-key': 'key', 'x-request-id': 'input_token' },
    });
    expect(response.status).toBe(405);
    expect(response.headers.get('x-request-id')).toMatch(/^[\da-f-]{36}$/);
    expect(await response.text()).not.toContain('input_token');
    await expect.poll(() => stack.gateway.log.join('')).toContain('"status":405');
    expect(stack.gateway.log.join('')).not.toContain('input_token');
  });

  it('a request id is kept if the credential is only a few of its letters', async () => {
    const { response } = await send(['Galileo-API-Key: abc', 'X-Request-Id: xabcx']);
    expect(response.headers.get('x-request-id')).toBe('xabcx');
  });
});

it('a document that contains a secret is not kept, any other document is', () => {
  const settings = { ...limits, introspection: true, trustedDocuments: undefined };
  const { documents } = new Executor(createSchema(), settings);
  const prepare = (query: string) => documents.prepare(query, undefined, false);
  expect(prepare(mutation)).not.toBe(prepare(mutation));
  expect(prepare(query)).toBe(prepare(query));
});

describe('a credential header', () => {
  it.each(['Galileo-API-Key: a', 'Authorization: basic a', 'Splunk-AO-API-Key: a'])(
    'a credential header with thousands of blanks costs less than 20 ms of CPU time: %s',
    async (line) => {
      const [name = '', value = ''] = line.split(': ');
      const headers = [name, `${value}${' '.repeat(100_000)}b${'\t '.repeat(50_000)}`];
      const leastMs = await getLeastMs(20, () => {
        const getCpuMs = startCpuTimer();
        getCredentialSecrets(readCallerHeaders(headers).credentials);
        return getCpuMs();
      });
      expect(leastMs).toBeLessThan(20);
    },
  );
});

describe('the headers of a call to upstream', () => {
  it('only credentials, trace context and the request id of the client are forwarded', async () => {
    const lines = [
      'Galileo-API-Key: key',
      'Authorization: Bearer token',
      `Traceparent: ${traceparent}`,
      'Tracestate: a=1',
      'Baggage: tenant=7',
      'X-Request-Id: the-id',
      'Cookie: session=1',
      'User-Agent: caller/1.0',
      'X-Forwarded-For: 10.0.0.1',
      'Forwarded: for=10.0.0.1',
      'Via: 1.1 proxy',
      'X-Real-IP: 10.0.0.1',
      'Referer: https://page.test/',
      'Origin: https://page.test',
      'Accept: application/json',
      'Accept-Language: de',
      'Accept-Encoding: gzip',
      'X-API-Key: other',
      'Proxy-Authorization: Basic eA==',
      'TE: trailers',
      'If-None-Match: "x"',
    ];
    const { received } = await send(lines);
    expect(received).toHaveLength(1);
    const { host, ...headers } = Object.fromEntries(received[0] ?? []);
    expect(host).toMatch(/^127\.0\.0\.1:\d+$/);
    expect(headers).toEqual({
      connection: 'keep-alive',
      accept: 'application/json',
      'user-agent': `galileo-gateway/${version}`,
      'galileo-api-key': 'key',
      authorization: 'Bearer token',
      traceparent,
      tracestate: 'a=1',
      baggage: 'tenant=7',
      'x-request-id': 'the-id',
    });
  });

  it('several headers of trace context are forwarded as one list', async () => {
    const { received } = await send([
      'Galileo-API-Key: key',
      'tracestate: a=1',
      'tracestate: b=2',
      'baggage: c=3',
      'baggage: d=4',
    ]);
    expect(received[0]?.get('tracestate')).toMatch(/^a=1, ?b=2$/);
    expect(received[0]?.get('baggage')).toMatch(/^c=3, ?d=4$/);
  });

  it.each(['a', 'A-b_c.1:/?#[]@!$&()*+,;=~"', 'x'.repeat(128)])(
    'upstream calls and the response have the client’s request id if it is usable: %s',
    async (id) => {
      const { response, received } = await send(['Galileo-API-Key: key', `X-Request-Id: ${id}`]);
      expect(response.headers.get('x-request-id')).toBe(id);
      expect(received.map((headers) => headers.get('x-request-id'))).toEqual([id]);
    },
  );

  it.each([
    ['none', []],
    ['an empty one', ['X-Request-Id: ']],
    ['one with a space', ['X-Request-Id: a b']],
    ['one with a byte beyond ASCII', ['X-Request-Id: a\xff']],
    ['one that is too long', [`X-Request-Id: ${'x'.repeat(129)}`]],
  ])(
    'upstream calls and the response have the same new request id if the client sent %s',
    async (_what, lines) => {
      const { response, received } = await send(['Galileo-API-Key: key', ...lines]);
      const id = response.headers.get('x-request-id') ?? '';
      expect(id).toMatch(/^[\x21-\x7e]{1,128}$/);
      expect(lines.join('')).not.toContain(id);
      expect(received.map((headers) => headers.get('x-request-id'))).toEqual([id]);
    },
  );

  it('upstream calls have the request id of the error in the response', async () => {
    await using stack = await startStack();
    stack.upstream.on('GET', toPath('openai'), { status: 403, json: {} });
    const { errors, headers } = await stack.gateway.query(
      query,
      {},
      { 'galileo-api-key': 'k', 'x-request-id': 'id-1' },
    );
    expect(headers.get('x-request-id')).toBe('id-1');
    expect(errors).toMatchObject([{ extensions: { requestId: 'id-1' } }]);
  });
});
