import { awsFields } from './aws.ts';
import { defineProvider } from './provider.ts';

export const awsBedrock = defineProvider({
  displayName: 'AWS Bedrock',
  description: 'AWS Bedrock models.',
  schema: 'AwsBedrockIntegration',
  inputSchema: 'BaseAwsIntegrationCreate',
  fields: awsFields,
});
