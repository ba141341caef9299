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
import { mutations } from './client.ts';
import type { Provider } from './providers.ts';

interface LoadErrors {
  /** Whether the load returned an integration. */
  readonly isLoaded: boolean;
  readonly errors: readonly GatewayError[];
}

/** The errors of the last load, unless the integration has been connected or removed since then. */
const getErrors = (last: LoadErrors | undefined, isLoaded: boolean): readonly GatewayError[] =>
  last?.isLoaded === isLoaded ? last.errors : [];

export interface Providers {
  /** Undefined until the first load has finished. */
  readonly providers: readonly Provider[] | undefined;
  /** Why nothing could be loaded. */
  readonly error: GatewayError | undefined;
  /** Providers that are being loaded again. */
  readonly loading: ReadonlySet<IntegrationName>;
  readonly isLoading: boolean;
  /** Loads the providers with these names. Default: all of them. Resolves to whether every integration was loaded. */
  readonly load: (names?: IntegrationName[]) => Promise<boolean>;
}

/**
 * The providers, from the cache. A mutation updates the cache or removes what is out of date, which is then loaded again. The
 * cache keeps no errors; this hook keeps them for each provider until it is loaded again.
 */
export function useProviders(): Providers {
  const client = useApolloClient();
  const { data, previousData } = useQuery(SettingsPageDocument, { fetchPolicy: 'cache-only' });
  const [errors, setErrors] = useState<ReadonlyMap<IntegrationName, LoadErrors>>(new Map());
  const [error, setError] = useState<GatewayError>();
  const [loading, setLoading] = useState<ReadonlySet<IntegrationName>>(new Set());
  const [isLoading, setIsLoading] = useState(true);

  const load = useCallback(
    async function load(names?: IntegrationName[]): Promise<boolean> {
      const { count } = mutations;
      const variables = names === undefined ? {} : { names };
      if (names === undefined) setIsLoading(true);
      setLoading((before) => new Set([...before, ...(names ?? [])]));
      const result = await client
        .query({
          query: SettingsPageDocument,
          variables,
          // Written below, unless it is out of date.
          fetchPolicy: 'no-cache',
          // One failing provider must not hide the others.
          errorPolicy: 'all',
        })
        .catch((failure: unknown) => ({ data: undefined, error: failure }));
      if (count !== mutations.count) return load(names);
      const { data: fresh } = result;
      if (fresh !== undefined) client.writeQuery({ query: SettingsPageDocument, variables, data: fresh });
      const failures = toGatewayErrors(result.error);
      const loaded = fresh?.integrationProviders ?? [];
      setErrors((before) => {
        const own = loaded.map(({ name, integration }, index): [IntegrationName, LoadErrors] => [
          name,
          {
            isLoaded: integration !== null,
            errors: errorsAt(failures, ['integrationProviders', index, 'integration']),
          },
        ]);
        return new Map([
          ...before,
          ...own,
          ...(loaded.length > 0
            ? []
            : (names ?? []).map((name) => [name, { isLoaded: false, errors: failures }] as const)),
        ]);
      });
      if (names === undefined) {
        setError(loaded.length > 0 ? undefined : failures[0]);
        setIsLoading(false);
      }
      setLoading((before) => new Set([...before].filter((name) => names?.includes(name) !== true)));
      return (
        loaded.length > 0 && !failures.some(({ path }) => path.length === 3 && path[2] === 'integration')
      );
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
    state: providerState(
      provider.integration,
      getErrors(errors.get(provider.name), provider.integration !== null),
      [],
    ),
  }));
  return { providers: providers as readonly Provider[] | undefined, error, loading, isLoading, load };
}
