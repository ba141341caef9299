import { integrationSchemas } from '../upstream/generated/tables.ts';
import type { IntegrationName } from '../upstream/wire.ts';

/** The GraphQL type of a provider, which has the name of its schema: `aws_bedrock` is an `AwsBedrockIntegration`. */
export const getTypeName = (name: IntegrationName): string => integrationSchemas[name];
