import { describe, expect, it } from 'vitest';
import { SettingsPageDocument } from '../client/generated/graphql.ts';
import { getTypeName } from '../src/resolvers/integrations.ts';
import { providers } from '../src/schema/providers/index.ts';
import { integrationRecordFixtures } from './fixtures/integration-records.ts';
import { integrationFixtures } from './fixtures/integrations.ts';
import { completeIntegrationDocument } from './support/complete-document.ts';
import { getSchemaOf, integrationNames, toEnumName, toPath } from './support/naming.ts';
import { toGraphql } from './support/openapi-values.ts';
import { startStack } from './support/stack.ts';

type Name = (typeof integrationNames)[number];

/** Reads one provider with all of its fields from an upstream that returns that body. */
async function readIntegration(name: Name, json: unknown) {
  await using stack = await startStack();
  stack.upstream.on('GET', toPath(name), { json });
  const { data, errors } = await stack.gateway.query(completeIntegrationDocument, { name: toEnumName(name) });
  expect(stack.upstream.calls).toHaveLength(1);
  return { integration: data?.integration, errors };
}

describe('every provider', () => {
  it.each(integrationNames)(
    'a full %s is returned with every value, in the names of the schema',
    async (name) => {
      const { full } = integrationFixtures[name];
      const { integration, errors } = await readIntegration(name, full);
      expect(errors).toEqual([]);
      expect(integration).toMatchObject({
        __typename: getTypeName(name),
        ...(toGraphql(full, getSchemaOf(name), getTypeName(name)) as object),
      });
    },
  );

  it.each(integrationNames)('a minimal %s is returned with defaults, empty lists and nulls', async (name) => {
    const { minimal } = integrationFixtures[name];
    const { integration, errors } = await readIntegration(name, minimal);
    expect(errors).toEqual([]);
    expect(integration).toMatchObject({
      ...(toGraphql(minimal, getSchemaOf(name), getTypeName(name)) as object),
      name: toEnumName(name),
      id: null,
      extra: null,
    });
  });

  it.each(integrationNames)('a %s with unknown fields and values is readable', async (name) => {
    const { integration, errors } = await readIntegration(name, integrationFixtures[name].withUnknown);
    // An unknown provider of a model is an error of its field.
    const codes = errors.map(({ path, extensions }) => `${path?.at(-1)} ${extensions.code}`);
    expect(codes).toEqual(name === 'aws_sagemaker' ? ['integration UPSTREAM_INVALID_RESPONSE'] : []);
    expect(integration).toMatchObject({ name: toEnumName(name), id: integrationFixtures[name].full.id });
  });

  it('integrationProviders has every provider, and one settings page makes 14 upstream calls', async () => {
    await using stack = await startStack();
    for (const name of integrationNames) {
      stack.upstream.on('GET', toPath(name), { json: integrationFixtures[name].full });
    }
    stack.upstream
      .on('GET', '/v2/integrations/available', { json: { integrations: ['openai', 'cohere'] } })
      .on('GET', '/integrations', { json: [integrationRecordFixtures.full] });

    const { data, errors } = await stack.gateway.query(SettingsPageDocument);

    expect(errors).toEqual([]);
    const entries = data?.integrationProviders ?? [];
    expect(entries.map(({ name }) => name)).toEqual(integrationNames.map(toEnumName));
    expect(entries.map(({ displayName }) => displayName)).toEqual(
      integrationNames.map((name) => providers[name].displayName),
    );
    expect(entries.map(({ integration }) => integration?.__typename)).toEqual(
      integrationNames.map(getTypeName),
    );
    expect(entries.filter(({ isAvailable }) => isAvailable).map(({ name }) => name)).toEqual(['OPENAI']);
    expect(entries.map(({ records }) => records?.length)).toEqual(
      integrationNames.map((name) => (name === 'custom' ? 1 : 0)),
    );
    expect(stack.upstream.calls).toHaveLength(integrationNames.length + 2);
  });
});

it.each([{}, { integrations: null }])(
  'no provider is available if upstream responds with %j',
  async (json) => {
    await using stack = await startStack();
    stack.upstream.on('GET', '/v2/integrations/available', { json });
    const { data, errors } = await stack.gateway.query(
      '{ integrationProviders(names: [OPENAI]) { isAvailable } }',
    );
    expect(errors).toEqual([]);
    expect(data).toEqual({ integrationProviders: [{ isAvailable: false }] });
  },
);

describe('the records of a provider', () => {
  const { full } = integrationRecordFixtures;
  const query = '{ integrationProviders(names: [CUSTOM, OPENAI]) { records { label } } }';

  it('the records of a provider have its `provider`, regardless of their label', async () => {
    await using stack = await startStack();
    const records = [
      { ...full, provider: 'custom', name: 'My endpoint' },
      { ...full, provider: 'custom', name: 'openai' },
      { ...full, provider: null, name: 'openai' },
    ];
    stack.upstream.on('GET', '/integrations', { json: records });
    const { data, errors } = await stack.gateway.query(query);
    expect(errors).toEqual([]);
    expect(data).toEqual({
      integrationProviders: [
        { records: [{ label: 'My endpoint' }, { label: 'openai' }] },
        { records: [{ label: 'openai' }] },
      ],
    });
  });

  it('a record that is not an object affects the records of no provider, and fails the list of all records', async () => {
    await using stack = await startStack();
    stack.upstream.on('GET', '/integrations', {
      json: [{ ...full, provider: 'custom', name: 'One' }, 7, null],
    });
    const all = await stack.gateway.query('{ integrationRecords { label } }');
    expect(all).toMatchObject({
      data: { integrationRecords: null },
      errors: [{ path: ['integrationRecords', 1], extensions: { code: 'UPSTREAM_INVALID_RESPONSE' } }],
    });
    const { data, errors } = await stack.gateway.query(query);
    expect(errors).toEqual([]);
    expect(data).toEqual({ integrationProviders: [{ records: [{ label: 'One' }] }, { records: [] }] });
  });
});
