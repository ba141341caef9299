import { loadIsAvailable, loadRecordsOf, type ProviderEntry } from '../resolvers/integrations.ts';
import { builder } from './builder.ts';
import { callCost, callFieldOptions, listCost } from './directives.ts';
import { integrationName } from './enums.ts';
import { integration } from './integration.ts';
import { parseStrings } from './parsers.ts';
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
        'The selected integration of this provider. Null if it is not configured; null with an error if loading it failed. One call to Galileo.',
      extensions: callCost,
      resolve: ({ name }, _args, { reads }) => reads.loadIntegration(name),
    }),
    isAvailable: t.boolean({
      nullable: true,
      description:
        'Whether this Galileo deployment offers the provider. One call to Galileo for all providers. Null with an error if the call fails.',
      extensions: callCost,
      resolve: ({ name }, _args, context) => loadIsAvailable(name, context),
    }),
    records: t.field({
      type: [integrationRecord],
      nullable: true,
      description:
        'The integrations of this provider that the caller can use, including shared ones. One call to Galileo for all providers. Null with an error if the call fails.',
      extensions: listCost,
      resolve: ({ name }, _args, context) => loadRecordsOf(name, context),
    }),
    models: t.stringList({
      ...callFieldOptions('The names of the models that the caller can use.', listCost),
      resolve: ({ name }, _args, { reads }) => reads.loadModels(name).then(parseStrings),
    }),
  }),
});
