import { randomUUID } from 'node:crypto';
import { isJsonObject, type JsonObject } from '../src/json.ts';
import { type ProviderName, providerNames } from '../src/upstream/api-types.ts';
import type { components, paths } from '../src/upstream/generated/galileo.ts';
import { createProviderError, HttpError, throwNotFound } from './http-error.ts';
import { integrationSchema, type JsonSchema, resolveSchema } from './openapi-document.ts';
import { seededCatalogs, seededModels } from './seed.ts';
import type { StoredIntegration, Tenant } from './tenants.ts';

type Role = components['schemas']['CollaboratorRole'];

/** A validated request of one operation, with the types of the OpenAPI document. */
interface Request<Operation> {
  readonly tenant: Tenant;
  readonly path: Operation extends { parameters: { path: infer Path } } ? Path : object;
  readonly query: Operation extends { parameters: { query?: infer Query } }
    ? Required<NonNullable<Query>>
    : object;
  readonly body: Operation extends { requestBody: { content: { 'application/json': infer Body } } }
    ? Body extends readonly (infer Item)[]
      ? readonly Required<Item>[]
      : Required<Body>
    : undefined;
}

/** Returns the body of the 200, or throws an `HttpError`. */
type Handler<Operation> = (request: Request<Operation>) => unknown;

/** One handler for each operation of the document except upserts. */
type Handlers = {
  readonly [Path in Exclude<keyof paths, `/v2/integrations/${ProviderName}`>]: {
    readonly [Method in keyof paths[Path] as paths[Path][Method] extends { responses: object }
      ? Method
      : never]: Handler<paths[Path][Method]>;
  };
};

const handlers: Handlers = {
  '/v2/integrations/available': { get: () => ({ integrations: providerNames }) },
  '/integrations': { get: ({ tenant }) => tenant.integrations.map(({ record }) => record) },
  '/v2/integrations/{name}': { get: ({ tenant, path }) => toIntegration(tenant.get(path.name)) },
  '/integrations/{name}': {
    delete({ tenant, path }) {
      tenant.delete(path.name);
      return null;
    },
  },
  '/v2/integrations/{name}/status': {
    get({ tenant, path }) {
      tenant.get(path.name);
      return { status: 'ok', message: 'The provider accepts the stored credential.' };
    },
  },
  '/llm_integrations/{llm_integration}/models': {
    get: ({ tenant, path }) => getModels(tenant, path.llm_integration),
  },
  '/v2/integrations/{integration_id}/select': {
    put: ({ tenant, path }) => tenant.select(path.integration_id),
  },
  '/v2/integrations/databricks/catalogs': {
    get({ tenant }) {
      tenant.get('databricks');
      return [...seededCatalogs.keys()];
    },
  },
  '/v2/integrations/databricks/databases': {
    get({ tenant, query }) {
      tenant.get('databricks');
      const catalog = query.catalog ?? 'main';
      return seededCatalogs.get(catalog) ?? throwNotFound(`Catalog ${catalog}`);
    },
  },

  '/v2/integrations/{integration_id}/users': {
    get: ({ tenant, path, query }) => toPage(tenant.getById(path.integration_id).users, query),
    post({ tenant, path, body }) {
      const { users } = getShareable(tenant, path.integration_id);
      const idsByEmail = new Map([...users.values()].map((user) => [user.email.toLowerCase(), user.user_id]));
      return body.map(({ user_id, user_email, role }) => {
        const id = user_id ?? idsByEmail.get(user_email?.toLowerCase() ?? '') ?? randomUUID();
        const email = user_email ?? `user-${id.slice(0, 8)}@acme.example`;
        idsByEmail.set(email.toLowerCase(), id);
        const identity = { user_id: id, first_name: null, last_name: null, email };
        return tenant.share(users, id, role, (base) => ({ ...base, ...identity }));
      });
    },
  },
  '/v2/integrations/{integration_id}/users/{user_id}': {
    patch: ({ tenant, path, body }) =>
      updateRole(getShareable(tenant, path.integration_id).users, path.user_id, body.role),
    delete: ({ tenant, path }) =>
      removeCollaborator(getShareable(tenant, path.integration_id).users, path.user_id),
  },
  '/v2/integrations/{integration_id}/groups': {
    get: ({ tenant, path, query }) => toPage(tenant.getById(path.integration_id).groups, query),
    post({ tenant, path, body }) {
      const { groups } = getShareable(tenant, path.integration_id);
      return body.map(({ group_id, role }) => {
        const identity = { group_id, group_name: `Group ${group_id.slice(0, 8)}` };
        return tenant.share(groups, group_id, role, (base) => ({ ...base, ...identity }));
      });
    },
  },
  '/v2/integrations/{integration_id}/groups/{group_id}': {
    patch: ({ tenant, path, body }) =>
      updateRole(getShareable(tenant, path.integration_id).groups, path.group_id, body.role),
    delete: ({ tenant, path }) =>
      removeCollaborator(getShareable(tenant, path.integration_id).groups, path.group_id),
  },
};

const handlersByPath: Readonly<Record<string, JsonObject>> = {
  ...handlers,
  ...Object.fromEntries(providerNames.map((name) => [`/v2/integrations/${name}`, { put: upsert(name) }])),
};

/**
 * Runs the handler of an operation.
 *
 * @param key method and path template, such as `GET /integrations`
 * @param request validated against the document, which the types of the handlers are generated from
 */
export function runOperation(
  key: string,
  request: {
    readonly tenant: Tenant;
    readonly path: JsonObject;
    readonly query: JsonObject;
    readonly body: unknown;
  },
): unknown {
  const [method = '', path = ''] = key.split(' ');
  const handler = handlersByPath[path]?.[method.toLowerCase()];
  if (typeof handler !== 'function') throw new Error(`The sandbox has no handler for ${key}.`);
  return (handler as (input: typeof request) => unknown)(request);
}

function toIntegration({ record: { id, provider }, settings }: StoredIntegration): JsonObject {
  return { id, name: provider, provider, ...parseSettings(settings) };
}

function parseSettings(settings: string): JsonObject {
  const parsed: unknown = JSON.parse(settings);
  return isJsonObject(parsed) ? parsed : {};
}

function upsert(
  name: ProviderName,
): (request: { readonly tenant: Tenant; readonly body: JsonObject }) => unknown {
  return ({ tenant, body }) => {
    refuseInvalidCredential(body);
    const previous = tenant.findOwn(name);
    const { extra = null } = previous === undefined ? {} : parseSettings(previous.settings);
    const settings = {
      ...toReadable({ $ref: integrationSchema.discriminator?.mapping[name] ?? '' }, body),
      ...(name === 'custom' && toCustomSettings(body)),
      extra,
    };
    return tenant.put(name, JSON.stringify(settings));
  };
}

/** Copies the properties of the read schema. The others are secrets or are not returned. */
function toReadable(schema: JsonSchema, value: unknown): JsonObject {
  if (!isJsonObject(value)) return {};
  const { properties = {} } = resolveSchema(schema);
  return Object.fromEntries(
    Object.entries(properties)
      .filter(([key]) => Object.hasOwn(value, key))
      .map(([key, property]) => {
        const inner = property.anyOf?.find(({ $ref }) => $ref !== undefined);
        return [
          key,
          inner !== undefined && isJsonObject(value[key]) ? toReadable(inner, value[key]) : value[key],
        ];
      }),
  );
}

/**
 * The read schema of a custom integration renames some properties, and contains two of the secrets, which are always
 * null.
 */
function toCustomSettings({ endpoint, models, model_properties: modelProperties }: JsonObject): JsonObject {
  return {
    base_url: endpoint,
    is_legacy_format: models !== null && modelProperties === null,
    api_key_value: null,
    headers: null,
  };
}

/** The provider credential that the sandbox treats as refused by the provider. */
const invalidToken = 'invalid';

function refuseInvalidCredential({ token, api_key_value: apiKey }: JsonObject): void {
  const values = isJsonObject(token) ? Object.values(token) : [token, apiKey];
  if (!values.includes(invalidToken)) return;
  throw createProviderError(403, {
    error_code: 7000,
    error_type: 'llm_provider_authentication_error',
    message: 'The provider refused this credential.',
    user_action: 'Check the token and save the integration again.',
    retriable: false,
  });
}

/** The models in the settings, otherwise the provider's usual ones. Empty if the provider is not configured. */
function getModels(tenant: Tenant, name: ProviderName): readonly unknown[] {
  const integration = tenant.find(name);
  if (integration === undefined) return [];
  const settings = parseSettings(integration.settings);
  const named = settings['model_properties'] ?? settings['available_deployments'] ?? settings['models'];
  if (!Array.isArray(named)) return seededModels[name] ?? [];
  return named.map((model: unknown) => (isJsonObject(model) ? (model['name'] ?? model['model']) : model));
}

/** The tenant's own integration. Throws a 404 if it does not exist, and a 403 if another user shared it. */
function getShareable(tenant: Tenant, id: string): StoredIntegration {
  const integration = tenant.getById(id);
  if (!integration.isOwn) throw new HttpError(403, 'Only the owner can share this integration.');
  return integration;
}

function toPage(
  collaborators: ReadonlyMap<string, object>,
  { starting_token, limit }: { readonly starting_token: number; readonly limit: number },
): object {
  for (const [name, input, ge] of [
    ['starting_token', starting_token, 0],
    ['limit', limit, 1],
  ] as const) {
    if (input >= ge) continue;
    const msg = `Input should be greater than or equal to ${ge}`;
    throw new HttpError(422, {
      detail: [{ type: 'greater_than_equal', loc: ['query', name], msg, input: String(input), ctx: { ge } }],
    });
  }
  const end = starting_token + limit;
  const isLast = end >= collaborators.size;
  return {
    starting_token,
    limit,
    paginated: !isLast,
    next_starting_token: isLast ? null : end,
    collaborators: [...collaborators.values()].slice(starting_token, end),
  };
}

function updateRole<Kind extends { role: Role }>(
  collaborators: ReadonlyMap<string, Kind>,
  id: string,
  role: Role,
): Kind {
  const collaborator = collaborators.get(id) ?? throwNotFound(`Collaborator ${id}`);
  collaborator.role = role;
  return collaborator;
}

function removeCollaborator(collaborators: Map<string, object>, id: string): null {
  if (!collaborators.delete(id)) throwNotFound(`Collaborator ${id}`);
  return null;
}
