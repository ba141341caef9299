import { getIntegrationSchema } from '../upstream/openapi-document.ts';
import type { IntegrationName } from '../upstream/wire.ts';

const typeNames = new Map(
  Object.entries(getIntegrationSchema().discriminator?.mapping ?? {}).map(([name, reference]) => [
    name,
    reference.slice(reference.lastIndexOf('/') + 1),
  ]),
);

/**
 * The GraphQL type of a provider: `aws_bedrock` is an `AwsBedrockIntegration`. The OpenAPI document's discriminator
 * mapping says so; our types have its schemas' names.
 */
export function getTypeName(name: IntegrationName): string {
  const typeName = typeNames.get(name);
  if (typeName === undefined) throw new Error(`The discriminator mapping has no ${name}.`);
  return typeName;
}
