import { ApolloProvider } from '@apollo/client/react';
import { describeError, type IntegrationName, integrationNames } from 'galileo-gateway/client';
import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import { createClient, mutations } from './client.ts';
import { ErrorAlert } from './error-notice.tsx';
import { FeedbackProvider, Toaster, useFeedback } from './feedback.tsx';
import type { Draft } from './fields.ts';
import { keepFocus } from './focus.ts';
import { Icon } from './icon.tsx';
import { forgottenNotice, KeyForm } from './key-form.tsx';
import { useNavigation } from './navigation.ts';
import type { PageConfig } from './page-config.ts';
import { ProviderDrawer } from './provider-drawer.tsx';
import type { Provider } from './providers.ts';
import { getStatus, type Status, Tile } from './tile.tsx';
import { useProviders } from './use-providers.ts';

/** The page: an API key first, then the providers of its organization. The key lives in memory only. */
export function Page({ config }: { readonly config: PageConfig }) {
  const [apiKey, setApiKey] = useState(config.apiKey);
  const [notice, setNotice] = useState('');
  useEffect(keepFocus, []);
  const client = useMemo(() => (apiKey === '' ? undefined : createClient(config, apiKey)), [config, apiKey]);
  const leave = (reason: string): void => {
    client?.stop();
    void client?.clearStore();
    setApiKey('');
    setNotice(reason);
  };
  if (client === undefined) {
    return (
      <Frame>
        <main>
          <KeyForm notice={notice} onKey={setApiKey} />
        </main>
      </Frame>
    );
  }
  return (
    <ApolloProvider client={client} key={apiKey}>
      <FeedbackProvider>
        <Frame action={<ForgetButton onForget={() => leave(forgottenNotice)} />}>
          <ProviderList onRejectedKey={leave} />
        </Frame>
      </FeedbackProvider>
    </ApolloProvider>
  );
}

function Frame({ action, children }: { readonly action?: ReactNode; readonly children: ReactNode }) {
  return (
    <div className="page">
      <header className="top">
        <div>
          <p className="eyebrow">Galileo</p>
          <h1 tabIndex={-1} data-focus>
            Model providers
          </h1>
          <p className="lead">
            Connect the LLM providers that Galileo calls for you, and choose who can use them.
          </p>
        </div>
        {action}
      </header>
      {children}
    </div>
  );
}

function ForgetButton({ onForget }: { readonly onForget: () => void }) {
  const { confirm } = useFeedback();
  const forget = async (): Promise<void> => {
    const isConfirmed =
      mutations.running === 0 ||
      (await confirm({
        title: 'Forget the API key now?',
        body: <p>A change is still running. This page will not show its result.</p>,
        action: 'Forget API key',
        isDangerous: true,
      }));
    if (isConfirmed) onForget();
  };
  return (
    <button type="button" className="secondary" onClick={() => void forget()}>
      <Icon name="key" /> Forget API key
    </button>
  );
}

const filters: Readonly<Record<Status | 'all', string>> = {
  all: 'All',
  configured: 'Connected',
  'not-configured': 'Not connected',
  failed: 'Couldn’t load',
  unavailable: 'Not available',
};

const sections: readonly (readonly [Status, string])[] = [
  ['failed', 'Couldn’t load'],
  ['configured', 'Connected'],
  ['not-configured', 'Not connected'],
  ['unavailable', 'Not available'],
];

function ProviderList({ onRejectedKey }: { readonly onRejectedKey: (reason: string) => void }) {
  const { providers, error, loading, isLoading, load } = useProviders();
  const navigation = useNavigation();
  const [search, setSearch] = useState('');
  const [filter, setFilter] = useState<Status | 'all'>('all');
  const drafts = useRef(new Map<IntegrationName, Draft>());
  const rejection = getRejection(providers);
  useEffect(() => {
    if (rejection !== undefined) onRejectedKey(rejection);
  }, [rejection, onRejectedKey]);

  const opened = providers?.find(({ name }) => name === navigation.name);
  const count = (status: Status | 'all'): number =>
    providers?.filter((provider) => status === 'all' || getStatus(provider) === status).length ?? 0;
  const found = providers?.filter(
    (provider) =>
      (filter === 'all' || getStatus(provider) === filter) &&
      provider.displayName.toLowerCase().includes(search.trim().toLowerCase()),
  );
  const isEmpty = providers !== undefined && count('configured') === 0 && count('failed') === 0;
  return (
    <>
      <main>
        <div className="toolbar">
          <div className="search">
            <Icon name="search" />
            <input
              type="search"
              aria-label="Search providers"
              placeholder="Search providers"
              value={search}
              onChange={(event) => setSearch(event.target.value)}
            />
          </div>
          <fieldset className="filters">
            <legend className="sr-only">Show</legend>
            {(Object.keys(filters) as (Status | 'all')[])
              .filter((status) => status === filter || status === 'all' || count(status) > 0)
              .map((status) => (
                <label key={status}>
                  <input
                    type="radio"
                    name="filter"
                    checked={filter === status}
                    onChange={() => setFilter(status)}
                  />
                  <span>
                    {filters[status]} {providers !== undefined && <small>{count(status)}</small>}
                  </span>
                </label>
              ))}
          </fieldset>
          <button
            type="button"
            className="secondary"
            aria-disabled={isLoading}
            onClick={() => isLoading || void load()}
          >
            <Icon name="refresh" /> Refresh
          </button>
        </div>
        <p className="sr-only" role="status">
          {isLoading ? 'Loading providers…' : describeCounts(found)}
        </p>
        {error !== undefined && <ErrorAlert error={error} onRetry={() => void load()} />}
        {isLoading && providers === undefined && <Skeletons />}
        {isEmpty && (
          <div className="empty welcome">
            <h2>Connect your first provider</h2>
            <p>
              Choose a provider below and enter its credentials. Galileo can then call its models for you.
            </p>
          </div>
        )}
        {found?.length === 0 && (
          <div className="empty">
            <h2>No provider found</h2>
            <button
              type="button"
              className="secondary"
              onClick={() => {
                setSearch('');
                setFilter('all');
              }}
            >
              Show all providers
            </button>
          </div>
        )}
        {sections.map(([status, title]) => {
          const items = found?.filter((provider) => getStatus(provider) === status) ?? [];
          return items.length === 0 ? null : (
            <section key={status} aria-labelledby={`section-${status}`}>
              <h2 className="section-title" id={`section-${status}`}>
                {title}
              </h2>
              <ul className="tiles">
                {items.map((provider) => (
                  <Tile
                    key={provider.name}
                    provider={provider}
                    isLoading={loading.has(provider.name)}
                    onOpen={() => navigation.open(provider.name)}
                    onReload={() => void load([provider.name])}
                  />
                ))}
              </ul>
            </section>
          );
        })}
      </main>
      {opened === undefined ? (
        <Toaster />
      ) : (
        <ProviderDrawer
          key={opened.name}
          provider={opened}
          navigation={navigation}
          drafts={drafts}
          onReload={() => load([opened.name])}
        />
      )}
    </>
  );
}

function Skeletons() {
  return (
    <div className="tiles" aria-hidden="true">
      {integrationNames.map((name) => (
        <div key={name} className="tile skeleton" />
      ))}
    </div>
  );
}

/** Every provider fails with the same code if Galileo does not accept the key. */
function getRejection(providers: readonly Provider[] | undefined): string | undefined {
  const [first] = providers ?? [];
  if (first?.state.status !== 'failed' || first.state.error.code !== 'UNAUTHENTICATED') return undefined;
  const { title, advice } = describeError(first.state.error);
  const isShared = providers?.every(
    ({ state }) => state.status === 'failed' && state.error.code === 'UNAUTHENTICATED',
  );
  return isShared === true ? `${title}. ${advice}` : undefined;
}

function describeCounts(providers: readonly Provider[] | undefined): string {
  return sections
    .map(
      ([status, title]) =>
        [providers?.filter((provider) => getStatus(provider) === status).length ?? 0, title] as const,
    )
    .filter(([count]) => count > 0)
    .map(([count, title]) => `${count} ${title.toLowerCase()}`)
    .join(', ');
}
