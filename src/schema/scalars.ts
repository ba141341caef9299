import {
  type FloatValueNode,
  GraphQLError,
  type IntValueNode,
  Kind,
  type ValueNode,
  valueFromASTUntyped,
  visit,
} from 'graphql';
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

// No scalar has `serialize`: the parsers of `reader.ts` check the values of responses. No input is a DateTime.

builder.scalarType('DateTime', {
  description:
    'A date and time in RFC 3339 form, always with an offset, as precise as Galileo stores it: `2026-01-31T08:15:30.123456Z`.',
});

// A literal is rejected with its document, but has the same code as a variable.
const rejectNumber = (node?: ValueNode): never => {
  throw new GraphQLError('A number in a JSON object cannot be stored exactly as it is written.', {
    extensions: { code: 'BAD_USER_INPUT' },
    nodes: node ?? null,
  });
};

/**
 * Returns the object if it can be stored unchanged. JSON has no infinity, and a double cannot represent every whole
 * number beyond 2^53.
 */
function toStorableObject(value: unknown, node?: ValueNode): JsonObject {
  if (!isJsonObject(value) || !isSerializable(value)) {
    return reject('a JSON object of finite numbers that does not nest too deep', node);
  }
  return holdsExactNumbers(value) ? value : rejectNumber(node);
}

const holdsExactNumbers = (value: unknown): boolean =>
  typeof value === 'number'
    ? Math.abs(value) <= Number.MAX_SAFE_INTEGER
    : typeof value !== 'object' || value === null || Object.values(value).every(holdsExactNumbers);

/** A literal as a JSON object. Compares the original digits of its numbers to detect every loss of precision. */
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
  parseValue: (value) => toStorableObject(value),
  parseLiteral: parseJsonLiteral,
});

builder.scalarType('SafeInt', {
  description:
    'A whole number between -(2^53 - 1) and 2^53 - 1, as a JSON number. File sizes exceed the range of Int.',
  parseValue: (value) => toSafeInt(value),
  parseLiteral: (node: ValueNode) => toSafeInt(node.kind === Kind.INT ? Number(node.value) : undefined, node),
});
