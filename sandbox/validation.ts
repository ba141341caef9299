import { isJsonObject, type JsonObject } from '../src/json.ts';
import { type JsonSchema, type MatchedOperation, resolveSchema, toSchemaName } from './openapi-document.ts';

/** A position in a request: `body`, `path` or `query`, then property names and list indices. */
type Location = readonly (string | number)[];

/** An entry of `detail` in FastAPI's 422, as pydantic 2 reports it. */
export interface ValidationIssue {
  readonly type: string;
  readonly loc: Location;
  readonly msg: string;
  /** The rejected value; for a missing property, the whole object around it. */
  readonly input: unknown;
  readonly ctx?: JsonObject;
}

/** More issues than a form has controls. */
const maxIssues = 100;

/** The values of a request, with every property of their schemas filled in. */
export interface RequestValues {
  readonly path: JsonObject;
  readonly query: JsonObject;
  readonly body: unknown;
}

/**
 * Validates a request as FastAPI's lax mode does: `"5"` is an integer, `"yes"` a boolean, an unknown property is
 * dropped. Throws if the document has a combination of schema keywords that the sandbox does not support.
 *
 * @param body undefined if the request has none
 * @returns at most 100 issues
 */
export function validateRequest(
  operation: MatchedOperation,
  query: Readonly<Record<string, string>>,
  body: unknown,
): { readonly values: RequestValues } | { readonly issues: readonly ValidationIssue[] } {
  const issues: ValidationIssue[] = [];
  const values: Record<'path' | 'query', Record<string, unknown>> = { path: {}, query: {} };
  for (const { in: place, name, required = false, schema } of operation.parameters ?? []) {
    const given: Readonly<Record<string, string>> = place === 'path' ? operation.pathValues : query;
    const position = { input: given[name], loc: [place, name], issues };
    values[place][name] = Object.hasOwn(given, name)
      ? readValue(schema, position)
      : required
        ? reject({ ...position, input: null }, 'missing', 'Field required')
        : getDefault(schema);
  }
  const bodySchema = operation.requestBody?.content['application/json'].schema;
  const position = { input: body ?? null, loc: ['body'], issues };
  const value =
    bodySchema === undefined
      ? undefined
      : position.input === null
        ? reject(position, 'missing', 'Field required')
        : readValue(bodySchema, position);
  return issues.length > 0 ? { issues } : { values: { ...values, body: value } };
}

/** The start of V8's messages about JSON, and the name that Python's decoder has for the same error. */
const jsonErrors: readonly (readonly [start: string, name: string])[] = [
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

/** FastAPI's issue for a body that is not JSON. The offset in `loc` is 0 if V8 does not report one. */
export function toJsonIssue(error: unknown): ValidationIssue {
  const message = error instanceof Error ? error.message : '';
  const [, name = 'Expecting value'] = jsonErrors.find(([start]) => message.startsWith(start)) ?? [];
  const offset = Number(/at position (\d+)/.exec(message)?.[1] ?? 0);
  return createJsonIssue(offset, name);
}

export function createJsonIssue(offset: number, error: string): ValidationIssue {
  return { type: 'json_invalid', loc: ['body', offset], msg: 'JSON decode error', input: {}, ctx: { error } };
}

/** Rules that Galileo's documentation describes. Each returns the message for a value that breaks it. */
const documentedRules: ReadonlyMap<string, (value: JsonObject) => string | undefined> = new Map([
  [
    'CustomIntegrationCreate',
    ({ authentication_type, api_key_header, api_key_value }) =>
      authentication_type === 'api_key' && !(api_key_header && api_key_value)
        ? "api_key_header and api_key_value are required when authentication_type is 'api_key'"
        : undefined,
  ],
  [
    'ModelProperties',
    ({ based_on, supported_parameters }) =>
      based_on !== null && supported_parameters !== null
        ? 'based_on and supported_parameters cannot both be set'
        : undefined,
  ],
  ['BaseAwsIntegrationCreate', checkAwsToken],
  ['AwsSageMakerIntegrationCreate', checkAwsToken],
  [
    'UserCollaboratorCreate',
    ({ user_id, user_email }) =>
      user_id === null && user_email === null ? 'user_id or user_email is required' : undefined,
  ],
]);

function checkAwsToken({ credential_type: type, token }: JsonObject): string | undefined {
  const keys = type === 'assumed_role' ? ['aws_role_arn'] : ['aws_access_key_id', 'aws_secret_access_key'];
  if (isJsonObject(token) && keys.every((key) => token[key])) return undefined;
  return `${keys.join(' and ')} ${keys.length > 1 ? 'are' : 'is'} required when credential_type is '${String(type)}'`;
}

/** One value of a request. Its issues are added to `issues`. */
interface Position {
  readonly input: unknown;
  readonly loc: Location;
  readonly issues: ValidationIssue[];
}

function reject({ input, loc, issues }: Position, type: string, msg: string, ctx?: JsonObject): undefined {
  if (issues.length < maxIssues) issues.push({ type, loc, msg, input, ...(ctx && { ctx }) });
}

function descend(position: Position, key: string | number, input: unknown): Position {
  return { ...position, input, loc: [...position.loc, key] };
}

function readValue(schema: JsonSchema, position: Position): unknown {
  if (schema.$ref !== undefined) return readReference(schema, schema.$ref, position);
  if (schema.anyOf !== undefined) return readNullable(schema.anyOf, position);
  if (schema.enum !== undefined) return readEnum(schema.enum, position);
  const reader = readers.get(schema.format ?? schema.type ?? '');
  if (reader === undefined) throw new Error(`The sandbox cannot validate ${JSON.stringify(schema)}.`);
  return reader(schema, position);
}

function readReference(schema: JsonSchema, reference: string, position: Position): unknown {
  const issuesBefore = position.issues.length;
  const value = readValue(resolveSchema(schema), position);
  if (!isJsonObject(value) || position.issues.length > issuesBefore) return value;
  const message = documentedRules.get(toSchemaName(reference))?.(value);
  return message === undefined
    ? value
    : reject(position, 'value_error', `Value error, ${message}`, { error: {} });
}

const readers = new Map<string, (schema: JsonSchema, position: Position) => unknown>([
  ['string', readString],
  ['uuid4', readUuid],
  ['uri', readUrl],
  ['email', readEmail],
  ['boolean', readBoolean],
  ['integer', readInteger],
  ['number', readNumber],
  ['array', readList],
  ['object', readObject],
]);

/** The only unions in requests combine one type with null. */
function readNullable(choices: readonly JsonSchema[], position: Position): unknown {
  const [schema, ...others] = choices.filter(({ type }) => type !== 'null');
  if (schema === undefined || others.length > 0 || choices.length !== 2)
    throw new Error(`The sandbox cannot validate ${JSON.stringify(choices)}.`);
  return position.input === null ? null : readValue(schema, position);
}

function readEnum(values: readonly string[], position: Position): string | undefined {
  if (typeof position.input === 'string' && values.includes(position.input)) return position.input;
  const quoted = values.map((value) => `'${value}'`);
  const expected = [quoted.slice(0, -1).join(', '), ...quoted.slice(-1)].join(' or ');
  return reject(position, 'enum', `Input should be ${expected}`, { expected });
}

function readString(_schema: JsonSchema, position: Position): string | undefined {
  return typeof position.input === 'string'
    ? position.input
    : reject(position, 'string_type', 'Input should be a valid string');
}

/** Accepts any version, as the gateway does. */
function readUuid(_schema: JsonSchema, position: Position): string | undefined {
  const { input } = position;
  if (typeof input !== 'string')
    return reject(position, 'uuid_type', 'UUID input should be a string, bytes or UUID object');
  if (/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(input)) return input.toLowerCase();
  const error = 'expected 32 hexadecimal digits in five groups';
  return reject(position, 'uuid_parsing', `Input should be a valid UUID, ${error}`, { error });
}

function readUrl(
  { maxLength = Number.POSITIVE_INFINITY }: JsonSchema,
  position: Position,
): string | undefined {
  const { input } = position;
  if (typeof input !== 'string') return reject(position, 'url_type', 'URL input should be a string or URL');
  if (input.length > maxLength) {
    const msg = `URL should have at most ${maxLength} characters`;
    return reject(position, 'url_too_long', msg, { max_length: maxLength });
  }
  if (URL.canParse(input)) return input;
  const error = input === '' ? 'input is empty' : 'relative URL without a base';
  return reject(position, 'url_parsing', `Input should be a valid URL, ${error}`, { error });
}

/** RFC 5321, section 4.5.3.1.3. */
const maxEmailLength = 254;

function readEmail(schema: JsonSchema, position: Position): string | undefined {
  const email = readString(schema, position);
  if (email === undefined) return undefined;
  if (email.length <= maxEmailLength && /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/.test(email)) return email;
  const reason = email.includes('@')
    ? 'The email address is not valid.'
    : 'An email address must have an @-sign.';
  return reject(position, 'value_error', `value is not a valid email address: ${reason}`, { reason });
}

const booleanStrings = new Map([
  ...['1', 'on', 't', 'true', 'y', 'yes'].map((word) => [word, true] as const),
  ...['0', 'off', 'f', 'false', 'n', 'no'].map((word) => [word, false] as const),
]);

function readBoolean(_schema: JsonSchema, position: Position): boolean | undefined {
  const { input } = position;
  if (typeof input === 'boolean') return input;
  if (typeof input !== 'string' && !Number.isInteger(input))
    return reject(position, 'bool_type', 'Input should be a valid boolean');
  const msg = 'Input should be a valid boolean, unable to interpret input';
  return booleanStrings.get(String(input).toLowerCase()) ?? reject(position, 'bool_parsing', msg);
}

function readInteger(
  { minimum = Number.NEGATIVE_INFINITY }: JsonSchema,
  position: Position,
): number | undefined {
  const { input } = position;
  if (typeof input === 'string' && !/^\s*[+-]?\d+(_\d+)*(\.0*)?\s*$/.test(input)) {
    const msg = 'Input should be a valid integer, unable to parse string as an integer';
    return reject(position, 'int_parsing', msg);
  }
  if (typeof input !== 'string' && typeof input !== 'number' && typeof input !== 'boolean')
    return reject(position, 'int_type', 'Input should be a valid integer');
  const value = Number(typeof input === 'string' ? input.replaceAll('_', '') : input);
  if (!Number.isInteger(value)) {
    const msg = 'Input should be a valid integer, got a number with a fractional part';
    return reject(position, 'int_from_float', msg);
  }
  if (value >= minimum) return value;
  const msg = `Input should be greater than or equal to ${minimum}`;
  return reject(position, 'greater_than_equal', msg, { ge: minimum });
}

function readNumber(_schema: JsonSchema, position: Position): number | undefined {
  const { input } = position;
  if (typeof input === 'number' || typeof input === 'boolean') return Number(input);
  if (typeof input !== 'string') return reject(position, 'float_type', 'Input should be a valid number');
  const value = input.trim() === '' ? Number.NaN : Number(input);
  const msg = 'Input should be a valid number, unable to parse string as a number';
  return Number.isNaN(value) ? reject(position, 'float_parsing', msg) : value;
}

function readList({ items = {} }: JsonSchema, position: Position): unknown[] | undefined {
  const { input } = position;
  if (!Array.isArray(input)) return reject(position, 'list_type', 'Input should be a valid list');
  return input.map((item: unknown, index) => readValue(items, descend(position, index, item)));
}

function readObject(schema: JsonSchema, position: Position): JsonObject | undefined {
  const { properties } = schema;
  return properties === undefined
    ? readDictionary(schema, position)
    : readModel(schema, properties, position);
}

function readDictionary(schema: JsonSchema, position: Position): JsonObject | undefined {
  const { input, issues } = position;
  if (!isJsonObject(input)) return reject(position, 'dict_type', 'Input should be a valid dictionary');
  const { additionalProperties, maxProperties = Number.POSITIVE_INFINITY } = schema;
  if (typeof additionalProperties !== 'object') return input;
  const issuesBefore = issues.length;
  const entries = Object.entries(input).map(
    ([key, value]) => [key, readValue(additionalProperties, descend(position, key, value))] as const,
  );
  if (entries.length > maxProperties && issues.length === issuesBefore) {
    const msg = `Dictionary should have at most ${maxProperties} items after validation, not ${entries.length}`;
    const ctx = { field_type: 'Dictionary', max_length: maxProperties, actual_length: entries.length };
    return reject(position, 'too_long', msg, ctx);
  }
  return Object.fromEntries(entries);
}

function readModel(
  { required = [] }: JsonSchema,
  properties: Readonly<Record<string, JsonSchema>>,
  position: Position,
): JsonObject | undefined {
  const { input } = position;
  if (!isJsonObject(input)) {
    const msg = 'Input should be a valid dictionary or object to extract fields from';
    return reject(position, 'model_attributes_type', msg);
  }
  return Object.fromEntries(
    Object.entries(properties).map(([key, schema]) => {
      if (Object.hasOwn(input, key)) return [key, readValue(schema, descend(position, key, input[key]))];
      if (required.includes(key))
        return [key, reject(descend(position, key, input), 'missing', 'Field required')];
      return [key, getDefault(schema)];
    }),
  );
}

/** The document does not contain the defaults of lists, maps and objects. Pydantic creates empty ones. */
function getDefault(schema: JsonSchema): unknown {
  if (schema.default !== undefined) return schema.default;
  const { type, properties = {} } = resolveSchema(schema);
  if (type === 'array') return [];
  if (type !== 'object') return null;
  return Object.fromEntries(Object.entries(properties).map(([key, inner]) => [key, getDefault(inner)]));
}
