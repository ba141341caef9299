import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { buildSchema, type GraphQLNamedType, getNamedType, isInterfaceType, isObjectType } from 'graphql';
import { describe, expect, test } from 'vitest';
import { getTypeName } from '../../src/resolvers/discriminator.ts';
import { printApiSchema, printSubgraphSchema } from '../../src/schema/index.ts';
import { integrationNames } from '../../src/upstream/wire.ts';
import { startFakeUpstream } from '../support/fake-upstream.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';

const run = promisify(execFile);

const readSdl = async (gateway: TestGateway): Promise<string | undefined> => {
  const { data } = await gateway.query<{ _service: { sdl: string } }, unknown>(
    '{ _service { sdl } }',
    {},
    {},
  );
  return data?._service.sdl;
};

test('_service answers without a credential what print-schema --subgraph prints, to the character', async () => {
  await using upstream = await startFakeUpstream();
  await using gateway = await startGateway(upstream.url);
  const { stdout } = await run(process.execPath, ['dist/main.js', 'print-schema', '--subgraph']);

  expect(await readSdl(gateway)).toBe(stdout);
});

test('_service answers where introspection is off', async () => {
  await using upstream = await startFakeUpstream();
  await using gateway = await startGateway(upstream.url, { introspection: 'off' });

  expect(await readSdl(gateway)).toBe(printSubgraphSchema());
});

test('introspection needs no credential, and shows the entities', async () => {
  await using upstream = await startFakeUpstream();
  await using gateway = await startGateway(upstream.url);

  const { data, errors } = await gateway.query<
    { __type: { possibleTypes: readonly { name: string }[] } },
    unknown
  >('{ __type(name: "_Entity") { possibleTypes { name } } }', {}, {});

  expect(errors).toEqual([]);
  expect(data?.__type.possibleTypes).toHaveLength(integrationNames.length);
});

test.each([
  ['schema.graphql', printApiSchema],
  ['subgraph.graphql', printSubgraphSchema],
])('%s is up to date: npm run codegen writes it', (file, print) => {
  expect(readFileSync(file, 'utf8')).toBe(print());
});

describe('the SDL', () => {
  const sdl = printSubgraphSchema();
  const schema = buildSchema(sdl, { assumeValidSDL: true });
  const types = Object.values(schema.getTypeMap()).filter(
    (type) => !type.name.startsWith('__') && (isObjectType(type) || isInterfaceType(type)),
  );
  const directivesOf = (node: GraphQLNamedType['astNode']) =>
    node?.directives?.map(({ name }) => name.value) ?? [];

  test('is of federation v2.9', () => {
    expect(sdl).toContain('url: "https://specs.apollo.dev/federation/v2.9"');
  });

  test('has Integration and the type of each provider as entities, by their name, and no others', () => {
    const entities = types
      .filter(({ astNode }) => directivesOf(astNode).includes('key'))
      .map(({ name }) => name);
    expect(entities.toSorted()).toEqual(['Integration', ...integrationNames.map(getTypeName)].toSorted());
    expect(sdl.match(/@key\(fields: "name"\)/g)).toHaveLength(entities.length);
  });

  test('shares every type but the roots, the entities, and what only this subgraph answers', () => {
    const unshared = types
      .filter(({ astNode }) => !directivesOf(astNode).some((name) => name === 'key' || name === 'shareable'))
      .map(({ name }) => name);
    expect(unshared.toSorted()).toEqual([
      'IntegrationPermission',
      'IntegrationProvider',
      'IntegrationRecord',
      'IntegrationValidationFailure',
      'IntegrationValidationIssue',
      'Mutation',
      'Query',
      'UpsertIntegrationSuccess',
    ]);
  });

  test('gives every field that calls upstream the same cost, and lists of providers their size', () => {
    const calling: string[] = [];
    const lists: string[] = [];
    for (const type of types) {
      if (!isObjectType(type)) continue;
      for (const field of Object.values(type.getFields())) {
        const answersIntegration = /^\w*Integration$/.test(getNamedType(field.type).name);
        const directives = JSON.stringify(field.astNode?.directives ?? []);
        if (directives.includes('"cost"') !== answersIntegration && type.name !== 'Mutation') {
          calling.push(`${type.name}.${field.name} is wrong`);
        }
        if (directives.includes('"cost"')) calling.push(`${type.name}.${field.name}`);
        if (directives.includes('"listSize"')) lists.push(`${type.name}.${field.name}`);
      }
    }
    expect(calling).toEqual([
      'IntegrationProvider.integration',
      'Mutation.upsertCustomIntegration',
      'Query.integration',
      'Query.integrations',
      'UpsertIntegrationSuccess.integration',
    ]);
    expect(lists).toEqual(['Query.integrationProviders', 'Query.integrations']);
    expect(new Set(sdl.match(/@cost\(weight: \d+\)/g))).toEqual(new Set(['@cost(weight: 10)']));
    const size = `@listSize(assumedSize: ${integrationNames.length})`;
    expect(new Set(sdl.match(/@listSize\(.*?\)/g))).toEqual(new Set([size]));
  });
});
