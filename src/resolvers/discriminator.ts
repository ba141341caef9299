import { integrationSchemas } from '../upstream/generated/tables.ts';
import type { IntegrationName } from '../upstream/wire.ts';

/** The GraphQL type of a provider has the name of its upstream schema: `AwsBedrockIntegration` for `aws_bedrock`. */
export const getTypeName = (name: IntegrationName): string => integrationSchemas[name];
