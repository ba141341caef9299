import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { demoApiKey } from '../sandbox/demo-keys.ts';
import { notConfigured, seededIntegrations } from '../sandbox/seed.ts';
import { type Sandbox, startSandbox } from '../sandbox/server.ts';
import { openApiDocument } from '../src/upstream/openapi-document.ts';
import { integrationNames } from '../src/upstream/wire.ts';
import { integrationFixtures } from './fixtures/integrations.ts';

const uuid4: unknown = expect.stringMatching(
  /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
);
const datetime: unknown = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/);

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly json: unknown;
  readonly headers: Headers;
}

interface Issue {
  readonly type: string;
  /** Within the body. */
  readonly loc: readonly (string | number)[];
  readonly msg: string;
  readonly input: unknown;
  readonly ctx?: object;
}

async function send(
  sandbox: Sandbox,
  path: string,
  init: RequestInit = { headers: { 'galileo-api-key': demoApiKey } },
): Promise<Answer> {
  const response = await fetch(sandbox.url + path, init);
  const text = await response.text();
  const json: unknown = text === '' ? undefined : JSON.parse(text);
  return { status: response.status, headers: response.headers, text, json };
}

async function get(sandbox: Sandbox, name: string, headers?: Record<string, string>): Promise<Answer> {
  return send(sandbox, `/v2/integrations/${name}`, headers && { headers });
}

async function put(sandbox: Sandbox, body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  return send(sandbox, '/v2/integrations/custom', {
    method: 'PUT',
    headers: { 'galileo-api-key': demoApiKey, 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

describe('in the sandbox,', () => {
  const configured = Object.values(seededIntegrations).map(({ provider }) => provider);

  test.each(configured)('%s has every property of its schema', async (name) => {
    await using sandbox = await startSandbox({ port: 0 });
    const { status, json, headers } = await get(sandbox, name);
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('application/json');
    expect(json).toEqual({ ...seededIntegrations[name], id: uuid4 });
    expect(Object.keys(json ?? {}).toSorted()).toEqual(
      Object.keys(integrationFixtures[name].full).toSorted(),
    );
  });

  test.each(notConfigured)('%s is not configured', async (name) => {
    await using sandbox = await startSandbox({ port: 0 });
    const { status, json } = await get(sandbox, name);
    expect({ status, json }).toEqual({ status: 404, json: { detail: `Integration ${name} not found` } });
  });

  test.each([
    ['nope', 'nope'],
    ['OPENAI', 'OPENAI'],
    ['constructor', 'constructor'],
    ['a%20b', 'a b'],
    ['a%zzb', 'a%zzb'],
  ])('%s is no provider', async (path, input) => {
    await using sandbox = await startSandbox({ port: 0 });
    const words = integrationNames.map((name) => `'${name}'`);
    const expected = `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
    const { status, json } = await get(sandbox, path);
    expect(status).toBe(422);
    expect(json).toEqual({
      detail: [
        { type: 'enum', loc: ['path', 'name'], msg: `Input should be ${expected}`, input, ctx: { expected } },
      ],
    });
  });
});

describe('among credentials,', () => {
  test.each([
    { 'galileo-api-key': 'k' },
    { authorization: 'Bearer t' },
    { authorization: 'bEARER t' },
    { authorization: 'Basic dTpw' },
    { authorization: 'BASIC dTpw' },
    { 'galileo-api-key': 'k', authorization: 'Digest x' },
    { 'galileo-api-key': '', authorization: 'Bearer t' },
  ])('%j is usable', async (headers) => {
    await using sandbox = await startSandbox({ port: 0 });
    expect((await get(sandbox, 'openai', headers)).status).toBe(200);
  });

  test.each([
    {},
    { 'galileo-api-key': '' },
    { authorization: 'Bearer' },
    { authorization: 'Bearer  ' },
    { authorization: 'Digest x' },
    { authorization: 't' },
  ])('%j is not usable', async (headers) => {
    await using sandbox = await startSandbox({ port: 0 });
    for (const path of ['/v2/integrations/openai', '/v2/integrations/nope']) {
      const answer = await send(sandbox, path, { headers });
      expect(answer.status).toBe(401);
      expect(answer.json).toEqual({ detail: 'Not authenticated' });
      expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    }
    const write = await put(sandbox, {}, { 'galileo-api-key': '', ...headers });
    expect(write.status).toBe(401);
  });

  test('each has a tenant of its own, and the key decides where both headers came', async () => {
    await using sandbox = await startSandbox({ port: 0 });
    await put(sandbox, { endpoint: 'https://one.example' }, { 'galileo-api-key': 'one' });
    const one = await get(sandbox, 'custom', { 'galileo-api-key': 'one' });
    expect(one.json).toMatchObject({ base_url: 'https://one.example' });

    const both = await get(sandbox, 'custom', { 'galileo-api-key': 'one', authorization: 'Bearer two' });
    expect(both.json).toEqual(one.json);

    const otherIds = new Set<unknown>();
    for (const headers of [{ 'galileo-api-key': 'two' }, { authorization: 'Bearer one' }]) {
      const other = await get(sandbox, 'custom', headers);
      expect(other.json).toEqual({ ...seededIntegrations.custom, id: uuid4 });
      otherIds.add(JSON.stringify(other.json));
    }
    expect(otherIds.size).toBe(2);
    const sameToken = await get(sandbox, 'custom', { authorization: 'bearer one' });
    expect(otherIds).toContain(JSON.stringify(sameToken.json));
  });
});

describe('a write', () => {
  const full = {
    multi_modal_config: { max_files: 2, max_file_size_bytes: 5_368_709_120 },
    authentication_type: 'api_key',
    models: ['m1'],
    model_properties: [{ name: 'm1', alias: 'M1', based_on: 'gpt-4o', supported_parameters: null }],
    default_model: 'm1',
    endpoint: 'https://llm.example/v2',
    authentication_scope: 'scope',
    oauth2_token_url: 'https://llm.example/token',
    api_key_header: 'X-Key',
    api_key_value: 'secret-value',
    custom_llm_config: { file_name: 'f.py', class_name: 'C', init_kwargs: { nested: { depth: [1, null] } } },
    custom_header_mapping: { 'X-User': 'user' },
    headers: { 'X-Token': 'secret-header' },
    token: 'secret-token',
  };

  test('is shown by the next read, without its secrets', async () => {
    await using sandbox = await startSandbox({ port: 0 });
    const written = await put(sandbox, full);
    expect(written.status).toBe(200);
    const read = await get(sandbox, 'custom');
    const { endpoint, token: _token, ...rest } = full;
    expect(read.json).toEqual({
      ...rest,
      base_url: endpoint,
      api_key_value: null,
      headers: null,
      is_legacy_format: false,
      id: uuid4,
      name: 'custom',
      provider: 'custom',
      extra: seededIntegrations.custom.extra,
    });
    expect(written.text + read.text).not.toContain('secret');
  });

  test('answers the record, whose id and creation last', async () => {
    await using sandbox = await startSandbox({ port: 0 });
    const before = await get(sandbox, 'custom');
    const first = await put(sandbox, { endpoint: 'https://one.example' });
    const second = await put(sandbox, { endpoint: 'https://two.example' });
    const record = {
      id: uuid4,
      permissions: [
        { action: 'update', allowed: true, message: null },
        { action: 'delete', allowed: true, message: null },
        { action: 'share', allowed: true, message: null },
        { action: 'read_secrets', allowed: false, message: 'Secrets are never returned.' },
      ],
      name: 'custom',
      provider: 'custom',
      created_at: datetime,
      updated_at: datetime,
      created_by: uuid4,
      is_selected: false,
      is_disabled: false,
    };
    expect(first.json).toEqual(record);
    const { updated_at, ...lasting } = toRecord(first.json);
    expect(second.json).toEqual({ ...lasting, updated_at: datetime });
    const times = [lasting['created_at'], updated_at, toRecord(second.json)['updated_at']].map(String);
    expect(times).toEqual([...new Set(times)].toSorted());
    expect(toRecord(before.json)['id']).toBe(lasting['id']);
    expect((await get(sandbox, 'custom')).json).toMatchObject({
      id: lasting['id'],
      base_url: 'https://two.example',
    });
  });

  test('stores null or the default for what it leaves out', async () => {
    await using sandbox = await startSandbox({ port: 0 });
    expect((await put(sandbox, { endpoint: 'https://llm.example' })).status).toBe(200);
    expect((await get(sandbox, 'custom')).json).toEqual({
      multi_modal_config: null,
      authentication_type: 'oauth2',
      models: null,
      model_properties: null,
      is_legacy_format: false,
      default_model: null,
      base_url: 'https://llm.example',
      authentication_scope: null,
      oauth2_token_url: null,
      api_key_header: null,
      api_key_value: null,
      custom_llm_config: null,
      custom_header_mapping: null,
      headers: null,
      id: uuid4,
      name: 'custom',
      provider: 'custom',
      extra: seededIntegrations.custom.extra,
    });
  });

  test('is of the legacy format where its models have no properties, whatever the body says', async () => {
    await using sandbox = await startSandbox({ port: 0 });
    await put(sandbox, { endpoint: 'e', models: ['m'], is_legacy_format: false });
    expect((await get(sandbox, 'custom')).json).toMatchObject({ is_legacy_format: true });
    await put(sandbox, { endpoint: 'e', model_properties: [{ name: 'm' }], is_legacy_format: true });
    expect((await get(sandbox, 'custom')).json).toMatchObject({ is_legacy_format: false });
  });

  test('has its values read as pydantic reads them, unknown keys not at all', async () => {
    await using sandbox = await startSandbox({ port: 0 });
    const body = {
      endpoint: 'e',
      is_legacy_format: 'Yes',
      multi_modal_config: { max_files: ' +1_000 ', max_file_size_bytes: true, unknown: 1 },
      model_properties: [{ name: 'm', unknown: 1 }],
      custom_header_mapping: JSON.parse('{"__proto__":"p"}') as unknown,
      unknown: { deep: true },
    };
    expect((await put(sandbox, body)).status).toBe(200);
    const { json, text } = await get(sandbox, 'custom');
    expect(json).toMatchObject({
      multi_modal_config: { max_files: 1000, max_file_size_bytes: 1 },
      model_properties: [{ name: 'm', alias: null, based_on: null, supported_parameters: null }],
    });
    expect(text).toContain('"custom_header_mapping":{"__proto__":"p"}');
    expect(text).not.toContain('unknown');
  });

  const fifty = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`h${index}`, 'v']));
  const expectedTypes = "'api_key', 'none' or 'oauth2'";
  const apiKeyRule =
    "Value error, api_key_header and api_key_value are required when authentication_type is 'api_key'";

  test('may have fifty headers', async () => {
    await using sandbox = await startSandbox({ port: 0 });
    expect((await put(sandbox, { endpoint: 'e', headers: fifty })).status).toBe(200);
  });

  const string = { type: 'string_type', msg: 'Input should be a valid string' };
  const model = {
    type: 'model_attributes_type',
    msg: 'Input should be a valid dictionary or object to extract fields from',
  };
  const missing = { type: 'missing', msg: 'Field required' };
  const integer = (type: string, fault = '') => ({ type, msg: `Input should be a valid integer${fault}` });
  const atLeastOne = {
    type: 'greater_than_equal',
    msg: 'Input should be greater than or equal to 1',
    ctx: { ge: 1 },
  };

  test.each<[string, unknown, readonly Issue[]]>([
    ['a missing property', { token: 't' }, [{ ...missing, loc: ['endpoint'], input: { token: 't' } }]],
    ['a null where none may be', { endpoint: null }, [{ ...string, loc: ['endpoint'], input: null }]],
    ['a body that is a list', [], [{ ...model, loc: [], input: [] }]],
    ['a body that is a string', '"x"', [{ ...model, loc: [], input: 'x' }]],
    ['a body that is null', 'null', [{ ...missing, loc: [], input: null }]],
    ['no body', '', [{ ...missing, loc: [], input: null }]],
    [
      'an unknown enum value',
      { endpoint: 'e', authentication_type: 'saml' },
      [
        {
          type: 'enum',
          loc: ['authentication_type'],
          msg: `Input should be ${expectedTypes}`,
          input: 'saml',
          ctx: { expected: expectedTypes },
        },
      ],
    ],
    [
      'what is no boolean',
      { endpoint: 'e', is_legacy_format: [] },
      [{ type: 'bool_type', loc: ['is_legacy_format'], msg: 'Input should be a valid boolean', input: [] }],
    ],
    [
      'what cannot be read as a boolean',
      { endpoint: 'e', is_legacy_format: 2 },
      [
        {
          type: 'bool_parsing',
          loc: ['is_legacy_format'],
          msg: 'Input should be a valid boolean, unable to interpret input',
          input: 2,
        },
      ],
    ],
    [
      'what is no integer',
      { endpoint: 'e', multi_modal_config: { max_files: [], max_file_size_bytes: 1.5 } },
      [
        { ...integer('int_type'), loc: ['multi_modal_config', 'max_files'], input: [] },
        {
          ...integer('int_from_float', ', got a number with a fractional part'),
          loc: ['multi_modal_config', 'max_file_size_bytes'],
          input: 1.5,
        },
      ],
    ],
    [
      'a string that is no integer, and one that is too small',
      { endpoint: 'e', multi_modal_config: { max_files: '1.5', max_file_size_bytes: '0' } },
      [
        {
          ...integer('int_parsing', ', unable to parse string as an integer'),
          loc: ['multi_modal_config', 'max_files'],
          input: '1.5',
        },
        { ...atLeastOne, loc: ['multi_modal_config', 'max_file_size_bytes'], input: '0' },
      ],
    ],
    [
      'what is no list, and an item that does not fit',
      { endpoint: 'e', models: ['a', 1], model_properties: { name: 'm' } },
      [
        { ...string, loc: ['models', 1], input: 1 },
        {
          type: 'list_type',
          loc: ['model_properties'],
          msg: 'Input should be a valid list',
          input: { name: 'm' },
        },
      ],
    ],
    [
      'what is no map, and an entry that does not fit',
      { endpoint: 'e', custom_header_mapping: 'x', headers: { a: 'v', b: 7 } },
      [
        {
          type: 'dict_type',
          loc: ['custom_header_mapping'],
          msg: 'Input should be a valid dictionary',
          input: 'x',
        },
        { ...string, loc: ['headers', 'b'], input: 7 },
      ],
    ],
    [
      'too many headers',
      { endpoint: 'e', headers: { ...fifty, one: 'more' } },
      [
        {
          type: 'too_long',
          loc: ['headers'],
          msg: 'Dictionary should have at most 50 items after validation, not 51',
          input: { ...fifty, one: 'more' },
          ctx: { field_type: 'Dictionary', max_length: 50, actual_length: 51 },
        },
      ],
    ],
    [
      'nested objects',
      { endpoint: 'e', multi_modal_config: 1, custom_llm_config: { file_name: 'f' } },
      [
        { ...model, loc: ['multi_modal_config'], input: 1 },
        { ...missing, loc: ['custom_llm_config', 'class_name'], input: { file_name: 'f' } },
      ],
    ],
    [
      'an API key without a value',
      { endpoint: 'e', authentication_type: 'api_key', api_key_header: 'X-Key', api_key_value: '' },
      [
        {
          type: 'value_error',
          loc: [],
          msg: apiKeyRule,
          input: {
            endpoint: 'e',
            authentication_type: 'api_key',
            api_key_header: 'X-Key',
            api_key_value: '',
          },
          ctx: { error: {} },
        },
      ],
    ],
    [
      'a model with a base and parameters, and no rule for the body before that is mended',
      {
        endpoint: 'e',
        authentication_type: 'api_key',
        model_properties: [{ name: 'a' }, { name: 'b', based_on: 'a', supported_parameters: [] }],
      },
      [
        {
          type: 'value_error',
          loc: ['model_properties', 1],
          msg: 'Value error, based_on and supported_parameters cannot both be set',
          input: { name: 'b', based_on: 'a', supported_parameters: [] },
          ctx: { error: {} },
        },
      ],
    ],
  ])('is refused with %s', async (_, body, issues) => {
    await using sandbox = await startSandbox({ port: 0 });
    const before = await get(sandbox, 'custom');
    const { status, json } = await put(sandbox, body);
    expect(status).toBe(422);
    expect(json).toEqual({
      detail: issues.map((issue) => ({
        ...issue,
        loc: ['body', ...issue.loc],
      })),
    });
    expect((await get(sandbox, 'custom')).json).toEqual(before.json);
  });

  test.each([
    ['{nope}', 1, 'Expecting property name enclosed in double quotes'],
    ['{"a" 1}', 5, "Expecting ':' delimiter"],
    ['[1 2]', 3, "Expecting ',' delimiter"],
    ['{"a":1} x', 8, 'Extra data'],
    ['nope', 0, 'Expecting value'],
  ])('is refused with %s, which is not JSON', async (body, offset, error) => {
    await using sandbox = await startSandbox({ port: 0 });
    const { status, json } = await put(sandbox, body);
    expect(status).toBe(422);
    expect(json).toEqual({
      detail: [
        {
          type: 'json_invalid',
          loc: ['body', offset],
          msg: 'JSON decode error',
          input: {},
          ctx: { error },
        },
      ],
    });
  });

  test('is JSON only where its content type says so', async () => {
    await using sandbox = await startSandbox({ port: 0 });
    const body = '{"endpoint":"e"}';
    const text = await put(sandbox, body, { 'content-type': 'text/plain' });
    expect(text.status).toBe(422);
    expect(text.json).toEqual({ detail: [{ ...model, loc: ['body'], input: body }] });
    const suffix = await put(sandbox, body, { 'content-type': 'Application/vnd.x+json; charset=utf-8' });
    expect(suffix.status).toBe(200);
  });

  test('is refused with a body of more than 1 MiB', async () => {
    await using sandbox = await startSandbox({ port: 0 });
    const body = (bytes: number) => JSON.stringify({ endpoint: 'e', token: 'x'.repeat(bytes - 27) });
    expect(body(1024 * 1024)).toHaveLength(1024 * 1024);
    expect((await put(sandbox, body(1024 * 1024))).status).toBe(200);
    const { status, json } = await put(sandbox, body(1024 * 1024 + 1));
    expect({ status, json }).toEqual({ status: 413, json: { detail: 'Content Too Large' } });
  });

  test('harms nobody where its body is too deep to echo, or its caller goes away', async () => {
    await using sandbox = await startSandbox({ port: 0 });
    const { status, json } = await put(sandbox, '['.repeat(100_000) + ']'.repeat(100_000));
    const ctx = { error: 'Nested too deeply' };
    const issue = { type: 'json_invalid', loc: ['body', 0], msg: 'JSON decode error', input: {}, ctx };
    expect({ status, json }).toEqual({ status: 422, json: { detail: [issue] } });

    const socket = connect(Number(new URL(sandbox.url).port), '127.0.0.1');
    await once(socket, 'connect');
    const head = `PUT /v2/integrations/custom HTTP/1.1\r\nhost: x\r\ngalileo-api-key: k\r\ncontent-length: 9\r\n\r\n`;
    await new Promise((resolve) => socket.write(`${head}{`, resolve));
    socket.destroy();
    await once(socket, 'close');
    expect((await get(sandbox, 'openai')).status).toBe(200);
  });
});

describe('the sandbox', () => {
  test.each([
    '/',
    '/v2/integrations',
    '/v2/integrations/',
    '/v2/integrations/openai/',
    '/v2/integrations/a%2Fb',
  ])('has nothing at %s', async (path) => {
    await using sandbox = await startSandbox({ port: 0 });
    const { status, json } = await send(sandbox, path);
    expect({ status, json }).toEqual({ status: 404, json: { detail: 'Not Found' } });
  });

  test.each([
    ['POST', '/v2/integrations/custom', 'GET, PUT'],
    ['DELETE', '/v2/integrations/custom', 'GET, PUT'],
    ['HEAD', '/v2/integrations/openai', 'GET, PUT'],
    ['PUT', '/v2/integrations/available', 'GET'],
    ['GET', '/integrations/openai', 'DELETE'],
    ['PUT', '/integrations', 'GET'],
    ['POST', '/public/v2/openapi.json', 'GET'],
  ])('allows no %s of %s', async (method, path, allow) => {
    await using sandbox = await startSandbox({ port: 0 });
    const { status, json, headers } = await send(sandbox, path, { method });
    expect({ status, json }).toEqual({
      status: 405,
      json: method === 'HEAD' ? undefined : { detail: 'Method Not Allowed' },
    });
    expect(headers.get('allow')).toBe(allow);
  });

  test('ignores the query of a URL', async () => {
    await using sandbox = await startSandbox({ port: 0 });
    expect((await send(sandbox, '/v2/integrations/openai?a=/b')).status).toBe(200);
  });

  test('serves the OpenAPI document to anyone', async () => {
    await using sandbox = await startSandbox({ port: 0 });
    const { status, json } = await send(sandbox, '/public/v2/openapi.json', {});
    expect(status).toBe(200);
    expect(json).toEqual(openApiDocument);
  });

  test('refuses to start on a used port', async () => {
    await using sandbox = await startSandbox({ port: 0, host: '127.0.0.1' });
    const port = Number(new URL(sandbox.url).port);
    await expect(startSandbox({ port })).rejects.toMatchObject({ code: 'EADDRINUSE', port });
  });

  test('closes at once, whatever is connected, and frees the port', async () => {
    const sandbox = await startSandbox({ port: 0 });
    const port = Number(new URL(sandbox.url).port);
    const idle = connect(port, '127.0.0.1');
    const keptAlive = connect(port, '127.0.0.1');
    await Promise.all([once(idle, 'connect'), once(keptAlive, 'connect')]);
    keptAlive.write('GET /v2/integrations/openai HTTP/1.1\r\nhost: x\r\ngalileo-api-key: k\r\n\r\n');
    await once(keptAlive, 'data');
    idle.resume();
    keptAlive.resume();
    const cut = Promise.all([once(idle, 'close'), once(keptAlive, 'close')]);
    await Promise.all([sandbox.close(), sandbox.close()]);
    await cut;
    await using next = await startSandbox({ port });
    expect(next.url).toBe(sandbox.url);
  });
});

function toRecord(value: unknown): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value ?? {}));
}
