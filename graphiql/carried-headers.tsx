import { useEditorContext } from '@graphiql/react';
import { useEffect, useRef } from 'react';

interface CarriedHeadersProps {
  /** The initial content of a headers editor. */
  readonly initial: string;
}

/**
 * Copies the headers that the user has typed into every tab without its own headers, and keeps them when an entry of the
 * history is opened. They are stored only in this component: a reload removes them.
 */
export function CarriedHeaders({ initial }: CarriedHeadersProps) {
  const { headerEditor } = useEditorContext({ nonNull: true });
  const typed = useRef('');
  useEffect(() => {
    if (headerEditor === null) {
      return undefined;
    }
    // The user can have typed before this effect runs.
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
