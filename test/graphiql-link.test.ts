import { describe, expect, test } from 'vitest';
import { createExamples } from '../graphiql/examples.ts';
import { createLink, readLink } from '../graphiql/link.ts';

const examples = createExamples(false);
const operation = { query: '{ integrations { id } }', variables: '', operationName: null };

describe('a link to an operation', () => {
  test('a link opens the same operation, with indented variables', () => {
    const query = 'query Read($name: IntegrationName!) { integration(name: $name) { id } }';
    const link = createLink({ query, variables: '{"name":"AZURE"}', operationName: 'Read' }, examples);
    expect(readLink(link ?? '')).toEqual({
      query,
      variables: '{\n  "name": "AZURE"\n}',
      operationName: 'Read',
    });
    expect(readLink(createLink(operation, examples) ?? '')).toEqual({ ...operation, variables: null });
  });

  test('a link contains no value of a mutation', () => {
    const link = createLink(
      {
        query: 'mutation ($t: String!) { upsert(token: "sk-literal", other: $t) { id } }',
        variables: '{"t":"sk-variable"}',
        operationName: null,
      },
      examples,
    );
    expect(link).toContain('mutation');
    expect(link).not.toContain('sk-');
  });

  test('a link keeps the values of an unchanged example', () => {
    const [, example] = examples;
    const variables = example?.variables ?? '';
    const link = createLink({ query: example?.query ?? '', variables, operationName: null }, examples);
    expect(readLink(link ?? '')?.variables).toBe(variables);
  });

  test('a link exists only for a valid document', () => {
    expect(createLink({ ...operation, query: 'sk-secret' }, examples)).toBeUndefined();
    expect(readLink('?query=')).toBeUndefined();
    expect(readLink('')).toBeUndefined();
  });

  test('a link with variables that are not JSON shows them unchanged', () => {
    expect(readLink('?query=%7Ba%7D&variables=%7B')).toMatchObject({ variables: '{' });
  });
});
