import type { Example } from './examples.ts';
import type { LinkedOperation } from './link.ts';
import { toStoredOperation } from './stored.ts';

/** The part of `localStorage` that is used here. `setItem` throws if the storage is full. */
export interface Backing {
  readonly length: number;
  key(index: number): string | null;
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/** What GraphiQL expects of a storage. */
export interface EditorStorage {
  readonly length: number;
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
  clear(): void;
}

/** Keeps the keys apart from those of other GraphiQL pages on the same origin. */
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
 * GraphiQL's storage with an allow-list: the layout, and tabs and history without headers, responses and other data
 * that can be secret. GraphiQL writes headers into its history even with `shouldPersistHeaders: false`.
 *
 * @param link opened in the tab that already has this operation, otherwise in a new one
 * @param onLinkStored called when the link's tab is stored, from when on the link is not needed
 */
export function createEditorStorage(
  backing: Backing,
  examples: readonly Example[],
  link?: LinkedOperation,
  onLinkStored?: () => void,
): EditorStorage {
  let opened: string | undefined =
    link && JSON.stringify(openLink(link, parseRecord(backing.getItem(PREFIX + TABS)), examples));
  const getTabs = (): string | null => opened ?? backing.getItem(PREFIX + TABS);
  const ownKeys = (): string[] =>
    Array.from({ length: backing.length }, (_, index) => backing.key(index) ?? '').filter((key) =>
      key.startsWith(PREFIX),
    );
  const getActiveTab = (): Record<string, unknown> => {
    const { tabs, activeTabIndex } = parseRecord(getTabs());
    return Array.isArray(tabs) ? toRecord(tabs[Number(activeTabIndex)]) : {};
  };
  return {
    get length() {
      return ownKeys().length;
    },
    getItem(key) {
      // GraphiQL adds a tab at each visit unless these two match the active tab.
      if (key === 'graphiql:query') {
        return toText(getActiveTab()['query']);
      }
      if (key === 'graphiql:variables') {
        return toText(getActiveTab()['variables']);
      }
      return key === TABS ? getTabs() : backing.getItem(PREFIX + key);
    },
    setItem(key, value) {
      if (LAYOUT.has(key)) {
        backing.setItem(PREFIX + key, value);
      } else if (key === TABS) {
        const { tabs, activeTabIndex } = parseRecord(value);
        const stored = { tabs: toRecords(tabs).map((tab) => toStoredTab(tab, examples)), activeTabIndex };
        backing.setItem(PREFIX + key, JSON.stringify(stored));
        if (opened !== undefined) onLinkStored?.();
        opened = undefined;
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

/** The state of the tabs with an active tab for the link. */
function openLink(
  link: LinkedOperation,
  state: Record<string, unknown>,
  examples: readonly Example[],
): object {
  const stored = toRecords(state['tabs']);
  const tabs =
    stored.length > 0 ? stored : examples.map(({ query, variables = null }) => createTab(query, variables));
  const isSame = (tab: Record<string, unknown>): boolean =>
    tab['query'] === link.query && (tab['variables'] ?? '') === (link.variables ?? '');
  const index = tabs.findIndex(isSame);
  if (index >= 0) return { tabs, activeTabIndex: index };
  const tab = createTab(link.query, link.variables, link.operationName);
  return { tabs: [...tabs, tab], activeTabIndex: tabs.length };
}

function createTab(
  query: string,
  variables: string | null,
  operationName: string | null = null,
): Record<string, unknown> {
  const name = operationName ?? /(?:query|mutation)\s+(\w+)/.exec(query)?.[1] ?? null;
  return {
    id: crypto.randomUUID(),
    title: name ?? '<untitled>',
    operationName: name,
    query,
    variables,
    hash: null,
    headers: null,
    response: null,
  };
}

/** Storage that ends with the page. */
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
