import DataLoader from 'dataloader';
import type { IntegrationName, WireIntegration } from '../upstream/wire.ts';
import type { GatewayContext } from './gateway-context.ts';

/**
 * Loads integrations for one request, each name once. Upstream has no call for several names, so that there is nothing
 * to wait for: every name is fetched at once, and its failure is its own.
 */
export function createIntegrationLoader(
  context: Pick<GatewayContext, 'galileo' | 'getCall'>,
): DataLoader<IntegrationName, WireIntegration | null> {
  const fetch = async (name: IntegrationName): Promise<WireIntegration | null | Error> => {
    try {
      return await context.galileo.fetchIntegration(name, context.getCall());
    } catch (reason) {
      return toError(reason);
    }
  };
  return new DataLoader<IntegrationName, WireIntegration | null>((names) => Promise.all(names.map(fetch)), {
    batch: false,
  });
}

const toError = (reason: unknown): Error =>
  reason instanceof Error ? reason : new Error('Not an error', { cause: reason });
