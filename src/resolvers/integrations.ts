import type { IntegrationName, WireIntegration } from '../upstream/wire.ts';
import { integrationNames } from '../upstream/wire.ts';
import type { GatewayContext } from './gateway-context.ts';

/** A provider of the catalogue, configured or not. */
export interface CatalogueEntry {
  readonly name: IntegrationName;
}

const allNames: readonly IntegrationName[] = [...integrationNames].sort();

/** The names asked for, each once and at its first place; all of them, in the enum's order, where none is given. */
const getNames = (names: readonly IntegrationName[] | null | undefined): readonly IntegrationName[] =>
  names === null || names === undefined ? allNames : [...new Set(names)];

/** Null where the provider is not configured. At most one upstream call a name and operation. */
export function loadIntegration(
  name: IntegrationName,
  context: GatewayContext,
): Promise<WireIntegration | null> {
  return context.integrations.load(name);
}

/**
 * The configured ones among the names. One that could not be loaded is a rejected promise in its place, which costs that
 * item alone. Up to one upstream call for each provider at once.
 */
export async function loadIntegrations(
  names: readonly IntegrationName[] | null | undefined,
  context: GatewayContext,
): Promise<(WireIntegration | Promise<WireIntegration | null>)[]> {
  const asked = getNames(names);
  const loaded = await context.integrations.loadMany(asked);
  const items: (WireIntegration | Promise<WireIntegration | null>)[] = [];
  for (const [index, name] of asked.entries()) {
    const outcome = loaded[index];
    if (outcome instanceof Error) items.push(context.integrations.load(name));
    else if (outcome !== null && outcome !== undefined) items.push(outcome);
  }
  return items;
}

/** The catalogue's entries; no call. */
export const getCatalogue = (names: readonly IntegrationName[] | null | undefined): CatalogueEntry[] =>
  getNames(names).map((name) => ({ name }));
