import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Executor } from '../../src/execution/index.ts';
import { createSchema } from '../../src/schema/index.ts';
import { startFakeUpstream } from '../support/fake-upstream.ts';
import { startGateway } from '../support/gateway.ts';
import {
  createContext,
  executeByPlan,
  executeByReference,
  fullResponses,
  limits,
  type Responses,
} from './support/executions.ts';

const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'];
const query = `query (${names.map((name) => `$${name}: Boolean!`).join(' ')}) {
  always: __typename
  ${names.map((name) => `${name}: __typename @include(if: $${name})`).join('\n')}
}`;

it('each set of values for the conditions of an operation has its own result, regardless of their number', async () => {
  await using upstream = await startFakeUpstream();
  await using gateway = await startGateway(upstream.url);
  // More sets than cached plans (256), and each of them again after its plan was dropped.
  for (const set of [...Array(512).keys(), ...Array(512).keys()]) {
    const variables = Object.fromEntries(names.map((name, bit) => [name, (set & (1 << bit)) !== 0]));
    const { data } = await gateway.query<object, object>(query, variables);
    const included = names.filter((name) => variables[name]);
    expect(Object.keys(data ?? {})).toEqual(['always', ...included]);
  }
});

it('a full cache of plans keeps them if one of them grows, and is emptied before another one is added', async () => {
  const executor = new Executor(createSchema(), {
    ...limits,
    introspection: true,
    trustedDocuments: undefined,
  });
  const declared = names.map((name) => `$${name}: Boolean!`).join(' ');
  const fields = names.map((name) => `${name}: id @include(if: $${name})`).join(' ');
  const query = `query (${declared}) { integration(name: OPENAI) { ${fields} } }`;
  const params = { query, operationName: undefined, variables: undefined, documentId: undefined };
  const prepared = executor.prepare(params, true);
  const run = (set: number, responses: Responses) =>
    executor.execute(
      prepared,
      Object.fromEntries(names.map((name, bit) => [name, (set & (1 << bit)) !== 0])),
      createContext(responses),
    );
  for (let set = 0; set < 256; set += 1) await run(set, {});
  expect(prepared.plans.size).toBe(256);
  // The fields of the integration are planned when it is first configured.
  await run(255, fullResponses);
  expect(prepared.plans.size).toBe(256);
  await run(256, {});
  expect(prepared.plans.size).toBe(1);
});

it('a condition can have the name of a property of Object.prototype', async () => {
  await using upstream = await startFakeUpstream();
  await using gateway = await startGateway(upstream.url);
  const query =
    'query ($__proto__: Boolean!) { always: __typename maybe: __typename @include(if: $__proto__) }';
  for (const [value, keys] of [
    [true, ['always', 'maybe']],
    [false, ['always']],
  ] as const) {
    const { data } = await gateway.query<object, object>(query, { ['__proto__']: value });
    expect(Object.keys(data ?? {})).toEqual(keys);
  }
});

it('the conditions of another operation of the document have no effect', async () => {
  await using upstream = await startFakeUpstream();
  await using gateway = await startGateway(upstream.url);
  const document = `
    query Other($a: Boolean!, $c: Boolean!, $z: Boolean!) { __typename @skip(if: $a) x: __typename @skip(if: $c) y: __typename @skip(if: $z) }
    query Real($a: [_Any!]!, $c: Boolean!, $z: [_Any!]!) {
      e1: _entities(representations: $a) { __typename } e2: _entities(representations: $z) { __typename }
      optional: __typename @include(if: $c)
    }`;
  const send = async (variables: object) => {
    const response = await fetch(gateway.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: document, operationName: 'Real', variables }),
    });
    return Object.keys(((await response.json()) as { data: object }).data);
  };
  expect(await send({ a: ['a'], c: true, z: ['false,b'] })).toEqual(['e1', 'e2', 'optional']);
  expect(await send({ a: ['a,true'], c: false, z: ['b'] })).toEqual(['e1', 'e2']);
});

const names3 = ['a', 'b', 'c'] as const;
const directive = fc.tuple(
  fc.constantFrom('skip', 'include'),
  fc.constantFrom('$a', '$b', '$c', 'true', 'false'),
);
const selection = fc
  .array(
    fc.tuple(
      fc.constantFrom(
        '__typename',
        'x: __typename',
        '...F',
        '... { y: __typename }',
        'integrationProviders { name }',
      ),
      fc.option(directive),
    ),
    { minLength: 1, maxLength: 6 },
  )
  .map((parts) =>
    parts
      .map(([field, condition]) => {
        if (condition === null) return field;
        const [name, value] = condition;
        const [head = '', ...rest] = field.split(' {');
        return [`${head} @${name}(if: ${value})`, ...rest].join(' {');
      })
      .join('\n'),
  );

it('any conditions have the same result as graphql-js, even with cached plans', async () => {
  await fc.assert(
    fc.asyncProperty(
      selection,
      selection,
      fc.array(fc.record({ a: fc.boolean(), b: fc.boolean(), c: fc.boolean() }), {
        minLength: 1,
        maxLength: 6,
      }),
      async (fields, inner, requests) => {
        const text = `query (${names3.map((name) => `$${name}: Boolean! = true`).join(' ')}) {
          always: __typename v: __typename @skip(if: $a) w: __typename @skip(if: $b) u: __typename @skip(if: $c)
          ${fields} ...F
        }
        fragment F on Query { inFragment: __typename ${inner.replaceAll('...F', 'z: __typename')} }`;
        for (const inputs of requests) {
          const [byPlan, byReference] = await Promise.all([
            executeByPlan({ text, inputs }),
            executeByReference({ text, inputs }),
          ]);
          expect(byPlan.data).toBe(byReference.data);
        }
      },
    ),
    { numRuns: 200 },
  );
});
