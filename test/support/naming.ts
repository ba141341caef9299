import type { IntegrationName } from '../../client/generated/graphql.ts';
import { integrationNameValues } from '../../src/upstream/generated/galileo.ts';

/** Upstream's words for the providers, in the order of the enum. */
export const integrationNames = [...integrationNameValues].sort();

/** The enum value of a provider: `aws_bedrock` is `AWS_BEDROCK`. */
export const toEnumName = (name: (typeof integrationNameValues)[number]) =>
  name.toUpperCase() as IntegrationName;

/** The field of an upstream property: `model_properties` is `modelProperties`. */
export const toFieldName = (property: string) =>
  property.replace(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase());

/** Upstream's path of a provider. */
export const toPath = (name: string) => `/v2/integrations/${name}`;
