import { integrationProviderValues } from './generated/galileo.ts';
import type { Schemas } from './openapi-document.ts';

/** The name of a provider as upstream writes it, such as `aws_bedrock`. */
export type IntegrationName = Schemas['IntegrationProvider'];

/** Every provider that this version knows. */
export const integrationNames: readonly IntegrationName[] = integrationProviderValues;

/**
 * An object of upstream's answer, as far as it may be trusted: the properties that the OpenAPI document gives it, each
 * of them possibly absent and of any type. Whoever reads one checks its value.
 */
export type WireObject<Name extends keyof Schemas> = { readonly [Key in keyof Schemas[Name]]?: unknown };

/** An answer of `GET /v2/integrations/{name}` whose discriminator was checked. */
export type WireIntegration = { readonly name: IntegrationName } & Readonly<Record<string, unknown>>;
