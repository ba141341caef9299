import { getNamedType } from 'graphql';
import { describe, expect, it } from 'vitest';
import { IntegrationDocument, SettingsPageDocument } from '../client/generated/graphql.ts';
import { getTypeName } from '../src/resolvers/discriminator.ts';
import { providers } from '../src/schema/providers/index.ts';
import { type JsonSchema, resolveReference } from '../src/upstream/openapi-document.ts';
import { integrationRecordFixtures } from './fixtures/integration-records.ts';
import { integrationFixtures } from './fixtures/integrations.ts';
import { findField, getSchemaOf, integrationNames, toEnumName, toPath } from './support/naming.ts';
import { startStack } from './support/stack.ts';

type Name = (typeof integrationNames)[number];

/** The GraphQL form of an upstream value, by the OpenAPI document and the names that the schema declares. */
function toAnswer(value: unknown, schema: JsonSchema, typeName: string): unknown {
  const {
    anyOf,
    enum: values,
    const: constant,
    items,
    properties,
    additionalProperties,
  } = resolveReference(schema);
  const [first] = anyOf ?? [];
  if (first !== undefined) return toAnswer(value, first, typeName);
  if (values !== undefined || constant !== undefined) return String(value).toUpperCase();
  if (Array.isArray(value)) return value.map((item: unknown) => toAnswer(item, items ?? {}, typeName));
  if (typeof value !== 'object' || value === null) return value;
  if (properties !== undefined) {
    return Object.fromEntries(
      Object.entries(value).flatMap(([property, inner]) => {
        const field = findField(typeName, property);
        if (field === undefined) return [];
        return [[field.name, toAnswer(inner, properties[property] ?? {}, getNamedType(field.type).name)]];
      }),
    );
  }
  return typeof additionalProperties === 'object'
    ? Object.entries(value).map(([key, entry]: [string, unknown]) => ({ key, value: entry }))
    : value;
}

/** Reads one provider with all of its fields from an upstream that returns that body. */
async function readIntegration(name: Name, json: unknown) {
  await using stack = await startStack();
  stack.upstream.on('GET', toPath(name), { json });
  const { data, errors } = await stack.gateway.query(IntegrationDocument, { name: toEnumName(name) });
  expect(stack.upstream.calls).toHaveLength(1);
  return { integration: data?.integration, errors };
}

describe('every provider', () => {
  it.each(integrationNames)('returns every value of a full %s in the schema’s names', async (name) => {
    const { full } = integrationFixtures[name];
    const { integration, errors } = await readIntegration(name, full);
    expect(errors).toEqual([]);
    expect(integration).toMatchObject({
      __typename: getTypeName(name),
      ...(toAnswer(full, getSchemaOf(name), getTypeName(name)) as object),
    });
  });

  it.each(integrationNames)('returns a minimal %s with defaults, empty lists and nulls', async (name) => {
    const { minimal } = integrationFixtures[name];
    const { integration, errors } = await readIntegration(name, minimal);
    expect(errors).toEqual([]);
    expect(integration).toMatchObject({
      ...(toAnswer(minimal, getSchemaOf(name), getTypeName(name)) as object),
      name: toEnumName(name),
      id: null,
      extra: null,
    });
  });

  it.each(integrationNames)(
    'reads a %s with fields and values that this schema does not know',
    async (name) => {
      const { integration, errors } = await readIntegration(name, integrationFixtures[name].withUnknown);
      // An unknown provider of a model is an error of its own field.
      const codes = errors.map(({ path, extensions }) => `${path?.at(-1)} ${extensions.code}`);
      expect(codes).toEqual(name === 'aws_sagemaker' ? ['integration UPSTREAM_INVALID_RESPONSE'] : []);
      expect(integration).toMatchObject({ name: toEnumName(name), id: integrationFixtures[name].full.id });
    },
  );

  it('is in the catalogue: one settings page makes 14 upstream calls', async () => {
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
    expect(stack.upstream.calls).toHaveLength(14);
  });
});
