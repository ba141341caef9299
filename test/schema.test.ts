import { readFileSync } from 'node:fs';
import {
  buildSchema,
  type DocumentNode,
  type GraphQLNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isSpecifiedScalarType,
  print,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { describe, expect, it } from 'vitest';
import { SettingsPageDocument, UpsertCustomIntegrationDocument } from '../client/generated/graphql.ts';
import { readConfig } from '../src/config.ts';
import { measureComplexity } from '../src/execution/complexity.ts';
import { DocumentStore } from '../src/execution/documents.ts';
import { createSchema, printApiSchema, printSubgraphSchema } from '../src/schema/index.ts';
import { getIntegrationSchema, openApiDocument } from '../src/upstream/openapi-document.ts';
import { toFieldName } from './support/naming.ts';

const schema = buildSchema(printApiSchema());
const types = Object.values(schema.getTypeMap()).filter(
  (type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type),
);
const upstreamSchemas = openApiDocument.components.schemas;
const providerTypes = (getIntegrationSchema().oneOf ?? []).map(
  ({ $ref = '' }) => $ref.split('/').at(-1) ?? '',
);

/** The type that has the properties of an upstream schema when it is read; providers have their schema's name. */
const outputTypes: Readonly<Record<string, string>> = {
  ...Object.fromEntries(providerTypes.map((name) => [name, name])),
  AzureModelDeployment: 'AzureModelDeployment',
  CustomLLMConfig: 'CustomLlmConfig',
  HTTPValidationError: 'IntegrationValidationFailure',
  InputMap: 'ModelInputMap',
  IntegrationDB: 'IntegrationRecord',
  Model: 'IntegrationModel',
  ModelProperties: 'CustomModelProperties',
  MultiModalModelIntegrationConfig: 'MultiModalIntegrationConfig',
  OutputMap: 'ModelOutputMap',
  Permission: 'IntegrationPermission',
  RunParamsMap: 'ModelParamsMap',
  ValidationError: 'IntegrationValidationIssue',
  VertexAIGCSConfigResponse: 'VertexAIGcsConfig',
};

/** The input type that has them when it is written. */
const inputTypes: Readonly<Record<string, string>> = {
  CustomIntegrationCreate: 'UpsertCustomIntegrationInput',
  CustomLLMConfig: 'CustomLlmConfigInput',
  ModelProperties: 'CustomModelPropertiesInput',
  MultiModalModelIntegrationConfig: 'MultiModalIntegrationConfigInput',
};

const renames: Readonly<Record<string, string>> = {
  'CustomIntegration.models': 'legacyModels',
  'HTTPValidationError.detail': 'issues',
  'IntegrationDB.id': 'integrationId',
  'ValidationError.loc': 'path',
  'ValidationError.msg': 'message',
  'ValidationError.type': 'code',
};

/** Properties without a field, each with the reason. */
const withoutField: Readonly<Record<string, string>> = {
  'CustomIntegration.api_key_value': 'a secret is write-only',
  'CustomIntegration.headers': 'their values are secrets, which are write-only',
  'CustomIntegrationCreate.is_legacy_format': "it is upstream's own bookkeeping",
};

/** Each enum of the schema with the enums of upstream's that it stands for. */
const enums: Readonly<Record<string, readonly string[]>> = {
  IntegrationName: ['IntegrationName', 'LLMIntegration'],
  IntegrationAuthenticationType: [
    'AnthropicAuthenticationType',
    'AzureAuthenticationType',
    'CustomAuthenticationType',
  ],
  CustomAuthenticationType: ['CustomAuthenticationType'],
  AwsCredentialType: ['AwsCredentialType'],
  ContentModality: ['ContentModality'],
  ModelCostBy: ['ModelCostBy'],
  IntegrationPermissionAction: [
    'AnnotationQueueAction',
    'ApiKeyAction',
    'DatasetAction',
    'FineTunedScorerAction',
    'GeneratedScorerAction',
    'GroupAction',
    'GroupMemberAction',
    'IntegrationAction',
    'OrganizationAction',
    'ProjectAction',
    'RegisteredScorerAction',
    'UserAction',
  ],
};
// The first is a key, the second an input: upstream itself says what is allowed there.
const enumsWithoutUnrecognized = ['IntegrationName', 'CustomAuthenticationType'];

interface Described {
  readonly name: string;
  readonly description?: string | null | undefined;
}

/** The fields of a type, of an output or an input, with their arguments. */
function getFields(
  type: GraphQLNamedType | null | undefined,
): (Described & { readonly args: readonly Described[] })[] {
  if (isInputObjectType(type))
    return Object.values(type.getFields()).map((field) => ({ ...field, args: [] }));
  return isObjectType(type) || isInterfaceType(type) ? Object.values(type.getFields()) : [];
}

/** Every description there is to write, by what it describes. */
function* getDescriptions(): Generator<[string, string | null | undefined]> {
  for (const type of types) {
    yield [type.name, type.description];
    if (isEnumType(type)) {
      for (const { name, description } of type.getValues()) yield [`${type.name}.${name}`, description];
    }
    for (const field of getFields(type)) {
      yield [`${type.name}.${field.name}`, field.description];
      for (const arg of field.args) yield [`${type.name}.${field.name}(${arg.name}:)`, arg.description];
    }
  }
}

/** What a document selects: `Type.field`, with a field of an interface on each of its types; and the types it names. */
function getSelection(document: DocumentNode) {
  const fields = new Set<string>();
  const typeNames = new Set<string>();
  const info = new TypeInfo(schema);
  visit(
    document,
    visitWithTypeInfo(info, {
      Field: ({ name }) => {
        const parent = info.getParentType();
        if (isObjectType(parent)) typeNames.add(parent.name);
        const owners = isInterfaceType(parent) ? schema.getPossibleTypes(parent) : [parent];
        for (const owner of owners) fields.add(`${owner?.name}.${name.value}`);
      },
    }),
  );
  for (const root of ['Query', 'Mutation']) typeNames.delete(root);
  return { fields, typeNames };
}

const readFile = (name: string) => readFileSync(new URL(`../${name}`, import.meta.url), 'utf8');

describe('the schema', () => {
  it('describes every type, field, argument, input field and enum value', () => {
    const missing = [...getDescriptions()].filter(([, description]) => (description ?? '').trim() === '');
    expect(missing.map(([place]) => place)).toEqual([]);
  });

  it('is what schema.graphql and subgraph.graphql have', () => {
    expect(readFile('schema.graphql')).toBe(printApiSchema());
    expect(readFile('subgraph.graphql')).toBe(printSubgraphSchema());
  });

  it('has a field for every property that upstream reads or writes, but for those with a reason', () => {
    const expected: string[] = [];
    for (const [name, { properties = {} }] of Object.entries(upstreamSchemas)) {
      for (const property of Object.keys(properties)) {
        const place = `${name}.${property}`;
        if (place in withoutField) continue;
        const field = renames[place] ?? toFieldName(property);
        for (const type of [outputTypes[name], inputTypes[name]]) {
          if (type !== undefined) expected.push(`${type}.${field}`);
        }
      }
    }
    const actual = types.flatMap((type) => getFields(type).map((field) => `${type.name}.${field.name}`));
    expect(expected.length).toBeGreaterThan(150);
    expect(expected.filter((place) => !actual.includes(place))).toEqual([]);
  });

  it('has no exception and no rename for a property that upstream does not have', () => {
    const places = Object.entries(upstreamSchemas).flatMap(([name, { properties = {} }]) =>
      Object.keys(properties).map((property) => `${name}.${property}`),
    );
    expect(places).toEqual(expect.arrayContaining([...Object.keys(withoutField), ...Object.keys(renames)]));
  });

  it('knows every schema of upstream’s, as a type, an input or an enum', () => {
    const known = [...Object.keys(outputTypes), ...Object.keys(inputTypes), ...Object.values(enums).flat()];
    expect([...new Set(known)].sort()).toEqual(Object.keys(upstreamSchemas).sort());
  });

  it.each(Object.entries(enums))(
    'has the words of upstream’s in %s, sorted, and one for all others',
    (name, sources) => {
      const words = new Set(sources.flatMap((source) => upstreamSchemas[source]?.enum ?? []));
      const expected = [...words].map((word) => word.toUpperCase()).sort();
      if (!enumsWithoutUnrecognized.includes(name)) expected.push('UNRECOGNIZED');

      const type = schema.getType(name);
      expect(
        isEnumType(type) &&
          type
            .getValues()
            .map((value) => value.name)
            .sort(),
      ).toEqual(expected.sort());
    },
  );

  it('has 37 permission actions, and one for those that nobody knows yet', () => {
    const type = schema.getType('IntegrationPermissionAction');
    const values = isEnumType(type) ? type.getValues().map(({ name }) => name) : [];
    expect(values).toHaveLength(38);
    expect(values).toContain('UNRECOGNIZED');
  });

  it('answers no secret: tokens, API keys and header values are input fields only', () => {
    const outputs = types.filter((type) => isObjectType(type) || isInterfaceType(type));
    const names = outputs.flatMap((type) => getFields(type).map((field) => field.name));
    expect(names).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/^(token|apiKeyValue|headers)$/)]),
    );
  });

  it.each([
    ['every provider', SettingsPageDocument],
    ['the upsert', UpsertCustomIntegrationDocument],
  ])(
    'lets one operation without aliases select every field of %s, within the default limits',
    (_what, client) => {
      const store = new DocumentStore(createSchema(), readConfig({}), { introspection: false });
      const { document, operation } = store.prepare(print(client), undefined);
      expect(measureComplexity(document, operation).aliases).toBe(0);

      const { fields, typeNames } = getSelection(client);
      const expected = [...typeNames].flatMap((type) =>
        getFields(schema.getType(type)).map(({ name }) => `${type}.${name}`),
      );
      expect(expected.filter((field) => !fields.has(field))).toEqual([]);
    },
  );

  it('has no type that those two operations leave out', () => {
    const selected = [SettingsPageDocument, UpsertCustomIntegrationDocument].flatMap((document) => [
      ...getSelection(document).typeNames,
    ]);
    const all = types.filter((type) => isObjectType(type)).map(({ name }) => name);
    expect([...new Set([...selected, ...providerTypes, 'Query', 'Mutation'])].sort()).toEqual(all.sort());
  });
});
