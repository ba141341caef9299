import { integrationProviderValues } from './generated/galileo.ts';
import type { Schemas } from './openapi-document.ts';

/** The name of a provider as upstream writes it, such as `aws_bedrock`. */
export type IntegrationName = Schemas['IntegrationProvider'];

/** Every provider that this version knows. */
export const integrationNames: readonly IntegrationName[] = integrationProviderValues;

/**
 * An object in an upstream response. It has the properties of the OpenAPI document, but each can be absent or of another
 * type. The reader of a property must check its value.
 */
export type WireObject<Name extends keyof Schemas> = { readonly [Key in keyof Schemas[Name]]?: unknown };

/** A response of `GET /v2/integrations/{name}` whose discriminator was checked. */
export type WireIntegration = { readonly name: IntegrationName } & Readonly<Record<string, unknown>>;
