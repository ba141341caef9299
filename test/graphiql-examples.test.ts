import { getVariableValues, parse, validate } from 'graphql';
import { describe, expect, test } from 'vitest';
import { createExamples, EMPTY_DOCUMENT } from '../graphiql/examples.ts';
import { createSchema } from '../src/schema/index.ts';

const schema = createSchema();

describe.each([
  ['without a key', createExamples(false)],
  ['with one', createExamples(true)],
])('the ready examples %s', (_name, examples) => {
  test('are valid, each one operation with a name and the variables it needs', () => {
    for (const { query, variables } of examples) {
      const document = parse(query);
      expect(validate(schema, document)).toEqual([]);
      const [operation, ...others] = document.definitions;
      expect(others).toEqual([]);
      if (operation?.kind !== 'OperationDefinition') {
        throw new Error('The example is no operation.');
      }
      expect(operation.name).toBeDefined();
      const values = JSON.parse(variables ?? '{}') as Record<string, unknown>;
      expect(getVariableValues(schema, operation.variableDefinitions ?? [], values)).not.toHaveProperty(
        'errors',
      );
    }
  });

  test('show a read, the catalogue, the upsert and the entities', () => {
    const names = examples.map(({ query }) => /(?:query|mutation) (\w+)/.exec(query)?.[1]);
    expect(names).toEqual(['OneProvider', 'SettingsPage', 'UpsertCustom', 'Entities']);
  });
});

test('a new tab holds nothing but comments', () => {
  expect(EMPTY_DOCUMENT).toMatch(/^(?:#.*\n)+$/);
});
