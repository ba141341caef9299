import { afterAll, describe, expect, it } from 'vitest';
import { type GraphqlBody, parseBody, send } from './support/http-client.ts';
import { startStack } from './support/stack.ts';

/** A secret in the wrong position. It is a valid GraphQL name, so that it fits everywhere. */
const secret = 'sk_live_s3cr3t';

const stack = await startStack();
const { gateway, upstream } = stack;
afterAll(() => stack[Symbol.asyncDispose]());

async function refuse(body: unknown): Promise<NonNullable<GraphqlBody['errors']>> {
  const response = await send(gateway.url, {
    headers: { 'content-type': 'application/json', 'galileo-api-key': 'k' },
    body: JSON.stringify(body),
  });
  const { data, errors } = parseBody(response);
  expect(data).toBeUndefined();
  expect(response.text).not.toContain('s3cr3t');
  expect(gateway.log.join('')).not.toContain('s3cr3t');
  return errors ?? [];
}

const upsert =
  'mutation Save($input: UpsertCustomIntegrationInput!) {\n  upsertCustomIntegration(input: $input) { __typename }\n}';
const good = { endpoint: 'https://llm.example' };

describe('the error of an invalid variable', () => {
  const cases: [what: string, input: unknown, message: string][] = [
    [
      'a string for an object',
      secret,
      'Variable "$input": Expected type "UpsertCustomIntegrationInput" to be an object.',
    ],
    [
      'an array for an object',
      [secret],
      'Variable "$input": Expected type "UpsertCustomIntegrationInput" to be an object.',
    ],
    [
      'a missing field',
      { token: secret },
      'Variable "$input": Field "endpoint" of required type "String!" was not provided.',
    ],
    [
      'a null',
      { ...good, endpoint: null, token: secret },
      'Variable "$input" at "endpoint": Expected non-nullable type "String!" not to be null.',
    ],
    [
      'a number for a string',
      { ...good, token: 424_242 },
      'Variable "$input" at "token": expected a value of type "String".',
    ],
    [
      'an object for a text',
      { ...good, token: { a: secret } },
      'Variable "$input" at "token": expected a value of type "String".',
    ],
    [
      'an array for a string',
      { ...good, apiKeyValue: [secret] },
      'Variable "$input" at "apiKeyValue": expected a value of type "String".',
    ],
    [
      'an unknown field',
      { ...good, tokn: secret },
      'Variable "$input": Field "tokn" is not defined by type "UpsertCustomIntegrationInput". Did you mean "token"?',
    ],
    [
      'an unknown enum value',
      { ...good, authenticationType: secret },
      'Variable "$input" at "authenticationType": expected a value of type "CustomAuthenticationType": API_KEY, NONE, OAUTH2.',
    ],
    [
      'a field in a list of objects',
      {
        ...good,
        headers: [
          { key: 'a', value: 'b' },
          { key: 'c', value: { x: secret } },
        ],
      },
      'Variable "$input" at "headers[1].value": expected a value of type "String!".',
    ],
    [
      'an item of a list',
      { ...good, models: ['a', { x: secret }] },
      'Variable "$input" at "models[1]": expected a value of type "String!".',
    ],
    [
      'a string for a JSON object',
      { ...good, customLlmConfig: { fileName: 'a', className: 'b', initKwargs: secret } },
      'Variable "$input" at "customLlmConfig.initKwargs": expected a value of type "JSONObject".',
    ],
    [
      'a fraction for a whole number',
      { ...good, multiModalConfig: { maxFiles: 4.25 } },
      'Variable "$input" at "multiModalConfig.maxFiles": expected a value of type "Int".',
    ],
    [
      'a string for a large whole number',
      { ...good, multiModalConfig: { maxFileSizeBytes: secret } },
      'Variable "$input" at "multiModalConfig.maxFileSizeBytes": expected a value of type "SafeInt".',
    ],
    [
      'a number past 2^53',
      { ...good, multiModalConfig: { maxFileSizeBytes: 2 ** 53 } },
      'Variable "$input" at "multiModalConfig.maxFileSizeBytes": expected a value of type "SafeInt".',
    ],
  ];
  it.each(cases)(
    'the error of an invalid variable names its path and type, never its value: %s',
    async (_what, input, message) => {
      const [error, ...others] = await refuse({ query: upsert, variables: { input } });
      expect(others).toEqual([]);
      expect(error?.message).toBe(message);
      expect(error?.extensions.code).toBe('BAD_USER_INPUT');
      expect(error?.locations).toEqual([{ line: 1, column: 15 }]);
      expect(upstream.calls).toEqual([]);
    },
  );

  it('an unknown field whose name may be a secret is not named', async () => {
    const [error] = await refuse({ query: upsert, variables: { input: { ...good, [`${secret}!`]: 1 } } });
    expect(error?.message).toBe(
      'Variable "$input": expected a value of type "UpsertCustomIntegrationInput!".',
    );
  });

  it('a missing, null or malformed variable is described by its type', async () => {
    expect((await refuse({ query: upsert }))[0]?.message).toBe(
      'Variable "$input" of required type "UpsertCustomIntegrationInput!" was not provided.',
    );
    expect((await refuse({ query: upsert, variables: { input: null } }))[0]?.message).toBe(
      'Variable "$input" of non-null type "UpsertCustomIntegrationInput!" must not be null.',
    );
  });

  it('an error lists all problems of the variables, but no more than five', async () => {
    const headers = Array.from({ length: 1000 }, () => ({ key: 'a', value: [secret] }));
    const errors = await refuse({ query: upsert, variables: { input: { headers, models: secret.length } } });
    expect(errors).toHaveLength(5);
    const few = await refuse({ query: upsert, variables: { input: { token: 1, apiKeyValue: 2 } } });
    expect(few).toHaveLength(3);
  });
});

describe('the error of an invalid literal', () => {
  const save = (fields: string) =>
    `mutation {\n upsertCustomIntegration(input: {${fields}}) { __typename } }`;
  const cases: [what: string, query: string, message: string | RegExp][] = [
    [
      'a string for an enum',
      `{ integration(name: "${secret}") { id } }`,
      /^Expected a value of type "IntegrationName!": [A-Z_]+(?:, [A-Z_]+)+\.$/,
    ],
    [
      'an enum value that does not exist',
      `{ integration(name: ${secret}) { id } }`,
      /^Expected a value of type "IntegrationName!": [A-Z_]+(?:, [A-Z_]+)+\.$/,
    ],
    [
      'a number for an enum',
      '{ integration(name: 424242) { id } }',
      /^Expected a value of type "IntegrationName!"/,
    ],
    [
      'an object for an enum',
      `{ integration(name: {a: "${secret}"}) { id } }`,
      /^Expected a value of type "IntegrationName!"/,
    ],
    [
      'an item of a list',
      `{ integrations(names: [OPENAI, "${secret}"]) { id } }`,
      /^Expected a value of type "IntegrationName!"/,
    ],
    [
      'a block string',
      `{ integrations(names: """${secret}""") { id } }`,
      /^Expected a value of type "(\[IntegrationName!\]|IntegrationName!)"/,
    ],
    [
      'a string for an object',
      `mutation { upsertCustomIntegration(input: "${secret}") { __typename } }`,
      'Expected a value of type "UpsertCustomIntegrationInput!".',
    ],
    [
      'an enum value for a string',
      save(`endpoint: "a", token: ${secret}`),
      'Expected a value of type "String".',
    ],
    [
      'an object for a text',
      save(`endpoint: "a", token: {a: "${secret}"}`),
      'Expected a value of type "String".',
    ],
    [
      'an array for a string',
      save(`endpoint: "a", token: ["${secret}"]`),
      'Expected a value of type "String".',
    ],
    [
      'a string literal for a JSON object',
      save(`endpoint: "a", customLlmConfig: {fileName: "", className: "", initKwargs: "${secret}"}`),
      'Expected a value of type "JSONObject".',
    ],
    [
      'a string for a number',
      save(`endpoint: "a", multiModalConfig: {maxFiles: "${secret}"}`),
      'Expected a value of type "Int".',
    ],
    [
      'a string for a large number',
      save(`endpoint: "a", multiModalConfig: {maxFileSizeBytes: "${secret}"}`),
      'Expected a value of type "SafeInt".',
    ],
    ['a null', save(`endpoint: null, token: "${secret}"`), 'Expected a value of type "String!".'],
    [
      'a missing field',
      save(`token: "${secret}"`),
      'Field "UpsertCustomIntegrationInput.endpoint" of required type "String!" was not provided.',
    ],
    [
      'an unknown field',
      save(`endpoint: "a", tokn: "${secret}"`),
      'Field "tokn" is not defined by type "UpsertCustomIntegrationInput". Did you mean "token"?',
    ],
    [
      'an unknown argument',
      `{ integration(name: OPENAI, key: "${secret}") { id } }`,
      /^Unknown argument "key" on field "Query\.integration"/,
    ],
    [
      'a directive',
      `{ integration(name: OPENAI) @include(if: "${secret}") { id } }`,
      'Expected a value of type "Boolean!".',
    ],
    [
      'the default of a variable',
      `query($a: IntegrationName! = "${secret}") { integration(name: $a) { id } }`,
      /^Expected a value of type "IntegrationName!"/,
    ],
    [
      'the same field twice',
      `{ integrations(names: [OPENAI]) { id } integrations(names: ["${secret}"]) { id } }`,
      /^Expected a value/,
    ],
    [
      'two calls that differ',
      `mutation { upsertCustomIntegration(input: {endpoint: "${secret}"}) { __typename } upsertCustomIntegration(input: {endpoint: "b"}) { __typename } }`,
      /they have differing arguments/,
    ],
    [
      'the same input field twice',
      save(`endpoint: "a", token: "${secret}", token: "${secret}"`),
      'There can be only one input field named "token".',
    ],
  ];
  it.each(cases)(
    'the error of an invalid literal names its position and type, never its value: %s',
    async (_what, query, message) => {
      const [error] = await refuse({ query });
      if (typeof message === 'string') expect(error?.message).toBe(message);
      else expect(error?.message).toMatch(message);
      expect(error?.extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
      expect(error?.locations?.[0]?.line).toBe(query.startsWith('mutation {\n') ? 2 : 1);
    },
  );
});

describe('a syntax error', () => {
  const cases: [query: string, message: string, column: number][] = [
    [`{ integration(name: OPENAI) { id } "${secret}" }`, 'Syntax Error: Expected Name, found String.', 36],
    [`{ integration("${secret}": 1) { id } }`, 'Syntax Error: Expected Name, found String.', 15],
    [
      `{ integration(name: """${secret}""" """${secret}""") }`,
      'Syntax Error: Expected Name, found BlockString.',
      42,
    ],
    [`"${secret}" { __typename }`, 'Syntax Error: Unexpected description.', 1],
    [`${secret} { __typename }`, 'Syntax Error: Unexpected Name.', 1],
    [`{ integration(name: "${secret}`, 'Syntax Error: Unterminated string.', 36],
    [`{ integration(name: "${secret}\n") }`, 'Syntax Error: Unterminated string.', 36],
    [`{ integration(name: "${secret}\\q") }`, 'Syntax Error: Invalid character escape sequence.', 36],
    [`{ integration(name: "\\u{${secret}}") }`, 'Syntax Error: Invalid Unicode escape sequence.', 22],
    [`{ integration(name: 1${secret}) }`, 'Syntax Error: Invalid number.', 22],
    [`{ integration(name: 424242.) }`, 'Syntax Error: Invalid number.', 28],
    [`{ integration(name: '${secret}') }`, 'Syntax Error: Unexpected single quote character.', 21],
    [`{ integration(name: ?${secret}) }`, 'Syntax Error: Unexpected character.', 21],
    [`{ integration(name: $) { ${secret} } }`, 'Syntax Error: Expected Name, found ")".', 22],
    [`{ integration(name: OPENAI) { ${secret}`, 'Syntax Error: Expected Name, found <EOF>.', 45],
    [`query A { __typename } ${secret}`, 'Syntax Error: Unexpected Name.', 24],
    [`query ($a: Int = $${secret}) { __typename }`, 'Syntax Error: the document cannot be parsed.', 18],
    [`fragment on on Query { ${secret} }`, 'Syntax Error: Unexpected Name.', 10],
    [`{ a(b: ${'4'.repeat(6)}x) }`, 'Syntax Error: Invalid number.', 14],
    ['', 'Syntax Error: Unexpected <EOF>.', 1],
  ];
  it.each(cases)(
    'a syntax error names the position and what was expected, and quotes nothing: %s',
    async (query, message, column) => {
      const [error, ...others] = await refuse({ query });
      expect(others).toEqual([]);
      expect(error?.message).toBe(message);
      expect(error?.locations?.[0]?.column).toBe(column);
      expect(error?.extensions.code).toBe('GRAPHQL_PARSE_FAILED');
    },
  );
});

describe('an invalid argument that only execution detects', () => {
  it('an invalid argument that only execution detects fails its field, with a message that quotes nothing', async () => {
    const response = await send(gateway.url, {
      headers: { 'content-type': 'application/json', 'galileo-api-key': 'k' },
      body: JSON.stringify({
        query: 'query($name: IntegrationName = OPENAI) { __typename integration(name: $name) { id } }',
        variables: { name: null },
      }),
    });
    const { data, errors } = parseBody(response);
    expect(data).toEqual({ __typename: 'Query', integration: null });
    expect(errors?.[0]).toMatchObject({
      message: 'An argument of this field does not match its type.',
      path: ['integration'],
      extensions: { code: 'BAD_USER_INPUT' },
    });
  });
});
