import { Ajv2020 } from 'ajv/dist/2020.js';
import ajvFormats from 'ajv-formats';
import fc from 'fast-check';
import { getNamedType, isEnumType, isInputObjectType } from 'graphql';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import {
  IntegrationGroupsDocument,
  IntegrationRecordsDocument,
  IntegrationUsersDocument,
} from '../client/generated/graphql.ts';
import {
  type JsonSchema,
  openApiDocument,
  resolveSchema,
  toSchemaName,
} from '../sandbox/openapi-document.ts';
import { getTypeName } from '../src/resolvers/integrations.ts';
import { createSchema } from '../src/schema/index.ts';
import { providers } from '../src/schema/providers/index.ts';
import { redactionMark } from '../src/secrets.ts';
import { collaboratorFixtures } from './fixtures/collaborators.ts';
import { integrationRecordFixtures } from './fixtures/integration-records.ts';
import { integrationFixtures } from './fixtures/integrations.ts';
import { completeIntegrationDocument } from './support/complete-document.ts';
import { findField, getSchema, getSchemaOf, integrationNames, toEnumName, toPath } from './support/naming.ts';
import { arbitraryOf, getBodySchema, toGraphql } from './support/openapi-values.ts';
import { startStack } from './support/stack.ts';

const seed = Number(process.env['PROPERTY_SEED'] ?? Date.now() % 2 ** 31);
const numRuns = Number(process.env['PROPERTY_RUNS'] ?? 25);

const stack = await startStack();
const { gateway, upstream } = stack;
afterAll(() => stack[Symbol.asyncDispose]());

const ajv = new Ajv2020({ strict: false, discriminator: false });
ajvFormats.default(ajv);
ajv.addFormat('uuid4', /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
ajv.addSchema({ $id: 'document', ...openApiDocument });

const nameOf = ({ $ref = '' }: JsonSchema) => toSchemaName($ref);

function findViolations(schemaName: string, json: unknown) {
  const validate = ajv.compile({ $ref: `document#/components/schemas/${schemaName}` });
  validate(json);
  return validate.errors ?? [];
}

/** The token of AWS is a map in the OpenAPI document, and only its description names the keys. */
const awsToken = fc.record(
  {
    aws_access_key_id: fc.string(),
    aws_secret_access_key: fc.string(),
    aws_role_arn: fc.string(),
  },
  { requiredKeys: [] },
);

const withoutField = ['is_legacy_format', 'input_price', 'output_price'];

const toAwsInput = (token: Readonly<Record<string, string>>) => ({
  ...('aws_access_key_id' in token && { accessKeyId: token['aws_access_key_id'] }),
  ...('aws_secret_access_key' in token && { secretAccessKey: token['aws_secret_access_key'] }),
  ...('aws_role_arn' in token && { roleArn: token['aws_role_arn'] }),
});

describe(`a random valid body (seed ${seed})`, () => {
  beforeEach(() => {
    for (const name of integrationNames) {
      upstream.on('PUT', toPath(name), { json: integrationRecordFixtures.full });
    }
  });

  it.each(integrationNames)(
    'a random valid body reaches upstream exactly as it was given: %s',
    async (name) => {
      const { type, input } = providers[name];
      const schema = getBodySchema('put', toPath(name));
      const mutation = `mutation ($input: ${input.name}!) {
      upsert${type.name}(input: $input) { __typename ... on IntegrationValidationFailure { issues { path code } } }
    }`;
      const isAws = name.startsWith('aws_');
      const bodies = fc
        .tuple(arbitraryOf(nameOf(schema), isAws ? [...withoutField, 'token'] : withoutField), awsToken)
        .map(([body, token]) => ({ ...(body as object), ...(isAws && { token }) }));
      await fc.assert(
        fc.asyncProperty(bodies, async (body) => {
          expect(findViolations(nameOf(schema), body)).toEqual([]);
          const { token } = body as { token?: Record<string, string> };
          const fields = {
            ...(toGraphql(body, schema, input.name) as object),
            ...(isAws && { token: toAwsInput(token ?? {}) }),
          };
          const { data, errors } = await gateway.query(mutation, { input: fields });
          expect(errors).toEqual([]);
          expect(data).toEqual({ [`upsert${type.name}`]: { __typename: 'UpsertIntegrationSuccess' } });
          const received: unknown = JSON.parse(upstream.calls.at(-1)?.body ?? '');
          expect(received).toEqual(JSON.parse(JSON.stringify(body)));
        }),
        { seed, numRuns },
      );
    },
  );

  it.each([
    ['users', 'UserCollaboratorCreate', 'IntegrationUserInput'],
    ['groups', 'GroupCollaboratorCreate', 'IntegrationGroupInput'],
  ] as const)(
    'a random list of new %s reaches upstream exactly as it was given',
    async (kind, schemaName, typeName) => {
      const id = '0A000000-0000-1000-8000-00000000000F';
      const path = `/v2/integrations/${id}/${kind}`;
      const field = kind === 'users' ? 'shareIntegrationWithUsers' : 'shareIntegrationWithGroups';
      const inputType = `S${field.slice(1)}Input!`;
      const returned = kind === 'users' ? collaboratorFixtures.user : collaboratorFixtures.group;
      upstream.on('POST', path, { json: [returned] });
      await fc.assert(
        fc.asyncProperty(fc.array(arbitraryOf(schemaName), { maxLength: 3 }), async (body) => {
          const collaborators = body.map((item) => toGraphql(item, getSchema(schemaName), typeName));
          const { data, errors } = await gateway.query<Record<string, unknown>, object>(
            `mutation ($input: ${inputType}) { ${field}(input: $input) { ... on S${field.slice(1)}Success { ${kind} { role } } } }`,
            { input: { integrationId: id, collaborators } },
          );
          expect(errors).toEqual([]);
          expect(data?.[field]).toEqual({ [kind]: [{ role: returned.role.toUpperCase() }] });
          expect(JSON.parse(upstream.calls.at(-1)?.body ?? '')).toEqual(JSON.parse(JSON.stringify(body)));
          expect(upstream.calls.at(-1)?.path).toBe(path);
        }),
        { seed, numRuns },
      );
    },
  );
});

describe(`every value of a random valid response (seed ${seed})`, () => {
  it.each(integrationNames)('every value of a random valid response reaches the client: %s', async (name) => {
    const schema = getSchemaOf(name);
    await fc.assert(
      fc.asyncProperty(arbitraryOf(getTypeName(name)), async (random) => {
        const body = { ...(random as object), name, provider: name };
        upstream.on('GET', toPath(name), { json: body });
        const { data, errors } = await gateway.query(completeIntegrationDocument, { name: toEnumName(name) });
        expect(errors).toEqual([]);
        expect(data?.integration).toMatchObject({
          ...(toGraphql(body, schema, getTypeName(name)) as object),
          name: toEnumName(name),
        });
      }),
      { seed, numRuns },
    );
  });

  it('every value of a random valid response reaches the client: records', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(arbitraryOf('IntegrationDB'), { maxLength: 4 }), async (records) => {
        upstream.on('GET', '/integrations', { json: records });
        const { data, errors } = await gateway.query(IntegrationRecordsDocument);
        expect(errors).toEqual([]);
        expect(data?.integrationRecords).toMatchObject(
          records.map((record) => ({
            ...(toGraphql(record, getSchema('IntegrationDB'), 'IntegrationRecord') as object),
            name: String((record as { provider: string }).provider).toUpperCase(),
          })),
        );
      }),
      { seed, numRuns },
    );
  });

  it.each([
    ['users', 'UserCollaborator', 'IntegrationUser', IntegrationUsersDocument],
    ['groups', 'GroupCollaborator', 'IntegrationGroup', IntegrationGroupsDocument],
  ] as const)(
    'every value of a random valid response reaches the client: %s',
    async (kind, schemaName, typeName, document) => {
      const { full } = integrationFixtures.mistral;
      upstream.on('GET', toPath('mistral'), { json: full });
      await fc.assert(
        fc.asyncProperty(fc.array(arbitraryOf(schemaName), { maxLength: 4 }), async (collaborators) => {
          const path = `/v2/integrations/${full.id}/${kind}?starting_token=0&limit=7`;
          upstream.on('GET', path, { json: { collaborators } });
          const { data, errors } = await gateway.query<{ integration: Record<string, unknown> }, object>(
            document as never,
            { name: 'MISTRAL', first: 7 },
          );
          expect(errors).toEqual([]);
          expect(data?.integration[kind]).toMatchObject({
            edges: collaborators.map((node) => ({ node: toGraphql(node, getSchema(schemaName), typeName) })),
          });
        }),
        { seed, numRuns },
      );
    },
  );

  it('every value of a random valid response reaches the client: status, models, availability, catalogs and databases', async () => {
    const strings = fc.array(fc.string(), { maxLength: 4 });
    const status = fc.dictionary(fc.string({ minLength: 1 }), fc.string(), { maxKeys: 4 });
    const names = fc.subarray([...integrationNames]);
    await fc.assert(
      fc.asyncProperty(
        strings,
        strings,
        strings,
        status,
        names,
        async (models, catalogs, databases, entries, available) => {
          upstream
            .on('GET', toPath('databricks'), { json: integrationFixtures.databricks.full })
            .on('GET', '/v2/integrations/databricks/status', { json: entries })
            .on('GET', '/llm_integrations/databricks/models', { json: models })
            .on('GET', '/v2/integrations/available', { json: { integrations: available } })
            .on('GET', '/v2/integrations/databricks/catalogs', { json: catalogs })
            .on('GET', '/v2/integrations/databricks/databases?catalog=a%20b%2Fc', { json: databases });
          const { data, errors } = await gateway.query(`{
          integrationProviders(names: [DATABRICKS]) {
            isAvailable models
            integration {
              status { key value }
              ... on DatabricksIntegration { catalogs databases(catalog: "a b/c") }
            }
          }
        }`);
          expect(errors).toEqual([]);
          expect(data).toEqual({
            integrationProviders: [
              {
                isAvailable: available.includes('databricks'),
                models,
                integration: {
                  status: Object.entries(entries).map(([name, value]) => ({ key: name, value })),
                  catalogs,
                  databases,
                },
              },
            ],
          });
        },
      ),
      { seed, numRuns },
    );
  });
});

/** A sample value at every position of a body schema, with the path of the argument that upstream's `loc` means. */
function* getPlaces(
  schema: JsonSchema,
  typeName: string,
): Generator<{ loc: (string | number)[]; path: string[] }> {
  const { anyOf, items, properties, additionalProperties } = resolveSchema(schema);
  const member = anyOf?.find(({ type }) => type !== 'null');
  if (member !== undefined) yield* getPlaces(member, typeName);
  if (items !== undefined) {
    for (const index of [0, 1]) {
      yield { loc: [index], path: [String(index)] };
      for (const { loc, path } of getPlaces(items, typeName)) {
        yield { loc: [index, ...loc], path: [String(index), ...path] };
      }
    }
  }
  for (const [property, inner] of Object.entries(properties ?? {})) {
    const field = findField(typeName, property);
    if (field === undefined) continue;
    yield { loc: [property], path: [field.name] };
    for (const { loc, path } of getPlaces(inner, getNamedType(field.type).name)) {
      yield { loc: [property, ...loc], path: [field.name, ...path] };
    }
  }
  if (typeof additionalProperties === 'object' && typeName === 'StringMapEntryInput') {
    yield { loc: ['key-2'], path: ['1', 'value'] };
    yield { loc: ['key-1', '[key]'], path: ['0', 'key'] };
  }
}

/** An input whose lists have two items and whose maps have two entries. */
function toSample(typeName: string): Record<string, unknown> {
  const type = createSchema().getType(typeName);
  if (!isInputObjectType(type)) throw new Error(`${typeName} is not an input.`);
  return Object.fromEntries(
    Object.values(type.getFields()).map((field) => {
      const named = getNamedType(field.type);
      const isList = String(field.type).startsWith('[');
      if (named.name === 'StringMapEntryInput') {
        return [field.name, ['key-1', 'key-2'].map((name) => ({ key: name, value: 'v' }))];
      }
      const value = isInputObjectType(named)
        ? toSample(named.name)
        : isEnumType(named)
          ? named.getValues()[0]?.name
          : ({ Boolean: true, Int: 1, SafeInt: 1, Float: 1, JSONObject: {} }[named.name] ?? 's');
      return [field.name, isList ? [value, value] : value];
    }),
  );
}

describe('a validation issue', () => {
  it.each(integrationNames)(
    'a validation issue at every position of the body has the path of its argument: %s',
    async (name) => {
      const { type, input } = providers[name];
      const schema = getBodySchema('put', toPath(name));
      const places = [...getPlaces(schema, input.name)];
      const detail = places.map(({ loc }) => ({
        loc: ['body', ...loc],
        msg: 'Not so.',
        type: 'value_error',
      }));
      const outside = [['query', 'x'], ['path', 'name'], ['header'], []];
      upstream.on('PUT', toPath(name), {
        status: 422,
        json: {
          detail: [...detail, ...[['body'], ...outside].map((loc) => ({ loc, msg: 'No.', type: 't' }))],
        },
      });
      const { data, errors } = await gateway.query<Record<string, { issues: { path: string[] }[] }>, object>(
        `mutation ($input: ${input.name}!) {
        upsert${type.name}(input: $input) { ... on IntegrationValidationFailure { issues { path } } }
      }`,
        { input: toSample(input.name) },
      );
      expect(errors).toEqual([]);
      expect(places.length).toBeGreaterThan(0);
      expect(data?.[`upsert${type.name}`]?.issues.map(({ path }) => path)).toEqual([
        ...places.map(({ path }) => ['input', ...path]),
        ['input'],
        ...outside.map(() => []),
      ]);
    },
  );

  it('the path of a validation issue has no number that is a secret', async () => {
    upstream.on('PUT', toPath('custom'), {
      status: 422,
      json: {
        detail: [
          ['init_kwargs', 12345678],
          ['init_kwargs', 7],
        ]
          .map((loc) => ['body', 'custom_llm_config', ...loc])
          .concat([
            ['body', 'models', 0],
            ['body', 'models', 12345678],
          ])
          .map((loc) => ({ loc, msg: 'No.', type: 't' })),
      },
    });
    const { data } = await gateway.query<Record<string, { issues: { path: string[] }[] }>, object>(
      `mutation ($input: UpsertCustomIntegrationInput!) {
        upsertCustomIntegration(input: $input) { ... on IntegrationValidationFailure { issues { path } } }
      }`,
      { input: { endpoint: 'https://e', models: ['m'], token: '12345678' } },
    );
    expect(data?.['upsertCustomIntegration']?.issues.map(({ path }) => path)).toEqual([
      ['input', 'customLlmConfig', 'initKwargs', redactionMark],
      ['input', 'customLlmConfig', 'initKwargs', '7'],
      ['input', 'models', '0'],
      ['input', 'models', redactionMark],
    ]);
  });

  it('a message names the key of an entry that is written in the document, but not its value', async () => {
    upstream.on('PUT', toPath('custom'), { status: 400, json: { detail: 'X-Team: green-1234' } });
    const { errors } = await gateway.query(`mutation {
      upsertCustomIntegration(input: { endpoint: "https://e", headers: [{ key: "X-Team", value: "green-1234" }] }) {
        __typename
      }
    }`);
    expect(errors).toMatchObject([{ message: `X-Team: ${redactionMark}` }]);
  });
});
