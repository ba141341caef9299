import { useEditorContext } from '@graphiql/react';
import { useEffect } from 'react';

/** If Tab indented, keyboard users could not leave an editor (WCAG 2.1.2). Ctrl+] and Ctrl+[ indent instead. */
const leavingKeys = { Tab: false as const, 'Shift-Tab': false as const };

/** Gives the editors names, and lets Tab leave them. */
export function EditorAccess() {
  const { queryEditor, variableEditor, headerEditor, responseEditor } = useEditorContext({ nonNull: true });
  useEffect(() => {
    const editors = [
      ['Operation', queryEditor],
      ['Variables', variableEditor],
      ['Headers', headerEditor],
      ['Response', responseEditor],
    ] as const;
    for (const [name, editor] of editors) {
      editor?.getInputField().setAttribute('aria-label', name);
      editor?.addKeyMap(leavingKeys);
    }
    return () => {
      for (const [, editor] of editors) editor?.removeKeyMap(leavingKeys);
    };
  }, [queryEditor, variableEditor, headerEditor, responseEditor]);
  return null;
}

/** Shows the variables of a tab that has some. */
export function VariablesOfTab() {
  const { tabs, activeTabIndex } = useEditorContext({ nonNull: true });
  const hasVariables = (tabs[activeTabIndex]?.variables ?? '').trim() !== '';
  const id = tabs[activeTabIndex]?.id;
  useEffect(() => {
    if (!hasVariables) return;
    const buttons = document.querySelectorAll<HTMLButtonElement>('.graphiql-editor-tools button');
    [...buttons].find((button) => button.textContent === 'Variables')?.click();
    // Only when the tab changes, not while the user types.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [id]);
  return null;
}

/** Selects the operation that a link names, if the document has several. */
export function LinkedOperationName({ name }: { readonly name: string | null }) {
  const editors = useEditorContext({ nonNull: true });
  const { queryEditor } = editors;
  useEffect(() => {
    if (name !== null && queryEditor !== null) editors.setOperationName(name);
    // Only once.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [queryEditor]);
  return null;
}
