import { explorerPlugin } from '@graphiql/plugin-explorer';
import '@graphiql/plugin-explorer/style.css';
import type { TabsState } from '@graphiql/react';
import { GraphiQL } from 'graphiql';
import 'graphiql/style.css';
import { createRoot } from 'react-dom/client';
import { CarriedHeaders } from './carried-headers.tsx';
import { CopyLinkButton, StatusLine } from './copy-link.tsx';
import { DOCUMENTATION_PLUGIN } from './documentation.tsx';
import { EditorAccess, LinkedOperationName, VariablesOfTab } from './editor-access.tsx';
import { createExamples, EMPTY_DOCUMENT } from './examples.ts';
import { fetchOperation } from './fetcher.ts';
import { readLink } from './link.ts';
import './page.css';
import { type PageConfig, toHeadersText } from './page-config.ts';
import { setStatus } from './status.ts';
import { createEditorStorage, createMemoryBacking, type EditorStorage } from './storage.ts';

const root = document.getElementById('graphiql');
if (root === null) {
  throw new Error('The page has no element #graphiql.');
}
const config = JSON.parse(root.dataset['config'] ?? '{}') as PageConfig;
const headers = toHeadersText(config);
const examples = createExamples(config.headers !== undefined);
const link = readLink(window.location.search);
let activeTab: string | undefined;
const plugins = [explorerPlugin({ showAttribution: false })];

createRoot(root).render(
  <GraphiQL
    fetcher={fetchOperation}
    storage={createStorage()}
    shouldPersistHeaders={false}
    defaultTabs={examples.map((example) => ({ ...example }))}
    defaultHeaders={headers}
    defaultQuery={EMPTY_DOCUMENT}
    defaultEditorToolsVisibility="headers"
    onTabChange={clearStatus}
    plugins={plugins}
    referencePlugin={DOCUMENTATION_PLUGIN}
    inputValueDeprecation
    schemaDescription
  >
    <GraphiQL.Logo>
      <h1 className="gateway-logo">Galileo gateway</h1>
    </GraphiQL.Logo>
    <GraphiQL.Toolbar>
      {({ prettify, merge, copy }) => (
        <>
          {prettify}
          {merge}
          {copy}
          <CopyLinkButton examples={examples} />
        </>
      )}
    </GraphiQL.Toolbar>
    <GraphiQL.Footer>
      <StatusLine />
    </GraphiQL.Footer>
    <CarriedHeaders initial={headers} />
    <EditorAccess />
    <VariablesOfTab />
    <LinkedOperationName name={link?.operationName ?? null} />
  </GraphiQL>,
);

/** The status belongs to the response of another tab. GraphiQL also reports changes within a tab. */
function clearStatus({ tabs, activeTabIndex }: TabsState): void {
  const tab = tabs[activeTabIndex]?.id;
  if (activeTab !== undefined && tab !== activeTab) setStatus('');
  activeTab = tab;
}

/** A reload would open the link again, instead of the tab in which it was edited. */
function forgetLink(): void {
  window.history.replaceState(null, '', window.location.pathname);
}

/** In a browser without storage, the page remembers nothing. */
function createStorage(): EditorStorage {
  try {
    return createEditorStorage(window.localStorage, examples, link, forgetLink);
  } catch {
    return createEditorStorage(createMemoryBacking(), examples, link);
  }
}
