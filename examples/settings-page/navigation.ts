import { type IntegrationName, integrationNames } from 'galileo-gateway/client';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { mutations } from './client.ts';

export const tabs = ['configuration', 'access', 'models', 'status'] as const;
export type Tab = (typeof tabs)[number];

/** The view in the address: `#/azure/access`. Without a provider, no drawer is open. */
interface Route {
  readonly name: IntegrationName | undefined;
  readonly tab: Tab;
}

/** Asks whether unsaved changes can be discarded. */
type Guard = () => Promise<boolean>;

export interface Navigation extends Route {
  readonly open: (name: IntegrationName, tab?: Tab) => void;
  readonly close: () => void;
  /** Asks before unsaved changes are lost. Resolves to whether they can be discarded. */
  readonly leave: () => Promise<boolean>;
  /** Runs before the user leaves the current view; undefined removes it. */
  readonly setGuard: (guard: Guard | undefined) => void;
}

const toHash = (name: IntegrationName, tab: Tab): string =>
  `#/${name.toLowerCase().replaceAll('_', '-')}${tab === 'configuration' ? '' : `/${tab}`}`;

function readRoute(): Route {
  const [, provider = '', section] = window.location.hash.split('/');
  const wanted = provider.toUpperCase().replaceAll('-', '_');
  return {
    name: integrationNames.find((name) => name === wanted),
    tab: tabs.find((tab) => tab === section) ?? 'configuration',
  };
}

/** The view as part of the address: links open a provider, and Back closes the drawer. */
export function useNavigation(): Navigation {
  const [route, setRoute] = useState(readRoute);
  const guard = useRef<Guard>(undefined);
  const shown = useRef(window.location.hash);
  /** `history.back()` takes effect only with its event. */
  const isGoingBack = useRef(false);

  const leave = useCallback(async (): Promise<boolean> => {
    if (guard.current !== undefined && !(await guard.current())) return false;
    guard.current = undefined;
    return true;
  }, []);
  const setGuard = useCallback((next: Guard | undefined): void => {
    guard.current = next;
  }, []);
  const goBack = useCallback((): void => {
    if (!isGoingBack.current) window.history.back();
    isGoingBack.current = true;
  }, []);

  useEffect(() => {
    const show = (): void => {
      shown.current = window.location.hash;
      setRoute(readRoute());
    };
    const followAddress = (): void => {
      isGoingBack.current = false;
      if (guard.current === undefined) {
        show();
        return;
      }
      // The browser has already left the form: return to it, ask, then leave.
      window.history.pushState({ isOpened: true }, '', shown.current);
      void leave().then((canLeave) => canLeave && goBack());
    };
    const warn = (event: BeforeUnloadEvent): void => {
      if (guard.current !== undefined || mutations.running > 0) event.preventDefault();
    };
    window.addEventListener('popstate', followAddress);
    window.addEventListener('beforeunload', warn);
    return () => {
      window.removeEventListener('popstate', followAddress);
      window.removeEventListener('beforeunload', warn);
    };
  }, [leave, goBack]);

  return useMemo(() => {
    const show = (hash: string, isReplaced: boolean): void => {
      if (isReplaced) window.history.replaceState(window.history.state, '', hash);
      else window.history.pushState({ isOpened: true }, '', hash);
      shown.current = hash;
      setRoute(readRoute());
    };
    const open = (name: IntegrationName, tab: Tab = 'configuration'): void => {
      const opened = readRoute().name;
      // Another tab of the same provider loses no changes.
      if (opened === name) show(toHash(name, tab), true);
      else void leave().then((canLeave) => canLeave && show(toHash(name, tab), opened !== undefined));
    };
    const close = (): void => {
      void leave().then((canLeave) => {
        if (!canLeave) return;
        const state: unknown = window.history.state;
        // If the drawer was opened from this page, Back must not open it again.
        if (typeof state === 'object' && state !== null && 'isOpened' in state) goBack();
        else show('#/', true);
      });
    };
    return { ...route, open, close, leave, setGuard };
  }, [route, leave, setGuard, goBack]);
}
