import type { ProviderName } from '../../upstream/api-types.ts';
import { anthropic } from './anthropic.ts';
import { awsBedrock } from './aws-bedrock.ts';
import { awsSageMaker } from './aws-sagemaker.ts';
import { azure } from './azure.ts';
import { custom } from './custom.ts';
import { databricks } from './databricks.ts';
import { mistral } from './mistral.ts';
import { nvidia } from './nvidia.ts';
import { openai } from './openai.ts';
import type { Provider } from './provider.ts';
import { vegasGateway } from './vegas-gateway.ts';
import { vertexAI } from './vertex-ai.ts';
import { writer } from './writer.ts';

/**
 * Every provider by upstream's name for it. Types, mutations, the sandbox and the tests are derived from this table.
 * The schema needs nothing else for a new provider; CONTRIBUTING.md lists what other files need.
 */
export const providers = {
  anthropic,
  aws_bedrock: awsBedrock,
  aws_sagemaker: awsSageMaker,
  azure,
  custom,
  databricks,
  mistral,
  nvidia,
  openai,
  vegas_gateway: vegasGateway,
  vertex_ai: vertexAI,
  writer,
} satisfies Record<ProviderName, Provider>;
