import { readFileSync, rmSync } from 'node:fs';
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { useOperationFieldPermissions } from '@envelop/operation-field-permissions';
import { EnvelopArmorPlugin } from '@escape.tech/graphql-armor';
import { useHive } from '@graphql-hive/yoga';
import { usePrometheus } from '@graphql-yoga/plugin-prometheus';
import {
  type DocumentNode,
  type ExecutionArgs,
  type FieldNode,
  GraphQLError,
  type ValidationContext,
} from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { Registry } from 'prom-client';
import { afterAll, describe, expect, it } from 'vitest';
import { importPlugins } from '../src/commands/import-plugins.ts';
import type { Plugins } from '../src/http/pipeline.ts';
import { createGateway } from '../src/index.ts';
import { integrationFixtures } from './fixtures/integrations.ts';
import { type FakeUpstream, startFakeUpstream } from './support/fake-upstream.ts';
import { startGateway } from './support/gateway.ts';
import { getCodes, parseBody, send } from './support/http-client.ts';
import { startHttpServer } from './support/listen.ts';
import { startProgram } from './support/program.ts';

const path = '/v2/integrations/openai';
const headers = { 'content-type': 'application/json', 'galileo-api-key': 'key-1234567890' };
const read = 'query Read { integration(name: OPENAI) { id } }';

const startWith = async (plugins: Plugins) => {
  const upstream: FakeUpstream = await startFakeUpstream();
  upstream.on('GET', path, { json: integrationFixtures.openai.full });
  for (const name of ['openai', 'mistral'])
    upstream.on('PUT', `/v2/integrations/${name}`, { json: { name } });
  const gateway = await startGateway(upstream.url, {}, { plugins });
  return {
    upstream,
    gateway,
    post: (query: string, more: object = {}) =>
      send(gateway.url, { headers, body: JSON.stringify({ query, ...more }) }),
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]();
      await upstream[Symbol.asyncDispose]();
    },
  };
};

/** Checks the type of a plugin; `plugins` takes any object. */
const definePlugin = (plugin: Plugin): Plugin => plugin;

const hooks = [
  'onRequest',
  'onRequestParse',
  'onParams',
  'onParse',
  'onValidate',
  'onContextBuilding',
  'onExecute',
  'onExecutionResult',
  'onResultProcess',
  'onResponse',
];

function refuse(): never {
  throw new GraphQLError('Only administrators.', { extensions: { code: 'FORBIDDEN' } });
}

describe('plugins', () => {
  it.each(['GET', 'POST'])('a %s calls all hooks of a plugin', async (method) => {
    const called: string[] = [];
    const plugin = Object.fromEntries(hooks.map((hook) => [hook, () => void called.push(hook)])) as Plugin;
    await using started = await startWith([plugin]);
    const response =
      method === 'POST'
        ? await started.post(read)
        : await send(started.gateway.url, {
            headers,
            path: `/graphql?${new URLSearchParams({ query: read })}`,
          });
    expect(parseBody(response)).toHaveProperty('data.integration.id');
    expect(called).toEqual(hooks);
  });

  it('plugins can change parameters, results and responses', async () => {
    await using started = await startWith([
      definePlugin({
        onParams: ({ params, setParams }) => setParams({ ...params, query: '{ a: __typename }' }),
        onExecutionResult: ({ result, setResult }) =>
          setResult({ ...(result as object), extensions: { seen: true } }),
        onResponse: ({ response }) => response.headers.set('x-plugin', 'yes'),
      }),
    ]);
    const response = await started.post(read);
    expect(response.headers['x-plugin']).toBe('yes');
    expect(JSON.parse(response.text)).toEqual({ data: { a: 'Query' }, extensions: { seen: true } });
    expect(response.headers['cache-control']).toBe('private, no-store');
  });

  it.each([
    ['onValidate', { onValidate: refuse }],
    ['onContextBuilding', { onContextBuilding: refuse }],
    ['onExecute', { onExecute: refuse }],
  ])(
    'a mutation that a plugin refuses in %s is logged as a mutation, with its name and hash',
    async (_, hooks) => {
      await using started = await startWith([definePlugin(hooks)]);
      const refused = await started.post('mutation Remove { deleteIntegration(name: AZURE) { __typename } }');
      expect(getCodes(refused)).toEqual(['FORBIDDEN']);
      const line: unknown = JSON.parse(
        started.gateway.log.find((text) => text.includes('"msg":"request"')) ?? '',
      );
      expect(line).toMatchObject({
        operationType: 'mutation',
        operationName: 'Remove',
        documentHash: expect.stringMatching(/^[\da-f]{64}$/) as string,
        codes: ['FORBIDDEN'],
      });
    },
  );

  it('plugins can send bytes, such as a compressed response', async () => {
    const bytes = new Uint8Array([0x1f, 0x8b, 0xff, 0xfe, 0x00]);
    await using started = await startWith([
      definePlugin({ onRequest: ({ endResponse, fetchAPI }) => endResponse(new fetchAPI.Response(bytes)) }),
    ]);
    const response = await fetch(started.gateway.url, { method: 'POST', headers, body: '{}' });
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(bytes);
  });

  it('plugins can set a variable to undefined, which counts as omitted', async () => {
    await using started = await startWith([
      definePlugin({
        onParams: ({ params, setParams }) => setParams({ ...params, variables: { names: undefined } }),
      }),
    ]);
    const query = 'query ($names: [IntegrationName!]) { integrationProviders(names: $names) { name } }';
    const response = await started.post(query);
    expect(parseBody(response)).toHaveProperty('data.integrationProviders.11.name');
  });

  it.each([
    { data: null, errors: [{ message: 'no key-1234567890' }] },
    {
      data: null,
      errors: [{ message: 'no key-1234567890', extensions: { code: 'FORBIDDEN', requestId: 'old' } }],
    },
    { data: { a: 1 }, errors: null },
  ])('plugins can set a result that was read from a cache: %j', async (result) => {
    await using started = await startWith([
      definePlugin({ onExecutionResult: ({ setResult }) => setResult(result as object) }),
    ]);
    const response = await started.post(read);
    expect(response.status).toBe(200);
    expect(JSON.parse(response.text)).toMatchObject({ data: result.data });
    expect(response.text).not.toContain('key-1234567890');
    for (const { extensions } of parseBody(response).errors ?? [])
      expect(extensions).toHaveProperty('requestId', response.headers['x-request-id']);
  });

  it.each(['onExecutionResult', 'onResultProcess'] as const)(
    'a field error that a plugin changes in place in %s is redacted, in each of its properties',
    async (hook) => {
      const secret = 'key-1234567890';
      const quote = ({ result }: { readonly result: unknown }) => {
        for (const error of (result as { errors?: Record<string, unknown>[] }).errors ?? []) {
          error['message'] = `no ${secret}`;
          (error['path'] as unknown[]).push(secret);
          (error['locations'] as unknown[]).push({ [secret]: secret });
          Object.assign(error['extensions'] as object, { requestId: 'old', debug: { [secret]: [secret] } });
        }
      };
      await using started = await startWith([{ [hook]: quote }]);
      started.upstream.on('DELETE', '/integrations/azure', { status: 403, json: { detail: 'no' } });
      const response = await started.post('mutation { deleteIntegration(name: AZURE) { name } }');
      expect(response.text).toContain('no [redacted]');
      expect(response.text).not.toContain(secret);
      expect(parseBody(response).errors?.[0]).toMatchObject({
        path: ['deleteIntegration', '[redacted]'],
        extensions: { requestId: response.headers['x-request-id'], debug: { '[redacted]': ['[redacted]'] } },
      });
    },
  );

  it('a field error that plugins do not change is the same as without plugins', async () => {
    const responses = await Promise.all(
      [[], [definePlugin({ onExecutionResult: () => {} })]].map(async (plugins) => {
        await using started = await startWith(plugins);
        started.upstream.on('DELETE', '/integrations/azure', { status: 403, json: { detail: 'no' } });
        const body = '{"query":"mutation { deleteIntegration(name: AZURE) { name } }"}';
        return await send(started.gateway.url, { headers: { ...headers, 'x-request-id': 'r' }, body });
      }),
    );
    expect(responses[1]?.text).toBe(responses[0]?.text);
    expect(responses[0]?.text).toContain('"code":"FORBIDDEN"');
  });

  it('a path of an error that a plugin creates is redacted', async () => {
    await using started = await startWith([
      definePlugin({
        onExecutionResult: ({ setResult }) =>
          setResult({ data: null, errors: [{ message: 'no', path: ['key-1234567890', 1] }] } as object),
      }),
    ]);
    const response = await started.post(read);
    expect(parseBody(response).errors?.[0]).toHaveProperty('path', ['[redacted]', 1]);
  });

  it.each<[string, (secret: string) => unknown]>([
    ['a list', (secret) => [{ data: null, errors: [new GraphQLError(secret)] }]],
    [
      'a stream',
      async function* (secret) {
        await Promise.resolve();
        yield { data: null, errors: [new GraphQLError(secret)] };
      },
    ],
  ])('%s of results from a plugin is an internal error', async (_, getResult) => {
    await using started = await startWith([
      definePlugin({ onExecute: ({ setExecuteFn }) => setExecuteFn(() => getResult('key-1234567890')) }),
    ]);
    for (const accept of [
      '*/*',
      'application/json, text/event-stream',
      'application/json, multipart/mixed',
    ]) {
      const body = JSON.stringify({ query: read });
      const response = await send(started.gateway.url, { headers: { ...headers, accept }, body });
      expect([response.status, ...getCodes(response)]).toEqual([500, 'INTERNAL_SERVER_ERROR']);
      expect(response.text).not.toContain('key-1234567890');
    }
  });

  it.each(['onParse', 'onExecute'] as const)(
    'a plugin cannot change the document in %s, which other requests use too',
    async (hook) => {
      const change = (document: DocumentNode) => {
        Object.assign(document.definitions[0] ?? {}, { operation: 'mutation' });
      };
      const plugins: Record<typeof hook, Plugin> = {
        onParse: { onParse: () => (payload) => change(payload.result as DocumentNode) },
        onExecute: { onExecute: ({ args }) => change(args.document as DocumentNode) },
      };
      await using started = await startWith([plugins[hook]]);
      const url = `${started.gateway.url}?query=%7B__typename%7D`;
      for (let count = 0; count < 2; count += 1) {
        const response = await fetch(url, { headers });
        expect(await response.text()).toContain('"code":"INTERNAL_SERVER_ERROR"');
      }
    },
  );

  it.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ['a toJSON method', { toJSON: () => ({ code: 5, a: 'key-1234567890' }) }, { code: '5', a: '[redacted]' }],
    ['a number that JSON does not have', { a: 1n }, { code: 'BAD_REQUEST' }],
  ])('an error from a plugin whose extensions have %s is sent', async (_, extensions, expected) => {
    await using started = await startWith([
      definePlugin({
        onExecute() {
          throw new GraphQLError('no', { extensions });
        },
      }),
    ]);
    const response = await started.post(read);
    expect(parseBody(response).errors?.[0]?.extensions).toMatchObject(expected);
    expect(response.text).not.toContain('key-1234567890');
  });

  it('a field error that a plugin serializes differently each time is sent as it was checked', async () => {
    let count = 0;
    const toJSON = () => ({ message: (count += 1) > 1 ? 'key-1234567890' : 'no' });
    await using started = await startWith([
      definePlugin({
        onExecutionResult: ({ result }) => {
          for (const error of (result as { errors?: object[] }).errors ?? [])
            Object.assign(error, { toJSON });
        },
      }),
    ]);
    started.upstream.on('DELETE', '/integrations/azure', { status: 403, json: { detail: 'no' } });
    const response = await started.post('mutation { deleteIntegration(name: AZURE) { name } }');
    expect(response.text).not.toContain('key-1234567890');
    expect(getCodes(response)).toEqual(['FORBIDDEN']);
  });

  it('a result of a plugin with neither data nor errors is an internal error', async () => {
    await using started = await startWith([
      definePlugin({ onExecutionResult: ({ setResult }) => setResult({}) }),
    ]);
    const response = await started.post(read);
    expect([response.status, ...getCodes(response)]).toEqual([500, 'INTERNAL_SERVER_ERROR']);
  });

  it.each(['an internal detail', { toString: () => 'an internal detail' }, undefined])(
    'a thrown value that is not an Error is an internal error: %j',
    async (thrown) => {
      await using started = await startWith([
        definePlugin({
          onParams() {
            throw thrown;
          },
        }),
      ]);
      const response = await started.post(read);
      expect(response.status).toBe(500);
      expect(getCodes(response)).toEqual(['INTERNAL_SERVER_ERROR']);
      expect(response.text).not.toContain('detail');
      expect(response.text).not.toContain('unexpected');
      expect(started.gateway.log.some((line) => line.includes('"error":'))).toBe(true);
    },
  );

  const twoOperations =
    'query A { a: __typename } query B { b: __typename } mutation C { deleteIntegration(name: OPENAI) { name } }';

  it.each<[string, (name: string) => Plugin]>([
    [
      'onParams',
      (name) => ({ onParams: ({ params, setParams }) => setParams({ ...params, operationName: name }) }),
    ],
    ['onExecute', (name) => ({ onExecute: ({ args }) => void (args.operationName = name) })],
    [
      'a function around the executor',
      (name) => ({
        onExecute: ({ executeFn, setExecuteFn }) =>
          setExecuteFn((args: ExecutionArgs): unknown => executeFn({ ...args, operationName: name })),
      }),
    ],
  ])(
    'plugins can change the name of the operation in %s, but not to a mutation of a GET',
    async (_, create) => {
      await using started = await startWith([create('B')]);
      const response = await started.post(twoOperations, { operationName: 'A' });
      expect(parseBody(response)).toEqual({ data: { b: 'Query' } });
      await using reading = await startWith([create('C')]);
      const search = new URLSearchParams({ query: twoOperations, operationName: 'A' });
      const refused = await send(reading.gateway.url, { headers, path: `/graphql?${search}` });
      expect([refused.status, getCodes(refused)]).toEqual([405, ['METHOD_NOT_ALLOWED']]);
    },
  );

  it('plugins that never finish do not delay a response beyond the deadline', async () => {
    await using upstream = await startFakeUpstream();
    const plugins = [definePlugin({ onParams: () => new Promise<void>(() => {}) })];
    await using gateway = await startGateway(upstream.url, { requestTimeoutMs: '300' }, { plugins });
    const { status, errors } = await gateway.query('{ __typename }');
    expect(status).toBe(500);
    expect(errors[0]?.message).toContain('A plugin did not finish');
    await expect.poll(() => gateway.usage.requests).toBe(0);
  });

  it.for([
    [
      'a secret field',
      'mutation ($input: UpsertOpenAIIntegrationInput!) { upsertOpenAIIntegration(input: $input) { __typename } }',
      { input: { token: 'client-token' } },
      { input: { token: 'plugin-token', nope: 1 } },
    ],
    [
      'a variable of a secret field',
      'mutation ($t: String!, $on: Boolean!) { upsertOpenAIIntegration(input: { token: $t }) @include(if: $on) { __typename } }',
      { t: 'client-token', on: true },
      { t: 'plugin-token', on: 'no' },
    ],
  ] as const)(
    'a request id that contains a secret of invalid variables is replaced, even if a plugin has set them: %s',
    async ([, query, variables, variableValues]) => {
      const plugins = [
        definePlugin({ onExecute: ({ args }) => void Object.assign(args, { variableValues }) }),
      ];
      await using started = await startWith(plugins);
      const { status, errors } = await started.gateway.query(query, variables, {
        'x-request-id': 'plugin-token',
      });
      expect(status).toBe(200);
      expect(errors[0]?.extensions.code).toBe('BAD_USER_INPUT');
      expect(errors[0]?.extensions.requestId).toMatch(/^[\da-f-]{36}$/);
    },
  );

  it('a plugin that never finishes keeps no memory of a request whose client has disconnected', async () => {
    await using upstream = await startFakeUpstream();
    const client = new AbortController();
    const plugins = [
      definePlugin({
        onExecute: () => {
          client.abort();
          return new Promise<void>(() => {});
        },
      }),
    ];
    await using gateway = await startGateway(upstream.url, { requestTimeoutMs: '3000' }, { plugins });
    const body = JSON.stringify({ query: '{ __typename }', variables: { unused: 'x'.repeat(1000) } });
    const sent = fetch(gateway.url, { method: 'POST', headers, body, signal: client.signal });
    await expect(sent).rejects.toThrow();
    await expect.poll(() => gateway.usage).toEqual({ requests: 0, bytes: 0 });
  });

  it.each(['onParams', 'onContextBuilding', 'onExecute'])(
    'a plugin that finishes %s after the deadline keeps no memory, executes nothing and logs no internal error',
    async (hook) => {
      let finish = () => {};
      const waiting = new Promise<void>((resolve) => {
        finish = resolve;
      });
      let noteEnd = () => {};
      const ended = new Promise<void>((resolve) => {
        noteEnd = resolve;
      });
      await using upstream = await startFakeUpstream();
      const plugins = [{ [hook]: () => waiting, onResponse: () => noteEnd() }];
      await using gateway = await startGateway(upstream.url, { requestTimeoutMs: '100' }, { plugins });
      const { status } = await gateway.query('mutation { deleteIntegration(name: OPENAI) { name } }');
      expect(status).toBe(500);
      const logged = gateway.log.length;
      finish();
      await ended;
      expect(gateway.usage).toEqual({ requests: 0, bytes: 0 });
      expect(upstream.calls).toEqual([]);
      expect(gateway.log.slice(logged)).toEqual([]);
    },
  );

  it('plugins can respond in place of the gateway', async () => {
    await using started = await startWith([
      definePlugin({
        onRequest: ({ endResponse, fetchAPI }) =>
          endResponse(
            new fetchAPI.Response('closed', { status: 402, headers: { 'x-request-id': 'theirs' } }),
          ),
      }),
    ]);
    const response = await started.post(read);
    expect([response.status, response.text]).toEqual([402, 'closed']);
    expect(response.headers['x-request-id']).not.toBe('theirs');
  });

  it.each(hooks)('plugins can refuse an operation with a code and a status in %s', async (hook) => {
    await using started = await startWith([
      {
        [hook]: () => {
          throw new GraphQLError('Not with key-1234567890.', {
            extensions: { code: 'FORBIDDEN', http: { status: 403 } },
          });
        },
      },
    ]);
    const response = await started.post(read);
    expect(response.status).toBe(403);
    expect(getCodes(response)).toEqual(['FORBIDDEN']);
    expect(response.text).not.toContain('key-1234567890');
    expect(response.text).not.toContain('"http"');
    const isExecuted = hooks.indexOf(hook) > hooks.indexOf('onExecute');
    expect(started.upstream.calls).toHaveLength(isExecuted ? 1 : 0);
    expect(started.gateway.log.join('')).not.toContain('"error":');
  });

  it.each(hooks)(
    'an error from a plugin in %s is logged, and the response reveals nothing of it',
    async (hook) => {
      await using started = await startWith([
        {
          [hook]: () => {
            throw new Error('the database password is hunter2');
          },
        },
      ]);
      const response = await started.post(read);
      expect(response.status).toBe(500);
      expect(getCodes(response)).toEqual(['INTERNAL_SERVER_ERROR']);
      expect(response.text).not.toContain('hunter2');
      expect(response.text).not.toContain('retryable');
      expect(started.gateway.log.join('')).toContain('internal error');
      expect(started.gateway.usage).toEqual({ requests: 0, bytes: 0 });
    },
  );

  describe.each(['GraphQLError', 'Error'])('the %s of a plugin', (kind) => {
    const toError = (message: string) => (kind === 'Error' ? new Error(message) : new GraphQLError(message));

    it.each(hooks)(`the ${kind} of a plugin in %s shows no secret of the variables`, async (hook) => {
      await using started = await startWith([
        {
          [hook]: () => {
            throw toError('Refused sk-named-1234567890.');
          },
        },
      ]);
      const query =
        'mutation Save($input: UpsertOpenAIIntegrationInput!) { upsertOpenAIIntegration(input: $input) { __typename } }';
      const response = await started.post(query, {
        variables: { input: { token: 'sk-named-1234567890' } },
      });
      expect(response.text).toContain('"errors"');
      expect(response.text + started.gateway.log.join('')).not.toContain('sk-named');
    });

    it.each(hooks)(`the ${kind} of a plugin in %s shows no secret of the document`, async (hook) => {
      await using started = await startWith([
        {
          [hook]: () => {
            throw toError('Refused sk-literal-1234567890 and sk-default-1234567890.');
          },
        },
      ]);
      const response = await started.post(
        'mutation Save($t: String! = "sk-default-1234567890") { a: upsertOpenAIIntegration(input: { token: "sk-literal-1234567890" }) { __typename } b: upsertMistralIntegration(input: { token: $t }) { __typename } }',
        { variables: { t: 'sk-default-1234567890' } },
      );
      expect(response.text).toContain('"errors"');
      const shown = response.text + started.gateway.log.join('');
      expect(shown).not.toContain('sk-literal');
      expect(shown).not.toContain('sk-default');
    });
  });

  it.each(hooks)(
    'the extensions and the code of an error from a plugin in %s show no secret of the request',
    async (hook) => {
      await using started = await startWith([
        {
          [hook]: () => {
            throw new GraphQLError('Refused.', {
              extensions: {
                code: 'sk-named-1234567890',
                list: [{ 'key-1234567890': 'sk-named-1234567890' }],
              },
            });
          },
        },
      ]);
      const response = await started.post(
        'mutation { upsertOpenAIIntegration(input: { token: "sk-named-1234567890" }) { __typename } }',
      );
      expect(response.text).toContain('"errors"');
      const shown = response.text + started.gateway.log.join('');
      expect(shown).not.toContain('sk-named');
      expect(shown).not.toContain('key-1234567890');
    },
  );

  it('an error from a plugin shows no secret of a document that cannot be parsed', async () => {
    await using started = await startWith([
      definePlugin({
        onParse: ({ params }) => {
          throw new GraphQLError(`unknown: ${String(params.source)}`);
        },
      }),
    ]);
    const response = await started.post(
      'mutation { upsertOpenAIIntegration(input: { token: "sk-literal-1" } }',
    );
    expect(response.text).toContain('unknown: ');
    expect(response.text).not.toContain('sk-literal');
  });

  it.each([
    [99, 400],
    [101, 400],
    [204, 400],
    [304, 400],
    [99_999, 400],
    [418, 418],
  ])('an error from a plugin with the status %j is sent with the status %i', async (status, expected) => {
    const plugin = definePlugin({
      onParams: () => {
        throw new GraphQLError('No.', { extensions: { http: { status } } });
      },
    });
    await using started = await startWith([plugin]);
    const response = await started.post(read);
    expect([response.status, getCodes(response)]).toEqual([expected, ['BAD_REQUEST']]);
    const gateway = createGateway({ plugins: [plugin] });
    const body = JSON.stringify({ query: read });
    expect((await gateway(new Request('http://x/', { method: 'POST', headers, body }))).status).toBe(
      expected,
    );
    await gateway.close();
  });

  it('a response from a plugin without a valid status is an internal error, and one with 204 has no body', async () => {
    await using started = await startWith([
      definePlugin({
        onRequest: ({ request, endResponse, fetchAPI }) => {
          if (request.url.includes('empty')) endResponse(new fetchAPI.Response(null, { status: 204 }));
          else endResponse(Response.error());
        },
      }),
    ]);
    const failed = await started.post(read);
    expect([failed.status, getCodes(failed)]).toEqual([500, ['INTERNAL_SERVER_ERROR']]);
    const empty = await send(started.gateway.url, { headers, path: '/graphql?query={empty:__typename}' });
    expect([empty.status, empty.text]).toEqual([204, '']);
  });

  it('plugins see the extensions of a request, and can set the document that they name', async () => {
    await using started = await startWith([
      definePlugin({
        onParams: ({ params, setParams }) => {
          if (params.extensions?.['persistedQuery'] !== undefined) setParams({ ...params, query: read });
        },
      }),
    ]);
    const persistedQuery = { version: 1, sha256Hash: '0'.repeat(64) };
    const named = await send(started.gateway.url, {
      headers,
      body: JSON.stringify({ extensions: { persistedQuery } }),
    });
    expect(parseBody(named)).toHaveProperty('data.integration.id');
    const unnamed = await send(started.gateway.url, { headers, body: '{}' });
    expect([unnamed.status, getCodes(unnamed)]).toEqual([400, ['BAD_REQUEST']]);
  });

  it.each([
    ['x-name', 'a\u0001b'],
    ['set-cookie', 'a=\u0001'],
    ['trailer', 'x-name'],
  ])('a header %s that a plugin sets affects no other response', async (name, value) => {
    const plugin = definePlugin({
      onResponse({ request, response }) {
        if (request.url.includes('marked')) response.headers.append(name, value);
      },
    });
    await using upstream = await startFakeUpstream();
    const gateway = createGateway({ galileoApiUrl: upstream.url, plugins: [plugin] });
    await using server = await startHttpServer(gateway.node);
    const get = (query: string) => send(server.url, { path: `/graphql?query=${query}` });
    const responses = await Promise.all(['{__typename}', '{marked:__typename}', '{__typename}'].map(get));
    const expected = name === 'trailer' ? 200 : 500;
    expect(responses.map(({ status }) => status)).toEqual([200, expected, 200]);
    if (expected === 500) expect(responses.flatMap(getCodes)).toEqual(['INTERNAL_SERVER_ERROR']);
    await gateway.close();
  });

  it('with plugins, a query string that ends like the path of a health check is a GraphQL request', async () => {
    await using started = await startWith([{}]);
    for (const end of ['/health', '/livez']) {
      const target = `/graphql?${new URLSearchParams({ query: read })}&x=${end}`;
      const response = await send(started.gateway.url, { headers, path: target });
      expect(parseBody(response)).toHaveProperty('data.integration.id');
    }
  });

  it('an error of a rule that a plugin adds has the code of the gateway’s own rules', async () => {
    await using started = await startWith([
      definePlugin({
        onValidate: ({ addValidationRule }) =>
          addValidationRule((context: ValidationContext) => ({
            Field: (node: FieldNode) =>
              context.reportError(new GraphQLError('Not this field.', { nodes: [node] })),
          })),
      }),
    ]);
    expect(getCodes(await started.post('{ __typename }'))).toEqual(['GRAPHQL_VALIDATION_FAILED']);
  });

  it('a rule of a plugin is applied even if it has the name of a rule of graphql-js', async () => {
    const FieldsOnCorrectTypeRule = (context: ValidationContext) => ({
      Field: (node: FieldNode) => context.reportError(new GraphQLError('Not this field.', { nodes: [node] })),
    });
    await using started = await startWith([
      definePlugin({ onValidate: ({ addValidationRule }) => addValidationRule(FieldsOnCorrectTypeRule) }),
    ]);
    expect(getCodes(await started.post('{ __typename }'))).toEqual(['GRAPHQL_VALIDATION_FAILED']);
  });

  it('plugins do not remove a limit, even if they replace the parser', async () => {
    const { parse } = await import('graphql');
    await using started = await startWith([definePlugin({ onParse: ({ setParseFn }) => setParseFn(parse) })]);
    const aliases = Array.from({ length: 61 }, (_, index) => `a${index}: __typename`).join(' ');
    for (const query of [`{ ${aliases} }`, `{ ${'__typename '.repeat(2000)} }`]) {
      expect(getCodes(await started.post(query))).toEqual(['QUERY_TOO_COMPLEX']);
    }
    expect(parseBody(await started.post(read))).toHaveProperty('data.integration.id');
    const search = new URLSearchParams({ query: 'mutation { deleteIntegration(name: OPENAI) { name } }' });
    const response = await send(started.gateway.url, { headers, path: `/graphql?${search}` });
    expect([response.status, response.headers['allow'], getCodes(response)]).toEqual([
      405,
      'POST',
      ['METHOD_NOT_ALLOWED'],
    ]);
  });

  it('close() disposes plugins', async () => {
    let isDisposed = false;
    const gateway = createGateway({
      plugins: [{ onDispose: () => void (isDisposed = true) } as Plugin],
    });
    await gateway(new Request('http://x/graphql?query={__typename}'));
    await gateway.close();
    expect(isDisposed).toBe(true);
  });
});

describe('public plugins work as their READMEs say', () => {
  it('@graphql-yoga/plugin-prometheus counts requests and errors', async () => {
    const registry = new Registry();
    await using started = await startWith([usePrometheus({ endpoint: false, registry })]);
    await started.post(read);
    await started.post('{ nothing }');
    const text = await registry.metrics();
    expect(text).toMatch(/graphql_envelop_request\{[^}]*operationName="Read"[^}]*\} 1/);
    expect(text).toMatch(/graphql_yoga_http_duration_count\{[^}]*\} 1/);
    expect(text).toMatch(/graphql_envelop_phase_execute_count/);
  });

  it('@escape.tech/graphql-armor adds its limits to those of the gateway', async () => {
    await using started = await startWith([
      EnvelopArmorPlugin({ maxDepth: { n: 1 }, maxAliases: { n: 2 }, costLimit: { enabled: false } }),
    ]);
    expect(parseBody(await started.post('{ __typename }'))).toHaveProperty('data');
    const deep = await started.post('{ integration(name: OPENAI) { ... on OpenAIIntegration { id } } }');
    expect(deep.text).toContain('Syntax Error');
    expect(parseBody(deep)).not.toHaveProperty('data');
    const aliased = await started.post('{ a: _service { sdl } b: _service { sdl } c: _service { sdl } }');
    expect(parseBody(aliased)).not.toHaveProperty('data');
    expect(started.upstream.calls).toEqual([]);
  });

  it('@envelop/operation-field-permissions rejects fields', async () => {
    await using started = await startWith([
      useOperationFieldPermissions({
        getPermissions: () => new Set(['Query.__typename', 'Query.integrations']),
      }),
    ]);
    const response = await started.post(read);
    expect(parseBody(response)).not.toHaveProperty('data.integration.id');
    expect(response.text).toContain("Insufficient permissions for selecting 'Query.integration'");
    expect(started.upstream.calls).toEqual([]);
  });

  it('@graphql-hive/yoga reports usage', async () => {
    const reports: string[] = [];
    await using receiver = await startHttpServer((request, response) => {
      const chunks: Buffer[] = [];
      request
        .on('data', (chunk: Buffer) => chunks.push(chunk))
        .on('end', () => {
          if (request.url === '/usage') reports.push(Buffer.concat(chunks).toString());
          response.writeHead(200, { 'content-type': 'application/json' }).end('{"data":{}}');
        });
    });
    const { url } = receiver;
    {
      await using started = await startWith([
        useHive({
          enabled: true,
          token: 'a'.repeat(32),
          printTokenInfo: false,
          usage: { sampleRate: 1 },
          agent: { sendInterval: 20, maxSize: 1 },
          selfHosting: {
            graphqlEndpoint: `${url}/graphql`,
            usageEndpoint: `${url}/usage`,
            applicationUrl: url,
          },
        }),
      ]);
      expect(parseBody(await started.post(read))).toHaveProperty('data.integration.id');
    }
    while (reports.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(reports.join('')).toContain('"operationName":"Read"');
    expect(reports.join('')).not.toContain('key-1234567890');
  });
});

describe('serve --plugins', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'plugins-'));
  afterAll(() => rm(directory, { recursive: true }));

  it('serve --plugins with WORKERS=2 loads the plugins into every worker', async () => {
    const file = join(directory, 'plugins-of-workers.mjs');
    await writeFile(
      file,
      'export default [{ onResponse({ response }) { response.headers.set("x-worker", process.pid); } }];\n',
    );
    await using program = startProgram(['serve', '--plugins', file], { PORT: '0', WORKERS: '2' });
    const url = await program.waitFor(/"url":"([^"]+)"/);
    const workers = new Set<unknown>();
    // One connection each, so that the workers take turns.
    while (workers.size < 2) {
      const request = { headers: { ...headers, connection: 'close' }, body: '{"query":"{ __typename }"}' };
      const response = await send(url, request);
      expect(response.headers['x-worker']).toMatch(/^\d+$/);
      workers.add(response.headers['x-worker']);
    }
    expect(workers).not.toContain(String(program.process.pid));
  });

  it.each([
    ['an ECMAScript module', 'plugins.mjs', 'export default'],
    ['a CommonJS module', 'plugins.cjs', 'module.exports ='],
    [
      'a CommonJS module that TypeScript compiled',
      'compiled.cjs',
      'exports.__esModule = true; exports.default =',
    ],
  ])('--plugins loads the default export of %s', async (_kind, name, start) => {
    await using upstream = await startFakeUpstream();
    const file = join(directory, name);
    await writeFile(
      file,
      `${start} [{ onResponse({ response }) { response.headers.set("x-plugin", "yes"); } }];\n`,
    );
    await using program = startProgram(['serve', '--plugins', file], {
      PORT: '0',
      GALILEO_API_URL: upstream.url,
    });
    const url = await program.waitFor(/"url":"([^"]+)"/);
    const response = await send(url, { headers, body: '{"query":"{ __typename }"}' });
    expect(response.headers['x-plugin']).toBe('yes');
  });

  it.each([
    ['missing', undefined, 'Cannot find module'],
    ['no-plugins', 'export default 7;\n', 'the default export of the module must be'],
    ['without-hooks', 'export default { plugins: [] };\n', 'the default export of the module must be'],
    ['no-module', 'export default [;\n', 'Unexpected token'],
    ['failing', 'throw new Error("no license");\n', 'no license'],
    ['no-plugins-but-a-timer', 'setInterval(() => {}, 1000);\nexport default 7;\n', 'must be'],
  ])('--plugins with a file that is %s ends the program with exit code 2', async (name, content, reason) => {
    const file = join(directory, `${name}.mjs`);
    if (content !== undefined) await writeFile(file, content);
    await using program = startProgram(['serve', '--plugins', file], { PORT: '0' });
    expect(await program.exit).toBe(2);
    expect(program.stderr).toContain('--plugins: ');
    expect(program.stderr).toContain(reason);
  });

  it('the log warns about a plugin module that imports another copy of graphql', async () => {
    const file = join(directory, 'other-graphql', 'plugins.mjs');
    const copy = join(directory, 'other-graphql', 'node_modules', 'graphql', 'index.js');
    await mkdir(dirname(copy), { recursive: true });
    await writeFile(copy, '');
    await writeFile(file, 'export default [];\n');
    await using program = startProgram(['serve', '--plugins', file], { PORT: '0' });
    await program.waitFor(/"msg":"listening"/);
    const [warning = ''] = program.stdout
      .split('\n')
      .filter((line) => line.includes('a different copy of graphql'));
    expect(JSON.parse(warning)).toMatchObject({ level: 'warn', graphql: await realpath(copy) });
  });

  it.each(['1', '2'])(
    'a plugin that throws when it is initialized ends the program, with WORKERS=%s',
    async (workers) => {
      const file = join(directory, 'plugins-that-throw.mjs');
      await writeFile(file, 'export default [{ onPluginInit() { throw new Error("no license"); } }];\n');
      await using program = startProgram(['serve', '--plugins', file], {
        PORT: '0',
        METRICS_PORT: '0',
        WORKERS: workers,
      });
      expect(await program.exit).toBe(2);
      expect(program.stderr).toBe('galileo-gateway: plugins: no license\n');
    },
  );
});

describe('the recipes of docs/plugins.md', () => {
  const docs = readFileSync(new URL('../docs/plugins.md', import.meta.url), 'utf8');
  const recipes = [...docs.matchAll(/```js\n\/\/ plugins\.mjs\n([\s\S]*?)```/g)].map(
    (match) => match[1] ?? '',
  );

  it('the recipes of docs/plugins.md are modules that serve --plugins can load', async () => {
    expect(recipes).toHaveLength(2);
    for (const [index, recipe] of recipes.entries()) {
      // In the repository, so that imports resolve as in a project with the packages.
      const file = new URL(`recipe-${process.pid}-${index}.mjs`, import.meta.url);
      await writeFile(file, recipe.replace('enabled: true', 'enabled: false'));
      try {
        expect(await importPlugins(fileURLToPath(file))).toHaveLength(1);
      } finally {
        await rm(file);
      }
    }
  });

  it('the second recipe of docs/plugins.md allows mutations only with its header', async () => {
    const file = new URL(`rule-${process.pid}.mjs`, import.meta.url);
    await writeFile(file, recipes[1] ?? '');
    const plugins = await importPlugins(fileURLToPath(file)).finally(() => rmSync(file));
    await using started = await startWith(plugins);
    const refused = await started.post('mutation { __typename }');
    expect([refused.status, ...getCodes(refused)]).toEqual([403, 'FORBIDDEN']);
    const allowed = await send(started.gateway.url, {
      headers: { ...headers, 'x-role': 'admin' },
      body: '{"query":"mutation { __typename }"}',
    });
    expect(parseBody(allowed)).toEqual({ data: { __typename: 'Mutation' } });
    expect(parseBody(await started.post(read))).toHaveProperty('data.integration.id');
  });
});
