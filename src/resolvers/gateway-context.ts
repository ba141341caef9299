import type DataLoader from 'dataloader';
import type { CallContext, GalileoClient } from '../upstream/galileo-client.ts';
import type { IntegrationName, WireIntegration } from '../upstream/wire.ts';

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
