import type { CallContext, GalileoClient } from '../upstream/galileo-client.ts';
import type { Reads } from './reads.ts';

/** What the resolvers of one request share. Nothing of it outlives the request. */
export interface GatewayContext {
  readonly requestId: string;
  readonly galileo: GalileoClient;
  readonly reads: Reads;
  /** What is sent with an upstream call. Throws UNAUTHENTICATED if the request has no usable credential. */
  getCall(): CallContext;
  /** Remembers a secret of the request's input, so that no message shows it. */
  addSecret(value: string): void;
  /** Removes the secrets of this request from a string. */
  redact(text: string): string;
}
