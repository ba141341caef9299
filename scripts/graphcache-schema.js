import { isEnumType, isInputObjectType, isIntrospectionType, isScalarType } from 'graphql';

/** Graphcache needs to know only whether a type is a leaf. */
const toType = (type) => {
  if ('ofType' in type) {
    return {
      kind: type.constructor.name === 'GraphQLList' ? 'LIST' : 'NON_NULL',
      ofType: toType(type.ofType),
    };
  }
  if (isScalarType(type) || isEnumType(type)) return { kind: 'SCALAR', name: 'Any' };
  return { kind: toKind(type), name: type.name };
};

const toKind = (type) =>
  'getTypes' in type ? 'UNION' : type.constructor.name === 'GraphQLInterfaceType' ? 'INTERFACE' : 'OBJECT';

const toNames = (types) => types.map(({ name }) => ({ kind: 'OBJECT', name }));

/**
 * A plugin of GraphQL Code Generator: the part of an introspection result that urql's Graphcache reads, which is the output
 * types, their fields and nullability. Arguments, descriptions, enum values and input types are left out.
 */
export function plugin(schema) {
  const types = Object.values(schema.getTypeMap())
    .filter((type) => !isIntrospectionType(type) && !isScalarType(type) && !isEnumType(type))
    .filter((type) => !isInputObjectType(type))
    .map((type) => ({
      kind: toKind(type),
      name: type.name,
      ...('getFields' in type && {
        fields: Object.values(type.getFields()).map((field) => ({
          name: field.name,
          type: toType(field.type),
          args: [],
        })),
        interfaces: type.getInterfaces().map(({ name }) => ({ kind: 'INTERFACE', name })),
      }),
      ...(toKind(type) !== 'OBJECT' && { possibleTypes: toNames(schema.getPossibleTypes(type)) }),
    }));
  const result = {
    __schema: {
      queryType: { name: 'Query' },
      mutationType: { name: 'Mutation' },
      subscriptionType: null,
      types: [...types, { kind: 'SCALAR', name: 'Any' }],
    },
  };
  return `export interface SchemaType {
  readonly kind: string;
  readonly name: string;
  readonly fields?: readonly { readonly name: string; readonly type: object; readonly args: readonly [] }[];
  readonly interfaces?: readonly object[];
  readonly possibleTypes?: readonly object[];
}

/** The part of an introspection result that urql's Graphcache reads. */
export const graphcacheSchema: {
  readonly __schema: {
    readonly queryType: { name: string };
    readonly mutationType: { name: string };
    readonly subscriptionType: null;
    readonly types: readonly SchemaType[];
  };
} = ${JSON.stringify(result)};
`;
}
