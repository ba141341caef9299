import {
  type GraphQLFieldConfigMap,
  type GraphQLInputFieldConfigMap,
  GraphQLInputObjectType,
  type GraphQLInputType,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  type GraphQLOutputType,
} from 'graphql';
import type { GatewayContext } from '../resolvers/gateway-context.ts';
import type { InputFields, InputShape } from '../resolvers/request-body.ts';
import type { propertyDefaults } from '../upstream/generated/tables.ts';
import { shareable } from './directives.ts';
import { getDefault, list, object, type Parser, PropertyRead, readProperty } from './reader.ts';

/** An object of an upstream response. Its properties are checked when they are read. */
export type Source = Readonly<Record<string, unknown>>;

/** The schemas of the OpenAPI document that have properties. */
export type SchemaName = keyof typeof propertyDefaults;
export type PropertyOf<Name extends SchemaName> = Name extends SchemaName
  ? keyof (typeof propertyDefaults)[Name] & string
  : never;

/** What a kind of value is in the schema, in a response and in a request body. */
export interface ValueType {
  /** Undefined if the value is never read. */
  readonly output?: GraphQLOutputType;
  readonly parse: Parser;
  /** Undefined if the value is never written. */
  readonly input?: GraphQLInputType;
  readonly shape: InputShape;
}

export interface FieldOptions {
  /** What the value is: the beginning of the description of the output field and of the input field. */
  readonly description: string;
  /** The end of the output field's description, usually what null means. */
  readonly whenRead?: string;
  /** The end of the input field's description. */
  readonly whenWritten?: string;
  readonly output?: 'nullable' | 'non-null' | 'none';
  readonly input?: 'optional' | 'required' | 'none';
  /** The value, or each value of the map, is redacted from everything except the upstream request. */
  readonly secret?: true | 'values';
  readonly deprecationReason?: string;
  /** Replaces the document's default. */
  readonly defaultValue?: null;
  /** The property that older or newer upstreams use for the same value. */
  readonly alternative?: string;
}

/**
 * A property of an upstream object as the schema shows it. The output field, the input field, the property of the request
 * body, the paths of validation issues and the redaction follow from it. Default: nullable and optional.
 */
export interface Field<Property extends string = string> extends FieldOptions {
  readonly property: Property;
  readonly type: ValueType;
}
export type Fields<Property extends string = string> = Readonly<Record<string, Field<Property>>>;

/** Declares fields of one type: `text('base_url', { description: 'The base URL.' })`. */
export const fieldOf =
  (type: ValueType) =>
  <Property extends string>(property: Property, options: FieldOptions): Field<Property> => ({
    ...options,
    property,
    type,
  });

export const listOf = ({ output, parse, input, shape }: ValueType): ValueType => ({
  ...(output && { output: new GraphQLList(new GraphQLNonNull(output)) }),
  parse: list(parse),
  ...(input && { input: new GraphQLList(new GraphQLNonNull(input)) }),
  shape: { kind: 'list', item: shape },
});

interface ObjectOptions<Output extends SchemaName, Input extends SchemaName> {
  readonly description: string;
  /** The schema of the OpenAPI document that is read. */
  readonly schema: Output;
  /** The schema that is written, if it is another one. */
  readonly inputSchema?: Input;
  readonly fields: Fields<PropertyOf<Output | Input>>;
}

/** An object of the API: the output type with that name, and the input type with that name and `Input`. */
export function objectOf<Output extends SchemaName, Input extends SchemaName = Output>(
  name: string,
  { description, schema, fields }: ObjectOptions<Output, Input>,
): ValueType {
  return {
    output: new GraphQLObjectType<Source, GatewayContext>({
      name,
      description,
      extensions: shareable,
      fields: toOutputFields(schema, fields),
    }),
    parse: object,
    input: toInputType(`${name}Input`, description, fields),
    shape: toShape(fields),
  };
}

/** The fields that can be read. A null or missing property has the document's default. */
export function toOutputFields(
  schema: SchemaName,
  fields: Fields,
): GraphQLFieldConfigMap<Source, GatewayContext> {
  const config: GraphQLFieldConfigMap<Source, GatewayContext> = {};
  for (const [name, field] of Object.entries(fields)) {
    const { type, property, alternative } = field;
    if (type.output === undefined || field.output === 'none') continue;
    const isNonNull = field.output === 'non-null';
    const defaultValue = field.defaultValue === undefined ? getDefault(schema, property) : field.defaultValue;
    const isList = type.shape.kind === 'list' || type.shape.kind === 'map';
    const parse = isNonNull && !isList ? type.parse : orElse(isNonNull ? [] : null, type.parse);
    const read = new PropertyRead(property, defaultValue, parse);
    config[name] = {
      type: isNonNull ? new GraphQLNonNull(type.output) : type.output,
      description: describe(field.description, field.whenRead),
      deprecationReason: field.deprecationReason,
      ...(alternative === undefined
        ? { resolve: (source) => readProperty(read, source), extensions: { property, read } }
        : {
            resolve: (source) => parse(source[property] ?? source[alternative] ?? defaultValue),
            extensions: { property },
          }),
    };
  }
  return config;
}

const orElse =
  (whenNull: [] | null, parse: Parser): Parser =>
  (value) =>
    value === null ? whenNull : parse(value);

/** The input type with the fields that can be written. */
export function toInputType(name: string, description: string, fields: Fields): GraphQLInputObjectType {
  const config: GraphQLInputFieldConfigMap = {};
  for (const [fieldName, field] of Object.entries(fields)) {
    const { type, property, secret, deprecationReason } = field;
    if (type.input === undefined || field.input === 'none') continue;
    const isSecret = secret === undefined ? undefined : 'Secret: forwarded to Galileo and never returned.';
    config[fieldName] = {
      type: field.input === 'required' ? new GraphQLNonNull(type.input) : type.input,
      description: describe(field.description, field.whenWritten, isSecret),
      deprecationReason,
      extensions: secret === undefined ? { property } : { property, secret },
    };
  }
  return new GraphQLInputObjectType({ name, description, fields: config });
}

/** How an input with these fields is written to a request body. */
export function toShape(fields: Fields): InputShape & { readonly kind: 'object' } {
  const inputFields: Record<string, InputFields[string]> = {};
  for (const [name, { property, type, input }] of Object.entries(fields)) {
    if (input !== 'none') inputFields[name] = { property, shape: type.shape };
  }
  return { kind: 'object', fields: inputFields };
}

const describe = (...sentences: readonly (string | undefined)[]): string =>
  sentences.filter((sentence) => sentence !== undefined).join(' ');
