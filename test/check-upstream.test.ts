import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findDrift } from '../drift/find-drift.ts';
import { startSandbox } from '../sandbox/server.ts';
import { createSchema } from '../src/schema/index.ts';
import { startFakeUpstream } from './support/fake-upstream.ts';
import { runProgram } from './support/program.ts';

interface Schema {
  [keyword: string]: unknown;
  properties: Record<string, Record<string, unknown>>;
  required: string[];
  enum: string[];
}
interface Operation {
  [keyword: string]: unknown;
  parameters: unknown[];
  security: Record<string, unknown>[];
  responses: Record<string, { content: Record<string, { schema: Schema }> }>;
}
interface Document {
  [keyword: string]: unknown;
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema>; securitySchemes: Record<string, unknown> };
}

const text = readFileSync(new URL('../contract/galileo-openapi.json', import.meta.url), 'utf8');
const readKnown = () => JSON.parse(text) as Document;
const graphqlSchema = createSchema();

/** The document with a change in it. */
function alter(change: (document: Document) => void): Document {
  const document = readKnown();
  change(document);
  return document;
}
const inSchema = (name: string, change: (schema: Schema, all: Record<string, Schema>) => void) =>
  alter(({ components: { schemas } }) => change(get(schemas, name), schemas));
const inGet = (change: (operation: Operation, document: Document) => void) =>
  alter((document) => change(get(get(document.paths, getPath), 'get'), document));
const inPut = (change: (operation: Operation, document: Document) => void) =>
  alter((document) => change(get(get(document.paths, putPath), 'put'), document));

const getPath = '/v2/integrations/{name}';
const putPath = '/v2/integrations/custom';

function get<T>(record: Record<string, T>, key: string): T {
  const value = record[key];
  if (value === undefined) throw new Error(`There is no ${key}.`);
  return value;
}

const getUnion = (operation: Operation) =>
  get(get(operation.responses, '200').content, 'application/json').schema as Schema & {
    oneOf: unknown[];
    discriminator: { propertyName: string; mapping: Record<string, unknown> };
  };

const compare = (published: Document) =>
  findDrift(readKnown(), published, graphqlSchema).map(
    ({ level, change, subject, text }) => `${level} ${change} ${subject}: ${text}`,
  );

const providerSchemas = Object.entries(inGetMapping(readKnown())).map(
  ([word, reference]) => [word, String(reference).split('/').at(-1) ?? ''] as const,
);

function inGetMapping(document: Document) {
  return getUnion(get(get(document.paths, getPath), 'get')).discriminator.mapping;
}

/** Reverses every list of which the order means nothing, and the keys of every object. */
function reorder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reorder).reverse();
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, inner]) => [key, reorder(inner)])
      .reverse(),
  );
}

/** Adds to every schema what people read and programs do not. */
function annotate(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(annotate);
  if (typeof value !== 'object' || value === null) return value;
  const inner = Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, annotate(entry)]));
  return 'type' in value && typeof value.type === 'string'
    ? { ...inner, title: 'A title', description: 'Prose.', examples: ['an example'], 'x-internal': true }
    : inner;
}

describe('a document that says the same', () => {
  const rename = (document: Document, from: string, to: string) =>
    JSON.parse(
      JSON.stringify(document).replaceAll(`"${from}"`, `"${to}"`).replaceAll(`/${from}"`, `/${to}"`),
    ) as Document;

  it.each<readonly [string, () => unknown]>([
    ['word for word', readKnown],
    ['in another order', () => reorder(readKnown())],
    ['with prose, titles and examples', () => annotate(readKnown())],
    [
      'with a mapping of references as objects',
      () =>
        inGet((operation) => {
          const { discriminator } = getUnion(operation);
          for (const [word, $ref] of Object.entries(discriminator.mapping))
            discriminator.mapping[word] = { $ref };
        }),
    ],
    [
      'with a mapping of bare names',
      () =>
        inGet((operation) => {
          const { discriminator } = getUnion(operation);
          for (const [word, name] of providerSchemas) discriminator.mapping[word] = name;
        }),
    ],
    [
      'without a discriminator, each provider with its constant',
      () => inGet((operation) => Reflect.deleteProperty(getUnion(operation), 'discriminator')),
    ],
    [
      'with other names for its schemas',
      () => rename(readKnown(), 'CustomLLMConfig', 'CustomLLMConfig-Output'),
    ],
    [
      'with another name for the parameter',
      () =>
        alter(({ paths }) => {
          paths['/v2/integrations/{integration_name}'] = get(paths, getPath);
          Reflect.deleteProperty(paths, getPath);
        }),
    ],
    [
      'with null as one of several types',
      () =>
        JSON.parse(
          text.replaceAll(
            /\{\s*"anyOf": \[\s*\{\s*"type": "string"\s*\},\s*\{\s*"type": "null"\s*\}\s*\]\s*\}/g,
            '{"type":["null","string"]}',
          ),
        ) as Document,
    ],
    [
      'with oneOf for anyOf, and null first',
      () =>
        JSON.parse(
          text
            .replaceAll('"anyOf": [', '"oneOf": [{"type": "null"},')
            .replaceAll(/"action": \{\s*"oneOf": \[\{"type": "null"\},/g, '"action": {"oneOf": ['),
        ) as Document,
    ],
    [
      'as OpenAPI 3.0 writes what can be null',
      () =>
        JSON.parse(
          text
            .replaceAll(
              /\{\s*"anyOf": \[\s*\{\s*"type": "string"\s*\},\s*\{\s*"type": "null"\s*\}\s*\]\s*\}/g,
              '{"type":"string","nullable":true}',
            )
            .replaceAll(
              /"anyOf": \[\s*(\{\s*"\$ref": "[^"]*"\s*\}),\s*\{\s*"type": "null"\s*\}\s*\]/g,
              '"allOf": [$1], "nullable": true',
            ),
        ) as Document,
    ],
    [
      'with a tighter promise of what is answered',
      () =>
        inSchema('CustomIntegration', (schema) =>
          schema.required.push('authentication_type', 'is_legacy_format'),
        ),
    ],
    [
      'with a looser demand on what is sent',
      () =>
        inSchema('CustomIntegrationCreate', (schema) => {
          schema.properties['endpoint'] = { anyOf: [{ type: 'string' }, { type: 'null' }] };
          schema.required = [];
        }),
    ],
    [
      'with its objects put together from two parts each',
      () =>
        alter(({ components: { schemas } }) => {
          for (const [name, { properties, required }] of Object.entries(schemas)) {
            if (properties === undefined) continue;
            const all = Object.entries(properties);
            schemas[name] = {
              allOf: [
                { type: 'object', properties: Object.fromEntries(all.slice(0, 2)), required },
                { properties: Object.fromEntries(all.slice(2)) },
              ],
            } as unknown as Schema;
          }
        }),
    ],
    [
      'without the types that constants, values, properties and items tell',
      () =>
        JSON.parse(text, (_key, value: unknown) => {
          if (typeof value === 'object' && value !== null) {
            if (['const', 'enum', 'properties', 'additionalProperties', 'items'].some((key) => key in value))
              Reflect.deleteProperty(value, 'type');
          }
          return value;
        }) as Document,
    ],
    [
      'with security, responses and parameters in their own places',
      () =>
        inGet((operation, document) => {
          const { security, responses, parameters } = operation;
          Object.assign(document, { security });
          Object.assign(document.components, { responses: { Read: responses['200'] } });
          Object.assign(get(document.paths, getPath), { parameters });
          Object.assign(operation, {
            security: undefined,
            parameters: undefined,
            responses: { ...responses, '200': undefined, '2XX': { $ref: '#/components/responses/Read' } },
          });
          // As it arrives: what is undefined is not there.
          Object.assign(document, JSON.parse(JSON.stringify(document)));
        }),
    ],
    [
      'with a name that its references escape',
      () =>
        JSON.parse(
          text.replaceAll('"Model":', '"a/~ model":').replaceAll('/Model"', '/a~1~0%20model"'),
        ) as Document,
    ],
    ['with a name that its references should escape', () => rename(readKnown(), 'Model', 'Model 100%')],
    [
      'among thousands of other paths and schemas',
      () =>
        alter(({ paths, components }) => {
          for (let index = 0; index < 3000; index += 1) {
            paths[`/v2/other/${index}`] = get(paths, putPath);
            components.schemas[`Other${index}`] = get(components.schemas, 'Model');
          }
        }),
    ],
  ])('check-upstream reports no difference for %s', (_how, getDocument) => {
    expect(compare(getDocument() as Document)).toEqual([]);
  });
});

describe('a document that says something else', () => {
  it.each<readonly [string, () => Document, readonly string[]]>([
    [
      'base_url renamed to endpoint on read',
      () =>
        inSchema('CustomIntegration', (schema) => {
          schema.properties['endpoint'] = get(schema.properties, 'base_url');
          Reflect.deleteProperty(schema.properties, 'base_url');
          schema.required = ['endpoint'];
        }),
      [
        'news changed CustomIntegration.baseUrl: `base_url` is called `endpoint` now: handled, either is read.',
      ],
    ],
    [
      'base_url renamed to endpoint, which may be left out',
      () =>
        inSchema('CustomIntegration', (schema) => {
          schema.properties['endpoint'] = get(schema.properties, 'base_url');
          Reflect.deleteProperty(schema.properties, 'base_url');
          schema.required = [];
        }),
      [
        'breaking changed CustomIntegration.baseUrl: `base_url` can be left out or null now: it fails, and so does the CustomIntegration then.',
        'news changed CustomIntegration.baseUrl: `base_url` is called `endpoint` now: handled, either is read.',
      ],
    ],
    [
      'base_url renamed to something that the gateway does not read',
      () =>
        inSchema('CustomIntegration', (schema) => {
          schema.properties['url'] = get(schema.properties, 'base_url');
          Reflect.deleteProperty(schema.properties, 'base_url');
        }),
      [
        'breaking gone CustomIntegration.baseUrl: `base_url` is gone, perhaps called `url` now: it fails, and so does the CustomIntegration.',
        'news new CustomIntegration: also answered: `url`; ignored, no field shows it yet.',
      ],
    ],
    [
      'a discriminator `provider` beside `name`',
      () =>
        inGet((operation, { components: { schemas } }) => {
          getUnion(operation).discriminator.propertyName = 'provider';
          for (const [word, name] of providerSchemas) {
            const { properties } = get(schemas, name);
            properties['provider'] = { type: 'string', const: word };
            properties['name'] = { type: 'string' };
          }
          get(schemas, 'IntegrationDB').properties['provider'] = {
            $ref: '#/components/schemas/IntegrationName',
          };
        }),
      [
        'news new Integration.name: `provider` tells the providers apart now: handled, `name` is a free label where it is there.',
        'news new IntegrationRecord.name: `provider` stands beside `name` now: handled, it is what counts.',
      ],
    ],
    [
      'a name that is free without a provider beside it',
      () =>
        inSchema('OpenAIIntegration', ({ properties }) => {
          properties['name'] = { type: 'string' };
          properties['kind'] = { const: 'openai' };
        }),
      ['news new OpenAIIntegration: also answered: `kind`; ignored, no field shows it yet.'],
    ],
    [
      'another discriminator, and a name that is free',
      () =>
        inGet((operation, { components: { schemas } }) => {
          getUnion(operation).discriminator.propertyName = 'kind';
          get(schemas, 'OpenAIIntegration').properties['name'] = { type: 'string' };
        }),
      [
        'breaking changed Integration.name: `name` need not be `openai` in an answer of that provider: reading it fails with UPSTREAM_INVALID_RESPONSE.',
        'news changed Integration.name: `kind` tells the providers apart now: ignored, the gateway goes by `name`.',
      ],
    ],
    [
      'a thirteenth provider',
      () =>
        inGet((operation, { components: { schemas } }) => {
          const { oneOf, discriminator } = getUnion(operation);
          oneOf.push({ $ref: '#/components/schemas/CohereIntegration' });
          discriminator.mapping['cohere'] = '#/components/schemas/CohereIntegration';
          const schema = structuredClone(get(schemas, 'NvidiaIntegration'));
          schema.properties['name'] = { type: 'string', const: 'cohere', default: 'cohere' };
          schemas['CohereIntegration'] = schema;
          get(schemas, 'IntegrationName').enum.push('cohere');
          get(schemas, 'LLMIntegration').enum.push('cohere');
        }),
      [
        'news new Integration: a provider without a type: `cohere`; ignored, it cannot be asked for yet.',
        'news new IntegrationModel.integration: also answered: `cohere`: it is null with an error then.',
        'news new IntegrationName: also taken: `cohere`; it cannot be sent yet.',
        'news changed IntegrationRecord.name: Galileo may name no provider, or one that the schema does not know: it is CUSTOM then.',
      ],
    ],
    [
      'a provider gone',
      () =>
        inGet((operation, { components: { schemas } }) => {
          Reflect.deleteProperty(getUnion(operation).discriminator.mapping, 'writer');
          const { enum: words } = get(schemas, 'IntegrationName');
          words.splice(words.indexOf('writer'), 1);
        }),
      [
        'breaking gone IntegrationName: no longer taken: `writer`; who sends it, fails.',
        'breaking gone IntegrationName: the provider `writer` is gone: whoever asks for it gets an error or null.',
      ],
    ],
    [
      'a new value of an enum that is answered',
      () => inSchema('AwsCredentialType', (schema) => schema.enum.push('sso')),
      ['news new AwsCredentialType: also answered: `sso`; shown as UNRECOGNIZED.'],
    ],
    [
      'a new value of an enum that is answered and sent',
      () => inSchema('CustomAuthenticationType', (schema) => schema.enum.push('saml')),
      [
        'news new IntegrationAuthenticationType: also answered: `saml`; shown as UNRECOGNIZED.',
        'news new UpsertCustomIntegrationInput.authenticationType: also taken: `saml`; it cannot be sent yet.',
      ],
    ],
    [
      'a value that the schema has for another provider',
      () => inSchema('AnthropicAuthenticationType', (schema) => schema.enum.push('oauth2')),
      [
        'news new AnthropicIntegration.authenticationType: also answered: OAUTH2; handled, the schema has it.',
      ],
    ],
    [
      'an action that no permission had',
      () => inSchema('IntegrationAction', (schema) => schema.enum.push('use')),
      ['news new IntegrationPermissionAction: also answered: `use`; shown as UNRECOGNIZED.'],
    ],
    [
      'a value gone from an enum that is answered',
      () => inSchema('ContentModality', (schema) => schema.enum.pop()),
      ['news gone IntegrationModel.inputModalities: no longer answered: `video`; ignored.'],
    ],
    [
      'a value gone from an enum that is answered and sent',
      () => inSchema('CustomAuthenticationType', (schema) => schema.enum.pop()),
      [
        'breaking gone UpsertCustomIntegrationInput.authenticationType: no longer taken: `oauth2`; who sends it, fails.',
        'news gone CustomIntegration.authenticationType: no longer answered: `oauth2`; ignored.',
      ],
    ],
    [
      'free text in the place of an enum',
      () =>
        inSchema('ModelCostBy', (schema) => {
          Reflect.deleteProperty(schema, 'enum');
        }),
      [
        'news changed IntegrationModel.costBy: Galileo answers any text, no longer one of a few: what the schema does not know is UNRECOGNIZED.',
      ],
    ],
    [
      'a required field gone that is never null here',
      () => inSchema('IntegrationDB', ({ properties }) => Reflect.deleteProperty(properties, 'created_at')),
      [
        'breaking gone IntegrationRecord.createdAt: `created_at` is gone: it fails, and so does the IntegrationRecord.',
      ],
    ],
    [
      'a required field gone that can be null here',
      () => inSchema('AzureIntegration', ({ properties }) => Reflect.deleteProperty(properties, 'endpoint')),
      ['breaking gone AzureIntegration.endpoint: `endpoint` is gone: it is null.'],
    ],
    [
      'a required field that may be left out',
      () =>
        inSchema('IntegrationDB', (schema) => {
          schema.required = schema.required.filter((name) => name !== 'created_by');
        }),
      [
        'breaking changed IntegrationRecord.createdBy: `created_by` can be left out or null now: it fails, and so does the IntegrationRecord then.',
      ],
    ],
    [
      'optional fields gone: null, a default, an empty list',
      () =>
        alter(({ components: { schemas } }) => {
          Reflect.deleteProperty(get(schemas, 'OpenAIIntegration').properties, 'organization_id');
          Reflect.deleteProperty(get(schemas, 'AwsBedrockIntegration').properties, 'region');
          Reflect.deleteProperty(get(schemas, 'AwsBedrockIntegration').properties, 'inference_profiles');
        }),
      [
        'news gone AwsBedrockIntegration.inferenceProfiles: `inference_profiles` is gone: it is an empty list.',
        'news gone AwsBedrockIntegration.region: `region` is gone: it is `"us-west-2"`, the default that this version knows.',
        'news gone OpenAIIntegration.organizationId: `organization_id` is gone: it is null.',
      ],
    ],
    [
      'a field gone that nothing reads',
      () =>
        inSchema('CustomIntegration', ({ properties }) =>
          Reflect.deleteProperty(properties, 'api_key_value'),
        ),
      ['news gone CustomIntegration: `api_key_value` is gone: ignored, no field shows it.'],
    ],
    [
      'a new field of one provider, and of what several share',
      () =>
        alter(({ components: { schemas } }) => {
          get(schemas, 'VertexAIIntegration').properties['project'] = { type: 'string' };
          get(schemas, 'MultiModalModelIntegrationConfig').properties['max_pages'] = { type: 'integer' };
        }),
      [
        'news new MultiModalIntegrationConfig: also answered: `max_pages`; ignored, no field shows it yet.',
        'news new MultiModalIntegrationConfigInput: `max_pages` can be sent: ignored, it has no field yet.',
        'news new VertexAIIntegration: also answered: `project`; ignored, no field shows it yet.',
      ],
    ],
    [
      'a field renamed that the gateway knows by one name',
      () =>
        inSchema('VertexAIGCSConfigResponse', (schema) => {
          schema.properties['prefix'] = get(schema.properties, 'object_path_prefix');
          Reflect.deleteProperty(schema.properties, 'object_path_prefix');
        }),
      [
        'breaking gone VertexAIGcsConfig.objectPathPrefix: `object_path_prefix` is gone, perhaps called `prefix` now: it fails, and so does the VertexAIGcsConfig.',
        'news new VertexAIGcsConfig: also answered: `prefix`; ignored, no field shows it yet.',
      ],
    ],
    [
      'another type of a field that can be null, and of one that cannot',
      () =>
        alter(({ components: { schemas } }) => {
          const { properties } = get(schemas, 'Model');
          properties['token_limit'] = { anyOf: [{ type: 'string' }, { type: 'null' }] };
          properties['is_chat'] = { type: 'string', default: false };
          properties['max_top_p'] = { anyOf: [{ type: 'number' }, { type: 'string' }, { type: 'null' }] };
        }),
      [
        'breaking changed IntegrationModel.isChat: Galileo answers text, no longer true or false: it fails then, and so does the IntegrationModel.',
        'news changed IntegrationModel.maxTopP: Galileo answers text, beside a number: it is null with an error then.',
        'news changed IntegrationModel.tokenLimit: Galileo answers text, no longer a whole number: it is null with an error then.',
      ],
    ],
    [
      'another type of the items of a list, and of the values of a map',
      () =>
        alter(({ components: { schemas } }) => {
          get(schemas, 'ModelProperties').properties['supported_parameters'] = {
            anyOf: [{ type: 'array', items: { type: 'object' } }, { type: 'null' }],
          };
          get(schemas, 'AzureIntegration').properties['deployments'] = {
            type: 'object',
            additionalProperties: { type: 'array', items: { type: 'string' } },
          };
        }),
      [
        'breaking changed AzureIntegration.deployments: Galileo answers a list, no longer text: it fails then, and so does the AzureIntegration.',
        'breaking changed CustomModelPropertiesInput.supportedParameters: Galileo takes an object, no longer text: it is refused (IntegrationValidationFailure).',
        'news changed CustomModelProperties.supportedParameters: Galileo answers an object, no longer text: it is null with an error then.',
      ],
    ],
    [
      'a time that is no time',
      () =>
        inSchema('IntegrationDB', ({ properties }) => {
          properties['updated_at'] = { type: 'string', format: 'date' };
        }),
      [
        'breaking changed IntegrationRecord.updatedAt: Galileo answers the format `date`, no longer a date and time: it fails then, and so does the IntegrationRecord.',
      ],
    ],
    [
      'other defaults of what is answered and of what is sent',
      () =>
        alter(({ components: { schemas } }) => {
          get(get(schemas, 'AwsSageMakerIntegration').properties, 'region')['default'] = 'eu-west-1';
          get(get(schemas, 'CustomIntegrationCreate').properties, 'authentication_type')['default'] = 'none';
        }),
      [
        'news changed AwsSageMakerIntegration.region: the default of `region` is `"eu-west-1"` now: where Galileo leaves it out, it is `"us-west-2"`, the default that this version knows.',
        'news changed UpsertCustomIntegrationInput.authenticationType: where it is omitted, Galileo takes `"none"`, no longer `"oauth2"`.',
      ],
    ],
    [
      'a new required property of the body, and a new optional one',
      () =>
        inSchema('CustomIntegrationCreate', (schema) => {
          schema.properties['region'] = { type: 'string' };
          schema.properties['labels'] = { type: 'array', items: { type: 'string' } };
          schema.required.push('region');
        }),
      [
        'breaking new UpsertCustomIntegrationInput: `region` is required, and has no field: every upsert with UpsertCustomIntegrationInput is refused.',
        'news new UpsertCustomIntegrationInput: `labels` can be sent: ignored, it has no field yet.',
      ],
    ],
    [
      'a property of the body that is required now, gone, or not null',
      () =>
        inSchema('CustomIntegrationCreate', (schema) => {
          schema.required.push('default_model', 'is_legacy_format');
          Reflect.deleteProperty(schema.properties, 'token');
          schema.properties['api_key_header'] = { type: 'string' };
        }),
      [
        'breaking new UpsertCustomIntegrationInput: `is_legacy_format` is required, and has no field: every upsert with UpsertCustomIntegrationInput is refused.',
        'breaking changed UpsertCustomIntegrationInput.apiKeyHeader: `api_key_header` cannot be null any more: it is refused (IntegrationValidationFailure).',
        'breaking changed UpsertCustomIntegrationInput.defaultModel: `default_model` is required now: where it is omitted, it is refused (IntegrationValidationFailure).',
        'breaking gone UpsertCustomIntegrationInput.token: `token` is gone: what is sent in it is lost or refused.',
      ],
    ],
    [
      'a new limit on what is sent',
      () =>
        inSchema('CustomIntegrationCreate', ({ properties }) => {
          properties['endpoint'] = { type: 'string', maxLength: 200 };
        }),
      [
        'news changed UpsertCustomIntegrationInput.endpoint: `maxLength` is `200` now: what breaks it is refused (IntegrationValidationFailure).',
      ],
    ],
    [
      'an operation gone',
      () => alter(({ paths }) => Reflect.deleteProperty(get(paths, putPath), 'put')),
      [
        'breaking gone Mutation.upsertCustomIntegration: `PUT /v2/integrations/custom` is gone: every call fails.',
      ],
    ],
    [
      'an operation deprecated',
      () =>
        inGet((operation) => {
          operation['deprecated'] = true;
        }),
      ['news changed Query.integration: `GET /v2/integrations/{name}` is deprecated now; it still works.'],
    ],
    [
      'no answer that can be understood',
      () => inGet((operation) => Reflect.deleteProperty(operation.responses, '200')),
      [
        'breaking gone Integration: Galileo no longer says what it answers for which provider: reads may fail.',
      ],
    ],
    [
      'an upsert without body, record and form of refusal',
      () =>
        inPut((operation) => {
          Reflect.deleteProperty(operation, 'requestBody');
          operation.responses = { 204: { content: {} } };
        }),
      [
        'breaking changed IntegrationRecord: Galileo answers no JSON that it describes, no longer an object: every one of them fails.',
        'breaking gone UpsertCustomIntegrationInput: Galileo takes no JSON body any more: every upsert fails.',
        'news changed IntegrationValidationFailure: Galileo answers no JSON that it describes, no longer an object: only a general message is left.',
      ],
    ],
    [
      'another form of refusal',
      () =>
        inSchema('ValidationError', ({ properties }) => {
          properties['msg'] = { type: 'object' };
          properties['ctx'] = { type: 'object' };
        }),
      [
        'news new IntegrationValidationIssue: also answered: `ctx`; ignored, no field shows it yet.',
        'news changed IntegrationValidationIssue.message: Galileo answers an object, no longer text: it has something general to say instead.',
      ],
    ],
    [
      'a credential scheme gone, and a new one',
      () =>
        inGet((operation, { components }) => {
          operation.security = [{ APIKeyHeader: [] }, { OAuth2PasswordBearer: [] }, { Cookie: [] }];
          components.securitySchemes['Cookie'] = { type: 'apiKey', in: 'cookie', name: 'session' };
        }),
      [
        'breaking gone Query.integration: no longer accepted: `Authorization: Basic`; who sends nothing else gets UNAUTHENTICATED.',
        'news new Query.integration: also accepted: `the cookie session`; ignored, it is not forwarded.',
      ],
    ],
    [
      'two credentials at once',
      () =>
        inPut((operation) => {
          operation.security = [{ APIKeyHeader: [], HTTPBasic: [] }, { OAuth2PasswordBearer: [] }];
        }),
      [
        'breaking gone Mutation.upsertCustomIntegration: no longer accepted: `the header Galileo-API-Key`, `Authorization: Basic`; who sends nothing else gets UNAUTHENTICATED.',
        'news new Mutation.upsertCustomIntegration: also accepted: `the header Galileo-API-Key and Authorization: Basic`; ignored, it is not forwarded.',
      ],
    ],
    [
      'no credential asked for any more',
      () =>
        inGet((operation) => {
          operation.security = [{}];
        }),
      ['news changed Query.integration: Galileo asks for no credential now; the gateway still does.'],
    ],
    [
      'credential schemes of kinds that are not forwarded, one of them without a definition',
      () =>
        inGet((operation, { components }) => {
          operation.security.push({ Certificate: [] }, { Nowhere: [] });
          components.securitySchemes['Certificate'] = { type: 'mutualTLS' };
        }),
      ['news new Query.integration: also accepted: `Certificate`, `Nowhere`; ignored, it is not forwarded.'],
    ],
    [
      'numbers in the place of the names of providers',
      () =>
        inSchema('IntegrationName', (_schema, all) => {
          all['IntegrationName'] = { type: 'integer' } as unknown as Schema;
        }),
      [
        'breaking changed IntegrationName: Galileo takes a whole number, no longer text: every call fails.',
        'news changed IntegrationRecord.name: Galileo may name no provider, or one that the schema does not know: it is CUSTOM then.',
      ],
    ],
    [
      'deprecated properties, answered and sent',
      () =>
        alter(({ components: { schemas } }) => {
          get(get(schemas, 'Model').properties, 'alias')['deprecated'] = true;
          get(get(schemas, 'CustomIntegrationCreate').properties, 'token')['deprecated'] = true;
        }),
      [
        'news changed IntegrationModel.alias: `alias` is deprecated now; it still works.',
        'news changed UpsertCustomIntegrationInput.token: `token` is deprecated now; it still works.',
      ],
    ],
    [
      'defaults gone, and one of several properties',
      () =>
        alter(({ components: { schemas } }) => {
          Reflect.deleteProperty(
            get(get(schemas, 'AwsSageMakerIntegration').properties, 'region'),
            'default',
          );
          get(get(schemas, 'CustomIntegrationCreate').properties, 'headers')['default'] = { b: '2', a: '1' };
        }),
      [
        'news changed AwsSageMakerIntegration.region: the default of `region` is nothing now: where Galileo leaves it out, it is `"us-west-2"`, the default that this version knows.',
        'news changed UpsertCustomIntegrationInput.headers: where it is omitted, Galileo takes `{"b":"2","a":"1"}`, no longer nothing.',
      ],
    ],
    [
      'a required field that may be left out where it can be null here',
      () =>
        inSchema('AzureIntegration', (schema) => {
          schema.required = schema.required.filter((name) => name !== 'endpoint');
        }),
      ['news changed AzureIntegration.endpoint: `endpoint` can be left out or null now: it is null then.'],
    ],
    [
      'a time that is any text',
      () =>
        inSchema('IntegrationDB', ({ properties }) => {
          properties['updated_at'] = { type: 'string' };
        }),
      [
        'breaking changed IntegrationRecord.updatedAt: Galileo answers any text, no longer a date and time: it fails then, and so does the IntegrationRecord.',
      ],
    ],
    [
      'free text in the place of an enum that has no UNRECOGNIZED',
      () =>
        inSchema('LLMIntegration', (_schema, all) => {
          all['LLMIntegration'] = { type: 'string' } as unknown as Schema;
        }),
      [
        'news changed IntegrationModel.integration: Galileo answers any text, no longer one of a few: it is null with an error then.',
      ],
    ],
    [
      'a map whose keys are listed, one with another type',
      () =>
        inSchema('AzureIntegration', ({ properties }) => {
          properties['deployments'] = {
            type: 'object',
            properties: { small: { type: 'string' }, large: { type: 'integer' } },
          };
        }),
      [
        'breaking changed AzureIntegration.deployments: Galileo answers a whole number, no longer text: it fails then, and so does the AzureIntegration.',
      ],
    ],
    [
      'a few words where any text could be sent',
      () =>
        inSchema('CustomIntegrationCreate', ({ properties }) => {
          properties['default_model'] = { anyOf: [{ enum: ['small', 'large'] }, { type: 'null' }] };
        }),
      [
        'breaking changed UpsertCustomIntegrationInput.defaultModel: only taken now: `small`, `large`; anything else is refused (IntegrationValidationFailure).',
      ],
    ],
    [
      'a property of the body gone that is never sent',
      () =>
        inSchema('CustomIntegrationCreate', ({ properties }) =>
          Reflect.deleteProperty(properties, 'is_legacy_format'),
        ),
      ['news gone UpsertCustomIntegrationInput: `is_legacy_format` is gone: ignored, it is never sent.'],
    ],
    [
      'a record that names no provider',
      () => inSchema('IntegrationDB', ({ properties }) => Reflect.deleteProperty(properties, 'name')),
      [
        'news changed IntegrationRecord.name: Galileo may name no provider, or one that the schema does not know: it is CUSTOM then.',
      ],
    ],
    [
      'constants without a type that are no text',
      () =>
        inSchema('IntegrationDB', ({ properties }) => {
          properties['is_selected'] = { enum: [1, 0.5, null], default: false };
          properties['created_by'] = { const: [] };
        }),
      [
        'breaking changed IntegrationRecord.createdBy: Galileo answers a list, no longer text: it fails then, and so does the IntegrationRecord.',
        'breaking changed IntegrationRecord.isSelected: Galileo answers a number or a whole number, no longer true or false: it fails then, and so does the IntegrationRecord.',
        'news changed IntegrationRecord.isSelected: `is_selected` can be left out or null now: it is `false`, the default that this version knows then.',
      ],
    ],
    [
      'a reference that leads out of the document',
      () =>
        inSchema('IntegrationDB', ({ properties }) => {
          properties['created_by'] = { $ref: 'https://elsewhere.example/schemas.json#/User' };
        }),
      [
        'breaking changed IntegrationRecord.createdBy: Galileo answers anything, no longer text: it fails then, and so does the IntegrationRecord.',
      ],
    ],
    [
      'new parameters',
      () =>
        inGet((operation) => {
          operation.parameters.push(
            { name: 'project', in: 'query', required: true, schema: { type: 'string' } },
            { name: 'fresh', in: 'query', schema: { type: 'boolean' } },
          );
        }),
      [
        'breaking new Query.integration: the query parameter `project` is required, and is not sent: every call fails.',
        'news new Query.integration: the query parameter `fresh` can be sent: ignored, it never is.',
      ],
    ],
  ])('check-upstream reports the findings of a document with %s', (_what, getDocument, expected) => {
    expect(compare(getDocument())).toEqual(expected);
  });

  it('has names that a terminal would obey shown harmless, and long lists cut', () => {
    const [line = ''] = compare(
      inSchema('AwsCredentialType', (schema) => {
        schema.enum.push('\u001b[31mred\nnews', ...Array.from({ length: 500 }, (_, index) => `w${index}`));
      }),
    );
    expect(line).toContain('`?[31mred?news`');
    expect(line).not.toMatch(/\p{C}/u);
    expect(line).toContain('and 481 more');
  });

  it('check-upstream terminates if a schema refers to itself', () => {
    const published = inSchema('MultiModalModelIntegrationConfig', (schema, all) => {
      all['Loop'] = { anyOf: [{ $ref: '#/components/schemas/Loop' }, { type: 'null' }] } as unknown as Schema;
      schema.properties['max_files'] = { $ref: '#/components/schemas/Loop' };
    });
    expect(compare(published)).toContain(
      'news changed MultiModalIntegrationConfig.maxFiles: Galileo answers nothing but null now.',
    );
  });
});

describe('galileo-gateway check-upstream', () => {
  let directory = '';
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'check-upstream-'));
  });
  afterAll(() => rmSync(directory, { recursive: true }));
  const write = (name: string, content: unknown) => {
    const path = join(directory, name);
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
    return path;
  };
  const run = (args: readonly string[], environment: Readonly<Record<string, string>> = {}) =>
    runProgram(['check-upstream', ...args], environment);

  it('check-upstream reads the document below GALILEO_API_URL and exits with 0 if there is no difference', async () => {
    await using sandbox = await startSandbox({ port: 0 });
    // What else the environment says is none of its business.
    const { code, stdout, stderr } = await run([], { GALILEO_API_URL: sandbox.url, PORT: 'faulty' });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(
      /^Nothing new: .*\/public\/v2\/openapi\.json says what galileo-gateway .* knows\.\n$/,
    );
  });

  it('keeps the base path of GALILEO_API_URL, and sends no credential', async () => {
    await using upstream = await startFakeUpstream();
    upstream.on('GET', '/api/public/v2/openapi.json', { json: readKnown() });
    expect((await run([], { GALILEO_API_URL: `${upstream.url}/api/` })).code).toBe(0);
    const [call] = upstream.calls;
    expect(Object.keys(call?.headers ?? {})).not.toContain('authorization');
    expect(Object.keys(call?.headers ?? {})).not.toContain('galileo-api-key');
  });

  it('check-upstream exits with 1 if there is a difference', async () => {
    await using upstream = await startFakeUpstream();
    const published = inSchema('AwsCredentialType', (schema) => schema.enum.push('sso'));
    upstream.on('GET', '/openapi.json', { json: published });
    const { code, stdout, stderr } = await run([`${upstream.url}/openapi.json`]);
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(stdout).toContain(
      'news      new      AwsCredentialType: also answered: `sso`; shown as UNRECOGNIZED.\n',
    );
    expect(stdout).toMatch(/: 0 breaking, 1 other news\.\n$/);
  });

  it('check-upstream exits with 3 and lists breaking changes first', async () => {
    const published = inSchema('CustomIntegration', ({ properties }) => {
      Reflect.deleteProperty(properties, 'base_url');
      Reflect.deleteProperty(properties, 'api_key_header');
    });
    const { code, stdout } = await run([write('breaking.json', published)]);
    expect(code).toBe(3);
    expect(stdout).toMatch(/^breaking {2}gone {5}CustomIntegration\.baseUrl: .*\nnews /);
  });

  it('calls an API without the two operations breaking', async () => {
    const path = write('other.json', { openapi: '3.1.0', info: {}, paths: {} });
    const { code, stdout } = await run([path]);
    expect(code).toBe(3);
    expect(stdout.match(/is gone: every call fails/g)).toHaveLength(2);
  });

  it.each<readonly [string, () => string, string]>([
    ['a file that is not there', () => join(directory, 'none.json'), 'the file cannot be read (ENOENT)'],
    ['a directory', () => directory, 'the file cannot be read (EISDIR)'],
    ['a file that is not JSON', () => write('page.json', '<html>'), 'it is not JSON'],
    ['a list', () => write('list.json', []), 'it is not an OpenAPI 3 document'],
    ['JSON of another kind', () => write('other.json', { paths: {} }), 'it is not an OpenAPI 3 document'],
    ['OpenAPI 2', () => write('old.json', { swagger: '2.0', paths: {} }), 'it is not an OpenAPI 3 document'],
    ['a URL with a password', () => 'http://me:hunter2@127.0.0.1:9/?key=hunter2', 'it cannot be fetched'],
  ])('ends with 2 and one line for %s', async (_what, getSource, reason) => {
    const { code, stdout, stderr } = await run([getSource()]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^galileo-gateway: .+\n$/);
    expect(stderr.endsWith(`: ${reason}\n`)).toBe(true);
    expect(stderr).not.toContain('hunter2');
  });

  it('check-upstream exits with 2 and one line for an HTTP error, for HTML and for an incomplete response', async () => {
    await using upstream = await startFakeUpstream();
    upstream
      .on('GET', '/500', { status: 500, json: readKnown() })
      .on('GET', '/html', { headers: { 'content-type': 'text/html' }, body: '<html>' })
      .on('GET', '/cut', (_call, response) => {
        response.writeHead(200, { 'content-length': 1000 }).write('{');
        setImmediate(() => response.destroy());
      });
    for (const [path, reason] of [
      ['500', 'the answer is HTTP 500'],
      ['html', 'it is not JSON'],
      ['cut', 'it cannot be fetched (UND_ERR_SOCKET)'],
    ]) {
      const { code, stderr } = await run([`${upstream.url}/${path}`]);
      expect({ code, stderr }).toEqual({
        code: 2,
        stderr: `galileo-gateway: ${upstream.url}/${path}: ${reason}\n`,
      });
    }
  });

  it('check-upstream exits with 2 and one line if the connection is refused', async () => {
    const { url } = await (async () => {
      await using upstream = await startFakeUpstream();
      return upstream;
    })();
    const { code, stderr } = await run([`${url}/`]);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: `galileo-gateway: ${url}/: it cannot be fetched (ECONNREFUSED)\n`,
    });
  });

  it('check-upstream exits with 2 if the response is larger than 64 MiB', async () => {
    await using upstream = await startFakeUpstream();
    upstream.on('GET', '/large', { body: Buffer.alloc(64 * 1024 * 1024 + 1, ' ') });
    const { code, stderr } = await run([`${upstream.url}/large`]);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: `galileo-gateway: ${upstream.url}/large: it is larger than 67108864 bytes\n`,
    });
  });

  it('check-upstream exits with 2 if the response takes longer than ten seconds', async () => {
    await using upstream = await startFakeUpstream();
    // It trickles, so that no single wait is long.
    upstream.on('GET', '/slow', (_call, response) => {
      response.writeHead(200);
      const timer = setInterval(() => response.write(' '), 500);
      response.on('close', () => clearInterval(timer));
    });
    const { code, stderr } = await run([`${upstream.url}/slow`]);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: `galileo-gateway: ${upstream.url}/slow: no answer within 10 seconds\n`,
    });
  });

  it('check-upstream exits with 2 and names GALILEO_API_URL if it is invalid', async () => {
    const { code, stderr } = await run([], { GALILEO_API_URL: 'hunter2' });
    expect(code).toBe(2);
    expect(stderr).toMatch(/^galileo-gateway: GALILEO_API_URL: expected .+\n$/);
  });
});
