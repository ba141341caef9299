// The schema that a careful team would write for another server: the same SDL, upstream's objects renamed once, default
// resolvers.
import { readFileSync } from 'node:fs';
import { typeNames } from '../operations.js';

/** The gateway's own SDL: every contender except Mesh has the same schema. */
export const typeDefs = readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8');

const mapProperties = new Set([
  'inference_profiles',
  'deployments',
  'default_headers',
  'custom_header_mapping',
  'headers',
]);
const enumProperties = new Set([
  'authentication_type',
  'credential_type',
  'cost_by',
  'integration',
  'input_modalities',
  'action',
]);
const freeProperties = new Set(['extra', 'init_kwargs']);
const camelNames = new Map();

function toCamel(property) {
  let name = camelNames.get(property);
  if (name === undefined) {
    name = property.replace(/_([a-z])/g, (_match, letter) => letter.toUpperCase());
    camelNames.set(property, name);
  }
  return name;
}

function toGraphql(value, property) {
  if (Array.isArray(value)) return value.map((item) => toGraphql(item, property));
  if (typeof value === 'string') return enumProperties.has(property) ? value.toUpperCase() : value;
  if (typeof value !== 'object' || value === null || freeProperties.has(property)) return value;
  if (mapProperties.has(property))
    return Object.entries(value).map(([key, entry]) => ({ key, value: entry }));
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [toCamel(key), toGraphql(inner, key)]),
  );
}

/** Upstream's object with the names of the SDL. */
export function toIntegration(body) {
  const integration = toGraphql(body);
  integration.__typename = typeNames[body.name];
  integration.name = body.name.toUpperCase();
  if (body.name === 'custom') {
    integration.legacyModels = body.models;
    integration.baseUrl = body.base_url;
  }
  return integration;
}

function toRecord(body) {
  const { id, ...record } = toGraphql(body);
  return { ...record, integrationId: id, name: body.name.toUpperCase() };
}

const toSnake = (name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

function toRequestBody(input) {
  const body = {};
  for (const [name, value] of Object.entries(input)) {
    const property = toSnake(name);
    if (mapProperties.has(property))
      body[property] = Object.fromEntries(value.map((entry) => [entry.key, entry.value]));
    else if (name === 'authenticationType') body[property] = value.toLowerCase();
    else if (name === 'modelProperties') body[property] = value.map(toRequestBody);
    else if (name === 'customLlmConfig' || name === 'multiModalConfig') body[property] = toRequestBody(value);
    else body[property] = value;
  }
  return body;
}

const toDateTime = (text) => (/[Zz]|[+-]\d\d:\d\d$/.test(text) ? text : `${text}Z`);

/** @param getApi (context) => ({ get(name), put(body) }), which return parsed bodies; `get` returns null for 404. */
export function createResolvers(getApi) {
  const load = async (name, context) => {
    const body = await getApi(context).get(name.toLowerCase());
    return body === null ? null : toIntegration(body);
  };
  const names = Object.keys(typeNames).map((name) => name.toUpperCase());
  const byTypename = {
    resolveType: (source) => source.__typename,
    __resolveType: (source) => source.__typename,
  };
  return {
    Query: {
      integration: (_root, { name }, context) => load(name, context),
      integrations: async (_root, args, context) => {
        const loaded = await Promise.all((args.names ?? names).map((name) => load(name, context)));
        return loaded.filter((integration) => integration !== null);
      },
      integrationProviders: (_root, args) =>
        (args.names ?? names).map((name) => ({ name, displayName: name })),
    },
    IntegrationProvider: { integration: ({ name }, _args, context) => load(name, context) },
    Mutation: {
      upsertCustomIntegration: async (_root, { input }, context) => {
        const record = toRecord(await getApi(context).put(toRequestBody(input)));
        return { __typename: 'UpsertIntegrationSuccess', record };
      },
    },
    IntegrationRecord: {
      createdAt: (record) => toDateTime(record.createdAt),
      updatedAt: (record) => toDateTime(record.updatedAt),
    },
    IntegrationPermission: { rawAction: (permission) => permission.action.toLowerCase() },
    Integration: byTypename,
    UpsertIntegrationResult: byTypename,
  };
}
