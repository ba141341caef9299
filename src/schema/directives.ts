import { type ConstDirectiveNode, Kind, parse } from 'graphql';
import { integrationNames } from '../upstream/wire.ts';

/** Directives of the federation specification, as SDL, on a type or field of ours: where its `extensions` go. */
type Federated = { readonly federation: string };

/**
 * What an object that stands on its own has: another subgraph can add fields to it, and a router can fetch it by its name. The
 * interface is an entity too, so that fields can be added to all providers at once with `@interfaceObject`.
 */
export const entity: Federated = { federation: '@key(fields: "name")' };

/** A plain value type, which another subgraph may answer as well. */
export const shareable: Federated = { federation: '@shareable' };

// Routers multiply a field's weight by the size of the list that it stands in or answers, so that one call weighs the
// same by every way to it. An object that is in memory already weighs 1.
const cost = '@cost(weight: 10)';
const oneForEachProvider = `@listSize(assumedSize: ${integrationNames.length})`;

/** A field that calls upstream. */
export const upstreamCall: Federated = { federation: cost };

/** A list with an entry for each provider, at no cost of its own. */
export const providerList: Federated = { federation: oneForEachProvider };

/** A list of integrations, each of which is a call to upstream. */
export const upstreamCalls: Federated = { federation: `${cost} ${oneForEachProvider}` };

/** The directives among the extensions of a type or field; none where there are none. */
export function getDirectives(extensions: Readonly<Record<string, unknown>>): readonly ConstDirectiveNode[] {
  const { federation } = extensions;
  if (typeof federation !== 'string') return [];
  const [definition] = parse(`scalar Holder ${federation}`).definitions;
  return definition?.kind === Kind.SCALAR_TYPE_DEFINITION ? (definition.directives ?? []) : [];
}
