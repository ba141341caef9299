import type { IntegrationName } from './generated/graphql.ts';
import result from './generated/possible-types.ts';

/** The object types of each interface and union, for clients with a normalized cache. */
export const possibleTypes = result.possibleTypes;

/** Every provider, in the order of the enum `IntegrationName`. */
export const integrationNames = [
  'ANTHROPIC',
  'AWS_BEDROCK',
  'AWS_SAGEMAKER',
  'AZURE',
  'CUSTOM',
  'DATABRICKS',
  'MISTRAL',
  'NVIDIA',
  'OPENAI',
  'VEGAS_GATEWAY',
  'VERTEX_AI',
  'WRITER',
] as const satisfies readonly IntegrationName[];

const integrationTypes: ReadonlySet<unknown> = new Set(possibleTypes.Integration);

export const isIntegrationType = (typename: unknown): boolean => integrationTypes.has(typename);
