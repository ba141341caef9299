import { type KeyboardEvent, type ReactNode, useLayoutEffect, useRef } from 'react';
import { Toaster } from './feedback.tsx';
import { Icon } from './icon.tsx';
import { type Tab, tabs } from './navigation.ts';

interface DrawerProps {
  readonly title: ReactNode;
  /** The id of the element that gets the focus if the opener is gone when the drawer closes. */
  readonly successor: string;
  readonly children: ReactNode;
  /** Called for Escape, the close button and a click outside. The parent decides whether the drawer closes. */
  readonly onClose: () => void;
}

/** A modal dialog at the side. The browser keeps the focus inside and returns it to the element that opened it. */
export function Drawer({ title, successor, children, onClose }: DrawerProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  // A layout effect, because the focus returns only if the dialog is closed before it is removed.
  useLayoutEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => element?.close();
  }, []);
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- Keys and clicks close it, as in a native dialog.
    <dialog
      ref={dialog}
      className="drawer"
      data-successor={successor}
      aria-labelledby="drawer-title"
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onKeyDown={(event) => {
        // Browsers close a dialog at the second Escape without `onClose`.
        if (event.key !== 'Escape') return;
        event.preventDefault();
        onClose();
      }}
      // The second click of a double click can hit the backdrop of the drawer that the first one opened.
      onMouseDown={(event) => event.target === dialog.current && event.detail === 1 && onClose()}
    >
      <div className="drawer-frame">
        <div className="drawer-head">
          {title}
          <button type="button" className="quiet icon-button" aria-label="Close" onClick={onClose}>
            <Icon name="close" />
          </button>
        </div>
        {children}
        <Toaster />
      </div>
    </dialog>
  );
}

const tabLabels: Readonly<Record<Tab, string>> = {
  configuration: 'Configuration',
  access: 'Access',
  models: 'Models',
  status: 'Status',
};

/** Tabs as in the ARIA pattern: arrow keys move between them, and all share one tab stop. */
export function Tabs({
  tab,
  onTab,
  children,
}: {
  readonly tab: Tab;
  readonly onTab: (tab: Tab) => void;
  readonly children: ReactNode;
}) {
  const list = useRef<HTMLDivElement>(null);
  const move = (event: KeyboardEvent): void => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const next = tabs[(tabs.indexOf(tab) + step + tabs.length) % tabs.length] ?? tab;
    onTab(next);
    list.current?.querySelector<HTMLElement>(`#tab-${next}`)?.focus();
  };
  return (
    <>
      {/* oxlint-disable-next-line jsx-a11y/interactive-supports-focus -- Its tabs take the focus. */}
      <div className="tabs" role="tablist" aria-label="Sections" ref={list} onKeyDown={move}>
        {tabs.map((name) => (
          <button
            key={name}
            type="button"
            role="tab"
            id={`tab-${name}`}
            aria-selected={name === tab}
            aria-controls="tab-panel"
            tabIndex={name === tab ? 0 : -1}
            onClick={() => name !== tab && onTab(name)}
          >
            {tabLabels[name]}
          </button>
        ))}
      </div>
      <div
        className="tab-panel"
        role="tabpanel"
        id="tab-panel"
        aria-labelledby={`tab-${tab}`}
        tabIndex={-1}
        data-focus
      >
        {children}
      </div>
    </>
  );
}
