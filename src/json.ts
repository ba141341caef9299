/** An object with unchecked properties. */
export type JsonObject = Readonly<Record<string, unknown>>;

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A JSON text without a byte order mark, which some editors write (RFC 8259, section 8.1). */
export const removeByteOrderMark = (text: string): string =>
  text.startsWith('\uFEFF') ? text.slice(1) : text;

/** The property of an object or array. Undefined for any other value. */
export const getProperty = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;

/** Deeper than any hand-written value, and far below the depth at which JSON.stringify exhausts the stack. */
const maxNesting = 200;

/** Whether a JSON value nests objects and arrays too deep to be serialized. */
export function nestsTooDeep(value: unknown, level = 0): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return level >= maxNesting || Object.values(value).some((inner) => nestsTooDeep(inner, level + 1));
}
