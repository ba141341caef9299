import fc from 'fast-check';
import { getNamedType } from 'graphql';
import { type JsonSchema, openApiDocument, resolveSchema } from '../../sandbox/openapi-document.ts';
import { findField } from './naming.ts';

/** Random values of a schema of the OpenAPI document, by its name, without the properties to leave out. */
export const arbitraryOf = (name: string, leaveOut: readonly string[] = []): fc.Arbitrary<unknown> =>
  toArbitrary({ $ref: `#/components/schemas/${name}` }, leaveOut);

// Strings with everything that JSON escapes, and keys that mean something to JavaScript.
const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 20 }),
  fc.constantFrom('', '__proto__', 'constructor', '"\\\u2028', '😀'),
);
const key = fc.oneof(
  fc.string({ minLength: 1, maxLength: 12 }),
  fc.constantFrom('__proto__', 'constructor', '0', '10'),
);

function toArbitrary(schema: JsonSchema, leaveOut: readonly string[]): fc.Arbitrary<unknown> {
  const resolved = resolveSchema(schema);
  if (resolved.anyOf !== undefined) {
    return fc.oneof(...resolved.anyOf.map((member) => toArbitrary(member, leaveOut)));
  }
  if (resolved.const !== undefined) return fc.constant(resolved.const);
  if (resolved.enum !== undefined) return fc.constantFrom(...resolved.enum);
  switch (resolved.type ?? '') {
    case 'null':
      return fc.constant(null);
    case 'boolean':
      return fc.boolean();
    case 'integer':
      return fc.integer({ min: resolved.minimum ?? 0 });
    case 'number':
      return fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value || 0);
    case 'array':
      return fc.array(toArbitrary(resolved.items ?? {}, leaveOut), { maxLength: 3 });
    case 'string':
      return toString(resolved);
    case 'object':
      return resolved.properties === undefined
        ? toMap(resolved, leaveOut)
        : toObject(resolved.properties, resolved.required ?? [], leaveOut);
    default:
      return text;
  }
}

function toString({ format }: JsonSchema): fc.Arbitrary<string> {
  if (format === 'uuid4') return fc.uuid({ version: 4 });
  if (format === 'email') return fc.constantFrom('ada@example.test', 'o.neil+x@example.test');
  if (format === 'uri') return fc.webUrl();
  if (format === 'date-time') {
    return fc
      .date({ min: new Date('1990-01-01'), max: new Date('2100-01-01'), noInvalidDate: true })
      .map((date) => date.toISOString());
  }
  return text;
}

const toMap = ({ additionalProperties }: JsonSchema, leaveOut: readonly string[]) =>
  typeof additionalProperties === 'object'
    ? toDictionary(toArbitrary(additionalProperties, leaveOut))
    : toDictionary(fc.jsonValue({ maxDepth: 2 }).map(toExactNumbers));

const toDictionary = (value: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc
    .uniqueArray(fc.tuple(key, value), { maxLength: 4, selector: ([name]) => name })
    .map((entries) => Object.fromEntries(entries));

/** JSON without numbers that a double cannot hold exactly: the gateway refuses them. */
function toExactNumbers(value: unknown): unknown {
  if (typeof value === 'number') return Math.abs(value) <= Number.MAX_SAFE_INTEGER ? value || 0 : 0;
  if (Array.isArray(value)) return value.map(toExactNumbers);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, toExactNumbers(inner)]));
}

const toObject = (
  properties: Readonly<Record<string, JsonSchema>>,
  required: readonly string[],
  leaveOut: readonly string[],
): fc.Arbitrary<unknown> =>
  fc.record(
    Object.fromEntries(
      Object.entries(properties)
        .filter(([property]) => !leaveOut.includes(property))
        .map(([property, schema]) => [property, toArbitrary(schema, leaveOut)]),
    ),
    { requiredKeys: required.filter((property) => !leaveOut.includes(property)) },
  );

/**
 * The GraphQL form of an upstream value, by the document and the names that the schema declares: properties become the
 * fields that have them, enum values upper case, maps lists of entries. A property without a field is left out.
 */
export function toGraphql(value: unknown, schema: JsonSchema, typeName: string): unknown {
  const { anyOf, enum: values, const: constant, items, properties } = resolveSchema(schema);
  if (value === null) return null;
  if (anyOf !== undefined)
    return toGraphql(value, anyOf.find((member) => member.type !== 'null') ?? {}, typeName);
  if (values !== undefined || constant !== undefined) return String(value).toUpperCase();
  if (Array.isArray(value)) return value.map((item: unknown) => toGraphql(item, items ?? {}, typeName));
  if (typeof value !== 'object') return value;
  if (typeName === 'JSONObject') return value;
  if (typeName.startsWith('StringMapEntry')) {
    return Object.entries(value).map(([name, entry]: [string, unknown]) => ({ key: name, value: entry }));
  }
  return Object.fromEntries(
    Object.entries(value).flatMap(([property, inner]: [string, unknown]) => {
      const field = findField(typeName, property);
      if (field === undefined) return [];
      return [[field.name, toGraphql(inner, properties?.[property] ?? {}, getNamedType(field.type).name)]];
    }),
  );
}

/** The schema of the JSON body of an operation's request. */
export function getBodySchema(method: string, path: string): JsonSchema {
  const schema = openApiDocument.paths[path]?.[method]?.requestBody?.content['application/json']?.schema;
  if (schema === undefined) throw new Error(`${method} ${path} has no body.`);
  return schema;
}
