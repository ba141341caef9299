import { loadEntity } from '../resolvers/entities.ts';
import { builder } from './builder.ts';
import { integration } from './integration.ts';
import { providers } from './providers/index.ts';

/** Federation v2.9 is the first with `@cost` and `@listSize` and the last that all composers of today accept. */
export const federationLinkUrl = 'https://specs.apollo.dev/federation/v2.9';

// The interface is an entity, and so is each of its types: another subgraph can add fields to all of them at once with
// `@interfaceObject`, and a router can fetch any of them by its name.
for (const type of [integration, ...Object.values(providers).map((provider) => provider.type)]) {
  builder.asEntity(type, {
    key: builder.selection<{ name: string }>('name'),
    resolveReference: (representation, context) => loadEntity(representation, context),
  });
}
