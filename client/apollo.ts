import { isIntegrationType } from './cache-keys.ts';

interface Connection {
  readonly edges: readonly unknown[];
}

/** Appends the next page to the loaded pages. A request without `after` starts over. */
const pages = {
  keyArgs: false as const,
  merge(
    existing: Connection | undefined,
    incoming: Connection,
    { args }: { readonly args: Readonly<Record<string, unknown>> | null },
  ): Connection {
    const isFirst = existing === undefined || typeof args?.['after'] !== 'string';
    return isFirst ? incoming : { ...incoming, edges: [...existing.edges, ...incoming.edges] };
  },
};

/** A shorter list replaces the old one, because an item was removed. */
const replaced = { merge: false };
const embedded = { keyFields: false as const };

/**
 * `typePolicies` for Apollo Client's `InMemoryCache`; `possibleTypes` is needed as well. `users` and `groups` collect
 * the loaded pages.
 */
export const apolloTypePolicies = {
  // One integration per provider. Its id can be null.
  Integration: { keyFields: ['name'], fields: { users: pages, groups: pages } },
  IntegrationProvider: { keyFields: ['name'], fields: { records: replaced } },
  Query: { fields: { integrations: replaced, integrationRecords: replaced } },
  IntegrationRecord: { keyFields: ['integrationId'], fields: { users: pages, groups: pages } },
  // Roles differ between integrations, so the same user is a different object in each.
  IntegrationUser: embedded,
  IntegrationGroup: embedded,
  // Unique only within one Azure resource.
  AzureModelDeployment: embedded,
};

/** The methods of Apollo Client's cache that `updateApolloCache` calls. */
export interface ApolloCacheLike {
  identify(object: { __typename: string; name: string }): string | undefined;
  extract(): unknown;
  evict(options: { id: string; fieldName?: string }): boolean;
  // oxlint-disable-next-line typescript/no-explicit-any -- Apollo Client types modifiers by entity; these work on several.
  modify(options: { id?: string; fields: Record<string, (value: any, details: any) => any> }): boolean;
}

type Entity = Readonly<Record<string, unknown>>;
interface Details {
  readonly readField: (name: string, from: unknown) => unknown;
  readonly toReference: (object: Entity) => unknown;
  readonly storeFieldName: string;
}

/**
 * An `update` function for every mutation of the schema: `new ApolloClient({ …, defaultOptions: { mutate: { update:
 * updateApolloCache } } })`. Adds new integrations and records to the queries that show them and removes deleted ones. After an
 * addition or removal of a collaborator, active queries load the first page again.
 *
 * Mutations that rename their field with an alias are not recognized.
 */
export function updateApolloCache(
  cache: ApolloCacheLike,
  result: { readonly data?: unknown },
  options: { readonly variables?: unknown } = {},
): void {
  for (const [field, value] of Object.entries(toEntity(result.data))) {
    if (value === null) continue;
    const variables = toEntity(options.variables);
    const entity = toEntity(value);
    if (entity['__typename'] === 'UpsertIntegrationSuccess') addIntegration(cache, entity);
    else if (field === 'deleteIntegration') removeIntegration(cache, entity);
    else if (field === 'selectIntegration') selectRecord(cache, entity);
    else if (field === 'updateIntegrationUser' || field === 'updateIntegrationGroup') {
      updateCollaborator(cache, variables['integrationId'], entity);
    } else if (/^(?:shareIntegrationWith|removeIntegration)(?:User|Group)s?$/.test(field)) {
      const id = variables['integrationId'] ?? toEntity(variables['input'])['integrationId'];
      forgetCollaborators(cache, field.includes('User') ? 'users' : 'groups', id);
    }
  }
}

const toEntity = (value: unknown): Entity =>
  typeof value === 'object' && value !== null ? { ...value } : {};
const getName = (entity: Entity): string => (typeof entity['name'] === 'string' ? entity['name'] : '');

function modifyProvider(
  cache: ApolloCacheLike,
  name: string,
  fields: Record<string, (value: unknown, details: Details) => unknown>,
): void {
  const id = cache.identify({ __typename: 'IntegrationProvider', name });
  if (id !== undefined) cache.modify({ id, fields });
}

function addIntegration(cache: ApolloCacheLike, { record, integration }: Entity): void {
  const stored = toEntity(record);
  const name = getName(toEntity(integration)) || getName(stored);
  const addRecord = (records: unknown, { readField, toReference }: Details): unknown => {
    if (!Array.isArray(records)) return records;
    const known: readonly unknown[] = records;
    const isKnown = known.some((item) => readField('integrationId', item) === stored['integrationId']);
    return isKnown ? known : [...known, toReference(stored)];
  };
  const link = (value: unknown, { toReference }: Details): unknown =>
    typeof integration === 'object' && integration !== null ? toReference(toEntity(integration)) : value;
  modifyProvider(cache, name, { integration: link, records: addRecord });
  cache.modify({
    fields: {
      integration: (value: unknown, details: Details) =>
        details.storeFieldName.includes(`"${name}"`) ? link(value, details) : value,
      integrationRecords: addRecord,
    },
  });
  cache.evict({ id: 'ROOT_QUERY', fieldName: 'integrations' });
}

function removeIntegration(cache: ApolloCacheLike, provider: Entity): void {
  const name = getName(provider);
  modifyProvider(cache, name, { integration: () => null });
  cache.modify({
    fields: {
      integration: (value: unknown, { storeFieldName }: Details) =>
        storeFieldName.includes(`"${name}"`) ? null : value,
      integrationRecords: (records: unknown, { readField }: Details) =>
        Array.isArray(records) ? records.filter((item) => readField('name', item) !== name) : records,
    },
  });
  cache.evict({ id: 'ROOT_QUERY', fieldName: 'integrations' });
  // Another integration of this provider must not inherit the cached collaborators.
  for (const [id] of findEntities(cache, (entity) => isIntegrationOf(entity, name))) cache.evict({ id });
}

/** The name now refers to another integration, so data of only the old one is removed from the cache. */
function selectRecord(cache: ApolloCacheLike, record: Entity): void {
  const name = getName(record);
  for (const [id, entity] of findEntities(cache, () => true)) {
    if (entity['__typename'] === 'IntegrationRecord' && entity['name'] === name) {
      cache.modify({ id, fields: { isSelected: () => entity['integrationId'] === record['integrationId'] } });
    }
    if (isIntegrationOf(entity, name)) {
      for (const fieldName of ['users', 'groups', 'status']) cache.evict({ id, fieldName });
    }
  }
}

/** Cursors are offsets, so after an addition or removal the loaded pages no longer fit together. */
function forgetCollaborators(
  cache: ApolloCacheLike,
  fieldName: 'users' | 'groups',
  integrationId: unknown,
): void {
  // Without a variable of that name, the integration is not known.
  const isKnown = typeof integrationId === 'string';
  for (const [id] of findEntities(cache, (entity) => !isKnown || hasId(entity, integrationId)))
    cache.evict({ id, fieldName });
}

function updateCollaborator(cache: ApolloCacheLike, integrationId: unknown, changed: Entity): void {
  const [fieldName, key] =
    'userId' in changed ? (['users', 'userId'] as const) : (['groups', 'groupId'] as const);
  if (typeof integrationId !== 'string') return forgetCollaborators(cache, fieldName, integrationId);
  const update = (node: unknown): unknown =>
    toEntity(node)[key] === changed[key] ? { ...toEntity(node), ...changed } : node;
  const updateConnection = (connection: unknown): unknown => {
    const { edges, nodes, ...rest } = toEntity(connection);
    return {
      ...rest,
      ...(Array.isArray(edges) && {
        edges: edges.map(toEntity).map((edge) => ({ ...edge, node: update(edge['node']) })),
      }),
      ...(Array.isArray(nodes) && { nodes: nodes.map(update) }),
    };
  };
  for (const [id] of findEntities(cache, (entity) => hasId(entity, integrationId))) {
    cache.modify({ id, fields: { [fieldName]: updateConnection } });
  }
}

const hasId = (entity: Entity, id: unknown): boolean => entity['integrationId'] === id || entity['id'] === id;

const isIntegrationOf = (entity: Entity, name: string): boolean =>
  entity['name'] === name && isIntegrationType(entity['__typename']);

function findEntities(cache: ApolloCacheLike, matches: (entity: Entity) => boolean): [string, Entity][] {
  return Object.entries(toEntity(cache.extract()))
    .map(([id, entity]): [string, Entity] => [id, toEntity(entity)])
    .filter(([, entity]) => matches(entity));
}
