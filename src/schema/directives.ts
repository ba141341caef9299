import { providerNames } from '../upstream/api-types.ts';

/** Directives of the federation specification as SDL, for the `extensions` of a type or field. */
type Federated = { readonly federation: string };

/**
 * An entity. Another subgraph can add fields to it, and a router can fetch it by its name. The interface is an entity
 * interface, so that other subgraphs can add fields to all providers with `@interfaceObject`.
 */
export const entity: Federated = { federation: '@key(fields: "name")' };

/** A plain value type, which another subgraph can resolve too. */
export const shareable: Federated = { federation: '@shareable' };

// Every call has the same weight. Routers multiply it by the size of the field's own list and of the lists around it.
// Fields without a call have the default weights.
const cost = '@cost(weight: 10)';
const oneForEachProvider = `@listSize(assumedSize: ${providerNames.length})`;

/** A field that calls upstream. */
export const callCost: Federated = { federation: cost };

/** A list that one call returns as a whole. The size 1 keeps its length from multiplying the cost. */
export const listCost: Federated = { federation: `${cost} @listSize(assumedSize: 1)` };

/** A connection: a field that calls upstream for one page. */
export const pageCost: Federated = {
  federation: `${cost} @listSize(slicingArguments: ["first"], sizedFields: ["edges", "nodes"], requireOneSlicingArgument: false)`,
};

/** A list with an entry for each provider, without a call. */
export const providerListSize: Federated = { federation: oneForEachProvider };

/** A list from upstream with about one item for each provider, from one call or from one call per item. */
export const providerCallsCost: Federated = { federation: `${cost} ${oneForEachProvider}` };

/**
 * Options of a field that makes one call to upstream: nullable, because the call can fail, with the cost of a call, and
 * with a description that says so.
 */
export const callFieldOptions = (description: string, extensions = callCost) => ({
  nullable: true as const,
  description: `${description} One call to Galileo. Null with an error if the call fails.`,
  extensions,
});
