import type { Context } from '@opentelemetry/api';
import type { Deadline } from '../deadline.ts';
import { isJsonObject, type JsonObject } from '../json.ts';
import type { Reservation } from '../memory.ts';
import { createAddressRedaction } from './address-redaction.ts';
import { ClientFacingError, createFieldMemoryError } from './errors.ts';
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
  /** Holds responses until the end of the request. Undefined if nothing limits them. */
  readonly memory?: Reservation | undefined;
  readonly requestId: string;
  /** Removes the secrets of the request and of the operator from a string. */
  readonly redact: Redaction;
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

  /** @param origin upstream's URL; removed from upstream's messages */
  constructor(transport: Pick<Transport, 'send'>, origin: URL) {
    this.#transport = transport;
    this.#redactAddress = createAddressRedaction(origin);
  }

  /**
   * `GET /v2/integrations/{name}`. Null if the provider is not configured. Checks the discriminator. The `name` of the
   * result is the provider's name.
   */
  async fetchIntegration(name: IntegrationName, call: CallContext): Promise<WireIntegration | null> {
    const path = `/v2/integrations/${name}`;
    const response = await this.#send(
      { operation: 'get_integration', method: 'GET', path, provider: name },
      call,
    );
    if (isNotConfigured(response)) return null;
    const body = expectJson(this.#expectSuccess(response, 'GET', call), isJsonObject);
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
  async fetchAvailable(call: CallContext): Promise<readonly unknown[]> {
    const hasNames = (body: unknown): body is { integrations: readonly unknown[] } =>
      isJsonObject(body) && Array.isArray(body['integrations']);
    return (await this.#read('available', '/v2/integrations/available', hasNames, call)).integrations;
  }

  /** `GET /v2/integrations/{name}/status`. */
  fetchStatus(name: IntegrationName, call: CallContext): Promise<JsonObject> {
    return this.#read('status', `/v2/integrations/${name}/status`, isJsonObject, call, name);
  }

  /** `GET /llm_integrations/{name}/models`. */
  fetchModels(name: IntegrationName, call: CallContext): Promise<readonly unknown[]> {
    return this.#read('models', `/llm_integrations/${name}/models`, Array.isArray, call, name);
  }

  /** `GET /integrations`: every integration that the caller can use. */
  fetchRecords(call: CallContext): Promise<readonly JsonObject[]> {
    return this.#read('list', '/integrations', isJsonObjects, call);
  }

  /** `GET /v2/integrations/{id}/users` or `/groups`: one page. */
  fetchCollaborators(
    kind: CollaboratorKind,
    id: Uuid,
    page: { readonly startingToken: number; readonly limit: number },
    call: CallContext,
  ): Promise<JsonObject> {
    const query = `starting_token=${page.startingToken}&limit=${page.limit}`;
    return this.#read(`list_${kind}`, `/v2/integrations/${id}/${kind}?${query}`, isJsonObject, call);
  }

  /** `GET /v2/integrations/databricks/catalogs`. */
  fetchCatalogs(call: CallContext): Promise<readonly unknown[]> {
    return this.#read('catalogs', '/v2/integrations/databricks/catalogs', Array.isArray, call, 'databricks');
  }

  /** `GET /v2/integrations/databricks/databases`: the databases of a catalog. Default: upstream's default catalog. */
  fetchDatabases(catalog: string | undefined, call: CallContext): Promise<readonly unknown[]> {
    const query = catalog === undefined ? '' : `?catalog=${encodeURIComponent(catalog.toWellFormed())}`;
    const path = `/v2/integrations/databricks/databases${query}`;
    return this.#read('databases', path, Array.isArray, call, 'databricks');
  }

  /** `PUT /v2/integrations/{name}`: creates or replaces the caller's integration. */
  upsert(name: IntegrationName, body: string, call: CallContext): Promise<WriteOutcome<JsonObject>> {
    const path = `/v2/integrations/${name}`;
    return this.#write(
      { operation: 'upsert', method: 'PUT', path, provider: name, body },
      isJsonObject,
      call,
    );
  }

  /** `DELETE /integrations/{name}`. */
  async deleteIntegration(name: IntegrationName, call: CallContext): Promise<void> {
    const path = `/integrations/${name}`;
    await this.#request({ operation: 'delete', method: 'DELETE', path, provider: name }, call);
  }

  /** `PUT /v2/integrations/{id}/select`. */
  async selectIntegration(id: Uuid, call: CallContext): Promise<JsonObject> {
    const path = `/v2/integrations/${id}/select`;
    return expectJson(await this.#request({ operation: 'select', method: 'PUT', path }, call), isJsonObject);
  }

  /** `POST /v2/integrations/{id}/users` or `/groups`. */
  share(
    kind: CollaboratorKind,
    id: Uuid,
    body: string,
    call: CallContext,
  ): Promise<WriteOutcome<readonly JsonObject[]>> {
    const path = `/v2/integrations/${id}/${kind}`;
    return this.#write({ operation: `share_${kind}`, method: 'POST', path, body }, isJsonObjects, call);
  }

  /** `PATCH /v2/integrations/{id}/users/{user_id}` or `/groups/{group_id}`. */
  async updateCollaborator(
    kind: CollaboratorKind,
    id: Uuid,
    collaboratorId: Uuid,
    body: string,
    call: CallContext,
  ): Promise<JsonObject> {
    const operation = kind === 'users' ? 'update_user' : 'update_group';
    const path = `/v2/integrations/${id}/${kind}/${collaboratorId}`;
    return expectJson(await this.#request({ operation, method: 'PATCH', path, body }, call), isJsonObject);
  }

  /** `DELETE /v2/integrations/{id}/users/{user_id}` or `/groups/{group_id}`. */
  async removeCollaborator(
    kind: CollaboratorKind,
    id: Uuid,
    collaboratorId: Uuid,
    call: CallContext,
  ): Promise<void> {
    const operation = kind === 'users' ? 'remove_user' : 'remove_group';
    const path = `/v2/integrations/${id}/${kind}/${collaboratorId}`;
    await this.#request({ operation, method: 'DELETE', path }, call);
  }

  async #read<T>(
    operation: Operation['operation'],
    path: string,
    hasShape: (body: unknown) => body is T,
    call: CallContext,
    provider?: IntegrationName,
  ): Promise<T> {
    return expectJson(await this.#request({ operation, method: 'GET', path, provider }, call), hasShape);
  }

  async #write<T>(
    operation: Operation & { readonly body: string },
    hasShape: (body: unknown) => body is T,
    call: CallContext,
  ): Promise<WriteOutcome<T>> {
    const response = await this.#sendBody(operation, operation.body, call);
    const failure = readValidationFailure(response, this.#getRedaction(call));
    if (failure !== undefined) return { kind: 'invalid', ...failure };
    return {
      kind: 'done',
      value: expectJson(this.#expectSuccess(response, operation.method, call), hasShape),
    };
  }

  /** Returns a successful response. Throws any other response as ClientFacingError. */
  async #request(operation: Operation, call: CallContext): Promise<TransportResponse> {
    return this.#expectSuccess(await this.#send(operation, call), operation.method, call);
  }

  #expectSuccess(
    response: TransportResponse,
    method: Operation['method'],
    call: CallContext,
  ): TransportResponse {
    if (isSuccess(response)) return response;
    throw toResponseError(response, method, this.#getRedaction(call));
  }

  /** Counts the request body, which the transport has as a string and as bytes, towards the memory of the request. */
  async #sendBody(operation: Operation, body: string, call: CallContext): Promise<TransportResponse> {
    const bytes = Buffer.byteLength(body);
    const heldBytes = bytes === body.length ? 2 * bytes : 2 * body.length + bytes;
    if (call.memory?.take(heldBytes) === false) throw createFieldMemoryError();
    try {
      return await this.#send(operation, call);
    } finally {
      call.memory?.release(heldBytes);
    }
  }

  #send(
    { operation, method, path, provider, body }: Operation,
    call: CallContext,
  ): Promise<TransportResponse> {
    const { headers, caller, deadline, memory, requestId, traceContext } = call;
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

  #getRedaction(call: CallContext): Redaction {
    return (text) => this.#redactAddress(call.redact(text));
  }
}

const isJsonObjects = (body: unknown): body is readonly JsonObject[] =>
  Array.isArray(body) && body.every(isJsonObject);
