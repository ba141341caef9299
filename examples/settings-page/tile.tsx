import type { IntegrationName } from 'galileo-gateway/client';
import { describeError, integrationNames } from 'galileo-gateway/client';
import { RetryButton } from './error-notice.tsx';
import { type Provider, summarize } from './providers.ts';

/** `unavailable` is a provider that this Galileo deployment does not offer. */
export type Status = Provider['state']['status'] | 'unavailable';

const statusLabels: Readonly<Record<Status, string>> = {
  configured: 'Connected',
  'not-configured': 'Not connected',
  failed: 'Couldn’t load',
  unavailable: 'Not available',
};

export const getStatus = ({ state, isAvailable }: Provider): Status =>
  state.status === 'not-configured' && isAvailable === false ? 'unavailable' : state.status;

export function StatusBadge({ provider }: { readonly provider: Provider }) {
  const status = getStatus(provider);
  return (
    <span className="badge" data-status={status}>
      {statusLabels[status]}
    </span>
  );
}

/** Two letters instead of a logo, with a colour for each provider. */
export function Monogram({
  provider: { name, displayName },
}: {
  readonly provider: Pick<Provider, 'name' | 'displayName'>;
}) {
  const words = displayName.split(' ');
  const capitals = displayName.match(/[A-Z]/g) ?? [];
  const letters =
    words.length > 1
      ? words.map((word) => word.charAt(0))
      : capitals.length > 1
        ? capitals
        : Array.from(displayName);
  return (
    <span className="monogram" aria-hidden="true" style={{ '--hue': getHue(name) }}>
      {letters.slice(0, 2).join('')}
    </span>
  );
}

/** Adjacent providers have distant colours. */
const getHue = (name: IntegrationName): number => (integrationNames.indexOf(name) * 150 + 265) % 360;

interface TileProps {
  readonly provider: Provider;
  readonly isLoading: boolean;
  readonly onOpen: () => void;
  readonly onReload: () => void;
}

/** One provider. The button with its name covers the whole tile, with "Try again" on top. */
export function Tile({ provider, isLoading, onOpen, onReload }: TileProps) {
  const { name, displayName, state } = provider;
  return (
    <li className="tile" id={`tile-${name}`} data-status={getStatus(provider)} aria-busy={isLoading}>
      <Monogram provider={provider} />
      <h3>
        <button
          type="button"
          data-focus
          aria-haspopup="dialog"
          aria-describedby={`summary-${name}`}
          onClick={onOpen}
        >
          {displayName}
        </button>
      </h3>
      <StatusBadge provider={provider} />
      <p className="tile-summary" id={`summary-${name}`}>
        {getSummary(provider)}
      </p>
      {state.status === 'failed' && state.error.retryable && (
        <div className="tile-retry">
          {isLoading ? (
            <span className="hint">Loading…</span>
          ) : (
            <RetryButton error={state.error} onRetry={onReload} label={`to load ${displayName}`} />
          )}
        </div>
      )}
    </li>
  );
}

function getSummary(provider: Provider): string {
  const { name, state } = provider;
  if (state.status === 'configured') return summarize(name, state.integration);
  if (state.status === 'failed') return describeError(state.error).title;
  return getStatus(provider) === 'unavailable' ? 'Your deployment does not offer it' : 'Ready to connect';
}
