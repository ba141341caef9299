import type { Context } from '@opentelemetry/api';
import type { Deadline } from '../deadline.ts';
import { isJsonObject, type JsonObject } from '../json.ts';
import type { Reservation } from '../memory.ts';
import { createAddressRedaction } from './address-redaction.ts';
import { ClientFacingError, createFieldNoMemoryError } from './errors.ts';
import {
  expectJson,
  isNotConfigured,
  isSuccess,
  type Redaction,
  readValidationFailure,
  toResponseError,
  type ValidationIssue,
} from './responses.ts';
import type { Transport, TransportRequest, TransportResponse } from './transport.ts';
import type { Uuid } from './uuid.ts';
import type { IntegrationName, WireIntegration } from './wire.ts';

/** The caller and the limits of a call. */
export interface CallContext {
  /** Sent with the call. Alternating names and values, including a credential. */
  readonly headers: readonly string[];
  /** The salted hash of the credentials (`toCaller`). */
  readonly caller: string;
  readonly deadline: Deadline;
  /** Holds responses until the end of the request. */
  readonly memory: Reservation;
  readonly requestId: string;
  /**
   * Removes the secrets of the request and of the operator from a message of Galileo. Not for data or for messages of the gateway: a
   * header value of the operator can be an ordinary word.
   */
  readonly redactMessage: Redaction;
  /** The span that calls belong to; undefined if traces are off. */
  readonly traceContext: Context | undefined;
}

export type CollaboratorKind = 'users' | 'groups';

/** Result of a write with an input object. `invalid` is upstream's 422. */
export type WriteOutcome<T> =
  | { readonly kind: 'done'; readonly value: T }
  | {
      readonly kind: 'invalid';
      readonly message: string | undefined;
      readonly issues: readonly ValidationIssue[];
    };

type Operation = Pick<TransportRequest, 'operation' | 'method' | 'path' | 'provider' | 'body'>;

/**
 * Galileo's REST API for integrations, one method per operation. Every method rejects with ClientFacingError, or with
 * another error if the request cannot be written as HTTP. Returned objects have unchecked properties. Request bodies
 * are JSON.
 */
export class GalileoClient {
  readonly #transport: Pick<Transport, 'send'>;
  readonly #redactAddress: Redaction;

  /** @param upstreamUrl removed from upstream's messages */
  constructor(transport: Pick<Transport, 'send'>, upstreamUrl: URL) {
    this.#transport = transport;
    this.#redactAddress = createAddressRedaction(upstreamUrl);
  }

  /**
   * `GET /v2/integrations/{name}`. Null if the provider is not configured. Checks the discriminator. The `name` of the
   * result is the provider's name.
   */
  async fetchIntegration(name: IntegrationName, context: CallContext): Promise<WireIntegration | null> {
    const path = `/v2/integrations/${name}`;
    const response = await this.#send(
      { operation: 'get_integration', method: 'GET', path, provider: name },
      context,
    );
    if (isNotConfigured(response)) return null;
    const body = expectJson(this.#expectSuccess(response, 'GET', context), isJsonObject);
    // The discriminator is `provider`, and `name` is then a free label. Without `provider` it is `name`. If both are missing, the
    // default of the OpenAPI document applies: the requested name.
    if ((body['provider'] ?? body['name'] ?? name) !== name) {
      throw new ClientFacingError(
        'UPSTREAM_INVALID_RESPONSE',
        'Galileo returned a different provider from the one requested.',
        {
          upstreamStatus: response.status,
        },
      );
    }
    return Object.assign(body, { name });
  }

  /** `GET /v2/integrations/available`: the names of the providers that this Galileo deployment offers. */
  async fetchAvailable(context: CallContext): Promise<readonly unknown[]> {
    const hasNames = (body: unknown): body is { integrations: readonly unknown[] } =>
      isJsonObject(body) && Array.isArray(body['integrations']);
    return (await this.#read('available', '/v2/integrations/available', hasNames, context)).integrations;
  }

  /** `GET /v2/integrations/{name}/status`. */
  fetchStatus(name: IntegrationName, context: CallContext): Promise<JsonObject> {
    return this.#read('status', `/v2/integrations/${name}/status`, isJsonObject, context, name);
  }

  /** `GET /llm_integrations/{name}/models`. */
  fetchModels(name: IntegrationName, context: CallContext): Promise<readonly unknown[]> {
    return this.#read('models', `/llm_integrations/${name}/models`, Array.isArray, context, name);
  }

  /** `GET /integrations`: every integration that the caller can use. */
  fetchRecords(context: CallContext): Promise<readonly JsonObject[]> {
    return this.#read('list', '/integrations', isJsonObjects, context);
  }

  /** `GET /v2/integrations/{id}/users` or `/groups`: one page. */
  fetchCollaborators(
    kind: CollaboratorKind,
    id: Uuid,
    page: { readonly startingToken: number; readonly limit: number },
    context: CallContext,
  ): Promise<JsonObject> {
    const query = `starting_token=${page.startingToken}&limit=${page.limit}`;
    return this.#read(`list_${kind}`, `/v2/integrations/${id}/${kind}?${query}`, isJsonObject, context);
  }

  /** `GET /v2/integrations/databricks/catalogs`. */
  fetchCatalogs(context: CallContext): Promise<readonly unknown[]> {
    return this.#read(
      'catalogs',
      '/v2/integrations/databricks/catalogs',
      Array.isArray,
      context,
      'databricks',
    );
  }

  /** `GET /v2/integrations/databricks/databases`: the databases of a catalog. Default: upstream's default catalog. */
  fetchDatabases(catalog: string | undefined, context: CallContext): Promise<readonly unknown[]> {
    const query = catalog === undefined ? '' : `?catalog=${encodeURIComponent(catalog.toWellFormed())}`;
    const path = `/v2/integrations/databricks/databases${query}`;
    return this.#read('databases', path, Array.isArray, context, 'databricks');
  }

  /** `PUT /v2/integrations/{name}`: creates or replaces the caller's integration. */
  upsert(name: IntegrationName, body: string, context: CallContext): Promise<WriteOutcome<JsonObject>> {
    const path = `/v2/integrations/${name}`;
    return this.#write(
      { operation: 'upsert', method: 'PUT', path, provider: name, body },
      isJsonObject,
      context,
    );
  }

  /** `DELETE /integrations/{name}`. */
  async deleteIntegration(name: IntegrationName, context: CallContext): Promise<void> {
    const path = `/integrations/${name}`;
    await this.#request({ operation: 'delete', method: 'DELETE', path, provider: name }, context);
  }

  /** `PUT /v2/integrations/{id}/select`. */
  async selectIntegration(id: Uuid, context: CallContext): Promise<JsonObject> {
    const path = `/v2/integrations/${id}/select`;
    return expectJson(
      await this.#request({ operation: 'select', method: 'PUT', path }, context),
      isJsonObject,
    );
  }

  /** `POST /v2/integrations/{id}/users` or `/groups`. */
  share(
    kind: CollaboratorKind,
    id: Uuid,
    body: string,
    context: CallContext,
  ): Promise<WriteOutcome<readonly JsonObject[]>> {
    const path = `/v2/integrations/${id}/${kind}`;
    return this.#write({ operation: `share_${kind}`, method: 'POST', path, body }, isJsonObjects, context);
  }

  /** `PATCH /v2/integrations/{id}/users/{user_id}` or `/groups/{group_id}`. */
  async updateCollaborator(
    kind: CollaboratorKind,
    id: Uuid,
    collaboratorId: Uuid,
    body: string,
    context: CallContext,
  ): Promise<JsonObject> {
    const operation = kind === 'users' ? 'update_user' : 'update_group';
    const path = `/v2/integrations/${id}/${kind}/${collaboratorId}`;
    return expectJson(await this.#request({ operation, method: 'PATCH', path, body }, context), isJsonObject);
  }

  /** `DELETE /v2/integrations/{id}/users/{user_id}` or `/groups/{group_id}`. */
  async removeCollaborator(
    kind: CollaboratorKind,
    id: Uuid,
    collaboratorId: Uuid,
    context: CallContext,
  ): Promise<void> {
    const operation = kind === 'users' ? 'remove_user' : 'remove_group';
    const path = `/v2/integrations/${id}/${kind}/${collaboratorId}`;
    await this.#request({ operation, method: 'DELETE', path }, context);
  }

  async #read<T>(
    operation: Operation['operation'],
    path: string,
    hasShape: (body: unknown) => body is T,
    context: CallContext,
    provider?: IntegrationName,
  ): Promise<T> {
    return expectJson(await this.#request({ operation, method: 'GET', path, provider }, context), hasShape);
  }

  async #write<T>(
    operation: Operation & { readonly body: string },
    hasShape: (body: unknown) => body is T,
    context: CallContext,
  ): Promise<WriteOutcome<T>> {
    const response = await this.#sendBody(operation, operation.body, context);
    const failure = readValidationFailure(response, this.#getRedaction(context));
    if (failure !== undefined) return { kind: 'invalid', ...failure };
    return {
      kind: 'done',
      value: expectJson(this.#expectSuccess(response, operation.method, context), hasShape),
    };
  }

  /** Returns a successful response. Throws any other response as ClientFacingError. */
  async #request(operation: Operation, context: CallContext): Promise<TransportResponse> {
    return this.#expectSuccess(await this.#send(operation, context), operation.method, context);
  }

  #expectSuccess(
    response: TransportResponse,
    method: Operation['method'],
    context: CallContext,
  ): TransportResponse {
    if (isSuccess(response)) return response;
    throw toResponseError(response, method, this.#getRedaction(context));
  }

  /** Counts the request body, which the transport has as a string and as bytes, towards the memory of the request. */
  async #sendBody(operation: Operation, body: string, context: CallContext): Promise<TransportResponse> {
    const bytes = Buffer.byteLength(body);
    const heldBytes = bytes === body.length ? 2 * bytes : 2 * body.length + bytes;
    if (!context.memory.take(heldBytes)) throw createFieldNoMemoryError();
    try {
      return await this.#send(operation, context);
    } finally {
      context.memory.release(heldBytes);
    }
  }

  #send(
    { operation, method, path, provider, body }: Operation,
    context: CallContext,
  ): Promise<TransportResponse> {
    const { headers, caller, deadline, memory, requestId, traceContext } = context;
    const contentType = body === undefined ? [] : ['content-type', 'application/json'];
    return this.#transport.send({
      operation,
      method,
      path,
      provider,
      body,
      headers: [...headers, 'accept', 'application/json', ...contentType],
      caller,
      deadline,
      memory,
      requestId,
      traceContext,
    });
  }

  #getRedaction(context: CallContext): Redaction {
    return (text) => this.#redactAddress(context.redactMessage(text));
  }
}

const isJsonObjects = (body: unknown): body is readonly JsonObject[] =>
  Array.isArray(body) && body.every(isJsonObject);
