import type { CallContext, CollaboratorKind, GalileoClient } from '../upstream/galileo-client.ts';
import type { Uuid } from '../upstream/uuid.ts';
import type { IntegrationName } from '../upstream/wire.ts';

/** Remembers the result of each call by its arguments, a failure too, until it is cleared. */
class Memo<Args extends readonly unknown[], T> {
  readonly #fetch: (...args: Args) => Promise<T>;
  readonly #calls = new Map<string, { readonly args: Args; readonly result: Promise<T> }>();

  constructor(fetch: (...args: Args) => Promise<T>) {
    this.#fetch = fetch;
  }

  load(...args: Args): Promise<T> {
    const key = args.join(' ');
    let call = this.#calls.get(key);
    if (call === undefined) {
      call = { args, result: this.#fetch(...args) };
      this.#calls.set(key, call);
    }
    return call.result;
  }

  /** Forgets the calls with that first argument, or all calls. */
  forget(first?: Args[0]): void {
    for (const [key, { args }] of this.#calls) {
      if (first === undefined || args[0] === first) this.#calls.delete(key);
    }
  }
}

export type Reads = ReturnType<typeof createReads>;

/**
 * The reads of one request: each resource is fetched at most once, with the request's credentials. Nothing is fetched
 * before it is loaded. `getCall` throws UNAUTHENTICATED if the request has no usable credential.
 */
export const createReads = (galileo: GalileoClient, getCall: () => CallContext) => ({
  integration: new Memo(async (name: IntegrationName) => galileo.fetchIntegration(name, getCall())),
  status: new Memo(async (name: IntegrationName) => galileo.fetchStatus(name, getCall())),
  models: new Memo(async (name: IntegrationName) => galileo.fetchModels(name, getCall())),
  available: new Memo(async () => galileo.fetchAvailable(getCall())),
  records: new Memo(async () => galileo.fetchRecords(getCall())),
  collaborators: new Memo(async (id: Uuid, kind: CollaboratorKind, startingToken: number, limit: number) =>
    galileo.fetchCollaborators(kind, id, { startingToken, limit }, getCall()),
  ),
  catalogs: new Memo(async () => galileo.fetchCatalogs(getCall())),
  databases: new Memo(async (catalog: string | undefined) => galileo.fetchDatabases(catalog, getCall())),
});

/** Forgets what a write to the integration of that provider may have changed; undefined if the provider is unknown. */
export function forgetIntegration(reads: Reads, name: IntegrationName | undefined): void {
  reads.integration.forget(name);
  reads.status.forget(name);
  reads.models.forget(name);
  reads.records.forget();
  if (name === undefined || name === 'databricks') {
    reads.catalogs.forget();
    reads.databases.forget();
  }
}

/** Forgets what a change of an integration's collaborators may have changed: the caller's own access too. */
export function forgetSharing(reads: Reads, id: Uuid): void {
  forgetIntegration(reads, undefined);
  reads.collaborators.forget(id);
}
