import { integrationNames, possibleTypes } from './cache-keys.ts';
import { graphcacheSchema } from './generated/graphcache-schema.ts';

type Fields = Readonly<Record<string, unknown>>;
/** A key function of Graphcache. Null for an object that is stored within its parent. */
type KeyOf = (data: Fields) => string | null;

/** The methods of Graphcache's `Cache` that the updates call. */
interface GraphcacheLike {
  /* oxlint-disable typescript/no-explicit-any -- Graphcache's own types for values are wider than JSON. */
  resolve(entity: any, field: string): any;
  invalidate(entity: any, field?: string, args?: any): void;
  link(entity: any, field: string, ...link: any[]): void;
  /* oxlint-enable typescript/no-explicit-any */
  inspectFields(entity: string): { fieldName: string; arguments: unknown }[];
}
type Update = (result: Fields, args: Fields, cache: GraphcacheLike) => void;

const toText = (value: unknown): string | null => (typeof value === 'string' ? value : null);
const byName: KeyOf = ({ name }) => toText(name);
const toFields = (value: unknown): Fields =>
  typeof value === 'object' && value !== null ? { ...value } : {};

const objectTypes = graphcacheSchema.__schema.types.flatMap(({ kind, name }) =>
  kind === 'OBJECT' ? [name] : [],
);

/** Every type has an entry. Otherwise Graphcache reports missing keys. */
const keys: Record<string, KeyOf> = {
  ...Object.fromEntries(objectTypes.map((name): [string, KeyOf] => [name, () => null])),
  ...Object.fromEntries(possibleTypes.Integration.map((name): [string, KeyOf] => [name, byName])),
  IntegrationProvider: byName,
  IntegrationRecord: ({ integrationId }) => toText(integrationId),
};

function invalidateFields(cache: GraphcacheLike, entity: string, names: readonly string[]): void {
  for (const field of cache.inspectFields(entity)) {
    if (names.includes(field.fieldName)) cache.invalidate(entity, field.fieldName, field.arguments);
  }
}

const upsert: Update = (data, _args, cache) => {
  for (const result of Object.values(data).map(toFields))
    if (result['__typename'] === 'UpsertIntegrationSuccess') linkIntegration(result, cache);
};

function linkIntegration(result: Fields, cache: GraphcacheLike): void {
  const integration = toFields(result['integration']);
  const name = toText(integration['name']) ?? toText(toFields(result['record'])['name']);
  const provider = `IntegrationProvider:${name}`;
  if (typeof integration['__typename'] === 'string') {
    const key = `${integration['__typename']}:${name}`;
    cache.link(provider, 'integration', key);
    cache.link('Query', 'integration', { name }, key);
  } else {
    cache.invalidate(provider, 'integration');
  }
  invalidateFields(cache, provider, ['records']);
  invalidateFields(cache, 'Query', ['integrations', 'integrationRecords']);
}

const remove: Update = (data, { name }, cache) => {
  // The deletion failed.
  if ((data['deleteIntegration'] ?? null) === null) return;
  const provider = `IntegrationProvider:${toText(name)}`;
  // Another integration of the provider can be selected now, which the response has.
  if ((toFields(data['deleteIntegration'])['integration'] ?? null) === null) {
    cache.link(provider, 'integration', null);
    cache.link('Query', 'integration', { name }, null);
  } else cache.invalidate('Query', 'integration', { name });
  for (const entity of findIntegrations(cache, 'name', name)) cache.invalidate(entity);
  // If the mutation selected the records, the response has them.
  if (toFields(data['deleteIntegration'])['records'] === undefined)
    invalidateFields(cache, provider, ['records']);
  invalidateFields(cache, 'Query', ['integrations', 'integrationRecords']);
};

/** The name now refers to another integration. */
const select: Update = (data, _args, cache) => {
  const { name } = toFields(data['selectIntegration']);
  invalidateFields(cache, `IntegrationProvider:${toText(name)}`, ['records']);
  invalidateFields(cache, 'Query', ['integrationRecords']);
  for (const entity of findIntegrations(cache, 'name', name)) cache.invalidate(entity);
};

/** Pages of collaborators must be loaded again. */
const changeCollaborators =
  (field: 'users' | 'groups'): Update =>
  (_data, args, cache) => {
    const id = args['integrationId'] ?? toFields(args['input'])['integrationId'];
    for (const entity of [`IntegrationRecord:${toText(id)}`, ...findIntegrations(cache, 'id', id)]) {
      invalidateFields(cache, entity, [field]);
    }
  };

/** The cached integrations with that value. */
const findIntegrations = (cache: GraphcacheLike, field: string, value: unknown): string[] =>
  possibleTypes.Integration.flatMap((type) => integrationNames.map((name) => `${type}:${name}`)).filter(
    (entity) => cache.resolve(entity, field) === value,
  );

const changeUsers = changeCollaborators('users');
const changeGroups = changeCollaborators('groups');

const mutations = graphcacheSchema.__schema.types.find(({ name }) => name === 'Mutation');
const upserts = (mutations?.fields ?? []).map(({ name }) => name).filter((name) => name.startsWith('upsert'));

/**
 * The configuration of urql's Graphcache: `cacheExchange(graphcacheConfig)`. Knows the schema, the keys of every type and what
 * each mutation changes.
 */
export const graphcacheConfig = {
  schema: graphcacheSchema,
  keys,
  updates: {
    Mutation: {
      ...Object.fromEntries(upserts.map((name): [string, Update] => [name, upsert])),
      deleteIntegration: remove,
      selectIntegration: select,
      shareIntegrationWithUsers: changeUsers,
      updateIntegrationUser: changeUsers,
      removeIntegrationUser: changeUsers,
      shareIntegrationWithGroups: changeGroups,
      updateIntegrationGroup: changeGroups,
      removeIntegrationGroup: changeGroups,
    },
  },
};
