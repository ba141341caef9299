/**
 * The `@cost` of a field that calls upstream, where an object that is in memory already costs 1. Routers multiply it by
 * the size of the list that the field stands in or answers, so that one call weighs the same by every way to it.
 */
export const upstreamCallCost = 10;
