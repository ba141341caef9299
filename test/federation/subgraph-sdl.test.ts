import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { buildSchema, type GraphQLNamedType, isInterfaceType, isObjectType, print } from 'graphql';
import { describe, expect, test } from 'vitest';
import { getTypeName } from '../../src/resolvers/integrations.ts';
import { printApiSchema, printSubgraphSchema } from '../../src/schema/index.ts';
import { providerNames } from '../../src/upstream/api-types.ts';
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

test('_service returns exactly the output of print-schema --subgraph, without a credential', async () => {
  await using upstream = await startFakeUpstream();
  await using gateway = await startGateway(upstream.url);
  const { stdout } = await run(process.execPath, ['dist/main.js', 'print-schema', '--subgraph']);

  expect(await readSdl(gateway)).toBe(stdout);
});

test('_service returns the SDL even if introspection is off', async () => {
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
  expect(data?.__type.possibleTypes).toHaveLength(providerNames.length);
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

  test('the SDL links federation v2.9', () => {
    expect(sdl).toContain('url: "https://specs.apollo.dev/federation/v2.9"');
  });

  test('the entities of the SDL are Integration and the type of each provider, by name', () => {
    const entities = types
      .filter(({ astNode }) => directivesOf(astNode).includes('key'))
      .map(({ name }) => name);
    expect(entities.toSorted()).toEqual(['Integration', ...providerNames.map(getTypeName)].toSorted());
    expect(sdl.match(/@key\(fields: "name"\)/g)).toHaveLength(entities.length);
  });

  test('every type is shareable except the roots, the entities and types that only this subgraph can resolve', () => {
    const unshared = types
      .filter(({ astNode }) => !directivesOf(astNode).some((name) => name === 'key' || name === 'shareable'))
      .map(({ name }) => name);
    expect(unshared.toSorted()).toEqual([
      'IntegrationGroup',
      'IntegrationGroupConnection',
      'IntegrationGroupEdge',
      'IntegrationProvider',
      'IntegrationRecord',
      'IntegrationUser',
      'IntegrationUserConnection',
      'IntegrationUserEdge',
      'IntegrationValidationFailure',
      'Mutation',
      'Query',
      'ShareIntegrationWithGroupsSuccess',
      'ShareIntegrationWithUsersSuccess',
      'UpsertIntegrationSuccess',
    ]);
  });

  /** The fields that call upstream, with their list sizes. */
  const callingFields: Readonly<Record<string, string | undefined>> = {
    catalogs: 'assumedSize: 1',
    databases: 'assumedSize: 1',
    groups: 'slicingArguments: ["first"], sizedFields: ["edges", "nodes"], requireOneSlicingArgument: false',
    integration: undefined,
    integrationRecords: `assumedSize: ${providerNames.length}`,
    integrations: `assumedSize: ${providerNames.length}`,
    isAvailable: undefined,
    models: 'assumedSize: 1',
    records: 'assumedSize: 1',
    status: 'assumedSize: 1',
    users: 'slicingArguments: ["first"], sizedFields: ["edges", "nodes"], requireOneSlicingArgument: false',
  };
  /** Fields with the same names that only read loaded data. */
  const plainFields: readonly string[] = [
    'AwsSageMakerIntegration.models',
    'IntegrationModel.integration',
    'ShareIntegrationWithGroupsSuccess.groups',
    'ShareIntegrationWithUsersSuccess.users',
  ];

  test('every field that calls upstream has the same cost, and every list among them has a size', () => {
    for (const type of types) {
      if (!isObjectType(type) && !isInterfaceType(type)) continue;
      for (const field of Object.values(type.getFields())) {
        const place = `${type.name}.${field.name}`;
        const calls =
          type.name === 'Mutation' || (field.name in callingFields && !plainFields.includes(place));
        // Composition rejects costs on fields of an interface.
        const isCosted = calls && isObjectType(type);
        const directives = (field.astNode?.directives ?? []).map((directive) => print(directive));
        expect([place, directives.includes('@cost(weight: 10)')]).toEqual([place, isCosted]);
        const size = isCosted && type.name !== 'Mutation' ? callingFields[field.name] : undefined;
        const expected =
          place === 'Query.integrationProviders' ? `assumedSize: ${providerNames.length}` : size;
        expect([place, directives.find((text) => text.startsWith('@listSize'))]).toEqual([
          place,
          expected === undefined ? undefined : `@listSize(${expected})`,
        ]);
      }
    }
  });
});
