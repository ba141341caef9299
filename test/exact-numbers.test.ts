import { afterAll, describe, expect, it } from 'vitest';
import { integrationRecordFixtures } from './fixtures/integration-records.ts';
import { toPath } from './support/naming.ts';
import { startStack } from './support/stack.ts';

const stack = await startStack();
stack.upstream.on('PUT', toPath('custom'), { json: integrationRecordFixtures.full });
afterAll(() => stack[Symbol.asyncDispose]());

const upsert = (kwargs: string) =>
  `upsertCustomIntegration(input: {
    endpoint: "https://e.test", customLlmConfig: { fileName: "f", className: "c", initKwargs: ${kwargs} }
  }) { __typename }`;

/** Sends a literal, or the JSON of a variable unchanged: `JSON.stringify` would not write these numbers. */
async function send(query: string, variables = '{}') {
  const before = stack.upstream.calls.length;
  const response = await fetch(stack.gateway.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'galileo-api-key': 'test-key' },
    body: `{"query":${JSON.stringify(query)},"variables":${variables}}`,
  });
  const { errors } = (await response.json()) as { errors?: { extensions: { code: string } }[] };
  const [call] = stack.upstream.calls.slice(before);
  const { custom_llm_config: config } = JSON.parse(call?.body ?? '{}') as {
    custom_llm_config?: { init_kwargs: unknown };
  };
  return { codes: errors?.map(({ extensions }) => extensions.code), kwargs: config?.init_kwargs };
}

const inVariable = (number: string) =>
  send(`mutation ($k: JSONObject) { ${upsert('$k')} }`, `{"k":{"a":[{"b":${number}}]}}`);
const inLiteral = (number: string) => send(`mutation { ${upsert(`{ a: [{ b: ${number} }] }`)} }`);
const inDefault = (number: string) =>
  send(`mutation ($k: JSONObject = { a: [{ b: ${number} }] }) { ${upsert('$k')} }`);

describe('a number in a JSONObject that a double cannot represent exactly', () => {
  it.each([
    '9007199254740993',
    '-9007199254740992',
    '123456789012345678901234567890',
    '1e400',
    '-1e400',
    '1e300',
  ])(
    '%s is rejected with BAD_USER_INPUT as a literal, in a variable and in its default, and nothing is sent',
    async (number) => {
      for (const place of [inVariable, inLiteral, inDefault]) {
        const { codes, kwargs } = await place(number);
        expect([place.name, codes, kwargs]).toEqual([place.name, ['BAD_USER_INPUT'], undefined]);
      }
    },
  );
});

describe('a number in a JSONObject that a double represents exactly', () => {
  it.each([
    ['0', 0],
    ['-0.0', -0],
    ['9007199254740991', 9007199254740991],
    ['-9007199254740991', -9007199254740991],
    ['0.1', 0.1],
    ['1.50', 1.5],
    ['25e-1', 2.5],
    ['1E3', 1000],
    ['5e-324', 5e-324],
    ['0.000001', 0.000001],
  ])('%s reaches upstream unchanged', async (text, value) => {
    for (const place of [inVariable, inLiteral, inDefault]) {
      const { codes, kwargs } = await place(text);
      expect([place.name, codes]).toEqual([place.name, undefined]);
      expect(JSON.stringify(kwargs)).toBe(JSON.stringify({ a: [{ b: value }] }));
    }
  });
});

it.each([
  ['0.1234567890123456789', 0.12345678901234568],
  ['3.14159265358979323846', Math.PI],
  ['1e-400', 0],
])('the decimal fraction %s is rounded to the nearest double', async (text, value) => {
  for (const place of [inVariable, inLiteral, inDefault])
    expect(await place(text)).toEqual({ codes: undefined, kwargs: { a: [{ b: value }] } });
});

it.each([
  ['1e400', '1e400'],
  ['-1e400', '-1e400'],
  ['400 digits', '9'.repeat(400)],
])(
  'a Float that is too large for a double is an error as a literal, in a variable and in its default, and nothing is sent: %s',
  async (_, number) => {
    const upsertModel = (value: string) =>
      `upsertAwsSageMakerIntegration(input: {
        token: { accessKeyId: "a", secretAccessKey: "b" }, models: [{ name: "a", alias: "b", maxTopP: ${value} }]
      }) { __typename }`;
    const before = stack.upstream.calls.length;
    const outcomes = [
      await send(`mutation ($f: Float) { ${upsertModel('$f')} }`, `{"f":${number}}`),
      await send(`mutation { ${upsertModel(number)} }`),
      await send(`mutation ($f: Float = ${number}) { ${upsertModel('$f')} }`),
    ];
    expect(outcomes.map(({ codes }) => codes)).toEqual([
      ['BAD_USER_INPUT'],
      ['GRAPHQL_VALIDATION_FAILED'],
      ['GRAPHQL_VALIDATION_FAILED'],
    ]);
    expect(stack.upstream.calls).toHaveLength(before);
  },
);
