import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import type { ResolverContext } from '../src/resolvers/request-context.ts';
import { selectIntegration, updateCollaborator } from '../src/resolvers/writes.ts';
import { createContext } from './execution/support/executions.ts';
import { collaboratorFixtures } from './fixtures/collaborators.ts';
import { integrationRecordFixtures } from './fixtures/integration-records.ts';
import { integrationFixtures } from './fixtures/integrations.ts';
import { toPath } from './support/naming.ts';
import { type Stack, startStack } from './support/stack.ts';

const databricks = { ...integrationFixtures.databricks.full, id: 'abcdef00-0000-4000-8000-00000000000d' };
const record = {
  ...integrationRecordFixtures.full,
  id: databricks.id,
  name: 'databricks',
  provider: 'databricks',
};
const root = `/v2/integrations/${databricks.id}`;
const upperCaseId = databricks.id.toUpperCase();
const usersPath = `${root}/users?starting_token=0&limit=100`;
const { user } = collaboratorFixtures;

/** The reads of one provider, by resource. */
const reads = {
  integration: toPath('databricks'),
  status: '/v2/integrations/databricks/status',
  models: '/llm_integrations/databricks/models',
  catalogs: '/v2/integrations/databricks/catalogs',
  databases: '/v2/integrations/databricks/databases',
  records: '/integrations',
  users: usersPath,
  available: '/v2/integrations/available',
};
type Read = keyof typeof reads;

async function startWithDatabricks(): Promise<Stack> {
  const stack = await startStack();
  stack.upstream
    .on('GET', reads.integration, { json: databricks })
    .on('GET', reads.status, { json: { state: 'ok' } })
    .on('GET', reads.models, { json: ['m'] })
    .on('GET', reads.catalogs, { json: ['c'] })
    .on('GET', reads.databases, { json: ['d'] })
    .on('GET', reads.records, { json: [record] })
    .on('GET', reads.users, { json: { collaborators: [user] } })
    .on('GET', reads.available, { json: { integrations: ['databricks'] } })
    .on('PUT', toPath('databricks'), { json: record })
    .on('DELETE', '/integrations/databricks', { status: 204 })
    .on('DELETE', '/integrations/azure', { status: 204 })
    .on('PUT', `${root}/select`, { json: record })
    .on('POST', `${root}/users`, { json: [user] })
    .on('PATCH', `${root}/users/${user.user_id}`, { json: user })
    .on('DELETE', `${root}/users/${user.user_id}`, { status: 200, json: null })
    .on('DELETE', `/v2/integrations/${upperCaseId}/users/${user.user_id}`, { status: 200, json: null });
  return stack;
}

const entry = `{
  isAvailable models records { label users { nodes { userId } } }
  integration { status { key } users { nodes { userId } } ... on DatabricksIntegration { catalogs databases } }
}`;

const countReads = ({ upstream }: Stack) =>
  Object.fromEntries(
    (Object.keys(reads) as Read[]).map((name) => [name, upstream.callsTo('GET', reads[name]).length]),
  );

const once = {
  integration: 1,
  status: 1,
  models: 1,
  catalogs: 1,
  databases: 1,
  records: 1,
  users: 1,
  available: 1,
};

describe('one operation', () => {
  it('an operation reads each resource once, regardless of how often it selects it', async () => {
    await using stack = await startWithDatabricks();
    const { errors } = await stack.gateway.query(`{
      a: integrationProviders(names: [DATABRICKS]) ${entry}
      b: integrationProviders(names: [DATABRICKS]) ${entry}
      integration(name: DATABRICKS) { status { value } }
      integrationRecords { label }
    }`);
    expect(errors).toEqual([]);
    expect(countReads(stack)).toEqual(once);
  });

  it('a field whose resource was already read does not wait for another read', async () => {
    await using stack = await startWithDatabricks();
    const json = { 'content-type': 'application/json' };
    let available: ServerResponse | undefined;
    stack.upstream
      .on('GET', reads.available, (_call, response) => {
        available = response;
      })
      // Only then does the other read get its response.
      .on('GET', reads.status, (_call, response) => {
        response.writeHead(200, json).end('{"state":"ok"}');
        available?.writeHead(200, json).end('{"integrations":["databricks"]}');
      });
    const { errors } = await stack.gateway.query(`{
      a: integration(name: DATABRICKS) { id }
      b: integration(name: DATABRICKS) { status { key } }
      integrationProviders(names: [DATABRICKS]) { isAvailable }
    }`);
    expect(errors).toEqual([]);
  });

  it('an operation reads databases once for each catalog', async () => {
    await using stack = await startWithDatabricks();
    stack.upstream.on('GET', `${reads.databases}?catalog=x`, { json: ['e'] });
    const { data, errors } =
      await stack.gateway.query(`{ integration(name: DATABRICKS) { ... on DatabricksIntegration {
      a: databases b: databases(catalog: null) c: databases(catalog: "x") d: databases(catalog: "x")
    } } }`);
    expect([data, errors]).toEqual([{ integration: { a: ['d'], b: ['d'], c: ['e'], d: ['e'] } }, []]);
    expect(stack.upstream.calls).toHaveLength(3);
  });
});

const twice = (names: readonly Read[]) => ({
  ...once,
  ...Object.fromEntries(names.map((name) => [name, 2])),
});
const input = '{ token: "t", hostname: "https://d.test" }';
const upsert = (alias: string) =>
  `${alias}: upsertDatabricksIntegration(input: ${input}) { ... on UpsertIntegrationSuccess { record { users { nodes { userId } } } } }`;
const share = `shareIntegrationWithUsers(input: { integrationId: "${databricks.id}", collaborators: [] }) { __typename }`;

describe('after a write, the resources that it changed are read again', () => {
  it('after a deletion, everything is read again except the availability and the collaborators of other ids', async () => {
    await using stack = await startWithDatabricks();
    const { errors } = await stack.gateway.query(
      `mutation { a: deleteIntegration(name: DATABRICKS) ${entry} b: deleteIntegration(name: DATABRICKS) ${entry} }`,
    );
    expect(errors).toEqual([]);
    expect(countReads(stack)).toEqual(
      twice(['integration', 'status', 'models', 'catalogs', 'databases', 'records']),
    );
  });

  it('after an upsert, only the resources of its provider are read again', async () => {
    await using stack = await startWithDatabricks();
    const integration = `... on UpsertIntegrationSuccess { integration {
      status { key } users { nodes { userId } } ... on DatabricksIntegration { catalogs databases } } }`;
    const { errors } = await stack.gateway.query(`mutation {
      a: upsertDatabricksIntegration(input: ${input}) { ${integration} }
      b: deleteIntegration(name: AZURE) { name }
      c: upsertDatabricksIntegration(input: ${input}) { ${integration} }
    }`);
    expect(errors).toEqual([]);
    expect(countReads(stack)).toEqual({
      ...twice(['integration', 'status', 'catalogs', 'databases']),
      models: 0,
      records: 0,
      available: 0,
    });
  });

  it.each([
    ['an upsert, which changes no collaborators', 'name: __typename', 1],
    ['sharing', share, 2],
    ['a removal', `removeIntegrationUser(integrationId: "${databricks.id}", userId: "${user.user_id}")`, 2],
    [
      'a removal with an id in upper case',
      `removeIntegrationUser(integrationId: "${upperCaseId}", userId: "${user.user_id}")`,
      2,
    ],
    [
      'a change of a role',
      `updateIntegrationUser(integrationId: "${databricks.id}", userId: "${user.user_id}", role: VIEWER) { role }`,
      2,
    ],
  ])('collaborators are read again only after a write that changes them: %s', async (_what, write, count) => {
    await using stack = await startWithDatabricks();
    const { errors } = await stack.gateway.query(`mutation { ${upsert('a')} ${write} ${upsert('b')} }`);
    expect(errors).toEqual([]);
    expect(countReads(stack).users).toBe(count);
  });

  it.each([
    ['with an unknown outcome', 502, 'UPSTREAM_OUTCOME_UNKNOWN', 2],
    ['without a permission', 403, 'FORBIDDEN', 1],
  ])(
    'collaborators are read again only if the write may have succeeded: a write %s (%i): %s',
    async (_what, status, code, count) => {
      await using stack = await startWithDatabricks();
      stack.upstream.on('POST', `${root}/users`, { status, json: { detail: 'No.' } });
      const { errors } = await stack.gateway.query(`mutation { ${upsert('a')} ${share} ${upsert('b')} }`);
      expect(errors.map(({ extensions }) => extensions.code)).toEqual([code]);
      expect(countReads(stack).users).toBe(count);
    },
  );
});

describe('the resources that a request has read', () => {
  const role = { kind: 'users', integrationId: databricks.id, collaboratorId: user.user_id } as const;

  it.each([
    ['sharing', 'all resources', [], (context) => updateCollaborator(role, 'viewer', context)],
    [
      'a selection of an integration',
      'only the resources of its provider',
      ['azure', 'models'],
      (context) => selectIntegration(databricks.id, context),
    ],
  ] satisfies [string, string, string[], (context: ResolverContext) => Promise<unknown>][])(
    'after %s, %s are read again',
    async (_write, _what, kept, write) => {
      const context = createContext({
        'GET /llm_integrations/azure/models': ['m'],
        [`GET ${reads.catalogs}`]: ['c'],
        [`GET ${reads.databases}`]: ['d'],
        [`GET ${reads.records}`]: [record],
        [`PUT ${root}/select`]: record,
        [`PATCH ${root}/users/${user.user_id}`]: user,
      });
      const load = () => ({
        azure: context.reads.loadIntegration('azure'),
        models: context.reads.loadModels('azure'),
        databricks: context.reads.loadIntegration('databricks'),
        catalogs: context.reads.loadCatalogs(),
        databases: context.reads.loadDatabases(undefined),
        records: context.reads.loadRecords(),
      });
      const before = load();
      await write(context);
      const after = Object.entries(load());
      const previous: readonly unknown[] = Object.values(before);
      expect(after.filter(([, read]) => previous.includes(read)).map(([name]) => name)).toEqual(kept);
    },
  );
});

describe('deleteIntegration', () => {
  it('deleteIntegration returns the entry of the provider after the deletion', async () => {
    await using stack = await startWithDatabricks();
    stack.upstream
      .on('GET', reads.integration, { status: 404, json: { detail: 'Not found' } })
      .on('GET', reads.records, { json: [] });
    const { data, errors } = await stack.gateway.query(
      'mutation { deleteIntegration(name: DATABRICKS) { name displayName isAvailable records { label } integration { id } } }',
    );
    expect(errors).toEqual([]);
    expect(data).toEqual({
      deleteIntegration: {
        name: 'DATABRICKS',
        displayName: 'Databricks',
        isAvailable: true,
        records: [],
        integration: null,
      },
    });
    expect(stack.upstream.calls[0]?.method).toBe('DELETE');
  });

  it('deleteIntegration fails with NOT_FOUND if the provider is not configured', async () => {
    await using stack = await startStack();
    stack.upstream.on('DELETE', '/integrations/openai', { status: 404, json: { detail: 'Not found' } });
    const { data, errors } = await stack.gateway.query(
      'mutation { deleteIntegration(name: OPENAI) { name } }',
    );
    expect(data).toEqual({ deleteIntegration: null });
    expect(errors).toMatchObject([{ extensions: { code: 'NOT_FOUND', upstreamStatus: 404 } }]);
  });
});
