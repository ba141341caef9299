import {
  type GraphQLInputField,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLLeafType,
  GraphQLString,
  isInputObjectType,
  isListType,
  isNonNullType,
} from 'graphql';
import { isJsonObject, type JsonObject } from '../json.ts';

/** The result for a value that does not fit its type. */
export const invalid = Symbol('invalid');

/**
 * Coerces a JSON value to an input type. Returns `invalid` if it does not fit. Lists and input objects are frozen.
 */
export type InputCoercion = (value: unknown) => unknown;

const coercions = new WeakMap<GraphQLInputType, InputCoercion>();

/**
 * The coercion of a type, compiled when it is first needed. It has the same results as graphql-js's
 * `coerceInputValue`.
 */
export function getInputCoercion(type: GraphQLInputType): InputCoercion {
  let coercion = coercions.get(type);
  if (coercion === undefined) {
    coercion = compile(type);
    coercions.set(type, coercion);
  }
  return coercion;
}

function compile(type: GraphQLInputType): InputCoercion {
  if (isNonNullType(type)) {
    const coerce = getInputCoercion(type.ofType);
    return (value) => (value === null ? invalid : coerce(value));
  }
  if (isListType(type)) return compileList(getInputCoercion(type.ofType));
  if (isInputObjectType(type)) return compileObject(type);
  if (type === GraphQLString) {
    return (value) => (typeof value === 'string' || value === null ? value : invalid);
  }
  return compileLeaf(type);
}

const compileLeaf =
  (type: GraphQLLeafType): InputCoercion =>
  (value) => {
    if (value === null) return null;
    try {
      const parsed: unknown = type.parseValue(value);
      return parsed ?? invalid;
    } catch {
      return invalid;
    }
  };

const compileList =
  (coerce: InputCoercion): InputCoercion =>
  (value) => {
    if (value === null) return null;
    const items: unknown[] = [];
    for (const item of Array.isArray(value) ? (value as unknown[]) : [value]) {
      const coerced = coerce(item);
      if (coerced === invalid) return invalid;
      items.push(coerced);
    }
    return Object.freeze(items);
  };

const compileField = (field: GraphQLInputField) => ({
  name: field.name,
  isRequired: isNonNullType(field.type) && field.defaultValue === undefined,
  defaultValue: field.defaultValue,
  coerce: getInputCoercion(field.type),
});

function compileObject(type: GraphQLInputObjectType): InputCoercion {
  // Compiled at the first use, because an input type can contain itself.
  let fields: readonly ReturnType<typeof compileField>[] | undefined;
  return (value) => {
    if (value === null) return null;
    if (!isJsonObject(value)) return invalid;
    fields ??= Object.values(type.getFields()).map(compileField);
    const coerced: Record<string, unknown> = {};
    let count = 0;
    for (const { name, isRequired, defaultValue, coerce } of fields) {
      const inner = value[name];
      if (inner === undefined) {
        if (isRequired) return invalid;
        if (defaultValue !== undefined) coerced[name] = defaultValue;
        continue;
      }
      count += 1;
      const result = coerce(inner);
      if (result === invalid) return invalid;
      coerced[name] = result;
    }
    // More keys than known fields: some field is unknown.
    return countGiven(value) === count ? Object.freeze(coerced) : invalid;
  };
}

/** Plugins can set a field to undefined, which JSON cannot. */
function countGiven(object: JsonObject): number {
  let count = 0;
  for (const name in object) if (object[name] !== undefined) count += 1;
  return count;
}
