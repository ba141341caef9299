import { type components, integrationProviderValues } from './generated/galileo.ts';

/** The schemas of the upstream API by their names in the OpenAPI document. */
export type Schemas = components['schemas'];

/** The name of a provider as upstream writes it, such as `aws_bedrock`. */
export type IntegrationName = Schemas['IntegrationProvider'];

/** Every provider of the OpenAPI document. */
export const integrationNames: readonly IntegrationName[] = integrationProviderValues;

/** A response of `GET /v2/integrations/{name}` whose discriminator was checked. */
export type WireIntegration = { readonly name: IntegrationName } & Readonly<Record<string, unknown>>;
