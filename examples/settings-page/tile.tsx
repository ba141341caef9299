import { type RefObject, useEffect, useRef } from 'react';
import { getSummary } from './details.tsx';
import type { Provider, ProviderState } from './providers.ts';

const statusWords: Readonly<Record<ProviderState['status'], string>> = {
  configured: 'Configured',
  'not-configured': 'Not configured',
  failed: 'Could not be loaded',
};

export function StatusBadge({
  status,
  id,
}: {
  readonly status: ProviderState['status'];
  readonly id?: string;
}) {
  return (
    <span className="badge" data-status={status} id={id}>
      {statusWords[status]}
    </span>
  );
}

/** Two letters in the place of a logo. */
export function Monogram({ displayName }: { readonly displayName: string }) {
  const words = displayName.split(' ');
  const capitals = displayName.match(/[A-Z]/g) ?? [];
  const letters = words.length > 1 ? words.map((word) => word.slice(0, 1)) : capitals;
  const initials = letters.length > 1 ? letters.join('').slice(0, 2) : displayName.slice(0, 2);
  const hue = Array.from(displayName).reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 360, 7);
  return (
    <span className="monogram" aria-hidden="true" style={{ '--hue': hue }}>
      {initials}
    </span>
  );
}

interface TileProps {
  readonly provider: Provider;
  readonly isReloading: boolean;
  readonly isFresh: boolean;
  readonly onOpen: () => void;
  readonly onReload: () => void;
}

/** One provider. The button of its name covers the whole tile; trying again lies above it. */
export function Tile({ provider, isReloading, isFresh, onOpen, onReload }: TileProps) {
  const { name, displayName, state } = provider;
  const nameButton = useRef<HTMLButtonElement>(null);
  useFocusWhenRecovered(nameButton, state.status);
  const statusId = `status-${name}`;
  const summaryId = `summary-${name}`;
  return (
    <li
      className="tile"
      data-status={state.status}
      data-fresh={isFresh}
      data-provider={name}
      aria-busy={isReloading}
    >
      <div className="tile-head">
        <Monogram displayName={displayName} />
        <StatusBadge status={state.status} id={statusId} />
      </div>
      <h2>
        <button
          type="button"
          ref={nameButton}
          aria-haspopup="dialog"
          aria-describedby={`${statusId} ${summaryId}`}
          onClick={onOpen}
        >
          {displayName}
        </button>
      </h2>
      <p className="tile-summary" id={summaryId}>
        {toSummary(provider)}
      </p>
      {state.status === 'failed' && (
        <button
          type="button"
          className="quiet tile-retry"
          aria-disabled={isReloading}
          onClick={() => isReloading || onReload()}
        >
          {isReloading ? 'Loading…' : 'Try again'}
          <span className="sr-only"> to load {displayName}</span>
        </button>
      )}
    </li>
  );
}

function toSummary({ name, state }: Provider): string {
  switch (state.status) {
    case 'configured':
      return getSummary(state.integration);
    case 'not-configured':
      return name === 'CUSTOM' ? 'Connect an endpoint of your own' : 'Nothing is stored';
    case 'failed':
      return state.fault.title;
  }
}

/** The button that was pressed goes away with the failure: focus would go with it. */
function useFocusWhenRecovered(
  button: RefObject<HTMLButtonElement | null>,
  status: ProviderState['status'],
): void {
  const before = useRef(status);
  useEffect(() => {
    if (before.current === 'failed' && status !== 'failed' && document.activeElement === document.body) {
      button.current?.focus();
    }
    before.current = status;
  }, [button, status]);
}
