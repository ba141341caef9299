import { type GraphQLFieldConfigMap, GraphQLInterfaceType, GraphQLList, GraphQLNonNull } from 'graphql';
import { getTypeName } from '../resolvers/discriminator.ts';
import type { GatewayContext } from '../resolvers/gateway-context.ts';
import type { WireIntegration } from '../upstream/wire.ts';
import { collaboratorFields } from './collaborators.ts';
import { entity, upstreamList } from './directives.ts';
import { integrationName } from './enums.ts';
import { toOutputFields } from './fields.ts';
import { stringMap } from './reader.ts';
import { id, json, stringMapEntry } from './values.ts';

/** The fields that every integration has. Each type in `providers/` adds its own. */
export const integrationFields: GraphQLFieldConfigMap<WireIntegration, GatewayContext> = {
  // Every provider's schema has these properties, so that any of them serves as the source of the defaults.
  ...toOutputFields('OpenAIIntegration', {
    id: id('id', {
      description: "Galileo's UUID of the integration.",
      whenRead: 'Null if Galileo returns none.',
    }),
    extra: json('extra', {
      description: 'Settings that have no separate field, as Galileo stores them.',
      whenRead: 'Null if there are none.',
    }),
  }),
  name: {
    type: new GraphQLNonNull(integrationName),
    description: 'The provider. It identifies the integration: a caller has one integration per provider.',
    resolve: ({ name }) => name,
  },
  status: {
    type: new GraphQLList(new GraphQLNonNull(stringMapEntry)),
    description:
      'The status of the integration, entry by entry. One call to Galileo, which may call the provider: select it only if you need it.',
    extensions: upstreamList,
    // Galileo's entries may quote what was written.
    resolve: async ({ name }, _args, context) =>
      stringMap(await context.reads.status.load(name)).map(({ key, value }) => ({
        key,
        value: context.redact(value),
      })),
  },
  ...collaboratorFields,
};

export const integration = new GraphQLInterfaceType({
  name: 'Integration',
  description: "A connected LLM provider. The object's type says which, and has the fields of that provider.",
  extensions: entity,
  fields: withoutCost(integrationFields),
  resolveType: (source: WireIntegration) => getTypeName(source.name),
});

/** Composition rejects costs on the fields of an interface; the types that implement it have them. */
function withoutCost(fields: GraphQLFieldConfigMap<WireIntegration, GatewayContext>) {
  return Object.fromEntries(
    Object.entries(fields).map(([name, { type, description, args = {} }]) => [
      name,
      { type, description, args },
    ]),
  );
}
