import type DataLoader from 'dataloader';
import { type ForwardedHeaders, getCredentialSecrets } from './credentials.ts';
import type { RequestObservation } from './observability/request-observation.ts';
import { createIntegrationLoader } from './resolvers/integration-loader.ts';
import { Secrets } from './secrets.ts';
import type { Deadline } from './upstream/deadline.ts';
import { UpstreamError } from './upstream/errors.ts';
import type { CallContext, GalileoClient } from './upstream/galileo-client.ts';
import type { IntegrationName, WireIntegration } from './upstream/wire.ts';

/** What the resolvers of one request share. Nothing of it outlives the request. */
export interface GatewayContext {
  readonly requestId: string;
  readonly galileo: GalileoClient;
  /** The integrations of this request's caller: one upstream call a name. Null is a provider that is not configured. */
  readonly integrations: DataLoader<IntegrationName, WireIntegration | null>;
  /** What goes along with an upstream call. Throws UNAUTHENTICATED where the request has no usable credential. */
  getCall(): CallContext;
  /** Remembers a secret of the request's input, so that no message shows it. */
  addSecret(value: string): void;
  /** The text without the secrets of this request. */
  redact(text: string): string;
}

/** Makes the context of one request; makes no call. */
export class RequestContext implements GatewayContext {
  readonly galileo: GalileoClient;
  readonly deadline: Deadline;
  readonly observation: RequestObservation;
  readonly #forwarded: ForwardedHeaders;
  readonly #call: CallContext;
  #integrations: DataLoader<IntegrationName, WireIntegration | null> | undefined;
  #secrets: Secrets | undefined;

  constructor(
    galileo: GalileoClient,
    forwarded: ForwardedHeaders,
    deadline: Deadline,
    observation: RequestObservation,
  ) {
    this.galileo = galileo;
    this.deadline = deadline;
    this.#forwarded = forwarded;
    this.observation = observation;
    observation.redactor = this;
    this.#call = {
      headers: forwarded.headers,
      redact: (text) => this.redact(text),
      deadline,
      requestId: forwarded.requestId,
      traceContext: observation.trace?.context,
    };
  }

  get requestId(): string {
    return this.#forwarded.requestId;
  }

  get integrations(): DataLoader<IntegrationName, WireIntegration | null> {
    this.#integrations ??= createIntegrationLoader(this);
    return this.#integrations;
  }

  getCall(): CallContext {
    if (this.#forwarded.hasCredential) return this.#call;
    throw new UpstreamError(
      'UNAUTHENTICATED',
      'This needs a credential: send Galileo-API-Key, or Authorization with the scheme Bearer or Basic.',
    );
  }

  addSecret(value: string): void {
    this.#getSecrets().add(value);
  }

  redact(text: string): string {
    return this.#getSecrets().redact(text);
  }

  #getSecrets(): Secrets {
    if (this.#secrets === undefined) {
      this.#secrets = new Secrets();
      for (const secret of getCredentialSecrets(this.#forwarded)) this.#secrets.add(secret);
    }
    return this.#secrets;
  }
}
