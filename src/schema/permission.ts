import { permissionActions } from '../upstream/generated/tables.ts';
import { builder } from './builder.ts';
import { shareable } from './directives.ts';
import { permissionAction } from './enums.ts';
import { fieldOf, listOf, nonNull, toOutputFields, type UpstreamObject } from './fields.ts';
import { createEnumParser, parseObject, parseString } from './parsers.ts';
import { boolean, string } from './values.ts';

const integrationPermission = builder.objectRef<UpstreamObject>('IntegrationPermission').implement({
  description: 'Whether the caller can perform an action.',
  extensions: shareable,
  fields: (t) => ({
    ...toOutputFields(t, 'Permission', {
      action: fieldOf({
        outputType: permissionAction,
        parse: createEnumParser(permissionActions),
      })('action', 'The action that the permission is for.', nonNull),
      rawAction: string(
        'action',
        "Galileo's name for the action, even if this schema does not know it.",
        nonNull,
      ),
      allowed: boolean('allowed', 'Whether the caller can perform the action.', nonNull),
    }),
    message: t.string({
      nullable: true,
      description: 'Why the caller cannot perform the action. Null if Galileo gives no reason.',
      // Galileo's message can quote a request body.
      resolve: ({ message = null }, _args, context) =>
        message === null ? null : context.redactUpstreamMessage(parseString(message)),
    }),
  }),
});

/** What the caller can do: a list of permissions, empty if upstream returns none. */
export const permissions = fieldOf(listOf({ outputType: integrationPermission, parse: parseObject }))(
  'permissions',
  'Which actions the caller can perform. Empty if Galileo returns no permissions.',
  nonNull,
);
