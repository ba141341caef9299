import { isJsonObject } from '../json.ts';
import { type ProviderName, providerNames, type UpstreamIntegration } from '../upstream/api-types.ts';
import { FieldError } from '../upstream/errors.ts';
import { getTypeName } from './integrations.ts';
import type { ResolverContext } from './request-context.ts';

/** Routers send the name of an enum value in a representation, not its internal value. */
const providersByEnumName: ReadonlyMap<unknown, ProviderName> = new Map(
  providerNames.map((name) => [name.toUpperCase(), name]),
);

/**
 * Resolves one representation of an `_entities` field. Null means that the integration is not configured. Equal
 * representations share one upstream call.
 */
export async function loadEntity(
  representation: unknown,
  context: ResolverContext,
): Promise<UpstreamIntegration | null> {
  if (!isJsonObject(representation)) throw createRepresentationError('it is not an object');
  const { __typename: typeName, name: enumName } = representation;
  const name = providersByEnumName.get(enumName);
  if (name === undefined) throw createRepresentationError('its key `name` is not a value of IntegrationName');
  if (typeName !== 'Integration' && typeName !== getTypeName(name)) {
    throw createRepresentationError('its `__typename` does not match its key');
  }
  return context.reads.loadIntegration(name);
}

const createRepresentationError = (reason: string) =>
  new FieldError('BAD_USER_INPUT', `This representation cannot be resolved: ${reason}.`);
