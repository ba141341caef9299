import { isJsonObject } from '../json.ts';
import { UpstreamError } from '../upstream/errors.ts';
import type { IntegrationName, WireIntegration } from '../upstream/wire.ts';
import { integrationNames } from '../upstream/wire.ts';
import { getTypeName } from './discriminator.ts';
import type { GatewayContext } from './gateway-context.ts';
import { loadIntegration } from './integrations.ts';

/** Routers write an enum's name into a representation, not its internal value. */
const namesByKey: ReadonlyMap<unknown, IntegrationName> = new Map(
  integrationNames.map((name) => [name.toUpperCase(), name]),
);

/**
 * Resolves the representations of one `_entities` field, in their order. Each is loaded, and fails, by itself; null is
 * an integration that is not configured. Equal ones share one upstream call.
 */
export const loadEntities = (
  representations: readonly unknown[],
  context: GatewayContext,
): Promise<WireIntegration | null>[] =>
  representations.map((representation) => loadEntity(representation, context));

/** Resolves one representation. Null is an integration that is not configured; a malformed one is BAD_USER_INPUT. */
async function loadEntity(representation: unknown, context: GatewayContext): Promise<WireIntegration | null> {
  if (!isJsonObject(representation)) throw badRepresentation('it is no object');
  const { __typename: typeName, name: key } = representation;
  const name = namesByKey.get(key);
  if (name === undefined) throw badRepresentation('its key `name` is no value of IntegrationName');
  if (typeName !== 'Integration' && typeName !== getTypeName(name)) {
    throw badRepresentation('its `__typename` is not that of the integration which its key names');
  }
  return loadIntegration(name, context);
}

const badRepresentation = (reason: string) =>
  new UpstreamError('BAD_USER_INPUT', `This representation cannot be resolved: ${reason}.`);
