import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { findDocumentProblems } from '../src/execution/index.ts';
import { createSchema } from '../src/schema/index.ts';
import { readTrustedDocuments } from '../src/trusted-documents.ts';
import { getCodes, type PlainResponse, parseBody, send } from './support/http-client.ts';
import { startStack } from './support/stack.ts';

const toHash = (text: string): string => createHash('sha256').update(text).digest('hex');
const query =
  'query Names($names: [IntegrationName!]) { integrationProviders(names: $names) { displayName } }';
const mutation = 'mutation { __typename }';
const hash = toHash(query);
const writers = { status: 200, data: { integrationProviders: [{ displayName: 'Writer' }] } };
const variables = { names: ['WRITER'] };

const directory = mkdtempSync(join(tmpdir(), 'trusted-documents-'));
const file = join(directory, 'documents.json');
writeFileSync(file, JSON.stringify({ [hash]: query, [`sha256:${toHash(mutation)}`]: mutation }));
const stack = await startStack({ trustedDocuments: file });
const { gateway } = stack;

afterAll(async () => {
  await stack[Symbol.asyncDispose]();
  rmSync(directory, { recursive: true });
});

const post = (body: unknown, headers: Record<string, string> = {}): Promise<PlainResponse> =>
  send(gateway.url, {
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });

const get = (parameters: Record<string, string>): Promise<PlainResponse> =>
  send(gateway.url, { path: `/graphql?${new URLSearchParams(parameters).toString()}` });

const ways: [way: string, parameters: Record<string, unknown>][] = [
  ['documentId', { documentId: hash }],
  ['documentId with sha256:', { documentId: `sha256:${hash}` }],
  ['documentId in capitals', { documentId: hash.toUpperCase() }],
  ['extensions.persistedQuery', { extensions: { persistedQuery: { version: 1, sha256Hash: hash } } }],
  [
    'extensions.persistedQuery with sha256:',
    { extensions: { persistedQuery: { sha256Hash: `sha256:${hash}` } } },
  ],
];

describe('with TRUSTED_DOCUMENTS', () => {
  it('a request id that contains a secret of a refused document is replaced', async () => {
    const untrusted = 'mutation { upsertOpenAIIntegration(input: { token: "input-token" }) { __typename } }';
    for (const parameters of [{ query: untrusted }, { query: untrusted, documentId: toHash(untrusted) }]) {
      const response = await post(parameters, { 'x-request-id': 'input-token' });
      expect(response.headers['x-request-id']).toMatch(/^[\da-f-]{36}$/);
      expect(response.text).not.toContain('input-token');
    }
  });

  it.each(ways)(
    'a trusted document that %s names is executed, by POST and by GET',
    async (_way, parameters) => {
      for (const response of [
        await post({ ...parameters, variables }),
        await post({ ...parameters, variables }, { origin: 'https://elsewhere.example' }),
        await get({
          ...Object.fromEntries(
            Object.entries(parameters).map(([name, value]) => [
              name,
              typeof value === 'string' ? value : JSON.stringify(value),
            ]),
          ),
          variables: JSON.stringify(variables),
        }),
      ]) {
        expect({ status: response.status, ...parseBody(response) }).toEqual(writers);
      }
    },
  );

  it('an unknown document id is refused with 404, in both media types', async () => {
    for (const accept of ['application/json', 'application/graphql-response+json']) {
      for (const documentId of ['0'.repeat(64), `sha256:${'0'.repeat(64)}`, '', '__proto__', 'constructor']) {
        const response = await post({ documentId }, { accept });
        expect(response.status).toBe(404);
        expect(getCodes(response)).toEqual(['PERSISTED_DOCUMENT_NOT_FOUND']);
        expect(parseBody(response)).not.toHaveProperty('data');
      }
    }
    expect((await get({ documentId: 'x' })).status).toBe(404);
  });

  it('a request without a document id is refused with 400, even if it sends the source of a trusted document', async () => {
    for (const response of [
      await post({ query }),
      await post({}),
      await post({ query, extensions: { persistedQuery: {} } }),
      await get({ query }),
    ]) {
      expect(response.status).toBe(400);
      expect(getCodes(response)).toEqual(['PERSISTED_DOCUMENT_REQUIRED']);
    }
  });

  it('a document next to a document id is ignored', async () => {
    const response = await post({
      query: 'mutation { upsertCustomIntegration }',
      documentId: hash,
      variables,
    });
    expect(parseBody(response)).toEqual({ data: writers.data });
  });

  it('a mutation is executed by POST, and refused by GET', async () => {
    expect(parseBody(await post({ documentId: toHash(mutation) }))).toEqual({
      data: { __typename: 'Mutation' },
    });
    expect((await get({ documentId: toHash(mutation) })).status).toBe(405);
  });

  it('a document id that is not a string is refused with 400', async () => {
    for (const parameters of [{ documentId: 7 }, { extensions: { persistedQuery: { sha256Hash: 7 } } }]) {
      const response = await post(parameters);
      expect(response.status).toBe(400);
      expect(getCodes(response)).toEqual(['BAD_REQUEST']);
    }
  });
});

describe('the file of TRUSTED_DOCUMENTS', () => {
  const write = (content: unknown): string => {
    const path = join(directory, 'file.json');
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
    return path;
  };
  const read = (content: unknown) => [...readTrustedDocuments(write(content))];

  it('the file of TRUSTED_DOCUMENTS can be an object that maps hashes to documents, with or without a byte order mark', () => {
    expect(read({ [hash]: query })).toEqual([[hash, query]]);
    expect(read(`\ufeff${JSON.stringify({ [`sha256:${hash}`]: query })}`)).toEqual([[hash, query]]);
  });

  it('the file of TRUSTED_DOCUMENTS can be a manifest of Apollo, or the operation output of Apollo Kotlin', () => {
    const operations = [{ id: hash, name: 'Names', type: 'query', body: query }];
    expect(read({ format: 'apollo-persisted-query-manifest', version: 1, operations })).toEqual([
      [hash, query],
    ]);
    expect(read({ [hash]: { name: 'Names', source: query } })).toEqual([[hash, query]]);
  });

  it.each([
    ['is not JSON', '{', 'the file is not JSON'],
    ['has no documents', {}, 'the file has no documents'],
    [
      'has values that are not documents',
      { a: 1 },
      'the file is not a map of hashes to documents, an Apollo manifest or the operation output of Apollo Kotlin',
    ],
    [
      'has two documents with one id',
      { [hash]: query, [`sha256:${hash.toUpperCase()}`]: '{ __typename }' },
      `the file has two different documents with the id ${hash}`,
    ],
    [
      'is an array',
      [query],
      'the file is not a map of hashes to documents, an Apollo manifest or the operation output of Apollo Kotlin',
    ],
  ])('the file of TRUSTED_DOCUMENTS is rejected with the reason if it %s', (_what, content, message) => {
    expect(() => read(content)).toThrow(message);
  });

  it('the file of TRUSTED_DOCUMENTS is validated against the schema, with warnings for data that clients would lose', () => {
    const withoutTypename =
      '{ integration(name: OPENAI) { id ... on OpenAIIntegration { organizationId } } }';
    const aliases = '{ a: __typename b: __typename c: __typename }';
    const { problems, warnings } = findDocumentProblems(
      new Map([
        [hash, query],
        ['1111', '{ __typename }'],
        [toHash('{ nope }'), '{ nope }'],
        [toHash('{'), '{'],
        [toHash(withoutTypename), withoutTypename],
        [toHash(aliases), aliases],
        [toHash('{ __schema { description } }'), '{ __schema { description } }'],
      ]),
      createSchema(),
      { maxTokens: 100, maxAliases: 2, maxDepth: 5, introspection: false },
    );
    expect(problems).toEqual([
      expect.stringContaining('Cannot query field "nope"'),
      expect.stringContaining('Syntax Error'),
    ]);
    expect(warnings).toEqual([
      expect.stringMatching(/^document 1111: its id is not the SHA-256/),
      expect.stringMatching(/a selection on Integration does not have `__typename`/),
      expect.stringMatching(
        /one of its operations will be refused: The operation has more than 2 aliased fields/,
      ),
      expect.stringMatching(/one of its operations will be refused: .*introspection/),
    ]);
  });
});
