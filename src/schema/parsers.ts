import { toError } from '../errors.ts';
import { isJsonObject, isSerializable, type JsonObject } from '../json.ts';
import { FieldError } from '../upstream/errors.ts';
import { propertyDefaults } from '../upstream/generated/tables.ts';

/**
 * Checks one value of an upstream response. Throws UPSTREAM_INVALID_RESPONSE if the value does not match the field's
 * type.
 */
export type Parser<T = unknown> = (value: unknown) => T;

export function throwMismatch(expected: string): never {
  let error = mismatches.get(expected);
  if (error === undefined) {
    error = new FieldError(
      'UPSTREAM_INVALID_RESPONSE',
      `Galileo returned an invalid value for this field: expected ${expected}.`,
    );
    mismatches.set(expected, error);
  }
  throw error;
}

/**
 * One shared error per expectation. Thousands of fields can fail in one request, and each new error would capture a
 * stack.
 */
const mismatches = new Map<string, FieldError>();

export const parseString: Parser<string> = (value) =>
  typeof value === 'string' ? value : throwMismatch('a string');

export const parseBoolean: Parser<boolean> = (value) =>
  typeof value === 'boolean' ? value : throwMismatch('true or false');

export const parseNumber: Parser<number> = (value) =>
  typeof value === 'number' && Number.isFinite(value) ? value : throwMismatch('a number');

export const parseInt32: Parser<number> = (value) =>
  typeof value === 'number' && value === (value | 0) ? value : throwMismatch('a 32-bit whole number');

export const parseSafeInt: Parser<number> = (value) =>
  typeof value === 'number' && Number.isSafeInteger(value) ? value : throwMismatch('a whole number');

// RFC 3339, section 5.6, and common ISO 8601 variants: a space instead of T, an offset without a colon, no offset.
const dateTimePattern =
  /^(\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01]))[Tt ]((?:[01]\d|2[0-3]):[0-5]\d(?::(?:[0-5]\d|60)(?:[.,]\d+)?)?)\s?([Zz]|[+-](?:[01]\d|2[0-3])(?::?[0-5]\d)?)?$/;

/** The RFC 3339 form of a date and time, with all its precision. Without an offset it is UTC. */
export const parseDateTime: Parser<string> = (value) => {
  const match = typeof value === 'string' ? dateTimePattern.exec(value) : null;
  if (match === null) return throwMismatch('a date and time');
  const [, date = '', time = '', offset = 'Z'] = match;
  if (!isInMonth(date)) throwMismatch('a date and time');
  const seconds = time.length === 5 ? `${time}:00` : time.replace(',', '.');
  return `${date}T${seconds}${toOffset(offset)}`;
};

/** Whether the month has the day: false for 30 February. */
function isInMonth(date: string): boolean {
  const day = Number(date.slice(8));
  return day <= 28 || new Date(`${date}T00:00Z`).getUTCDate() === day;
}

function toOffset(offset: string): string {
  if (offset === 'Z' || offset === 'z') return 'Z';
  const digits = offset.slice(1).replace(':', '').padEnd(4, '0');
  return `${offset[0]}${digits.slice(0, 2)}:${digits.slice(2)}`;
}

/** An object with arbitrary keys. */
export const parseJsonObject: Parser<JsonObject> = (value) =>
  isJsonObject(value) && isSerializable(value)
    ? value
    : throwMismatch('an object with finite numbers that is not nested too deeply');

/** An object whose properties are checked when they are read. */
export const parseObject: Parser<JsonObject> = (value) =>
  isJsonObject(value) ? value : throwMismatch('an object');

/**
 * A list whose items cannot be null. Null items are dropped. The first item that does not match ends the list as an
 * error, so that the path of the error contains its index.
 */
export function createListParser<T>(item: Parser<T>): Parser<T[]> {
  return (value) => {
    if (!Array.isArray(value)) return throwMismatch('an array');
    const items: T[] = [];
    try {
      for (const element of value as readonly unknown[]) {
        if (element !== null) items.push(item(element));
      }
    } catch (error) {
      // The types of GraphQL libraries do not know that an item can be an error.
      items.push(toError(error) as never);
    }
    return items;
  };
}

export const parseStrings = createListParser(parseString);
export const parseObjects = createListParser(parseObject);

/** One of the known values. `parseUnknown` returns the result for any other string. */
export function createEnumParser(values: readonly string[], parseUnknown = () => 'UNRECOGNIZED') {
  const known = new Set(values);
  return (value: unknown): string => {
    const name = parseString(value);
    return known.has(name) ? name : parseUnknown();
  };
}

/** The entries of a map from string to string, in upstream's order. Their values are checked when they are read. */
export const parseStringMap: Parser<StringMapEntry[]> = (value) => {
  const map = parseObject(value);
  const known = largeMaps.get(map);
  if (known !== undefined) return known;
  const keys = Object.keys(map);
  const entries: StringMapEntry[] = [];
  for (const key of keys) {
    const value = map[key];
    if (value !== null) entries.push({ key, value });
  }
  if (keys.length >= minLargeMap) largeMaps.set(map, entries);
  return entries;
};

/**
 * Caches the entries of large maps. One operation can select a map many times, and null entries take time without
 * adding to the size of its response.
 */
const largeMaps = new WeakMap<JsonObject, StringMapEntry[]>();
const minLargeMap = 1000;

export interface StringMapEntry {
  readonly key: string;
  readonly value: unknown;
}

/**
 * Reads one property of an upstream object, as the resolver of a field does. The field has it in its extensions as
 * `reader`, so that a plan can read the property without calling the resolver.
 */
export class PropertyReader {
  readonly #property: string;
  readonly #alternative: string;
  readonly #defaultValue: unknown;
  readonly #parse: Parser;

  /**
   * @param alternative another name of the property, in other versions of Galileo's API
   * @param defaultValue replaces a property that is missing or null
   */
  constructor(property: string, alternative: string | undefined, defaultValue: unknown, parse: Parser) {
    this.#property = property;
    this.#alternative = alternative ?? property;
    this.#defaultValue = defaultValue;
    this.#parse = parse;
  }

  /** Throws UPSTREAM_INVALID_RESPONSE if the value does not match the field's type. */
  read(object: JsonObject): unknown {
    return this.#parse(object[this.#property] ?? object[this.#alternative] ?? this.#defaultValue);
  }
}

/** The default of a property in the OpenAPI document; null without one. Throws if the schema has no such property. */
export function getDefault(schema: keyof typeof propertyDefaults, property: string): unknown {
  const defaults: JsonObject = propertyDefaults[schema];
  if (!Object.hasOwn(defaults, property)) {
    throw new Error(`The OpenAPI document has no property ${property} in ${schema}.`);
  }
  return defaults[property];
}
