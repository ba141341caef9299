import { describe, expect, test } from 'vitest';
import { hashCredentials } from '../../src/credentials.ts';
import { Deadline } from '../../src/deadline.ts';
import { readCallerHeaders } from '../../src/http/caller-headers.ts';
import { MemoryBudget, Reservation } from '../../src/memory.ts';
import { GalileoClient } from '../../src/upstream/galileo-client.ts';
import type { CallContext } from '../../src/upstream/transport-types.ts';
import { isUuid, type Uuid } from '../../src/upstream/uuid.ts';
import { type FakeUpstream, startFakeUpstream } from '../support/fake-upstream.ts';
import { createUnlimitedReservation } from '../support/memory.ts';
import { createTestTransport, getFieldError } from './support/test-transport.ts';

const asUuid = (text: string): Uuid => {
  if (!isUuid(text)) throw new Error(`${text} is not a UUID.`);
  return text;
};
const id = asUuid('6fa459ea-ee8a-3ca4-894e-db77e160355e');
const userId = asUuid('16FD2706-8BAF-433B-82EB-8C7FADA847DA');

interface ClientStack extends AsyncDisposable {
  readonly upstream: FakeUpstream;
  readonly client: GalileoClient;
  readonly call: CallContext;
  /** `<operation> <provider>` of every attempt. */
  readonly labels: string[];
}

async function startClient(): Promise<ClientStack> {
  const upstream = await startFakeUpstream();
  const labels: string[] = [];
  const transport = createTestTransport(new URL(upstream.url), {
    upstreamRetries: 0,
    observer: {
      attemptEnded: ({ request }) => {
        labels.push(`${request.operation} ${request.provider}`);
      },
    },
  });
  const deadline = new Deadline(10_000);
  const headers = ['galileo-api-key', 'key-1'];
  return {
    upstream,
    labels,
    client: new GalileoClient(transport, new URL(upstream.url)),
    call: {
      hasCredential: true,
      headers,
      traceHeaders: [],
      caller: hashCredentials(headers),
      deadline,
      reservation: createUnlimitedReservation(),
      requestId: 'request-1',
      redactUpstreamMessage: (text) => text.replaceAll('key-1', '[redacted]'),
      traceContext: undefined,
    },
    async [Symbol.asyncDispose]() {
      deadline.cancel();
      await transport[Symbol.asyncDispose]();
      await upstream[Symbol.asyncDispose]();
    },
  };
}

type Run = (client: GalileoClient, call: CallContext) => Promise<unknown>;

/** Every operation: its call, its request, its label, a response and the result of the method. */
const operations: readonly (readonly [
  label: string,
  request: string,
  run: Run,
  response: unknown,
  result: unknown,
])[] = [
  [
    'get_integration openai',
    'GET /v2/integrations/openai',
    (client, call) => client.fetchIntegration('openai', call),
    { name: 'openai', id },
    { name: 'openai', id },
  ],
  [
    'available undefined',
    'GET /v2/integrations/available',
    (client, call) => client.fetchAvailableProviders(call),
    { integrations: ['openai', 'new'] },
    ['openai', 'new'],
  ],
  [
    'status openai',
    'GET /v2/integrations/openai/status',
    (client, call) => client.fetchStatus('openai', call),
    { state: 'ok' },
    { state: 'ok' },
  ],
  [
    'models aws_bedrock',
    'GET /llm_integrations/aws_bedrock/models',
    (client, call) => client.fetchModels('aws_bedrock', call),
    ['a', 'b'],
    ['a', 'b'],
  ],
  [
    'list undefined',
    'GET /integrations',
    (client, call) => client.fetchRecords(call),
    [{ id }, { id: userId }],
    [{ id }, { id: userId }],
  ],
  [
    'list_users undefined',
    `GET /v2/integrations/${id}/users?starting_token=20&limit=10`,
    (client, call) => client.fetchCollaborators('users', id, { startingToken: 20, limit: 10 }, call),
    { collaborators: [] },
    { collaborators: [] },
  ],
  [
    'list_groups undefined',
    `GET /v2/integrations/${id}/groups?starting_token=0&limit=100`,
    (client, call) => client.fetchCollaborators('groups', id, { startingToken: 0, limit: 100 }, call),
    { collaborators: [] },
    { collaborators: [] },
  ],
  [
    'catalogs databricks',
    'GET /v2/integrations/databricks/catalogs',
    (client, call) => client.fetchCatalogs(call),
    ['main'],
    ['main'],
  ],
  [
    'databases databricks',
    'GET /v2/integrations/databricks/databases',
    (client, call) => client.fetchDatabases(undefined, call),
    ['a'],
    ['a'],
  ],
  [
    'databases databricks',
    'GET /v2/integrations/databricks/databases?catalog=a%20%26%20%C3%BC%2F',
    (client, call) => client.fetchDatabases('a & ü/', call),
    [],
    [],
  ],
  [
    'upsert writer',
    'PUT /v2/integrations/writer {"token":"t"}',
    (client, call) => client.upsert('writer', '{"token":"t"}', call),
    { id },
    { kind: 'done', value: { id } },
  ],
  [
    'delete openai',
    'DELETE /integrations/openai',
    (client, call) => client.deleteIntegration('openai', call),
    null,
    undefined,
  ],
  [
    'select undefined',
    `PUT /v2/integrations/${id}/select`,
    (client, call) => client.selectIntegration(id, call),
    { id },
    { id },
  ],
  ...(['users', 'groups'] as const).flatMap(
    (kind) =>
      [
        [
          `share_${kind} undefined`,
          `POST /v2/integrations/${id}/${kind} [{"role":"viewer"}]`,
          (client: GalileoClient, call: CallContext) => client.share(kind, id, '[{"role":"viewer"}]', call),
          [{ role: 'viewer' }],
          { kind: 'done', value: [{ role: 'viewer' }] },
        ],
        [
          `update_${kind.slice(0, -1)} undefined`,
          `PATCH /v2/integrations/${id}/${kind}/${userId} {"role":"owner"}`,
          (client: GalileoClient, call: CallContext) =>
            client.updateCollaborator(kind, id, userId, '{"role":"owner"}', call),
          { role: 'owner' },
          { role: 'owner' },
        ],
        [
          `remove_${kind.slice(0, -1)} undefined`,
          `DELETE /v2/integrations/${id}/${kind}/${userId}`,
          (client: GalileoClient, call: CallContext) => client.removeCollaborator(kind, id, userId, call),
          null,
          undefined,
        ],
      ] as const,
  ),
];

const getTarget = (request: string) => request.split(' ').slice(0, 2) as [string, string];

describe('every operation of the REST API', () => {
  test.each(operations)(
    '%s: sends %s and returns the response',
    async (label, request, run, response, result) => {
      await using stack = await startClient();
      const { upstream, client, call, labels } = stack;
      const [method, path] = getTarget(request);
      upstream.on(method, path, { json: response });
      expect(await run(client, call)).toEqual(result);
      const [sent] = upstream.calls;
      expect([sent?.method, sent?.path, sent?.body].filter(Boolean).join(' ')).toBe(request);
      expect(sent?.headers).toMatchObject({ accept: 'application/json', 'galileo-api-key': 'key-1' });
      expect(sent?.headers['content-type']).toBe(sent?.body === '' ? undefined : 'application/json');
      expect(labels).toEqual([label]);
    },
  );

  test.each(operations.filter(([, request]) => !request.startsWith('DELETE')))(
    '%s: a success with an unexpected body is UPSTREAM_INVALID_RESPONSE (%s)',
    async (_label, request, run) => {
      await using stack = await startClient();
      const { upstream, client, call } = stack;
      for (const json of ['text', 1, null, [1], [[]], {}]) {
        const [method, path] = getTarget(request);
        upstream.on(method, path, { json });
        const outcome = await run(client, call).catch((error: unknown) => error);
        // Some of these bodies are valid for some operations, such as an array.
        if (!(outcome instanceof Error)) continue;
        expect(outcome).toMatchObject({ code: 'UPSTREAM_INVALID_RESPONSE', upstreamStatus: 200 });
      }
      upstream.on(...getTarget(request), { json: 'text' });
      expect(await getFieldError(run(client, call))).toMatchObject({
        code: 'UPSTREAM_INVALID_RESPONSE',
      });
    },
  );

  test.each(operations.filter(([label]) => !label.startsWith('get_integration')))(
    '%s: a 404 is NOT_FOUND if its body is from the API, otherwise UPSTREAM_INVALID_RESPONSE (%s)',
    async (_label, request, run) => {
      await using stack = await startClient();
      const { upstream, client, call } = stack;
      const target = getTarget(request);
      upstream.on(...target, { status: 404, json: { detail: 'Nothing at key-1.' } });
      expect(await getFieldError(run(client, call))).toMatchObject({
        code: 'NOT_FOUND',
        message: 'Nothing at [redacted].',
        retryable: false,
      });
      upstream.on(...target, { status: 404, body: '<h1>404</h1>', headers: { 'content-type': 'text/html' } });
      expect(await getFieldError(run(client, call))).toMatchObject({
        code: 'UPSTREAM_INVALID_RESPONSE',
      });
    },
  );
});

test.each([
  [200, 'true', 'application/json'],
  [200, '<p>Deleted.</p>', 'text/html'],
  [202, '', undefined],
  [204, '', undefined],
])('a DELETE with the response %s is a success with any body', async (status, body, contentType) => {
  await using stack = await startClient();
  const headers = contentType === undefined ? {} : { 'content-type': contentType };
  stack.upstream.on('DELETE', '/integrations/openai', { status, body, headers });
  expect(await stack.client.deleteIntegration('openai', stack.call)).toBeUndefined();
});

test('a DELETE with a compressed response is a success', async () => {
  await using stack = await startClient();
  const headers = { 'content-encoding': 'gzip', 'content-type': 'application/json' };
  stack.upstream.on('DELETE', '/integrations/openai', { body: 'x', headers });
  expect(await stack.client.deleteIntegration('openai', stack.call)).toBeUndefined();
});

describe('the discriminator of an integration', () => {
  test.each([
    ['name alone', { name: 'custom' }],
    ['provider and name', { provider: 'custom', name: 'custom' }],
    ['provider, with a free label as name', { provider: 'custom', name: 'My models' }],
    ['provider alone', { provider: 'custom' }],
    ['a null provider', { provider: null, name: 'custom' }],
    ['neither', {}],
  ])('the discriminator of an integration can be %s', async (_what, json) => {
    await using stack = await startClient();
    stack.upstream.on('GET', '/v2/integrations/custom', { json });
    expect(await stack.client.fetchIntegration('custom', stack.call)).toMatchObject({ name: 'custom' });
  });

  test.each([
    ['another name', { name: 'openai' }],
    ['another provider', { provider: 'openai', name: 'custom' }],
    ['a number', { provider: 1 }],
  ])('the discriminator of an integration cannot be %s', async (_what, json) => {
    await using stack = await startClient();
    stack.upstream.on('GET', '/v2/integrations/custom', { json });
    expect(await getFieldError(stack.client.fetchIntegration('custom', stack.call))).toMatchObject({
      code: 'UPSTREAM_INVALID_RESPONSE',
    });
  });
});

describe('a standard error', () => {
  type Row = readonly [code: number, status: number, read: string, write: string];
  const statuses = [400, 403, 404, 422, 429, 500, 502, 503] as const;
  const rows: Row[] = [
    ...statuses.flatMap((status) => [
      ...[7000, 7006].map((code): Row => [code, status, 'PROVIDER_ERROR', 'PROVIDER_ERROR']),
      ...[7007, 7011].map(
        (code): Row => [code, status, 'BAD_USER_INPUT', status === 422 ? 'invalid' : 'BAD_USER_INPUT'],
      ),
      [7012, status, 'null', 'NOT_FOUND'] satisfies Row,
      [7013, status, 'NOT_FOUND', 'NOT_FOUND'] satisfies Row,
    ]),
    [1000, 400, 'BAD_USER_INPUT', 'BAD_USER_INPUT'],
    [1099, 422, 'BAD_USER_INPUT', 'invalid'],
    [1005, 403, 'FORBIDDEN', 'FORBIDDEN'],
    [1005, 500, 'UPSTREAM_ERROR', 'UPSTREAM_ERROR'],
    [6999, 503, 'UPSTREAM_UNAVAILABLE', 'UPSTREAM_UNAVAILABLE'],
    [7014, 502, 'UPSTREAM_UNAVAILABLE', 'UPSTREAM_OUTCOME_UNKNOWN'],
  ];

  test.each(rows)(
    'standard error %i with status %i is %s for a read and %s for a write',
    async (code, status, read, write) => {
      await using stack = await startClient();
      const { upstream, client, call } = stack;
      for (const retriable of [true, false]) {
        const json = { standard_error: { error_code: code, message: 'It says key-1.', retriable } };
        upstream.on('GET', '/v2/integrations/openai', { status, json });
        upstream.on('PUT', '/v2/integrations/openai', { status, json });
        const describeOutcome = (outcome: Promise<object | null>) =>
          outcome.then(
            (value) => (value === null ? 'null' : 'kind' in value ? value.kind : value),
            (error: unknown) => error,
          );
        for (const [run, expected] of [
          [() => client.fetchIntegration('openai', call), read],
          [() => client.upsert('openai', '{}', call), write],
        ] as const) {
          const outcome = await describeOutcome(run());
          if (expected === 'null' || expected === 'invalid') {
            expect(outcome).toBe(expected);
          } else {
            expect(outcome).toMatchObject({
              code: expected,
              message: 'It says [redacted].',
              galileoErrorCode: code,
              upstreamStatus: status,
              ...(expected === 'PROVIDER_ERROR' && { retryable: retriable }),
            });
          }
        }
      }
    },
  );

  test('a 500 is retryable after an idempotent write, and not after a POST', async () => {
    await using stack = await startClient();
    const { upstream, client, call } = stack;
    upstream.on('PUT', '/v2/integrations/openai', { status: 500, json: { detail: 'boom' } });
    upstream.on('POST', `/v2/integrations/${id}/users`, { status: 500, json: { detail: 'boom' } });
    await expect(client.upsert('openai', '{}', call)).rejects.toMatchObject({ retryable: true });
    await expect(client.share('users', id, '[]', call)).rejects.toMatchObject({ retryable: false });
  });

  test('a standard error with a code that is not an integer has no code', async () => {
    await using stack = await startClient();
    for (const code of ['7000', 7000.5, null, undefined, { a: 1 }]) {
      const json = { standard_error: { error_code: code, message: 'No.' } };
      stack.upstream.on('GET', '/v2/integrations/openai', { status: 400, json });
      expect(await getFieldError(stack.client.fetchIntegration('openai', stack.call))).toMatchObject({
        code: 'BAD_USER_INPUT',
        message: 'No.',
        galileoErrorCode: undefined,
      });
    }
  });
});

describe('the message of an error', () => {
  const generic = 'Galileo rejected the request as invalid.';

  test.each([
    ['a string', { detail: 'One.' }, 'One.'],
    ['an object with message', { detail: { message: 'One.', code: 'x' } }, 'One.'],
    ['an object with msg', { detail: { msg: 'One.' } }, 'One.'],
    ['an object with error', { detail: { error: 'One.' } }, 'One.'],
    ['an object whose message is not usable', { detail: { message: {}, msg: ' ', error: 'One.' } }, 'One.'],
    ['a list of strings', { detail: ['One.', 'Two.'] }, 'One.; Two.'],
    [
      'a list of issues',
      { detail: [{ loc: ['body'], msg: 'Value error, one.', type: 'value_error' }] },
      'one.',
    ],
    ['a list of both', { detail: ['One.', { msg: 'Two.' }, 3, null] }, 'One.; Two.'],
    ['an object of another form', { detail: { reason: 'One.' } }, generic],
    ['a number', { detail: 1 }, generic],
    ['null next to a standard error', { detail: null, standard_error: { message: 'One.' } }, 'One.'],
    ['nothing', {}, generic],
  ])('the message of an error is read from a detail that is %s', async (_what, json, message) => {
    await using stack = await startClient();
    stack.upstream.on('GET', '/integrations', { status: 400, json });
    expect((await getFieldError(stack.client.fetchRecords(stack.call))).message).toBe(message);
  });

  test('the message of an unknown outcome says that the change may have been made, for any write', async () => {
    await using stack = await startClient();
    stack.upstream.on('DELETE', '/integrations/openai', (_call, response) => void response.destroy());
    expect(await getFieldError(stack.client.deleteIntegration('openai', stack.call))).toMatchObject({
      code: 'UPSTREAM_OUTCOME_UNKNOWN',
      retryable: false,
      message: expect.stringContaining('may or may not have been made') as string,
    });
  });
});

test('the issues of an invalid write have location, message and type, and no secret or prefix of pydantic', async () => {
  await using stack = await startClient();
  stack.upstream.on('PUT', '/v2/integrations/custom', {
    status: 422,
    json: {
      detail: [
        {
          loc: ['body', 'model_properties', 0, 'name'],
          msg: 'Field required',
          type: 'missing',
          input: { token: 't' },
        },
        { loc: ['body'], msg: 'Value error, key-1 needs based_on', type: 'value_error', ctx: { error: {} } },
        { loc: 'body', msg: 7, type: null },
        'A string.',
      ],
    },
  });
  expect(await stack.client.upsert('custom', '{}', stack.call)).toEqual({
    kind: 'invalid',
    message: 'Field required; [redacted] needs based_on; Galileo gave no reason.; A string.',
    issues: [
      { location: ['body', 'model_properties', 0, 'name'], message: 'Field required', type: 'missing' },
      { location: ['body'], message: '[redacted] needs based_on', type: 'value_error' },
      { location: [], message: 'Galileo gave no reason.', type: 'unknown' },
      { location: [], message: 'A string.', type: 'unknown' },
    ],
  });
});

describe('a UUID', () => {
  test.each([
    '00000000-0000-0000-0000-000000000000',
    'ffffffff-ffff-ffff-ffff-ffffffffffff',
    '6fa459ea-ee8a-3ca4-894e-db77e160355e',
    '16FD2706-8BAF-433B-82EB-8C7FADA847DA',
    '018f3e2a-7b1c-7def-8a1b-0123456789ab',
  ])('a UUID can have any version and case: %s', (text) => {
    expect(isUuid(text)).toBe(true);
  });

  test.each([
    '',
    'x',
    '../../admin',
    '6fa459eaee8a3ca4894edb77e160355e',
    '{6fa459ea-ee8a-3ca4-894e-db77e160355e}',
    'urn:uuid:6fa459ea-ee8a-3ca4-894e-db77e160355e',
    '6fa459ea-ee8a-3ca4-894e-db77e160355e\n',
    '6fa459ea-ee8a-3ca4-894e-db77e160355g',
    1,
    null,
    ['6fa459ea-ee8a-3ca4-894e-db77e160355e'],
  ])('a malformed value is not a UUID: %j', (value) => {
    expect(isUuid(value)).toBe(false);
  });
});

test('a caller is identified by a hash of the credentials only', () => {
  const toCallerOf = (...headers: string[]) => hashCredentials(readCallerHeaders(headers).credentials);
  const caller = toCallerOf('x-request-id', '1', 'Galileo-API-Key', 'a', 'Authorization', 'Bearer b');
  expect(toCallerOf('galileo-api-key', 'a', 'traceparent', 'x', 'authorization', 'Bearer b')).toBe(caller);
  for (const other of [
    [],
    ['Galileo-API-Key', 'a'],
    ['Splunk-AO-API-Key', 'a'],
    ['Authorization', 'Bearer b'],
    ['Galileo-API-Key', 'b', 'Authorization', 'Bearer a'],
  ]) {
    expect(toCallerOf(...other)).not.toBe(caller);
  }
  expect(caller).not.toContain('a,');
  expect(caller).toHaveLength(44);
});

test.each([true, false])(
  'the memory of a request body is released, with a credential: %s',
  async (hasCredential) => {
    await using stack = await startClient();
    stack.upstream.on('PUT', '/v2/integrations/openai', { status: 500, json: { detail: 'failed' } });
    const budget = new MemoryBudget(1_000_000);
    const call = { ...stack.call, hasCredential, reservation: new Reservation(budget) };
    await getFieldError(stack.client.upsert('openai', '{"token":"t"}', call));
    const response = budget.bytes;
    for (let count = 0; count < 3; count += 1)
      await getFieldError(stack.client.upsert('openai', JSON.stringify({ token: 't'.repeat(10_000) }), call));
    expect(budget.bytes).toBe(4 * response);
  },
);
