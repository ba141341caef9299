import {
  GraphQLBoolean,
  GraphQLFloat,
  GraphQLID,
  GraphQLInt,
  type GraphQLLeafType,
  GraphQLString,
  isEnumType,
} from 'graphql';

/** Appends a value that is not null to a JSON string. Throws if it is not a value of the type. */
export type LeafWriter = (value: unknown, before: string) => string;

const writers = new WeakMap<GraphQLLeafType, LeafWriter>();

/** Writes the same JSON as `JSON.stringify(type.serialize(value))`, without calling either for simple values. */
export function getLeafWriter(type: GraphQLLeafType): LeafWriter {
  let writer = writers.get(type);
  if (writer === undefined) {
    writer = createLeafWriter(type);
    writers.set(type, writer);
  }
  return writer;
}

function createLeafWriter(type: GraphQLLeafType): LeafWriter {
  const serialize = (value: unknown): string => {
    if (value instanceof Error) throw value;
    const serialized: unknown = type.serialize(value);
    if (serialized === null || serialized === undefined)
      throw new Error(`The serialize function of ${type.name} returned null or undefined.`);
    return JSON.stringify(serialized);
  };
  if (isEnumType(type)) {
    const names = new Map<unknown, string>(
      type.getValues().map(({ name, value }) => [value, JSON.stringify(name)]),
    );
    return (value, before) => before + (names.get(value) ?? serialize(value));
  }
  switch (type) {
    case GraphQLString:
    case GraphQLID:
      return (value, before) =>
        typeof value === 'string' ? quote(value, before) : before + serialize(value);
    case GraphQLBoolean:
      return (value, before) =>
        before + (value === true ? 'true' : value === false ? 'false' : serialize(value));
    case GraphQLInt:
      return (value, before) =>
        before + (typeof value === 'number' && value === (value | 0) ? String(value) : serialize(value));
    case GraphQLFloat:
      return (value, before) =>
        before + (typeof value === 'number' && Number.isFinite(value) ? String(value) : serialize(value));
    default:
      return (value, before) => before + serialize(value);
  }
}

/** Measured. For shorter strings, checking each character costs less than calling JSON.stringify. */
const maxPlainLength = 40;

function quote(text: string, before: string): string {
  if (text.length > maxPlainLength) return before + JSON.stringify(text);
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    // Control characters, quotation marks, backslashes, and surrogates: JSON.stringify escapes a lone one.
    if (unit < 0x20 || unit === 0x22 || unit === 0x5c || unit >= 0xd800) return before + JSON.stringify(text);
  }
  return `${before}"${text}"`;
}
