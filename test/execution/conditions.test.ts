import { expect, it } from 'vitest';
import { startFakeUpstream } from '../support/fake-upstream.ts';
import { startGateway } from '../support/gateway.ts';

const names = ['a', 'b', 'c', 'd', 'e'];
const query = `query (${names.map((name) => `$${name}: Boolean!`).join(' ')}) {
  always: __typename
  ${names.map((name) => `${name}: __typename @include(if: $${name})`).join('\n')}
}`;

it('each set of values for the conditions of an operation has its own result, regardless of their number', async () => {
  await using upstream = await startFakeUpstream();
  await using gateway = await startGateway(upstream.url);
  // More than plans are kept, and each of them again when it is no longer.
  for (const set of [...Array(32).keys(), ...Array(32).keys()]) {
    const variables = Object.fromEntries(names.map((name, bit) => [name, (set & (1 << bit)) !== 0]));
    const { data } = await gateway.query<object, object>(query, variables);
    const included = names.filter((name) => variables[name]);
    expect(Object.keys(data ?? {})).toEqual(['always', ...included]);
  }
});

it('a condition can have a name that objects have a meaning for', async () => {
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
