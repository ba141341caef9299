import type {
  FieldMap,
  InputFieldMap,
  InputObjectRef,
  InputTypeParam,
  ObjectFieldBuilder,
  TypeParam,
} from '@pothos/core';
import type { JsonObject } from '../json.ts';
import type { BodyField, InputShape } from '../resolvers/body-mapping.ts';
import type { propertyDefaults } from '../upstream/generated/tables.ts';
import { builder, type SchemaTypes } from './builder.ts';
import { shareable } from './directives.ts';
import { createListParser, getDefault, type Parser, PropertyReader, parseObject } from './parsers.ts';

/** An object of an upstream response. Its properties are checked when they are read. */
export type UpstreamObject = JsonObject;

/** The schemas of the OpenAPI document that have properties. */
export type SchemaName = keyof typeof propertyDefaults;
export type PropertyOf<Name extends SchemaName> = Name extends SchemaName
  ? keyof (typeof propertyDefaults)[Name] & string
  : never;

/** A kind of value: its types in the schema, its parser for responses, and how request bodies represent it. */
export interface ValueType {
  /** Undefined if the value is never read. */
  readonly outputType?: TypeParam<SchemaTypes>;
  readonly parse: Parser;
  /** Undefined if the value is never written. */
  readonly inputType?: InputTypeParam<SchemaTypes>;
  /** How a request body represents an input. Default: as the same JSON value. */
  readonly inputShape?: InputShape;
}

export interface FieldOptions {
  /** The end of the output field's description. Usually says what null means. */
  readonly outputNote?: string;
  /** The end of the input field's description. */
  readonly inputNote?: string;
  readonly output?: 'non-null' | 'none';
  readonly input?: 'optional' | 'required' | 'none';
  /**
   * The value of the input, or the value of each of its entries, is removed from messages, logs, metrics and traces. If
   * the property is also an output field, that field still returns it.
   */
  readonly secret?: true;
  readonly deprecationReason?: string;
  /** Replaces the default of the OpenAPI document. */
  readonly defaultValue?: null;
  /** Another name of the property, in other versions of Galileo's API. */
  readonly alternative?: string;
}

/**
 * A property of an upstream object as the schema shows it. The output field, the input field, the property of the
 * request body, the paths of validation issues and the redaction follow from it. Default: nullable and optional.
 */
export interface Field<Property extends string = string> extends FieldOptions {
  readonly property: Property;
  readonly type: ValueType;
  /** The beginning of the descriptions of the output field and the input field. */
  readonly description: string;
}
export type Fields<Property extends string = string> = Readonly<Record<string, Field<Property>>>;

export const nonNull = { output: 'non-null' } as const;
/** Required in the input, non-null in the output. */
export const required = { output: 'non-null', input: 'required' } as const;
export const writeOnly = { output: 'none' } as const;
export const requiredWriteOnly = { output: 'none', input: 'required' } as const;
export const secretWriteOnly = { output: 'none', secret: true } as const;

/** Creates a function that declares fields of one type: `string('base_url', 'The base URL.')`. */
export const fieldOf =
  (type: ValueType) =>
  <Property extends string>(
    property: Property,
    description: string,
    options: FieldOptions = {},
  ): Field<Property> => ({ ...options, property, type, description });

const sameValue: InputShape = { kind: 'value' };

/** A list of values without nulls. */
export const listOf = <
  Output extends Item<TypeParam<SchemaTypes>>,
  Input extends Item<InputTypeParam<SchemaTypes>>,
>({
  outputType,
  parse,
  inputType,
  inputShape = sameValue,
}: ValueType & { readonly outputType?: Output; readonly inputType?: Input }): ValueType => ({
  ...(outputType && { outputType: [outputType] }),
  parse: createListParser(parse),
  ...(inputType && { inputType: [inputType] }),
  inputShape: { kind: 'list', item: inputShape },
});
type Item<Param> = Exclude<Param, readonly unknown[]>;

interface ObjectOptions<Output extends SchemaName, Input extends SchemaName> {
  readonly description: string;
  /** The schema of the OpenAPI document that is read. */
  readonly schema: Output;
  /** The schema that is written. Default: `schema`. Only the compiler uses it, to check the names of properties. */
  readonly inputSchema?: Input;
  readonly fields: Fields<PropertyOf<Output | Input>>;
}

/** An object of the API: the output type with the given name, and the input type with that name and `Input`. */
export function objectOf<Output extends SchemaName, Input extends SchemaName = Output>(
  name: string,
  { description, schema, fields }: ObjectOptions<Output, Input>,
) {
  return {
    outputType: builder.objectRef<UpstreamObject>(name).implement({
      description,
      extensions: shareable,
      fields: (t) => toOutputFields(t, schema, fields),
    }),
    parse: parseObject,
    inputType: createInputType(`${name}Input`, description, fields),
    inputShape: toInputShape(fields),
  } satisfies ValueType;
}

/**
 * The fields that can be read. If a property is null or missing, the field has the OpenAPI document's default. Without
 * one, a non-null list is empty.
 */
export function toOutputFields(
  t: Pick<ObjectFieldBuilder<SchemaTypes, UpstreamObject>, 'field'>,
  schema: SchemaName,
  fields: Fields,
): FieldMap {
  const map: FieldMap = {};
  for (const [name, field] of Object.entries(fields)) {
    const { type, property, alternative, deprecationReason } = field;
    if (type.outputType === undefined || field.output === 'none') continue;
    const isNonNull = field.output === 'non-null';
    const defaultValue = field.defaultValue === undefined ? getDefault(schema, property) : field.defaultValue;
    const isList = Array.isArray(type.outputType);
    const parse = isNonNull && !isList ? type.parse : orElse(isNonNull ? [] : null, type.parse);
    const reader = new PropertyReader(property, alternative, defaultValue, parse);
    map[name] = t.field({
      type: type.outputType,
      nullable: !isNonNull,
      description: describe(field.description, field.outputNote),
      ...(deprecationReason !== undefined && { deprecationReason }),
      // `property` is for the test that compares the schema with the OpenAPI document.
      extensions: { property, reader },
      // The compiler does not know that the parser checks the value.
      resolve: (source) => reader.read(source) as never,
    });
  }
  return map;
}

const orElse =
  (whenNull: [] | null, parse: Parser): Parser =>
  (value) =>
    value === null ? whenNull : parse(value);

/** An input type. Its values are validated before a resolver receives them. */
export type InputRef = InputObjectRef<SchemaTypes, JsonObject>;

export function createInputType(name: string, description: string, fields: Fields): InputRef {
  return builder.inputType(name, {
    description,
    fields: (t) => {
      const map: InputFieldMap = {};
      for (const [fieldName, field] of Object.entries(fields)) {
        const { type, property, secret, deprecationReason } = field;
        if (type.inputType === undefined || field.input === 'none') continue;
        map[fieldName] = t.field({
          type: type.inputType,
          required: field.input === 'required',
          description: describe(field.description, field.inputNote, describeSecrecy(field)),
          ...(deprecationReason !== undefined && { deprecationReason }),
          extensions: { property, secret },
        });
      }
      return map;
    },
  });
}

function describeSecrecy({ secret, type, output }: Field): string | undefined {
  if (secret === undefined) return undefined;
  return type.outputType === undefined || output === 'none'
    ? 'Secret: forwarded to Galileo and never returned.'
    : 'Secret: removed from messages and logs. Only the output field of the same name returns it.';
}

/** How an input with these fields is written to a request body. */
export function toInputShape(fields: Fields): InputShape & { readonly kind: 'object' } {
  const inputFields: Record<string, BodyField> = {};
  for (const [name, { property, type, input }] of Object.entries(fields)) {
    if (input !== 'none') inputFields[name] = { property, shape: type.inputShape ?? sameValue };
  }
  return { kind: 'object', fields: inputFields };
}

const describe = (...sentences: readonly (string | undefined)[]): string =>
  sentences.filter((sentence) => sentence !== undefined).join(' ');
