import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findDrift } from '../drift/find-drift.ts';
import { startSandbox } from '../sandbox/server.ts';
import { startFakeUpstream } from './support/fake-upstream.ts';
import { listen } from './support/listen.ts';
import { runProgram } from './support/program.ts';
import { localhostCertificate, localhostKey } from './upstream/support/scripted-upstream.ts';
import { startTunnelProxy } from './upstream/support/tunnel-proxy.ts';

interface Schema {
  [keyword: string]: unknown;
  properties: Record<string, Record<string, unknown>>;
  required: string[];
  enum: string[];
}
interface Operation {
  [keyword: string]: unknown;
  parameters: Record<string, unknown>[];
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

function alter(change: (document: Document) => void): Document {
  const document = readKnown();
  change(document);
  return document;
}
const inSchema = (name: string, change: (schema: Schema, all: Record<string, Schema>) => void) =>
  alter(({ components: { schemas } }) => change(get(schemas, name), schemas));
const inOperation = (
  method: string,
  path: string,
  change: (operation: Operation, document: Document) => void,
) => alter((document) => change(get(get(document.paths, path), method), document));

const getPath = '/v2/integrations/{name}';
const putPath = '/v2/integrations/custom';
const inGet = (change: (operation: Operation, document: Document) => void) =>
  inOperation('get', getPath, change);

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
  findDrift(readKnown(), published).findings.map(
    ({ level, change, subject, text: message }) => `${level} ${change} ${subject}: ${message}`,
  );

const providerSchemas = Object.entries(
  getUnion(get(get(readKnown().paths, getPath), 'get')).discriminator.mapping,
).map(([value, reference]) => [value, String(reference).split('/').at(-1) ?? ''] as const);

/** Reverses every list whose order has no meaning, and the keys of every object. */
function reorder(value: unknown, key = ''): unknown {
  // Path parameters are matched by their order.
  if (Array.isArray(value)) {
    const items = value.map((item) => reorder(item));
    return key === 'parameters' ? items : items.reverse();
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([name, inner]) => [name, reorder(inner, name)])
      .reverse(),
  );
}

/** Adds descriptions and other annotations to every schema. */
function annotate(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(annotate);
  if (typeof value !== 'object' || value === null) return value;
  const inner = Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, annotate(entry)]));
  return 'type' in value && typeof value.type === 'string'
    ? { ...inner, title: 'A title', description: 'Prose.', examples: ['an example'], 'x-internal': true }
    : inner;
}

describe('An equivalent document', () => {
  const rename = (document: Document, from: string, to: string) =>
    JSON.parse(
      JSON.stringify(document).replaceAll(`"${from}"`, `"${to}"`).replaceAll(`/${from}"`, `/${to}"`),
    ) as Document;

  it.each<readonly [string, () => unknown]>([
    ['that is the same', readKnown],
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
      'without a discriminator, but with a constant for each provider',
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
      'with nullable, as in OpenAPI 3.0',
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
      'with stricter responses',
      () =>
        inSchema('CustomIntegration', (schema) =>
          schema.required.push('authentication_type', 'is_legacy_format'),
        ),
    ],
    [
      'with more lenient requests',
      () =>
        inSchema('CustomIntegrationCreate', (schema) => {
          schema.properties['endpoint'] = { anyOf: [{ type: 'string' }, { type: 'null' }] };
          schema.required = [];
        }),
    ],
    [
      'with objects that are composed with allOf',
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
      'without types that other keywords imply',
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
      'with shared security, responses and parameters',
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
          Object.assign(document, JSON.parse(JSON.stringify(document)));
        }),
    ],
    [
      'with a schema name that is escaped in references',
      () =>
        JSON.parse(
          text.replaceAll('"Model":', '"a/~ model":').replaceAll('/Model"', '/a~1~0%20model"'),
        ) as Document,
    ],
    [
      'with a schema name that should be escaped in references',
      () => rename(readKnown(), 'Model', 'Model 100%'),
    ],
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
  ])('check-upstream reports no difference for a document %s', (_how, getDocument) => {
    expect(compare(getDocument() as Document)).toEqual([]);
  });
});

describe('A changed document', () => {
  it.each<readonly [string, () => Document, readonly string[]]>([
    [
      'base_url renamed to endpoint, which the gateway reads too',
      () =>
        inSchema('CustomIntegration', (schema) => {
          schema.properties['endpoint'] = get(schema.properties, 'base_url');
          Reflect.deleteProperty(schema.properties, 'base_url');
          schema.required = ['endpoint'];
        }),
      [
        'compatible changed CustomIntegration.base_url: is now called `endpoint`. The gateway reads either name.',
      ],
    ],
    [
      'base_url renamed to another name',
      () =>
        inSchema('CustomIntegration', (schema) => {
          schema.properties['url'] = get(schema.properties, 'base_url');
          Reflect.deleteProperty(schema.properties, 'base_url');
        }),
      [
        'breaking removed CustomIntegration.base_url: is no longer part of the schema.',
        'compatible new CustomIntegration: has a new property `url`.',
      ],
    ],
    [
      'the older form of the API, with name as the only discriminator',
      () =>
        inGet((operation, { components: { schemas } }) => {
          getUnion(operation).discriminator.propertyName = 'name';
          for (const [, name] of providerSchemas.slice(0, 1))
            Reflect.deleteProperty(get(schemas, name).properties, 'provider');
        }),
      [
        `compatible removed ${providerSchemas[0]?.[1]}.provider: is no longer part of the schema. The gateway does not use it.`,
      ],
    ],
    [
      'a discriminator that the gateway does not read',
      () =>
        inGet((operation) => {
          getUnion(operation).discriminator.propertyName = 'kind';
        }),
      [
        'breaking changed GET /v2/integrations/{name} response: the discriminator is `"kind"`, which the gateway does not read.',
      ],
    ],
    [
      'a new provider',
      () =>
        inGet((operation, { components: { schemas } }) => {
          getUnion(operation).discriminator.mapping['cohere'] = '#/components/schemas/MistralIntegration';
          get(schemas, 'IntegrationProvider').enum.push('cohere');
        }),
      [
        'compatible new GET /v2/integrations/{name} response: has new providers: `cohere`. They cannot be queried yet.',
        'compatible new IntegrationProvider: Galileo also accepts `cohere`.',
        'compatible new IntegrationProvider: Galileo also sends `cohere`.',
      ],
    ],
    [
      'a provider that was removed',
      () =>
        inGet((operation, { components: { schemas } }) => {
          Reflect.deleteProperty(getUnion(operation).discriminator.mapping, 'writer');
          get(schemas, 'IntegrationProvider').enum.pop();
        }),
      [
        'breaking removed GET /v2/integrations/{name} response: the provider `writer` was removed.',
        'breaking removed IntegrationProvider: Galileo no longer accepts `writer`.',
        'compatible removed IntegrationProvider: Galileo no longer sends `writer`.',
      ],
    ],
    [
      'a union without a way to tell its members apart',
      () =>
        inGet((operation, { components: { schemas } }) => {
          Reflect.deleteProperty(getUnion(operation), 'discriminator');
          for (const [, name] of providerSchemas) {
            const { properties } = get(schemas, name);
            properties['name'] = { type: 'string' };
            properties['provider'] = { type: 'string' };
          }
        }),
      [
        'breaking removed GET /v2/integrations/{name} response: the document no longer says which provider has which schema.',
      ],
    ],
    [
      'a new value of an enum that Galileo sends',
      () => inSchema('IntegrationAction', (schema) => schema.enum.push('use')),
      ['compatible new Permission.action: Galileo also sends `use`.'],
    ],
    [
      'a new value of an enum that Galileo sends and accepts',
      () => inSchema('AwsCredentialType', (schema) => schema.enum.push('sso')),
      [
        'compatible new AwsCredentialType: Galileo also accepts `sso`.',
        'compatible new AwsCredentialType: Galileo also sends `sso`.',
      ],
    ],
    [
      'a value that was removed from an enum that Galileo sends and accepts',
      () => inSchema('CustomAuthenticationType', (schema) => schema.enum.pop()),
      [
        'breaking removed CustomAuthenticationType: Galileo no longer accepts `oauth2`.',
        'compatible removed CustomAuthenticationType: Galileo no longer sends `oauth2`.',
      ],
    ],
    [
      'any string instead of an enum',
      () => inSchema('ModelCostBy', (schema) => Reflect.deleteProperty(schema, 'enum')),
      ['compatible changed ModelCostBy: Galileo can now send any value.'],
    ],
    [
      'an enum instead of any string in a request',
      () =>
        inSchema('WriterIntegrationCreate', ({ properties }) => {
          properties['organization_id'] = { enum: ['a', 'b'] };
        }),
      ['breaking changed WriterIntegrationCreate.organization_id: Galileo now accepts only `a`, `b`.'],
    ],
    [
      'a required property that was removed from a response',
      () => inSchema('IntegrationDB', ({ properties }) => Reflect.deleteProperty(properties, 'created_at')),
      ['breaking removed IntegrationDB.created_at: is no longer part of the schema.'],
    ],
    [
      'optional properties that were removed from a response, used and unused',
      () =>
        alter(({ components: { schemas } }) => {
          Reflect.deleteProperty(get(schemas, 'OpenAIIntegration').properties, 'organization_id');
          Reflect.deleteProperty(get(schemas, 'CustomIntegration').properties, 'api_key_value');
        }),
      [
        'compatible removed CustomIntegration.api_key_value: is no longer part of the schema. The gateway does not use it.',
        'compatible removed OpenAIIntegration.organization_id: is no longer part of the schema.',
      ],
    ],
    [
      'a required property of a response that can be omitted',
      () =>
        inSchema('IntegrationDB', (schema) => {
          schema.required = schema.required.filter((name) => name !== 'created_by');
        }),
      ['breaking changed IntegrationDB.created_by: can now be omitted or null.'],
    ],
    [
      'new properties of responses and requests',
      () =>
        alter(({ components: { schemas } }) => {
          get(schemas, 'VertexAIIntegration').properties['project'] = { type: 'string' };
          get(schemas, 'MultiModalModelIntegrationConfig').properties['max_pages'] = { type: 'integer' };
        }),
      [
        'compatible new MultiModalModelIntegrationConfig: accepts the new property `max_pages`.',
        'compatible new MultiModalModelIntegrationConfig: has a new property `max_pages`.',
        'compatible new VertexAIIntegration: has a new property `project`.',
      ],
    ],
    [
      'other types in a response, and in items and map values',
      () =>
        alter(({ components: { schemas } }) => {
          get(schemas, 'UserCollaborator').properties['email'] = { type: 'integer' };
          get(schemas, 'AzureIntegration').properties['deployments'] = {
            type: 'object',
            additionalProperties: { type: 'array', items: { type: 'string' } },
          };
          get(schemas, 'AvailableIntegrations').properties['integrations'] = {
            type: 'array',
            items: { type: 'object' },
          };
        }),
      [
        'breaking changed AvailableIntegrations.integrations[]: Galileo sends object instead of string.',
        'breaking changed AzureIntegration.deployments{}: Galileo sends array instead of string.',
        'breaking changed UserCollaborator.email: Galileo sends integer instead of string.',
        'compatible changed IntegrationProvider: Galileo can now send any value.',
      ],
    ],
    [
      'another type in a request',
      () =>
        inSchema('NvidiaIntegrationCreate', ({ properties }) => {
          properties['token'] = { type: 'object' };
        }),
      ['breaking changed NvidiaIntegrationCreate.token: Galileo accepts object instead of string.'],
    ],
    [
      'other formats',
      () =>
        inSchema('IntegrationDB', ({ properties }) => {
          properties['id'] = { type: 'string' };
          properties['updated_at'] = { type: 'string', format: 'date' };
        }),
      [
        'breaking changed IntegrationDB.id: the format is nothing instead of `"uuid4"`.',
        'breaking changed IntegrationDB.updated_at: the format is `"date"` instead of `"date-time"`.',
      ],
    ],
    [
      'other defaults',
      () =>
        alter(({ components: { schemas } }) => {
          get(get(schemas, 'AwsSageMakerIntegration').properties, 'region')['default'] = 'eu-west-1';
          get(get(schemas, 'CustomIntegrationCreate').properties, 'authentication_type')['default'] = 'none';
        }),
      [
        'compatible changed AwsSageMakerIntegration.region: the default is `"eu-west-1"` instead of `"us-west-2"`.',
        'compatible changed CustomIntegrationCreate.authentication_type: the default is `"none"` instead of `"oauth2"`.',
      ],
    ],
    [
      'stricter requests',
      () =>
        inSchema('CustomIntegrationCreate', (schema) => {
          schema.properties['region'] = { type: 'string' };
          schema.required.push('region', 'default_model');
          Reflect.deleteProperty(schema.properties, 'token');
          schema.properties['api_key_header'] = { type: 'string' };
          schema.properties['endpoint'] = { type: 'string', maxLength: 200 };
        }),
      [
        'breaking new CustomIntegrationCreate: requires the new property `region`: every write fails.',
        'breaking changed CustomIntegrationCreate.api_key_header: can no longer be null.',
        'breaking changed CustomIntegrationCreate.default_model: is now required.',
        'breaking removed CustomIntegrationCreate.token: is no longer part of the schema.',
        'compatible changed CustomIntegrationCreate.endpoint: `maxLength` is `200`: Galileo rejects values that violate it.',
      ],
    ],
    [
      'deprecated operations and properties',
      () =>
        inGet((operation, { components: { schemas } }) => {
          operation['deprecated'] = true;
          get(get(schemas, 'Model').properties, 'alias')['deprecated'] = true;
        }),
      [
        'compatible changed GET /v2/integrations/{name}: the operation is deprecated. It still works.',
        'compatible changed Model.alias: is deprecated. It still works.',
      ],
    ],
    [
      'content that is no longer described',
      () =>
        inOperation('put', putPath, (operation) => {
          Reflect.deleteProperty(operation, 'requestBody');
          operation.responses = { 204: { content: {} } };
        }),
      [
        'breaking removed PUT /v2/integrations/custom 422: the document no longer describes a JSON value here.',
        'breaking removed PUT /v2/integrations/custom body: the document no longer describes a JSON value here.',
        'breaking removed PUT /v2/integrations/custom response: the document no longer describes a JSON value here.',
      ],
    ],
    [
      'other credentials',
      () =>
        inGet((operation, { components }) => {
          operation.security = [
            { APIKeyHeader: [], HTTPBasic: [] },
            { OAuth2PasswordBearer: [] },
            { Cookie: [] },
          ];
          components.securitySchemes['Cookie'] = { type: 'apiKey', in: 'cookie', name: 'session' };
        }),
      [
        'breaking removed GET /v2/integrations/{name}: Galileo no longer accepts `header galileo-api-key`, `header splunk-ao-api-key`, `basic credential`.',
        'compatible new GET /v2/integrations/{name}: Galileo also accepts `header splunk-ao-api-key and basic credential`, `cookie session`. The gateway does not forward it.',
      ],
    ],
    [
      'an operation without a credential',
      () =>
        inGet((operation) => {
          operation.security = [{}];
        }),
      [
        'compatible changed GET /v2/integrations/{name}: Galileo no longer requires a credential. The gateway still does.',
      ],
    ],
    [
      'other parameters',
      () =>
        inOperation('get', '/v2/integrations/{integration_id}/users', (operation) => {
          operation.parameters = operation.parameters.filter(({ name }) => name !== 'limit');
          operation.parameters.push(
            { name: 'project', in: 'query', required: true, schema: { type: 'string' } },
            { name: 'fresh', in: 'query', schema: { type: 'boolean' } },
          );
        }),
      [
        'breaking removed GET /v2/integrations/{integration_id}/users: the query parameter `limit` was removed: it has no effect or is rejected.',
        'breaking new GET /v2/integrations/{integration_id}/users: the query parameter `project` is required: every call fails.',
        'compatible new GET /v2/integrations/{integration_id}/users: the query parameter `fresh` can be sent. The gateway does not send it.',
      ],
    ],
  ])('check-upstream reports %s', (_, getDocument, expected) => {
    expect(compare(getDocument())).toEqual(expected);
  });

  it.each(
    Object.entries(readKnown().paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => [method.toUpperCase(), path, method] as const),
    ),
  )('check-upstream reports that %s %s was removed', (label, path, method) => {
    const published = alter(({ paths }) => Reflect.deleteProperty(get(paths, path), method));
    expect(compare(published)).toEqual([
      `breaking removed ${label} ${path}: every call to this operation fails.`,
    ]);
  });

  it('check-upstream does not compare the client API with a document that describes only the public API', () => {
    const published = alter(({ paths }) => {
      for (const path of Object.keys(paths))
        if (!path.startsWith('/v2/')) Reflect.deleteProperty(paths, path);
    });
    expect(findDrift(readKnown(), published)).toEqual({
      findings: [],
      notCovered: [
        'GET /integrations',
        'DELETE /integrations/{name}',
        'GET /llm_integrations/{llm_integration}/models',
      ],
    });
  });

  it('check-upstream cuts long lists and replaces control characters', () => {
    const line = compare(
      inSchema('ContentModality', (schema) => {
        schema.enum.push('\u001b[31mred\nnews', ...Array.from({ length: 500 }, (_, index) => `w${index}`));
      }),
    ).join('');
    expect(line).toContain('`?[31mred?news`');
    expect(line).not.toMatch(/\p{C}/u);
    expect(line).toContain('and 481 more');
  });

  it('check-upstream terminates if a schema refers to itself', () => {
    const published = inSchema('MultiModalModelIntegrationConfig', (schema, all) => {
      all['Loop'] = { anyOf: [{ $ref: '#/components/schemas/Loop' }, { type: 'null' }] } as unknown as Schema;
      schema.properties['max_files'] = { $ref: '#/components/schemas/Loop' };
    });
    expect(compare(published)).toEqual([
      'breaking changed MultiModalModelIntegrationConfig.max_files: Galileo accepts null instead of integer.',
    ]);
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

  it('check-upstream reads the document below GALILEO_API_URL, and exits with 0 if nothing is new', async () => {
    await using sandbox = await startSandbox({ port: 0 });
    const { code, stdout, stderr } = await run([], { GALILEO_API_URL: sandbox.url, PORT: 'invalid' });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(
      /^No differences: .*\/public\/v2\/openapi\.json describes the API that galileo-gateway .* knows\.\n$/,
    );
  });

  it('check-upstream keeps the base path of GALILEO_API_URL, and sends no credential', async () => {
    await using upstream = await startFakeUpstream();
    upstream.on('GET', '/api/public/v2/openapi.json', { json: readKnown() });
    expect((await run([], { GALILEO_API_URL: `${upstream.url}/api/` })).code).toBe(0);
    const [call] = upstream.calls;
    expect(Object.keys(call?.headers ?? {})).not.toContain('authorization');
    expect(Object.keys(call?.headers ?? {})).not.toContain('galileo-api-key');
  });

  it('check-upstream uses the proxy that the gateway uses, except for hosts of NO_PROXY', async () => {
    await using upstream = await startFakeUpstream();
    await using proxy = await startTunnelProxy({ isTls: false });
    upstream.on('GET', '/public/v2/openapi.json', { json: readKnown() });
    const settings = { GALILEO_API_URL: upstream.url, HTTPS_PROXY: 'http://127.0.0.1:9' };
    const proxied = await run([], { ...settings, HTTP_PROXY: proxy.url });
    expect(proxied).toMatchObject({ code: 0, stderr: '' });
    expect(proxy.authorities).toEqual([new URL(upstream.url).host]);
    const direct = await run([], { ...settings, http_proxy: proxy.url, NO_PROXY: '127.0.0.1' });
    expect(direct).toMatchObject({ code: 0, stderr: '' });
    expect(proxy.authorities).toHaveLength(1);
    const invalid = await run([], { ...settings, HTTP_PROXY: 'socks5://user:hunter2@127.0.0.1' });
    expect(invalid.code).toBe(2);
    expect(invalid.stderr).toMatch(/^galileo-gateway: HTTP_PROXY: expected .+\n$/);
    expect(invalid.stderr).not.toContain('hunter2');
  });

  it('check-upstream trusts UPSTREAM_CA_FILE, even behind a proxy', async () => {
    await using proxy = await startTunnelProxy({ isTls: false });
    const server = createServer({ cert: localhostCertificate, key: localhostKey }, (_request, response) =>
      response.end(text),
    );
    const url = `https://localhost:${await listen(server, 'localhost')}/`;
    const trusted = { UPSTREAM_CA_FILE: write('ca.pem', localhostCertificate) };
    const proxied = { ...trusted, HTTPS_PROXY: proxy.url };
    for (const environment of [trusted, proxied])
      expect(await run([url], environment)).toMatchObject({ code: 0, stderr: '' });
    expect(proxy.authorities).toHaveLength(1);
    const { code, stderr } = await run([url]);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: `galileo-gateway: ${url}: it cannot be fetched (DEPTH_ZERO_SELF_SIGNED_CERT)\n`,
    });
    server.close();
  });

  it('check-upstream exits with 1 if the document has only compatible changes, and prints them', async () => {
    await using upstream = await startFakeUpstream();
    const published = inSchema('AwsCredentialType', (schema) => schema.enum.push('sso'));
    upstream.on('GET', '/openapi.json', { json: published });
    const { code, stdout, stderr } = await run([`${upstream.url}/openapi.json`]);
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(stdout).toContain('compatible  new      AwsCredentialType: Galileo also sends `sso`.\n');
    expect(stdout).toMatch(/: 0 breaking, 2 compatible\.\n$/);
  });

  it('check-upstream exits with 3 if the document has a breaking change, and prints that first', async () => {
    const published = inSchema('CustomIntegration', ({ properties }) => {
      Reflect.deleteProperty(properties, 'base_url');
      Reflect.deleteProperty(properties, 'api_key_header');
    });
    const { code, stdout } = await run([write('breaking.json', published)]);
    expect(code).toBe(3);
    expect(stdout).toMatch(/^breaking {4}removed {2}CustomIntegration\.base_url: .*\ncompatible /);
  });

  it('check-upstream exits with 3 for an API without the public operations, and names the ones that it did not compare', async () => {
    const path = write('other.json', { openapi: '3.1.0', info: {}, paths: {} });
    const { code, stdout } = await run([path]);
    expect(code).toBe(3);
    expect(stdout.match(/every call to this operation fails/g)).toHaveLength(26);
    expect(stdout).toContain('Not described by this document, and not compared: GET /integrations, ');
  });

  it.each<readonly [string, () => string, string]>([
    ['a file that does not exist', () => join(directory, 'none.json'), 'the file cannot be read (ENOENT)'],
    ['a directory', () => directory, 'the file cannot be read (EISDIR)'],
    ['a file that is not JSON', () => write('page.json', '<html>'), 'it is not JSON'],
    ['a JSON array', () => write('list.json', []), 'it is not an OpenAPI 3 document'],
    ['JSON of another kind', () => write('other.json', { paths: {} }), 'it is not an OpenAPI 3 document'],
    ['OpenAPI 2', () => write('old.json', { swagger: '2.0', paths: {} }), 'it is not an OpenAPI 3 document'],
    ['a URL with a password', () => 'http://me:hunter2@127.0.0.1:9/?key=hunter2', 'it cannot be fetched'],
  ])('check-upstream exits with 2 and one line for %s', async (_what, getSource, reason) => {
    const { code, stdout, stderr } = await run([getSource()]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^galileo-gateway: .+\n$/);
    expect(stderr.endsWith(`: ${reason}\n`)).toBe(true);
    expect(stderr).not.toContain('hunter2');
  });

  it('check-upstream ignores a UTF-8 byte order mark before the document, in a file and behind a URL', async () => {
    await using upstream = await startFakeUpstream();
    upstream.on('GET', '/openapi.json', { body: `\uFEFF${text}` });
    for (const source of [write('marked.json', `\uFEFF${text}`), `${upstream.url}/openapi.json`]) {
      const { code, stderr } = await run([source]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    }
  });

  it('check-upstream exits with 2 and one line for an HTTP error, for HTML, and for an incomplete response', async () => {
    await using upstream = await startFakeUpstream();
    upstream
      .on('GET', '/500', { status: 500, json: readKnown() })
      .on('GET', '/html', { headers: { 'content-type': 'text/html' }, body: '<html>' })
      .on('GET', '/cut', (_call, response) => {
        response.writeHead(200, { 'content-length': 1000 }).write('{');
        setImmediate(() => response.destroy());
      });
    for (const [path, reason] of [
      ['500', 'the response is HTTP 500'],
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
    // One byte at a time, so that no single wait is long.
    upstream.on('GET', '/slow', (_call, response) => {
      response.writeHead(200);
      const timer = setInterval(() => response.write(' '), 500);
      response.on('close', () => clearInterval(timer));
    });
    const { code, stderr } = await run([`${upstream.url}/slow`]);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: `galileo-gateway: ${upstream.url}/slow: no response within 10 seconds\n`,
    });
  });

  it('check-upstream exits with 2 and names GALILEO_API_URL if that is invalid', async () => {
    const { code, stderr } = await run([], { GALILEO_API_URL: 'hunter2' });
    expect(code).toBe(2);
    expect(stderr).toMatch(/^galileo-gateway: GALILEO_API_URL: expected .+\n$/);
  });
});
