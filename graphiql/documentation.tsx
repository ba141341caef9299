import { DOC_EXPLORER_PLUGIN, DocExplorer } from '@graphiql/plugin-doc-explorer';
import { type GraphiQLPlugin, useSchemaStore } from '@graphiql/react';
import { INTROSPECTION_OFF } from './fetcher.ts';

/** GraphiQL's documentation, or an explanation if it is not available. */
export const DOCUMENTATION_PLUGIN: GraphiQLPlugin = { ...DOC_EXPLORER_PLUGIN, content: Documentation };

function Documentation() {
  const fetchError = useSchemaStore((store) => store.fetchError);
  if (fetchError === null) {
    return <DocExplorer />;
  }
  return (
    <section className="documentation-notice" aria-label={DOC_EXPLORER_PLUGIN.title}>
      <div className="graphiql-doc-explorer-title">Docs</div>
      <p>
        {fetchError.includes(INTROSPECTION_OFF)
          ? INTROSPECTION_OFF
          : 'The schema could not be loaded, so there is no documentation. The response from the gateway is on the right.'}
      </p>
    </section>
  );
}
