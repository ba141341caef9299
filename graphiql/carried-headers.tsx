import { useEditorContext } from '@graphiql/react';
import { useEffect, useRef } from 'react';

interface CarriedHeadersProps {
  /** The content of the headers editor before the user types. */
  readonly initial: string;
}

/**
 * Uses typed headers in every tab without headers, and keeps them when an entry of the history is opened. They are
 * stored only in this component, so a reload forgets them.
 */
export function CarriedHeaders({ initial }: CarriedHeadersProps) {
  const { headerEditor } = useEditorContext({ nonNull: true });
  const typed = useRef('');
  useEffect(() => {
    if (headerEditor === null) {
      return undefined;
    }
    // The user can type before this effect runs.
    if (headerEditor.getValue() !== initial) {
      typed.current = headerEditor.getValue();
    }
    const carry = (_editor: unknown, change: { readonly origin?: string | undefined }): void => {
      const text = headerEditor.getValue();
      if (change.origin !== 'setValue') {
        typed.current = text;
        return;
      }
      const wanted = typed.current.trim() === '' ? initial : typed.current;
      if ((text.trim() === '' || text === initial) && text !== wanted) {
        headerEditor.setValue(wanted);
      }
    };
    headerEditor.on('change', carry);
    return () => headerEditor.off('change', carry);
  }, [headerEditor, initial]);
  return null;
}
