import {
  type GraphQLArgumentConfig,
  GraphQLBoolean,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLString,
} from 'graphql';
import type { GatewayContext } from '../resolvers/gateway-context.ts';
import {
  type CatalogueEntry,
  getCatalogue,
  isAvailable,
  loadIntegrations,
  loadRecordsOf,
} from '../resolvers/integrations.ts';
import type { IntegrationName } from '../upstream/wire.ts';
import { providerList, upstreamCall, upstreamCalls, upstreamList } from './directives.ts';
import { integrationName } from './enums.ts';
import { integration } from './integration.ts';
import { providers } from './providers/index.ts';
import { list, string } from './reader.ts';
import { integrationRecord } from './record.ts';

const records = new GraphQLList(new GraphQLNonNull(integrationRecord));
const toModelNames = list(string);

export const integrationProvider = new GraphQLObjectType<CatalogueEntry, GatewayContext>({
  name: 'IntegrationProvider',
  description: 'A provider of the catalogue, configured or not.',
  fields: {
    name: { type: new GraphQLNonNull(integrationName), description: 'The provider.' },
    displayName: {
      type: new GraphQLNonNull(GraphQLString),
      description: "The provider's name as users know it.",
      resolve: ({ name }) => providers[name].displayName,
    },
    integration: {
      type: integration,
      description:
        "The caller's integration of this provider. Null if it is not configured; null with an error if loading it failed. One call to Galileo.",
      extensions: upstreamCall,
      resolve: ({ name }, _args, { reads }) => reads.integration.load(name),
    },
    isAvailable: {
      type: GraphQLBoolean,
      description:
        'Whether this Galileo deployment offers the provider. One call to Galileo for all providers.',
      extensions: upstreamCall,
      resolve: ({ name }, _args, context) => isAvailable(name, context),
    },
    records: {
      type: records,
      description:
        'The integrations of this provider that the caller can use, own and shared. One call to Galileo for all providers.',
      extensions: upstreamList,
      resolve: ({ name }, _args, context) => loadRecordsOf(name, context),
    },
    models: {
      type: new GraphQLList(new GraphQLNonNull(GraphQLString)),
      description: 'The names of the models that the caller can use. One call to Galileo.',
      extensions: upstreamList,
      resolve: async ({ name }, _args, { reads }) => toModelNames(await reads.models.load(name)),
    },
  },
});

interface Names {
  readonly names?: readonly IntegrationName[] | null;
}

const names: GraphQLArgumentConfig = {
  type: new GraphQLList(new GraphQLNonNull(integrationName)),
  description: 'The providers, each counted once. Default: all of them, in the order of the enum.',
};

export const query = new GraphQLObjectType<unknown, GatewayContext>({
  name: 'Query',
  description: 'Reads. Every field that calls Galileo needs a credential.',
  fields: {
    integration: {
      type: integration,
      description:
        "The caller's integration of one provider. Null without an error if it is not configured; null with an error if loading it failed. One call to Galileo.",
      extensions: upstreamCall,
      args: { name: { type: new GraphQLNonNull(integrationName), description: 'The provider.' } },
      resolve: (_root, { name }: { name: IntegrationName }, { reads }) => reads.integration.load(name),
    },
    integrations: {
      type: new GraphQLNonNull(new GraphQLList(integration)),
      description:
        'The configured integrations among `names`, in the order of `names`. Providers that are not configured are left out. An item is null only if loading it failed; `errors` then has its path. One call to Galileo per provider.',
      extensions: upstreamCalls,
      args: { names },
      resolve: (_root, args: Names, context) => loadIntegrations(args.names, context),
    },
    integrationProviders: {
      type: new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(integrationProvider))),
      description:
        'The catalogue: one entry per provider, configured or not. It has everything that a settings page needs.',
      extensions: providerList,
      args: { names },
      resolve: (_root, args: Names) => getCatalogue(args.names),
    },
    integrationRecords: {
      type: records,
      description:
        'Every integration that the caller can use, own and shared. A provider can have several. One call to Galileo.',
      extensions: upstreamCalls,
      resolve: (_root, _args, { reads }) => reads.records.load(),
    },
  },
});
