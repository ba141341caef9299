import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from '@apollo/client';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { Client, fetchExchange } from '@urql/core';
import { persistedExchange } from '@urql/exchange-persisted';
import { print } from 'graphql';
import { GraphQLClient } from 'graphql-request';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as kit from '../client/index.ts';
import {
  getDocumentHash,
  possibleTypes,
  SettingsPageDocument,
  UpsertCustomIntegrationDocument,
} from '../client/index.ts';
import { type Sandbox, startSandbox } from '../sandbox/server.ts';
import { providerNames } from '../src/upstream/api-types.ts';
import { startGateway, type TestGateway } from './support/gateway.ts';

const file = fileURLToPath(new URL('../client/generated/persisted-documents.json', import.meta.url));
const headers = { 'Galileo-API-Key': 'trusting' };
const input = { endpoint: 'https://trusted.example/v1' };

describe('a client that sends the hashes of the client kit', () => {
  let sandbox: Sandbox;
  let gateway: TestGateway;
  /** The bodies that the clients sent. */
  let bodies: Record<string, unknown>[];

  beforeAll(async () => {
    sandbox = await startSandbox({ port: 0 });
    gateway = await startGateway(sandbox.url, { trustedDocuments: file });
  });

  afterAll(async () => {
    await gateway?.[Symbol.asyncDispose]();
    await sandbox?.close();
  });

  const recordingFetch: typeof fetch = (url, init) => {
    bodies.push(JSON.parse(typeof init?.body === 'string' ? init.body : '{}') as Record<string, unknown>);
    return fetch(url, init);
  };

  function expectHashesOnly(): void {
    expect(bodies).toHaveLength(2);
    for (const body of bodies) expect(body['query']).toBeUndefined();
  }

  it('the file of trusted documents has each document of the kit under its hash', () => {
    const documents = JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>;
    const hashes = Object.values(kit)
      .filter((value) => typeof value === 'object')
      .map(getDocumentHash)
      .filter((hash) => hash !== undefined);
    expect(new Set(Object.keys(documents))).toEqual(new Set(hashes));
    for (const [hash, text] of Object.entries(documents)) {
      expect(hash).toBe(`sha256:${createHash('sha256').update(text).digest('hex')}`);
    }
  });

  it('Apollo Client reads and writes with its persisted queries and the hashes of the kit', async () => {
    bodies = [];
    const client = new ApolloClient({
      cache: new InMemoryCache({ possibleTypes }),
      link: ApolloLink.from([
        new PersistedQueryLink({ generateHash: (document) => getDocumentHash(document) ?? '' }),
        new HttpLink({ uri: gateway.url, headers, fetch: recordingFetch }),
      ]),
    });
    const read = await client.query({ query: SettingsPageDocument });
    expect(read.data?.integrationProviders).toHaveLength(providerNames.length);
    const saved = await client.mutate({ mutation: UpsertCustomIntegrationDocument, variables: { input } });
    expect(saved.data?.upsertCustomIntegration?.__typename).toBe('UpsertIntegrationSuccess');
    client.stop();
    expectHashesOnly();
  });

  it('urql reads and writes with its persisted exchange and the hashes of the kit', async () => {
    bodies = [];
    const client = new Client({
      url: gateway.url,
      fetch: recordingFetch,
      fetchOptions: { headers },
      preferGetMethod: false,
      exchanges: [
        persistedExchange({
          enforcePersistedQueries: true,
          enableForMutation: true,
          preferGetForPersistedQueries: false,
          generateHash: (_text, document) => Promise.resolve(getDocumentHash(document) ?? ''),
        }),
        fetchExchange,
      ],
    });
    const read = await client.query(SettingsPageDocument, {}).toPromise();
    expect(read.data?.integrationProviders).toHaveLength(providerNames.length);
    const saved = await client.mutation(UpsertCustomIntegrationDocument, { input }).toPromise();
    expect(saved.data?.upsertCustomIntegration?.__typename).toBe('UpsertIntegrationSuccess');
    expectHashesOnly();
  });

  it('a client reads and writes with `documentId` instead of `query`', async () => {
    bodies = [];
    const send = async <Data, Variables>(
      document: TypedDocumentNode<Data, Variables>,
      variables: Variables,
    ): Promise<Data> => {
      const response = await recordingFetch(gateway.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ documentId: getDocumentHash(document), variables }),
      });
      return ((await response.json()) as { data: Data }).data;
    };
    expect((await send(SettingsPageDocument, {})).integrationProviders).toHaveLength(providerNames.length);
    const saved = await send(UpsertCustomIntegrationDocument, { input });
    expect(saved.upsertCustomIntegration?.__typename).toBe('UpsertIntegrationSuccess');
    expectHashesOnly();
  });

  it('with trusted documents, a request with a document or an unknown hash fails', async () => {
    const client = new GraphQLClient(gateway.url, { headers, errorPolicy: 'ignore' });
    await expect(client.request(print(SettingsPageDocument))).rejects.toMatchObject({
      response: { errors: [{ extensions: { code: 'PERSISTED_DOCUMENT_REQUIRED' } }] },
    });
    const response = await fetch(gateway.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/graphql-response+json',
        ...headers,
      },
      body: JSON.stringify({ documentId: `sha256:${'0'.repeat(64)}` }),
    });
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({
      errors: [{ extensions: { code: 'PERSISTED_DOCUMENT_NOT_FOUND' } }],
    });
  });
});
