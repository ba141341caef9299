import {
  type CatalogueEntry,
  getCatalogue,
  loadIntegration,
  loadIntegrations,
} from '../resolvers/integrations.ts';
import { builder } from './builder.ts';
import { providerList, upstreamCall, upstreamCalls } from './directives.ts';
import { integrationName } from './enums.ts';
import { integration } from './integration.ts';
import { providers } from './providers/index.ts';

const integrationProvider = builder.objectRef<CatalogueEntry>('IntegrationProvider').implement({
  description: 'A provider of the catalogue, configured or not.',
  fields: (t) => ({
    name: t.expose('name', { type: integrationName, description: 'The provider.' }),
    displayName: t.string({
      description: "The provider's name as people write it.",
      resolve: ({ name }) => providers[name].displayName,
    }),
    integration: t.field({
      type: integration,
      nullable: true,
      extensions: upstreamCall,
      description:
        "The caller's integration of this provider: null where none is configured; null with an error where loading it failed.",
      resolve: ({ name }, _args, context) => loadIntegration(name, context),
    }),
  }),
});

builder.queryType({
  description: 'What can be read. Every field but the catalogue itself needs a credential.',
  fields: (t) => ({
    integration: t.field({
      type: integration,
      nullable: true,
      extensions: upstreamCall,
      description:
        "The caller's integration of one provider: null without an error where it is not configured; null with an error where loading it failed.",
      args: {
        name: t.arg({ type: integrationName, required: true, description: 'The provider.' }),
      },
      resolve: (_root, { name }, context) => loadIntegration(name, context),
    }),
    integrations: t.field({
      type: [integration],
      nullable: { list: false, items: true },
      extensions: upstreamCalls,
      description:
        'The configured integrations among `names`, in the order asked; providers that are not configured are left out. An item is null only where loading it failed, and `errors` has its path then.',
      args: {
        names: t.arg({
          type: [integrationName],
          required: false,
          description:
            'The providers, each counted once; omitted or null for all of them, in the order of the enum.',
        }),
      },
      resolve: (_root, { names }, context) => loadIntegrations(names, context),
    }),
    integrationProviders: t.field({
      type: [integrationProvider],
      extensions: providerList,
      description:
        'The catalogue: one entry for each provider, configured or not, with its integration. All that a settings page needs.',
      args: {
        names: t.arg({
          type: [integrationName],
          required: false,
          description:
            'The providers, each counted once; omitted or null for all of them, in the order of the enum.',
        }),
      },
      resolve: (_root, { names }) => getCatalogue(names),
    }),
  }),
});
