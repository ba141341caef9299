import { getProviderEntries, loadIntegrations } from '../resolvers/integrations.ts';
import { builder } from './builder.ts';
import { callCost, callFieldOptions, providerCallsCost, providerListSize } from './directives.ts';
import { integrationName } from './enums.ts';
import { integration } from './integration.ts';
import { integrationProvider } from './integration-provider.ts';
import { parseObjects } from './parsers.ts';
import { integrationRecord } from './record.ts';

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
          "The selected integration of one provider: the caller's, or one shared with the caller. Null without an error if it is not configured; null with an error if loading it failed. One call to Galileo.",
        extensions: callCost,
        args: { name: t.arg({ type: integrationName, required: true, description: 'The provider.' }) },
        resolve: (_root, { name }, { reads }) => reads.loadIntegration(name),
      }),
      integrations: t.field({
        type: [integration],
        nullable: { list: false, items: true },
        description:
          'The configured integrations among `names`, in the order of `names`. Providers that are not configured are left out. An item is null only if it could not be loaded or one of its non-null fields failed; `errors` then has an entry at or below its path. One call to Galileo per provider.',
        extensions: providerCallsCost,
        args: { names },
        resolve: (_root, args, context) => loadIntegrations(args.names, context),
      }),
      integrationProviders: t.field({
        type: [integrationProvider],
        description:
          'One entry per provider, configured or not. Each entry has everything that a settings page needs.',
        extensions: providerListSize,
        args: { names },
        resolve: (_root, args) => getProviderEntries(args.names),
      }),
      integrationRecords: t.field({
        type: [integrationRecord],
        ...callFieldOptions(
          'Every integration that the caller can use, including shared ones. A provider can have several.',
          providerCallsCost,
        ),
        resolve: (_root, _args, { reads }) => reads.loadRecords().then(parseObjects),
      }),
    };
  },
});
