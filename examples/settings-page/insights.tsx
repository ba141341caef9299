import { useQuery } from '@apollo/client/react';
import {
  errorsAt,
  IntegrationStatusDocument,
  ProviderModelsDocument,
  toGatewayErrors,
} from 'galileo-gateway/client';
import { useEffect, useEffectEvent } from 'react';
import { ErrorAlert } from './error-notice.tsx';
import { Loading, useFeedback } from './feedback.tsx';
import type { Provider } from './providers.ts';

interface InsightProps {
  readonly provider: Provider;
}

interface ReloadingProps extends InsightProps {
  readonly onReload: () => Promise<boolean>;
}

/** Shown if a read finds that another page has removed the provider: reports it, and loads the provider again. */
export function Removed({ provider, onReload }: ReloadingProps) {
  const { announce } = useFeedback();
  const report = useEffectEvent(() => {
    announce({ tone: 'bad', text: `${provider.displayName} is no longer connected.` });
    void onReload();
  });
  useEffect(() => report(), []);
  return null;
}

/** The models that Galileo can call through this provider. */
export function Models({ provider }: InsightProps) {
  const { data, error, loading, refetch } = useQuery(ProviderModelsDocument, {
    variables: { names: [provider.name] },
    errorPolicy: 'all',
    notifyOnNetworkStatusChange: true,
  });
  const models = data?.integrationProviders[0]?.models;
  const [failure] = toGatewayErrors(error);
  return (
    <div className="drawer-body" aria-busy={loading}>
      {loading && <Loading />}
      {!loading && failure !== undefined && <ErrorAlert error={failure} onRetry={() => void refetch()} />}
      {models?.length === 0 && <p className="notice">Galileo lists no models for {provider.displayName}.</p>}
      {models && models.length > 0 && (
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- A long list scrolls.
        <ul className="models" tabIndex={0} aria-label={`Models of ${provider.displayName}`}>
          {models.map((model) => (
            <li key={model}>
              <code>{model}</code>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** Loaded only when the tab is opened, because Galileo may call the provider. */
export function Status({ provider, onReload }: ReloadingProps) {
  const { data, error, loading, refetch } = useQuery(IntegrationStatusDocument, {
    variables: { name: provider.name },
    fetchPolicy: 'network-only',
    errorPolicy: 'all',
    notifyOnNetworkStatusChange: true,
  });
  const [failure] = errorsAt(toGatewayErrors(error), []);
  return (
    <div className="drawer-body" aria-busy={loading}>
      {loading && <Loading />}
      {!loading && failure !== undefined && <ErrorAlert error={failure} onRetry={() => void refetch()} />}
      {!loading && failure === undefined && data?.integration === null && (
        <Removed provider={provider} onReload={onReload} />
      )}
      {!loading && data?.integration?.status && (
        <dl className="details">
          {data.integration.status.map(({ key, value }) => (
            <div className="details-row" key={key}>
              <dt>{key.charAt(0).toUpperCase() + key.slice(1).replaceAll('_', ' ')}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      )}
      {failure === undefined && (
        <button
          type="button"
          className="secondary small"
          aria-disabled={loading}
          onClick={() => loading || void refetch()}
        >
          Check again
        </button>
      )}
    </div>
  );
}
