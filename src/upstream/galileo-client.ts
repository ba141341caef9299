import { isJsonObject, isNullableObjectArray, type JsonObject } from '../json.ts';
import { createAddressPattern } from './address-pattern.ts';
import type { ProviderName, UpstreamIntegration } from './api-types.ts';
import { createFieldNoMemoryError, FieldError } from './errors.ts';
import {
  expectJson,
  isNotConfigured,
  isSuccess,
  type Redaction,
  readValidationFailure,
  toFieldError,
  type UpstreamResponse,
  type UpstreamValidationFailure,
} from './responses.ts';
import type { Transport } from './transport.ts';
import type { CallContext, CallRequest } from './transport-types.ts';
import type { Uuid } from './uuid.ts';

const missingCredential =
  'This field needs a credential: send Galileo-API-Key, Splunk-AO-API-Key, or Authorization with the Bearer or Basic scheme.';

export type CollaboratorKind = 'users' | 'groups';

const isAvailableResponse = (body: unknown): body is { integrations?: readonly unknown[] | null } =>
  isJsonObject(body) && Array.isArray(body['integrations'] ?? []);

/** A page of a list. `startingToken` is the offset of its first item. */
export interface Page {
  readonly startingToken: number;
  readonly limit: number;
}

/** Result of a write with an input object. `invalid` is upstream's 422. */
type WriteOutcome<T> =
  | { readonly kind: 'done'; readonly value: T }
  | ({ readonly kind: 'invalid' } & UpstreamValidationFailure);

/**
 * Galileo's REST API for integrations, one method per operation. Methods reject with FieldError; without a
 * usable credential, before any call. They reject with another error only if the request cannot be written as HTTP.
 * Returned objects have unchecked properties. Request bodies are JSON.
 */
export class GalileoClient {
  readonly #transport: Pick<Transport, 'send'>;
  /** Matches upstream's address, which is removed from its messages. */
  readonly address: RegExp;

  constructor(transport: Pick<Transport, 'send'>, upstreamUrl: URL) {
    this.#transport = transport;
    this.address = createAddressPattern(upstreamUrl);
  }

  /**
   * `GET /v2/integrations/{name}`. Null if the provider is not configured. Checks the discriminator. The `name` of the
   * result is the provider's name.
   */
  fetchIntegration(provider: ProviderName, context: CallContext): Promise<UpstreamIntegration | null> {
    const path = `/v2/integrations/${provider}`;
    const request = { operation: 'get_integration', method: 'GET', path, provider, context } as const;
    return this.#send(request).then((response) => this.#toIntegration(provider, request, response));
  }

  /**
   * `GET /v2/integrations/available`: the names of the providers that this Galileo deployment offers. Empty if upstream
   * leaves the list out.
   */
  async fetchAvailableProviders(context: CallContext): Promise<readonly unknown[]> {
    const path = '/v2/integrations/available';
    const { integrations } = await this.#call(
      { operation: 'available', method: 'GET', path, context },
      isAvailableResponse,
    );
    return integrations ?? [];
  }

  /** `GET /v2/integrations/{name}/status`. */
  fetchStatus(provider: ProviderName, context: CallContext): Promise<JsonObject> {
    const path = `/v2/integrations/${provider}/status`;
    return this.#call({ operation: 'status', method: 'GET', path, provider, context }, isJsonObject);
  }

  /** `GET /llm_integrations/{name}/models`. */
  fetchModels(provider: ProviderName, context: CallContext): Promise<readonly unknown[]> {
    const path = `/llm_integrations/${provider}/models`;
    return this.#call({ operation: 'models', method: 'GET', path, provider, context }, Array.isArray);
  }

  /** `GET /integrations`: every integration that the caller can use. */
  fetchRecords(context: CallContext): Promise<readonly unknown[]> {
    return this.#call({ operation: 'list', method: 'GET', path: '/integrations', context }, Array.isArray);
  }

  /** `GET /v2/integrations/{id}/users` or `/groups`: one page. */
  fetchCollaborators(
    kind: CollaboratorKind,
    id: Uuid,
    page: Page,
    context: CallContext,
  ): Promise<JsonObject> {
    const path = `/v2/integrations/${id}/${kind}?starting_token=${page.startingToken}&limit=${page.limit}`;
    return this.#call({ operation: `list_${kind}`, method: 'GET', path, context }, isJsonObject);
  }

  /** `GET /v2/integrations/databricks/catalogs`. */
  fetchCatalogs(context: CallContext): Promise<readonly unknown[]> {
    const path = '/v2/integrations/databricks/catalogs';
    const provider = 'databricks';
    return this.#call({ operation: 'catalogs', method: 'GET', path, provider, context }, Array.isArray);
  }

  /** `GET /v2/integrations/databricks/databases`: the databases of a catalog. Default: upstream's default catalog. */
  fetchDatabases(catalog: string | undefined, context: CallContext): Promise<readonly unknown[]> {
    const query = catalog === undefined ? '' : `?catalog=${encodeURIComponent(catalog.toWellFormed())}`;
    const path = `/v2/integrations/databricks/databases${query}`;
    const provider = 'databricks';
    return this.#call({ operation: 'databases', method: 'GET', path, provider, context }, Array.isArray);
  }

  /** `PUT /v2/integrations/{name}`: creates or replaces the caller's integration. */
  upsert(provider: ProviderName, body: string, context: CallContext): Promise<WriteOutcome<JsonObject>> {
    const path = `/v2/integrations/${provider}`;
    const request = { operation: 'upsert', method: 'PUT', path, provider, body, context } as const;
    return this.#write(request, isJsonObject);
  }

  /** `DELETE /integrations/{name}`. */
  deleteIntegration(provider: ProviderName, context: CallContext): Promise<void> {
    const path = `/integrations/${provider}`;
    return this.#delete({ operation: 'delete', method: 'DELETE', path, provider, context });
  }

  /** `PUT /v2/integrations/{id}/select`. */
  selectIntegration(id: Uuid, context: CallContext): Promise<JsonObject> {
    const path = `/v2/integrations/${id}/select`;
    return this.#call({ operation: 'select', method: 'PUT', path, context }, isJsonObject);
  }

  /** `POST /v2/integrations/{id}/users` or `/groups`. */
  async share(
    kind: CollaboratorKind,
    id: Uuid,
    body: string,
    context: CallContext,
  ): Promise<WriteOutcome<readonly JsonObject[]>> {
    const path = `/v2/integrations/${id}/${kind}`;
    const request = { operation: `share_${kind}`, method: 'POST', path, body, context } as const;
    const outcome = await this.#write(request, isNullableObjectArray);
    if (outcome.kind !== 'done') return outcome;
    return { kind: 'done', value: outcome.value.filter((item) => item !== null) };
  }

  /** `PATCH /v2/integrations/{id}/users/{user_id}` or `/groups/{group_id}`. */
  updateCollaborator(
    kind: CollaboratorKind,
    id: Uuid,
    collaboratorId: Uuid,
    body: string,
    context: CallContext,
  ): Promise<JsonObject> {
    const operation = kind === 'users' ? 'update_user' : 'update_group';
    const path = `/v2/integrations/${id}/${kind}/${collaboratorId}`;
    return this.#call({ operation, method: 'PATCH', path, body, context }, isJsonObject);
  }

  /** `DELETE /v2/integrations/{id}/users/{user_id}` or `/groups/{group_id}`. */
  removeCollaborator(
    kind: CollaboratorKind,
    id: Uuid,
    collaboratorId: Uuid,
    context: CallContext,
  ): Promise<void> {
    const operation = kind === 'users' ? 'remove_user' : 'remove_group';
    const path = `/v2/integrations/${id}/${kind}/${collaboratorId}`;
    return this.#delete({ operation, method: 'DELETE', path, context });
  }

  /** Null if the response means that the provider is not configured. Sets `name` in the parsed body. */
  #toIntegration(
    provider: ProviderName,
    request: CallRequest,
    response: UpstreamResponse,
  ): UpstreamIntegration | null {
    if (isNotConfigured(response)) return null;
    const body = expectJson(this.#expectSuccess(request, response), isJsonObject);
    // The discriminator is `provider`, and `name` is then a free label. Without `provider` it is `name`. If both are
    // missing, the default of the OpenAPI document applies: the requested name.
    if ((body['provider'] ?? body['name'] ?? provider) !== provider) {
      const message = 'Galileo returned a different provider from the one requested.';
      throw new FieldError('UPSTREAM_INVALID_RESPONSE', message, { upstreamStatus: response.status });
    }
    return Object.assign(body, { name: provider });
  }

  /** The body of a successful response. Rejects with FieldError for any other response. */
  #call<T>(request: CallRequest, hasShape: (body: unknown) => body is T): Promise<T> {
    return this.#send(request).then((response) =>
      expectJson(this.#expectSuccess(request, response), hasShape),
    );
  }

  async #delete(request: CallRequest): Promise<void> {
    this.#expectSuccess(request, await this.#send(request));
  }

  async #write<T>(
    request: CallRequest & { readonly body: string },
    hasShape: (body: unknown) => body is T,
  ): Promise<WriteOutcome<T>> {
    const { body, context } = request;
    // An upper bound: the transport has the body as a string, with two bytes per character, and as bytes.
    const heldBytes = 2 * body.length + Buffer.byteLength(body);
    if (!context.reservation.take(heldBytes)) throw createFieldNoMemoryError();
    let response: UpstreamResponse;
    try {
      response = await this.#send(request);
    } finally {
      context.reservation.release(heldBytes);
    }
    const failure = readValidationFailure(response, request.method, this.#getRedaction(request));
    if (failure !== undefined) return { kind: 'invalid', ...failure };
    return { kind: 'done', value: expectJson(this.#expectSuccess(request, response), hasShape) };
  }

  #send(request: CallRequest): Promise<UpstreamResponse> {
    if (request.context.hasCredential) return this.#transport.send(request);
    return Promise.reject(new FieldError('UNAUTHENTICATED', missingCredential));
  }

  #expectSuccess(request: CallRequest, response: UpstreamResponse): UpstreamResponse {
    if (isSuccess(response, request.method)) return response;
    throw toFieldError(response, request.method, this.#getRedaction(request));
  }

  #getRedaction({ context }: CallRequest): Redaction {
    return (text) => context.redactUpstreamMessage(text);
  }
}
