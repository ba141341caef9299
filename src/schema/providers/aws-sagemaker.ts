import { nonNull } from '../fields.ts';
import { integrationModels } from '../integration-model.ts';
import { awsFields } from './aws.ts';
import { defineProvider } from './provider.ts';

export const awsSageMaker = defineProvider({
  displayName: 'AWS SageMaker',
  description: 'Models behind AWS SageMaker endpoints.',
  schema: 'AwsSageMakerIntegration',
  fields: {
    ...awsFields,
    // Galileo accepts inference profiles, and does not return them.
    inferenceProfiles: { ...awsFields.inferenceProfiles, output: 'none' },
    models: integrationModels('models', 'The models of the endpoints.', nonNull),
  },
});
