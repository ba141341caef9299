import { describe, expect, it } from 'vitest';
import { IntegrationDocument, SettingsPageDocument } from '../client/generated/graphql.ts';
import { toFieldName } from '../drift/findings.ts';
import { getTypeName } from '../src/resolvers/discriminator.ts';
import { type JsonSchema, resolveReference } from '../src/upstream/openapi-document.ts';
import { integrationFixtures } from './fixtures/integrations.ts';
import { getSchemaOf, integrationNames, toEnumName, toPath } from './support/naming.ts';
import { startStack } from './support/stack.ts';

type Name = (typeof integrationNames)[number];

/** What the gateway answers for a value of upstream's: by the OpenAPI document, whatever the code of the gateway says. */
function toAnswer(value: unknown, schema: JsonSchema, typeName = ''): unknown {
  const { anyOf, ...rest } = resolveReference(schema);
  const [first] = anyOf ?? [];
  if (first !== undefined) return toAnswer(value, first);
  if (rest.enum !== undefined || rest.const !== undefined) return String(value).toUpperCase();
  const { items, properties, additionalProperties } = rest;
  if (Array.isArray(value)) return value.map((item: unknown) => toAnswer(item, items ?? {}));
  if (typeof value !== 'object' || value === null) return value;
  if (properties !== undefined) {
    const known = Object.entries(value).filter(([property]) => toFieldName(typeName, property) !== null);
    return Object.fromEntries(
      known.map(([property, inner]) => [
        toFieldName(typeName, property),
        toAnswer(inner, properties[property] ?? {}),
      ]),
    );
  }
  return typeof additionalProperties === 'object'
    ? Object.entries(value).map(([key, entry]: [string, unknown]) => ({ key, value: entry }))
    : value;
}

/** Reads one provider, with all of its fields, where upstream answers that body. */
async function readIntegration(name: Name, json: unknown) {
  await using stack = await startStack();
  stack.upstream.on('GET', toPath(name), { json });
  const { data, errors } = await stack.gateway.query(IntegrationDocument, { name: toEnumName(name) });
  expect(stack.upstream.calls).toHaveLength(1);
  return { integration: data?.integration, errors };
}

describe('every provider', () => {
  it.each(integrationNames)(
    'answers a full %s with all that upstream sent, in the schema’s names',
    async (name) => {
      const { full } = integrationFixtures[name];
      const { integration, errors } = await readIntegration(name, full);
      expect(errors).toEqual([]);
      expect(integration).toMatchObject({
        __typename: getTypeName(name),
        ...(toAnswer(full, getSchemaOf(name), getTypeName(name)) as object),
      });
    },
  );

  it.each(integrationNames)('answers a minimal %s with defaults, empty lists and nulls', async (name) => {
    const { minimal } = integrationFixtures[name];
    const { integration, errors } = await readIntegration(name, minimal);
    expect(errors).toEqual([]);
    expect(integration).toMatchObject({
      ...(toAnswer(minimal, getSchemaOf(name), getTypeName(name)) as object),
      id: null,
      extra: null,
    });
  });

  it.each(integrationNames)('reads a %s with fields and values that no schema knew', async (name) => {
    const { integration, errors } = await readIntegration(name, integrationFixtures[name].withUnknown);
    // The provider of a model is the one place where an unknown word is an error: of its own field.
    const codes = errors.map(({ path, extensions }) => `${path?.at(-1)} ${extensions.code}`);
    expect(codes).toEqual(name === 'aws_sagemaker' ? ['integration UPSTREAM_INVALID_RESPONSE'] : []);
    expect(integration).toMatchObject({ name: toEnumName(name), id: integrationFixtures[name].full.id });
  });

  it('is in the catalogue, each with its own type, in one operation without aliases', async () => {
    await using stack = await startStack();
    for (const name of integrationNames) {
      stack.upstream.on('GET', toPath(name), { json: integrationFixtures[name].full });
    }

    const { data, errors } = await stack.gateway.query(SettingsPageDocument);

    expect(errors).toEqual([]);
    expect(data?.integrationProviders.map(({ name }) => name)).toEqual(integrationNames.map(toEnumName));
    expect(data?.integrationProviders.map(({ integration }) => integration?.__typename)).toEqual(
      integrationNames.map(getTypeName),
    );
    expect(stack.upstream.calls).toHaveLength(integrationNames.length);
  });
});
