import {
  type GraphQLField,
  type GraphQLInputField,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
} from 'graphql';
import type { IntegrationName } from '../../client/generated/graphql.ts';
import { type JsonSchema, resolveSchema } from '../../sandbox/openapi-document.ts';
import { getTypeName } from '../../src/resolvers/integrations.ts';
import { createSchema } from '../../src/schema/index.ts';
import { providerNames, type Schemas } from '../../src/upstream/api-types.ts';

/** Upstream's names of the providers, in the order of the enum. */
export const integrationNames = [...providerNames].sort();

/** The enum value of a provider: `aws_bedrock` is `AWS_BEDROCK`. */
export const toEnumName = (name: (typeof integrationNames)[number]) => name.toUpperCase() as IntegrationName;

/** The schema of the OpenAPI document with that name. */
export const getSchema = (name: keyof Schemas): JsonSchema =>
  resolveSchema({ $ref: `#/components/schemas/${name}` });

/** The schema of a provider's integration in the OpenAPI document. */
export const getSchemaOf = (name: (typeof integrationNames)[number]): JsonSchema =>
  getSchema(getTypeName(name) as keyof Schemas);

/** Upstream's path of a provider. */
export const toPath = (name: string) => `/v2/integrations/${name}`;

const schema = createSchema();

/** The field of a type, an output or an input, that has an upstream property; undefined if no field has it. */
export function findField(typeName: string, property: string) {
  const type = schema.getType(typeName);
  if (!isObjectType(type) && !isInterfaceType(type) && !isInputObjectType(type)) {
    throw new Error(`The schema has no type ${typeName}.`);
  }
  const fields: readonly (GraphQLField<unknown, unknown> | GraphQLInputField)[] = Object.values(
    type.getFields(),
  );
  // The discriminator, in both of its forms, is the name of an integration.
  const isName = integrationTypes.has(typeName) && (property === 'name' || property === 'provider');
  return fields.find(({ name, extensions }) =>
    isName ? name === 'name' : extensions['property'] === property,
  );
}

const integrationTypes: ReadonlySet<string> = new Set(providerNames.map(getTypeName));

/** The name of that field; null if no field has the property. */
export const toFieldName = (typeName: string, property: string): string | null =>
  findField(typeName, property)?.name ?? null;
