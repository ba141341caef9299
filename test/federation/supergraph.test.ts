import { describe, expect, test } from 'vitest';
import { getTypeName } from '../../src/resolvers/integrations.ts';
import { printSubgraphSchema } from '../../src/schema/index.ts';
import { providerNames } from '../../src/upstream/api-types.ts';
import { integrationRecordFixtures } from '../fixtures/integration-records.ts';
import { integrationFixtures } from '../fixtures/integrations.ts';
import { composers } from '../support/composers.ts';
import { startFakeUpstream } from '../support/fake-upstream.ts';
import { startGateway } from '../support/gateway.ts';
import { routers } from '../support/routers.ts';
import { secondSubgraphSdl, startSecondSubgraph } from '../support/second-subgraph.ts';

const kinds = [
  { router: 'Apollo Gateway', composer: '@apollo/composition', isComplete: true },
  // It drops the errors of references and adds its own error to a null reference. It does not join fields to a field
  // whose type is one provider's type instead of the interface.
  { router: 'Hive Gateway', composer: '@theguild/federation-composition', isComplete: false },
] as const;

const openaiPath = '/v2/integrations/openai';
const customPath = '/v2/integrations/custom';
const { openai } = integrationFixtures;

describe.each(kinds)('a supergraph behind $router', ({ router: kind, composer, isComplete }) => {
  /** Upstream, the gateway, a second subgraph, and the router in front of both. A third one does not run. */
  async function startSupergraph(thirdSdl?: string) {
    const upstream = await startFakeUpstream();
    const gateway = await startGateway(upstream.url);
    const second = await startSecondSubgraph();
    const { supergraphSdl = '', errors } = composers[composer]([
      { name: 'galileo', url: gateway.url, sdl: printSubgraphSchema() },
      { name: 'second', url: second.url, sdl: secondSubgraphSdl },
      ...(thirdSdl === undefined ? [] : [{ name: 'third', url: 'http://127.0.0.1:1', sdl: thirdSdl }]),
    ]);
    expect(errors).toEqual([]);
    const router = await routers[kind](supergraphSdl);
    return {
      upstream,
      second,
      router,
      async [Symbol.asyncDispose]() {
        for (const part of [router, second, gateway, upstream]) await part[Symbol.asyncDispose]();
      },
    };
  }

  test('a router joins the fields of both subgraphs to the providers of this one', async () => {
    await using supergraph = await startSupergraph();
    for (const name of providerNames) {
      supergraph.upstream.on('GET', `/v2/integrations/${name}`, { json: integrationFixtures[name].full });
    }

    const { data, errors } = await supergraph.router.query(
      '{ integrationProviders { name integration { __typename id labels { key value } } } }',
    );

    expect(errors).toEqual([]);
    expect(data?.['integrationProviders']).toEqual(
      providerNames.toSorted().map((name) => ({
        name: name.toUpperCase(),
        integration: {
          __typename: getTypeName(name),
          id: integrationFixtures[name].full.id,
          labels: [{ key: 'label', value: `label of ${name.toUpperCase()}` }],
        },
      })),
    );
  });

  test('a router joins the fields of both subgraphs to integrations of the other one', async () => {
    await using supergraph = await startSupergraph();
    supergraph.upstream.on('GET', openaiPath, { json: openai.full });

    const { data, errors } = await supergraph.router.query(
      '{ favourites(names: [OPENAI]) { __typename name labels { value } id ... on OpenAIIntegration { organizationId } } }',
    );

    expect(errors).toEqual([]);
    expect(data).toEqual({
      favourites: [
        {
          __typename: 'OpenAIIntegration',
          name: 'OPENAI',
          labels: [{ value: 'label of OPENAI' }],
          id: openai.full.id,
          organizationId: openai.full.organization_id,
        },
      ],
    });
  });

  test('a hundred equal references from the other subgraph are one upstream call', async () => {
    await using supergraph = await startSupergraph();
    supergraph.upstream.on('GET', openaiPath, { json: openai.full });
    const names = Array.from({ length: 100 }, () => 'OPENAI');

    const { data, errors } = await supergraph.router.query(`{ favourites(names: [${names.join()}]) { id } }`);

    expect(errors).toEqual([]);
    expect(data?.['favourites']).toEqual(names.map(() => ({ id: openai.full.id })));
    expect(supergraph.upstream.calls).toHaveLength(1);
  });

  test('a write through a router returns the stored data', async () => {
    await using supergraph = await startSupergraph();
    supergraph.upstream
      .on('PUT', customPath, { json: integrationRecordFixtures.full })
      .on('GET', customPath, { json: integrationFixtures.custom.full });

    const { data, errors } = await supergraph.router.query(
      `mutation {
        upsertCustomIntegration(input: { endpoint: "https://llm.test", headers: [{ key: "a", value: "b" }] }) {
          __typename
          ... on UpsertIntegrationSuccess { record { integrationId } integration { ... on CustomIntegration { baseUrl } } }
        }
      }`,
    );

    expect(errors).toEqual([]);
    expect(data?.['upsertCustomIntegration']).toEqual({
      __typename: 'UpsertIntegrationSuccess',
      record: { integrationId: integrationRecordFixtures.full.id },
      integration: { baseUrl: integrationFixtures.custom.full.base_url },
    });
    expect(JSON.parse(supergraph.upstream.callsTo('PUT', customPath)[0]?.body ?? '')).toEqual({
      endpoint: 'https://llm.test',
      headers: { a: 'b' },
    });
  });

  test('a router joins fields of the other subgraph to the result of a write', async () => {
    await using supergraph = await startSupergraph();
    supergraph.upstream
      .on('PUT', customPath, { json: integrationRecordFixtures.full })
      .on('GET', customPath, { json: integrationFixtures.custom.full });

    const { data, errors } = await supergraph.router.query(
      `mutation {
        upsertCustomIntegration(input: { endpoint: "https://llm.test" }) {
          ... on UpsertIntegrationSuccess { integration { labels { value } } }
        }
      }`,
    );

    const integration = { labels: [{ value: 'label of CUSTOM' }] };
    expect(data).toEqual({ upsertCustomIntegration: { integration } });
    expect(errors).toEqual([]);
  });

  test.each([
    { 'galileo-api-key': 'key-of-the-client' },
    { authorization: 'Bearer token.of-the_client~+/==' },
    { authorization: 'Basic dXNlcjpwYXNzd29yZA==' },
    { 'galileo-api-key': 'key-of-the-client', authorization: 'Bearer token-of-the-client' },
  ])('a router and the gateway forward a credential byte for byte: %o', async (headers) => {
    await using supergraph = await startSupergraph();
    supergraph.upstream.on('GET', openaiPath, { json: openai.full });

    for (const query of ['{ integration(name: OPENAI) { id } }', '{ favourites(names: [OPENAI]) { id } }']) {
      const { errors } = await supergraph.router.query(query, headers);
      expect(errors).toEqual([]);
    }

    expect(supergraph.upstream.calls).toHaveLength(2);
    for (const call of supergraph.upstream.calls) {
      expect({
        'galileo-api-key': call.headers['galileo-api-key'],
        authorization: call.headers.authorization,
      }).toEqual({ 'galileo-api-key': undefined, authorization: undefined, ...headers });
    }
  });

  test('a router and the gateway forward the request id and the trace to upstream', async () => {
    await using supergraph = await startSupergraph();
    supergraph.upstream.on('GET', openaiPath, { json: openai.full });
    const trace = '4bf92f3577b34da6a3ce929d0e0e4736';

    await supergraph.router.query('{ integration(name: OPENAI) { id } }', {
      'galileo-api-key': 'test-key',
      'x-request-id': 'request-of-the-client',
      traceparent: `00-${trace}-00f067aa0ba902b7-01`,
    });

    const headers = supergraph.upstream.calls[0]?.headers;
    expect(headers?.['x-request-id']).toBe('request-of-the-client');
    expect(headers?.['traceparent']).toContain(trace);
  });

  test('a 401 of upstream reaches the client as UNAUTHENTICATED', async () => {
    await using supergraph = await startSupergraph();
    supergraph.upstream.on('GET', openaiPath, { status: 401, json: { detail: 'Invalid API key' } });

    const { data, errors } = await supergraph.router.query(
      '{ integration(name: OPENAI) { id labels { value } } }',
    );

    expect(data).toEqual({ integration: null });
    expect(errors).toMatchObject([
      {
        message: 'Invalid API key',
        path: ['integration'],
        extensions: { code: 'UNAUTHENTICATED', upstreamStatus: 401, retryable: false },
      },
    ]);
  });

  test('a missing credential reaches the client as UNAUTHENTICATED, and fields that need none resolve', async () => {
    await using supergraph = await startSupergraph();

    const { data, errors } = await supergraph.router.query(
      '{ integrationProviders(names: [OPENAI]) { displayName integration { id } } }',
      {},
    );

    expect(data).toEqual({ integrationProviders: [{ displayName: 'OpenAI', integration: null }] });
    expect(errors.map(({ extensions }) => extensions?.code)).toEqual(['UNAUTHENTICATED']);
  });

  test('an integration that is not configured is null without an error', async () => {
    await using supergraph = await startSupergraph();
    supergraph.upstream.on('GET', openaiPath, { status: 404, json: { detail: 'Not found' } });

    const { data, errors } = await supergraph.router.query(
      '{ integration(name: OPENAI) { id labels { value } } }',
    );

    expect(data).toEqual({ integration: null });
    expect(errors).toEqual([]);
  });

  test(`upstream’s 401 for a reference ${isComplete ? 'reaches the client with its code' : 'is a null without an error'}`, async () => {
    await using supergraph = await startSupergraph();
    supergraph.upstream.on('GET', openaiPath, { status: 401, json: { detail: 'Invalid API key' } });

    const { data, errors } = await supergraph.router.query(
      '{ favourites(names: [OPENAI]) { __typename id } }',
    );

    expect(data).toEqual({ favourites: [null] });
    expect(errors.map(({ extensions }) => extensions?.code)).toEqual(isComplete ? ['UNAUTHENTICATED'] : []);
  });

  test(`a reference that is not configured is null ${isComplete ? 'without an error' : "with an error of the router's own"}`, async () => {
    await using supergraph = await startSupergraph();
    supergraph.upstream.on('GET', openaiPath, { status: 404, json: { detail: 'Not found' } });

    const { data, errors } = await supergraph.router.query(
      '{ favourites(names: [OPENAI]) { __typename id } }',
    );

    expect(data).toEqual({ favourites: [null] });
    expect(errors).toHaveLength(isComplete ? 0 : 1);
  });

  test(`a reference whose type the query does not need ${isComplete ? 'is returned without a call' : 'is null'} if upstream responds 401`, async () => {
    await using supergraph = await startSupergraph();
    supergraph.upstream.on('GET', openaiPath, { status: 401, json: { detail: 'Invalid API key' } });

    const { data, errors } = await supergraph.router.query(
      '{ favourites(names: [OPENAI]) { name labels { value } } }',
    );

    const favourite = { name: 'OPENAI', labels: [{ value: 'label of OPENAI' }] };
    expect(data).toEqual({ favourites: [isComplete ? favourite : null] });
    expect(errors).toEqual([]);
    expect(supergraph.upstream.calls).toHaveLength(isComplete ? 0 : 1);
  });

  test(`next to a subgraph that declares a provider's type, the fields of an interface object are ${isComplete ? 'joined to it' : 'missing on it'}`, async () => {
    await using supergraph = await startSupergraph(`
      extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
      type OpenAIIntegration @key(fields: "name") { name: IntegrationName! rateLimitPerMinute: Int }
      enum IntegrationName { ${providerNames.map((name) => name.toUpperCase()).join(' ')} }
    `);
    for (const name of ['openai', 'azure'] as const)
      supergraph.upstream.on('GET', `/v2/integrations/${name}`, { json: integrationFixtures[name].full });

    const { data } = await supergraph.router.query(
      '{ openai: integration(name: OPENAI) { labels { value } } azure: integration(name: AZURE) { labels { value } } }',
    );

    expect(data).toEqual({
      openai: isComplete ? { labels: [{ value: 'label of OPENAI' }] } : null,
      azure: { labels: [{ value: 'label of AZURE' }] },
    });
  });

  test('two concurrent tenants are never mixed', async () => {
    await using supergraph = await startSupergraph();
    const tenants = Array.from({ length: 20 }, (_, index) => `key-${index % 2}-${index}`);
    // Upstream responds when all calls have arrived, in reverse order.
    const waiting: (() => void)[] = [];
    supergraph.upstream.on('GET', openaiPath, ({ headers }, response) => {
      waiting.push(() => {
        const json = { ...openai.full, organization_id: `of ${String(headers['galileo-api-key'])}` };
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(json));
      });
      if (waiting.length === tenants.length) for (const release of waiting.toReversed()) release();
    });
    const fields = '{ askedBy ... on OpenAIIntegration { organizationId } }';

    const responses = await Promise.all(
      tenants.map((key, index) =>
        supergraph.router.query(
          index % 4 < 2
            ? `{ integration(name: OPENAI) ${fields} }`
            : `{ favourites(names: [OPENAI]) ${fields} }`,
          { 'galileo-api-key': key },
        ),
      ),
    );

    expect(responses).toEqual(
      tenants.map((key, index) => {
        const own = { askedBy: key, organizationId: `of ${key}` };
        return { data: index % 4 < 2 ? { integration: own } : { favourites: [own] }, errors: [] };
      }),
    );
  });
});
