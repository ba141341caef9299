import { GraphQLError, Kind, type ValueNode, valueFromASTUntyped } from 'graphql';
import { isJsonObject, nestsTooDeep } from '../json.ts';
import { builder } from './builder.ts';

// RFC 3339, section 5.6, and what ISO 8601 writers make of it: a space for the T, an offset without its colon, none at all.
const dateTimePattern =
  /^(\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01]))[Tt ]((?:[01]\d|2[0-3]):[0-5]\d(?::(?:[0-5]\d|60)(?:[.,]\d+)?)?)\s?([Zz]|[+-][0-2]\d(?::?[0-5]\d)?)?$/;

/**
 * The RFC 3339 form of a date and time as upstream writes it, in all its precision; without an offset it is UTC.
 * Null where the text is no date and time.
 */
export function toDateTime(text: string): string | null {
  const match = dateTimePattern.exec(text);
  if (match === null) return null;
  const [, date, time = '', offset = 'Z'] = match;
  const seconds = time.length === 5 ? `${time}:00` : time.replace(',', '.');
  return `${date}T${seconds}${toOffset(offset)}`;
}

function toOffset(offset: string): string {
  if (offset === 'Z' || offset === 'z') return 'Z';
  const digits = offset.slice(1).replace(':', '').padEnd(4, '0');
  return `${offset[0]}${digits.slice(0, 2)}:${digits.slice(2)}`;
}

// What a scalar refuses is never quoted: the value may be a secret in the wrong place.
const refuse = (expected: string, node?: ValueNode): never => {
  throw new GraphQLError(`Expected ${expected}.`, node === undefined ? {} : { nodes: node });
};

const toSafeInt = (value: unknown, node?: ValueNode): number =>
  Number.isSafeInteger(value)
    ? Number(value)
    : refuse('a whole number between -(2^53 - 1) and 2^53 - 1', node);

const toJsonObject = (value: unknown, node?: ValueNode): Readonly<Record<string, unknown>> =>
  isJsonObject(value) && !nestsTooDeep(value) ? value : refuse('an object that does not nest too deep', node);

const parseDateTime = (value: unknown): string =>
  (typeof value === 'string' ? toDateTime(value) : null) ?? refuse('a date and time as RFC 3339 writes it');

builder.scalarType('DateTime', {
  description:
    'A point in time as RFC 3339 writes it, always with an offset, in all the precision that Galileo keeps: `2026-01-31T08:15:30.123456Z`.',
  serialize: parseDateTime,
  parseValue: parseDateTime,
});

builder.scalarType('JSONObject', {
  description: 'A JSON object with free keys. A list or a single value is none.',
  serialize: (value) => toJsonObject(value),
  parseValue: (value) => toJsonObject(value),
  parseLiteral: (node: ValueNode, variables) =>
    toJsonObject(node.kind === Kind.OBJECT ? valueFromASTUntyped(node, variables) : undefined, node),
});

builder.scalarType('SafeInt', {
  description:
    'A whole number between -(2^53 - 1) and 2^53 - 1, as a JSON number: file sizes pass what Int can hold.',
  serialize: (value) => toSafeInt(value),
  parseValue: (value) => toSafeInt(value),
  parseLiteral: (node: ValueNode) => toSafeInt(node.kind === Kind.INT ? Number(node.value) : undefined, node),
});
