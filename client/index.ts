export { apolloTypePolicies, updateApolloCache } from './apollo.ts';
export { integrationNames, possibleTypes } from './cache-changes.ts';
export { codegenScalars } from './codegen.ts';
export * from './document-hash.ts';
export * from './errors.ts';
export * from './generated/graphql.ts';
export type * as Schema from './generated/schema-types.ts';
export { graphcacheConfig } from './graphcache.ts';
export * from './providers.ts';
