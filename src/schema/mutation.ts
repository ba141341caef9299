import {
  type GraphQLArgumentConfig,
  type GraphQLFieldConfig,
  type GraphQLFieldConfigMap,
  GraphQLID,
  GraphQLInputObjectType,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLString,
  GraphQLUnionType,
} from 'graphql';
import type { GatewayContext } from '../resolvers/gateway-context.ts';
import { RequestBody, type ValidationFailure } from '../resolvers/request-body.ts';
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
import type { CollaboratorKind } from '../upstream/galileo-client.ts';
import { type IntegrationName, integrationNames } from '../upstream/wire.ts';
import { integrationGroup, integrationUser } from './collaborators.ts';
import { upstreamCall } from './directives.ts';
import { collaboratorRole, integrationName } from './enums.ts';
import { type Fields, fieldOf, type PropertyOf, toInputType, toShape } from './fields.ts';
import { integration } from './integration.ts';
import { providers } from './providers/index.ts';
import { integrationProvider } from './query.ts';
import { integrationRecord } from './record.ts';
import { id, text } from './values.ts';

type MutationField = GraphQLFieldConfig<unknown, GatewayContext>;
type Input = Readonly<Record<string, unknown>>;

const issue = new GraphQLObjectType<ValidationFailure['issues'][number]>({
  name: 'IntegrationValidationIssue',
  description: 'One problem of an input.',
  fields: {
    path: {
      type: new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(GraphQLString))),
      description:
        'The path of the problem in the arguments: `["input", "modelProperties", "0", "basedOn"]`. Empty if Galileo names no place in them.',
    },
    message: { type: new GraphQLNonNull(GraphQLString), description: 'The problem, for users.' },
    code: {
      type: new GraphQLNonNull(GraphQLString),
      description:
        "Galileo's type of the problem: `missing`, `string_type`, `value_error`, and so on. `duplicate_key` is the gateway's own.",
    },
  },
});

const validationFailure = new GraphQLObjectType<ValidationFailure>({
  name: 'IntegrationValidationFailure',
  description: 'The input is invalid. Nothing was stored.',
  fields: {
    message: {
      type: new GraphQLNonNull(GraphQLString),
      description: 'All problems in one message, for users.',
    },
    issues: {
      type: new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(issue))),
      description: 'The single problems with their paths. Empty if Galileo lists none.',
    },
  },
});

/** A success or an IntegrationValidationFailure. */
const resultOf = (name: string, success: GraphQLObjectType, description: string) =>
  new GraphQLUnionType({
    name,
    description,
    types: [success, validationFailure],
    resolveType: (result: object) => ('issues' in result ? validationFailure.name : success.name),
  });

const uncertain =
  'After UPSTREAM_OUTCOME_UNKNOWN it may have been stored all the same: read it before you retry.';

const upsertResult = resultOf(
  'UpsertIntegrationResult',
  new GraphQLObjectType<UpsertSuccess, GatewayContext>({
    name: 'UpsertIntegrationSuccess',
    description: 'The integration is stored.',
    fields: {
      record: {
        type: new GraphQLNonNull(integrationRecord),
        description: 'What Galileo stores about the integration.',
      },
      integration: {
        type: integration,
        description:
          'The stored integration, read after the write: one more call to Galileo. Null with an error if reading it failed, which does not undo the write.',
        extensions: upstreamCall,
        resolve: ({ name }, _args, { reads }) => reads.integration.load(name),
      },
    },
  }),
  'Result of an upsert.',
);

const upsertOf = (name: IntegrationName): MutationField => {
  const { displayName, input, body } = providers[name];
  return {
    type: upsertResult,
    description: `Creates or replaces the caller's ${displayName} integration. One call to Galileo. Null with an error if it failed. ${uncertain}`,
    extensions: upstreamCall,
    args: { input: { type: new GraphQLNonNull(input), description: 'The settings to store.' } },
    resolve: (_root, args: { input: Input }, context) => upsertIntegration(name, body, args.input, context),
  };
};

const upserts: GraphQLFieldConfigMap<unknown, GatewayContext> = Object.fromEntries(
  integrationNames.map((name) => [`upsert${providers[name].type.name}`, upsertOf(name)]),
);

const idArgument = (description: string): GraphQLArgumentConfig => ({
  type: new GraphQLNonNull(GraphQLID),
  description,
});
const integrationId = idArgument(
  'The UUID of the integration: the `id` of an Integration, or the `integrationId` of a record.',
);

const role: GraphQLArgumentConfig = {
  type: new GraphQLNonNull(collaboratorRole.input),
  description: 'The new role.',
};

const roleField = fieldOf(collaboratorRole)('role', { description: 'The role. Default: `VIEWER`.' });

/** The input, body, result and field of a mutation that shares an integration. */
function createShare(kind: CollaboratorKind, node: GraphQLObjectType, fields: Fields): MutationField {
  const name = kind === 'users' ? 'ShareIntegrationWithUsers' : 'ShareIntegrationWithGroups';
  const collaborator = toInputType(`${node.name}Input`, `One of the ${kind} to share with.`, fields);
  const body = new RequestBody({ kind: 'list', item: toShape(fields) }, ['collaborators']);
  const success = new GraphQLObjectType<ShareSuccess>({
    name: `${name}Success`,
    description: 'The integration is shared.',
    fields: {
      [kind]: {
        type: new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(node))),
        description: `The ${kind} that were added.`,
        resolve: ({ collaborators }) => collaborators,
      },
    },
  });
  const input = new GraphQLInputObjectType({
    name: `${name}Input`,
    description: `The ${kind} to share an integration with.`,
    fields: {
      integrationId,
      collaborators: {
        type: new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(collaborator))),
        description: `The ${kind} to add.`,
      },
    },
  });
  return {
    type: resultOf(`${name}Result`, success, `Result of sharing with ${kind}.`),
    description: `Shares an integration with ${kind}. One call to Galileo. Null with an error if it failed.`,
    extensions: upstreamCall,
    args: {
      input: { type: new GraphQLNonNull(input), description: 'The integration and its new collaborators.' },
    },
    resolve: (_root, args: { input: Input & { integrationId: string } }, context) =>
      shareIntegration(kind, body, args.input, context),
  };
}

const users: Fields<PropertyOf<'UserCollaboratorCreate'>> = {
  userId: id('user_id', { description: 'The id of the user. Either this or `userEmail` is required.' }),
  userEmail: text('user_email', {
    description: 'The e-mail address of the user. An unknown one is invited.',
  }),
  role: roleField,
};
const groups: Fields<PropertyOf<'GroupCollaboratorCreate'>> = {
  groupId: id('group_id', { description: 'The id of the group.', input: 'required' }),
  role: roleField,
};

const userId = idArgument('The UUID of the user.');
const groupId = idArgument('The UUID of the group.');

interface UserArguments {
  readonly integrationId: string;
  readonly userId: string;
}
interface GroupArguments {
  readonly integrationId: string;
  readonly groupId: string;
}

export const mutation = new GraphQLObjectType<unknown, GatewayContext>({
  name: 'Mutation',
  description: 'Writes. The mutations of one operation run in order. Each needs a credential.',
  fields: {
    ...upserts,
    deleteIntegration: {
      type: integrationProvider,
      description:
        "Deletes the caller's integration of one provider. Returns the provider; its fields are read after the deletion. NOT_FOUND if it is not configured. One call to Galileo.",
      extensions: upstreamCall,
      args: { name: { type: new GraphQLNonNull(integrationName), description: 'The provider.' } },
      resolve: (_root, { name }: { name: IntegrationName }, context) => deleteIntegration(name, context),
    },
    selectIntegration: {
      type: integrationRecord,
      description: 'Makes Galileo use this one of several integrations of a provider. One call to Galileo.',
      extensions: upstreamCall,
      args: { integrationId },
      resolve: (_root, args: { integrationId: string }, context) =>
        selectIntegration(args.integrationId, context),
    },
    shareIntegrationWithUsers: createShare('users', integrationUser, users),
    shareIntegrationWithGroups: createShare('groups', integrationGroup, groups),
    updateIntegrationUser: {
      type: integrationUser,
      description: 'Changes the role of a user in an integration. One call to Galileo.',
      extensions: upstreamCall,
      args: { integrationId, userId, role },
      resolve: (_root, args: UserArguments & { role: string }, context) =>
        updateCollaborator(toUser(args), args.role, context),
    },
    updateIntegrationGroup: {
      type: integrationGroup,
      description: 'Changes the role of a group in an integration. One call to Galileo.',
      extensions: upstreamCall,
      args: { integrationId, groupId, role },
      resolve: (_root, args: GroupArguments & { role: string }, context) =>
        updateCollaborator(toGroup(args), args.role, context),
    },
    removeIntegrationUser: {
      type: GraphQLID,
      description:
        'Ends the sharing of an integration with a user. Returns the id of the user. One call to Galileo.',
      extensions: upstreamCall,
      args: { integrationId, userId },
      resolve: (_root, args: UserArguments, context) => removeCollaborator(toUser(args), context),
    },
    removeIntegrationGroup: {
      type: GraphQLID,
      description:
        'Ends the sharing of an integration with a group. Returns the id of the group. One call to Galileo.',
      extensions: upstreamCall,
      args: { integrationId, groupId },
      resolve: (_root, args: GroupArguments, context) => removeCollaborator(toGroup(args), context),
    },
  },
});

const toUser = (args: UserArguments) => ({
  kind: 'users' as const,
  integrationId: args.integrationId,
  collaboratorId: args.userId,
});

const toGroup = (args: GroupArguments) => ({
  kind: 'groups' as const,
  integrationId: args.integrationId,
  collaboratorId: args.groupId,
});
