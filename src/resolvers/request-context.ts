import { type ForwardedHeaders, getCredentialSecrets } from '../credentials.ts';
import type { Deadline } from '../deadline.ts';
import type { Reservation } from '../memory.ts';
import { Secrets } from '../secrets.ts';
import { toCaller } from '../upstream/caller.ts';
import { ClientFacingError } from '../upstream/errors.ts';
import type { GalileoClient } from '../upstream/galileo-client.ts';
import type { CallContext } from '../upstream/transport-types.ts';
import { createReads, type Reads } from './reads.ts';

/** What the resolvers of one request share. Requests never share it. */
export type ResolverContext = Pick<
  RequestContext,
  'requestId' | 'galileo' | 'reads' | 'memory' | 'requireCallContext' | 'addSecret' | 'redact'
>;

/** The part of the request's observation that the context uses. */
export interface Observation {
  redactor: Pick<ResolverContext, 'redact'> | undefined;
  readonly trace: { readonly context: NonNullable<CallContext['traceContext']> } | undefined;
}

/**
 * The context of one request, and of its calls to upstream. Reads, secrets and the caller are created when they are
 * first needed.
 */
export class RequestContext<O extends Observation = Observation> implements CallContext {
  readonly galileo: GalileoClient;
  readonly deadline: Deadline;
  readonly observation: O;
  /** What the request holds in memory. */
  readonly memory: Reservation;
  readonly #forwarded: ForwardedHeaders;
  readonly #operatorValues: readonly string[];
  #caller: string | undefined;
  #reads: Reads | undefined;
  #secrets: Secrets | undefined;
  #operatorSecrets: Secrets | undefined;

  constructor(
    galileo: GalileoClient,
    forwarded: ForwardedHeaders,
    deadline: Deadline,
    observation: O,
    memory: Reservation,
    operatorSecrets: readonly string[],
  ) {
    this.galileo = galileo;
    this.deadline = deadline;
    this.#forwarded = forwarded;
    this.observation = observation;
    this.memory = memory;
    this.#operatorValues = operatorSecrets;
    // The log line of the request needs its secrets, to redact the name of the operation.
    observation.redactor = this;
  }

  get requestId(): string {
    return this.#forwarded.requestId;
  }

  get headers(): readonly string[] {
    return this.#forwarded.headers;
  }

  get caller(): string {
    this.#caller ??= toCaller(this.#forwarded.headers);
    return this.#caller;
  }

  get traceContext(): CallContext['traceContext'] {
    return this.observation.trace?.context;
  }

  get reads(): Reads {
    this.#reads ??= createReads(this.galileo, () => this.requireCallContext());
    return this.#reads;
  }

  /** The context of calls to upstream. Throws UNAUTHENTICATED if the request has no usable credential. */
  requireCallContext(): CallContext {
    if (this.#forwarded.hasCredential) return this;
    throw new ClientFacingError(
      'UNAUTHENTICATED',
      'This field needs a credential: send Galileo-API-Key or Splunk-AO-API-Key, or Authorization with the scheme Bearer or Basic.',
    );
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
    this.#operatorSecrets ??= createSecrets(this.#operatorValues);
    return this.#operatorSecrets.redact(this.redact(text));
  }

  #getSecrets(): Secrets {
    this.#secrets ??= createSecrets(getCredentialSecrets(this.#forwarded.headers));
    return this.#secrets;
  }
}

function createSecrets(values: readonly string[]): Secrets {
  const secrets = new Secrets();
  for (const value of values) secrets.add(value);
  return secrets;
}
