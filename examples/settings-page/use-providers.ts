import { useApolloClient, useQuery } from '@apollo/client/react';
import {
  errorsAt,
  type GatewayError,
  type IntegrationName,
  providerState,
  SettingsPageDocument,
  toGatewayErrors,
} from 'galileo-gateway/client';
import { useCallback, useEffect, useState } from 'react';
import type { Provider } from './providers.ts';

type Errors = ReadonlyMap<IntegrationName, readonly GatewayError[]>;

export interface Providers {
  /** Undefined until the first load has finished. */
  readonly providers: readonly Provider[] | undefined;
  /** Why nothing could be loaded. */
  readonly error: GatewayError | undefined;
  /** Providers that are being loaded again. */
  readonly loading: ReadonlySet<IntegrationName>;
  readonly isLoading: boolean;
  /** Loads the providers with these names. Default: all of them. */
  readonly load: (names?: IntegrationName[]) => Promise<void>;
}

/**
 * The providers, from the cache. A mutation updates the cache or removes what is out of date, which is then loaded again. The
 * cache keeps no errors; this hook keeps them for each provider until it is loaded again.
 */
export function useProviders(): Providers {
  const client = useApolloClient();
  const { data, previousData } = useQuery(SettingsPageDocument, { fetchPolicy: 'cache-only' });
  const [errors, setErrors] = useState<Errors>(new Map());
  const [error, setError] = useState<GatewayError>();
  const [loading, setLoading] = useState<ReadonlySet<IntegrationName>>(new Set());
  const [isLoading, setIsLoading] = useState(true);

  const load = useCallback(
    async (names?: IntegrationName[]): Promise<void> => {
      if (names === undefined) setIsLoading(true);
      setLoading((before) => new Set([...before, ...(names ?? [])]));
      const result = await client
        .query({
          query: SettingsPageDocument,
          variables: names === undefined ? {} : { names },
          fetchPolicy: 'network-only',
          // One failing provider must not hide the others.
          errorPolicy: 'all',
        })
        .catch((failure: unknown) => ({ data: undefined, error: failure }));
      const failures = toGatewayErrors(result.error);
      const loaded = result.data?.integrationProviders ?? [];
      setErrors((before) => {
        const own = loaded.map(({ name }, index): [IntegrationName, readonly GatewayError[]] => [
          name,
          errorsAt(failures, ['integrationProviders', index, 'integration']),
        ]);
        return new Map([
          ...before,
          ...own,
          ...(loaded.length > 0 ? [] : (names ?? []).map((name) => [name, failures] as const)),
        ]);
      });
      if (names === undefined) {
        setError(loaded.length > 0 ? undefined : failures[0]);
        setIsLoading(false);
      }
      setLoading((before) => new Set([...before].filter((name) => names?.includes(name) !== true)));
    },
    [client],
  );

  // When the page appears, and when a mutation has removed something from the cache.
  const isIncomplete = data === undefined;
  useEffect(() => {
    // oxlint-disable-next-line react/set-state-in-effect -- The page shows that it is loading.
    if (isIncomplete) void load();
  }, [isIncomplete, load]);

  const providers = (data ?? previousData)?.integrationProviders?.map((provider) => ({
    ...provider,
    state: providerState(provider.integration, errors.get(provider.name) ?? [], []),
  }));
  return { providers: providers as readonly Provider[] | undefined, error, loading, isLoading, load };
}
