import type { Reservation } from '../memory.ts';
import type { GalileoClient } from '../upstream/galileo-client.ts';
import type { CallContext } from '../upstream/transport-types.ts';
import type { Reads } from './reads.ts';

/** What the resolvers of one request share. Requests never share it. */
export interface ResolverContext {
  readonly requestId: string;
  readonly galileo: GalileoClient;
  readonly reads: Reads;
  /** What the request holds in memory. */
  readonly memory: Reservation;
  /**
   * The credentials, deadline and trace of an upstream call. Throws UNAUTHENTICATED if the request has no usable
   * credential.
   */
  requireCallContext(): CallContext;
  /** Adds a secret of the request's input, so that `redact` removes it. */
  addSecret(value: string): void;
  /** Removes the secrets of this request from a string. */
  redact(text: string): string;
}
