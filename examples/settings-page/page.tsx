import { type IntegrationName, possibleTypes } from 'galileo-gateway/client';
import { useEffect, useState } from 'react';
import { FaultNotice } from './fault-notice.tsx';
import type { Fault } from './faults.ts';
import { KeyForm } from './key-form.tsx';
import type { PageConfig } from './page-config.ts';
import { ProviderDrawer } from './provider-drawer.tsx';
import { Gateway, getSharedFault, type Provider, type ProviderState } from './providers.ts';
import { Tile } from './tile.tsx';

/** All that is known, and through which gateway: an answer to another key changes nothing. */
interface Loading {
  readonly gateway: Gateway;
  readonly providers: readonly Provider[] | undefined;
  readonly fault: Fault | undefined;
  readonly isLoading: boolean;
}

const providerCount = possibleTypes.Integration.length;

/** The model providers of whoever owns the key. */
export function Page({ config }: { readonly config: PageConfig }) {
  const [loading, setLoading] = useState<Loading>();
  const [selected, setSelected] = useState<IntegrationName>();
  const [reloading, setReloading] = useState<ReadonlySet<IntegrationName>>(new Set());
  const [fresh, setFresh] = useState<IntegrationName>();
  const [notice, setNotice] = useState('');

  /** Changes what is known, unless another key was given meanwhile. */
  const update = (gateway: Gateway, changes: (before: Loading) => Partial<Loading>): void =>
    setLoading((before) => (before?.gateway === gateway ? { ...before, ...changes(before) } : before));

  const loadAll = async (apiKey: string): Promise<void> => {
    const gateway = new Gateway(config, apiKey);
    setNotice('');
    setFresh(undefined);
    setLoading({ gateway, providers: undefined, fault: undefined, isLoading: true });
    const loaded = await gateway.load();
    const fault = loaded.kind === 'failed' ? loaded.fault : getSharedFault(loaded.providers);
    update(gateway, () => ({
      isLoading: false,
      fault,
      providers: loaded.kind === 'failed' || fault !== undefined ? undefined : loaded.providers,
    }));
  };

  const setState = (gateway: Gateway, name: IntegrationName, state: ProviderState): void =>
    update(gateway, ({ providers }) => ({
      providers: providers?.map((provider) => (provider.name === name ? { ...provider, state } : provider)),
    }));

  const reload = async (gateway: Gateway, name: IntegrationName): Promise<void> => {
    setReloading((before) => new Set(before).add(name));
    const loaded = await gateway.load([name]);
    const state: ProviderState | undefined =
      loaded.kind === 'failed' ? { status: 'failed', fault: loaded.fault } : loaded.providers[0]?.state;
    if (state !== undefined) setState(gateway, name, state);
    setReloading((before) => new Set([...before].filter((other) => other !== name)));
  };

  useEffect(() => {
    if (config.apiKey !== '') void loadAll(config.apiKey);
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [config]);

  const { gateway, providers, fault } = loading ?? {};
  const provider = providers?.find(({ name }) => name === selected);
  const isKeyFault = fault?.code === 'UNAUTHENTICATED' || fault?.code === 'FORBIDDEN';
  return (
    <div className="page">
      <header className="top">
        <div className="title">
          <p className="eyebrow">Galileo</p>
          <h1>Model providers</h1>
          <p className="lead">The providers that Galileo calls for you, and how each of them is set up.</p>
        </div>
        <KeyForm
          initialKey={config.apiKey}
          fault={isKeyFault ? fault : undefined}
          isLoaded={providers !== undefined}
          onKey={(apiKey) => void loadAll(apiKey)}
          onForget={() => {
            setLoading(undefined);
            setNotice('The key is forgotten.');
          }}
        />
      </header>
      <main>
        <p className="status-line" role="status">
          {notice !== '' && <span className="done">{notice}</span>} {toStatus(loading)}
        </p>
        {fault !== undefined && !isKeyFault && (
          <div role="alert">
            <FaultNotice fault={fault} />
          </div>
        )}
        {loading === undefined && (
          <div className="empty">
            <h2>Paste your API key to begin</h2>
            <p>It is sent to the gateway with each request, and is not stored anywhere.</p>
          </div>
        )}
        {loading?.isLoading === true && <Skeletons />}
        {gateway !== undefined && providers !== undefined && (
          // oxlint-disable-next-line jsx-a11y/no-redundant-roles -- Safari does not announce a list without markers.
          <ul className="tiles" role="list" aria-label="Providers">
            {providers.map((item) => (
              <Tile
                key={item.name}
                provider={item}
                isReloading={reloading.has(item.name)}
                isFresh={fresh === item.name}
                onOpen={() => setSelected(item.name)}
                onReload={() => void reload(gateway, item.name)}
              />
            ))}
          </ul>
        )}
      </main>
      {gateway !== undefined && provider !== undefined && (
        <ProviderDrawer
          key={provider.name}
          provider={provider}
          gateway={gateway}
          onClosed={() => setSelected(undefined)}
          onSaved={(state) => {
            setNotice(`${provider.displayName} is saved.`);
            setFresh(provider.name);
            if (state === undefined) void reload(gateway, provider.name);
            else setState(gateway, provider.name, state);
          }}
          onReload={() => void reload(gateway, provider.name)}
        />
      )}
    </div>
  );
}

function Skeletons() {
  return (
    <div className="tiles" aria-hidden="true">
      {Array.from({ length: providerCount }, (_, index) => (
        <div key={index} className="tile skeleton" />
      ))}
    </div>
  );
}

/** How many providers are in which state; empty before a key was given. */
function toStatus(loading: Loading | undefined): string {
  if (loading === undefined) return '';
  if (loading.isLoading) return 'Loading the providers…';
  const { providers = [] } = loading;
  const count = (status: ProviderState['status']): number =>
    providers.filter(({ state }) => state.status === status).length;
  if (providers.length === 0) return '';
  return [
    `${count('configured')} configured`,
    `${count('not-configured')} not configured`,
    ...(count('failed') > 0 ? [`${count('failed')} could not be loaded`] : []),
  ].join(', ');
}
