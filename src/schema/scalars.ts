import {
  type FloatValueNode,
  GraphQLError,
  type IntValueNode,
  Kind,
  type ValueNode,
  valueFromASTUntyped,
  visit,
} from 'graphql';
import { isJsonObject, type JsonObject, nestsTooDeep } from '../json.ts';
import { builder } from './builder.ts';

// RFC 3339, section 5.6, and common ISO 8601 variants: a space instead of T, an offset without a colon, no offset.
const dateTimePattern =
  /^(\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01]))[Tt ]((?:[01]\d|2[0-3]):[0-5]\d(?::(?:[0-5]\d|60)(?:[.,]\d+)?)?)\s?([Zz]|[+-][0-2]\d(?::?[0-5]\d)?)?$/;

/**
 * The RFC 3339 form of a date and time as upstream writes it, with all its precision. Without an offset it is UTC.
 * Null if the string is not a date and time.
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

// The message never quotes the value, because it can be a misplaced secret.
const reject = (expected: string, node?: ValueNode): never => {
  throw new GraphQLError(`Expected ${expected}.`, node === undefined ? {} : { nodes: node });
};

const toSafeInt = (value: unknown, node?: ValueNode): number =>
  Number.isSafeInteger(value)
    ? Number(value)
    : reject('a whole number between -(2^53 - 1) and 2^53 - 1', node);

const parseDateTime = (value: unknown): string =>
  (typeof value === 'string' ? toDateTime(value) : null) ?? reject('a date and time in RFC 3339 form');

builder.scalarType('DateTime', {
  description:
    'A date and time in RFC 3339 form, always with an offset, as precise as Galileo stores it: `2026-01-31T08:15:30.123456Z`.',
  serialize: parseDateTime,
  parseValue: parseDateTime,
});

const toJsonObject = (value: unknown, node?: ValueNode): JsonObject =>
  isJsonObject(value) && !nestsTooDeep(value)
    ? value
    : reject('a JSON object that does not nest too deep', node);

// A literal is rejected with its document, but has the same code as a variable.
const rejectNumber = (node?: ValueNode): never => {
  throw new GraphQLError('A number in a JSON object cannot be stored exactly as it is written.', {
    extensions: { code: 'BAD_USER_INPUT' },
    ...(node !== undefined && { nodes: node }),
  });
};

/**
 * Returns the object if it can be stored unchanged. JSON has no infinity, and a double cannot represent every whole number beyond
 * 2^53.
 */
function toStorableObject(value: unknown, node?: ValueNode): JsonObject {
  const object = toJsonObject(value, node);
  return holdsExactNumbers(object) ? object : rejectNumber(node);
}

const holdsExactNumbers = (value: unknown): boolean =>
  typeof value === 'number'
    ? Math.abs(value) <= Number.MAX_SAFE_INTEGER
    : typeof value !== 'object' || value === null || Object.values(value).every(holdsExactNumbers);

/**
 * A literal as a JSON object. Compares the original digits of its numbers to detect every loss of precision.
 */
function parseJsonLiteral(node: ValueNode, variables: JsonObject | null | undefined) {
  if (node.kind !== Kind.OBJECT) return reject('a JSON object', node);
  const checkNumber = (number: IntValueNode | FloatValueNode) => {
    if (!isExact(number.value)) rejectNumber(number);
  };
  visit(node, { IntValue: checkNumber, FloatValue: checkNumber });
  return toStorableObject(valueFromASTUntyped(node, variables), node);
}

/** Whether a double that is parsed from the literal is printed with the same digits. */
const isExact = (literal: string): boolean => toDigits(literal) === toDigits(String(Number(literal)));

/** The decimal digits of a number without insignificant zeros, and the exponent of the last one: `1.50e2` is `15e1`. */
function toDigits(literal: string): string {
  const [mantissa = '', exponent = '0'] = literal.toLowerCase().split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  const digits = `${whole}${fraction}`.replace(/^(-?)0+/, '$1');
  // Not a regular expression: /0+$/ takes quadratic time for zeros that are followed by another digit.
  let end = digits.length;
  while (digits[end - 1] === '0') end -= 1;
  const significant = digits.slice(0, end);
  if (significant === '' || significant === '-') return '0';
  return `${significant}e${Number(exponent) - fraction.length + digits.length - end}`;
}

builder.scalarType('JSONObject', {
  description:
    'A JSON object with arbitrary keys. An input with a number that a double cannot hold exactly (a whole number beyond 2^53, for example) is BAD_USER_INPUT.',
  serialize: (value) => toJsonObject(value),
  parseValue: (value) => toStorableObject(value),
  parseLiteral: parseJsonLiteral,
});

builder.scalarType('SafeInt', {
  description:
    'A whole number between -(2^53 - 1) and 2^53 - 1, as a JSON number. File sizes exceed the range of Int.',
  serialize: (value) => toSafeInt(value),
  parseValue: (value) => toSafeInt(value),
  parseLiteral: (node: ValueNode) => toSafeInt(node.kind === Kind.INT ? Number(node.value) : undefined, node),
});
