import { getTypeName } from '../resolvers/integrations.ts';
import type { UpstreamIntegration } from '../upstream/api-types.ts';
import { builder } from './builder.ts';
import { toCollaboratorFields } from './collaborators.ts';
import { entity, listCost } from './directives.ts';
import { integrationName } from './enums.ts';
import { toOutputFields } from './fields.ts';
import { parseStringMap } from './parsers.ts';
import { id, json, stringMapEntry } from './values.ts';

/** The interface of all integrations. Each type in `providers/` adds its own fields. */
export const integration = builder.interfaceRef<UpstreamIntegration>('Integration').implement({
  description:
    'The selected integration of one provider, with its settings. Each provider has its own type with its own fields. For metadata, such as the creation date and permissions, see IntegrationRecord.',
  extensions: entity,
  resolveType: ({ name }) => getTypeName(name),
  fields: (t) => ({
    name: t.field({
      type: integrationName,
      description:
        'The provider. It identifies the integration, because a provider has one selected integration.',
      resolve: ({ name }) => name,
    }),
    // Every provider's schema has these properties, so any of them can be the source of the defaults.
    ...toOutputFields(t, 'OpenAIIntegration', {
      id: id('id', "The integration's UUID in Galileo.", { outputNote: 'Null if Galileo returns none.' }),
      extra: json('extra', 'Settings that have no separate field, as Galileo stores them.', {
        outputNote: 'Null if there are none.',
      }),
    }),
    status: t.field({
      type: [stringMapEntry],
      nullable: true,
      description:
        'The status of the integration as entries, whose keys Galileo defines. One call to Galileo, which may call the provider: select it only if you need it. Null with an error if the call fails.',
      extensions: listCost,
      // Galileo's entries can quote a request body.
      resolve: ({ name }, _args, context) =>
        context.reads.loadStatus(name).then((status) =>
          parseStringMap(status).map(({ key, value }) => ({
            key: context.redact(key),
            value: typeof value === 'string' ? context.redact(value) : value,
          })),
        ),
    }),
    ...toCollaboratorFields(t, 'Null if the integration has no id; null with an error if the call fails.'),
  }),
});
