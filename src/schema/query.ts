import {
  getProviderEntries,
  loadAvailability,
  loadIntegrations,
  loadRecordsOf,
  type ProviderEntry,
} from '../resolvers/integrations.ts';
import { builder } from './builder.ts';
import { callOptions, providerList, upstreamCall, upstreamList, upstreamProviderList } from './directives.ts';
import { integrationName } from './enums.ts';
import { integration } from './integration.ts';
import { parseObjects, parseStrings } from './parsers.ts';
import { providers } from './providers/index.ts';
import { integrationRecord } from './record.ts';

export const integrationProvider = builder.objectRef<ProviderEntry>('IntegrationProvider').implement({
  description: 'A provider, configured or not.',
  fields: (t) => ({
    name: t.expose('name', { type: integrationName, description: 'The provider.' }),
    displayName: t.string({
      description: "The provider's name as users know it.",
      resolve: ({ name }) => providers[name].displayName,
    }),
    integration: t.field({
      type: integration,
      nullable: true,
      description:
        "The caller's integration of this provider. Null if it is not configured; null with an error if loading it failed. One call to Galileo.",
      extensions: upstreamCall,
      resolve: ({ name }, _args, { reads }) => reads.loadIntegration(name),
    }),
    isAvailable: t.boolean({
      nullable: true,
      description:
        'Whether this Galileo deployment offers the provider. One call to Galileo for all providers. Null with an error if the call fails.',
      extensions: upstreamCall,
      resolve: ({ name }, _args, context) => loadAvailability(name, context),
    }),
    records: t.field({
      type: [integrationRecord],
      nullable: true,
      description:
        'The integrations of this provider that the caller can use, including shared ones. One call to Galileo for all providers. Null with an error if the call fails.',
      extensions: upstreamList,
      resolve: ({ name }, _args, context) => loadRecordsOf(name, context),
    }),
    models: t.stringList({
      ...callOptions('The names of the models that the caller can use.', upstreamList),
      resolve: ({ name }, _args, { reads }) => reads.loadModels(name).then(parseStrings),
    }),
  }),
});

builder.queryType({
  description: 'Read operations. Every field that calls Galileo needs a credential.',
  fields: (t) => {
    const names = t.arg({
      type: [integrationName],
      description: 'The providers; duplicates are ignored. Default: all of them, in the order of the enum.',
    });
    return {
      integration: t.field({
        type: integration,
        nullable: true,
        description:
          "The caller's integration of one provider. Null without an error if it is not configured; null with an error if loading it failed. One call to Galileo.",
        extensions: upstreamCall,
        args: { name: t.arg({ type: integrationName, required: true, description: 'The provider.' }) },
        resolve: (_root, { name }, { reads }) => reads.loadIntegration(name),
      }),
      integrations: t.field({
        type: [integration],
        nullable: { list: false, items: true },
        description:
          'The configured integrations among `names`, in the order of `names`. Providers that are not configured are left out. An item is null only if loading it failed; `errors` then has its path. One call to Galileo per provider.',
        extensions: upstreamProviderList,
        args: { names },
        resolve: (_root, args, context) => loadIntegrations(args.names, context),
      }),
      integrationProviders: t.field({
        type: [integrationProvider],
        description:
          'One entry per provider, configured or not. Each entry has everything that a settings page needs.',
        extensions: providerList,
        args: { names },
        resolve: (_root, args) => getProviderEntries(args.names),
      }),
      integrationRecords: t.field({
        type: [integrationRecord],
        ...callOptions(
          'Every integration that the caller can use, including shared ones. A provider can have several.',
          upstreamProviderList,
        ),
        resolve: (_root, _args, { reads }) => reads.loadRecords().then(parseObjects),
      }),
    };
  },
});
