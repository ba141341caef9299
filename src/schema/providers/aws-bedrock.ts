import { awsCredentialTypeValues } from '../../upstream/generated/galileo.ts';
import type { WireIntegration } from '../../upstream/wire.ts';
import { builder } from '../builder.ts';
import { entity } from '../directives.ts';
import { awsCredentialType } from '../enums.ts';
import { integration } from '../integration.ts';
import { readerOf, string, stringMap, wordOf } from '../reader.ts';
import { multiModalIntegrationConfig, multiModalSource, stringMapEntry } from '../values.ts';
import type { Provider } from './provider.ts';

const read = readerOf('AwsBedrockIntegration');

export const awsBedrock = {
  displayName: 'AWS Bedrock',
  type: builder.objectRef<WireIntegration>('AwsBedrockIntegration').implement({
    description: 'Models of AWS Bedrock.',
    interfaces: [integration],
    extensions: entity,
    fields: (t) => ({
      multiModalConfig: t.field({
        type: multiModalIntegrationConfig,
        nullable: true,
        description: 'Limits on files; null where none are set.',
        resolve: read.optional('multi_modal_config', multiModalSource),
      }),
      credentialType: t.field({
        type: awsCredentialType,
        description: 'What Galileo identifies itself to AWS with.',
        resolve: read.required('credential_type', wordOf(awsCredentialTypeValues)),
      }),
      region: t.string({
        description: 'The AWS region that models are called in.',
        resolve: read.required('region', string),
      }),
      inferenceProfiles: t.field({
        type: [stringMapEntry],
        description: 'Inference profiles: the model, and the profile that it is called through.',
        resolve: read.listed('inference_profiles', stringMap),
      }),
    }),
  }),
} satisfies Provider;
