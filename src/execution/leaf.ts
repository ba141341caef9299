import {
  GraphQLBoolean,
  GraphQLFloat,
  GraphQLID,
  GraphQLInt,
  type GraphQLLeafType,
  GraphQLString,
  isEnumType,
} from 'graphql';

/** Writes a value, which is not null, as JSON text after the text before it. Throws where it is no value of the type. */
export type LeafWriter = (value: unknown, before: string) => string;

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

/** Up to this many characters a look at each of them is cheaper than a call of JSON.stringify, as measured. */
const maxPlainLength = 40;

/** The text as a JSON string after the text before it. */
function quote(text: string, before: string): string {
  if (text.length > maxPlainLength) return before + JSON.stringify(text);
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    // Control characters, quotation marks, backslashes; and surrogates, of which a lone one is escaped.
    if (unit < 0x20 || unit === 0x22 || unit === 0x5c || unit >= 0xd800) return before + JSON.stringify(text);
  }
  return `${before}"${text}"`;
}
