let status = 'Tab moves between the controls. Ctrl+] indents.';
const listeners = new Set<() => void>();

/** Shows a message in the status line. */
export function setStatus(text: string): void {
  status = text;
  for (const listener of listeners) listener();
}

export const getStatus = (): string => status;

/** For React's `useSyncExternalStore`. */
export function subscribeToStatus(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
