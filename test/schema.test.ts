import { readFileSync } from 'node:fs';
import {
  buildASTSchema,
  buildSchema,
  type DocumentNode,
  type GraphQLInputField,
  type GraphQLNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isSpecifiedScalarType,
  lexicographicSortSchema,
  parse,
  print,
  printSchema,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { describe, expect, it } from 'vitest';
import * as clientDocuments from '../client/generated/graphql.ts';
import { integrationSchema, openApiDocument } from '../sandbox/openapi-document.ts';
import { readConfig } from '../src/config.ts';
import { Executor } from '../src/execution/index.ts';
import { createSchema, printApiSchema, printSubgraphSchema } from '../src/schema/index.ts';
import { providers } from '../src/schema/providers/index.ts';
import { toFieldName } from './support/naming.ts';

const { SettingsPageDocument, UpsertCustomIntegrationDocument } = clientDocuments;

const schema = buildSchema(printApiSchema());
const types = Object.values(schema.getTypeMap()).filter(
  (type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type),
);
const upstreamSchemas = openApiDocument.components.schemas;

/** The types that have the properties of an upstream schema, if their names are not the schema's. */
const typeNames: Readonly<Record<string, readonly string[]>> = {
  BaseAwsIntegrationCreate: ['UpsertAwsBedrockIntegrationInput'],
  CustomLLMConfig: ['CustomLlmConfig', 'CustomLlmConfigInput'],
  GroupCollaborator: ['IntegrationGroup'],
  GroupCollaboratorCreate: ['IntegrationGroupInput'],
  InputMap: ['ModelInputMap', 'ModelInputMapInput'],
  IntegrationDB: ['IntegrationRecord'],
  Model: ['IntegrationModel', 'IntegrationModelInput'],
  ModelProperties: ['CustomModelProperties', 'CustomModelPropertiesInput'],
  MultiModalModelIntegrationConfig: ['MultiModalIntegrationConfig', 'MultiModalIntegrationConfigInput'],
  OutputMap: ['ModelOutputMap', 'ModelOutputMapInput'],
  Permission: ['IntegrationPermission'],
  RunParamsMap: ['ModelParamsMap', 'ModelParamsMapInput'],
  UserCollaborator: ['IntegrationUser'],
  UserCollaboratorCreate: ['IntegrationUserInput'],
  VertexAIGCSConfig: ['VertexAIGcsConfigInput'],
  VertexAIGCSConfigResponse: ['VertexAIGcsConfig'],
};

const getTypeNames = (schemaName: string): readonly string[] =>
  typeNames[schemaName] ?? [schemaName.replace(/^(\w+)Create$/, 'Upsert$1Input')];

/** Properties that no field declares, with the reason. */
const undeclared: Readonly<Record<string, string>> = {
  'AzureModelDeployment.id': 'declared on the type of the same name',
  'CustomIntegration.api_key_value': 'a secret',
  'CustomIntegration.headers': 'secrets',
  'GroupCollaborator.id': 'the id of the relation, which no operation takes',
  'IntegrationDB.provider': 'resolved into `name`',
  'IntegrationModelInput.input_price': 'deprecated upstream',
  'IntegrationModelInput.output_price': 'deprecated upstream',
  'Permission.message': 'resolved with redaction',
  'UpsertCustomIntegrationInput.is_legacy_format': 'internal to upstream',
  'UserCollaborator.id': 'the id of the relation, which no operation takes',
};

/** Schemas without a GraphQL type, with the reason. */
const untyped: ReadonlySet<string> = new Set([
  // Returned by one field, or converted to another form.
  'AvailableIntegrations',
  'CollaboratorUpdate',
  'HTTPValidationError',
  'ListGroupCollaboratorsResponse',
  'ListUserCollaboratorsResponse',
  'ValidationError',
]);

/** The upstream enums that an enum of the schema is made of, if it is not the one with its name. */
const enumSources: Readonly<Record<string, readonly string[]>> = {
  AwsCredentialTypeInput: ['AwsCredentialType'],
  ContentModalityInput: ['ContentModality'],
  IntegrationAuthenticationType: [
    'AnthropicAuthenticationType',
    'AzureAuthenticationType',
    'CustomAuthenticationType',
  ],
  IntegrationCollaboratorRole: ['CollaboratorRole'],
  IntegrationCollaboratorRoleInput: ['CollaboratorRole'],
  IntegrationName: ['IntegrationProvider', 'LLMIntegration'],
  IntegrationPermissionAction: Object.keys(upstreamSchemas).filter((name) => name.endsWith('Action')),
  ModelCostByInput: ['ModelCostBy'],
};

interface Described {
  readonly deprecationReason?: string | null | undefined;
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

/** Every possible description, by what it describes. */
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
  it('the schema describes every type, field, argument, input field and enum value', () => {
    const missing = [...getDescriptions()].filter(([, description]) => (description ?? '').trim() === '');
    expect(missing.map(([place]) => place)).toEqual([]);
  });

  it('schema.graphql and subgraph.graphql are up to date', () => {
    expect(readFile('schema.graphql')).toBe(printApiSchema());
    expect(readFile('subgraph.graphql')).toBe(printSubgraphSchema());
  });

  it('the schema has exactly the names, types, nullability, arguments, defaults and deprecations of the contract', () => {
    const getStructure = (sdl: string) => {
      const withoutDescriptions = visit(parse(sdl), {
        enter: (node) => ('description' in node ? { ...node, description: undefined } : undefined),
      });
      return printSchema(lexicographicSortSchema(buildASTSchema(withoutDescriptions)));
    };
    expect(
      getStructure(printApiSchema()),
      'Users rely on this structure. If the change is wanted, make it in test/fixtures/contract.graphql too.',
    ).toBe(getStructure(readFile('test/fixtures/contract.graphql')));
  });

  it('the schema has a field for every property that upstream reads or writes, except listed ones', () => {
    const missing: string[] = [];
    for (const [name, { properties }] of Object.entries(upstreamSchemas)) {
      if (properties === undefined || untyped.has(name)) continue;
      for (const typeName of getTypeNames(name)) {
        for (const property of Object.keys(properties)) {
          if (toFieldName(typeName, property) !== null) continue;
          const keys = [`${name}.${property}`, `${typeName}.${property}`];
          if (!keys.some((key) => key in undeclared)) missing.push(`${typeName}: ${property}`);
        }
      }
    }
    expect(
      missing,
      'Declare these properties in the `fields` of their types in src/schema, or give a reason in `undeclared`.',
    ).toEqual([]);
  });

  it('every schema of upstream is a type, an input or an enum', () => {
    const enums = Object.values(enumSources).flat();
    expect(
      Object.keys(upstreamSchemas).filter(
        (name) =>
          !untyped.has(name) &&
          !enums.includes(name) &&
          !getTypeNames(name).every((typeName) => schema.getType(typeName) !== undefined),
      ),
      'Declare a provider in src/schema/providers, an enum in src/schema/enums.ts, an object with objectOf; one with another name is in a table above',
    ).toEqual([]);
  });

  it('each value of upstream’s enum, union and discriminator has a provider', () => {
    const { oneOf = [], discriminator } = integrationSchema;
    const mapping = Object.entries(discriminator?.mapping ?? {});
    expect(Object.keys(providers)).toEqual(upstreamSchemas['IntegrationProvider']?.enum?.toSorted());
    expect(mapping.map(([name]) => name).sort()).toEqual(Object.keys(providers));
    expect(mapping.map(([, target]) => target).sort()).toEqual(oneOf.map(({ $ref = '' }) => $ref).sort());
  });

  it.each(types.filter((type) => isEnumType(type)).map(({ name }) => name))(
    'the enum %s has the values of upstream',
    (name) => {
      const sources = enumSources[name] ?? [name];
      const values = new Set(sources.flatMap((source) => upstreamSchemas[source]?.enum ?? []));
      const expected = [...values].map((value) => value.toUpperCase());
      const type = schema.getType(name);
      const actual = isEnumType(type) ? type.getValues().map((value) => value.name) : [];
      expect(actual.filter((value) => value !== 'UNRECOGNIZED').sort()).toEqual(expected.sort());
      if (actual.includes('UNRECOGNIZED')) expect(actual.at(-1)).toBe('UNRECOGNIZED');
    },
  );

  it('no output field has the name of a secret input field, except Azure’s defaultHeaders', () => {
    const declared = createSchema();
    const isSecret = ({ extensions }: GraphQLInputField) => extensions['secret'] !== undefined;
    const secrets = Object.values(declared.getTypeMap())
      .filter((type) => isInputObjectType(type))
      .flatMap((type) =>
        Object.values(type.getFields())
          .filter(isSecret)
          .map(({ name }) => name),
      );
    expect([...new Set(secrets)].sort()).toEqual([
      'accessKeyId',
      'apiKeyValue',
      'defaultHeaders',
      'headers',
      'secretAccessKey',
      'serviceAccountCredentials',
      'token',
    ]);
    const outputs = types.filter((type) => isObjectType(type) || isInterfaceType(type));
    const returned = outputs.flatMap((type) => getFields(type).map((field) => field.name));
    expect(secrets.filter((name) => returned.includes(name))).toEqual(['defaultHeaders']);
  });

  it.each([
    ['every provider', SettingsPageDocument],
    ['an upsert', UpsertCustomIntegrationDocument],
  ])(
    'one operation without aliases can select everything of %s within the default limits',
    (_what, client) => {
      const executor = new Executor(createSchema(), {
        ...readConfig({}),
        introspection: false,
        trustedDocuments: undefined,
      });
      const params = {
        query: print(client),
        operationName: undefined,
        variables: undefined,
        documentId: undefined,
      };
      expect(executor.prepare(params, false).measures.aliases).toBe(0);
    },
  );

  it('the documents of the client kit select every field that is not deprecated', () => {
    const documents = Object.values(clientDocuments).filter((value) => typeof value === 'object');
    const selections = documents.map(getSelection);
    const all = types
      .filter((type) => isObjectType(type))

      .flatMap((type) =>
        getFields(type)
          .filter(({ deprecationReason }) => deprecationReason === undefined)
          .map(({ name }) => `${type.name}.${name}`),
      );
    expect(
      all.filter((field) => !selections.some((selection) => selection.has(field))),
      'Add them to client/documents (`AllIntegrationFields` spreads the fragments of the providers), then: npm run codegen',
    ).toEqual([]);
  });
});
