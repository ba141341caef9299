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
  // With `batch: false` there is one name each time.
  const fetchNext = async (names: readonly IntegrationName[]) => {
    const outcomes: (WireIntegration | null | Error)[] = [];
    for (const name of names) {
      try {
        outcomes.push(await context.galileo.fetchIntegration(name, context.getCall()));
      } catch (reason) {
        outcomes.push(toError(reason));
      }
    }
    return outcomes;
  };
  return new DataLoader<IntegrationName, WireIntegration | null>(fetchNext, { batch: false });
}

const toError = (reason: unknown): Error =>
  reason instanceof Error ? reason : new Error('Not an error', { cause: reason });
