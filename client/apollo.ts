import {
  type Fields,
  getChange,
  hasChanged,
  possibleTypes,
  toComparable,
  toFields,
} from './cache-changes.ts';

type Connection = Readonly<Partial<Record<'edges' | 'nodes', readonly unknown[]>>> & {
  readonly pageInfo?: object;
};

/**
 * Merges a page into its connection: after the edge with the cursor `after`, or at the end if that edge is not cached.
 * A request without `after` replaces the list. A failed page with `after` changes nothing, a failed first page sets
 * null. Keeps fields that only another query selects, because that query would otherwise be sent again.
 */
const pages = {
  keyArgs: false as const,
  merge(
    existing: Connection | null | undefined,
    incoming: Connection | null,
    { args }: { readonly args: Fields | null },
  ): Connection | null {
    const after = args?.['after'];
    if (incoming === null) return typeof after === 'string' ? (existing ?? null) : null;
    const pageInfo = { ...existing?.pageInfo, ...incoming.pageInfo };
    const merged = { ...existing, ...incoming, pageInfo };
    if (!existing || typeof after !== 'string') return merged;
    const { edges = [], nodes = [] } = existing;
    const { hasPreviousPage, startCursor, endCursor } = toFields(existing.pageInfo);
    const count = edges.findIndex((edge) => toFields(edge)['cursor'] === after) + 1 || undefined;
    // Without edges, only the end of the list is known: nodes that follow another cursor were loaded twice.
    const hasNodes = !existing.edges && endCursor !== undefined && endCursor !== after;
    return {
      ...merged,
      // The list still begins with its first page.
      pageInfo: {
        ...pageInfo,
        ...(hasNodes && existing.pageInfo),
        ...(hasPreviousPage !== undefined && { hasPreviousPage }),
        ...(startCursor !== undefined && { startCursor }),
      },
      ...(incoming.edges && { edges: [...edges.slice(0, count), ...incoming.edges] }),
      ...(incoming.nodes && { nodes: hasNodes ? nodes : [...nodes.slice(0, count), ...incoming.nodes] }),
    };
  },
};

/** The incoming list replaces the cached one, because items may have been removed. */
const replaced = { merge: false };
const embedded = { keyFields: false as const };
const collaborators = { users: pages, groups: pages };
const settings = {
  availableDeployments: replaced,
  catalogs: replaced,
  customHeaderMapping: replaced,
  databases: replaced,
  defaultHeaders: replaced,
  deployments: replaced,
  extra: replaced,
  inferenceProfiles: replaced,
  legacyModels: replaced,
  modelProperties: replaced,
  models: replaced,
  status: replaced,
};

/** An object is keyed if the query selects its key. Otherwise it is stored within its parent. */
const keyedBy = (key: string) => ({
  keyFields: (object: Fields): readonly [string] | false => (key in object ? [key] : false),
});

/**
 * `typePolicies` for Apollo Client's `InMemoryCache`; `possibleTypes` is needed as well. `users` and `groups` collect
 * the loaded pages.
 */
export const apolloTypePolicies = {
  // Each type has one integration. Its id can be null.
  Integration: { keyFields: [] as const, fields: { ...settings, ...collaborators } },
  IntegrationProvider: { ...keyedBy('name'), fields: { records: replaced, models: replaced } },
  IntegrationRecord: { ...keyedBy('integrationId'), fields: { permissions: replaced, ...collaborators } },
  Query: { fields: { integrations: replaced, integrationProviders: replaced, integrationRecords: replaced } },
  // Roles differ between integrations, so the same user is a different object in each.
  IntegrationUser: embedded,
  IntegrationGroup: embedded,
  // Unique only within one Azure resource.
  AzureModelDeployment: embedded,
};

/** The methods of Apollo Client's cache that `updateApolloCache` calls. */
export interface ApolloCacheLike {
  // oxlint-disable-next-line typescript/no-explicit-any -- Its own type has no name here.
  identify(object: any): string | undefined;
  extract(): unknown;
  evict(options: { id: string; fieldName?: string; args?: Record<string, unknown> }): boolean;
  // oxlint-disable-next-line typescript/no-explicit-any -- Apollo Client types modifiers by entity; these work on several.
  modify(options: { id?: string; fields: Record<string, (value: any, details: any) => any> }): boolean;
}

type Modifier = (
  value: unknown,
  details: { readonly toReference: (object: Fields) => unknown; readonly storeFieldName: string },
) => unknown;

/**
 * An `update` function for every mutation of the schema: `new ApolloClient({ …, defaultOptions: { mutate: { update:
 * updateApolloCache } } })`. Evicts the fields that a mutation changed and its response does not contain. Active
 * queries are then sent again, except with `cache-only`. A mutation with `no-cache` does not update the cache.
 */
export function updateApolloCache(
  cache: ApolloCacheLike,
  { data, errors = [] }: { readonly data?: unknown; readonly errors?: readonly unknown[] },
): void {
  // While this function runs, the cache has the fields of the mutation under their names, with their arguments.
  const fields = Object.entries(toFields(toFields(cache.extract())['ROOT_MUTATION'])).flatMap(
    ([storeFieldName, result]) => {
      const [, mutation, args] = /^(\w+)\((\{.*\})\)$/s.exec(storeFieldName) ?? [];
      return mutation === undefined || args === undefined || result === undefined
        ? []
        : [{ mutation, args: toFields(JSON.parse(args)), result }];
    },
  );
  // One of several mutations can change what another one returns, and an error can hide a change.
  const isComplete = fields.length === 1 && errors.length === 0;
  const returned = Object.values(toFields(data)).find((value) => typeof value === 'object');
  const response = isComplete ? toFields(returned) : {};
  for (const { mutation, args, result } of fields) {
    if (!hasChanged(result, errors)) continue;
    const { providers, connection, integrationId } = getChange(mutation, args, (id) => {
      const records = findEntities(cache, 'IntegrationRecord');
      return records.find(([, entity]) => toComparable(entity['integrationId']) === id)?.[1]['name'];
    });
    const selectedId = mutation === 'selectIntegration' && providers.length === 1 ? integrationId : undefined;
    for (const [name, type] of providers) {
      // First the records: on an optimistic layer, an eviction affects only what was modified before.
      if (selectedId === undefined) updateRecords(cache, name, response);
      else selectRecord(cache, name, selectedId);
      updateIntegration(cache, name, type, response['integration']);
    }
    evictEmbedded(cache);
    if (connection === undefined) continue;
    for (const [id, entity] of findEntities(cache, ...possibleTypes.Integration, 'IntegrationRecord')) {
      // Without a cached id, the entity can be the changed integration.
      if (toComparable(entity['integrationId'] ?? entity['id'] ?? integrationId) === integrationId)
        updateConnection(cache, id, connection, entity[connection], toFields(result));
    }
  }
}

/** @param returned undefined if the response does not have the integration, null if it is not configured */
function updateIntegration(cache: ApolloCacheLike, name: string, type: string, returned: unknown): void {
  for (const [id, entity] of findEntities(cache, type))
    evictOtherFields(cache, id, entity, toFields(returned));
  const provider = cache.identify({ __typename: 'IntegrationProvider', name }) ?? '';
  cache.evict({ id: provider, fieldName: 'models' });
  cache.evict({ id: 'ROOT_QUERY', fieldName: 'integrations' });
  if (returned === null || toFields(returned)['__typename'] === type) {
    const link: Modifier = (_, { toReference }) =>
      returned === null ? null : toReference({ __typename: type });
    cache.modify({ id: provider, fields: { integration: link } });
    const linkNamed: Modifier = (value, details) =>
      details.storeFieldName.includes(`"${name}"`) ? link(value, details) : value;
    cache.modify({ fields: { integration: linkNamed } });
  } else {
    cache.evict({ id: provider, fieldName: 'integration' });
    cache.evict({ id: 'ROOT_QUERY', fieldName: 'integration', args: { name } });
  }
}

/** Updates the records after an upsert, which returns one, or a deletion, which can return all that are left. */
function updateRecords(cache: ApolloCacheLike, name: string, { record, records }: Fields): void {
  const returned = [record, records].flat().map(toFields);
  for (const [id, entity] of findEntities(cache, 'IntegrationRecord')) {
    // Without a cached name, the record can belong to this provider.
    if ((entity['name'] ?? name) !== name) continue;
    const same = returned.find(({ integrationId }) => integrationId === entity['integrationId']);
    // Other lists can have the record, so it keeps its key.
    evictOtherFields(cache, id, entity, same ?? { __typename: '', integrationId: '' });
  }
  const key = cache.identify({ __typename: 'IntegrationRecord', ...toFields(record) });
  for (const [id, provider] of findEntities(cache, 'IntegrationProvider')) {
    if (provider['name'] !== name || records !== undefined) continue;
    const cached = provider['records'];
    const isOnlyRecord =
      key !== undefined && Array.isArray(cached) && cached.every((item) => toFields(item)['__ref'] === key);
    // Whether the other records are still selected is not known.
    if (isOnlyRecord) cache.modify({ id, fields: { records: () => [{ __ref: key }] } });
    else cache.evict({ id, fieldName: 'records' });
  }
  cache.evict({ id: 'ROOT_QUERY', fieldName: 'integrationRecords' });
}

/** Removes lists with objects without a key, which are stored within their parent. */
function evictEmbedded(cache: ApolloCacheLike): void {
  for (const [id, entity] of findEntities(cache, 'Query', 'IntegrationProvider')) {
    for (const [fieldName, value] of Object.entries(entity)) {
      if (!/^(?:integrationProviders|integrationRecords|records)\b/.test(fieldName)) continue;
      if (Array.isArray(value) && !value.every((item) => '__ref' in toFields(item)))
        cache.evict({ id, fieldName });
    }
  }
}

/** One record of each provider is selected. */
function selectRecord(cache: ApolloCacheLike, name: string, selectedId: unknown): void {
  for (const [id, entity] of findEntities(cache, 'IntegrationRecord')) {
    const isSelected = (): boolean => toComparable(entity['integrationId']) === selectedId;
    if (entity['name'] === name) cache.modify({ id, fields: { isSelected } });
    else if (entity['name'] === undefined) cache.evict({ id, fieldName: 'isSelected' });
  }
}

/** Removes the fields of an entity that the response does not have. */
function evictOtherFields(cache: ApolloCacheLike, id: string, entity: Fields, response: Fields): void {
  for (const fieldName of Object.keys(entity)) {
    if (!(fieldName in response)) cache.evict({ id, fieldName });
  }
}

/**
 * Updates the role of a collaborator in the loaded pages. After any other change they are evicted, because cursors are
 * offsets and the pages no longer line up: active queries load the first page again.
 */
function updateConnection(
  cache: ApolloCacheLike,
  id: string,
  fieldName: 'users' | 'groups',
  connection: unknown,
  changed: Fields,
): void {
  const key = fieldName === 'users' ? 'userId' : 'groupId';
  let isComplete = typeof changed[key] === 'string';
  const updateNode = (node: unknown): Fields => {
    const cached = toFields(node);
    const isChanged = cached[key] === changed[key];
    isComplete &&=
      typeof cached[key] === 'string' &&
      (!isChanged || Object.keys(cached).every((field) => field in changed));
    return isChanged ? changed : cached;
  };
  const { edges, nodes, ...rest } = toFields(connection);
  const updated = {
    ...rest,
    ...(Array.isArray(edges) && {
      edges: edges.map(toFields).map((edge) => ({ ...edge, node: updateNode(edge['node']) })),
    }),
    ...(Array.isArray(nodes) && { nodes: nodes.map(updateNode) }),
  };
  if (isComplete) cache.modify({ id, fields: { [fieldName]: () => updated } });
  else cache.evict({ id, fieldName });
}

function findEntities(cache: ApolloCacheLike, ...typenames: readonly unknown[]): [string, Fields][] {
  return Object.entries(toFields(cache.extract()))
    .map(([id, entity]): [string, Fields] => [id, toFields(entity)])
    .filter(([, entity]) => typenames.includes(entity['__typename']));
}
