import { GraphQLError, Kind, type ValueNode, valueFromASTUntyped } from 'graphql';
import { isJsonObject, isSerializable, type JsonObject } from '../json.ts';
import { builder } from './builder.ts';

// The message never quotes the value, because it can be a misplaced secret.
const reject = (expected: string, node?: ValueNode): never => {
  throw new GraphQLError(`Expected ${expected}.`, { nodes: node ?? null });
};

const toSafeInt = (value: unknown, node?: ValueNode): number =>
  Number.isSafeInteger(value)
    ? Number(value)
    : reject('a whole number between -(2^53 - 1) and 2^53 - 1', node);

// No scalar has `serialize`: the functions of `parsers.ts` check the values of responses. No input is a DateTime.

builder.scalarType('DateTime', {
  description:
    'A date and time in RFC 3339 form, always with an offset, with the precision that Galileo returns: `2026-01-31T08:15:30.123456Z`.',
});

/**
 * Returns the object if it can be stored unchanged. A double cannot represent every whole number beyond 2^53. Decimal
 * fractions are rounded to the nearest double, as in any JSON.
 */
function toStorableObject(value: unknown, node?: ValueNode): JsonObject {
  if (!isJsonObject(value)) return reject('a JSON object', node);
  if (isSerializable(value, Number.MAX_SAFE_INTEGER)) return value;
  // A literal is rejected with its document, but has the same code as a variable.
  throw new GraphQLError(
    'Expected a JSON object with numbers between -(2^53 - 1) and 2^53 - 1 and at most 200 levels of nesting.',
    {
      extensions: { code: 'BAD_USER_INPUT' },
      nodes: node ?? null,
    },
  );
}

builder.scalarType('JSONObject', {
  description:
    'A JSON object with arbitrary keys. An input with a number beyond ±(2^53 - 1), or nested more than 200 levels deep, is rejected with BAD_USER_INPUT.',
  parseValue: (value) => toStorableObject(value),
  parseLiteral: (node, variables) => toStorableObject(valueFromASTUntyped(node, variables), node),
});

builder.scalarType('SafeInt', {
  description:
    'A whole number between -(2^53 - 1) and 2^53 - 1, as a JSON number. File sizes exceed the range of Int.',
  parseValue: (value) => toSafeInt(value),
  parseLiteral: (node: ValueNode) => toSafeInt(node.kind === Kind.INT ? Number(node.value) : undefined, node),
});
