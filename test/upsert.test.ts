import { getNamedType, isInputObjectType, isRequiredInputField } from 'graphql';
import { afterAll, describe, expect, it } from 'vitest';
import {
  UpsertCustomIntegrationDocument,
  type UpsertCustomIntegrationInput,
} from '../client/generated/graphql.ts';
import { createSchema } from '../src/schema/index.ts';
import { integrationRecordFixtures } from './fixtures/integration-records.ts';
import { integrationFixtures } from './fixtures/integrations.ts';
import { toPath } from './support/naming.ts';
import { type Stack, startStack } from './support/stack.ts';

const path = toPath('custom');
const record = { json: integrationRecordFixtures.full };
const integration = { json: integrationFixtures.custom.full };
const endpoint = 'https://llm.example.test/v1';

const upsert = `mutation ($input: UpsertCustomIntegrationInput!) {
  upsertCustomIntegration(input: $input) {
    __typename
    ... on UpsertIntegrationSuccess { record { integrationId } }
    ... on IntegrationValidationFailure { message issues { path message code } }
  }
}`;

interface UpsertData {
  readonly upsertCustomIntegration: Readonly<Record<string, unknown>> | null;
}

const sendUpsert = ({ gateway }: Stack, input: UpsertCustomIntegrationInput) =>
  gateway.query<UpsertData, object>(upsert, { input });

// Refused writes change nothing, so all of them can share a gateway.
const refusing = await startStack();
afterAll(() => refusing[Symbol.asyncDispose]());

/** Sends an upsert that upstream refuses, and returns the caller's result. */
async function refuse(input: Partial<UpsertCustomIntegrationInput>, json: unknown) {
  refusing.upstream.on('PUT', path, { status: 422, json });
  const { status, data, errors } = await sendUpsert(refusing, { endpoint, ...input });
  expect(status).toBe(200);
  expect(errors).toEqual([]);
  return data?.upsertCustomIntegration;
}

describe('the body of the PUT', () => {
  it.each<[string, UpsertCustomIntegrationInput, object]>([
    ['with only required fields: omitted fields stay omitted', { endpoint }, { endpoint }],
    [
      'without authentication',
      { endpoint, authenticationType: 'NONE', modelProperties: [{ name: 'm' }] },
      { endpoint, authentication_type: 'none', model_properties: [{ name: 'm' }] },
    ],
    [
      'with an API key',
      {
        endpoint,
        authenticationType: 'API_KEY',
        apiKeyHeader: 'X-Api-Key',
        apiKeyValue: 'api-key-value',
        token: 'the-token',
        headers: [
          { key: 'X-Team', value: 'search' },
          { key: 'X-Stage', value: '' },
        ],
        customHeaderMapping: [{ key: 'X-User', value: 'user_id' }],
        multiModalConfig: { maxFiles: 4, maxFileSizeBytes: 5_368_709_120 },
        models: ['a', 'b'],
        defaultModel: 'b',
      },
      {
        endpoint,
        authentication_type: 'api_key',
        api_key_header: 'X-Api-Key',
        api_key_value: 'api-key-value',
        token: 'the-token',
        headers: { 'X-Team': 'search', 'X-Stage': '' },
        custom_header_mapping: { 'X-User': 'user_id' },
        multi_modal_config: { max_files: 4, max_file_size_bytes: 5_368_709_120 },
        models: ['a', 'b'],
        default_model: 'b',
      },
    ],
    [
      'with OAuth 2',
      {
        endpoint,
        authenticationType: 'OAUTH2',
        authenticationScope: 'scope',
        oauth2TokenUrl: 'https://llm.example.test/token',
        modelProperties: [
          { name: 'one', alias: 'One', basedOn: 'gpt-4o' },
          { name: 'two', supportedParameters: ['temperature'] },
          { name: 'three', supportedParameters: [] },
        ],
        customLlmConfig: {
          fileName: 'handler.py',
          className: 'Handler',
          initKwargs: { camelCase: 1, snake_case: [null, { deep: true }], omitted: null },
        },
      },
      {
        endpoint,
        authentication_type: 'oauth2',
        authentication_scope: 'scope',
        oauth2_token_url: 'https://llm.example.test/token',
        model_properties: [
          { name: 'one', alias: 'One', based_on: 'gpt-4o' },
          { name: 'two', supported_parameters: ['temperature'] },
          { name: 'three', supported_parameters: [] },
        ],
        custom_llm_config: {
          file_name: 'handler.py',
          class_name: 'Handler',
          init_kwargs: { camelCase: 1, snake_case: [null, { deep: true }], omitted: null },
        },
      },
    ],
    [
      'with null for every nullable field: null stays null',
      {
        endpoint,
        authenticationType: null,
        models: null,
        modelProperties: null,
        defaultModel: null,
        authenticationScope: null,
        oauth2TokenUrl: null,
        apiKeyHeader: null,
        apiKeyValue: null,
        customLlmConfig: null,
        customHeaderMapping: null,
        headers: null,
        multiModalConfig: null,
        token: null,
      },
      {
        endpoint,
        authentication_type: null,
        models: null,
        model_properties: null,
        default_model: null,
        authentication_scope: null,
        oauth2_token_url: null,
        api_key_header: null,
        api_key_value: null,
        custom_llm_config: null,
        custom_header_mapping: null,
        headers: null,
        multi_modal_config: null,
        token: null,
      },
    ],
    [
      'with null inside of objects, and with empty ones',
      {
        endpoint,
        modelProperties: [{ name: 'm', alias: null, basedOn: null, supportedParameters: null }],
        customLlmConfig: { fileName: 'f', className: 'c', initKwargs: null },
        multiModalConfig: { maxFiles: null },
        headers: [],
        models: [],
      },
      {
        endpoint,
        model_properties: [{ name: 'm', alias: null, based_on: null, supported_parameters: null }],
        custom_llm_config: { file_name: 'f', class_name: 'c', init_kwargs: null },
        multi_modal_config: { max_files: null },
        headers: {},
        models: [],
      },
    ],
  ])('the body of the PUT is exactly the input, %s', async (_what, input, body) => {
    await using stack = await startStack();
    stack.upstream.on('PUT', path, record);

    const byVariables = await sendUpsert(stack, input);
    const byLiterals = await stack.gateway.query(
      `mutation { upsertCustomIntegration(input: ${toLiteral(input)}) { __typename } }`,
    );

    expect([byVariables.errors, byLiterals.errors]).toEqual([[], []]);
    expect(stack.upstream.calls).toHaveLength(2);
    for (const call of stack.upstream.calls) {
      expect(JSON.parse(call.body)).toStrictEqual(body);
      expect(call).toMatchObject({
        method: 'PUT',
        path,
        headers: {
          'content-type': 'application/json',
          'content-length': String(Buffer.byteLength(call.body)),
          accept: 'application/json',
        },
      });
    }
  });

  it('the body of the PUT omits a missing variable within the input, and has null for a null variable', async () => {
    await using stack = await startStack();
    stack.upstream.on('PUT', path, record);
    const document = `mutation ($token: String, $scope: String, $alias: String) {
      upsertCustomIntegration(input: {
        endpoint: "${endpoint}", token: $token, authenticationScope: $scope, modelProperties: { name: "m", alias: $alias }
      }) { __typename }
    }`;
    await stack.gateway.query(document, { scope: null });
    expect(stack.upstream.calls.map(({ body }) => JSON.parse(body) as unknown)).toStrictEqual([
      { endpoint, authentication_scope: null, model_properties: [{ name: 'm' }] },
    ]);
  });

  it('the request body contains strings in any script unchanged', async () => {
    await using stack = await startStack();
    stack.upstream.on('PUT', path, record);
    const token = 'ключ 鍵 🔑 "quoted" \\ \n \u2028';
    await sendUpsert(stack, { endpoint, token });
    expect(JSON.parse(stack.upstream.calls[0]?.body ?? '')).toStrictEqual({ endpoint, token });
  });

  it.each(['headers', 'customHeaderMapping'] as const)(
    'a body with duplicate keys in %s is not sent: every duplicate is an issue, and no value is quoted',
    async (field) => {
      await using stack = await startStack();
      const { data, errors, text } = await sendUpsert(stack, {
        endpoint,
        [field]: [
          { key: 'X-A', value: 'first-value' },
          { key: 'X-B', value: 'other-value' },
          { key: 'X-A', value: 'second-value' },
          { key: 'X-A', value: 'third-value' },
        ],
      });
      expect(errors).toEqual([]);
      expect(data?.upsertCustomIntegration).toEqual({
        __typename: 'IntegrationValidationFailure',
        message: 'The input has duplicate keys.',
        issues: ['2', '3'].map((index) => ({
          path: ['input', field, index, 'key'],
          message: 'This key occurs more than once.',
          code: 'duplicate_key',
        })),
      });
      expect(text).not.toMatch(/first-value|other-value|second-value|third-value/);
      expect(stack.upstream.calls).toEqual([]);
    },
  );
});

/** Every list of entries of an input of a provider, with the fields that the input requires. */
const entryLists = Object.values(createSchema().getMutationType()?.getFields() ?? {})
  .filter(({ name }) => name.startsWith('upsert'))
  .flatMap(({ name: mutation, args: [argument] }) => {
    const type = getNamedType(argument?.type);
    const fields = isInputObjectType(type) ? Object.values(type.getFields()) : [];
    const required = Object.fromEntries(
      fields
        .filter(isRequiredInputField)
        .map(({ name, type }) => [name, isInputObjectType(getNamedType(type)) ? {} : 'x']),
    );
    return fields
      .filter((field) => getNamedType(field.type).name === 'StringMapEntryInput')
      .map((field) => ({ mutation, type: String(type), field: field.name, required }));
  });

it('exactly five providers have inputs with lists of key-value entries', () => {
  expect(new Set(entryLists.map(({ mutation }) => mutation)).size).toBe(5);
});

it.each(entryLists)(
  'duplicate keys in $field of $type are issues, and nothing is sent',
  async ({ mutation, type, field, required }) => {
    await using stack = await startStack();
    const entries = ['a', 'b', 'a'].map((key) => ({ key, value: key }));
    const { data, errors } = await stack.gateway.query(
      `mutation ($input: ${type}!) { result: ${mutation}(input: $input) { ... on IntegrationValidationFailure { issues { path code } } } }`,
      { input: { ...required, [field]: entries } },
    );
    expect(errors).toEqual([]);
    expect(data).toEqual({
      result: { issues: [{ path: ['input', field, '2', 'key'], code: 'duplicate_key' }] },
    });
    expect(stack.upstream.calls).toEqual([]);
  },
);

/** The value as a GraphQL literal. */
function toLiteral(value: unknown, key = ''): string {
  if (Array.isArray(value)) return `[${value.map((item) => toLiteral(item)).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    return `{ ${Object.entries(value)
      .map(([name, inner]) => `${name}: ${toLiteral(inner, name)}`)
      .join(', ')} }`;
  }
  return key === 'authenticationType' && typeof value === 'string' ? value : JSON.stringify(value);
}

describe('a success', () => {
  it('a success has the record in the names of the schema', async () => {
    await using stack = await startStack();
    stack.upstream.on('PUT', path, record).on('GET', path, integration);
    const { data, errors } = await stack.gateway.query(UpsertCustomIntegrationDocument, {
      input: { endpoint },
    });
    expect(errors).toEqual([]);
    expect(data?.upsertCustomIntegration).toMatchObject({
      __typename: 'UpsertIntegrationSuccess',
      record: {
        integrationId: '00000000-0000-4000-8000-000000000005',
        name: 'CUSTOM',
        permissions: [
          { action: 'UPDATE', rawAction: 'update', allowed: true, message: 'record-update-message' },
          {
            action: 'READ_API_KEYS',
            rawAction: 'read_api_keys',
            allowed: false,
            message: 'record-read-api-keys-message',
          },
        ],
        createdAt: '2025-03-04T05:06:07.123456+00:00',
        updatedAt: '2025-04-05T06:07:08.654321Z',
        createdBy: '00000000-0000-4000-8000-0000000000ff',
        isSelected: true,
        isDisabled: true,
      },
      integration: { id: '00000000-0000-4000-8000-000000000005', baseUrl: 'https://custom.example.test/v1' },
    });
  });

  it('a success needs only the required properties of a record', async () => {
    await using stack = await startStack();
    stack.upstream.on('PUT', path, { json: integrationRecordFixtures.minimal }).on('GET', path, integration);
    const { data, errors } = await stack.gateway.query(UpsertCustomIntegrationDocument, {
      input: { endpoint },
    });
    expect(errors).toEqual([]);
    expect(data?.upsertCustomIntegration).toMatchObject({
      record: { permissions: [], isSelected: false, isDisabled: false },
    });
  });

  it('an integration is read back only if it is selected, and after the write', async () => {
    await using stack = await startStack();
    const { gateway, upstream } = stack;
    upstream.on('PUT', path, record).on('GET', path, integration);

    await sendUpsert(stack, { endpoint });
    expect(upstream.calls.map(({ method }) => method)).toEqual(['PUT']);
    await gateway.query(UpsertCustomIntegrationDocument, { input: { endpoint } });
    expect(upstream.calls.map(({ method }) => method)).toEqual(['PUT', 'PUT', 'GET']);
  });

  it.each([
    ['null without an error on a 404', { status: 404, json: { detail: 'Gone.' } }, []],
    ['null with an error on a 500', { status: 500, json: { detail: 'Broken.' } }, ['UPSTREAM_ERROR']],
    ['null with an error on a 403', { status: 403, json: { detail: 'No.' } }, ['FORBIDDEN']],
    ['null with an error if the response is not JSON', { body: '<html>' }, ['UPSTREAM_INVALID_RESPONSE']],
  ])('a success is kept if reading the integration fails: %s', async (_what, reply, codes) => {
    await using stack = await startStack();
    stack.upstream.on('PUT', path, record).on('GET', path, reply);
    const { status, data, errors } = await stack.gateway.query(UpsertCustomIntegrationDocument, {
      input: { endpoint },
    });
    expect(status).toBe(200);
    expect(data?.upsertCustomIntegration).toMatchObject({
      __typename: 'UpsertIntegrationSuccess',
      record: { name: 'CUSTOM' },
      integration: null,
    });
    expect(errors.map(({ extensions }) => extensions.code)).toEqual(codes);
    for (const error of errors) expect(error.path).toEqual(['upsertCustomIntegration', 'integration']);
  });

  it('an integration is read again after a write in the same operation', async () => {
    await using stack = await startStack();
    const reply = (model: string) => ({ json: { ...integrationFixtures.custom.full, default_model: model } });
    stack.upstream
      .on('PUT', path, record)
      .once('GET', path, reply('first'))
      .once('GET', path, reply('second'));
    const selection =
      '{ ... on UpsertIntegrationSuccess { integration { ... on CustomIntegration { defaultModel } } } }';
    const { data, errors } = await stack.gateway.query(`mutation {
      a: upsertCustomIntegration(input: { endpoint: "a" }) ${selection}
      b: upsertCustomIntegration(input: { endpoint: "b" }) ${selection}
    }`);
    expect(errors).toEqual([]);
    expect(data).toEqual({
      a: { integration: { defaultModel: 'first' } },
      b: { integration: { defaultModel: 'second' } },
    });
    expect(stack.upstream.calls.map(({ method }) => method)).toEqual(['PUT', 'GET', 'PUT', 'GET']);
  });
});

describe('the message of a permission', () => {
  it('the message of a permission does not show the secrets of the input', async () => {
    await using stack = await startStack();
    const permissions = [{ action: 'update', allowed: false, message: 'Not with the-token.' }];
    stack.upstream.on('PUT', path, { json: { ...integrationRecordFixtures.full, permissions } });
    const { data } = await stack.gateway.query(
      'mutation { upsertCustomIntegration(input: { endpoint: "e", token: "the-token" }) { ... on UpsertIntegrationSuccess { record { permissions { message } } } } }',
    );
    expect(data).toEqual({
      upsertCustomIntegration: { record: { permissions: [{ message: 'Not with [redacted].' }] } },
    });
  });
});

describe('two upserts in one document', () => {
  it('mutations run in order, and a failure of the second keeps the result of the first', async () => {
    await using stack = await startStack();
    stack.upstream.once('PUT', path, record).once('PUT', path, { status: 500, json: { detail: 'Broken.' } });
    const { status, data, errors } = await stack.gateway.query(`mutation {
      first: upsertCustomIntegration(input: { endpoint: "1" }) { ... on UpsertIntegrationSuccess { record { name } } }
      second: upsertCustomIntegration(input: { endpoint: "2" }) { __typename }
    }`);
    expect(status).toBe(200);
    expect(data).toEqual({ first: { record: { name: 'CUSTOM' } }, second: null });
    expect(errors).toMatchObject([
      { path: ['second'], message: 'Broken.', extensions: { code: 'UPSTREAM_ERROR' } },
    ]);
    expect(stack.upstream.calls.map(({ body }) => body)).toEqual(['{"endpoint":"1"}', '{"endpoint":"2"}']);
  });

  it('two upserts in one document run in order, the second even if the first fails', async () => {
    await using stack = await startStack();
    stack.upstream.once('PUT', path, { status: 422, json: { detail: 'No.' } }).once('PUT', path, record);
    const { data } = await stack.gateway.query(`mutation {
      first: upsertCustomIntegration(input: { endpoint: "1" }) { __typename }
      second: upsertCustomIntegration(input: { endpoint: "2" }) { __typename }
    }`);
    expect(data).toEqual({
      first: { __typename: 'IntegrationValidationFailure' },
      second: { __typename: 'UpsertIntegrationSuccess' },
    });
  });
});

describe('a 422', () => {
  it('a 422 is data: each issue has its path, its message and upstream’s code', async () => {
    const result = await refuse(
      { modelProperties: [{ name: 'm', basedOn: 'x', supportedParameters: [] }] },
      {
        detail: [
          {
            loc: ['body', 'model_properties', 0, 'based_on'],
            msg: 'Excludes.',
            type: 'value_error',
            input: { a: 1 },
            ctx: {},
          },
          { loc: ['body', 'endpoint'], msg: 'Not a URL.', type: 'url_parsing', input: 'x' },
        ],
      },
    );
    expect(result).toEqual({
      __typename: 'IntegrationValidationFailure',
      message: 'Excludes.; Not a URL.',
      issues: [
        { path: ['input', 'modelProperties', '0', 'basedOn'], message: 'Excludes.', code: 'value_error' },
        { path: ['input', 'endpoint'], message: 'Not a URL.', code: 'url_parsing' },
      ],
    });
  });

  it('the messages of a 422 use the names of this schema, for whole words, and drop "Value error, "', async () => {
    const msg =
      "Value error, 'based_on' and `supported_parameters` exclude each other; api_key_header_x, x_based_on";
    const translated = "'basedOn' and `supportedParameters` exclude each other; api_key_header_x, x_based_on";
    const result = await refuse(
      {},
      {
        detail: [
          { loc: ['body', 'model_properties', 0], msg, type: 'value_error' },
          { loc: ['body'], msg: 'Value error, api_key_header is required', type: 'value_error' },
        ],
      },
    );
    expect(result).toMatchObject({
      message: `${translated}; apiKeyHeader is required`,
      issues: [{ message: translated }, { message: 'apiKeyHeader is required' }],
    });
  });

  it.each([
    ['a string', { detail: 'Not like this.' }, 'Not like this.'],
    ['a standard error', { standard_error: { message: 'Not like that.', error_code: 1 } }, 'Not like that.'],
    ['an empty list', { detail: [] }, 'Galileo rejected the input as invalid.'],
    ['an object', { detail: { a: 1 } }, 'Galileo rejected the input as invalid.'],
    ['nothing', {}, 'Galileo rejected the input as invalid.'],
    ['not an object', ['a'], 'Galileo rejected the input as invalid.'],
  ])('a 422 with %s has a message and no issues', async (_what, json, message) => {
    expect(await refuse({}, json)).toMatchObject({ message, issues: [] });
  });

  it('a 422 without JSON has a message from the gateway and no issues', async () => {
    await using stack = await startStack();
    stack.upstream.on('PUT', path, {
      status: 422,
      headers: { 'content-type': 'text/html' },
      body: '<h1>422</h1>',
    });
    const { data, errors } = await sendUpsert(stack, { endpoint });
    expect(errors).toEqual([]);
    expect(data?.upsertCustomIntegration).toEqual({
      __typename: 'IntegrationValidationFailure',
      message: 'Galileo rejected the input as invalid.',
      issues: [],
    });
  });

  it('items of a 422 that are not issues are ignored, and missing parts of issues are filled in', async () => {
    const result = await refuse({}, { detail: [null, {}, { loc: 'body', msg: 5, type: null }] });
    const issue = { path: [], message: 'Galileo gave no reason.', code: 'unknown' };
    expect(result).toMatchObject({ issues: [issue, issue] });
  });

  it.each([
    [['model_properties', 'alias'], ['modelProperties']],
    [
      ['model_properties', 0, 'based_on'],
      ['modelProperties', '0', 'basedOn'],
    ],
    [
      ['models', 3],
      ['models', '3'],
    ],
    [
      ['custom_llm_config', 'file_name'],
      ['customLlmConfig', 'fileName'],
    ],
    [
      ['multi_modal_config', 'max_files'],
      ['multiModalConfig', 'maxFiles'],
    ],
    [['headers', 'X'], ['headers']],
  ])('an issue at %j, a position that the input does not have, has the path %j', async (loc, path) => {
    const result = await refuse({}, { detail: [{ loc: ['body', ...loc], msg: 'No.', type: 'missing' }] });
    expect(result).toMatchObject({ issues: [{ path: ['input', ...path] }] });
  });

  it('a 422 never shows the input that upstream echoes', async () => {
    const input = {
      token: 'the-token',
      headers: [{ key: 'X', value: 'header-value' }],
      apiKeyValue: 'api-key',
    };
    const echo = { endpoint, token: 'the-token', headers: { X: 'header-value' }, api_key_value: 'api-key' };
    const result = await refuse(input, {
      detail: [
        {
          loc: ['body', 'api_key_header'],
          msg: 'Field required',
          type: 'missing',
          input: echo,
          ctx: { input: echo },
        },
        {
          loc: ['body', 'token'],
          msg: 'Bad: the-token',
          type: 'bad api-key',
          input: 'the-token',
          url: 'the-token',
        },
      ],
    });
    expect(JSON.stringify(result)).not.toMatch(/the-token|header-value|api-key/);
    expect(result).toMatchObject({ issues: [{ message: 'Field required' }, { message: 'Bad: [redacted]' }] });
  });

  const input = {
    models: ['a'],
    modelProperties: [{ name: 'm', supportedParameters: ['p'] }],
    headers: [
      { key: 'X-A', value: 'first-value' },
      { key: '7', value: 'value' },
      { key: 'model_properties', value: '0' },
    ],
    customHeaderMapping: [{ key: 'X-B', value: 'u' }],
    customLlmConfig: { fileName: 'f', className: 'c', initKwargs: { a: { b: [1] } } },
    multiModalConfig: { maxFiles: 0 },
  };

  it.each<[(string | number)[], string[]]>([
    [['body'], ['input']],
    [
      ['body', 'endpoint'],
      ['input', 'endpoint'],
    ],
    [
      ['body', 'endpoint', 'url'],
      ['input', 'endpoint'],
    ],
    [
      ['body', 'oauth2_token_url'],
      ['input', 'oauth2TokenUrl'],
    ],
    [
      ['body', 'models'],
      ['input', 'models'],
    ],
    [
      ['body', 'models', 0],
      ['input', 'models', '0'],
    ],
    [
      ['body', 'models', 'list[str]'],
      ['input', 'models'],
    ],
    [
      ['body', 'model_properties', 0],
      ['input', 'modelProperties', '0'],
    ],
    [
      ['body', 'model_properties', 0, 'name'],
      ['input', 'modelProperties', '0', 'name'],
    ],
    [
      ['body', 'model_properties', 0, 'supported_parameters', 0],
      ['input', 'modelProperties', '0', 'supportedParameters', '0'],
    ],
    [
      ['body', 'model_properties', 0, 'later_property'],
      ['input', 'modelProperties', '0'],
    ],
    [
      ['body', 'headers'],
      ['input', 'headers'],
    ],
    [
      ['body', 'headers', 'X-A'],
      ['input', 'headers', '0', 'value'],
    ],
    [
      ['body', 'headers', 'X-A', '[key]'],
      ['input', 'headers', '0', 'key'],
    ],
    [
      ['body', 'headers', '7'],
      ['input', 'headers', '1', 'value'],
    ],
    [
      ['body', 'headers', 'model_properties'],
      ['input', 'headers', '2', 'value'],
    ],
    [
      ['body', 'headers', 'X-Unknown'],
      ['input', 'headers'],
    ],
    [
      ['body', 'custom_header_mapping', 'X-B'],
      ['input', 'customHeaderMapping', '0', 'value'],
    ],
    [
      ['body', 'custom_llm_config', 'file_name'],
      ['input', 'customLlmConfig', 'fileName'],
    ],
    [
      ['body', 'custom_llm_config', 'init_kwargs', 'a', 'b', 0],
      ['input', 'customLlmConfig', 'initKwargs', 'a', 'b', '0'],
    ],
    [
      ['body', 'multi_modal_config', 'max_files'],
      ['input', 'multiModalConfig', 'maxFiles'],
    ],
    [
      ['body', 'multi_modal_config', 'max_file_size_bytes'],
      ['input', 'multiModalConfig', 'maxFileSizeBytes'],
    ],
    [['body', 'is_legacy_format'], ['input']],
    [['body', 'later_property', 'deep'], ['input']],
    [['body', 'constructor'], ['input']],
    [['body', 12], ['input']],
    [['query', 'endpoint'], []],
    [['header', 'authorization'], []],
    [['endpoint'], []],
    [[], []],
  ])('an issue at %j has the path %j of the argument', async (loc, place) => {
    // The values of the headers are secrets, and must not be equal to a part of a path.
    const result = await refuse(
      { ...input, headers: [...input.headers, { key: 'X-C', value: 'input' }] },
      {
        detail: [{ loc, msg: '-', type: '-' }],
      },
    );
    expect(result).toMatchObject({ issues: [{ path: place }] });
  });

  it('the path of an issue inside a JSONObject does not show a secret key', async () => {
    const loc = ['body', 'custom_llm_config', 'init_kwargs', 'the-token', 'x'];
    const result = await refuse({ ...input, token: 'the-token' }, { detail: [{ loc, msg: '-', type: '-' }] });
    expect(result).toMatchObject({
      issues: [{ path: ['input', 'customLlmConfig', 'initKwargs', '[redacted]', 'x'] }],
    });
  });
});
