import type { JsonObject } from '../json.ts';
import type { ProviderName, UpstreamIntegration } from '../upstream/api-types.ts';
import type { CollaboratorKind, GalileoClient, Page } from '../upstream/galileo-client.ts';
import type { CallContext } from '../upstream/transport-types.ts';
import type { Uuid } from '../upstream/uuid.ts';

/**
 * The reads of one request, with its credentials. Each resource is fetched when it is first read, and again only after
 * a write that could have changed it. Does not batch, because Galileo has no call for several resources.
 */
export class Reads {
  readonly #galileo: GalileoClient;
  readonly #context: CallContext;
  /** By the kind of the resource and what identifies it, each followed by a slash. Failures are kept too. */
  readonly #results = new Map<string, Promise<unknown>>();

  constructor(galileo: GalileoClient, context: CallContext) {
    this.#galileo = galileo;
    this.#context = context;
  }

  loadIntegration(name: ProviderName): Promise<UpstreamIntegration | null> {
    return this.#load(`integration/${name}/`, () => this.#galileo.fetchIntegration(name, this.#context));
  }

  loadStatus(name: ProviderName): Promise<JsonObject> {
    return this.#load(`status/${name}/`, () => this.#galileo.fetchStatus(name, this.#context));
  }

  loadModels(name: ProviderName): Promise<readonly unknown[]> {
    return this.#load(`models/${name}/`, () => this.#galileo.fetchModels(name, this.#context));
  }

  loadAvailableProviders(): Promise<readonly unknown[]> {
    return this.#load('available/', () => this.#galileo.fetchAvailableProviders(this.#context));
  }

  loadRecords(): Promise<readonly unknown[]> {
    return this.#load('records/', () => this.#galileo.fetchRecords(this.#context));
  }

  loadCollaborators(kind: CollaboratorKind, id: Uuid, page: Page): Promise<JsonObject> {
    return this.#load(`collaborators/${id.toLowerCase()}/${kind}/${page.startingToken}/${page.limit}/`, () =>
      this.#galileo.fetchCollaborators(kind, id, page, this.#context),
    );
  }

  loadCatalogs(): Promise<readonly unknown[]> {
    return this.#load('catalogs/', () => this.#galileo.fetchCatalogs(this.#context));
  }

  loadDatabases(catalog: string | undefined): Promise<readonly unknown[]> {
    return this.#load(`databases/${JSON.stringify(catalog)}/`, () =>
      this.#galileo.fetchDatabases(catalog, this.#context),
    );
  }

  /**
   * Forgets what a write to an integration of the provider may have changed. If the provider is not known, forgets it
   * for all providers.
   */
  forgetIntegration(name: ProviderName | undefined): void {
    const provider = name === undefined ? '' : `${name}/`;
    this.#forget(`integration/${provider}`, `status/${provider}`, `models/${provider}`, 'records/');
    if (name === undefined || name === 'databricks') this.#forget('catalogs/', 'databases/');
  }

  /** Forgets what a change of an integration's collaborators may have changed, including the caller's own access. */
  forgetSharing(id: Uuid): void {
    this.forgetIntegration(undefined);
    this.#forget(`collaborators/${id.toLowerCase()}/`);
  }

  #load<Value>(key: string, fetch: () => Promise<Value>): Promise<Value> {
    let result = this.#results.get(key);
    if (result === undefined) {
      result = fetch();
      this.#results.set(key, result);
    }
    // The key has the kind of the resource, so the result has its type.
    return result as Promise<Value>;
  }

  #forget(...prefixes: readonly string[]): void {
    for (const key of this.#results.keys())
      if (prefixes.some((prefix) => key.startsWith(prefix))) this.#results.delete(key);
  }
}
