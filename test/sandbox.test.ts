import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { Ajv2020 } from 'ajv/dist/2020.js';
import ajvFormats from 'ajv-formats';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { demoApiKey, demoKeys } from '../sandbox/demo-keys.ts';
import {
  integrationSchema,
  openApiDocument,
  operations,
  resolveSchema,
} from '../sandbox/openapi-document.ts';
import { notConfigured, seededIntegrations, seededUsers } from '../sandbox/seed.ts';
import { type Sandbox, startSandbox } from '../sandbox/server.ts';
import { isJsonObject } from '../src/json.ts';
import { type ProviderName, providerNames } from '../src/upstream/api-types.ts';

const anyUuid: unknown = expect.stringMatching(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/);
const anyDatetime: unknown = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ port: 0 });
});
afterAll(async () => {
  await sandbox?.close();
});

interface Result {
  readonly status: number;
  readonly text: string;
  readonly json: unknown;
  readonly headers: Headers;
}

async function send(path: string, init: RequestInit, origin = sandbox.url): Promise<Result> {
  const response = await fetch(origin + path, init);
  const text = await response.text();
  const json: unknown = text === '' ? undefined : JSON.parse(text);
  return { status: response.status, headers: response.headers, text, json };
}

/** A client with its own tenant. */
function createClient(key: string = crypto.randomUUID(), origin?: string) {
  const headers = { 'galileo-api-key': key, 'content-type': 'application/json' };
  const call =
    (method: string) =>
    (path: string, body?: unknown): Promise<Result> => {
      const text = typeof body === 'string' ? body : JSON.stringify(body);
      return send(path, { method, headers, ...(text !== undefined && { body: text }) }, origin);
    };
  return {
    get: call('GET'),
    put: call('PUT'),
    post: call('POST'),
    patch: call('PATCH'),
    delete: call('DELETE'),
    /** The id of the tenant's own integration. */
    async getId(name: string): Promise<string> {
      return String(toObject((await this.get(`/v2/integrations/${name}`)).json)['id']);
    },
  };
}

const toObject = (value: unknown): Readonly<Record<string, unknown>> => (isJsonObject(value) ? value : {});
const toList = (value: unknown): readonly Readonly<Record<string, unknown>>[] =>
  Array.isArray(value) ? value.map(toObject) : [];

/** A valid request body for each provider, with a secret in every property that takes one. */
const bodies: Readonly<Record<ProviderName, object>> = {
  anthropic: { token: 'secret-1', endpoint: 'https://llm.example' },
  aws_bedrock: { token: { aws_access_key_id: 'secret-1', aws_secret_access_key: 'secret-2' } },
  aws_sagemaker: {
    token: { aws_role_arn: 'secret-1' },
    credential_type: 'assumed_role',
    models: [{ name: 'm', alias: 'M', max_top_p: 0.5, output_map: { response: 'r' } }],
  },
  azure: {
    token: 'secret-1',
    endpoint: 'https://azure.example',
    available_deployments: [{ id: 'd', model: 'm' }],
  },
  custom: {
    endpoint: 'https://llm.example',
    authentication_type: 'api_key',
    api_key_header: 'X-Key',
    api_key_value: 'secret-1',
    headers: { 'X-Token': 'secret-2' },
    token: 'secret-3',
    model_properties: [{ name: 'acme-1' }],
  },
  databricks: { token: 'secret-1', hostname: 'https://db.example' },
  mistral: { token: 'secret-1' },
  nvidia: { token: 'secret-1', hostname: 'https://nim.example' },
  openai: { token: 'secret-1', organization_id: 'org-1' },
  vegas_gateway: { token: 'secret-1', endpoint: 'https://vegas.example', use_case: 'chat' },
  vertex_ai: {
    token: 'secret-1',
    gcs_config: { service_account_credentials: 'secret-2', bucket_name: 'b', object_path_prefix: 'p/' },
  },
  writer: { token: 'secret-1', organization_id: 'org-1' },
};

describe('The OpenAPI document', () => {
  const ajv = new Ajv2020({ strict: false, discriminator: false });
  ajvFormats.default(ajv);
  ajv.addFormat('uuid4', /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
  ajv.addSchema({ $id: 'document', ...openApiDocument });

  function expectValid(key: string, status: number, json: unknown): void {
    const [method = '', path = ''] = key.split(' ');
    const escaped = path.replaceAll('/', '~1').replaceAll('{', '%7B').replaceAll('}', '%7D');
    const pointer = `#/paths/${escaped}/${method.toLowerCase()}/responses/${status}/content/application~1json/schema`;
    const validate = ajv.compile({ $ref: `document${pointer}` });
    validate(json);
    expect(validate.errors, `${key} ${status}`).toBeNull();
  }

  const requestBodies: Readonly<Record<string, unknown>> = {
    'POST /v2/integrations/{integration_id}/users': [{ user_email: 'eve@acme.example', role: 'editor' }],
    'PATCH /v2/integrations/{integration_id}/users/{user_id}': { role: 'owner' },
    'POST /v2/integrations/{integration_id}/groups': [{ group_id: crypto.randomUUID() }],
    'PATCH /v2/integrations/{integration_id}/groups/{group_id}': { role: 'owner' },
    ...Object.fromEntries(providerNames.map((name) => [`PUT /v2/integrations/${name}`, bodies[name]])),
  };

  test.each([...operations.keys()])(
    'the OpenAPI document describes the sandbox’s 200 response of %s',
    async (key) => {
      const client = createClient();
      await client.put('/v2/integrations/databricks', bodies.databricks);
      const id = await client.getId('openai');
      const groups = await client.get(`/v2/integrations/${id}/groups`);
      const values: Readonly<Record<string, unknown>> = {
        name: 'openai',
        llm_integration: 'openai',
        integration_id: id,
        user_id: seededUsers[0].user.user_id,
        group_id: toList(toObject(groups.json)['collaborators'])[0]?.['group_id'],
      };
      const [method = '', template = ''] = key.split(' ');
      const path = template.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name]));
      const body = JSON.stringify(requestBodies[key]);
      const result = await client[method.toLowerCase() as 'get'](path, body);
      expect(result.status, result.text).toBe(200);
      expectValid(key, 200, result.json);
    },
  );

  test.each(providerNames)(
    'the OpenAPI document describes the sandbox’s settings of %s, before and after a write',
    async (name) => {
      const client = createClient();
      const key = 'GET /v2/integrations/{name}';
      const before = await client.get(`/v2/integrations/${name}`);
      if (before.status === 200) expectValid(key, 200, before.json);
      await client.put(`/v2/integrations/${name}`, bodies[name]);
      const { json } = await client.get(`/v2/integrations/${name}`);
      expectValid(key, 200, json);
      const { properties = {} } = resolveSchema({
        $ref: integrationSchema.discriminator?.mapping[name] ?? '',
      });
      expect(Object.keys(toObject(json)).toSorted()).toEqual(Object.keys(properties).toSorted());
    },
  );

  test('the OpenAPI document describes the sandbox’s 422 for a parameter and for a body', async () => {
    const client = createClient();
    const parameter = await client.get('/v2/integrations/nope');
    expectValid('GET /v2/integrations/{name}', parameter.status, parameter.json);
    const body = await client.put('/v2/integrations/openai', {});
    expectValid('PUT /v2/integrations/openai', body.status, body.json);
  });
});

describe('A new tenant', () => {
  const configured = Object.keys(seededIntegrations) as (keyof typeof seededIntegrations)[];

  test.each(configured)('a new tenant has %s configured', async (name) => {
    const { status, json, headers } = await createClient().get(`/v2/integrations/${name}`);
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('application/json');
    expect(json).toEqual({ ...seededIntegrations[name], name, provider: name, id: anyUuid });
  });

  test.each(notConfigured)('a new tenant does not have %s configured', async (name) => {
    const client = createClient();
    for (const path of [`/v2/integrations/${name}`, `/v2/integrations/${name}/status`]) {
      const { status, json } = await client.get(path);
      expect({ status, json }).toEqual({ status: 404, json: { detail: `Integration ${name} not found` } });
    }
    expect((await client.delete(`/integrations/${name}`)).status).toBe(404);
    expect((await client.get(`/llm_integrations/${name}/models`)).json).toEqual([]);
  });

  test('a new tenant has one record for each configured provider, and a second, shared one for azure', async () => {
    const client = createClient();
    const records = toList((await client.get('/integrations')).json);
    expect(records.map(({ provider }) => provider)).toEqual([...configured, 'azure']);
    const [own, shared] = records.filter(({ provider }) => provider === 'azure');
    expect(own?.['id']).toBe(await client.getId('azure'));
    expect(shared?.['created_by']).not.toBe(own?.['created_by']);
    expect(toList(shared?.['permissions']).map(({ allowed }) => allowed)).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });

  test('a new tenant has two collaborators and one group on openai', async () => {
    const client = createClient();
    for (const name of configured) {
      const id = await client.getId(name);
      const users = toObject((await client.get(`/v2/integrations/${id}/users`)).json);
      const groups = toObject((await client.get(`/v2/integrations/${id}/groups`)).json);
      const sizes = [toList(users['collaborators']).length, toList(groups['collaborators']).length];
      expect(sizes, name).toEqual(name === 'openai' ? [2, 1] : [0, 0]);
    }
  });
});

describe('Credentials', () => {
  test.each([
    { 'galileo-api-key': 'k' },
    { 'splunk-ao-api-key': 'k' },
    { authorization: 'Bearer t' },
    { authorization: 'bEARER t' },
    { authorization: 'Basic dTpw' },
    { authorization: 'BASIC dTpw' },
    { 'galileo-api-key': 'k', authorization: 'Digest x' },
    { 'galileo-api-key': '', 'splunk-ao-api-key': 'k' },
    { 'galileo-api-key': '', authorization: 'Bearer t' },
  ])('the credential %j is accepted', async (headers) => {
    expect((await send('/v2/integrations/openai', { headers })).status).toBe(200);
  });

  test.each([
    {},
    { 'galileo-api-key': '' },
    { authorization: 'Bearer' },
    { authorization: 'Bearer  ' },
    { authorization: 'Digest x' },
    { authorization: 't' },
  ])('the credential %j is refused with 401 before validation', async (headers) => {
    for (const path of ['/v2/integrations/openai', '/v2/integrations/nope', '/integrations']) {
      const result = await send(path, { headers });
      expect(result.status).toBe(401);
      expect(result.json).toEqual({ detail: 'Not authenticated' });
      expect(result.headers.get('www-authenticate')).toBe('Bearer');
    }
    expect((await send('/v2/integrations/openai', { method: 'PUT', headers, body: '{' })).status).toBe(401);
  });

  test('each credential has its own tenant, and an API key takes precedence over Authorization', async () => {
    const read = async (headers: Record<string, string>) =>
      toObject((await send('/v2/integrations/openai', { headers })).json)['id'];
    const id = await read({ 'galileo-api-key': 'one' });
    expect(await read({ 'splunk-ao-api-key': 'one' })).toBe(id);
    expect(await read({ 'galileo-api-key': 'one', authorization: 'Bearer two' })).toBe(id);
    const bearer = await read({ authorization: 'Bearer one' });
    expect(await read({ authorization: 'bearer one' })).toBe(bearer);
    const others = [
      bearer,
      await read({ 'galileo-api-key': 'two' }),
      await read({ authorization: 'Basic one' }),
    ];
    expect(new Set([id, ...others]).size).toBe(4);
  });

  test('beyond a thousand credentials, the least recently used tenant is dropped', async () => {
    await using own = await startSandbox({ port: 0 });
    const first = await createClient('first', own.url).getId('openai');
    const second = await createClient('second', own.url).getId('openai');
    for (let index = 0; index < 998; index++) await createClient(`${index}`, own.url).get('/integrations');
    expect(await createClient('first', own.url).getId('openai')).toBe(first);
    await createClient('one more', own.url).get('/integrations');
    expect(await createClient('first', own.url).getId('openai')).toBe(first);
    expect(await createClient('second', own.url).getId('openai')).not.toBe(second);
  });

  test('the data that all tenants write has a limited size', async () => {
    await using own = await startSandbox({ port: 0 });
    const token = { aws_role_arn: 'a' };
    const large = {
      token,
      credential_type: 'assumed_role',
      inference_profiles: { p: 'x'.repeat(1_000_000) },
    };
    const first = createClient('first', own.url);
    await first.put('/v2/integrations/aws_bedrock', large);
    for (let index = 0; index < 40; index++) {
      await createClient(`${index}`, own.url).put('/v2/integrations/aws_bedrock', large);
    }
    const dropped = await first.get('/v2/integrations/aws_bedrock');
    expect(dropped.json).toMatchObject({ region: 'us-east-1' });
    const last = await createClient('39', own.url).get('/v2/integrations/aws_bedrock');
    expect(last.text.length).toBeGreaterThan(1_000_000);
  });
});

describe('The demo key', () => {
  test.each([
    ['forbidden', 403],
    ['expired', 401],
    ['rate-limited', 429],
    ['unavailable', 503],
  ])('the demo key %s makes every response a %d', async (key, expected) => {
    for (const path of ['/v2/integrations/openai', '/integrations', '/v2/integrations/nope']) {
      const { status, json, headers } = await createClient(key).get(path);
      expect(status).toBe(expected);
      expect(toObject(json)['detail']).toEqual(expect.any(String));
      expect(headers.get('retry-after')).toBe(key === 'rate-limited' ? '30' : null);
    }
  });

  test('the demo key empty has a tenant without integrations, in which a provider can be configured', async () => {
    const client = createClient('empty');
    expect((await client.get('/integrations')).json).toEqual([]);
    expect((await client.get('/v2/integrations/openai')).status).toBe(404);
    expect((await client.put('/v2/integrations/openai', bodies.openai)).status).toBe(200);
    expect((await client.get('/v2/integrations/openai')).status).toBe(200);
  });

  test('the demo key read-only refuses writes and denies every permission', async () => {
    const client = createClient('read-only');
    const records = toList((await client.get('/integrations')).json);
    const permissions = records.flatMap((record) => toList(record['permissions']));
    expect(new Set(permissions.map(({ allowed }) => allowed))).toEqual(new Set([false]));
    expect((await client.put('/v2/integrations/openai', bodies.openai)).status).toBe(403);
  });

  test('the demo key slow delays every response by two seconds', async () => {
    const start = performance.now();
    expect((await createClient('slow').get('/v2/integrations/openai')).status).toBe(200);
    expect(performance.now() - start).toBeGreaterThan(1900);
  });

  test('the demo key failing-azure makes only Azure report a provider error', async () => {
    const client = createClient('failing-azure');
    const { status, json } = await client.get('/v2/integrations/azure');
    expect(status).toBe(502);
    expect(json).toMatchObject({ standard_error: { error_code: 7001, retriable: true } });
    expect((await client.get('/v2/integrations/openai')).status).toBe(200);
    expect((await client.get('/integrations')).status).toBe(200);
  });

  test('a demo key also works as a bearer token and as the user of a Basic credential', async () => {
    for (const authorization of ['Bearer forbidden', `Basic ${btoa('forbidden:x')}`]) {
      expect((await send('/integrations', { headers: { authorization } })).status).toBe(403);
    }
  });

  test('docs/sandbox.md describes all demo keys', () => {
    const page = readFileSync(new URL('../docs/sandbox.md', import.meta.url), 'utf8');
    const rows = [...page.matchAll(/^\| `([\w-]+)` +\| (.*?) +\|$/gm)].map(([, key, meaning]) => [
      key,
      meaning,
    ]);
    expect(Object.fromEntries(rows)).toEqual(demoKeys);
    expect(demoKeys).toHaveProperty([demoApiKey]);
  });
});

describe('A write', () => {
  test.each(providerNames)('a write of %s is shown by the next read, without its secrets', async (name) => {
    const client = createClient();
    const written = await client.put(`/v2/integrations/${name}`, bodies[name]);
    expect(written.status).toBe(200);
    const read = await client.get(`/v2/integrations/${name}`);
    expect(read.json).toMatchObject({ id: toObject(written.json)['id'], name, provider: name });
    expect(written.text + read.text).not.toContain('secret-');
  });

  test('a write of custom stores every property', async () => {
    const client = createClient();
    const { token: _token, ...full } = {
      multi_modal_config: { max_files: 2, max_file_size_bytes: 5_368_709_120 },
      authentication_type: 'api_key',
      models: ['m1'],
      model_properties: [{ name: 'm1', alias: 'M1', based_on: 'gpt-4o', supported_parameters: null }],
      default_model: 'm1',
      authentication_scope: 'scope',
      oauth2_token_url: 'https://llm.example/token',
      api_key_header: 'X-Key',
      api_key_value: 'value',
      custom_llm_config: {
        file_name: 'f.py',
        class_name: 'C',
        init_kwargs: { nested: { depth: [1, null] } },
      },
      custom_header_mapping: { 'X-User': 'user' },
      headers: { 'X-Token': 'header' },
      token: 'token',
    };
    await client.put('/v2/integrations/custom', {
      ...full,
      token: 'token',
      endpoint: 'https://llm.example/v2',
    });
    expect((await client.get('/v2/integrations/custom')).json).toEqual({
      ...full,
      base_url: 'https://llm.example/v2',
      api_key_value: null,
      headers: null,
      is_legacy_format: false,
      id: anyUuid,
      name: 'custom',
      provider: 'custom',
      extra: seededIntegrations.custom.extra,
    });
  });

  test('a write stores the default, null, or an empty list or map for an omitted property', async () => {
    const client = createClient();
    await client.put('/v2/integrations/azure', { endpoint: 'e', token: 't' });
    expect((await client.get('/v2/integrations/azure')).json).toEqual({
      multi_modal_config: null,
      proxy: false,
      endpoint: 'e',
      api_version: '2025-03-01-preview',
      azure_deployment: null,
      authentication_type: 'api_key',
      authentication_scope: null,
      default_headers: null,
      deployments: {},
      oauth2_token_url: null,
      custom_header_mapping: null,
      available_deployments: null,
      id: anyUuid,
      name: 'azure',
      provider: 'azure',
      extra: seededIntegrations.azure.extra,
    });
    await client.put('/v2/integrations/aws_sagemaker', bodies.aws_sagemaker);
    const { json } = await client.get('/v2/integrations/aws_sagemaker');
    const [model] = toList(toObject(json)['models']);
    expect(model).toMatchObject({
      integration: 'openai',
      input_modalities: [],
      max_top_p: 0.5,
      input_map: null,
    });
    expect(model?.['params_map']).toMatchObject({ model: null, deployment_name: null });
    expect(model?.['output_map']).toMatchObject({ response: 'r', token_count: null });
  });

  test('a write of custom uses the legacy format if its models have no properties', async () => {
    const client = createClient();
    await client.put('/v2/integrations/custom', { endpoint: 'e', models: ['m'], is_legacy_format: false });
    expect((await client.get('/v2/integrations/custom')).json).toMatchObject({ is_legacy_format: true });
    await client.put('/v2/integrations/custom', { endpoint: 'e', model_properties: [{ name: 'm' }] });
    expect((await client.get('/v2/integrations/custom')).json).toMatchObject({ is_legacy_format: false });
  });

  test('a write keeps the id and the creation time, and advances the update time', async () => {
    const client = createClient();
    const before = await client.getId('custom');
    const first = toObject((await client.put('/v2/integrations/custom', bodies.custom)).json);
    const second = toObject((await client.put('/v2/integrations/custom', bodies.custom)).json);
    expect(first).toEqual({
      id: before,
      permissions: [
        { action: 'update', allowed: true, message: null },
        { action: 'delete', allowed: true, message: null },
        { action: 'share', allowed: true, message: null },
        { action: 'read_secrets', allowed: false, message: 'Secrets are never returned.' },
      ],
      name: 'custom',
      provider: 'custom',
      created_at: anyDatetime,
      updated_at: anyDatetime,
      created_by: anyUuid,
      is_selected: true,
      is_disabled: false,
    });
    expect(second).toEqual({ ...first, updated_at: anyDatetime });
    const times = [first['created_at'], first['updated_at'], second['updated_at']].map(String);
    expect(times).toEqual([...new Set(times)].toSorted());
  });

  test('a write converts values like pydantic and drops unknown properties', async () => {
    const client = createClient();
    const body = {
      endpoint: 'e',
      is_legacy_format: 'Yes',
      multi_modal_config: { max_files: ' +1_000 ', max_file_size_bytes: true, unknown: 1 },
      model_properties: [{ name: 'm', unknown: 1 }],
      custom_header_mapping: JSON.parse('{"__proto__":"p"}') as unknown,
      unknown: { deep: true },
    };
    expect((await client.put('/v2/integrations/custom', body)).status).toBe(200);
    const { json, text } = await client.get('/v2/integrations/custom');
    expect(json).toMatchObject({
      multi_modal_config: { max_files: 1000, max_file_size_bytes: 1 },
      model_properties: [{ name: 'm', alias: null, based_on: null, supported_parameters: null }],
    });
    expect(text).toContain('"custom_header_mapping":{"__proto__":"p"}');
    expect(text).not.toContain('unknown');
  });

  test.each([
    ['openai', { token: 'invalid' }],
    ['custom', { endpoint: 'e', token: 'invalid' }],
    ['custom', { endpoint: 'e', api_key_value: 'invalid' }],
    ['aws_bedrock', { token: { aws_access_key_id: 'k', aws_secret_access_key: 'invalid' } }],
  ])(
    'a write of %s with the provider token "invalid" is refused with 403 and standard error 7000',
    async (name, body) => {
      const client = createClient();
      const before = await client.get(`/v2/integrations/${name}`);
      const { status, json } = await client.put(`/v2/integrations/${name}`, body);
      expect(status).toBe(403);
      expect(json).toMatchObject({
        standard_error: {
          error_code: 7000,
          error_type: expect.any(String) as unknown,
          message: expect.any(String) as unknown,
          user_action: expect.any(String) as unknown,
          retriable: false,
        },
      });
      expect((await client.get(`/v2/integrations/${name}`)).json).toEqual(before.json);
    },
  );

  test('a provider can be configured, deleted, and configured again with a new id', async () => {
    const client = createClient();
    await client.put('/v2/integrations/writer', bodies.writer);
    const id = await client.getId('writer');
    expect(await client.delete('/integrations/writer')).toMatchObject({ status: 200, json: null });
    expect((await client.get('/v2/integrations/writer')).status).toBe(404);
    expect((await client.get(`/v2/integrations/${id}/users`)).status).toBe(404);
    await client.put('/v2/integrations/writer', bodies.writer);
    expect(await client.getId('writer')).not.toBe(id);
  });

  test('a write is refused with 413 if the body exceeds 1 MiB or the tenant 8 MiB', async () => {
    const client = createClient();
    const body = (bytes: number) => JSON.stringify({ endpoint: 'e', token: 'x'.repeat(bytes - 27) });
    expect((await client.put('/v2/integrations/custom', body(1024 * 1024))).status).toBe(200);
    const { status, json } = await client.put('/v2/integrations/custom', body(1024 * 1024 + 1));
    expect({ status, json }).toEqual({ status: 413, json: { detail: 'Content Too Large' } });

    const id = await client.getId('openai');
    const users = Array.from({ length: 17_000 }, (_, index) => ({ user_email: `${index}@a.example` }));
    expect((await client.post(`/v2/integrations/${id}/users`, users)).status).toBe(413);
    expect((await client.get(`/v2/integrations/${id}/users?limit=1`)).status).toBe(200);
  });
});

describe('A selection', () => {
  test('one record of each configured provider is selected, and reads return it', async () => {
    const client = createClient();
    const records = toList((await client.get('/integrations')).json);
    const selected = records.filter((record) => record['is_selected']);
    expect(selected.map(({ provider }) => provider)).toEqual([
      ...new Set(records.map(({ provider }) => provider)),
    ]);
    for (const { id, provider } of selected) expect(await client.getId(String(provider))).toBe(id);
  });

  test('after a selection of the shared azure integration, reads return it until the tenant writes its own', async () => {
    const client = createClient();
    const [own, shared] = toList((await client.get('/integrations')).json).filter(
      ({ provider }) => provider === 'azure',
    );
    const selected = await client.put(`/v2/integrations/${String(shared?.['id'])}/select`);
    expect(selected.json).toEqual({ ...shared, is_selected: true });
    expect(await client.getId('azure')).toBe(shared?.['id']);
    await client.put('/v2/integrations/azure', bodies.azure);
    expect(await client.getId('azure')).toBe(own?.['id']);
    const records = toList((await client.get('/integrations')).json);
    const flags = records
      .filter(({ provider }) => provider === 'azure')
      .map((record) => record['is_selected']);
    expect(flags).toEqual([true, false]);
  });

  test('the next read returns what was written, even if the tenant deleted its integration while the shared one was selected', async () => {
    const client = createClient();
    const [own, shared] = toList((await client.get('/integrations')).json).filter(
      ({ provider }) => provider === 'azure',
    );
    await client.put(`/v2/integrations/${String(shared?.['id'])}/select`);
    await client.delete('/integrations/azure');
    expect(await client.getId('azure')).toBe(shared?.['id']);
    const written = toObject((await client.put('/v2/integrations/azure', bodies.azure)).json);
    expect([own?.['id'], shared?.['id']]).not.toContain(written['id']);
    expect(written['is_selected']).toBe(true);
    expect(await client.getId('azure')).toBe(written['id']);
  });

  test('a provider without an integration of the tenant and without a selected one is not configured and has no models', async () => {
    const client = createClient();
    await client.delete('/integrations/azure');
    expect((await client.get('/v2/integrations/azure')).status).toBe(404);
    const { status, json } = await client.get('/llm_integrations/azure/models');
    expect({ status, json }).toEqual({ status: 200, json: [] });
  });

  test('selecting an unknown id fails with 404', async () => {
    const id = crypto.randomUUID();
    const { status, json } = await createClient().put(`/v2/integrations/${id}/select`);
    expect({ status, json }).toEqual({ status: 404, json: { detail: `Integration ${id} not found` } });
  });
});

describe('Collaborators', () => {
  test('collaborators are returned in pages', async () => {
    const client = createClient();
    const path = `/v2/integrations/${await client.getId('nvidia')}/users`;
    const emails = ['a', 'b', 'c', 'd', 'e'].map((name) => `${name}@acme.example`);
    await client.post(
      path,
      emails.map((email) => ({ user_email: email })),
    );
    const seen: unknown[] = [];
    for (let token: number | null = 0; token !== null; ) {
      const page = toObject((await client.get(`${path}?starting_token=${token}&limit=2`)).json);
      expect(page).toMatchObject({ starting_token: token, limit: 2, paginated: seen.length < 4 });
      seen.push(...toList(page['collaborators']).map(({ email }) => email));
      const next = page['next_starting_token'];
      token = typeof next === 'number' ? next : null;
    }
    expect(seen).toEqual(emails);
    const all = await client.get(path);
    expect(all.json).toMatchObject({
      starting_token: 0,
      limit: 100,
      paginated: false,
      next_starting_token: null,
    });
  });

  test.each([
    ['starting_token=-1', 'starting_token', 'greater_than_equal'],
    ['limit=0', 'limit', 'greater_than_equal'],
    ['limit=x', 'limit', 'int_parsing'],
  ])('a page of collaborators with %s fails with 422', async (query, parameter, type) => {
    const client = createClient();
    const { status, json } = await client.get(
      `/v2/integrations/${await client.getId('openai')}/users?${query}`,
    );
    expect(status).toBe(422);
    expect(json).toMatchObject({ detail: [{ type, loc: ['query', parameter] }] });
  });

  test.each(['users', 'groups'])(
    'collaborators that are %s can be added, changed and removed',
    async (kind) => {
      const client = createClient();
      const path = `/v2/integrations/${await client.getId('mistral')}/${kind}`;
      const idName = kind === 'users' ? 'user_id' : 'group_id';
      const id = crypto.randomUUID();
      const [added] = toList((await client.post(path, [{ [idName]: id }])).json);
      expect(added).toMatchObject({ [idName]: id, role: 'viewer', created_at: anyDatetime, id: anyUuid });
      const changed = await client.patch(`${path}/${id}`, { role: 'owner' });
      expect(changed.json).toEqual({ ...added, role: 'owner' });
      expect(toObject((await client.get(path)).json)['collaborators']).toEqual([changed.json]);
      expect(await client.delete(`${path}/${id}`)).toMatchObject({ status: 200, json: null });
      for (const result of [
        await client.delete(`${path}/${id}`),
        await client.patch(`${path}/${id}`, { role: 'owner' }),
      ]) {
        expect(result).toMatchObject({ status: 404, json: { detail: `Collaborator ${id} not found` } });
      }
    },
  );

  test('a collaborator who is invited twice by e-mail has one entry with the latest role', async () => {
    const client = createClient();
    const path = `/v2/integrations/${await client.getId('mistral')}/users`;
    await client.post(path, [{ user_email: 'eve@acme.example' }]);
    await client.post(path, [{ user_email: 'Eve@acme.example', role: 'editor' }]);
    const { collaborators } = toObject((await client.get(path)).json);
    expect(collaborators).toMatchObject([{ email: 'eve@acme.example', role: 'editor', first_name: null }]);
  });

  test('collaborators of an integration that another user shared can be read, but not changed', async () => {
    const client = createClient();
    const shared = toList((await client.get('/integrations')).json).at(-1);
    const path = `/v2/integrations/${String(shared?.['id'])}/users`;
    expect((await client.get(path)).status).toBe(200);
    expect((await client.post(path, [{ user_email: 'eve@acme.example' }])).status).toBe(403);
  });

  test('reading the collaborators of an unknown integration fails with 404', async () => {
    const path = `/v2/integrations/${crypto.randomUUID()}/users`;
    const client = createClient();
    expect((await client.get(path)).status).toBe(404);
    expect((await client.post(path, [{ user_email: 'eve@acme.example' }])).status).toBe(404);
  });
});

describe('Models, catalogs and databases', () => {
  test('models are those in the settings, otherwise the usual ones of the provider', async () => {
    const client = createClient();
    const read = async (name: string) => (await client.get(`/llm_integrations/${name}/models`)).json;
    expect(await read('custom')).toEqual(['acme-chat-large', 'acme-chat-small']);
    expect(await read('azure')).toContain('gpt-4o');
    expect(await read('aws_sagemaker')).toContain('mistral-7b-instruct-v0-2');
    expect(await read('openai')).toContain('gpt-4o-mini');
    expect((await client.get('/llm_integrations/nope/models')).status).toBe(422);
  });

  test('models, catalogs and databases of databricks exist once it is configured', async () => {
    const client = createClient();
    expect((await client.get('/v2/integrations/databricks/catalogs')).status).toBe(404);
    expect((await client.get('/v2/integrations/databricks/databases')).status).toBe(404);
    await client.put('/v2/integrations/databricks', bodies.databricks);
    expect((await client.get('/v2/integrations/databricks/catalogs')).json).toEqual(['main', 'samples']);
    const main = await client.get('/v2/integrations/databricks/databases');
    expect((await client.get('/v2/integrations/databricks/databases?catalog=main')).json).toEqual(main.json);
    const samples = await client.get('/v2/integrations/databricks/databases?catalog=samples');
    expect(samples.json).not.toEqual(main.json);
    expect((await client.get('/v2/integrations/databricks/databases?catalog=nope')).status).toBe(404);
  });
});

describe('Validation', () => {
  interface Issue {
    readonly type: string;
    /** The position in the body. */
    readonly loc: readonly (string | number)[];
    readonly msg: string;
    readonly input: unknown;
    readonly ctx?: object;
  }

  const fifty = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`h${index}`, 'v']));
  const expectedTypes = "'api_key', 'none' or 'oauth2'";
  const string = { type: 'string_type', msg: 'Input should be a valid string' };
  const model = {
    type: 'model_attributes_type',
    msg: 'Input should be a valid dictionary or object to extract fields from',
  };
  const missing = { type: 'missing', msg: 'Field required' };
  const integer = (type: string, reason = '') => ({ type, msg: `Input should be a valid integer${reason}` });
  const rule = (message: string) => ({
    type: 'value_error',
    msg: `Value error, ${message}`,
    ctx: { error: {} },
  });
  const apiKeyWithoutValue = {
    endpoint: 'e',
    authentication_type: 'api_key',
    api_key_header: 'X-Key',
    api_key_value: '',
  };

  test.each<[string, string, unknown, readonly Issue[]]>([
    [
      'a missing property',
      'custom',
      { token: 't' },
      [{ ...missing, loc: ['endpoint'], input: { token: 't' } }],
    ],
    [
      'a null that is not allowed',
      'custom',
      { endpoint: null },
      [{ ...string, loc: ['endpoint'], input: null }],
    ],
    ['a list as body', 'custom', [], [{ ...model, loc: [], input: [] }]],
    ['a string as body', 'custom', '"x"', [{ ...model, loc: [], input: 'x' }]],
    ['null as body', 'custom', 'null', [{ ...missing, loc: [], input: null }]],
    ['no body', 'custom', '', [{ ...missing, loc: [], input: null }]],
    [
      'an unknown enum value',
      'custom',
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
      'a list instead of a boolean',
      'azure',
      { endpoint: 'e', token: 't', proxy: [] },
      [{ type: 'bool_type', loc: ['proxy'], msg: 'Input should be a valid boolean', input: [] }],
    ],
    [
      'a number that is not a boolean',
      'azure',
      { endpoint: 'e', token: 't', proxy: 2 },
      [
        {
          type: 'bool_parsing',
          loc: ['proxy'],
          msg: 'Input should be a valid boolean, unable to interpret input',
          input: 2,
        },
      ],
    ],
    [
      'values that are not integers',
      'custom',
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
      'a string that is not an integer, and an integer that is too small',
      'custom',
      { endpoint: 'e', multi_modal_config: { max_files: '1.5', max_file_size_bytes: '0' } },
      [
        {
          ...integer('int_parsing', ', unable to parse string as an integer'),
          loc: ['multi_modal_config', 'max_files'],
          input: '1.5',
        },
        {
          type: 'greater_than_equal',
          msg: 'Input should be greater than or equal to 1',
          ctx: { ge: 1 },
          loc: ['multi_modal_config', 'max_file_size_bytes'],
          input: '0',
        },
      ],
    ],
    [
      'values that are not numbers',
      'aws_sagemaker',
      {
        token: { aws_access_key_id: 'k', aws_secret_access_key: 's' },
        models: [
          { name: 'm', alias: 'a', max_top_p: 'x' },
          { name: 'm', alias: 'a', max_top_p: {} },
        ],
      },
      [
        {
          type: 'float_parsing',
          msg: 'Input should be a valid number, unable to parse string as a number',
          loc: ['models', 0, 'max_top_p'],
          input: 'x',
        },
        {
          type: 'float_type',
          msg: 'Input should be a valid number',
          loc: ['models', 1, 'max_top_p'],
          input: {},
        },
      ],
    ],
    [
      'an item that is not a string, and an object instead of a list',
      'custom',
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
      'a string instead of a map, and a map value that is not a string',
      'custom',
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
      'custom',
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
      'invalid nested objects',
      'custom',
      { endpoint: 'e', multi_modal_config: 1, custom_llm_config: { file_name: 'f' } },
      [
        { ...model, loc: ['multi_modal_config'], input: 1 },
        { ...missing, loc: ['custom_llm_config', 'class_name'], input: { file_name: 'f' } },
      ],
    ],
    [
      'values that are not URLs',
      'nvidia',
      { token: 't', hostname: '' },
      [
        {
          type: 'url_parsing',
          loc: ['hostname'],
          msg: 'Input should be a valid URL, input is empty',
          input: '',
          ctx: { error: 'input is empty' },
        },
      ],
    ],
    [
      'a URL that is too long',
      'databricks',
      { token: 't', hostname: `https://e/${'x'.repeat(2083)}` },
      [
        {
          type: 'url_too_long',
          loc: ['hostname'],
          msg: 'URL should have at most 2083 characters',
          input: `https://e/${'x'.repeat(2083)}`,
          ctx: { max_length: 2083 },
        },
      ],
    ],
    [
      'a number instead of a URL',
      'vegas_gateway',
      { token: 't', endpoint: 1, use_case: 'c' },
      [{ type: 'url_type', loc: ['endpoint'], msg: 'URL input should be a string or URL', input: 1 }],
    ],
    [
      'an API key without a value',
      'custom',
      apiKeyWithoutValue,
      [
        {
          ...rule("api_key_header and api_key_value are required when authentication_type is 'api_key'"),
          loc: [],
          input: apiKeyWithoutValue,
        },
      ],
    ],
    [
      'based_on and supported_parameters, before the rules of the body are checked',
      'custom',
      {
        endpoint: 'e',
        authentication_type: 'api_key',
        model_properties: [{ name: 'a' }, { name: 'b', based_on: 'a', supported_parameters: [] }],
      },
      [
        {
          ...rule('based_on and supported_parameters cannot both be set'),
          loc: ['model_properties', 1],
          input: { name: 'b', based_on: 'a', supported_parameters: [] },
        },
      ],
    ],
    ...(['aws_bedrock', 'aws_sagemaker'] as const).flatMap(
      (name): [string, string, unknown, readonly Issue[]][] => {
        const keySecret = { token: { aws_access_key_id: 'k' } };
        const assumedRole = { credential_type: 'assumed_role', token: { aws_access_key_id: 'k' } };
        const keysMessage =
          "aws_access_key_id and aws_secret_access_key are required when credential_type is 'key_secret'";
        const roleMessage = "aws_role_arn is required when credential_type is 'assumed_role'";
        return [
          [
            'key_secret without both keys',
            name,
            keySecret,
            [{ ...rule(keysMessage), loc: [], input: keySecret }],
          ],
          [
            'assumed_role without a role',
            name,
            assumedRole,
            [{ ...rule(roleMessage), loc: [], input: assumedRole }],
          ],
        ];
      },
    ),
  ])('a 422 reports %s in a write of %s', async (_, name, body, issues) => {
    const client = createClient();
    const before = await client.get(`/v2/integrations/${name}`);
    const { status, json } = await client.put(`/v2/integrations/${name}`, body);
    expect(status).toBe(422);
    expect(json).toEqual({ detail: issues.map((issue) => ({ ...issue, loc: ['body', ...issue.loc] })) });
    expect((await client.get(`/v2/integrations/${name}`)).json).toEqual(before.json);
  });

  test.each<[string, unknown, object]>([
    ['that is not a list', {}, { type: 'list_type', loc: ['body'] }],
    ['without user_id and user_email', [{ user_id: null }], { type: 'value_error', loc: ['body', 0] }],
    [
      'with an unknown role',
      [{ user_email: 'a@b.example', role: 'x' }],
      { type: 'enum', loc: ['body', 0, 'role'] },
    ],
    [
      'with an invalid e-mail address',
      [{ user_email: 'x' }],
      { type: 'value_error', loc: ['body', 0, 'user_email'] },
    ],
    ['with an invalid id', [{ user_id: 'x' }], { type: 'uuid_parsing', loc: ['body', 0, 'user_id'] }],
    ['with an id that is a number', [{ user_id: 1 }], { type: 'uuid_type', loc: ['body', 0, 'user_id'] }],
  ])('a 422 reports a body of new collaborators %s', async (_, body, issue) => {
    const client = createClient();
    const { status, json } = await client.post(
      `/v2/integrations/${await client.getId('openai')}/users`,
      body,
    );
    expect(status).toBe(422);
    expect(json).toMatchObject({ detail: [issue] });
  });

  test.each([
    ['nope', 'nope'],
    ['OPENAI', 'OPENAI'],
    ['constructor', 'constructor'],
    ['a%20b', 'a b'],
    ['a%zzb', 'a%zzb'],
  ])('a 422 reports the provider name %s', async (path, input) => {
    const quoted = providerNames.map((name) => `'${name}'`);
    const expected = `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}`;
    const issue = {
      type: 'enum',
      loc: ['path', 'name'],
      msg: `Input should be ${expected}`,
      input,
      ctx: { expected },
    };
    const { status, json } = await createClient().get(`/v2/integrations/${path}`);
    expect({ status, json }).toEqual({ status: 422, json: { detail: [issue] } });
  });

  test('a 422 reports every invalid part of a request in one response', async () => {
    const { status, json } = await createClient().patch('/v2/integrations/x/users/y', { role: 'z' });
    expect(status).toBe(422);
    expect(toList(toObject(json)['detail']).map(({ loc }) => loc)).toEqual([
      ['path', 'integration_id'],
      ['path', 'user_id'],
      ['body', 'role'],
    ]);
  });

  test('a write of custom with fifty headers succeeds', async () => {
    const { status } = await createClient().put('/v2/integrations/custom', { endpoint: 'e', headers: fifty });
    expect(status).toBe(200);
  });

  test.each([
    ['{nope}', 1, 'Expecting property name enclosed in double quotes'],
    ['{"a" 1}', 5, "Expecting ':' delimiter"],
    ['[1 2]', 3, "Expecting ',' delimiter"],
    ['{"a":1} x', 8, 'Extra data'],
    ['nope', 0, 'Expecting value'],
  ])('a 422 reports that %s is not JSON', async (body, offset, error) => {
    const { status, json } = await createClient().put('/v2/integrations/custom', body);
    const issue = {
      type: 'json_invalid',
      loc: ['body', offset],
      msg: 'JSON decode error',
      input: {},
      ctx: { error },
    };
    expect({ status, json }).toEqual({ status: 422, json: { detail: [issue] } });
  });

  test('a UTF-8 byte order mark before a JSON body is ignored', async () => {
    const body = '\uFEFF{"endpoint":"https://e.test"}';
    expect((await createClient().put('/v2/integrations/custom', body)).status).toBe(200);
  });

  test('a body is read as JSON only if its content type is JSON', async () => {
    const write = (contentType: string) =>
      send('/v2/integrations/custom', {
        method: 'PUT',
        headers: { 'galileo-api-key': 'content-type', 'content-type': contentType },
        body: '{"endpoint":"e"}',
      });
    const text = await write('text/plain');
    expect(text.status).toBe(422);
    expect(text.json).toEqual({ detail: [{ ...model, loc: ['body'], input: '{"endpoint":"e"}' }] });
    expect((await write('Application/vnd.x+json; charset=utf-8')).status).toBe(200);
  });

  test('a deeply nested body is rejected, not stored', async () => {
    const client = createClient();
    const nested = `${'{"k":'.repeat(100_000)}1${'}'.repeat(100_000)}`;
    const body = `{"endpoint":"e","custom_llm_config":{"file_name":"f","class_name":"c","init_kwargs":${nested}}}`;
    const { status, json } = await client.put('/v2/integrations/custom', body);
    expect(status).toBe(422);
    expect(json).toMatchObject({
      detail: [{ type: 'json_invalid', ctx: { error: 'Nested too deeply, or number out of range' } }],
    });
    expect((await client.get('/v2/integrations/custom')).status).toBe(200);
  });

  test('the size of a 422 is limited', async () => {
    const client = createClient();
    const numbers = { endpoint: 'e', model_properties: Array.from({ length: 200_000 }, () => 0) };
    const many = await client.put('/v2/integrations/custom', numbers);
    expect(many.status).toBe(422);
    expect(toList(toObject(many.json)['detail'])).toHaveLength(100);
    const large = { filler: 'x'.repeat(1_000_000) };
    const echoes = await client.put('/v2/integrations/azure', large);
    expect(echoes.status).toBe(422);
    expect(echoes.text.length).toBeLessThan(2_000_000);
  });
});

describe('The sandbox', () => {
  test.each([
    '/',
    '/v2/integrations',
    '/v2/integrations/',
    '/v2/integrations/openai/',
    '/v2/integrations/openai/nope',
    '/v2/integrations/a%2Fb',
  ])('the sandbox responds with 404 to %s', async (path) => {
    const { status, json } = await createClient().get(path);
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
  ])('the sandbox responds with 405 to %s %s', async (method, path, allow) => {
    const { status, json, headers } = await send(path, { method });
    const expected = method === 'HEAD' ? undefined : { detail: 'Method Not Allowed' };
    expect({ status, json }).toEqual({ status: 405, json: expected });
    expect(headers.get('allow')).toBe(allow);
  });

  test('the sandbox ignores unknown query parameters', async () => {
    expect((await createClient().get('/v2/integrations/openai?a=/b')).status).toBe(200);
  });

  test('the sandbox serves the OpenAPI document without a credential', async () => {
    const { status, json } = await send('/public/v2/openapi.json', {});
    expect(status).toBe(200);
    expect(json).toEqual(openApiDocument);
  });

  test('the sandbox can respond in the older form of the API, without provider', async () => {
    await using older = await startSandbox({ port: 0, olderForm: true });
    const client = createClient(demoApiKey, older.url);
    expect((await client.get('/v2/integrations/azure')).json).toEqual({
      ...seededIntegrations.azure,
      name: 'azure',
      id: anyUuid,
    });
    expect((await client.put('/v2/integrations/openai', bodies.openai)).json).toMatchObject({
      provider: 'openai',
    });
  });

  test('the sandbox keeps working after a client closes its connection in the middle of a body', async () => {
    const socket = connect(Number(new URL(sandbox.url).port), '127.0.0.1');
    await once(socket, 'connect');
    const head = `PUT /v2/integrations/custom HTTP/1.1\r\nhost: x\r\ngalileo-api-key: k\r\ncontent-length: 9\r\n\r\n`;
    await new Promise((resolve) => socket.write(`${head}{`, resolve));
    socket.destroy();
    await once(socket, 'close');
    expect((await createClient().get('/v2/integrations/openai')).status).toBe(200);
  });

  test('startSandbox rejects with EADDRINUSE if the port is in use', async () => {
    const port = Number(new URL(sandbox.url).port);
    await expect(startSandbox({ port })).rejects.toMatchObject({ code: 'EADDRINUSE', port });
  });

  test('the sandbox closes immediately with open connections, and frees the port', async () => {
    const own = await startSandbox({ port: 0 });
    const port = Number(new URL(own.url).port);
    const idle = connect(port, '127.0.0.1');
    const keptAlive = connect(port, '127.0.0.1');
    await Promise.all([once(idle, 'connect'), once(keptAlive, 'connect')]);
    keptAlive.write('GET /v2/integrations/openai HTTP/1.1\r\nhost: x\r\ngalileo-api-key: k\r\n\r\n');
    await once(keptAlive, 'data');
    idle.resume();
    keptAlive.resume();
    const cut = Promise.all([once(idle, 'close'), once(keptAlive, 'close')]);
    await Promise.all([own.close(), own.close()]);
    await cut;
    await using next = await startSandbox({ port });
    expect(next.url).toBe(own.url);
  });
});
