import { type ReactNode, useEffect, useRef } from 'react';

interface DrawerProps {
  readonly title: ReactNode;
  readonly children: (close: () => void) => ReactNode;
  readonly onClosed: () => void;
}

/** A modal dialog at the side. The browser keeps focus inside, closes it with Escape, and gives focus back to the opener. */
export function Drawer({ title, children, onClosed }: DrawerProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => element?.close();
  }, []);
  const close = (): void => dialog.current?.close();
  return (
    <dialog ref={dialog} className="drawer" aria-labelledby="drawer-title" onClose={onClosed}>
      <div className="drawer-head">
        {title}
        <button type="button" className="quiet icon-button" aria-label="Close" onClick={close}>
          <svg viewBox="0 0 16 16" aria-hidden="true">
            <path d="M4 4l8 8M12 4l-8 8" />
          </svg>
        </button>
      </div>
      {children(close)}
    </dialog>
  );
}
