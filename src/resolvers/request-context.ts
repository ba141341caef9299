import { type ForwardedHeaders, getCredentialSecrets } from '../credentials.ts';
import type { Deadline } from '../deadline.ts';
import type { Reservation } from '../memory.ts';
import { Secrets } from '../secrets.ts';
import { toCaller } from '../upstream/caller.ts';
import type { GalileoClient } from '../upstream/galileo-client.ts';
import type { CallContext } from '../upstream/transport-types.ts';
import { Reads } from './reads.ts';

/** What the resolvers of one request share. Requests never share it. */
export type ResolverContext = CallContext &
  Pick<RequestContext, 'galileo' | 'reads' | 'addSecret' | 'redact' | 'reportError'>;

/** What the contexts of all requests share. */
export interface ContextServices {
  readonly galileo: GalileoClient;
  /** The values of UPSTREAM_HEADERS. */
  readonly operatorSecrets: readonly string[];
  /** Receives internal errors, which clients only see as INTERNAL_SERVER_ERROR. */
  readonly reportError: (
    error: unknown,
    request: { readonly requestId: string; redact?(text: string): string },
  ) => void;
}

/**
 * The context of one request, and of its calls to upstream. Reads, secrets and the caller are created when they are
 * first needed.
 */
export class RequestContext implements CallContext {
  readonly deadline: Deadline;
  readonly traceContext: CallContext['traceContext'];
  /** What the request holds in memory. */
  readonly memory: Reservation;
  readonly #services: ContextServices;
  readonly #forwarded: ForwardedHeaders;
  #caller: string | undefined;
  #reads: Reads | undefined;
  #secrets: Secrets | undefined;
  #operatorSecrets: Secrets | undefined;

  constructor(
    services: ContextServices,
    forwarded: ForwardedHeaders,
    deadline: Deadline,
    traceContext: CallContext['traceContext'],
    memory: Reservation,
  ) {
    this.#services = services;
    this.deadline = deadline;
    this.#forwarded = forwarded;
    this.traceContext = traceContext;
    this.memory = memory;
  }

  get galileo(): GalileoClient {
    return this.#services.galileo;
  }

  get requestId(): string {
    return this.#forwarded.requestId;
  }

  get hasCredential(): boolean {
    return this.#forwarded.credentials.length > 0;
  }

  get headers(): readonly string[] {
    return this.#forwarded.headers;
  }

  get traceHeaders(): readonly string[] {
    return this.#forwarded.traceHeaders;
  }

  get caller(): string {
    this.#caller ??= toCaller(this.#forwarded.credentials);
    return this.#caller;
  }

  get reads(): Reads {
    this.#reads ??= new Reads(this.galileo, this);
    return this.#reads;
  }

  /** Adds a secret of the request's input, so that `redact` removes it. */
  addSecret(value: string): void {
    this.#getSecrets().add(value);
  }

  /** Removes the secrets of this request from a string. */
  redact(text: string): string {
    return this.#getSecrets().redact(text);
  }

  redactMessage(text: string): string {
    this.#operatorSecrets ??= createSecrets(this.#services.operatorSecrets);
    return this.#operatorSecrets.redact(this.redact(text));
  }

  reportError(error: unknown): void {
    this.#services.reportError(error, this);
  }

  #getSecrets(): Secrets {
    this.#secrets ??= createSecrets(getCredentialSecrets(this.#forwarded.credentials));
    return this.#secrets;
  }
}

function createSecrets(values: readonly string[]): Secrets {
  const secrets = new Secrets();
  for (const value of values) secrets.add(value);
  return secrets;
}
