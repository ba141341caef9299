import { readFileSync } from 'node:fs';
import { ApolloClient, HttpLink, InMemoryCache } from '@apollo/client';
import { Client, cacheExchange as documentCacheExchange, fetchExchange } from '@urql/core';
import { type CacheExchangeOpts, cacheExchange } from '@urql/exchange-graphcache';
// Apollo Client 3.
import * as apollo3 from 'apollo-client-3/core/core.cjs';
import {
  buildSchema,
  type FieldNode,
  type GraphQLObjectType,
  getNamedType,
  getNullableType,
  isInputObjectType,
  isListType,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { GraphQLClient } from 'graphql-request';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  AllIntegrationFieldsFragmentDoc,
  apolloTypePolicies,
  type CustomFieldsFragment,
  DeleteIntegrationDocument,
  describeError,
  errorsAt,
  fieldErrorCodes,
  type GatewayError,
  getRetryDelayMs,
  graphcacheConfig,
  type IntegrationName,
  IntegrationRecordsDocument,
  IntegrationsDocument,
  IntegrationUsersDocument,
  integrationNames,
  isOutcomeUnknown,
  isRetryable,
  issuesByControl,
  possibleTypes,
  providerState,
  RemoveIntegrationUserDocument,
  SelectIntegrationDocument,
  SettingsPageDocument,
  type SettingsPageQuery,
  ShareIntegrationWithUsersDocument,
  toGatewayErrors,
  UpdateIntegrationUserDocument,
  UpsertAzureIntegrationDocument,
  UpsertCustomIntegrationDocument,
  type UpsertCustomIntegrationInput,
  UpsertWriterIntegrationDocument,
  updateApolloCache,
  withoutTypename,
} from '../client/index.ts';
import { type Sandbox, startSandbox } from '../sandbox/server.ts';
import { startGateway, type TestGateway } from './support/gateway.ts';

let sandbox: Sandbox;
let gateway: TestGateway;
let count = 0;
/** A tenant of the sandbox for each test. */
const createKey = (): string => `client-kit-${(count += 1)}`;

beforeAll(async () => {
  sandbox = await startSandbox({ port: 0 });
  gateway = await startGateway(sandbox.url);
});

afterAll(async () => {
  await gateway?.[Symbol.asyncDispose]();
  await sandbox?.close();
});

const writer = { token: 'wr-key', organizationId: '42' };
const readSchema = () => buildSchema(readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8'));

function createApolloClient(apiKey: string): ApolloClient {
  return new ApolloClient({
    cache: new InMemoryCache({ possibleTypes, typePolicies: apolloTypePolicies }),
    link: new HttpLink({ uri: gateway.url, headers: { 'Galileo-API-Key': apiKey } }),
    defaultOptions: { mutate: { update: updateApolloCache } },
  });
}

describe('Apollo Client with the policies of the kit', () => {
  /** The cached result of a query, without a request. */
  const peek = async (client: ApolloClient) => {
    const { data } = await client.query({ query: SettingsPageDocument, fetchPolicy: 'cache-only' });
    return new Map(data?.integrationProviders.map((provider) => [provider.name, provider]));
  };

  it('Apollo Client shows a provider as configured after its first upsert', async () => {
    const client = createApolloClient(createKey());
    await client.query({ query: SettingsPageDocument });
    expect((await peek(client)).get('WRITER')?.integration).toBeNull();
    await client.mutate({ mutation: UpsertWriterIntegrationDocument, variables: { input: writer } });
    const provider = (await peek(client)).get('WRITER');
    expect(provider?.integration).toMatchObject({ __typename: 'WriterIntegration', organizationId: '42' });
    expect(provider?.records).toHaveLength(1);
  });

  it('Apollo Client shows a provider as not configured after its deletion, in every query and without a warning', async () => {
    const warn = vi.spyOn(console, 'warn');
    const client = createApolloClient(createKey());
    await client.query({ query: SettingsPageDocument });
    const before = await client.query({ query: IntegrationRecordsDocument });
    await client.mutate({ mutation: DeleteIntegrationDocument, variables: { name: 'OPENAI' } });
    const provider = (await peek(client)).get('OPENAI');
    expect(provider).toMatchObject({ integration: null, records: [] });
    const after = await client.query({ query: IntegrationRecordsDocument });
    expect(after.data?.integrationRecords).toHaveLength((before.data?.integrationRecords?.length ?? 0) - 1);
    const list = await client.query({ query: IntegrationsDocument });
    expect(list.data?.integrations.map((integration) => integration?.name)).not.toContain('OPENAI');
    expect(warn.mock.calls).toEqual([]);
    warn.mockRestore();
  });

  it('Apollo Client shows which record is selected, and loads its settings', async () => {
    const client = createApolloClient(createKey());
    const results: SettingsPageQuery['integrationProviders'][] = [];
    const subscription = client.watchQuery({ query: SettingsPageDocument }).subscribe(({ data }) => {
      // The page keeps its data while it loads.
      if (results.length > 0) expect(data).toBeDefined();
      if (data !== undefined)
        results.push(data.integrationProviders as SettingsPageQuery['integrationProviders']);
    });
    const getAzure = () => results.at(-1)?.find(({ name }) => name === 'AZURE');
    await expect.poll(() => getAzure()?.records?.length).toBe(2);
    const before = getAzure();
    const integrationId = before?.records?.find(
      (record) => record.integrationId !== before.integration?.id,
    )?.integrationId;
    await client.mutate({
      mutation: SelectIntegrationDocument,
      variables: { integrationId: integrationId ?? '' },
    });
    await expect.poll(() => getAzure()?.integration?.id).toBe(integrationId);
    const selected = getAzure()?.records?.filter(({ isSelected }) => isSelected);
    expect(selected?.map((record) => record.integrationId)).toEqual([integrationId]);
    subscription.unsubscribe();
  });

  it('Apollo Client collects the pages of collaborators, and starts over after an addition or removal', async () => {
    const client = createApolloClient(createKey());
    const variables = { name: 'OPENAI', first: 1 } as const;
    const watched = client.watchQuery({ query: IntegrationUsersDocument, variables });
    const subscription = watched.subscribe({});
    const getUsers = () => {
      const { integration } = client.readQuery({ query: IntegrationUsersDocument, variables }) ?? {};
      return integration?.users?.edges.map(({ node }) => node);
    };
    await expect.poll(() => getUsers()?.length).toBe(1);
    const { integration } = client.readQuery({ query: IntegrationUsersDocument, variables }) ?? {};
    const integrationId = integration?.id ?? '';
    const next = { variables: { after: integration?.users?.pageInfo.endCursor } };
    // A page that is loaded twice is shown once.
    await Promise.all([watched.fetchMore(next), watched.fetchMore(next)]);
    expect(getUsers()).toHaveLength(2);
    const whole = client.readQuery({ query: IntegrationUsersDocument, variables })?.integration?.users;
    expect(whole?.pageInfo).toMatchObject({
      hasPreviousPage: false,
      startCursor: whole?.edges[0]?.cursor,
      endCursor: whole?.edges[1]?.cursor,
    });

    const [first] = getUsers() ?? [];
    const userId = first?.userId ?? '';
    await client.mutate({
      mutation: UpdateIntegrationUserDocument,
      variables: { integrationId, userId, role: 'OWNER' },
      // Its types also allow this, instead of `defaultOptions`.
      update: updateApolloCache,
    });
    expect(getUsers()?.map(({ role }) => role)).toEqual(['OWNER', expect.any(String)]);

    await client.mutate({
      mutation: ShareIntegrationWithUsersDocument,
      variables: { input: { integrationId, collaborators: [{ userEmail: 'new@acme.example' }] } },
    });
    await expect.poll(() => getUsers()?.length).toBe(1);
    await client.mutate({ mutation: RemoveIntegrationUserDocument, variables: { integrationId, userId } });
    await expect.poll(() => getUsers()?.map((user) => user.userId)).not.toContain(userId);
    subscription.unsubscribe();
  });

  it('Apollo Client appends pages that are queried with nodes, and keeps them if the next page fails', async () => {
    const { gql } = await import('@apollo/client');
    const client = createApolloClient(createKey());
    const query = gql`query ($after: String) {
      integration(name: OPENAI) { users(first: 1, after: $after) { nodes { userId } pageInfo { endCursor } } }
    }`;
    const watched = client.watchQuery<{
      integration: { users: { nodes: readonly object[]; pageInfo: { endCursor: string } } };
    }>({ query });
    const subscription = watched.subscribe({});
    const getUsers = () => watched.getCurrentResult().data?.integration?.users;
    await expect.poll(() => getUsers()?.nodes?.length).toBe(1);
    const next = { variables: { after: getUsers()?.pageInfo?.endCursor } };
    // A page that is loaded twice is shown once.
    await Promise.all([watched.fetchMore(next), watched.fetchMore(next)]);
    await expect.poll(() => getUsers()?.nodes?.length).toBe(2);

    // A query of the edges of an earlier page gets them, and the list of nodes stays.
    const edges = gql`query ($after: String) {
      integration(name: OPENAI) { users(first: 1, after: $after) { edges { node { userId } } } }
    }`;
    await client.query({ query: edges, ...next });
    expect(client.readQuery({ query: edges })).toMatchObject({ integration: { users: { edges: [{}] } } });
    expect(getUsers()?.nodes).toHaveLength(2);

    const data = { integration: { __typename: 'OpenAIIntegration', users: null } };
    client.writeQuery({ query, variables: { after: 'a' }, data });
    expect(client.readQuery({ query })).toMatchObject({ integration: { users: { nodes: [{}, {}] } } });
    client.writeQuery({ query, data });
    expect(client.readQuery({ query })).toEqual(data);
    subscription.unsubscribe();
  });

  it('an id of Galileo in upper case identifies the same integration as in lower case', async () => {
    const { gql } = await import('@apollo/client');
    const id = 'ABCDEF00-0000-4000-8000-00000000000D';
    const cache = new InMemoryCache({ possibleTypes, typePolicies: apolloTypePolicies });
    const query = gql`{ integration(name: OPENAI) { id users { nodes { userId role } } } }`;
    const getData = (role: string) => ({
      integration: {
        __typename: 'OpenAIIntegration',
        id,
        users: {
          __typename: 'IntegrationUserConnection',
          nodes: [{ __typename: 'IntegrationUser', userId: 'u', role }],
        },
      },
    });
    for (const given of [id, id.toLowerCase()]) {
      cache.writeQuery({ query, data: getData('VIEWER') });
      const data = { updateIntegrationUser: { __typename: 'IntegrationUser', userId: 'u', role: 'OWNER' } };
      const mutation = gql`mutation { updateIntegrationUser(integrationId: "${given}", userId: "u", role: OWNER) { userId role } }`;
      cache.writeQuery({ id: 'ROOT_MUTATION', query: mutation, data });
      updateApolloCache(cache, { data });
      expect(cache.readQuery({ query })).toEqual(getData('OWNER'));
      cache.evict({ id: 'ROOT_MUTATION' });
    }
  });

  it('Apollo Client shows two active queries that select the edges and the nodes of one connection', async () => {
    const { gql } = await import('@apollo/client');
    const client = createApolloClient(createKey());
    const selections = [
      'edges { cursor } pageInfo { endCursor }',
      'nodes { userId } pageInfo { hasNextPage }',
    ];
    const watched = selections.map((selection) =>
      client.watchQuery({ query: gql`{ integration(name: OPENAI) { users(first: 1) { ${selection} } } }` }),
    );
    const fetched = vi.spyOn(globalThis, 'fetch');
    const subscriptions = watched.map((query) => query.subscribe({}));
    for (const query of watched) await expect.poll(() => query.getCurrentResult().dataState).toBe('complete');
    await client.refetchQueries({ include: 'active' });
    for (const query of watched) expect(query.getCurrentResult().dataState).toBe('complete');
    expect(fetched).toHaveBeenCalledTimes(2 * watched.length);
    for (const subscription of subscriptions) subscription.unsubscribe();
    fetched.mockRestore();
  });

  type Azure = SettingsPageQuery['integrationProviders'][number] | undefined;
  const getRecord = (azure: Azure) =>
    azure?.records?.find((record) => record.integrationId !== azure.integration?.id);
  const endpoint = 'https://new.example';

  it.each([
    {
      title: 'a selection',
      mutation: SelectIntegrationDocument,
      getVariables: (azure: Azure) => ({ integrationId: getRecord(azure)?.integrationId }),
      getResponse: (azure: Azure) => ({ selectIntegration: { ...getRecord(azure), isSelected: true } }),
      isShown: (azure: Azure) => getRecord(azure)?.isSelected,
    },
    {
      title: 'a deletion',
      mutation: DeleteIntegrationDocument,
      getVariables: () => ({ name: 'AZURE' }),
      getResponse: (azure: Azure) => ({ deleteIntegration: { ...azure, integration: null, records: [] } }),
      isShown: (azure: Azure) => azure?.integration === null,
    },
    {
      title: 'an upsert',
      mutation: UpsertAzureIntegrationDocument,
      getVariables: () => ({ input: { endpoint, token: 'az' } }),
      getResponse: (azure: Azure) => ({
        upsertAzureIntegration: {
          __typename: 'UpsertIntegrationSuccess',
          record: azure?.records?.[0],
          integration: { ...azure?.integration, endpoint },
        },
      }),
      isShown: (azure: Azure) => (azure?.integration as { endpoint?: string } | null)?.endpoint === endpoint,
    },
  ])(
    'Apollo Client shows an optimistic response to $title, and removes it if the mutation fails',
    async ({ mutation, getVariables, getResponse, isShown }) => {
      const client = createApolloClient('read-only');
      const shown: Azure[] = [];
      const subscription = client.watchQuery({ query: SettingsPageDocument }).subscribe(({ data }) => {
        const azure = data?.integrationProviders?.find((provider) => provider?.name === 'AZURE');
        if (data !== undefined || shown.length > 0) shown.push(azure as Azure);
      });
      await expect.poll(() => shown.length).toBe(1);
      const [before] = shown;
      const optimisticResponse = { __typename: 'Mutation', ...getResponse(before) };
      const options = { mutation, variables: getVariables(before), optimisticResponse };
      const { error } = await client.mutate({
        ...(options as Parameters<ApolloClient['mutate']>[0]),
        errorPolicy: 'all',
      });
      expect(toGatewayErrors(error)).toMatchObject([{ code: 'FORBIDDEN' }]);
      await expect.poll(() => shown.at(-1)).toEqual(before);
      expect(shown.map((azure) => isShown(azure))).toEqual([false, true, false]);
      subscription.unsubscribe();
    },
  );

  it('Apollo Client replaces every list of the schema without a warning', () => {
    const schema = readSchema();
    const policies: Readonly<Record<string, object>> = apolloTypePolicies;
    for (const type of [...possibleTypes.Integration, 'IntegrationProvider', 'IntegrationRecord', 'Query']) {
      const { fields } = (policies[type] ?? apolloTypePolicies.Integration) as { readonly fields: object };
      const lists = Object.values((schema.getType(type) as GraphQLObjectType).getFields())
        .filter(
          (field) =>
            isListType(getNullableType(field.type)) || getNamedType(field.type).name === 'JSONObject',
        )
        .map(({ name }) => name);
      expect(Object.keys(fields)).toEqual(expect.arrayContaining(lists));
    }
  });
});

describe('Graphcache with the configuration of the kit', () => {
  afterEach(() => vi.restoreAllMocks());

  const createClient = (apiKey: string, config: Partial<CacheExchangeOpts> = graphcacheConfig): Client =>
    new Client({
      url: gateway.url,
      preferGetMethod: false,
      fetchOptions: { headers: { 'Galileo-API-Key': apiKey } },
      exchanges: [cacheExchange(config), fetchExchange],
    });

  it('Graphcache writes no warning to the console, and shows the result of every mutation', async () => {
    const warn = vi.spyOn(console, 'warn');
    const error = vi.spyOn(console, 'error');
    const client = createClient(createKey());
    /** Reads from the cache if it is complete. */
    const read = async () => {
      const { data } = await client.query(SettingsPageDocument, {}).toPromise();
      return new Map(data?.integrationProviders.map((provider) => [provider.name, provider]));
    };
    expect((await read()).get('WRITER')?.integration).toBeNull();

    await client.mutation(UpsertWriterIntegrationDocument, { input: writer }).toPromise();
    const added = (await read()).get('WRITER');
    expect(added?.integration?.__typename).toBe('WriterIntegration');
    expect(added?.records).toHaveLength(1);

    const other = (await read()).get('AZURE')?.records?.find(({ isSelected }) => !isSelected);
    const integrationId = other?.integrationId ?? '';
    await client.mutation(SelectIntegrationDocument, { integrationId }).toPromise();
    const selected = (await read()).get('AZURE')?.records?.filter(({ isSelected }) => isSelected);
    expect(selected?.map((record) => record.integrationId)).toEqual([integrationId]);

    await client.mutation(DeleteIntegrationDocument, { name: 'WRITER' }).toPromise();
    expect((await read()).get('WRITER')).toMatchObject({ integration: null, records: [] });
    expect(warn.mock.calls).toEqual([]);
    expect(error.mock.calls).toEqual([]);
  });

  it('Graphcache keeps an integration whose deletion failed', async () => {
    const client = createClient('read-only');
    const query = '{ integration(name: AZURE) { __typename name id } }';
    const read = async () =>
      (await client.query<{ integration: unknown }>(query, {}).toPromise()).data?.integration;
    const before = await read();
    const { error } = await client.mutation(DeleteIntegrationDocument, { name: 'AZURE' }).toPromise();
    expect(error?.graphQLErrors[0]?.extensions['code']).toBe('FORBIDDEN');
    expect(before).toBeTruthy();
    expect(await read()).toEqual(before);
  });

  it('Graphcache keeps what it shows while it shows an optimistic result', async () => {
    const config = {
      ...graphcacheConfig,
      optimistic: {
        selectIntegration: ({ integrationId }: Readonly<Record<string, unknown>>) => ({
          __typename: 'IntegrationRecord',
          integrationId: String(integrationId),
          isSelected: true,
        }),
      },
    };
    const client = createClient(createKey(), config);
    const shown: object[] = [];
    const { unsubscribe } = client
      .query(SettingsPageDocument, { names: ['AZURE'] })
      .subscribe(({ data, stale }) => {
        const [azure] = data?.integrationProviders ?? [];
        const selected = azure?.records?.filter(({ isSelected }) => isSelected);
        const ids = selected?.map(({ integrationId }) => integrationId);
        if (!stale) shown.push({ id: azure?.integration?.id, selected: ids });
      });
    await expect.poll(() => shown.length).toBe(1);
    const { data } = await client.query(SettingsPageDocument, { names: ['AZURE'] }).toPromise();
    const [azure] = data?.integrationProviders ?? [];
    const own = azure?.integration?.id;
    const other = azure?.records?.find(({ integrationId }) => integrationId !== own)?.integrationId ?? '';
    await client.mutation(SelectIntegrationDocument, { integrationId: other }).toPromise();
    await expect.poll(() => shown.at(-1)).toEqual({ id: other, selected: [other] });
    const states = shown.map((state) => JSON.stringify(state));
    expect([...new Set(states)]).toEqual([
      JSON.stringify({ id: own, selected: [own] }),
      JSON.stringify({ id: own, selected: [own, other] }),
      JSON.stringify({ id: other, selected: [other] }),
    ]);
    unsubscribe();
  });

  it('the document cache of urql shows the result of every mutation if all operations share an additional typename', async () => {
    const client = new Client({
      url: gateway.url,
      preferGetMethod: false,
      fetchOptions: { headers: { 'Galileo-API-Key': createKey() } },
      exchanges: [documentCacheExchange, fetchExchange],
    });
    const context = { additionalTypenames: ['Integration'] };
    const read = async (name: IntegrationName) =>
      (await client.query(IntegrationUsersDocument, { name }, context).toPromise()).data?.integration;
    expect(await read('WRITER')).toBeNull();
    await client.mutation(UpsertWriterIntegrationDocument, { input: writer }, context).toPromise();
    const integrationId = (await read('WRITER'))?.id ?? '';
    const collaborators = [{ userEmail: 'new@acme.example' }];
    await client
      .mutation(ShareIntegrationWithUsersDocument, { input: { integrationId, collaborators } }, context)
      .toPromise();
    const userId = (await read('WRITER'))?.users?.edges[0]?.node.userId ?? '';
    await client.mutation(RemoveIntegrationUserDocument, { integrationId, userId }, context).toPromise();
    expect((await read('WRITER'))?.users?.edges).toEqual([]);
    await client.mutation(DeleteIntegrationDocument, { name: 'WRITER' }, context).toPromise();
    expect(await read('WRITER')).toBeNull();
  });

  it('Graphcache loads collaborators again after one is added, changed or removed', async () => {
    const warn = vi.spyOn(console, 'warn');
    const client = createClient(createKey());
    const read = async () => {
      const { data } = await client.query(IntegrationUsersDocument, { name: 'OPENAI' }).toPromise();
      return data?.integration;
    };
    const integrationId = (await read())?.id ?? '';
    const collaborators = [{ userEmail: 'new@acme.example' }];
    await client
      .mutation(ShareIntegrationWithUsersDocument, { input: { integrationId, collaborators } })
      .toPromise();
    const users = (await read())?.users?.edges.map(({ node }) => node) ?? [];
    const userId = users.find(({ email }) => email === 'new@acme.example')?.userId ?? '';
    expect(users).toHaveLength(3);
    await client
      .mutation(UpdateIntegrationUserDocument, { integrationId, userId, role: 'OWNER' })
      .toPromise();
    const changed = (await read())?.users?.edges.find(({ node }) => node.userId === userId);
    expect(changed?.node.role).toBe('OWNER');
    await client.mutation(RemoveIntegrationUserDocument, { integrationId, userId }).toPromise();
    expect((await read())?.users?.edges).toHaveLength(2);
    expect(warn.mock.calls).toEqual([]);
  });
});

describe('toGatewayErrors', () => {
  const query = 'query { integration(name: AZURE) { name } }';
  const options = { headers: { 'Galileo-API-Key': 'failing-azure' } };
  const failedField = {
    code: 'PROVIDER_ERROR',
    path: ['integration'],
    retryable: true,
    requestId: expect.any(String) as string,
    galileoErrorCode: 7001,
  };
  const refused = {
    code: 'REQUEST_TOO_LARGE',
    path: [],
    retryable: false,
    requestId: expect.any(String) as string,
  };

  it.each([
    ['a failed field', query, failedField],
    ['a response with the status 413', query.replace('query', `query ${'A'.repeat(300_000)}`), refused],
  ])(
    'toGatewayErrors reads %s from the errors of Apollo Client 3 and 4, urql, graphql-request and a plain response',
    async (_, query, expected) => {
      const apollo = createApolloClient('failing-azure');
      const { gql } = await import('@apollo/client');
      const viaApollo = await apollo.query({ query: gql(query), errorPolicy: 'all' });
      const oldApollo = new apollo3.ApolloClient({
        cache: new apollo3.InMemoryCache(),
        link: new apollo3.HttpLink({ uri: gateway.url, ...options }),
      });
      const viaApollo3: unknown = await oldApollo
        .query({ query: gql(query) })
        .catch((error: unknown) => error);
      const urql = new Client({
        url: gateway.url,
        preferGetMethod: false,
        fetchOptions: options,
        exchanges: [fetchExchange],
      });
      const viaUrql = await urql.query(query, {}).toPromise();
      const viaRequest: unknown = await new GraphQLClient(gateway.url, options)
        .request(query)
        .catch((error: unknown) => error);
      const plain = await gateway.query(query, {}, options.headers);
      for (const error of [viaApollo.error, viaApollo3, viaUrql.error, viaRequest, plain.errors]) {
        expect(toGatewayErrors(error)).toEqual([expect.objectContaining(expected)]);
      }
    },
  );

  it('toGatewayErrors reads the errors of Relay, which has them in `source`', () => {
    const errors = [{ message: 'No.', extensions: { code: 'REQUEST_TOO_LARGE', requestId: 'r' } }];
    const error = Object.assign(new Error('No data returned for operation'), { source: { errors } });
    expect(toGatewayErrors(error)).toMatchObject([{ code: 'REQUEST_TOO_LARGE', requestId: 'r' }]);
  });

  it('toGatewayErrors turns a failed connection into NETWORK_ERROR, which is retryable', async () => {
    const client = new Client({
      url: 'http://127.0.0.1:1/graphql',
      preferGetMethod: false,
      exchanges: [fetchExchange],
    });
    const { error } = await client.query(query, {}).toPromise();
    const [first] = toGatewayErrors(error);
    expect(first).toMatchObject({ code: 'NETWORK_ERROR', path: [] });
    expect(first !== undefined && isRetryable(first)).toBe(true);
    expect(toGatewayErrors(undefined)).toEqual([]);
    expect(toGatewayErrors([])).toEqual([]);
  });
});

const createError = (values: Partial<GatewayError>): GatewayError => ({
  code: 'UPSTREAM_ERROR',
  message: 'Out of order.',
  path: [],
  retryable: false,
  retryAfterMs: undefined,
  requestId: undefined,
  upstreamStatus: undefined,
  galileoErrorCode: undefined,
  ...values,
});

it.each([
  [{ code: 'UPSTREAM_OUTCOME_UNKNOWN' }, true],
  [{ code: 'NETWORK_ERROR', retryable: true }, true],
  [{ code: 'QUERY_TOO_COMPLEX' }, true],
  // The response of a mutation did not fit into memory; the request was shed; a field had no memory.
  [{ code: 'OVERLOADED' }, true],
  [{ code: 'OVERLOADED', retryable: true }, false],
  [{ code: 'OVERLOADED', path: ['deleteIntegration'] }, false],
  [{ code: 'FORBIDDEN' }, false],
] as const)('isOutcomeUnknown of a mutation with %o is %s', (values, isUnknown) => {
  expect(isOutcomeUnknown(createError({ path: [], retryable: false, ...values }))).toBe(isUnknown);
});

describe('providerState', () => {
  const path = ['integrationProviders', 3, 'integration'];
  const error = createError({ path });

  it('providerState distinguishes configured, not configured and failed', () => {
    const integration = { name: 'AZURE' };
    expect(providerState(integration, [], path)).toEqual({ status: 'configured', integration, errors: [] });
    expect(providerState(null, [], path)).toEqual({ status: 'not-configured' });
    expect(providerState(null, [error], path)).toEqual({ status: 'failed', error });
    expect(
      providerState(null, [createError({ path: ['integrationProviders', 2, 'integration'] })], path),
    ).toEqual({
      status: 'not-configured',
    });
  });

  it('providerState reports fields that could not be read, and failures of the whole request', () => {
    const below = createError({ path: [...path, 'region'] });
    expect(providerState({ name: 'AZURE' }, [below], path)).toMatchObject({ errors: [below] });
    // A required field that could not be read makes the integration null.
    expect(providerState(null, [below], path)).toMatchObject({ status: 'failed' });
    expect(providerState(undefined, [createError({})], path)).toMatchObject({ status: 'failed' });
    expect(errorsAt([error, below], path)).toHaveLength(2);
  });
});

describe('issuesByControl', () => {
  const controls = ['endpoint', 'modelProperties', 'modelProperties.0', 'headers.2.value'];

  it('issuesByControl assigns each issue to its control, otherwise to the nearest enclosing one, otherwise to the form', () => {
    const issues = [
      { path: ['input', 'endpoint'], message: 'one' },
      { path: ['input', 'headers', '2', 'value'], message: 'two' },
      { path: ['input', 'modelProperties', '0', 'basedOn'], message: 'three' },
      { path: ['input', 'modelProperties', '1', 'name'], message: 'four' },
      { path: ['input', 'token'], message: 'five' },
      { path: [], message: 'six' },
    ];
    expect(Object.fromEntries(issuesByControl(issues, controls))).toEqual({
      endpoint: ['one'],
      'headers.2.value': ['two'],
      'modelProperties.0': ['three'],
      modelProperties: ['four'],
      '': ['five', 'six'],
    });
  });
});

describe('the client kit', () => {
  it('the fragments of the client kit select only fields that the input has, so that a response can be sent back', () => {
    const schema = readSchema();
    const typeInfo = new TypeInfo(schema);
    const compared: string[] = [];
    const unknown: string[] = [];
    const Field = ({ name: { value: field } }: FieldNode) => {
      const type = typeInfo.getParentType()?.name;
      const input = schema.getType(`${type}Input`);
      if (!isInputObjectType(input) || field === '__typename') return;
      compared.push(`${type}.${field}`);
      if (input.getFields()[field] === undefined) unknown.push(`${type}.${field}`);
    };
    visit(AllIntegrationFieldsFragmentDoc, visitWithTypeInfo(typeInfo, { Field }));
    expect(compared).toContain('IntegrationModel.costBy');
    expect(unknown).toEqual([]);
  });

  it('getRetryDelayMs returns the time that Galileo asks for, otherwise a longer time for each attempt', () => {
    expect(getRetryDelayMs(createError({ retryAfterMs: 7000 }), 3)).toBe(7000);
    // setTimeout would not wait at all.
    expect(getRetryDelayMs(createError({ retryAfterMs: 9_999_999_999_000 }), 1)).toBe(2 ** 31 - 1);
    expect([1, 2, 3, 9].map((attempt) => getRetryDelayMs(createError({}), attempt))).toEqual([
      1000, 2000, 4000, 30_000,
    ]);
  });

  it('the client kit has a message for every error of a field', () => {
    for (const code of fieldErrorCodes) {
      const { title, advice } = describeError(createError({ code }));
      expect(title).not.toMatch(/_/);
      expect(advice).toMatch(/\.$/);
    }
  });

  it('the client kit names every provider', async () => {
    const { data } = await gateway.query(SettingsPageDocument, {});
    expect(data?.integrationProviders.map(({ name }) => name)).toEqual([...integrationNames]);
  });

  it('input types reject objects of a response until __typename is removed', async () => {
    const { data } = await gateway.query(SettingsPageDocument, { names: ['CUSTOM'] });
    const custom = data?.integrationProviders[0]?.integration as CustomFieldsFragment;
    // @ts-expect-error The gateway does not accept __typename in an input.
    const rejected: UpsertCustomIntegrationInput['modelProperties'] = custom.modelProperties;
    expect(rejected).toBe(custom.modelProperties);
    const input = {
      endpoint: custom.baseUrl,
      authenticationType: 'NONE',
      modelProperties: withoutTypename(custom.modelProperties),
      customHeaderMapping: withoutTypename(custom.customHeaderMapping),
    } satisfies UpsertCustomIntegrationInput;
    const saved = await gateway.query(UpsertCustomIntegrationDocument, { input });
    expect(saved.data?.upsertCustomIntegration?.__typename).toBe('UpsertIntegrationSuccess');
  });
});
