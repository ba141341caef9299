import DataLoader from 'dataloader';
import { toError } from '../errors.ts';
import type { CollaboratorKind, GalileoClient } from '../upstream/galileo-client.ts';
import type { CallContext } from '../upstream/transport-types.ts';
import type { Uuid } from '../upstream/uuid.ts';
import type { ProviderName } from '../upstream/wire.ts';

/**
 * Loads each key once per request, until the key is forgotten. DataLoader caches one promise per key, even if it
 * rejects. It does not batch, because Galileo has no call for several keys.
 */
class Loader<Key, Value> {
  readonly #fetch: (key: Key) => Promise<Value>;
  readonly #toCacheKey: (key: Key) => string;
  /** Created by the first load, with its cache: most requests need one loader of eight. */
  #loader: DataLoader<Key, Value, string> | undefined;
  #cache: Map<string, Promise<Value>> | undefined;

  constructor(fetch: (key: Key) => Promise<Value>, toCacheKey: (key: Key) => string = String) {
    this.#fetch = fetch;
    this.#toCacheKey = toCacheKey;
  }

  load(key: Key): Promise<Value> {
    this.#cache ??= new Map();
    this.#loader ??= new DataLoader<Key, Value, string>((keys) => this.#settleAll(keys), {
      batch: false,
      // DataLoader calls this before it adds the key, so the batch must run later.
      batchScheduleFn: (callback) => process.nextTick(callback),
      cacheMap: this.#cache,
      cacheKeyFn: this.#toCacheKey,
    });
    return this.#loader.load(key);
  }

  /** Forgets the keys whose cache key matches. Default: all of them. */
  forget(matches: (cacheKey: string) => boolean = () => true): void {
    if (this.#cache === undefined) return;
    for (const cacheKey of this.#cache.keys()) if (matches(cacheKey)) this.#cache.delete(cacheKey);
  }

  /** DataLoader expects failures as values. */
  #settleAll(keys: readonly Key[]): Promise<(Value | Error)[]> {
    return Promise.all(keys.map((key) => this.#fetch(key).catch(toError)));
  }
}

interface PageKey {
  readonly id: Uuid;
  readonly kind: CollaboratorKind;
  readonly startingToken: number;
  readonly limit: number;
}

export type Reads = ReturnType<typeof createReads>;

/**
 * The reads of one request. Each resource is fetched when it is first loaded, and again only after it was forgotten,
 * with the request's credentials. The key of a resource without a name is `all`.
 */
export const createReads = (galileo: GalileoClient, context: CallContext) => ({
  integration: new Loader((name: ProviderName) => galileo.fetchIntegration(name, context)),
  status: new Loader((name: ProviderName) => galileo.fetchStatus(name, context)),
  models: new Loader((name: ProviderName) => galileo.fetchModels(name, context)),
  available: new Loader((_key: 'all') => galileo.fetchAvailable(context)),
  records: new Loader((_key: 'all') => galileo.fetchRecords(context)),
  collaborators: new Loader(
    ({ id, kind, ...page }: PageKey) => galileo.fetchCollaborators(kind, id, page, context),
    ({ id, kind, startingToken, limit }) => `${id.toLowerCase()} ${kind} ${startingToken} ${limit}`,
  ),
  catalogs: new Loader((_key: 'all') => galileo.fetchCatalogs(context)),
  databases: new Loader(
    ({ catalog }: { readonly catalog: string | undefined }) => galileo.fetchDatabases(catalog, context),
    ({ catalog }) => JSON.stringify(catalog) ?? '',
  ),
});

/** Forgets what a write to the integration of that provider may have changed; undefined if the provider is unknown. */
export function forgetIntegration(reads: Reads, name: ProviderName | undefined): void {
  const isOfProvider = (key: string) => name === undefined || key === name;
  reads.integration.forget(isOfProvider);
  reads.status.forget(isOfProvider);
  reads.models.forget(isOfProvider);
  reads.records.forget();
  if (name === undefined || name === 'databricks') {
    reads.catalogs.forget();
    reads.databases.forget();
  }
}

/** Forgets what a change of an integration's collaborators may have changed, including the caller's own access. */
export function forgetSharing(reads: Reads, id: Uuid): void {
  forgetIntegration(reads, undefined);
  reads.collaborators.forget((key) => key.startsWith(id.toLowerCase()));
}
