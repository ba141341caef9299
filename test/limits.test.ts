import { getIntrospectionQuery } from 'graphql';
import { afterAll, describe, expect, it } from 'vitest';
import { integrationFixtures } from './fixtures/integrations.ts';
import { startGateway } from './support/gateway.ts';
import { getCodes, openConnection, type PlainResponse, parseBody, send } from './support/http-client.ts';
import { startStack } from './support/stack.ts';

const stack = await startStack();
const { gateway, upstream } = stack;
upstream.on('GET', '/v2/integrations/openai', { json: integrationFixtures.openai.full });
afterAll(() => stack[Symbol.asyncDispose]());

const post = (body: unknown, url = gateway.url): Promise<PlainResponse> =>
  send(url, {
    headers: { 'content-type': 'application/json', 'galileo-api-key': 'test-key' },
    body: JSON.stringify(body),
  });

const times = (count: number, write: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => write(index)).join(' ');

/** Whether the document is executed, or the code of the refusal. */
async function verdictOf(query: string, more: object = {}, url = gateway.url): Promise<string> {
  const response = await post({ query, ...more }, url);
  const [code] = getCodes(response);
  if (code === undefined) return 'executed';
  expect(response.status).toBe(400);
  expect(parseBody(response)).not.toHaveProperty('data');
  return code;
}

describe('MAX_TOKENS', () => {
  it('MAX_TOKENS allows 2,000 tokens, even of a repeated field, and refuses 2,001', async () => {
    const query = (fields: number) => `{ ${'__typename '.repeat(fields)}}`;
    expect(await verdictOf(query(1998))).toBe('executed');
    expect(await verdictOf(query(1999))).toBe('QUERY_TOO_COMPLEX');
  });

  it('MAX_TOKENS does not count comments, commas and white space', async () => {
    expect(await verdictOf(`{ __typename ${'#\n,\t'.repeat(10_000)} }`)).toBe('executed');
  });

  it('MAX_TOKENS can be set', async () => {
    await using small = await startGateway(upstream.url, { maxTokens: '5' });
    expect(await verdictOf('{ a: __typename }', {}, small.url)).toBe('executed');
    expect(await verdictOf('{ a: __typename b: __typename }', {}, small.url)).toBe('QUERY_TOO_COMPLEX');
  });

  it('a document that would exhaust the stack is refused, even if MAX_TOKENS allows it', async () => {
    await using large = await startGateway(upstream.url, { maxTokens: '1000000', maxDepth: '1000000' });
    const nested = 120_000;
    for (const query of [
      '{a'.repeat(nested),
      `{${'a{'.repeat(nested / 2)}a${'}'.repeat(nested / 2)}}`,
      `{integration(name:${'['.repeat(nested)}`,
      `{__typename} fragment F on Query${'{integrations'.repeat(8000)}{id}${'}'.repeat(8000)}`,
    ]) {
      expect(await verdictOf(query, {}, large.url)).toBe('QUERY_TOO_COMPLEX');
    }
  });
});

describe('MAX_ALIASES', () => {
  it.each([
    ['fields', (count: number) => `{ ${times(count, (i) => `a${i}: integrationProviders { name }`)} }`],
    ['__typename', (count: number) => `{ ${times(count, (i) => `a${i}: __typename`)} }`],
    ['the same alias again', (count: number) => `{ ${times(count, () => 'a: __typename')} }`],
    [
      'fields in inline fragments',
      (count: number) => `{ ${times(count, (i) => `... { a${i}: __typename }`)} }`,
    ],
    [
      'fields in fragments, as often as these are spread',
      (count: number) =>
        `{ ${times(Math.floor(count / 4), () => '...F')} ${times(count % 4, (i) => `x${i}: __typename`)} } fragment F on Query { ...G ...G } fragment G on Query { a: __typename b: __typename }`,
    ],
  ])('MAX_ALIASES allows 60 aliased %s and refuses 61', async (_what, write) => {
    expect(await verdictOf(write(60))).toBe('executed');
    expect(await verdictOf(write(61))).toBe('QUERY_TOO_COMPLEX');
  });

  it('MAX_ALIASES counts only the operation that is executed', async () => {
    const query = `query Small { __typename } query Large { ${times(61, (i) => `a${i}: __typename`)} }`;
    expect(await verdictOf(query, { operationName: 'Small' })).toBe('executed');
    expect(await verdictOf(query, { operationName: 'Large' })).toBe('QUERY_TOO_COMPLEX');
  });

  it('MAX_ALIASES refuses nested fragments that expand to 2^150 aliases', async () => {
    const query = `{ ...F0 } ${times(150, (i) => `fragment F${i} on Query { ...F${i + 1} ...F${i + 1} }`)} fragment F150 on Query { a: __typename }`;
    expect(await verdictOf(query)).toBe('QUERY_TOO_COMPLEX');
  });
});

describe('MAX_DEPTH', () => {
  it('MAX_DEPTH allows 8 nested fields and refuses 9, including those in fragments', async () => {
    await using shallow = await startGateway(upstream.url, { maxDepth: '2' });
    expect(await verdictOf('{ integrationProviders { name } }', {}, shallow.url)).toBe('executed');
    for (const query of [
      '{ integrationProviders { integration { id } } }',
      '{ ...F } fragment F on Query { integrationProviders { ... { integration { id } } } }',
      '{ integrationProviders { ...F } } fragment F on IntegrationProvider { integration { id } }',
      '{ integrationProviders { integration { __typename } } }',
    ]) {
      expect(await verdictOf(query, {}, shallow.url)).toBe('QUERY_TOO_COMPLEX');
    }
    const nest = (depth: number) => `${'{ x '.repeat(depth)}${'}'.repeat(depth)}`;
    // Eight levels are within the limit. Then validation fails, because the schema does not have the field.
    expect(getCodes(await post({ query: nest(8) }))).toEqual(['GRAPHQL_VALIDATION_FAILED']);
    expect(await verdictOf(nest(9))).toBe('QUERY_TOO_COMPLEX');
  });

  it('MAX_DEPTH allows the full introspection query', async () => {
    const query = getIntrospectionQuery({
      inputValueDeprecation: true,
      specifiedByUrl: true,
      directiveIsRepeatable: true,
      schemaDescription: true,
      oneOf: true,
    });
    expect(await verdictOf(query)).toBe('executed');
  });
});

describe('MAX_ENTITIES', () => {
  const representation = { __typename: 'Integration', name: 'OPENAI' };
  const literal = (count: number) => `[${times(count, () => '{__typename: "Integration", name: "OPENAI"}')}]`;

  it('MAX_ENTITIES allows 100 representations and refuses 101 in a variable', async () => {
    const query = 'query($r: [_Any!]!) { _entities(representations: $r) { __typename } }';
    const send = (count: number) =>
      verdictOf(query, { variables: { r: Array.from({ length: count }, () => representation) } });
    expect(await send(100)).toBe('executed');
    expect(await send(101)).toBe('QUERY_TOO_COMPLEX');
  });

  it('MAX_ENTITIES allows 100 representations and refuses 101 in the document', async () => {
    const query = (count: number) => `{ _entities(representations: ${literal(count)}) { __typename } }`;
    expect(await verdictOf(query(100))).toBe('executed');
    expect(await verdictOf(query(101))).toBe('QUERY_TOO_COMPLEX');
  });

  it.each(['r', '__proto__'])(
    'MAX_ENTITIES allows 100 representations and refuses 101 as the default of a variable $%s',
    async (name) => {
      const query = (count: number) =>
        `query($${name}: [_Any!]! = ${literal(count)}) { ...F } fragment F on Query { _entities(representations: $${name}) { __typename } }`;
      expect(await verdictOf(query(100))).toBe('executed');
      expect(await verdictOf(query(101))).toBe('QUERY_TOO_COMPLEX');
      const one = { variables: { [name]: [representation] } };
      expect(await verdictOf(query(101), one)).toBe('executed');
    },
  );

  it.each([
    ['in two fields', '{ a: FIELD b: FIELD }'],
    ['in a fragment that is spread twice', '{ ...F ...F } fragment F on Query { FIELD }'],
  ])('MAX_ENTITIES counts a variable as often as it is used: %s', async (_, selections) => {
    const field = '_entities(representations: $r) { __typename }';
    const query = `query($r: [_Any!]!) ${selections.replaceAll('FIELD', field)}`;
    const send = (count: number) => verdictOf(query, { variables: { r: Array(count).fill(representation) } });
    expect(await send(50)).toBe('executed');
    expect(await send(51)).toBe('QUERY_TOO_COMPLEX');
  });
});

describe('MAX_RESPONSE_BYTES', () => {
  it('MAX_RESPONSE_BYTES counts the bytes of a response, not its characters', async () => {
    upstream.on('GET', '/v2/integrations/azure', {
      json: { ...integrationFixtures.azure.full, extra: { text: 'ü€😀'.repeat(100) } },
    });
    const query = '{ integration(name: AZURE) { extra } }';
    const { text } = await post({ query });
    for (const [missing, verdict] of [
      [0, 'executed'],
      [1, 'QUERY_TOO_COMPLEX'],
    ] as const) {
      const maxResponseBytes = String(Buffer.byteLength(text) - missing);
      await using small = await startGateway(upstream.url, { maxResponseBytes });
      expect(await verdictOf(query, {}, small.url)).toBe(verdict);
    }
  });
});

describe('MAX_REQUEST_BYTES', () => {
  const pad = (bytes: number): string => {
    const body = JSON.stringify({ query: '{ __typename }' });
    return body + ' '.repeat(bytes - body.length);
  };

  it.each([{}, { origin: 'https://elsewhere.example' }])(
    'MAX_REQUEST_BYTES allows 262,144 bytes and refuses one more with 413, declared or in chunks (%j)',
    async (origin) => {
      for (const transfer of [{}, { 'transfer-encoding': 'chunked' }]) {
        const take = (bytes: number) =>
          send(gateway.url, {
            headers: { 'content-type': 'application/json', ...origin, ...transfer },
            body: pad(bytes),
          });
        expect(parseBody(await take(262_144))).toEqual({ data: { __typename: 'Query' } });
        const refused = await take(262_145);
        expect(refused.status).toBe(413);
        expect(refused.headers['cache-control']).toBe('private, no-store');
        expect(getCodes(refused)).toEqual(['REQUEST_TOO_LARGE']);
      }
    },
  );

  it('a declared length above MAX_REQUEST_BYTES is refused before a byte of the body has arrived', async () => {
    using connection = await openConnection(gateway.url);
    connection.write(
      'POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 262145\r\n\r\n',
    );
    await connection.waitFor(/HTTP\/1\.1 413 [\s\S]*REQUEST_TOO_LARGE/);
  });
});

describe('INTROSPECTION=off', () => {
  it('INTROSPECTION=off hides the schema, and no message suggests a name or lists values', async () => {
    await using closed = await startGateway(upstream.url, { introspection: 'off' });
    expect(parseBody(await post({ query: '{ __typename }' }, closed.url))).toHaveProperty('data');
    const hidden = [
      '{ __schema { queryType { name } } }',
      '{ __type(name: "Query") { name } }',
      'query A { ...F } fragment F on Query { s: __schema { description } }',
      '{ integratio(name: OPENAI) { id } }',
      '{ integration(nam: OPENAI) { id } }',
      '{ integration(name: OPENA) { id } }',
      '{ integration(name: OPENAI) { organizationId } }',
      '{ integration(name: OPENAI) { ... on OpenAIIntegratio { id } } }',
      '{ integration(name: OPENAI) }',
      '{ integration(name: OPENAI) @skp(if: true) { id } }',
      'query($a: IntegrationNam) { integrations(names: [$a]) { id } }',
      'mutation { upsertCustomIntegration(input: {endpoin: "x"}) { __typename } }',
      'mutation { upsertCustomIntegration(input: {endpoint: "x", authenticationType: API}) { __typename } }',
    ];
    const responses = await Promise.all(hidden.map((query) => post({ query }, closed.url)));
    const coerced = await Promise.all(
      [
        { names: ['OPENA'] },
        { input: { endpoin: 'x' } },
        { input: { endpoint: 'x', authenticationType: 'API' } },
      ].map((variables) =>
        post(
          {
            query:
              'query A($names: [IntegrationName!]) { integrations(names: $names) { id } } mutation B($input: UpsertCustomIntegrationInput!) { upsertCustomIntegration(input: $input) { __typename } }',
            variables,
            operationName: 'names' in variables ? 'A' : 'B',
          },
          closed.url,
        ),
      ),
    );
    for (const response of [...responses, ...coerced]) {
      expect(getCodes(response)).not.toEqual([]);
      expect(parseBody(response)).not.toHaveProperty('data');
      // A message can contain names of the document, but not valid alternatives.
      expect(response.text).not.toMatch(/did you mean|ANTHROPIC|API_KEY|OAUTH2|OpenAIIntegration\b/i);
    }
    expect(new Set(responses.flatMap(getCodes))).toEqual(new Set(['GRAPHQL_VALIDATION_FAILED']));
    expect(new Set(coerced.flatMap(getCodes))).toEqual(new Set(['BAD_USER_INPUT']));
  });

  it('by default, messages suggest names', async () => {
    const response = await post({ query: '{ integratio(name: OPENAI) { id } }' });
    expect(response.text).toContain('Did you mean');
    expect((await post({ query: '{ integration(name: OPENA) { id } }' })).text).toContain('ANTHROPIC');
  });
});
