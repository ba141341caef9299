import { randomUUID } from 'node:crypto';
import { type CallerHeaders, containsSecret, getCredentialSecrets, hashCredentials } from '../credentials.ts';
import type { Deadline } from '../deadline.ts';
import type { Reservation } from '../memory.ts';
import { Secrets } from '../secrets.ts';
import type { GalileoClient } from '../upstream/galileo-client.ts';
import type { CallContext } from '../upstream/transport-types.ts';
import { Reads } from './reads.ts';

/** RequestContext without its private fields, so that tests can use a plain object. */
export type ResolverContext = Pick<RequestContext, keyof RequestContext>;

/** Services that the contexts of all requests share. */
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
 * The context of one request, and of its calls to upstream. Never shared between requests. Reads, secrets and the
 * caller are created when they are first needed.
 */
export class RequestContext implements CallContext {
  readonly galileo: GalileoClient;
  readonly deadline: Deadline;
  readonly hasCredential: boolean;
  readonly traceHeaders: readonly string[];
  readonly traceContext: CallContext['traceContext'];
  /** What the request holds in memory. */
  readonly reservation: Reservation;
  readonly #services: ContextServices;
  readonly #callerHeaders: CallerHeaders;
  #requestId: string;
  #headers: readonly string[] | undefined;
  #caller: string | undefined;
  #reads: Reads | undefined;
  #secrets: Secrets | undefined;
  #operatorSecrets: Secrets | undefined;

  constructor(
    services: ContextServices,
    callerHeaders: CallerHeaders,
    deadline: Deadline,
    traceContext: CallContext['traceContext'],
    reservation: Reservation,
  ) {
    this.#services = services;
    this.galileo = services.galileo;
    this.deadline = deadline;
    this.#callerHeaders = callerHeaders;
    this.#requestId = callerHeaders.requestId;
    this.hasCredential = callerHeaders.credentials.length > 0;
    this.traceHeaders = callerHeaders.traceHeaders;
    this.traceContext = traceContext;
    this.reservation = reservation;
  }

  /** The client's request id, or a generated one. Replaced if it is found to contain a secret. */
  get requestId(): string {
    return this.#requestId;
  }

  get headers(): readonly string[] {
    const { credentials, baggage } = this.#callerHeaders;
    this.#headers ??= [...credentials, 'x-request-id', this.#requestId, ...baggage];
    return this.#headers;
  }

  get caller(): string {
    this.#caller ??= hashCredentials(this.#callerHeaders.credentials);
    return this.#caller;
  }

  get reads(): Reads {
    this.#reads ??= new Reads(this.galileo, this);
    return this.#reads;
  }

  /** Adds secrets of the request's input, so that `redact` removes them. */
  addSecrets(values: Iterable<string>): void {
    for (const value of values) {
      this.#getSecrets().add(value);
      if (!containsSecret(this.#requestId, value)) continue;
      this.#requestId = randomUUID();
      this.#headers = undefined;
    }
  }

  /** Removes the secrets of this request from a string. */
  redact(text: string): string {
    return this.#getSecrets().redact(text);
  }

  /** Removes this request's and the operator's secrets, and upstream's address, from an upstream message. */
  redactUpstreamMessage(text: string): string {
    this.#operatorSecrets ??= new Secrets(this.#services.operatorSecrets);
    return this.#getSecrets().redact(text, [this.#operatorSecrets], this.galileo.address);
  }

  reportError(error: unknown): void {
    this.#services.reportError(error, this);
  }

  #getSecrets(): Secrets {
    this.#secrets ??= new Secrets(getCredentialSecrets(this.#callerHeaders.allCredentials), (bytes) =>
      this.reservation.take(bytes),
    );
    return this.#secrets;
  }
}
