import {
  GraphQLBoolean,
  type GraphQLFieldConfig,
  type GraphQLFieldConfigMap,
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLString,
} from 'graphql';
import {
  type Connection,
  defaultPageSize,
  loadCollaborators,
  type PageArguments,
} from '../resolvers/collaborators.ts';
import type { GatewayContext } from '../resolvers/gateway-context.ts';
import type { CollaboratorKind } from '../upstream/galileo-client.ts';
import { shareable, upstreamPage } from './directives.ts';
import { collaboratorRole } from './enums.ts';
import {
  type Fields,
  fieldOf,
  type PropertyOf,
  type SchemaName,
  type Source,
  toOutputFields,
} from './fields.ts';
import { permissions } from './permission.ts';
import { dateTime, id, text } from './values.ts';

/** A user or a group that an integration is shared with. */
function createCollaborator<Schema extends SchemaName>(
  name: string,
  schema: Schema,
  fields: Fields<PropertyOf<Schema>>,
): GraphQLObjectType<Source, GatewayContext> {
  return new GraphQLObjectType<Source, GatewayContext>({
    name,
    description: `A ${schema === 'UserCollaborator' ? 'user' : 'group'} that an integration is shared with.`,
    fields: {
      ...toOutputFields(schema, fields),
      ...toOutputFields(schema, {
        role: fieldOf(collaboratorRole)('role', {
          description: 'The role in this integration.',
          output: 'non-null',
        }),
        createdAt: dateTime('created_at', {
          description: 'When the integration was shared.',
          output: 'non-null',
        }),
        permissions,
      }),
    },
  });
}

export const integrationUser = createCollaborator('IntegrationUser', 'UserCollaborator', {
  userId: id('user_id', { description: "Galileo's id of the user.", output: 'non-null' }),
  email: text('email', { description: 'The e-mail address.', output: 'non-null' }),
  firstName: text('first_name', { description: 'The first name.', whenRead: 'Null if unknown.' }),
  lastName: text('last_name', { description: 'The last name.', whenRead: 'Null if unknown.' }),
});

export const integrationGroup = createCollaborator('IntegrationGroup', 'GroupCollaborator', {
  groupId: id('group_id', { description: "Galileo's id of the group.", output: 'non-null' }),
  name: text('group_name', { description: 'The name of the group.', output: 'non-null' }),
});

const pageInfo = new GraphQLObjectType<Connection['pageInfo']>({
  name: 'PageInfo',
  description: 'The position of a page in its list.',
  extensions: shareable,
  fields: {
    hasNextPage: {
      type: new GraphQLNonNull(GraphQLBoolean),
      description: 'Whether there is a page after this one.',
    },
    hasPreviousPage: {
      type: new GraphQLNonNull(GraphQLBoolean),
      description: 'Whether there is a page before this one.',
    },
    startCursor: {
      type: GraphQLString,
      description: 'The cursor of the first edge. Null if the page is empty.',
    },
    endCursor: {
      type: GraphQLString,
      description: 'The cursor of the last edge: the `after` of the next page. Null if the page is empty.',
    },
  },
});

const listOfNonNull = (type: GraphQLObjectType) =>
  new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(type)));

/** A field that returns one page of an object's collaborators. `id` of the source is the id of the integration. */
function createConnection(
  kind: CollaboratorKind,
  node: GraphQLObjectType,
): GraphQLFieldConfig<Source, GatewayContext> {
  const edge = new GraphQLObjectType<Connection['edges'][number]>({
    name: `${node.name}Edge`,
    description: `A position in a list of ${kind}.`,
    fields: {
      cursor: {
        type: new GraphQLNonNull(GraphQLString),
        description: 'An opaque cursor: as `after`, it leads to what follows this edge.',
      },
      node: { type: new GraphQLNonNull(node), description: 'The collaborator at this position.' },
    },
  });
  const connection = new GraphQLObjectType<Connection>({
    name: `${node.name}Connection`,
    description: `One page of the ${kind} that an integration is shared with.`,
    fields: {
      edges: { type: listOfNonNull(edge), description: 'The collaborators with their cursors.' },
      nodes: { type: listOfNonNull(node), description: 'The collaborators without cursors.' },
      pageInfo: { type: new GraphQLNonNull(pageInfo), description: 'The position of the page.' },
    },
  });
  return {
    type: connection,
    description: `The ${kind} that the integration is shared with. One call to Galileo per page. Null if the integration has no id.`,
    extensions: upstreamPage,
    args: {
      first: {
        type: GraphQLInt,
        defaultValue: defaultPageSize,
        description: 'The size of the page, 1 to 1000. Null equals omitted.',
      },
      after: {
        type: GraphQLString,
        description:
          'A cursor: the page begins after it. If it is omitted or null, the page is the first one.',
      },
    },
    resolve: ({ id: integrationId }, page: PageArguments, context) =>
      loadCollaborators(kind, integrationId, page, context),
  };
}

export const collaboratorFields: GraphQLFieldConfigMap<Source, GatewayContext> = {
  users: createConnection('users', integrationUser),
  groups: createConnection('groups', integrationGroup),
};
