import result from './generated/possible-types.ts';

export * from './document-hash.ts';
export * from './errors.ts';
export * from './generated/graphql.ts';
export type * as Schema from './generated/schema-types.ts';

/** The object types of each interface and union: what a client with a normalised cache wants to know. */
export const possibleTypes = result.possibleTypes;
