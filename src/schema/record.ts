import { getProviderName } from '../resolvers/integrations.ts';
import { builder } from './builder.ts';
import { toCollaboratorFields } from './collaborators.ts';
import { integrationName } from './enums.ts';
import { nonNull, toOutputFields, type UpstreamObject } from './fields.ts';
import { permissions } from './permission.ts';
import { boolean, dateTime, id, string } from './values.ts';

export const integrationRecord = builder.objectRef<UpstreamObject>('IntegrationRecord').implement({
  description:
    'The metadata of one stored integration. A provider can have several; `Integration` has the settings of the selected one.',
  fields: (t) => ({
    name: t.field({
      type: integrationName,
      nullable: true,
      description: 'The provider. Null if Galileo names one that this schema does not know.',
      resolve: (record) => getProviderName(record),
    }),
    ...toOutputFields(t, 'IntegrationDB', {
      integrationId: id('id', "The integration's UUID in Galileo: the `id` of the Integration.", nonNull),
      label: string(
        'name',
        "Galileo's name for the integration: the provider's name, or the label of a named custom integration.",
        nonNull,
      ),
      permissions,
      createdAt: dateTime('created_at', 'When the integration was created.', nonNull),
      updatedAt: dateTime('updated_at', 'When the integration was last changed.', nonNull),
      createdBy: id('created_by', 'The id of the user who created the integration.', nonNull),
      isSelected: boolean(
        'is_selected',
        'Whether this is the integration that Galileo uses for the provider.',
        nonNull,
      ),
      isDisabled: boolean('is_disabled', 'Whether the integration is disabled.', nonNull),
    }),
    ...toCollaboratorFields(t, 'Null with an error if the call fails.'),
  }),
});
