import { explorerPlugin } from '@graphiql/plugin-explorer';
import '@graphiql/plugin-explorer/style.css';
import { GraphiQL } from 'graphiql';
import 'graphiql/style.css';
import { createRoot } from 'react-dom/client';
import { CarriedHeaders } from './carried-headers.tsx';
import { DOCUMENTATION_PLUGIN } from './documentation.tsx';
import { createExamples, EMPTY_DOCUMENT } from './examples.ts';
import { fetchOperation } from './fetcher.ts';
import './page.css';
import { type PageConfig, toHeadersText } from './page-config.ts';
import { createEditorStorage, createMemoryBacking, type EditorStorage } from './storage.ts';

const root = document.getElementById('graphiql');
if (root === null) {
  throw new Error('The page has no element #graphiql.');
}
const config = JSON.parse(root.dataset['config'] ?? '{}') as PageConfig;
const headers = toHeadersText(config);
const examples = createExamples(config.headers !== undefined);
const plugins = [explorerPlugin({ showAttribution: false })];

createRoot(root).render(
  <GraphiQL
    fetcher={fetchOperation}
    storage={createStorage()}
    shouldPersistHeaders={false}
    defaultTabs={examples.map((example) => ({ ...example }))}
    defaultHeaders={headers}
    defaultQuery={EMPTY_DOCUMENT}
    plugins={plugins}
    referencePlugin={DOCUMENTATION_PLUGIN}
    inputValueDeprecation
    schemaDescription
  >
    <GraphiQL.Logo>
      <span className="gateway-logo">Galileo gateway</span>
    </GraphiQL.Logo>
    <CarriedHeaders initial={headers} />
  </GraphiQL>,
);

/** A browser that refuses storage altogether gets a page that remembers nothing beyond itself. */
function createStorage(): EditorStorage {
  try {
    return createEditorStorage(window.localStorage, examples);
  } catch {
    return createEditorStorage(createMemoryBacking(), examples);
  }
}
