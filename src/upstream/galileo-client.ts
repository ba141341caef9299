import type { Context } from '@opentelemetry/api';
import type { Deadline } from '../deadline.ts';
import { isJsonObject } from '../json.ts';
import { createAddressRedaction } from './address-redaction.ts';
import { UpstreamError } from './errors.ts';
import {
  parseJson,
  type Redaction,
  readIssues,
  readMessage,
  toUpstreamError,
  type ValidationIssue,
} from './responses.ts';
import type { Transport, TransportResponse } from './transport.ts';
import type { IntegrationName, WireIntegration, WireObject } from './wire.ts';

/** Whose call it is and how long it may take. */
export interface CallContext {
  /** Flat list of names and values that go along; a credential among them. */
  readonly headers: readonly string[];
  readonly deadline: Deadline;
  readonly requestId: string;
  /** Cuts the secrets of the request out of a text. */
  readonly redact: Redaction;
  /** The span that calls belong to; undefined where traces are off. */
  readonly traceContext: Context | undefined;
}

/** What came of a PUT that upstream has understood. */
export type UpsertOutcome =
  | { readonly kind: 'stored'; readonly record: WireObject<'IntegrationDB'> }
  | {
      readonly kind: 'refused';
      readonly message: string | undefined;
      readonly issues: readonly ValidationIssue[];
    };

/** Galileo's REST API for integrations, a method for each operation. Every method fails with UpstreamError. */
export class GalileoClient {
  readonly #transport: Transport;
  readonly #redactAddress: Redaction;

  /** @param origin where the transport leads: no message of upstream's shows it */
  constructor(transport: Transport, origin: URL) {
    this.#transport = transport;
    this.#redactAddress = createAddressRedaction(origin);
  }

  /**
   * `GET /v2/integrations/{name}`. Null where the caller has not configured that provider (404). The answer is an object
   * whose discriminator names the provider that was asked for; its other properties are unchecked.
   */
  async fetchIntegration(name: IntegrationName, call: CallContext): Promise<WireIntegration | null> {
    const response = await this.#transport.send({
      method: 'GET',
      path: `/v2/integrations/${name}`,
      provider: name,
      headers: [...call.headers, 'accept', 'application/json'],
      deadline: call.deadline,
      requestId: call.requestId,
      traceContext: call.traceContext,
    });
    if (response.status === 404) return null;
    if (!isSuccess(response)) throw toUpstreamError(response, 'read', this.#getRedaction(call));
    const body = parseJsonObject(response);
    // A later upstream says `provider`, and `name` is a free label then. What is left out has the document's default: its own name.
    const discriminator = body['provider'] ?? body['name'] ?? name;
    if (discriminator !== name) {
      throw new UpstreamError(
        'UPSTREAM_INVALID_RESPONSE',
        'Galileo answered with another provider than the one asked for.',
        {
          upstreamStatus: response.status,
        },
      );
    }
    return Object.assign(body, { name });
  }

  /**
   * `PUT /v2/integrations/custom`. A 422 is an outcome, not an error: upstream's view of what is wrong with the body.
   *
   * @param body the JSON text to send
   */
  async upsertCustomIntegration(body: string, call: CallContext): Promise<UpsertOutcome> {
    const response = await this.#transport.send({
      method: 'PUT',
      path: '/v2/integrations/custom',
      provider: 'custom',
      headers: [...call.headers, 'accept', 'application/json', 'content-type', 'application/json'],
      body,
      deadline: call.deadline,
      requestId: call.requestId,
      traceContext: call.traceContext,
    });
    const redact = this.#getRedaction(call);
    if (response.status === 422) {
      const error = parseJson(response);
      return {
        kind: 'refused',
        message: readMessage(error, redact),
        issues: readIssues(isJsonObject(error) ? error['detail'] : undefined, redact),
      };
    }
    if (!isSuccess(response)) throw toUpstreamError(response, 'write', redact);
    return { kind: 'stored', record: parseJsonObject(response) };
  }

  #getRedaction(call: CallContext): Redaction {
    return (text) => this.#redactAddress(call.redact(text));
  }
}

const isSuccess = (response: TransportResponse) => response.status >= 200 && response.status < 300;

/** The JSON object that an answer holds, which is nobody else's. Media type, text and shape are checked; the properties are not. */
function parseJsonObject(response: TransportResponse): Readonly<Record<string, unknown>> {
  const body = parseJson(response);
  if (isJsonObject(body)) return body;
  throw new UpstreamError(
    'UPSTREAM_INVALID_RESPONSE',
    body === undefined
      ? 'Galileo answered with something that is not JSON.'
      : 'Galileo answered with JSON of another shape than its API has.',
    { upstreamStatus: response.status },
  );
}
