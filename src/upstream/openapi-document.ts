import { readFileSync } from 'node:fs';
import { getPackagePath } from '../package.ts';
import type { components } from './generated/galileo.ts';

/** The schemas of the upstream API by their names in the OpenAPI document. */
export type Schemas = components['schemas'];

/** The parts of a JSON schema that the gateway reads. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly type?: string;
  readonly format?: string;
  readonly enum?: readonly string[];
  readonly const?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly maxProperties?: number;
  readonly minimum?: number;
  readonly discriminator?: {
    readonly propertyName: string;
    readonly mapping: Readonly<Record<string, string>>;
  };
}

/** The parts of an operation that the gateway reads. */
interface OpenApiOperation {
  readonly requestBody?: OpenApiContent;
  readonly responses: Readonly<Record<string, OpenApiContent>>;
}

interface OpenApiContent {
  readonly content: Readonly<Record<string, { readonly schema: JsonSchema }>>;
}

/** The parts of an OpenAPI 3.1 document that the gateway reads. */
export interface OpenApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, OpenApiOperation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, JsonSchema>> };
}

/**
 * The upstream API as this version of the gateway knows it: `contract/galileo-openapi.json`, from which the types in
 * `generated/` are made. Read once, when the module loads; the file is part of the package.
 */
export const openApiDocument = JSON.parse(
  readFileSync(getPackagePath('contract/galileo-openapi.json'), 'utf8'),
) as OpenApiDocument;

/** The JSON schema with that name. Throws if the document does not have it, which means that the generated types are out of date. */
export function getSchema(name: keyof Schemas): JsonSchema {
  const schema = openApiDocument.components.schemas[name];
  if (schema === undefined) throw new Error(`The OpenAPI document has no schema ${name}.`);
  return schema;
}

/** The schema that a `$ref` within the document refers to. Returns any other schema unchanged. */
export function resolveReference(
  schema: JsonSchema,
  document: OpenApiDocument = openApiDocument,
): JsonSchema {
  if (schema.$ref === undefined) return schema;
  const target = document.components.schemas[schema.$ref.slice(schema.$ref.lastIndexOf('/') + 1)];
  if (target === undefined) throw new Error(`The OpenAPI document has no schema at ${schema.$ref}.`);
  return target;
}

/** The schema of an integration as it is read: a union with a discriminator. */
export function getIntegrationSchema(document: OpenApiDocument = openApiDocument): JsonSchema {
  const operation = document.paths['/v2/integrations/{name}']?.['get'];
  const schema = operation?.responses['200']?.content['application/json']?.schema;
  if (schema === undefined) throw new Error('The OpenAPI document has no GET /v2/integrations/{name}.');
  return schema;
}
