import { type GraphQLSchema, isObjectType } from 'graphql';
import { isJsonObject, nestsTooDeep } from '../json.ts';
import { UpstreamError } from '../upstream/errors.ts';
import { getSchema, type Schemas } from '../upstream/openapi-document.ts';
import type { WireObject } from '../upstream/wire.ts';
import { toDateTime } from './scalars.ts';

/** Checks one value of upstream's answer; throws UPSTREAM_INVALID_RESPONSE where it does not fit. */
export type Parser<T> = (value: unknown) => T;

/**
 * What upstream sent does not fit the field that reads it. It costs this field alone, or the nearest one above it that
 * can be null.
 */
function misfit(expected: string): never {
  let error = misfits.get(expected);
  if (error === undefined) {
    error = new UpstreamError(
      'UPSTREAM_INVALID_RESPONSE',
      `Galileo answered with a value that does not fit this field: expected ${expected}.`,
    );
    misfits.set(expected, error);
  }
  throw error;
}

/** One error for each expectation: thousands of fields can fail in one request, and V8 captures a stack for each error. */
const misfits = new Map<string, UpstreamError>();

export const string: Parser<string> = (value) => (typeof value === 'string' ? value : misfit('a string'));

export const boolean: Parser<boolean> = (value) =>
  typeof value === 'boolean' ? value : misfit('true or false');

/** A finite number. */
export const float: Parser<number> = (value) =>
  typeof value === 'number' && Number.isFinite(value) ? value : misfit('a number');

/** A whole number that GraphQL's Int can hold. */
export const int: Parser<number> = (value) =>
  typeof value === 'number' && value === (value | 0) ? value : misfit('a 32-bit whole number');

/** A whole number that a double can hold exactly. */
export const safeInt: Parser<number> = (value) =>
  typeof value === 'number' && Number.isSafeInteger(value) ? value : misfit('a whole number');

/** A date and time in its RFC 3339 form, see `toDateTime`. */
export const dateTime: Parser<string> = (value) =>
  (typeof value === 'string' ? toDateTime(value) : null) ?? misfit('a date and time');

/** An object with free keys; looked through to its end, because one that nests too deep could not be written again. */
export const jsonObject: Parser<Readonly<Record<string, unknown>>> = (value) =>
  isJsonObject(value) && !nestsTooDeep(value) ? value : misfit('an object that does not nest too deep');

/** An object of the OpenAPI document, whose own properties are checked when they are read. */
export function object<Name extends keyof Schemas>(_name: Name): Parser<WireObject<Name>> {
  return (value) => (isJsonObject(value) ? value : misfit('an object'));
}

/** A list; a null in it is treated as left out, because no list of the schema holds nulls. */
export function list<T>(item: Parser<T>): Parser<T[]> {
  return (value) => {
    if (!Array.isArray(value)) return misfit('a list');
    const items: T[] = [];
    for (const element of value as readonly unknown[]) {
      if (element !== null) items.push(item(element));
    }
    return items;
  };
}

/** One of the words that the schema knows; any other text is `UNRECOGNIZED`. */
export function wordOf<Word extends string>(words: readonly Word[]): Parser<Word | 'UNRECOGNIZED'> {
  const known = new Map<string, Word>(words.map((word) => [word, word]));
  return (value) => known.get(string(value)) ?? 'UNRECOGNIZED';
}

/** One of the words that the schema knows; any other text does not fit. */
export function knownWordOf<Word extends string>(words: readonly Word[]): Parser<Word> {
  const known = new Map<string, Word>(words.map((word) => [word, word]));
  return (value) => known.get(string(value)) ?? misfit('a value that this version of the schema knows');
}

/** The entries of a map with free keys, in upstream's order. */
export const stringMap: Parser<StringMapEntrySource[]> = (value) => {
  const entries: StringMapEntrySource[] = [];
  for (const [key, entry] of Object.entries(jsonObject(value))) {
    if (entry !== null) entries.push({ key, value: string(entry) });
  }
  return entries;
};

/** An entry of a map with free keys. */
export interface StringMapEntrySource {
  readonly key: string;
  readonly value: string;
}

/**
 * Resolvers for the properties of one schema of the OpenAPI document. A property that upstream leaves out, or answers
 * with null, has the document's default.
 */
export function readerOf<Name extends keyof Schemas>(name: Name) {
  type Source = WireObject<Name>;
  type Property = keyof Schemas[Name] & string;

  const getDefault = (property: Property): unknown => {
    const schema = getSchema(name).properties?.[property];
    if (schema === undefined) throw new Error(`The OpenAPI document has no property ${property} in ${name}.`);
    return schema.default ?? null;
  };

  return {
    /** For a field that is never null: without a value and a default it fails. */
    required<T>(property: Property, parse: Parser<T>): (source: Source) => T {
      return createResolver({ property, defaultValue: getDefault(property), parse });
    },
    /** For a field that can be null: null is what upstream leaves out and the document has no default for. */
    optional<T>(property: Property, parse: Parser<T>): (source: Source) => T | null {
      return this.required(property, (value) => (value === null ? null : parse(value)));
    },
    /** For a list that is never null: empty where upstream leaves it out. */
    listed<T>(property: Property, parse: Parser<T[]>): (source: Source) => T[] {
      return this.required(property, (value) => (value === null ? [] : parse(value)));
    },
  };
}

/** What a resolver does that only reads one property of its source: the executor can do it without calling the resolver. */
export interface PropertyRead<T = unknown> {
  readonly property: string;
  /** What stands for a property that is missing or null. */
  readonly defaultValue: unknown;
  readonly parse: Parser<T>;
}

/** The value of the property; throws UPSTREAM_INVALID_RESPONSE where it does not fit. */
export const readProperty = <T>(
  { property, defaultValue, parse }: PropertyRead<T>,
  source: Readonly<Record<string, unknown>>,
): T => parse(source[property] ?? defaultValue);

const createResolver = <T>(read: PropertyRead<T>): ((source: Readonly<Record<string, unknown>>) => T) =>
  Object.assign((source: Readonly<Record<string, unknown>>) => readProperty(read, source), { read });

/** Declares on each field that only reads a property, in `extensions.read`, what it reads. */
export function declareReads(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      if (field.resolve !== undefined && 'read' in field.resolve) {
        field.extensions = { ...field.extensions, read: field.resolve.read };
      }
    }
  }
  return schema;
}
