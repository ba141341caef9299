import { ApolloClient, HttpLink, InMemoryCache } from '@apollo/client';
import { Client, fetchExchange } from '@urql/core';
import { cacheExchange } from '@urql/exchange-graphcache';
// Apollo Client 3.
import * as apollo3 from 'apollo-client-3/core/core.cjs';
import { type DocumentNode, parse } from 'graphql';
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
  type MockInstance,
  vi,
} from 'vitest';
import * as kit from '../client/index.ts';
import { seededIntegrations, seededUsers } from '../sandbox/seed.ts';
import { type Sandbox, startSandbox } from '../sandbox/server.ts';
import { type Detour, reply, startDetour } from './browser/detour.ts';
import { startGateway, type TestGateway } from './support/gateway.ts';

type Data = Readonly<Record<string, unknown>>;
type Variables = Readonly<Record<string, unknown>>;

/** A client with a normalized cache that the kit configures. */
interface CachingClient {
  /** Loads only what the cache does not have. */
  query(document: DocumentNode, variables?: Variables): Promise<Data | undefined>;
  /** Returns the data of the result. */
  mutate(document: DocumentNode, variables?: Variables): Promise<unknown>;
}

/** The data of every response. */
const sent: unknown[] = [];
const recordingFetch: typeof fetch = async (url, init) => {
  const response = await fetch(url, init);
  const { data } = (await response.clone().json()) as { data: unknown };
  sent.push(data);
  return response;
};

let sandbox: Sandbox;
let detour: Detour;
let gateway: TestGateway;
let count = 0;

beforeAll(async () => {
  sandbox = await startSandbox({ port: 0 });
  detour = await startDetour(sandbox.url);
  gateway = await startGateway(detour.url, { upstreamRetries: '0' });
});

afterAll(async () => {
  await gateway?.[Symbol.asyncDispose]();
  await detour?.[Symbol.asyncDispose]();
  await sandbox?.close();
});

/** A result without `__typename`, which clients add to documents. */
const toSelected = (data: unknown): unknown =>
  JSON.parse(JSON.stringify(data, (key, value: unknown) => (key === '__typename' ? undefined : value)));

const clients: Readonly<Record<string, (headers: Record<string, string>) => CachingClient>> = {
  'Apollo Client': (headers) => {
    const client = new ApolloClient({
      cache: new InMemoryCache({ possibleTypes: kit.possibleTypes, typePolicies: kit.apolloTypePolicies }),
      link: new HttpLink({ uri: gateway.url, headers, fetch: recordingFetch }),
      defaultOptions: { mutate: { update: kit.updateApolloCache } },
    });
    return {
      query: async (query, variables = {}) => (await client.query<Data>({ query, variables })).data,
      mutate: async (mutation, variables = {}) =>
        (await client.mutate({ mutation, variables, errorPolicy: 'all' })).data,
    };
  },
  'Apollo Client 3': (headers) => {
    const client = new apollo3.ApolloClient({
      cache: new apollo3.InMemoryCache({
        possibleTypes: kit.possibleTypes,
        typePolicies: kit.apolloTypePolicies,
      }),
      link: new apollo3.HttpLink({ uri: gateway.url, headers, fetch: recordingFetch }),
      defaultOptions: { mutate: { update: kit.updateApolloCache } },
    });
    return {
      query: async (query, variables = {}) => (await client.query<Data>({ query, variables })).data,
      mutate: async (mutation, variables = {}) =>
        (await client.mutate<Data>({ mutation, variables, errorPolicy: 'all' })).data,
    };
  },
  Graphcache: (headers) => {
    const client = new Client({
      url: gateway.url,
      preferGetMethod: false,
      fetchOptions: { headers },
      fetch: recordingFetch,
      exchanges: [cacheExchange(kit.graphcacheConfig), fetchExchange],
    });
    return {
      query: async (document, variables = {}) =>
        (await client.query<Data>(document, variables).toPromise()).data,
      mutate: async (document, variables = {}) =>
        (await client.mutation<Data>(document, variables).toPromise()).data,
    };
  },
};

const name = 'AZURE';
/** The providers that the mutations change. */
const names = ['AZURE', 'OPENAI', 'WRITER'];
/** Every query of the kit. */
const kitQueries: readonly (readonly [DocumentNode, Variables])[] = [
  [kit.SettingsPageDocument, { names }],
  [kit.IntegrationDocument, { name }],
  [kit.IntegrationsDocument, { names }],
  [kit.IntegrationRecordsDocument, {}],
  [kit.ProviderModelsDocument, { names }],
  [kit.IntegrationStatusDocument, { name }],
  [kit.DatabricksCatalogsDocument, { catalog: 'main' }],
  [kit.IntegrationUsersDocument, { name: 'OPENAI' }],
  [kit.IntegrationGroupsDocument, { name: 'OPENAI' }],
  [kit.IntegrationUsersDocument, { name }],
  [kit.IntegrationRecordCollaboratorsDocument, {}],
];
/** Queries that omit the ids, and queries that another query partly satisfies. */
const smallQueries: readonly (readonly [DocumentNode, Variables])[] = [
  '{ integration(name: AZURE) { __typename name } }',
  '{ integration(name: AZURE) { ... on AzureIntegration { endpoint deployments { key } } } }',
  '{ integrationProviders(names: [AZURE, WRITER]) { name integration { id } } }',
  '{ integrationProviders(names: [AZURE, OPENAI, WRITER]) { name records { integrationId } } }',
  '{ integrationRecords { integrationId isSelected updatedAt } }',
  '{ integrations(names: [OPENAI, WRITER]) { name status { value } } }',
  '{ integration(name: OPENAI) { name users(first: 2) { nodes { role } } groups { nodes { role } } } }',
  '{ integrationRecords { integrationId users(first: 2) { nodes { role } } groups { nodes { role } } } }',
].map((text) => [parse(text), {}]);

/** Queries whose objects have no key, so the caches store them within their parents. */
const keylessQueries: readonly (readonly [DocumentNode, Variables])[] = [
  '{ integrationProviders(names: [AZURE, OPENAI, WRITER]) { displayName integration { id ... on AzureIntegration { endpoint } } } }',
  '{ integrationProviders(names: [AZURE, OPENAI]) { models records { isSelected updatedAt } } }',
  '{ integrationRecords { label isSelected updatedAt } }',
  '{ integration(name: OPENAI) { users { edges { node { role } } } groups { edges { node { role } } } } }',
  '{ integrations(names: [AZURE, OPENAI, WRITER]) { __typename id } }',
].map((text) => [parse(text), {}]);

interface Ids {
  readonly own: string;
  readonly shared: string;
  readonly openai: string;
}
interface Case {
  /** Operations before the client loads anything. */
  readonly before?: (ids: Ids) => readonly string[];
  readonly mutation: DocumentNode | ((ids: Ids) => string);
  readonly variables?: (ids: Ids) => Variables;
  /** Two fields return different states of one object. Graphcache shows the last one in both. */
  readonly isContradictory?: true;
}

const userId = seededUsers[0].user.user_id;
const groupId = '9d3b8c44-6a1e-4f0b-8a55-2c9e7d4b5c11';
const azure = { endpoint: 'https://new.example', token: 'az', deployments: [{ key: 'a', value: 'b' }] };
const azureInput =
  '{ endpoint: "https://new.example", token: "az", deployments: [{ key: "a", value: "b" }] }';
const select = (id: string) => `mutation { selectIntegration(integrationId: "${id}") { integrationId } }`;
const upsert = (fields: string, alias = '') =>
  `mutation { ${alias} upsertAzureIntegration(input: ${azureInput}) { ... on UpsertIntegrationSuccess { ${fields} } } }`;
const deleteAzure = 'deleteIntegration(name: AZURE) { name integration { name } records { integrationId } }';

const cases: Readonly<Record<string, Case>> = {
  'a first upsert': {
    mutation: kit.UpsertWriterIntegrationDocument,
    variables: () => ({ input: { token: 'wr', organizationId: '42' } }),
  },
  'an upsert of an existing integration': {
    mutation: kit.UpsertAzureIntegrationDocument,
    variables: () => ({ input: azure }),
  },
  'an upsert while a shared integration is selected': {
    before: ({ shared }) => [select(shared)],
    mutation: kit.UpsertAzureIntegrationDocument,
    variables: () => ({ input: azure }),
  },
  'an upsert next to a shared integration': {
    before: ({ shared }) => [select(shared), `mutation { ${deleteAzure} }`],
    mutation: kit.UpsertAzureIntegrationDocument,
    variables: () => ({ input: azure }),
  },
  'an upsert that selects only the record': { mutation: () => upsert('record { integrationId }') },
  'a first upsert that selects only the record': {
    before: () => [`mutation { ${deleteAzure} }`],
    mutation: () => upsert('record { integrationId label }'),
  },
  'an upsert that selects only the integration': { mutation: () => upsert('integration { name }') },
  'an upsert that selects only the type': { mutation: () => upsert('__typename') },
  'an upsert with aliases': {
    mutation: () =>
      upsert('r: record { id: integrationId n: name } i: integration { n: name id }', 'saved: '),
  },
  'an upsert with aliases of fields': {
    before: ({ shared }) => [select(shared)],
    mutation: () =>
      upsert(
        'record { id: integrationId n: name } integration { n: name ... on AzureIntegration { e: endpoint } }',
      ),
  },
  'an upsert with issues': {
    mutation: kit.UpsertAzureIntegrationDocument,
    variables: () => ({ input: { ...azure, multiModalConfig: { maxFiles: 0 } } }),
  },
  'two upserts': {
    mutation:
      () => `mutation { a: upsertWriterIntegration(input: { token: "a", organizationId: "1" }) { __typename }
      b: upsertAzureIntegration(input: ${azureInput}) { ... on UpsertIntegrationSuccess { record { integrationId } } } }`,
  },
  'an upsert and a deletion': {
    isContradictory: true,
    mutation: () => `mutation { upsertAzureIntegration(input: ${azureInput}) {
      ... on UpsertIntegrationSuccess { record { integrationId } integration { name } } } ${deleteAzure} }`,
  },
  'a deletion and an upsert': {
    isContradictory: true,
    mutation: () => `mutation { ${deleteAzure} upsertAzureIntegration(input: ${azureInput}) {
      ... on UpsertIntegrationSuccess { record { integrationId } integration { name } } } }`,
  },
  'a deletion': { mutation: kit.DeleteIntegrationDocument, variables: () => ({ name: 'OPENAI' }) },
  'a deletion after which a shared integration is left': {
    mutation: kit.DeleteIntegrationDocument,
    variables: () => ({ name }),
  },
  'a deletion while a shared integration is selected': {
    before: ({ shared }) => [select(shared)],
    mutation: kit.DeleteIntegrationDocument,
    variables: () => ({ name }),
  },
  'a deletion that selects only the name, while a shared integration is selected': {
    before: ({ shared }) => [select(shared)],
    mutation: () => 'mutation { gone: deleteIntegration(name: AZURE) { n: name } }',
  },
  'two deletions': {
    mutation: () =>
      'mutation { a: deleteIntegration(name: AZURE) { name integration { name } } b: deleteIntegration(name: OPENAI) { name } }',
  },
  'a deletion that fails': {
    mutation: kit.DeleteIntegrationDocument,
    variables: () => ({ name: 'WRITER' }),
  },
  'a selection': {
    mutation: kit.SelectIntegrationDocument,
    variables: ({ shared }) => ({ integrationId: shared }),
  },
  'a selection that selects only the id, with an alias': {
    before: ({ shared }) => [select(shared)],
    mutation: ({ own }) => `mutation { s: selectIntegration(integrationId: "${own}") { i: integrationId } }`,
  },
  'a selection after a deletion': {
    before: () => [`mutation { ${deleteAzure} }`],
    mutation: kit.SelectIntegrationDocument,
    variables: ({ shared }) => ({ integrationId: shared }),
  },
  'two selections': {
    mutation: ({ own, shared }) =>
      `mutation { a: selectIntegration(integrationId: "${shared}") { integrationId isSelected }
        b: selectIntegration(integrationId: "${own}") { integrationId isSelected } }`,
  },
  'an addition of users': {
    mutation: kit.ShareIntegrationWithUsersDocument,
    variables: ({ openai }) => ({
      input: { integrationId: openai, collaborators: [{ userEmail: 'new@acme.example' }] },
    }),
  },
  'an addition of groups': {
    mutation: kit.ShareIntegrationWithGroupsDocument,
    variables: ({ openai }) => ({
      input: { integrationId: openai, collaborators: [{ groupId: '00000000-0000-4000-8000-000000000001' }] },
    }),
  },
  'additions to two integrations, with an alias and without variables': {
    mutation: ({ openai, own }) =>
      `mutation { ${[openai, own].map((id, index) => `s${index}: shareIntegrationWithUsers(input: { integrationId: "${id}", collaborators: [{ userEmail: "new@acme.example" }] }) { __typename }`).join(' ')} }`,
  },
  'a new role of a user': {
    mutation: kit.UpdateIntegrationUserDocument,
    variables: ({ openai }) => ({ integrationId: openai, userId, role: 'OWNER' }),
  },
  'a new role of a group': {
    mutation: kit.UpdateIntegrationGroupDocument,
    variables: ({ openai }) => ({ integrationId: openai, groupId, role: 'OWNER' }),
  },
  'a new role of a user, without its id': {
    mutation: ({ openai }) =>
      `mutation { updateIntegrationUser(integrationId: "${openai}", userId: "${userId}", role: OWNER) { role } }`,
  },
  'a new role of a user, without the role': {
    mutation: ({ openai }) =>
      `mutation { u: updateIntegrationUser(integrationId: "${openai}", userId: "${userId}", role: OWNER) { userId } }`,
  },
  'new roles with aliases': {
    mutation: ({ openai }) =>
      `mutation { u: updateIntegrationUser(integrationId: "${openai}", userId: "${userId}", role: OWNER) { id: userId new: role }
        g: updateIntegrationGroup(integrationId: "${openai}", groupId: "${groupId}", role: OWNER) { id: groupId new: role } }`,
  },
  'a removal of a user': {
    mutation: kit.RemoveIntegrationUserDocument,
    variables: ({ openai }) => ({ integrationId: openai, userId }),
  },
  'a new role of a user, with an id in upper case': {
    mutation: kit.UpdateIntegrationUserDocument,
    variables: ({ openai }) => ({ integrationId: openai.toUpperCase(), userId, role: 'OWNER' }),
  },
  'a selection with an id in upper case': {
    mutation: kit.SelectIntegrationDocument,
    variables: ({ shared }) => ({ integrationId: shared.toUpperCase() }),
  },
  'removals with aliases': {
    mutation: ({ openai }) =>
      `mutation { u: removeIntegrationUser(integrationId: "${openai}", userId: "${userId}")
        g: removeIntegrationGroup(integrationId: "${openai}", groupId: "${groupId}") }`,
  },
};

describe.each(Object.keys(clients))('%s with the configuration of the kit', (clientName) => {
  let warnings: readonly MockInstance[];
  beforeEach(() => {
    warnings = [vi.spyOn(console, 'warn'), vi.spyOn(console, 'error')];
  });
  afterEach(() => vi.restoreAllMocks());

  const createClient = (headers: Record<string, string>): CachingClient => {
    const create = clients[clientName];
    if (create === undefined) throw new Error(`No client is named ${clientName}.`);
    return create(headers);
  };

  async function createTenant() {
    const headers = { 'Galileo-API-Key': `client-caches-${(count += 1)}` };
    const run = (text: string) => gateway.query<Data, Variables>(text, {}, headers);
    // Only the providers of the queries, which saves time.
    const others = Object.keys(seededIntegrations).filter((key) => key !== 'azure' && key !== 'openai');
    const remove = (key: string) =>
      fetch(`${sandbox.url}/integrations/${key}`, { method: 'DELETE', headers });
    await Promise.all(others.map(remove));
    const { data } = await run('{ integrationRecords { integrationId name } }');
    const records = (data?.['integrationRecords'] ?? []) as { integrationId: string; name: string }[];
    const [openai = '', own = '', shared = ''] = ['OPENAI', 'AZURE'].flatMap((provider) =>
      records.filter((record) => record.name === provider).map(({ integrationId }) => integrationId),
    );
    return { headers, run, ids: { own, shared, openai } };
  }

  it.each(
    Object.entries(cases).flatMap(([title, value]) => [
      [`${title} in every query of the kit`, value, kitQueries] as const,
      [`${title} in small queries`, value, smallQueries] as const,
      [`${title} in queries without keys`, value, keylessQueries] as const,
    ]),
  )(`${clientName} shows the result of %s`, async (_, value, queries) => {
    const { headers, run, ids } = await createTenant();
    for (const text of value.before?.(ids) ?? []) expect((await run(text)).errors).toEqual([]);
    const readAll = async (client: CachingClient) => {
      const results: unknown[] = [];
      for (const [query, variables] of queries) results.push(await client.query(query, variables));
      return results;
    };
    const client = createClient(headers);
    await readAll(client);
    const mutation = typeof value.mutation === 'function' ? parse(value.mutation(ids)) : value.mutation;
    const result = await client.mutate(mutation, value.variables?.(ids) ?? {});
    if (value.isContradictory !== true) expect(toSelected(result)).toEqual(toSelected(sent.at(-1)));
    const cached = await readAll(client);
    expect(cached).toEqual(await readAll(createClient(headers)));
    expect(warnings.flatMap(({ mock }) => mock.calls)).toEqual([]);
  });

  const integrationPath = '/v2/integrations/azure';
  const unknownOutcome = reply(500, {});

  it.each([
    ['an upsert whose integration could not be read', 'GET', upsert('integration { id }')],
    ['an upsert whose outcome is unknown', 'PUT', upsert('record { integrationId }')],
  ] as const)(`${clientName} loads the provider again after %s`, async (_, method, mutation) => {
    const { headers, run } = await createTenant();
    const client = createClient(headers);
    const read = () => client.query(kit.IntegrationDocument, { name });
    await read();
    detour.replace(method, integrationPath, unknownOutcome);
    await client.mutate(parse(mutation));
    detour.restore(method, integrationPath);
    // Upstream has carried it out, although it responded with an error.
    if (method === 'PUT') await run(mutation);
    expect(await read()).toMatchObject({ integration: { endpoint: azure.endpoint } });
  });

  it(`${clientName} loads nothing again after a mutation that was refused`, async () => {
    const client = createClient({ 'Galileo-API-Key': 'read-only' });
    const before = await client.query(kit.SettingsPageDocument);
    const { length } = sent;
    for (const mutation of [upsert('record { integrationId }'), `mutation { ${deleteAzure} }`])
      await client.mutate(parse(mutation));
    expect(await client.query(kit.SettingsPageDocument)).toEqual(before);
    expect(sent).toHaveLength(length + 2);
  });

  it(`${clientName} does not load an integration again if the response contains it`, async () => {
    const { headers } = await createTenant();
    const client = createClient(headers);
    const read = () => client.query(kit.IntegrationDocument, { name });
    await read();
    const { length } = sent;
    await client.mutate(kit.UpsertAzureIntegrationDocument, { input: azure });
    expect(await read()).toMatchObject({ integration: { endpoint: azure.endpoint } });
    expect(sent).toHaveLength(length + 1);
  });
});
