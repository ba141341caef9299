import { awsCredentialTypeValues } from '../../upstream/generated/galileo.ts';
import type { WireIntegration } from '../../upstream/wire.ts';
import { builder } from '../builder.ts';
import { entity } from '../directives.ts';
import { awsCredentialType } from '../enums.ts';
import { integration } from '../integration.ts';
import { integrationModel } from '../model.ts';
import { list, object, readerOf, string, wordOf } from '../reader.ts';
import { multiModalIntegrationConfig, multiModalSource } from '../values.ts';
import type { Provider } from './provider.ts';

const read = readerOf('AwsSageMakerIntegration');

export const awsSageMaker = {
  displayName: 'AWS SageMaker',
  type: builder.objectRef<WireIntegration>('AwsSageMakerIntegration').implement({
    description: 'Models behind AWS SageMaker endpoints.',
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
      models: t.field({
        type: [integrationModel],
        description: 'The models behind the endpoints, in the order that Galileo stores.',
        resolve: read.listed('models', list(object('Model'))),
      }),
    }),
  }),
} satisfies Provider;
