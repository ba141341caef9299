import type { Schemas } from './openapi-document.ts';

/** A provider by upstream's own word for it. */
export type IntegrationName = Schemas['IntegrationName'];

/**
 * An object of upstream's answer, as far as it may be trusted: the properties that the OpenAPI document gives it, each
 * of them possibly absent and of any type. Whoever reads one checks its value.
 */
export type WireObject<Name extends keyof Schemas> = { readonly [Key in keyof Schemas[Name]]?: unknown };

/** An answer of `GET /v2/integrations/{name}` whose discriminator was checked. */
export type WireIntegration = { readonly name: IntegrationName } & Readonly<Record<string, unknown>>;

/** True for what JSON calls an object; an array is none. Says nothing of the properties, which stay unknown. */
export function isJsonObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Deeper than anybody writes by hand, and far from where JSON.stringify exhausts the stack. */
const maxNesting = 200;

/** Whether a JSON value nests objects and lists so deep that it could not be written again. */
export function nestsTooDeep(value: unknown, level = 0): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return level >= maxNesting || Object.values(value).some((inner) => nestsTooDeep(inner, level + 1));
}
