/** An object with unchecked properties. */
export type JsonObject = Readonly<Record<string, unknown>>;

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether the value is an array of objects and nulls. */
export const isNullableObjectArray = (value: unknown): value is readonly (JsonObject | null)[] =>
  Array.isArray(value) && value.every((item) => item === null || isJsonObject(item));

/** Removes a leading byte order mark, which some editors write (RFC 8259, section 8.1). */
export const removeByteOrderMark = (text: string): string =>
  text.startsWith('\uFEFF') ? text.slice(1) : text;

/** The property of an object or array. Undefined for any other value. */
export const getProperty = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;

/** Deeper than any hand-written value, and far below the depth at which JSON.stringify exhausts the stack. */
const maxNesting = 200;

/**
 * Whether JSON.stringify preserves a parsed value. False if the value is nested too deeply, or contains a number such
 * as 1e400, which JSON.parse returns as Infinity.
 *
 * @param maxNumber the largest absolute value of a number
 */
export function isSerializable(value: unknown, maxNumber = Number.MAX_VALUE, level = 0): boolean {
  if (typeof value === 'number') return Math.abs(value) <= maxNumber;
  if (typeof value !== 'object' || value === null) return true;
  return (
    level < maxNesting && Object.values(value).every((inner) => isSerializable(inner, maxNumber, level + 1))
  );
}
