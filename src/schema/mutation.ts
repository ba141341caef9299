import type { ArgBuilder, MutationFieldBuilder, ObjectRef } from '@pothos/core';
import { BodyMapping, type ValidationFailure } from '../resolvers/body-mapping.ts';
import {
  deleteIntegration,
  removeCollaborator,
  type ShareSuccess,
  selectIntegration,
  shareIntegration,
  type UpsertSuccess,
  updateCollaborator,
  upsertIntegration,
} from '../resolvers/writes.ts';
import { type ProviderName, providerNames } from '../upstream/api-types.ts';
import type { CollaboratorKind } from '../upstream/galileo-client.ts';
import { builder, type SchemaTypes } from './builder.ts';
import { integrationGroup, integrationUser } from './collaborators.ts';
import { callCost, callFieldOptions, shareable } from './directives.ts';
import { collaboratorRole, integrationName } from './enums.ts';
import {
  createInputType,
  type Fields,
  fieldOf,
  type PropertyOf,
  toInputShape,
  type UpstreamObject,
} from './fields.ts';
import { integration } from './integration.ts';
import { integrationProvider } from './integration-provider.ts';
import { providers } from './providers/index.ts';
import { integrationRecord } from './record.ts';
import { id, string } from './values.ts';

type MutationFields = MutationFieldBuilder<SchemaTypes, SchemaTypes['Root']>;

const issue = builder.objectRef<ValidationFailure['issues'][number]>('IntegrationValidationIssue').implement({
  description: 'A problem with a value of the input.',
  extensions: shareable,
  fields: (t) => ({
    path: t.exposeStringList('path', {
      description:
        'The path of the invalid value in the arguments: `["input", "modelProperties", "0", "basedOn"]`. Empty if Galileo names no argument.',
    }),
    message: t.exposeString('message', { description: 'A message that can be shown to users.' }),
    code: t.exposeString('code', {
      description:
        "Galileo's error type: `missing`, `string_type`, `value_error`, and so on. `duplicate_key` comes from the gateway.",
    }),
  }),
});

const validationFailure = builder.objectRef<ValidationFailure>('IntegrationValidationFailure').implement({
  description: 'The input is invalid. Nothing was changed.',
  fields: (t) => ({
    message: t.exposeString('message', { description: 'A summary that can be shown to users.' }),
    issues: t.expose('issues', {
      type: [issue],
      description: 'The individual issues. Empty if Galileo lists none.',
    }),
  }),
});

const resultOf = <Success extends object>(
  name: string,
  success: ObjectRef<SchemaTypes, Success>,
  description: string,
) =>
  builder.unionType(name, {
    description,
    types: [success, validationFailure],
    resolveType: (result) => ('issues' in result ? validationFailure.name : success.name),
  });

const upsertResult = resultOf(
  'UpsertIntegrationResult',
  builder.objectRef<UpsertSuccess>('UpsertIntegrationSuccess').implement({
    description: 'The integration was stored.',
    fields: (t) => ({
      record: t.expose('record', {
        type: integrationRecord,
        description: 'The metadata of the stored integration.',
      }),
      integration: t.field({
        type: integration,
        nullable: true,
        description:
          'The stored integration, read after the write: one more call to Galileo. Null without an error if it was removed in the meantime; null with an error if reading it failed, although the write succeeded.',
        extensions: callCost,
        resolve: ({ name }, _args, { reads }) => reads.loadIntegration(name),
      }),
    }),
  }),
  'Result of an upsert.',
);

function createUpsert(t: MutationFields, name: ProviderName) {
  const { displayName, input, mapping } = providers[name];
  return t.field({
    type: upsertResult,
    ...callFieldOptions(`Creates or replaces the caller's ${displayName} integration.`),
    args: { input: t.arg({ type: input, required: true, description: 'The settings to store.' }) },
    resolve: (_root, args, context) => upsertIntegration(name, mapping, args.input, context),
  });
}

/** Descriptions of id arguments. Each id is checked to be a UUID before it becomes part of a path. */
const idDescriptions = {
  integration:
    'The UUID of the integration: the `id` of an Integration, or the `integrationId` of an IntegrationRecord.',
  user: 'The UUID of the user.',
  group: 'The UUID of the group.',
};
const idOf = (arg: ArgBuilder<SchemaTypes>, of: keyof typeof idDescriptions) =>
  arg.id({ required: true, description: idDescriptions[of] });

const roleOf = (arg: ArgBuilder<SchemaTypes>) =>
  arg({ type: collaboratorRole.inputType, required: true, description: 'The new role.' });

const roleField = fieldOf(collaboratorRole)('role', 'The role. Default: `VIEWER`.');

/** Declares the input and result of a mutation that shares integrations. Returns a function that adds that mutation. */
function createShare(kind: CollaboratorKind, node: ObjectRef<SchemaTypes, UpstreamObject>, fields: Fields) {
  const name = kind === 'users' ? 'ShareIntegrationWithUsers' : 'ShareIntegrationWithGroups';
  const collaborator = createInputType(
    `${node.name}Input`,
    `A ${kind === 'users' ? 'user' : 'group'} to share an integration with.`,
    fields,
  );
  const mapping = new BodyMapping({ kind: 'list', item: toInputShape(fields) }, ['collaborators']);
  const success = builder.objectRef<ShareSuccess>(`${name}Success`).implement({
    description: 'The integration was shared.',
    fields: (t) => ({
      [kind]: t.field({
        type: [node],
        description: `The ${kind} that were added.`,
        resolve: ({ collaborators }) => collaborators,
      }),
    }),
  });
  const input = builder.inputType(`${name}Input`, {
    description: `The ${kind} to share an integration with.`,
    fields: (t) => ({
      integrationId: t.id({ required: true, description: idDescriptions.integration }),
      collaborators: t.field({
        type: [collaborator],
        required: true,
        description: `The ${kind} to add.`,
      }),
    }),
  });
  const result = resultOf(`${name}Result`, success, `Result of sharing with ${kind}.`);
  return (t: MutationFields) =>
    t.field({
      type: result,
      ...callFieldOptions(`Shares an integration with ${kind}.`),
      args: {
        input: t.arg({
          type: input,
          required: true,
          description: 'The integration and its new collaborators.',
        }),
      },
      resolve: (_root, args, context) => shareIntegration(kind, mapping, args.input, context),
    });
}

const users: Fields<PropertyOf<'UserCollaboratorCreate'>> = {
  userId: id('user_id', 'The id of the user. Either this or `userEmail` is required.'),
  userEmail: string('user_email', 'The e-mail address of the user. A user without an account is invited.'),
  role: roleField,
};
const groups: Fields<PropertyOf<'GroupCollaboratorCreate'>> = {
  groupId: id('group_id', 'The id of the group.', { input: 'required' }),
  role: roleField,
};

const shareWithUsers = createShare('users', integrationUser, users);
const shareWithGroups = createShare('groups', integrationGroup, groups);

builder.mutationType({
  description:
    'Write operations. The mutations of one operation run serially. Each needs a credential. After UPSTREAM_OUTCOME_UNKNOWN, UPSTREAM_INVALID_RESPONSE, UPSTREAM_ERROR or INTERNAL_SERVER_ERROR, the change may have been made: read the data before you retry.',
  fields: (t) => ({
    // One mutation per provider: `upsertAzureIntegration`, for example.
    ...Object.fromEntries(
      providerNames.map((name) => [`upsert${providers[name].type.name}`, createUpsert(t, name)]),
    ),
    deleteIntegration: t.field({
      type: integrationProvider,
      ...callFieldOptions(
        "Deletes the caller's integration for one provider. Returns the provider; its fields are read after the deletion. Fails with NOT_FOUND if the integration is not configured.",
      ),
      args: { name: t.arg({ type: integrationName, required: true, description: 'The provider.' }) },
      resolve: (_root, { name }, context) => deleteIntegration(name, context),
    }),
    selectIntegration: t.field({
      type: integrationRecord,
      ...callFieldOptions('Selects the integration that Galileo uses for its provider.'),
      args: { integrationId: idOf(t.arg, 'integration') },
      resolve: (_root, { integrationId }, context) => selectIntegration(integrationId, context),
    }),
    shareIntegrationWithUsers: shareWithUsers(t),
    shareIntegrationWithGroups: shareWithGroups(t),
    updateIntegrationUser: t.field({
      type: integrationUser,
      ...callFieldOptions("Changes a user's role on an integration."),
      args: { integrationId: idOf(t.arg, 'integration'), userId: idOf(t.arg, 'user'), role: roleOf(t.arg) },
      resolve: (_root, { integrationId, userId, role }, context) =>
        updateCollaborator({ kind: 'users', integrationId, collaboratorId: userId }, role, context),
    }),
    updateIntegrationGroup: t.field({
      type: integrationGroup,
      ...callFieldOptions("Changes a group's role on an integration."),
      args: { integrationId: idOf(t.arg, 'integration'), groupId: idOf(t.arg, 'group'), role: roleOf(t.arg) },
      resolve: (_root, { integrationId, groupId, role }, context) =>
        updateCollaborator({ kind: 'groups', integrationId, collaboratorId: groupId }, role, context),
    }),
    removeIntegrationUser: t.id({
      ...callFieldOptions('Stops sharing an integration with a user. Returns the id of the user.'),
      args: { integrationId: idOf(t.arg, 'integration'), userId: idOf(t.arg, 'user') },
      resolve: (_root, { integrationId, userId }, context) =>
        removeCollaborator({ kind: 'users', integrationId, collaboratorId: userId }, context),
    }),
    removeIntegrationGroup: t.id({
      ...callFieldOptions('Stops sharing an integration with a group. Returns the id of the group.'),
      args: { integrationId: idOf(t.arg, 'integration'), groupId: idOf(t.arg, 'group') },
      resolve: (_root, { integrationId, groupId }, context) =>
        removeCollaborator({ kind: 'groups', integrationId, collaboratorId: groupId }, context),
    }),
  }),
});
