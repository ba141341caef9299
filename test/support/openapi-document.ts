import { readFileSync } from 'node:fs';
import { getPackagePath } from '../../src/package.ts';
import type { Schemas } from '../../src/upstream/wire.ts';

/** The parts of a JSON schema that tests read. */
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

/** The parts of an operation that tests read. */
interface OpenApiOperation {
  readonly requestBody?: OpenApiContent;
  readonly responses: Readonly<Record<string, OpenApiContent>>;
}

interface OpenApiContent {
  readonly content: Readonly<Record<string, { readonly schema: JsonSchema }>>;
}

/** The parts of the OpenAPI document that tests read. */
interface OpenApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, OpenApiOperation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, JsonSchema>> };
}

/** The upstream API as this version knows it: `contract/galileo-openapi.json`. */
export const openApiDocument = JSON.parse(
  readFileSync(getPackagePath('contract/galileo-openapi.json'), 'utf8'),
) as OpenApiDocument;

/** The JSON schema with that name. Throws if the document has none. */
export function getSchema(name: keyof Schemas): JsonSchema {
  const schema = openApiDocument.components.schemas[name];
  if (schema === undefined) throw new Error(`The OpenAPI document has no schema ${name}.`);
  return schema;
}

/** The schema that a `$ref` inside the document points to; any other schema is returned unchanged. */
export function resolveReference(schema: JsonSchema): JsonSchema {
  if (schema.$ref === undefined) return schema;
  const target = openApiDocument.components.schemas[schema.$ref.slice(schema.$ref.lastIndexOf('/') + 1)];
  if (target === undefined) throw new Error(`The OpenAPI document has no schema at ${schema.$ref}.`);
  return target;
}

/** The schema of an integration as it is read: a union with a discriminator. */
export function getIntegrationSchema(): JsonSchema {
  const operation = openApiDocument.paths['/v2/integrations/{name}']?.['get'];
  const schema = operation?.responses['200']?.content['application/json']?.schema;
  if (schema === undefined) throw new Error('The OpenAPI document has no GET /v2/integrations/{name}.');
  return schema;
}
