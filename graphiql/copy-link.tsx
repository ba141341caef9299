import { ToolbarButton, useEditorContext } from '@graphiql/react';
import { useSyncExternalStore } from 'react';
import type { Example } from './examples.ts';
import { createLink } from './link.ts';
import { getStatus, setStatus, subscribeToStatus } from './status.ts';

/** Copies a link to the operation of the current tab. */
export function CopyLinkButton({ examples }: { readonly examples: readonly Example[] }) {
  const { queryEditor, variableEditor } = useEditorContext({ nonNull: true });
  const copy = async (): Promise<void> => {
    const query = queryEditor?.getValue() ?? '';
    const variables = variableEditor?.getValue() ?? '';
    const link = createLink(
      { query, variables, operationName: queryEditor?.operationName ?? null },
      examples,
    );
    if (link === undefined) {
      setStatus('There is no valid operation to link to.');
      return;
    }
    const copied = new URLSearchParams(link);
    const isShortened =
      query.includes('mutation') &&
      (copied.get('query') !== query || (copied.get('variables') ?? '') !== variables);
    const note = isShortened ? ' Values of a mutation are left out.' : '';
    try {
      await navigator.clipboard.writeText(new URL(link, window.location.href).href);
      setStatus(`Link copied.${note}`);
    } catch {
      // Browsers refuse the clipboard to pages without TLS.
      window.history.replaceState(null, '', link);
      setStatus(`The link is in the address bar.${note}`);
    }
  };
  return (
    <ToolbarButton onClick={() => void copy()} label="Copy link">
      <svg className="graphiql-toolbar-icon copy-link-icon" viewBox="0 0 16 16" aria-hidden="true">
        <path d="M6.7 9.3a2.8 2.8 0 0 0 4 0l2.4-2.4a2.8 2.8 0 0 0-4-4l-1 1M9.3 6.7a2.8 2.8 0 0 0-4 0L2.9 9.1a2.8 2.8 0 0 0 4 4l1-1" />
      </svg>
    </ToolbarButton>
  );
}

/** Status, duration and request id of the last response, and the result of copying a link. */
export function StatusLine() {
  return (
    <p className="status-line" role="status">
      {useSyncExternalStore(subscribeToStatus, getStatus)}
    </p>
  );
}
