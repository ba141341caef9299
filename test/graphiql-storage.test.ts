import { parse } from 'graphql';
import { describe, expect, test } from 'vitest';
import { createExamples } from '../graphiql/examples.ts';
import type { LinkedOperation } from '../graphiql/link.ts';
import { createEditorStorage, createMemoryBacking } from '../graphiql/storage.ts';

const SECRET = 'sk-0123456789';
const examples = createExamples(false);
const [first, upsert] = examples;
if (first === undefined || upsert === undefined) {
  throw new Error('There are too few examples.');
}

function createTab(query: string | null, variables: string | null): object {
  return {
    id: '1',
    title: 'A tab',
    operationName: null,
    query,
    variables,
    headers: JSON.stringify({ 'Galileo-API-Key': SECRET }),
    response: `{"data":"${SECRET}"}`,
    hash: `|||${SECRET}`,
  };
}

/** The stored part of a tab, and the whole store as a string. */
function storeTab(query: string | null, variables: string | null): { tab: unknown; all: string } {
  const backing = createMemoryBacking();
  const storage = createEditorStorage(backing, examples);
  storage.setItem(
    'graphiql:tabState',
    JSON.stringify({ tabs: [createTab(query, variables)], activeTabIndex: 0 }),
  );
  const { tabs } = JSON.parse(storage.getItem('graphiql:tabState') ?? '') as { tabs: unknown[] };
  return { tab: tabs[0], all: toText(backing) };
}

function toText(backing: ReturnType<typeof createMemoryBacking>): string {
  return Array.from({ length: backing.length }, (_, index) => {
    const key = backing.key(index) ?? '';
    return `${key}=${backing.getItem(key)}`;
  }).join('\n');
}

describe('tabs', () => {
  test('tabs are stored without headers and responses', () => {
    const { tab, all } = storeTab('{ integrations { id } }', '');
    expect(tab).toMatchObject({ query: '{ integrations { id } }', headers: null, response: null });
    expect(all).not.toContain(SECRET);
  });

  test('a tab with a query stores only the variables that the query declares', () => {
    const query = 'query ($name: IntegrationName!) { integration(name: $name) { id } }';
    expect(storeTab(query, '{"name":"AZURE"}').tab).toMatchObject({ variables: '{"name":"AZURE"}' });
    const { tab, all } = storeTab(query, JSON.stringify({ name: 'AZURE', token: SECRET }));
    expect(tab).toMatchObject({ variables: '{\n  "name": "AZURE"\n}' });
    expect(all).not.toContain(SECRET);
  });

  test('a tab with an unchanged example stores its document and its variables', () => {
    for (const { query, variables } of examples) {
      expect(storeTab(query, variables ?? null).tab).toMatchObject({ query, variables: variables ?? null });
    }
  });

  test('a tab with a mutation stores the structure of its variables without their values', () => {
    const variables = { input: { endpoint: SECRET, apiKeyValue: SECRET, maxFiles: 3, legacy: true } };
    const { tab, all } = storeTab(upsert.query, JSON.stringify(variables));
    expect(tab).toMatchObject({
      query: expect.stringContaining('mutation ConnectProvider(') as string,
      variables: JSON.stringify(
        { input: { endpoint: '', apiKeyValue: '', maxFiles: '', legacy: true } },
        null,
        2,
      ),
    });
    expect(all).not.toContain(SECRET);
  });

  test.each([
    ['a string', `mutation { upsert(input: { token: "${SECRET}" }) { id } }`],
    ['a block string', `mutation { upsert(input: { token: """${SECRET}""" }) { id } }`],
    ['an enum value', 'mutation { upsert(input: { token: sk0123456789 }) { id } }'],
    ['a number', 'mutation { upsert(input: { token: 0, other: 123456789 }) { id } }'],
    ['a comment', `mutation { upsert { id } } # ${SECRET}`],
    ['a variable’s default', `mutation ($token: String = "${SECRET}") { upsert(token: $token) { id } }`],
    ['a query in the same document', `query A { a(b: "${SECRET}") } mutation B { upsert { id } }`],
  ])('a tab does not store a value of a mutation: %s', (_name, query) => {
    const { tab, all } = storeTab(query, '');
    expect(all).not.toContain('123456789');
    expect(() => parse((tab as { query: string }).query)).not.toThrow();
  });

  test.each([`mutation { upsert(token: "${SECRET}"`, SECRET, `# ${SECRET}`, `{"token":"${SECRET}"}`])(
    'tabs do not store an invalid document: %s',
    (query) => {
      const { tab, all } = storeTab(query, JSON.stringify({ token: SECRET }));
      expect(tab).toMatchObject({ query: null, variables: null });
      expect(all).not.toContain(SECRET);
    },
  );

  test('tabs do not store variables that are not JSON', () => {
    expect(storeTab(upsert.query, `{"token": "${SECRET}`).all).not.toContain(SECRET);
    expect(storeTab(first.query, SECRET).all).not.toContain(SECRET);
  });
});

test.each(['queries', 'favorites'])('the history (%s) is stored without headers and values', (name) => {
  const backing = createMemoryBacking();
  const storage = createEditorStorage(backing, examples);
  const query = `mutation Upsert { upsert(token: "${SECRET}") { id } }`;
  const headers = JSON.stringify({ authorization: SECRET });
  storage.setItem(
    `graphiql:${name}`,
    JSON.stringify({ [name]: [{ query, headers, variables: '', label: 'Mine', favorite: true }] }),
  );
  const stored = JSON.parse(storage.getItem(`graphiql:${name}`) ?? '') as Record<string, unknown[]>;
  expect(stored[name]?.[0]).toMatchObject({ label: 'Mine', favorite: true });
  expect(stored[name]?.[0]).not.toHaveProperty('headers');
  expect(toText(backing)).not.toContain(SECRET);
});

test('apart from tabs and history, only the layout is stored', () => {
  const backing = createMemoryBacking();
  const storage = createEditorStorage(backing, examples);
  for (const key of ['headers', 'variables', 'query', 'operationName', 'somethingNew']) {
    storage.setItem(`graphiql:${key}`, SECRET);
  }
  expect(backing.length).toBe(0);
  storage.setItem('graphiql:theme', 'dark');
  expect(storage.getItem('graphiql:theme')).toBe('dark');
});

test('the editors open with the stored active tab', () => {
  const storage = createEditorStorage(createMemoryBacking(), examples);
  expect(storage.getItem('graphiql:query')).toBeNull();
  const tabs = [createTab('{ a }', ''), createTab(upsert.query, upsert.variables ?? null)];
  storage.setItem('graphiql:tabState', JSON.stringify({ tabs, activeTabIndex: 1 }));
  expect(storage.getItem('graphiql:query')).toBe(upsert.query);
  expect(storage.getItem('graphiql:variables')).toBe(upsert.variables);
});

test('clearing the storage keeps the data of other pages', () => {
  const backing = createMemoryBacking();
  backing.setItem('graphiql:theme', 'of another page');
  const storage = createEditorStorage(backing, examples);
  storage.setItem('graphiql:theme', 'dark');
  expect(storage.length).toBe(1);
  storage.clear();
  expect(storage.length).toBe(0);
  expect(backing.getItem('graphiql:theme')).toBe('of another page');
});

describe('a link', () => {
  const link = { query: '{ integrations { id } }', variables: null, operationName: null };
  const open = (backing = createMemoryBacking(), opened: LinkedOperation = link) => {
    const storage = createEditorStorage(backing, examples, opened);
    const state = JSON.parse(storage.getItem('graphiql:tabState') ?? '') as {
      tabs: { query: string }[];
      activeTabIndex: number;
    };
    return { storage, ...state };
  };

  test('a link opens in a new tab after the examples', () => {
    const { storage, tabs, activeTabIndex } = open();
    expect(tabs).toHaveLength(examples.length + 1);
    expect(tabs[activeTabIndex]).toMatchObject({ query: link.query, headers: null });
    expect(storage.getItem('graphiql:query')).toBe(link.query);
  });

  test('a link opens the tab that has the same operation', () => {
    const { activeTabIndex, tabs } = open(undefined, {
      query: upsert.query,
      variables: upsert.variables ?? '',
      operationName: null,
    });
    expect(tabs).toHaveLength(examples.length);
    expect(activeTabIndex).toBe(1);
  });

  test('an opened link is stored like any other tab', () => {
    const backing = createMemoryBacking();
    const { storage } = open(backing);
    storage.setItem(
      'graphiql:tabState',
      JSON.stringify({ tabs: [createTab('{ a }', '')], activeTabIndex: 0 }),
    );
    expect(storage.getItem('graphiql:query')).toBe('{ a }');
  });
});
