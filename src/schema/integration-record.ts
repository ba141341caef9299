import type { WireObject } from '../upstream/wire.ts';
import { integrationNames } from '../upstream/wire.ts';
import { builder } from './builder.ts';
import { integrationName, integrationPermissionAction, permissionActions } from './enums.ts';
import { boolean, dateTime, list, object, readerOf, string, wordOf } from './reader.ts';

const readPermission = readerOf('Permission');
const readMessage = readPermission.optional('message', string);

const integrationPermission = builder.objectRef<WireObject<'Permission'>>('IntegrationPermission').implement({
  description: 'Whether the caller may do something with the integration.',
  fields: (t) => ({
    action: t.field({
      type: integrationPermissionAction,
      description: 'What is allowed or refused.',
      resolve: readPermission.required('action', wordOf(permissionActions)),
    }),
    rawAction: t.string({
      description: "Galileo's own word for the action, also where this schema does not know it.",
      resolve: readPermission.required('action', string),
    }),
    allowed: t.boolean({
      description: 'Whether the caller may.',
      resolve: readPermission.required('allowed', boolean),
    }),
    message: t.string({
      nullable: true,
      description: 'Why not, in words for people; null where Galileo gives none.',
      // Free text of upstream's, which may quote what was written.
      resolve: (source, _args, context) => {
        const message = readMessage(source);
        return message === null ? null : context.redact(message);
      },
    }),
  }),
});

const read = readerOf('IntegrationDB');
const providerNames: ReadonlySet<unknown> = new Set(integrationNames);
type ProviderName = (typeof integrationNames)[number];
const isProviderName = (word: unknown): word is ProviderName => providerNames.has(word);

export const integrationRecord = builder
  .objectRef<WireObject<'IntegrationDB'>>('IntegrationRecord')
  .implement({
    description: 'What Galileo keeps about an integration beside its settings.',
    fields: (t) => ({
      integrationId: t.id({
        description: 'The id of the integration, the same as `CustomIntegration.id`.',
        resolve: read.required('id', string),
      }),
      name: t.field({
        type: integrationName,
        description: 'The provider.',
        // A later upstream says `provider`, and `name` is a free label then. Only the custom integration can be written.
        resolve: (source) => {
          const word = ('provider' in source ? source.provider : undefined) ?? source.name;
          return isProviderName(word) ? word : 'custom';
        },
      }),
      permissions: t.field({
        type: [integrationPermission],
        description: 'What the caller may do with the integration; empty where Galileo does not tell.',
        resolve: read.listed('permissions', list(object('Permission'))),
      }),
      createdAt: t.field({
        type: 'DateTime',
        description: 'When the integration was first stored.',
        resolve: read.required('created_at', dateTime),
      }),
      updatedAt: t.field({
        type: 'DateTime',
        description: 'When the integration was last stored.',
        resolve: read.required('updated_at', dateTime),
      }),
      createdBy: t.id({
        description: 'The id of the user who first stored the integration.',
        resolve: read.required('created_by', string),
      }),
      isSelected: t.boolean({
        description: 'Whether the integration is the one that is used where none is named.',
        resolve: read.required('is_selected', boolean),
      }),
      isDisabled: t.boolean({
        description: 'Whether the integration is switched off.',
        resolve: read.required('is_disabled', boolean),
      }),
    }),
  });
