import { graphql } from 'graphql';
import { expect, test } from 'vitest';
import { getTypeName } from '../../src/resolvers/integrations.ts';
import { createSchema } from '../../src/schema/index.ts';
import { providerNames } from '../../src/upstream/api-types.ts';
import { integrationFixtures } from '../fixtures/integrations.ts';
import { type FakeUpstream, startFakeUpstream } from '../support/fake-upstream.ts';
import { startGateway } from '../support/gateway.ts';
import { getCodes, send } from '../support/http-client.ts';
import { withoutUnhandled } from '../support/unhandled-rejections.ts';

interface Entities {
  readonly _entities: readonly (Readonly<Record<string, unknown>> | null)[];
}

// As routers write it: the representations are a variable of the type in the specification.
const byInterface = /* GraphQL */ `
  query ($representations: [_Any!]!) {
    _entities(representations: $representations) {
      ... on Integration {
        __typename
        id
        name
      }
    }
  }
`;

const pathOf = (name: string) => `/v2/integrations/${name}`;

const response = (upstream: FakeUpstream, name: keyof typeof integrationFixtures) =>
  upstream.on('GET', pathOf(name), { json: integrationFixtures[name].full });

test.each(providerNames)('a reference to %s resolves as Integration and as its own type', async (name) => {
  await using upstream = await startFakeUpstream();
  response(upstream, name);
  await using gateway = await startGateway(upstream.url);
  const typeName = getTypeName(name);
  const key = name.toUpperCase();

  const { data, errors } = await gateway.query<Entities, unknown>(
    `query ($representations: [_Any!]!) {
      _entities(representations: $representations) {
        ... on Integration { __typename id }
        ... on ${typeName} { name extra }
      }
    }`,
    {
      representations: [
        { __typename: 'Integration', name: key },
        { __typename: typeName, name: key },
      ],
    },
  );

  const { id, extra } = integrationFixtures[name].full;
  const entity = { __typename: typeName, id, name: key, extra };
  expect(errors).toEqual([]);
  expect(data?._entities).toEqual([entity, entity]);
  expect(upstream.callsTo('GET', pathOf(name))).toHaveLength(1);
});

test('a hundred equal references and Query.integration share one upstream call', async () => {
  await using upstream = await startFakeUpstream();
  response(upstream, 'openai');
  await using gateway = await startGateway(upstream.url);

  const { data, errors } = await gateway.query<Entities & { integration: unknown }, unknown>(
    `query ($representations: [_Any!]!) {
      _entities(representations: $representations) { ... on Integration { name } }
      integration(name: OPENAI) { name }
    }`,
    { representations: Array.from({ length: 100 }, () => ({ __typename: 'Integration', name: 'OPENAI' })) },
  );

  expect(errors).toEqual([]);
  expect(data?._entities).toEqual(Array.from({ length: 100 }, () => ({ name: 'OPENAI' })));
  expect(data?.integration).toEqual({ name: 'OPENAI' });
  expect(upstream.calls).toHaveLength(1);
});

test('further fields in a representation have no effect', async () => {
  await using upstream = await startFakeUpstream();
  response(upstream, 'mistral');
  await using gateway = await startGateway(upstream.url);

  const { data, errors } = await gateway.query<Entities, unknown>(byInterface, {
    representations: [
      {
        __typename: 'MistralIntegration',
        name: 'MISTRAL',
        id: 'not-the-id',
        extra: { a: [1, null] },
        other: null,
      },
    ],
  });

  expect(errors).toEqual([]);
  expect(data?._entities).toEqual([
    { __typename: 'MistralIntegration', id: integrationFixtures.mistral.full.id, name: 'MISTRAL' },
  ]);
});

test('a representation written in the document resolves too', async () => {
  await using upstream = await startFakeUpstream();
  response(upstream, 'nvidia');
  await using gateway = await startGateway(upstream.url);

  const { data, errors } = await gateway.query<Entities, unknown>(
    '{ _entities(representations: [{ __typename: "Integration", name: "NVIDIA" }]) { __typename } }',
  );

  expect(errors).toEqual([]);
  expect(data?._entities).toEqual([{ __typename: 'NvidiaIntegration' }]);
});

test('a reference to an integration that is not configured is null without an error', async () => {
  await using upstream = await startFakeUpstream();
  response(upstream, 'openai').on('GET', pathOf('writer'), { status: 404, json: { detail: 'Not found' } });
  await using gateway = await startGateway(upstream.url);

  const { data, errors } = await gateway.query<Entities, unknown>(byInterface, {
    representations: [
      { __typename: 'Integration', name: 'WRITER' },
      { __typename: 'WriterIntegration', name: 'WRITER' },
      { __typename: 'Integration', name: 'OPENAI' },
    ],
  });

  expect(errors).toEqual([]);
  expect(data?._entities).toMatchObject([null, null, { name: 'OPENAI' }]);
  expect(upstream.callsTo('GET', pathOf('writer'))).toHaveLength(1);
});

const malformed = {
  null: null,
  'a string': 'OPENAI',
  'a number': 7,
  'a list': [{ __typename: 'Integration', name: 'OPENAI' }],
  'an empty object': {},
  'no __typename': { name: 'OPENAI' },
  'a __typename that is null': { __typename: null, name: 'OPENAI' },
  'a __typename that is not a string': { __typename: ['Integration'], name: 'OPENAI' },
  'an unknown type': { __typename: 'Account', name: 'OPENAI' },
  'a type that is not an entity': { __typename: 'StringMapEntry', name: 'OPENAI' },
  'a type of another provider': { __typename: 'AzureIntegration', name: 'OPENAI' },
  'a name of Object.prototype': { __typename: 'constructor', name: '__proto__' },
  'no key': { __typename: 'Integration' },
  'a key that is null': { __typename: 'Integration', name: null },
  'an unknown name': { __typename: 'Integration', name: 'ACME' },
  "upstream's spelling of the name": { __typename: 'Integration', name: 'openai' },
  'a key that is not a string': { __typename: 'Integration', name: { equals: 'OPENAI' } },
};

test.each(Object.entries(malformed))(
  'a malformed reference fails alone: %s',
  async (_what, representation) => {
    await using upstream = await startFakeUpstream();
    response(upstream, 'azure');
    await using gateway = await startGateway(upstream.url);
    const good = { __typename: 'Integration', name: 'AZURE' };

    const { status, data, errors } = await gateway.query<Entities, unknown>(byInterface, {
      representations: [good, representation, good],
    });

    const azure = { __typename: 'AzureIntegration' };
    expect(status).toBe(200);
    expect(data?._entities).toMatchObject([azure, null, azure]);
    expect(errors).toMatchObject([
      { path: ['_entities', 1], extensions: { code: 'BAD_USER_INPUT', retryable: false } },
    ]);
  },
);

test('a deeply nested reference, as a variable in a list, fails alone', async () => {
  await using upstream = await startFakeUpstream();
  await using gateway = await startGateway(upstream.url);
  const depth = 40_000;
  const response = await send(gateway.url, {
    headers: { 'content-type': 'application/json', 'galileo-api-key': 'k' },
    body: `{"query":"query ($a: _Any!) { _entities(representations: [$a]) { __typename } }","variables":{"a":${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}}}`,
  });
  expect(getCodes(response)).toEqual(['BAD_USER_INPUT']);
});

test('a malformed reference is not quoted in its error', async () => {
  await using upstream = await startFakeUpstream();
  await using gateway = await startGateway(upstream.url);

  const { text } = await gateway.query<Entities, unknown>(byInterface, {
    representations: [
      { __typename: 'sk-in-the-wrong-place', name: 'sk-in-the-wrong-place' },
      'sk-in-the-wrong-place',
    ],
  });

  expect(text).not.toContain('sk-in-the-wrong-place');
});

test('a reference whose upstream call fails nulls only its own entity', async () => {
  await using upstream = await startFakeUpstream();
  response(upstream, 'openai').on('GET', pathOf('mistral'), { status: 403, json: { detail: 'Not yours' } });
  await using gateway = await startGateway(upstream.url);

  const { data, errors } = await gateway.query<Entities, unknown>(byInterface, {
    representations: [
      { __typename: 'Integration', name: 'MISTRAL' },
      { __typename: 'Integration', name: 'OPENAI' },
    ],
  });

  expect(data?._entities).toMatchObject([null, { name: 'OPENAI' }]);
  expect(errors).toMatchObject([
    { path: ['_entities', 0], extensions: { code: 'FORBIDDEN', upstreamStatus: 403 } },
  ]);
});

test('without a credential, each reference fails with UNAUTHENTICATED, and upstream is not called', async () => {
  await using upstream = await startFakeUpstream();
  await using gateway = await startGateway(upstream.url);

  const { data, errors } = await gateway.query<Entities, unknown>(
    byInterface,
    {
      representations: [
        { __typename: 'Integration', name: 'MISTRAL' },
        { __typename: 'OpenAIIntegration', name: 'OPENAI' },
      ],
    },
    {},
  );

  expect(data?._entities).toEqual([null, null]);
  expect(errors.map(({ extensions }) => extensions.code)).toEqual(['UNAUTHENTICATED', 'UNAUTHENTICATED']);
});

test('frozen representations and frozen upstream responses resolve, because nothing writes to them', async () => {
  const source = Object.freeze({ ...integrationFixtures.openai.full });
  const result = await graphql({
    schema: createSchema(),
    source: byInterface,
    variableValues: {
      representations: Object.freeze([
        Object.freeze({ __typename: 'Integration', name: 'OPENAI' }),
        Object.freeze({ __typename: 'OpenAIIntegration', name: 'OPENAI' }),
      ]),
    },
    contextValue: {
      reads: { loadIntegration: () => Promise.resolve(source) },
    },
  });

  const entity = { __typename: 'OpenAIIntegration', id: source.id, name: 'OPENAI' };
  expect(result).toEqual({ data: { _entities: [entity, entity] } });
});

test('a malformed reference in a response that is too large causes no unhandled rejection', async () => {
  await using upstream = await startFakeUpstream();
  await using gateway = await startGateway(upstream.url, { maxResponseBytes: '1' });
  const { errors } = await withoutUnhandled(gateway.query(byInterface, { representations: [{}] }));
  expect(errors.map(({ extensions }) => extensions.code)).toEqual(['QUERY_TOO_COMPLEX']);
});
