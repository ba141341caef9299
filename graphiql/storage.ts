import type { Example } from './examples.ts';
import { toStoredOperation } from './stored.ts';

/** The part of `localStorage` that is used here. `setItem` throws if it is full. */
export interface Backing {
  readonly length: number;
  key(index: number): string | null;
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/** The storage interface of GraphiQL. */
export interface EditorStorage {
  readonly length: number;
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
  clear(): void;
}

/** Separates this page from other GraphiQL pages of the same origin. */
const PREFIX = 'galileo-gateway:';
const TABS = 'graphiql:tabState';
const HISTORIES: ReadonlySet<string> = new Set(['graphiql:queries', 'graphiql:favorites']);
const LAYOUT: ReadonlySet<string> = new Set([
  'graphiql:theme',
  'graphiql:visiblePlugin',
  'graphiql:docExplorerFlex',
  'graphiql:editorFlex',
  'graphiql:secondaryEditorFlex',
]);

/**
 * GraphiQL's storage with an allow-list: the layout, and tabs and history without headers, responses and
 * anything else that can be secret. GraphiQL itself writes headers into its history whatever `shouldPersistHeaders` says.
 */
export function createEditorStorage(backing: Backing, examples: readonly Example[]): EditorStorage {
  const ownKeys = (): string[] =>
    Array.from({ length: backing.length }, (_, index) => backing.key(index) ?? '').filter((key) =>
      key.startsWith(PREFIX),
    );
  const getActiveTab = (): Record<string, unknown> => {
    const { tabs, activeTabIndex } = parseRecord(backing.getItem(PREFIX + TABS));
    return Array.isArray(tabs) ? toRecord(tabs[Number(activeTabIndex)]) : {};
  };
  return {
    get length() {
      return ownKeys().length;
    },
    getItem(key) {
      // GraphiQL adds a tab at each visit unless these two are those of the active tab.
      if (key === 'graphiql:query') {
        return toText(getActiveTab()['query']);
      }
      if (key === 'graphiql:variables') {
        return toText(getActiveTab()['variables']);
      }
      return backing.getItem(PREFIX + key);
    },
    setItem(key, value) {
      if (LAYOUT.has(key)) {
        backing.setItem(PREFIX + key, value);
      } else if (key === TABS) {
        const { tabs, activeTabIndex } = parseRecord(value);
        const stored = { tabs: toRecords(tabs).map((tab) => toStoredTab(tab, examples)), activeTabIndex };
        backing.setItem(PREFIX + key, JSON.stringify(stored));
      } else if (HISTORIES.has(key)) {
        const name = key.slice('graphiql:'.length);
        const items = toRecords(parseRecord(value)[name]).map((item) => toStoredItem(item, examples));
        backing.setItem(PREFIX + key, JSON.stringify({ [name]: items }));
      }
    },
    removeItem(key) {
      backing.removeItem(PREFIX + key);
    },
    clear() {
      for (const key of ownKeys()) {
        backing.removeItem(key);
      }
    },
  };
}

/** Forgets everything with the page. */
export function createMemoryBacking(): Backing {
  const items = new Map<string, string>();
  return {
    get length() {
      return items.size;
    },
    key: (index) => [...items.keys()][index] ?? null,
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
  };
}

function toStoredTab(tab: Record<string, unknown>, examples: readonly Example[]): object {
  const { id, title, operationName } = tab;
  return {
    id,
    title,
    operationName,
    ...toStoredOperation(toOperation(tab), examples),
    hash: null,
    headers: null,
    response: null,
  };
}

function toStoredItem(item: Record<string, unknown>, examples: readonly Example[]): object {
  const { operationName, label, favorite } = item;
  const { query, variables } = toStoredOperation(toOperation(item), examples);
  return { operationName, label, favorite, query: query ?? undefined, variables: variables ?? undefined };
}

function toOperation(record: Record<string, unknown>): { query: string | null; variables: string | null } {
  return { query: toText(record['query']), variables: toText(record['variables']) };
}

function toText(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function toRecords(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.map(toRecord) : [];
}

function toRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function parseRecord(text: string | null): Record<string, unknown> {
  try {
    return toRecord(JSON.parse(text ?? ''));
  } catch {
    return {};
  }
}
