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
import { fieldNames, toFieldName } from '../drift/findings.ts';
import { readConfig } from '../src/config.ts';
import { createExecutor } from '../src/execution/index.ts';
import { createSchema, printApiSchema, printSubgraphSchema } from '../src/schema/index.ts';
import { getIntegrationSchema, openApiDocument } from '../src/upstream/openapi-document.ts';

const schema = buildSchema(printApiSchema());
const types = Object.values(schema.getTypeMap()).filter(
  (type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type),
);
const upstreamSchemas = openApiDocument.components.schemas;

/** The type that has the properties of an upstream schema when it is read, where its name is not the schema's. */
const outputTypes: Readonly<Record<string, string>> = {
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

/** The enums of upstream's that one of the schema stands for, where it is not the one of its name alone. */
const enumSources: Readonly<Record<string, readonly string[]>> = {
  IntegrationName: ['IntegrationName', 'LLMIntegration'],
  IntegrationAuthenticationType: [
    'AnthropicAuthenticationType',
    'AzureAuthenticationType',
    'CustomAuthenticationType',
  ],
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

/** What a document selects: `Type.field`, with a field of an interface on each of its types. */
function getSelection(document: DocumentNode): ReadonlySet<string> {
  const fields = new Set<string>();
  const info = new TypeInfo(schema);
  visit(
    document,
    visitWithTypeInfo(info, {
      Field: ({ name }) => {
        const parent = info.getParentType();
        const owners = isInterfaceType(parent) ? schema.getPossibleTypes(parent) : [parent];
        for (const owner of owners) fields.add(`${owner?.name}.${name.value}`);
      },
    }),
  );
  return fields;
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
        for (const type of [outputTypes[name] ?? name, inputTypes[name]]) {
          if (type === undefined || schema.getType(type) === undefined) continue;
          const field = toFieldName(type, property);
          if (field !== null) expected.push(`${type}.${field}`);
        }
      }
    }
    const actual = types.flatMap((type) => getFields(type).map((field) => `${type.name}.${field.name}`));
    expect(expected.length).toBeGreaterThan(150);
    expect(
      expected.filter((place) => !actual.includes(place)),
      'Give these fields to their types; a property without one, such as a secret, is null in `fieldNames` of drift/findings.ts',
    ).toEqual([]);
  });

  it('has no special name for a property that upstream does not have', () => {
    const places = Object.entries(upstreamSchemas).flatMap(([name, { properties = {} }]) =>
      Object.keys(properties).flatMap((property) =>
        [outputTypes[name] ?? name, inputTypes[name]].map((type) => `${type}.${property}`),
      ),
    );
    const special = Object.entries(fieldNames).flatMap(([type, names]) =>
      Object.keys(names).map((property) => `${type}.${property}`),
    );
    expect(places).toEqual(expect.arrayContaining(special));
  });

  it('knows every schema of upstream’s, as a type, an input or an enum', () => {
    const special = [...Object.keys({ ...outputTypes, ...inputTypes }), ...Object.values(enumSources).flat()];
    const names = Object.keys(upstreamSchemas);
    expect(
      names.filter((name) => !special.includes(name) && schema.getType(name) === undefined),
      'Declare a provider in src/schema/providers, an enum in src/schema/enums.ts, an object in src/schema/values.ts; one that gets another name there is in a table above',
    ).toEqual([]);
    expect(names).toEqual(expect.arrayContaining(special));
  });

  it('tells the same providers by upstream’s enum, union and discriminator', () => {
    const { oneOf = [], discriminator } = getIntegrationSchema();
    const mapping = Object.entries(discriminator?.mapping ?? {});
    expect(mapping.map(([name]) => name).sort()).toEqual(
      upstreamSchemas['IntegrationName']?.enum?.toSorted(),
    );
    expect(mapping.map(([, target]) => target).sort()).toEqual(oneOf.map(({ $ref = '' }) => $ref).sort());
  });

  it.each(types.filter((type) => isEnumType(type)).map(({ name }) => name))(
    'has the words of upstream’s in %s, sorted, and one for all others',
    (name) => {
      const sources = enumSources[name] ?? [name];
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
  ])('lets one operation without aliases select all of %s, within the default limits', (_what, client) => {
    const executor = createExecutor(createSchema(), {
      limits: readConfig({}),
      introspection: false,
      trustedDocuments: undefined,
      report: () => undefined,
    });
    const params = {
      query: print(client),
      operationName: undefined,
      variables: undefined,
      documentId: undefined,
    };
    expect(executor.prepare(params, { isReadOnly: false }).measures.aliases).toBe(0);
  });

  it('has no field that those two operations leave out', () => {
    const selections = [SettingsPageDocument, UpsertCustomIntegrationDocument].map(getSelection);
    const all = types
      .filter((type) => isObjectType(type) && !['Query', 'Mutation'].includes(type.name))
      .flatMap((type) => getFields(type).map(({ name }) => `${type.name}.${name}`));
    expect(
      all.filter((field) => !selections.some((selection) => selection.has(field))),
      'Write them into the fragments of client/documents (`AllIntegrationFields` spreads those of the providers), then: npm run codegen',
    ).toEqual([]);
  });
});
