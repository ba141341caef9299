import { type components, integrationProviderValues } from './generated/galileo.ts';

/** The schemas of the upstream API by their names in the OpenAPI document. */
export type Schemas = components['schemas'];

/** The name of a provider as upstream writes it, such as `aws_bedrock`. */
export type ProviderName = Schemas['IntegrationProvider'];

export const providerNames: readonly ProviderName[] = integrationProviderValues;

/** A response of `GET /v2/integrations/{name}` whose discriminator was checked. */
export type UpstreamIntegration = { readonly name: ProviderName } & Readonly<Record<string, unknown>>;
