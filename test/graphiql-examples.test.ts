import { getVariableValues, parse, validate } from 'graphql';
import { describe, expect, test } from 'vitest';
import { createExamples, EMPTY_DOCUMENT } from '../graphiql/examples.ts';
import { createSchema } from '../src/schema/index.ts';

const schema = createSchema();

describe.each([
  ['without a key', createExamples(false)],
  ['with one', createExamples(true)],
])('the examples %s', (_name, examples) => {
  test('each example is valid and has one named operation with its variables', () => {
    for (const { query, variables } of examples) {
      const document = parse(query);
      expect(validate(schema, document)).toEqual([]);
      const [operation, ...others] = document.definitions;
      expect(others).toEqual([]);
      if (operation?.kind !== 'OperationDefinition') {
        throw new Error('The example is not an operation.');
      }
      expect(operation.name).toBeDefined();
      const values = JSON.parse(variables ?? '{}') as Record<string, unknown>;
      expect(getVariableValues(schema, operation.variableDefinitions ?? [], values)).not.toHaveProperty(
        'errors',
      );
    }
  });

  test('the examples have one tab for each task: read, connect, share and delete', () => {
    const names = examples.map(({ query }) => /(?:query|mutation) (\w+)/.exec(query)?.[1]);
    expect(names).toEqual(['ReadProviders', 'ConnectProvider', 'ShareIntegration', 'DeleteProvider']);
  });
});

test('a new tab has only comments', () => {
  expect(EMPTY_DOCUMENT).toMatch(/^(?:#.*\n)+$/);
});
