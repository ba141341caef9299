/**
 * If the element with the focus disappears, moves the focus to the first element with `data-focus` in the nearest
 * container that is left. The container can have been replaced by one with the same id. `data-successor` is the id of
 * another one.
 */
export function keepFocus(): () => void {
  let path: readonly HTMLElement[] = [];
  const remember = (event: FocusEvent): void => {
    path = event.composedPath().filter((target) => target instanceof HTMLElement);
  };
  const restore = (): void => {
    if (path[0]?.isConnected !== false || document.activeElement !== document.body) return;
    for (const element of path) {
      const container = element.isConnected
        ? element
        : document.getElementById(element.dataset['successor'] ?? element.id);
      const target = container?.matches('[data-focus]')
        ? container
        : container?.querySelector<HTMLElement>('[data-focus]');
      target?.focus();
      // Outside of a modal dialog, nothing can have the focus.
      if (document.activeElement !== document.body) return;
    }
  };
  const observer = new MutationObserver(restore);
  observer.observe(document.body, { subtree: true, childList: true });
  document.addEventListener('focusin', remember);
  return () => {
    observer.disconnect();
    document.removeEventListener('focusin', remember);
  };
}
