import fc from 'fast-check';
import {
  buildSchema,
  coerceInputValue,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  isInputType,
} from 'graphql';
import { expect, it } from 'vitest';
import { getInputCoercion, invalid } from '../../src/execution/input-coercion.ts';
import { createSchema } from '../../src/schema/index.ts';
import { executeByPlan, executeByReference } from './support/executions.ts';

const createTestSchema = (resolve: (args: unknown, info: GraphQLResolveInfo) => unknown) => {
  const schema = buildSchema(
    'input In { names: [String!] } type Query { field(input: In, names: [String!]): String }',
  );
  const query = schema.getQueryType() as GraphQLObjectType;
  const { field } = query.getFields();
  if (field !== undefined) field.resolve = (_source, args, _context, info) => resolve(args, info);
  return schema;
};

it('a resolver fails if it reads a property of `info` that a plan does not have', async () => {
  const read = (name: 'schema' | 'fieldName' | 'path' | 'variableValues') =>
    executeByPlan({ text: '{ field }', schema: createTestSchema((_args, info) => String(info[name])) });
  expect(await read('schema')).toEqual({ data: '{"field":"[object GraphQLSchema]"}' });
  for (const name of ['fieldName', 'path', 'variableValues'] as const) {
    expect(await read(name)).toMatchObject({
      data: '{"field":null}',
      errors: [{ path: ['field'], extensions: { code: 'INTERNAL_SERVER_ERROR' } }],
    });
  }
});

it('arguments are frozen, whether they are literals or variables', async () => {
  const frozen: boolean[] = [];
  const schema = createTestSchema((args) => {
    const { input, names } = args as { input: { names: unknown }; names: unknown };
    for (const value of [args, input, input.names, names]) frozen.push(Object.isFrozen(value));
    return 'done';
  });
  await executeByPlan({ text: '{ field(input: { names: ["a"] }, names: ["a"]) }', schema });
  await executeByPlan({
    text: 'query ($input: In, $names: [String!]) { field(input: $input, names: $names) }',
    inputs: { input: { names: ['a'] }, names: ['a'] },
    schema,
  });
  expect(frozen).toEqual(Array.from({ length: 8 }, () => true));
});

it('introspection has the same result as with graphql-js', async () => {
  const { getIntrospectionQuery } = await import('graphql');
  const text = getIntrospectionQuery({
    inputValueDeprecation: true,
    specifiedByUrl: true,
    directiveIsRepeatable: true,
  });
  expect((await executeByPlan({ text })).data).toBe((await executeByReference({ text })).data);
  const byName =
    'query ($name: String!) { __type(name: $name) { kind name fields(includeDeprecated: true) { name } } }';
  for (const name of ['Query', 'IntegrationName', 'Nothing']) {
    const asked = { text: byName, inputs: { name } };
    expect((await executeByPlan(asked)).data).toBe((await executeByReference(asked)).data);
  }
});

it('any JSON value is coerced as by graphql-js, for every input type of the schema', () => {
  const types = Object.values(createSchema().getTypeMap()).flatMap((type) =>
    isInputType(type) ? [type] : [],
  );
  const anything = fc.jsonValue({ maxDepth: 3 });
  const value = fc.oneof(
    anything,
    fc.dictionary(
      fc.constantFrom(
        'token',
        'endpoint',
        'headers',
        'key',
        'value',
        'name',
        'models',
        'modelProperties',
        'maxFiles',
        '__proto__',
      ),
      fc.oneof(anything, fc.constantFrom('a', 1, null, [{ key: 'a', value: 'b' }], { maxFiles: 1 }, ['a'])),
    ),
  );
  fc.assert(
    fc.property(fc.constantFrom(...types), value, (type, input) => {
      let isInvalid = false;
      const expected: unknown = coerceInputValue(input, type, () => {
        isInvalid = true;
      });
      const coerced = getInputCoercion(type)(input);
      if (isInvalid) expect(coerced).toBe(invalid);
      else expect(coerced).toEqual(expected);
    }),
    { numRuns: 2000 },
  );
});
