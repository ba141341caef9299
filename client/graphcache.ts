import {
  type Fields,
  getChange,
  hasChanged,
  integrationNames,
  integrationTypes,
  toComparable,
  toFields,
} from './cache-changes.ts';
import { graphcacheSchema } from './generated/graphcache-schema.ts';

/** A key function of Graphcache. Null for an object that is stored within its parent. */
type KeyOf = (data: Fields) => string | null;

/** The methods of Graphcache's `Cache` that the updates call. */
interface GraphcacheLike {
  /* oxlint-disable typescript/no-explicit-any -- Graphcache's own types for values are wider than JSON. */
  resolve(entity: any, field: string, args?: any): any;
  invalidate(entity: any, field?: string, args?: any): void;
  link(entity: any, field: string, ...link: any[]): void;
  /* oxlint-enable typescript/no-explicit-any */
  inspectFields(entity: string): { fieldName: string; arguments: unknown }[];
}
type Update = (
  result: Fields,
  args: Fields,
  cache: GraphcacheLike,
  info: { readonly fieldName: string; readonly error: unknown; readonly optimistic?: boolean },
) => void;

const toText = (value: unknown): string | null => (typeof value === 'string' ? value : null);
const byName: KeyOf = ({ name }) => toText(name);

const objectTypes = graphcacheSchema.__schema.types.flatMap(({ kind, name }) =>
  kind === 'OBJECT' ? [name] : [],
);

/** Every type has an entry. Otherwise Graphcache reports missing keys. */
const keys: Record<string, KeyOf> = {
  ...Object.fromEntries(objectTypes.map((name): [string, KeyOf] => [name, () => null])),
  // Each type has one integration.
  ...Object.fromEntries(integrationTypes.map(([name, type]): [string, KeyOf] => [type, () => name])),
  IntegrationProvider: byName,
  IntegrationRecord: ({ integrationId }) => toText(toComparable(integrationId)),
};

/** Invalidates the cached fields that match. */
function invalidateFields(
  cache: GraphcacheLike,
  entity: string,
  matches: (fieldName: string, value: unknown) => boolean,
): void {
  for (const { fieldName, arguments: args } of cache.inspectFields(entity)) {
    if (matches(fieldName, cache.resolve(entity, fieldName, args))) cache.invalidate(entity, fieldName, args);
  }
}

/**
 * Invalidates the fields that the response does not have. With an alias, a field has the response's value but not its
 * key. The result of the mutation is read from the cache, so these fields must stay.
 */
function invalidateOtherFields(cache: GraphcacheLike, entity: string, response: Fields = {}): void {
  const values = new Set(Object.values(response));
  invalidateFields(
    cache,
    entity,
    (field, value) => !(field in response) && (value === null || !values.has(value)),
  );
}

/** Whether a list has objects without a key, which are stored within their parent. */
const hasEmbedded = (list: unknown): boolean => [list].flat().some((key) => /\.\d+$/.test(String(key)));

/** Invalidates what a mutation changed and its response does not have, so that queries load it again. */
const update: Update = (data, args, cache, { fieldName, error, optimistic }) => {
  const result = toFields(data[fieldName]);
  // Until the mutation has a result, what is cached stays visible.
  if (optimistic === true || !hasChanged(data[fieldName], [error])) return;
  const { providers, connection, integrationId } = getChange(fieldName, args, (id) =>
    cache.resolve(`IntegrationRecord:${toText(id)}`, 'name'),
  );
  for (const [name, type] of providers) updateProvider(cache, name, type, result);
  for (const entity of ['Query', ...integrationNames.map((name) => `IntegrationProvider:${name}`)])
    invalidateFields(cache, entity, (_, value) => hasEmbedded(value));
  if (connection === undefined) return;
  const integrations = integrationTypes.map(([name, type]) => `${type}:${name}`);
  for (const entity of [`IntegrationRecord:${toText(integrationId)}`, ...integrations]) {
    // Without a cached id, the integration can be the changed one.
    if (toComparable(cache.resolve(entity, 'id') ?? integrationId) === integrationId)
      invalidateFields(cache, entity, (field) => field === connection);
  }
};

function updateProvider(cache: GraphcacheLike, name: string, type: string, result: Fields): void {
  const provider = `IntegrationProvider:${name}`;
  const key = `${type}:${name}`;
  const returned = [result, ...Object.values(result)].flat().map(toFields);
  const integration = returned.find(({ __typename }) => __typename === type);
  invalidateOtherFields(cache, key, integration);

  const lists = [cache.resolve(provider, 'records'), cache.resolve('Query', 'integrationRecords')].flat();
  for (const record of lists) {
    // Without a cached name, a record can belong to this provider.
    if (typeof record !== 'string' || (cache.resolve(record, 'name') ?? name) !== name) continue;
    const isSame = (item: Fields) =>
      record === `IntegrationRecord:${toText(toComparable(item['integrationId']))}`;
    invalidateOtherFields(cache, record, returned.find(isSame));
  }

  const kept = result['__typename'] === 'IntegrationProvider' ? result : {};
  invalidateFields(
    cache,
    provider,
    (field) => ['integration', 'records', 'models'].includes(field) && !(field in kept),
  );
  invalidateFields(cache, 'Query', (field) => ['integrations', 'integrationRecords'].includes(field));
  cache.invalidate('Query', 'integration', { name });
  if (integration === undefined) return;
  cache.link(provider, 'integration', key);
  cache.link('Query', 'integration', { name }, key);
}

const mutations = graphcacheSchema.__schema.types.find(({ name }) => name === 'Mutation');

/**
 * The configuration of urql's Graphcache: `cacheExchange(graphcacheConfig)`. Knows the schema, the keys of every type
 * and what each mutation changes.
 */
export const graphcacheConfig = {
  schema: graphcacheSchema,
  keys,
  updates: {
    Mutation: Object.fromEntries(
      (mutations?.fields ?? []).map(({ name }): [string, Update] => [name, update]),
    ),
  },
};
