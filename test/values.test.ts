import { print } from 'graphql';
import { afterAll, describe, expect, it } from 'vitest';
import {
  IntegrationDocument,
  IntegrationGroupsDocument,
  type IntegrationName,
  IntegrationUsersDocument,
  UpsertCustomIntegrationDocument,
} from '../client/generated/graphql.ts';
import { type JsonSchema, openApiDocument, resolveSchema } from '../sandbox/openapi-document.ts';
import { getTypeName } from '../src/resolvers/integrations.ts';
import { collaboratorFixtures } from './fixtures/collaborators.ts';
import { integrationRecordFixtures } from './fixtures/integration-records.ts';
import { integrationFixtures } from './fixtures/integrations.ts';
import { completeIntegrationDocument } from './support/complete-document.ts';
import { toEnumName, toFieldName, toPath } from './support/naming.ts';
import { startStack } from './support/stack.ts';

type Name = keyof typeof integrationFixtures;
type Json = Readonly<Record<string, unknown>>;

const stack = await startStack();
const { gateway, upstream } = stack;
afterAll(() => stack[Symbol.asyncDispose]());

/** Reads one provider, with all of its fields, from an upstream with this response. */
async function readIntegration(name: Name, body: Json | string | Buffer) {
  upstream.on('GET', toPath(name), toReply(body));
  const response = await gateway.query(completeIntegrationDocument, { name: toEnumName(name) });
  return {
    ...response,
    integration: response.data?.integration as Record<string, unknown> | null | undefined,
  };
}

/** A string or buffer is an unchanged body, for values that `JSON.stringify` cannot write. */
const toReply = (body: Json | string | Buffer) =>
  typeof body === 'string' || Buffer.isBuffer(body)
    ? { headers: { 'content-type': 'application/json' }, body }
    : { json: body };

/** Writes the custom integration to an upstream with this response. */
async function readRecord(body: Json) {
  upstream
    .on('PUT', toPath('custom'), { json: body })
    .on('GET', toPath('custom'), { status: 404, json: { detail: 'Not found' } });
  const response = await gateway.query(UpsertCustomIntegrationDocument, {
    input: { endpoint: 'https://e.test' },
  });
  const result = response.data?.upsertCustomIntegration;
  return {
    ...response,
    record:
      result?.__typename === 'UpsertIntegrationSuccess'
        ? (result.record as Record<string, unknown>)
        : undefined,
  };
}

/** Reads the only collaborator of the openai integration from an upstream with this response. */
async function readCollaborator(kind: 'users' | 'groups', body: Json) {
  const { full } = integrationFixtures.openai;
  upstream
    .on('GET', toPath('openai'), { json: full })
    .on('GET', `/v2/integrations/${full.id}/${kind}?starting_token=0&limit=100`, {
      json: { collaborators: [body] },
    });
  const variables = { name: 'OPENAI' } as const;
  const { data } =
    kind === 'users'
      ? await gateway.query(IntegrationUsersDocument, variables)
      : await gateway.query(IntegrationGroupsDocument, variables);
  const integration = data?.integration;
  const connection = integration && ('users' in integration ? integration.users : integration.groups);
  return connection?.edges[0]?.node as Record<string, unknown> | undefined;
}

const { full: sageMaker } = integrationFixtures.aws_sagemaker;
const model: Json = { ...sageMaker.models[0] };

const first = (list: unknown) => (list as readonly Record<string, unknown>[])[0];

/** How to put an object of a schema into an upstream response, and how to find it in the gateway's response. */
interface Place {
  readonly full: Json;
  read(body: Json): Promise<Record<string, unknown> | null | undefined>;
}

const providerPlaces = Object.fromEntries(
  (Object.keys(integrationFixtures) as Name[]).map((name): [string, Place] => [
    getTypeName(name),
    {
      full: integrationFixtures[name].full,
      read: async (body) => (await readIntegration(name, body)).integration,
    },
  ]),
);

const places: Readonly<Record<string, Place>> = {
  ...providerPlaces,
  Model: {
    full: model,
    read: async (body) => {
      const { integration } = await readIntegration('aws_sagemaker', { ...sageMaker, models: [body] });
      return first(integration?.['models']);
    },
  },
  InputMap: {
    full: { ...sageMaker.models[0]?.input_map },
    read: async (body) => {
      const models = [{ ...model, input_map: body }];
      const { integration } = await readIntegration('aws_sagemaker', { ...sageMaker, models });
      return first(integration?.['models'])?.['inputMap'] as Record<string, unknown>;
    },
  },
  UserCollaborator: {
    full: collaboratorFixtures.user,
    read: async (body) => readCollaborator('users', body),
  },
  GroupCollaborator: {
    full: collaboratorFixtures.group,
    read: async (body) => readCollaborator('groups', body),
  },
  IntegrationDB: {
    full: integrationRecordFixtures.full,
    read: async (body) => (await readRecord(body)).record,
  },
};

/** The types whose names differ from their schemas. */
const typeNames: Readonly<Record<string, string>> = {
  GroupCollaborator: 'IntegrationGroup',
  InputMap: 'ModelInputMap',
  IntegrationDB: 'IntegrationRecord',
  Model: 'IntegrationModel',
  UserCollaborator: 'IntegrationUser',
};

/** Every default of the document in a response: the schema, the property, and the value in GraphQL. */
const defaults = Object.entries(openApiDocument.components.schemas)
  // The gateway adds no defaults to a request body, and always sends the arguments of a page.
  .filter(([name]) => !/(?:Create|ListUserCollaboratorsResponse|ListGroupCollaboratorsResponse)$/.test(name))
  .flatMap(([name, { properties = {} }]) =>
    Object.entries(properties)
      // Missing prices are null, despite the document's default.
      .filter(([property, schema]) => schema.default !== undefined && !property.endsWith('_price'))
      .map(([property, schema]) => ({ name, property, value: toValue(schema) })),
  );

function toValue(schema: JsonSchema): unknown {
  const isEnumValue =
    resolveSchema(schema).enum !== undefined || schema.const !== undefined || schema.default === 'custom';
  return isEnumValue ? String(schema.default).toUpperCase() : schema.default;
}

describe('a property that upstream leaves out, or sends as null', () => {
  it.each(defaults)(
    'a missing or null property has the default of the OpenAPI document: $property of $name',
    async ({ name, property, value }) => {
      const place = places[name];
      if (place === undefined) throw new Error(`Say in \`places\` how to read ${name}.`);
      const { [property]: _left, ...rest } = place.full;

      const without = await place.read(rest);
      const withNull = await place.read({ ...rest, [property]: null });

      const field = toFieldName(typeNames[name] ?? name, property) ?? '';
      expect(without?.[field]).toEqual(value);
      expect(withNull?.[field]).toEqual(value);
    },
  );

  it.each([
    ['aws_bedrock', 'inference_profiles'],
    ['aws_sagemaker', 'models'],
    ['azure', 'deployments'],
  ] as const)('a missing list is empty if it cannot be null: %s.%s', async (name, property) => {
    const { [property]: _left, ...rest } = integrationFixtures[name].full as Json;
    for (const body of [rest, { ...rest, [property]: null }]) {
      const { integration, errors } = await readIntegration(name, body);
      expect(errors).toEqual([]);
      expect(integration?.[toFieldName(getTypeName(name), property) ?? '']).toEqual([]);
    }
  });

  it('a missing or null property without a default is null', async () => {
    const { integration, errors } = await readIntegration('azure', integrationFixtures.azure.minimal);
    expect(errors).toEqual([]);
    expect(integration).toMatchObject({
      id: null,
      extra: null,
      multiModalConfig: null,
      azureDeployment: null,
      defaultHeaders: null,
      availableDeployments: null,
    });
  });

  it('null items are removed from the list of records', async () => {
    await using stack = await startStack();
    const record = { ...integrationRecordFixtures.full, permissions: [null] };
    stack.upstream.on('GET', '/integrations', { json: [null, record] });
    const { data, errors } = await stack.gateway.query('{ integrationRecords { permissions { action } } }');
    expect(errors).toEqual([]);
    expect(data).toEqual({ integrationRecords: [{ permissions: [] }] });
  });

  it('null items are removed from lists and maps', async () => {
    const { integration, errors } = await readIntegration('custom', {
      ...integrationFixtures.custom.full,
      models: ['a', null, 'b'],
      model_properties: [null, { name: 'c', supported_parameters: [null, 'd'] }],
      custom_header_mapping: { kept: 'yes', dropped: null },
    });
    expect(errors).toEqual([]);
    expect(integration).toMatchObject({
      legacyModels: ['a', 'b'],
      modelProperties: [{ name: 'c', alias: null, basedOn: null, supportedParameters: ['d'] }],
      customHeaderMapping: [{ key: 'kept', value: 'yes' }],
    });
  });
});

// The client's document for one integration, changed to select several.
const integrationsDocument = print(IntegrationDocument).replace(
  /^query .*?integration\(name: \$name\)/s,
  'query ($names: [IntegrationName!]) { integrations(names: $names)',
);

const withModel = (patch: Json) => ({ models: [{ ...model, ...patch }] });

describe('a value that does not fit its field', () => {
  it.each<[Name, Json, string]>([
    ['anthropic', { endpoint: 5 }, 'endpoint'],
    ['anthropic', { endpoint: { url: 'x' } }, 'endpoint'],
    ['anthropic', { endpoint: false }, 'endpoint'],
    ['anthropic', { id: 7 }, 'id'],
    ['anthropic', { extra: [] }, 'extra'],
    ['anthropic', { extra: 'text' }, 'extra'],
    ['anthropic', { multi_modal_config: 'text' }, 'multiModalConfig'],
    ['anthropic', { multi_modal_config: [] }, 'multiModalConfig'],
    ['anthropic', { multi_modal_config: { max_files: 1.5 } }, 'multiModalConfig.maxFiles'],
    ['anthropic', { multi_modal_config: { max_files: '3' } }, 'multiModalConfig.maxFiles'],
    ['anthropic', { multi_modal_config: { max_files: 2 ** 31 } }, 'multiModalConfig.maxFiles'],
    ['anthropic', { multi_modal_config: { max_file_size_bytes: 1.5 } }, 'multiModalConfig.maxFileSizeBytes'],
    [
      'anthropic',
      { multi_modal_config: { max_file_size_bytes: 2 ** 53 } },
      'multiModalConfig.maxFileSizeBytes',
    ],
    ['anthropic', { multi_modal_config: { max_file_size_bytes: '9' } }, 'multiModalConfig.maxFileSizeBytes'],
    ['anthropic', { custom_header_mapping: ['a'] }, 'customHeaderMapping'],
    ['anthropic', { custom_header_mapping: { a: 1 } }, 'customHeaderMapping.0.value'],
    ['azure', { available_deployments: {} }, 'availableDeployments'],
    ['azure', { available_deployments: ['a'] }, 'availableDeployments.0'],
    ['azure', { available_deployments: [{ model: 'a' }] }, 'availableDeployments.0.id'],
    ['custom', { models: 'text' }, 'legacyModels'],
    ['custom', { models: ['a', 1] }, 'legacyModels.1'],
    ['custom', { model_properties: [{ name: 'a', alias: 5 }] }, 'modelProperties.0.alias'],
    ['custom', { model_properties: [{ name: 'a' }, { alias: 'b' }] }, 'modelProperties.1.name'],
    ['custom', { custom_llm_config: [] }, 'customLlmConfig'],
    ['custom', { custom_llm_config: { file_name: 'f' } }, 'customLlmConfig.className'],
    [
      'custom',
      { custom_llm_config: { file_name: 'f', class_name: 'c', init_kwargs: 'x' } },
      'customLlmConfig.initKwargs',
    ],
    ['aws_sagemaker', withModel({ max_top_p: '1' }), 'models.0.maxTopP'],
    ['aws_sagemaker', withModel({ input_token_limit: 2 ** 31 }), 'models.0.inputTokenLimit'],
    ['aws_sagemaker', withModel({ token_limit: 0.5 }), 'models.0.tokenLimit'],
    ['aws_sagemaker', withModel({ params_map: [] }), 'models.0.paramsMap'],
    ['aws_sagemaker', withModel({ params_map: { top_k: 1 } }), 'models.0.paramsMap.topK'],
    ['aws_sagemaker', withModel({ integration: 'later_provider' }), 'models.0.integration'],
    ['aws_sagemaker', withModel({ output_map: {} }), 'models.0.outputMap.response'],
    ['vertex_ai', { gcs_config: { bucket_name: 'b', object_path_prefix: 1 } }, 'gcsConfig.objectPathPrefix'],
    ['openai', { organization_id: {} }, 'organizationId'],
  ])('an invalid value nulls the nearest nullable field: %s %j', async (name, patch, place) => {
    const path = place.split('.').map((part) => (/^\d+$/.test(part) ? Number(part) : part));
    const { full } = integrationFixtures[name];
    const whole = await readIntegration(name, full);

    const { status, integration, errors } = await readIntegration(name, { ...full, ...patch });

    expect(status).toBe(200);
    expect(errors).toMatchObject([
      { path: ['integration', ...path], extensions: { code: 'UPSTREAM_INVALID_RESPONSE', retryable: false } },
    ]);
    // All fields that the patch does not change are present.
    const touched = new Set([
      ...Object.keys(patch).map((property) => toFieldName(getTypeName(name), property)),
      ...(path[0] === 'legacyModels' ? path : []),
    ]);
    const rest = (from: object | null | undefined) =>
      Object.entries(from ?? {}).filter(([field]) => !touched.has(field));
    expect(rest(integration)).toEqual(rest(whole.integration));
    expect(rest(integration).length).toBeGreaterThan(2);
    expect(getNearest(integration, path)).toBeNull();
  });

  it('the keys of a map are returned even if a value is not a string', async () => {
    upstream
      .on('GET', toPath('aws_bedrock'), { json: { inference_profiles: { a: 7, b: 'x' } } })
      .on('GET', `${toPath('aws_bedrock')}/status`, { json: { ok: true } });
    const { data, errors } = await gateway.query(
      '{ integration(name: AWS_BEDROCK) { status { key } ... on AwsBedrockIntegration { inferenceProfiles { key } } } }',
    );
    expect(errors).toEqual([]);
    expect(data).toEqual({
      integration: { status: [{ key: 'ok' }], inferenceProfiles: [{ key: 'a' }, { key: 'b' }] },
    });
  });

  it.each<[Name, Json, string]>([
    ['azure', { proxy: 'yes' }, 'proxy'],
    ['azure', { api_version: 2025 }, 'apiVersion'],
    ['azure', { deployments: [] }, 'deployments'],
    ['azure', { deployments: { a: 1 } }, 'deployments.0.value'],
    ['azure', { authentication_type: 1 }, 'authenticationType'],
    ['aws_bedrock', { region: {} }, 'region'],
    ['aws_bedrock', { credential_type: ['key_secret'] }, 'credentialType'],
    ['aws_sagemaker', { models: {} }, 'models'],
    ['aws_sagemaker', withModel({ requires_max_tokens: '1' }), 'models.0.requiresMaxTokens'],
    ['aws_sagemaker', withModel({ formatting_tokens: 1.5 }), 'models.0.formattingTokens'],
    ['aws_sagemaker', withModel({ formatting_tokens: -(2 ** 31) - 1 }), 'models.0.formattingTokens'],
    ['aws_sagemaker', withModel({ is_chat: 1 }), 'models.0.isChat'],
    ['aws_sagemaker', withModel({ name: null }), 'models.0.name'],
    ['aws_sagemaker', withModel({ input_modalities: ['text', 1] }), 'models.0.inputModalities.1'],
    ['custom', { base_url: null }, 'baseUrl'],
    ['custom', { base_url: 1 }, 'baseUrl'],
    ['custom', { is_legacy_format: 'no' }, 'isLegacyFormat'],
  ])(
    'an invalid value nulls its integration if no field can be null, and no other integration: %s %j',
    async (name, patch, place) => {
      const path = place.split('.').map((part) => (/^\d+$/.test(part) ? Number(part) : part));
      upstream
        .on('GET', toPath('openai'), { json: integrationFixtures.openai.full })
        .on('GET', toPath('mistral'), { json: integrationFixtures.mistral.full })
        .on('GET', toPath(name), { json: { ...integrationFixtures[name].full, ...patch } });
      const names: IntegrationName[] = ['OPENAI', toEnumName(name), 'MISTRAL'];

      const { data, errors } = await gateway.query<{ integrations: unknown[] }, object>(
        integrationsDocument,
        { names },
      );

      expect(data?.integrations).toMatchObject([{ name: 'OPENAI' }, null, { name: 'MISTRAL' }]);
      expect(errors).toMatchObject([
        {
          path: ['integrations', 1, ...path],
          extensions: { code: 'UPSTREAM_INVALID_RESPONSE', retryable: false },
        },
      ]);
    },
  );

  it('the message does not quote an invalid value', async () => {
    const { errors } = await readIntegration('openai', {
      name: 'openai',
      organization_id: ['quoted-value'],
    });
    expect(JSON.stringify(errors)).not.toContain('quoted-value');
  });
});

/** The value at a path, or the nearest null above it. */
function getNearest(root: unknown, path: readonly (string | number)[]): unknown {
  let value = root;
  for (const part of path) {
    if (value === null) return null;
    value = (value as Record<string | number, unknown>)[part];
  }
  return value;
}

describe('a date and time', () => {
  it.each([
    ['2025-03-04T05:06:07.123456', '2025-03-04T05:06:07.123456Z'],
    ['2025-03-04T05:06:07', '2025-03-04T05:06:07Z'],
    ['2025-03-04 05:06:07.1', '2025-03-04T05:06:07.1Z'],
    ['2025-03-04T05:06:07.123456789Z', '2025-03-04T05:06:07.123456789Z'],
    ['2025-03-04t05:06:07z', '2025-03-04T05:06:07Z'],
    ['2025-03-04T05:06:07.654321+05:30', '2025-03-04T05:06:07.654321+05:30'],
    ['2025-03-04T05:06:07-0800', '2025-03-04T05:06:07-08:00'],
    ['2025-03-04T05:06+01', '2025-03-04T05:06:00+01:00'],
    ['2025-03-04T05:06:07,5', '2025-03-04T05:06:07.5Z'],
    ['2024-02-29T05:06:07', '2024-02-29T05:06:07Z'],
    ['2025-12-31T23:59:60-23:59', '2025-12-31T23:59:60-23:59'],
  ])(
    'a date and time without an offset is UTC, and keeps upstream’s precision: %s',
    async (sent, returned) => {
      const { record, errors } = await readRecord({
        ...integrationRecordFixtures.full,
        created_at: sent,
      });
      expect(errors).toEqual([]);
      expect(record?.['createdAt']).toBe(returned);
    },
  );

  it.each([
    'yesterday',
    '2025-13-01T00:00:00Z',
    '2025-02-29T00:00:00Z',
    '2025-04-31T00:00:00Z',
    '2025-03-04T05:06:07+24:00',
    '2025-03-04',
    '',
    1_741_064_767,
  ])('an invalid time is an error: %j', async (sent) => {
    const { data, errors } = await readRecord({
      ...integrationRecordFixtures.full,
      created_at: sent,
    });
    expect(data?.upsertCustomIntegration).toBeNull();
    expect(errors).toMatchObject([
      {
        path: ['upsertCustomIntegration', 'record', 'createdAt'],
        extensions: { code: 'UPSTREAM_INVALID_RESPONSE' },
      },
    ]);
  });
});

it('a UTF-8 byte order mark before the JSON of upstream is ignored', async () => {
  const { integration, errors } = await readIntegration(
    'openai',
    '\uFEFF{"provider":"openai","organization_id":"org"}',
  );
  expect(errors).toEqual([]);
  expect(integration).toMatchObject({ name: 'OPENAI', organizationId: 'org' });
});

it('JSON of upstream that is not UTF-8 is an error, so that no string is changed', async () => {
  const body = Buffer.from('{"provider":"openai","organization_id":"é"}', 'latin1');
  const { integration, errors } = await readIntegration('openai', body);
  expect(integration).toBeNull();
  expect(errors).toMatchObject([{ extensions: { code: 'UPSTREAM_INVALID_RESPONSE' } }]);
});

describe('numbers', () => {
  it.each([2 ** 31, 5_368_709_120, 2 ** 53 - 1])('a file size beyond 2^31 is kept: %d', async (size) => {
    const { integration, errors } = await readIntegration('vertex_ai', {
      name: 'vertex_ai',
      multi_modal_config: { max_files: 2 ** 31 - 1, max_file_size_bytes: size },
    });
    expect(errors).toEqual([]);
    expect(integration?.['multiModalConfig']).toMatchObject({
      maxFiles: 2 ** 31 - 1,
      maxFileSizeBytes: size,
    });
  });

  it.each([{}, { output_price: null, input_price: null }])(
    'a price that is left out is null, despite the default of the OpenAPI document: %j',
    async (prices) => {
      const { output_price: _output, input_price: _input, ...rest } = model;
      const body = { ...sageMaker, models: [{ ...rest, ...prices }] };
      const { integration, errors } = await readIntegration('aws_sagemaker', body);
      expect(errors).toEqual([]);
      expect(first(integration?.['models'])).toMatchObject({ outputPrice: null, inputPrice: null });
    },
  );

  it('prices of any size are kept', async () => {
    const body = { ...sageMaker, ...withModel({ output_price: 1.5e-7, input_price: 3 }) };
    const { integration, errors } = await readIntegration('aws_sagemaker', body);
    expect(errors).toEqual([]);
    expect(first(integration?.['models'])).toMatchObject({ outputPrice: 1.5e-7, inputPrice: 3 });
  });
});

describe('an enum value that the schema does not know', () => {
  it.each<[Name, Json, string]>([
    ['anthropic', { authentication_type: 'passkey' }, 'authenticationType'],
    ['azure', { authentication_type: 'passkey' }, 'authenticationType'],
    ['custom', { authentication_type: 'passkey' }, 'authenticationType'],
    ['aws_bedrock', { credential_type: 'passkey' }, 'credentialType'],
    ['aws_sagemaker', { credential_type: 'passkey' }, 'credentialType'],
    ['anthropic', { authentication_type: '' }, 'authenticationType'],
    ['anthropic', { authentication_type: 'constructor' }, 'authenticationType'],
    ['anthropic', { authentication_type: 'UNRECOGNIZED' }, 'authenticationType'],
  ])('an unknown enum value is UNRECOGNIZED: %s %j', async (name, patch, field) => {
    const { integration, errors } = await readIntegration(name, {
      ...integrationFixtures[name].full,
      ...patch,
    });
    expect(errors).toEqual([]);
    expect(integration?.[field]).toBe('UNRECOGNIZED');
  });

  it('an unknown enum value in a list or in a model is UNRECOGNIZED', async () => {
    const patch = withModel({ input_modalities: ['text', 'smell', 'image'], cost_by: 'seconds' });
    const { integration, errors } = await readIntegration('aws_sagemaker', { ...sageMaker, ...patch });
    expect(errors).toEqual([]);
    expect(first(integration?.['models'])).toMatchObject({
      inputModalities: ['TEXT', 'UNRECOGNIZED', 'IMAGE'],
      costBy: 'UNRECOGNIZED',
    });
  });

  it('an unknown action of a permission is UNRECOGNIZED, and rawAction has upstream’s value', async () => {
    const permissions = [
      { action: 'update', allowed: true },
      { action: 'teleport', allowed: false, message: 'Not yet.' },
    ];
    const { record, errors } = await readRecord({ ...integrationRecordFixtures.full, permissions });
    expect(errors).toEqual([]);
    expect(record?.['permissions']).toMatchObject([
      { action: 'UPDATE', rawAction: 'update', allowed: true, message: null },
      { action: 'UNRECOGNIZED', rawAction: 'teleport', allowed: false, message: 'Not yet.' },
    ]);
  });
});

describe('the URL of the custom endpoint', () => {
  it.each([
    ['base_url', { base_url: 'https://b.test' }, 'https://b.test'],
    ['endpoint, as in a later upstream', { endpoint: 'https://e.test' }, 'https://e.test'],
    [
      'base_url if both are present',
      { base_url: 'https://b.test', endpoint: 'https://e.test' },
      'https://b.test',
    ],
    ['endpoint if base_url is null', { base_url: null, endpoint: 'https://e.test' }, 'https://e.test'],
  ])('the URL of the custom endpoint is %s', async (_what, patch, url) => {
    const { integration, errors } = await readIntegration('custom', { name: 'custom', ...patch });
    expect(errors).toEqual([]);
    expect(integration?.['baseUrl']).toBe(url);
  });
});

describe('the discriminator of an integration', () => {
  it.each([
    ['name', { name: 'openai' }],
    ['provider, if name is a free label', { provider: 'openai', name: 'Our own OpenAI' }],
    ['provider, if name is that of another provider', { provider: 'openai', name: 'azure' }],
    ['name, if provider is null', { provider: null, name: 'openai' }],
    ['the requested provider, if both are absent', {}],
    ['the requested provider, if both are null', { provider: null, name: null }],
  ])('the discriminator of an integration is %s', async (_what, body) => {
    const { integration, errors } = await readIntegration('openai', {
      ...body,
      organization_id: 'org',
    });
    expect(errors).toEqual([]);
    expect(integration).toMatchObject({
      __typename: 'OpenAIIntegration',
      name: 'OPENAI',
      organizationId: 'org',
    });
  });

  it.each([
    ['another provider', { name: 'azure' }],
    ['a string that is not a provider', { name: 'openai_v2' }],
    ['an object', { name: { of: 'openai' } }],
    ['an inherited property', { name: 'constructor' }],
    ['another provider with the right name', { provider: 'azure', name: 'openai' }],
    ['a number', { provider: 0, name: 'openai' }],
  ])('a body that is %s makes the response invalid', async (_what, body) => {
    const { integration, errors } = await readIntegration('openai', body);
    expect(integration).toBeNull();
    expect(errors).toMatchObject([
      { path: ['integration'], extensions: { code: 'UPSTREAM_INVALID_RESPONSE', upstreamStatus: 200 } },
    ]);
  });
});

describe('the provider of a record', () => {
  it.each([
    ['name', { name: 'custom' }, 'CUSTOM'],
    ['provider, if name is a free label', { provider: 'custom', name: 'Our own' }, 'CUSTOM'],
    ['provider, before a name that is a provider as well', { provider: 'custom', name: 'openai' }, 'CUSTOM'],
    ['name, if it is another provider', { provider: null, name: 'openai' }, 'OPENAI'],
    ['null if upstream names an unknown provider', { provider: 'cohere', name: 'openai' }, null],
    [
      'the one that was written to, if upstream has no provider and a free label',
      { provider: null, name: 'Our own' },
      'CUSTOM',
    ],
  ])('the provider of a record is %s', async (_what, patch, name) => {
    const { record, errors } = await readRecord({ ...integrationRecordFixtures.full, ...patch });
    expect(errors).toEqual([]);
    expect(record?.['name']).toBe(name);
  });
});

describe('keys that are special in JavaScript', () => {
  const extra =
    '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},"toString":null}';

  it('special keys are ordinary data in a response', async () => {
    const { integration, errors } = await readIntegration(
      'custom',
      `{"__proto__":{"endpoint":"https://evil.test","default_model":"evil"},"name":"custom","base_url":"https://b.test",
        "extra":${extra},"custom_header_mapping":{"__proto__":"a","constructor":"b"},
        "custom_llm_config":{"file_name":"f","class_name":"c","init_kwargs":${extra}}}`,
    );
    expect(errors).toEqual([]);
    expect(integration).toMatchObject({
      baseUrl: 'https://b.test',
      defaultModel: null,
      customHeaderMapping: [
        { key: '__proto__', value: 'a' },
        { key: 'constructor', value: 'b' },
      ],
    });
    expect(JSON.stringify(integration?.['extra'])).toBe(extra);
    expect(JSON.stringify((integration?.['customLlmConfig'] as Json | undefined)?.['initKwargs'])).toBe(
      extra,
    );
    expect({}).not.toHaveProperty('polluted');
  });

  it('special keys are ordinary data in an input, in a variable and in the document', async () => {
    upstream.on('PUT', toPath('custom'), { json: integrationRecordFixtures.full });
    const initKwargs: unknown = JSON.parse(extra);
    const input = {
      endpoint: 'https://e.test',
      customLlmConfig: { fileName: 'f', className: 'c', initKwargs },
      headers: [{ key: '__proto__', value: 'a' }],
    };
    const upsert = 'upsertCustomIntegration(input: $input) { __typename }';
    await gateway.query(`mutation ($input: UpsertCustomIntegrationInput!) { ${upsert} }`, { input });
    await gateway.query(`mutation { upsertCustomIntegration(input: {
      endpoint: "https://e.test"
      customLlmConfig: { fileName: "f", className: "c", initKwargs: ${extra.replaceAll(/"(\w+)":/g, '$1: ')} }
      headers: [{ key: "__proto__", value: "a" }]
    }) { __typename } }`);

    const bodies = upstream
      .callsTo('PUT', toPath('custom'))
      .slice(-2)
      .map(({ body }) => body);
    expect(bodies[0]).toBe(bodies[1]);
    expect(bodies[0]).toContain(`"init_kwargs":${extra}`);
    expect(bodies[0]).toContain('"headers":{"__proto__":"a"}');
    expect({}).not.toHaveProperty('polluted');
  });
});

describe('objects with arbitrary keys', () => {
  const nested = (depth: number) => `{"a":${'['.repeat(depth)}${']'.repeat(depth)}}`;

  it('JSON with a usual depth of nesting is accepted and returned', async () => {
    const { integration, errors } = await readIntegration('openai', `{"extra":${nested(150)}}`);
    expect(errors).toEqual([]);
    expect(JSON.stringify(integration?.['extra'])).toBe(nested(150));
  });

  it.each([
    ['is nested too deeply', nested(100_000)],
    ['has a number that is too large for a double', '{"a":[-1e400]}'],
  ])('JSON of upstream that %s fails only its field', async (_what, extra) => {
    const body = `{"organization_id":"org","extra":${extra}}`;
    const { status, integration, errors } = await readIntegration('openai', body);
    expect(status).toBe(200);
    expect(integration).toMatchObject({ organizationId: 'org', extra: null });
    expect(errors).toMatchObject([
      { path: ['integration', 'extra'], extensions: { code: 'UPSTREAM_INVALID_RESPONSE' } },
    ]);
  });

  it('JSON of the client that is nested too deeply is rejected with BAD_USER_INPUT', async () => {
    const body = `{"query":"mutation ($input: UpsertCustomIntegrationInput!) { upsertCustomIntegration(input: $input) { __typename } }",
      "variables":{"input":{"endpoint":"e","customLlmConfig":{"fileName":"f","className":"c","initKwargs":${nested(50_000)}}}}}`;
    const callCount = upstream.calls.length;
    const response = await fetch(gateway.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'galileo-api-key': 'key' },
      body,
    });
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
    expect(upstream.calls).toHaveLength(callCount);
  });
});
