import { useEditorContext } from '@graphiql/react';
import { useEffect, useRef } from 'react';

interface CarriedHeadersProps {
  /** What a headers editor holds before anybody has typed into it. */
  readonly initial: string;
}

/**
 * Headers typed once are there in every tab that has none of its own, and stay when an entry of the history, which has
 * none either, is opened. They live in this component: a reload forgets them.
 */
export function CarriedHeaders({ initial }: CarriedHeadersProps) {
  const { headerEditor } = useEditorContext({ nonNull: true });
  const typed = useRef('');
  useEffect(() => {
    if (headerEditor === null) {
      return undefined;
    }
    // Somebody may have typed between the editor's appearance and this moment.
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
