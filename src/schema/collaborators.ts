import type { FieldMap, ObjectFieldBuilder, ObjectRef } from '@pothos/core';
import {
  type CollaboratorConnection,
  defaultPageSize,
  getEndCursor,
  hasNextPage,
  loadCollaborators,
} from '../resolvers/collaborators.ts';
import type { CollaboratorKind } from '../upstream/galileo-client.ts';
import { builder, type SchemaTypes } from './builder.ts';
import { pageCost, shareable } from './directives.ts';
import { collaboratorRole } from './enums.ts';
import {
  type Fields,
  fieldOf,
  nonNull,
  type PropertyOf,
  type SchemaName,
  toOutputFields,
  type UpstreamObject,
} from './fields.ts';
import { permissions } from './permission.ts';
import { dateTime, id, string } from './values.ts';

function createCollaborator<Schema extends SchemaName>(
  name: string,
  schema: Schema,
  fields: Fields<PropertyOf<Schema>>,
) {
  return builder.objectRef<UpstreamObject>(name).implement({
    description: `A ${schema === 'UserCollaborator' ? 'user' : 'group'} that an integration is shared with.`,
    fields: (t) =>
      toOutputFields(t, schema, {
        ...fields,
        role: fieldOf(collaboratorRole)('role', 'The role on this integration.', nonNull),
        createdAt: dateTime('created_at', 'When the integration was shared.', nonNull),
        permissions,
      }),
  });
}

export const integrationUser = createCollaborator('IntegrationUser', 'UserCollaborator', {
  userId: id('user_id', "The user's id in Galileo.", nonNull),
  email: string('email', 'The e-mail address.', nonNull),
  firstName: string('first_name', 'The first name.', { outputNote: 'Null if unknown.' }),
  lastName: string('last_name', 'The last name.', { outputNote: 'Null if unknown.' }),
});

export const integrationGroup = createCollaborator('IntegrationGroup', 'GroupCollaborator', {
  groupId: id('group_id', "The group's id in Galileo.", nonNull),
  name: string('group_name', 'The name of the group.', nonNull),
});

const pageInfo = builder.objectRef<CollaboratorConnection>('PageInfo').implement({
  description: 'The position of a page in its list.',
  extensions: shareable,
  fields: (t) => ({
    hasNextPage: t.boolean({
      description: 'Whether there is a page after this one.',
      resolve: hasNextPage,
    }),
    hasPreviousPage: t.boolean({
      description: 'Whether there is a page before this one.',
      resolve: ({ startingToken }) => startingToken > 0,
    }),
    startCursor: t.string({
      nullable: true,
      description: 'The cursor of the first edge. Null if the page is empty.',
      resolve: ({ edges }) => edges[0]?.cursor,
    }),
    endCursor: t.string({
      nullable: true,
      resolve: getEndCursor,
      description:
        'Pass it as `after` to get the next page. Null if the page is empty and there is no next page.',
    }),
  }),
});

function createConnection(kind: CollaboratorKind, node: ObjectRef<SchemaTypes, UpstreamObject>) {
  const edge = builder.objectRef<CollaboratorConnection['edges'][number]>(`${node.name}Edge`).implement({
    description: `A position in a list of ${kind}.`,
    fields: (t) => ({
      cursor: t.exposeString('cursor', {
        description: 'An opaque cursor. Pass it as `after` to get the page after this edge.',
      }),
      node: t.expose('node', { type: node, description: `The ${kind.slice(0, -1)} at this position.` }),
    }),
  });
  return builder.objectRef<CollaboratorConnection>(`${node.name}Connection`).implement({
    description: `One page of the ${kind} that an integration is shared with.`,
    fields: (t) => ({
      edges: t.expose('edges', { type: [edge], description: `The ${kind} with their cursors.` }),
      nodes: t.expose('nodes', { type: [node], description: `The ${kind} without cursors.` }),
      pageInfo: t.field({
        type: pageInfo,
        description: 'The position of the page.',
        resolve: (page) => page,
      }),
    }),
  });
}

const userConnection = createConnection('users', integrationUser);
const groupConnection = createConnection('groups', integrationGroup);

/** The fields `users` and `groups`. The `id` of the upstream object is the id of the integration. */
export function toCollaboratorFields(
  t: Pick<ObjectFieldBuilder<SchemaTypes, UpstreamObject>, 'field' | 'arg'>,
  whenNull: string,
): FieldMap {
  const connectionOf = (kind: CollaboratorKind, type: typeof userConnection) =>
    t.field({
      type,
      nullable: true,
      description: `The ${kind} that the integration is shared with. One call to Galileo per page. ${whenNull}`,
      extensions: pageCost,
      args: {
        first: t.arg.int({
          defaultValue: defaultPageSize,
          description: 'Maximum number of items in the page, 1 to 1000. Null means 100.',
        }),
        after: t.arg.string({
          description:
            'The page starts after this cursor. If it is omitted or null, the first page is returned.',
        }),
      },
      resolve: ({ id: integrationId }, page, context) =>
        loadCollaborators(kind, integrationId, page, context),
    });
  return { users: connectionOf('users', userConnection), groups: connectionOf('groups', groupConnection) };
}
