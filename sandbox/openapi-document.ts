import { readFileSync } from 'node:fs';
import { findPackagePath } from '../src/package.ts';

/** The parts of a JSON schema that the sandbox and the tests read. */
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
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly discriminator?: { readonly mapping: Readonly<Record<string, string>> };
}

interface Content {
  readonly content: { readonly 'application/json': { readonly schema: JsonSchema } };
}

interface DocumentOperation {
  readonly parameters?: readonly {
    readonly in: 'path' | 'query';
    readonly name: string;
    readonly required?: boolean;
    readonly schema: JsonSchema;
  }[];
  readonly requestBody?: Content;
  readonly responses: { readonly 200: Content };
}

/** An operation of the document, with the path parameters of one request. */
export interface MatchedOperation extends DocumentOperation {
  /** Method and path template, such as `GET /v2/integrations/{name}`. */
  readonly key: string;
  readonly pathValues: Readonly<Record<string, string>>;
}

/** The OpenAPI document that the sandbox implements: `contract/galileo-openapi.json`. */
export const openApiDocument = JSON.parse(
  readFileSync(findPackagePath('contract/galileo-openapi.json'), 'utf8'),
) as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, DocumentOperation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, JsonSchema>> };
};

/** The schema of an integration as it is read: a union with a discriminator. */
export const integrationSchema =
  openApiDocument.paths['/v2/integrations/{name}']?.['get']?.responses[200].content['application/json']
    .schema ?? {};

/** Every operation by its key. */
export const operations: ReadonlyMap<string, DocumentOperation> = new Map(
  Object.entries(openApiDocument.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => [`${method.toUpperCase()} ${path}`, operation]),
  ),
);

/** Literal paths come first, because `available` in `/v2/integrations/available` is not the name of a provider. */
const routes = [...operations]
  .map(([key, operation]) => {
    const [method = '', path = ''] = key.split(' ');
    return { key, operation, method, segments: path.split('/') };
  })
  .toSorted((one, other) => Number(one.key.includes('{')) - Number(other.key.includes('{')));

/**
 * Finds the operation of a request.
 *
 * @param path decoded, without the query
 * @returns the operation; the allowed methods if only the method does not match; undefined if the path does not match
 */
export function findOperation(
  method: string,
  path: string,
): MatchedOperation | { readonly allowed: readonly string[] } | undefined {
  const given = path.split('/');
  const allowed = new Set<string>();
  for (const { key, operation, method: routeMethod, segments } of routes) {
    const pathValues = matchSegments(segments, given);
    if (pathValues === undefined) continue;
    if (routeMethod === method) return { ...operation, key, pathValues };
    allowed.add(routeMethod);
  }
  return allowed.size > 0 ? { allowed: [...allowed].toSorted() } : undefined;
}

function matchSegments(
  template: readonly string[],
  given: readonly string[],
): Record<string, string> | undefined {
  if (template.length !== given.length) return undefined;
  const values: Record<string, string> = {};
  for (const [index, segment] of template.entries()) {
    const value = given[index] ?? '';
    if (!segment.startsWith('{')) {
      if (segment !== value) return undefined;
    } else if (value === '') {
      return undefined;
    } else {
      values[segment.slice(1, -1)] = value;
    }
  }
  return values;
}

/** Follows a `$ref`. Returns any other schema unchanged. Throws if the document does not have the referenced schema. */
export function resolveSchema(schema: JsonSchema): JsonSchema {
  if (schema.$ref === undefined) return schema;
  const target = openApiDocument.components.schemas[toSchemaName(schema.$ref)];
  if (target === undefined) throw new Error(`The OpenAPI document has no schema at ${schema.$ref}.`);
  return target;
}

export const toSchemaName = (reference: string): string => reference.replace('#/components/schemas/', '');
