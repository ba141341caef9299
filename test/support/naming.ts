import type { IntegrationName } from '../../client/generated/graphql.ts';
import { getTypeName } from '../../src/resolvers/discriminator.ts';
import { getSchema, type JsonSchema, type Schemas } from '../../src/upstream/openapi-document.ts';
import { integrationNames as names } from '../../src/upstream/wire.ts';

/** Upstream's words for the providers, in the order of the enum. */
export const integrationNames = [...names].sort();

/** The enum value of a provider: `aws_bedrock` is `AWS_BEDROCK`. */
export const toEnumName = (name: (typeof integrationNames)[number]) => name.toUpperCase() as IntegrationName;

/** The schema of a provider's integration in the OpenAPI document. */
export const getSchemaOf = (name: (typeof integrationNames)[number]): JsonSchema =>
  getSchema(getTypeName(name) as keyof Schemas);

/** Upstream's path of a provider. */
export const toPath = (name: string) => `/v2/integrations/${name}`;
