import { type JsonSchema, openApiDocument, type Schemas } from '../src/upstream/openapi-document.ts';

/** Where in a request: `body`, `path`, then property names and list indices. */
type Location = readonly (string | number)[];

/** An entry of a 422's `detail`, as FastAPI sends what pydantic 2 finds. */
export interface ValidationIssue {
  readonly type: string;
  readonly loc: Location;
  readonly msg: string;
  /** What was refused; for a missing property the whole object around it. */
  readonly input: unknown;
  readonly ctx?: Readonly<Record<string, unknown>>;
}

type JsonObject = Readonly<Record<string, unknown>>;

/** The input as pydantic reads it, with each property of the schema filled in, or else what is wrong with it. */
type Validation<Name extends keyof Schemas> =
  | { readonly value: Required<Schemas[Name]> }
  | { readonly issues: readonly ValidationIssue[] };

/**
 * Holds the input against that schema of the OpenAPI document, as FastAPI's lax mode does: `"5"` is an integer, `"yes"`
 * a boolean, an unknown property is left out. Throws where the document uses a form of schema that no request had so far.
 */
export function validate<Name extends keyof Schemas>(
  name: Name,
  input: unknown,
  loc: Location,
): Validation<Name> {
  const issues: ValidationIssue[] = [];
  const value = readNamed(name, { input, loc, issues });
  return conforms<Name>(value, issues) ? { value } : { issues };
}

/** The generated types and the schemas come from one document, so what passed the one has the other. */
function conforms<Name extends keyof Schemas>(
  _value: unknown,
  issues: readonly ValidationIssue[],
): _value is Required<Schemas[Name]> {
  return issues.length === 0;
}

/** Where V8's messages about JSON begin, and what Python's decoder calls the same fault. */
const jsonFaults: readonly (readonly [start: string, name: string])[] = [
  ['Unterminated string', 'Unterminated string starting at'],
  ['Bad control character', 'Invalid control character at'],
  ['Bad escaped character', 'Invalid \\escape'],
  ['Bad Unicode escape', 'Invalid \\uXXXX escape'],
  ['Expected property name', 'Expecting property name enclosed in double quotes'],
  ['Expected double-quoted property name', 'Expecting property name enclosed in double quotes'],
  ["Expected ':'", "Expecting ':' delimiter"],
  ["Expected ','", "Expecting ',' delimiter"],
  ['Unexpected non-whitespace', 'Extra data'],
];

/** What FastAPI answers to a body that is not JSON. The offset in `loc` is 0 where V8 names none. */
export function toJsonIssue(error: unknown): ValidationIssue {
  const message = error instanceof Error ? error.message : '';
  const [, name = 'Expecting value'] = jsonFaults.find(([start]) => message.startsWith(start)) ?? [];
  const offset = Number(/at position (\d+)/.exec(message)?.[1] ?? 0);
  return {
    type: 'json_invalid',
    loc: ['body', offset],
    msg: 'JSON decode error',
    input: {},
    ctx: { error: name },
  };
}

/** What FastAPI answers where a body is required and there is none. */
export function toMissingBodyIssue(): ValidationIssue {
  return { type: 'missing', loc: ['body'], msg: 'Field required', input: null };
}

/** What upstream's documentation demands in words: the complaint about a value that fits its schema, if there is one. */
const writtenRules = new Map<string, (value: JsonObject) => string | undefined>(
  Object.entries({
    CustomIntegrationCreate: ({ authentication_type, api_key_header, api_key_value }) =>
      authentication_type === 'api_key' && !(api_key_header && api_key_value)
        ? "api_key_header and api_key_value are required when authentication_type is 'api_key'"
        : undefined,
    ModelProperties: ({ based_on, supported_parameters }) =>
      based_on !== null && supported_parameters !== null
        ? 'based_on and supported_parameters cannot both be set'
        : undefined,
  } satisfies Partial<Record<keyof Schemas, (value: JsonObject) => string | undefined>>),
);

/** One value on its way through the validation; what is wrong with it is added to `issues`. */
interface Place {
  readonly input: unknown;
  readonly loc: Location;
  readonly issues: ValidationIssue[];
}

function refuse({ input, loc, issues }: Place, type: string, msg: string, ctx?: JsonObject): undefined {
  issues.push({ type, loc, msg, input, ...(ctx && { ctx }) });
}

function within(place: Place, key: string | number, input: unknown): Place {
  return { ...place, input, loc: [...place.loc, key] };
}

function readNamed(name: string, place: Place): unknown {
  const schema = openApiDocument.components.schemas[name];
  if (schema === undefined) throw new Error(`The OpenAPI document has no schema ${name}.`);
  const issuesBefore = place.issues.length;
  const value = read(schema, place);
  const complaint =
    isJsonObject(value) && place.issues.length === issuesBefore ? writtenRules.get(name)?.(value) : undefined;
  if (complaint !== undefined) refuse(place, 'value_error', `Value error, ${complaint}`, { error: {} });
  return value;
}

function read(schema: JsonSchema, place: Place): unknown {
  if (schema.$ref !== undefined) return readNamed(schema.$ref.replace('#/components/schemas/', ''), place);
  if (schema.anyOf !== undefined) return readNullable(schema.anyOf, place);
  if (schema.enum !== undefined) return readEnum(schema.enum, place);
  const reader = readers.get(schema.type ?? '');
  if (reader === undefined) throw new Error(`The sandbox cannot validate ${JSON.stringify(schema)}.`);
  return reader(schema, place);
}

const readers = new Map<string, (schema: JsonSchema, place: Place) => unknown>([
  ['string', readString],
  ['boolean', readBoolean],
  ['integer', readInteger],
  ['array', readList],
  ['object', readObject],
]);

/** The only unions a request has are those of one type with null. */
function readNullable(choices: readonly JsonSchema[], place: Place): unknown {
  const [schema, ...others] = choices.filter(({ type }) => type !== 'null');
  if (schema === undefined || others.length > 0 || choices.length !== 2)
    throw new Error(`The sandbox cannot validate ${JSON.stringify(choices)}.`);
  return place.input === null ? null : read(schema, place);
}

function readEnum(values: readonly string[], place: Place): string | undefined {
  if (typeof place.input === 'string' && values.includes(place.input)) return place.input;
  const quoted = values.map((value) => `'${value}'`);
  const expected = [quoted.slice(0, -1).join(', '), ...quoted.slice(-1)].join(' or ');
  return refuse(place, 'enum', `Input should be ${expected}`, { expected });
}

function readString(_schema: JsonSchema, place: Place): string | undefined {
  return typeof place.input === 'string'
    ? place.input
    : refuse(place, 'string_type', 'Input should be a valid string');
}

const booleanWords = new Map([
  ...['1', 'on', 't', 'true', 'y', 'yes'].map((word) => [word, true] as const),
  ...['0', 'off', 'f', 'false', 'n', 'no'].map((word) => [word, false] as const),
]);

function readBoolean(_schema: JsonSchema, place: Place): boolean | undefined {
  const { input } = place;
  if (typeof input === 'boolean') return input;
  if (typeof input !== 'string' && !Number.isInteger(input))
    return refuse(place, 'bool_type', 'Input should be a valid boolean');
  const msg = 'Input should be a valid boolean, unable to interpret input';
  return booleanWords.get(String(input).toLowerCase()) ?? refuse(place, 'bool_parsing', msg);
}

function readInteger({ minimum = Number.NEGATIVE_INFINITY }: JsonSchema, place: Place): number | undefined {
  const { input } = place;
  if (typeof input === 'string' && !/^\s*[+-]?\d+(_\d+)*(\.0*)?\s*$/.test(input)) {
    const msg = 'Input should be a valid integer, unable to parse string as an integer';
    return refuse(place, 'int_parsing', msg);
  }
  if (typeof input !== 'string' && typeof input !== 'number' && typeof input !== 'boolean')
    return refuse(place, 'int_type', 'Input should be a valid integer');
  const value = Number(typeof input === 'string' ? input.replaceAll('_', '') : input);
  if (!Number.isInteger(value)) {
    const msg = 'Input should be a valid integer, got a number with a fractional part';
    return refuse(place, 'int_from_float', msg);
  }
  if (value >= minimum) return value;
  const msg = `Input should be greater than or equal to ${minimum}`;
  return refuse(place, 'greater_than_equal', msg, { ge: minimum });
}

function readList({ items = {} }: JsonSchema, place: Place): unknown[] | undefined {
  const { input } = place;
  if (!Array.isArray(input)) return refuse(place, 'list_type', 'Input should be a valid list');
  return input.map((item: unknown, index) => read(items, within(place, index, item)));
}

function readObject(schema: JsonSchema, place: Place): JsonObject | undefined {
  const { properties } = schema;
  return properties === undefined ? readDictionary(schema, place) : readModel(schema, properties, place);
}

function readDictionary(schema: JsonSchema, place: Place): JsonObject | undefined {
  const { input, issues } = place;
  if (!isJsonObject(input)) return refuse(place, 'dict_type', 'Input should be a valid dictionary');
  const { additionalProperties, maxProperties = Number.POSITIVE_INFINITY } = schema;
  if (typeof additionalProperties !== 'object') return input;
  const issuesBefore = issues.length;
  const entries = Object.entries(input).map(
    ([key, value]) => [key, read(additionalProperties, within(place, key, value))] as const,
  );
  if (entries.length > maxProperties && issues.length === issuesBefore) {
    const msg = `Dictionary should have at most ${maxProperties} items after validation, not ${entries.length}`;
    const ctx = { field_type: 'Dictionary', max_length: maxProperties, actual_length: entries.length };
    return refuse(place, 'too_long', msg, ctx);
  }
  return Object.fromEntries(entries);
}

function readModel(
  { required = [] }: JsonSchema,
  properties: Readonly<Record<string, JsonSchema>>,
  place: Place,
): JsonObject | undefined {
  const { input } = place;
  if (!isJsonObject(input)) {
    const msg = 'Input should be a valid dictionary or object to extract fields from';
    return refuse(place, 'model_attributes_type', msg);
  }
  return Object.fromEntries(
    Object.entries(properties).map(([key, schema]) => {
      if (Object.hasOwn(input, key)) return [key, read(schema, within(place, key, input[key]))];
      if (required.includes(key))
        return [key, refuse(within(place, key, input), 'missing', 'Field required')];
      return [key, schema.default ?? null];
    }),
  );
}

function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
