import {
  GraphQLBoolean,
  GraphQLFloat,
  GraphQLID,
  GraphQLInt,
  type GraphQLLeafType,
  GraphQLString,
  isEnumType,
} from 'graphql';

/** Writes a value, which is not null, as JSON text. Throws where it is no value of the type. */
export type LeafWriter = (value: unknown) => string;

const writers = new WeakMap<GraphQLLeafType, LeafWriter>();

/** The same text as JSON.stringify of what the type's `serialize` makes of a value, made without them where that is plain. */
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
      throw new Error(`${type.name} serialized a value to nothing.`);
    return JSON.stringify(serialized);
  };
  if (isEnumType(type)) {
    const names = new Map<unknown, string>(type.getValues().map(({ name, value }) => [value, quote(name)]));
    return (value) => names.get(value) ?? serialize(value);
  }
  switch (type) {
    case GraphQLString:
    case GraphQLID:
      return (value) => (typeof value === 'string' ? quote(value) : serialize(value));
    case GraphQLBoolean:
      return (value) => (value === true ? 'true' : value === false ? 'false' : serialize(value));
    case GraphQLInt:
      return (value) =>
        typeof value === 'number' && value === (value | 0) ? String(value) : serialize(value);
    case GraphQLFloat:
      return (value) =>
        typeof value === 'number' && Number.isFinite(value) ? String(value) : serialize(value);
    default:
      return serialize;
  }
}

/** Up to this many characters a look at each of them is cheaper than a call of JSON.stringify, as measured. */
const maxPlainLength = 40;

/** The text as a JSON string. */
function quote(text: string): string {
  if (text.length > maxPlainLength) return JSON.stringify(text);
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    // Control characters, quotation marks, backslashes; and surrogates, of which a lone one is escaped.
    if (unit < 0x20 || unit === 0x22 || unit === 0x5c || unit >= 0xd800) return JSON.stringify(text);
  }
  return `"${text}"`;
}
