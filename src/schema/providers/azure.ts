import { azureAuthenticationType } from '../enums.ts';
import { fieldOf, listOf, nonNull, objectOf, required } from '../fields.ts';
import {
  authenticationScope,
  boolean,
  customHeaderMapping,
  multiModalConfig,
  oauth2TokenUrl,
  string,
  stringMap,
  token,
} from '../values.ts';
import { defineProvider } from './provider.ts';

const modelDeployment = objectOf('AzureModelDeployment', {
  description: 'A deployment of a model on Azure.',
  schema: 'AzureModelDeployment',
  fields: {
    id: string('id', "The deployment's id in Azure.", required),
    model: string('model', 'The deployed model.', required),
  },
});

export const azure = defineProvider({
  displayName: 'Azure',
  description: 'Models deployed on Azure OpenAI.',
  schema: 'AzureIntegration',
  fields: {
    endpoint: string('endpoint', 'The URL of the API.', {
      outputNote: 'Galileo always returns one; nullable because other providers may have none.',
      input: 'required',
    }),
    token: token('The Azure API key, the client secret or the password, depending on `authenticationType`.'),
    multiModalConfig,
    proxy: boolean('proxy', 'Whether the endpoint is a proxy in front of Azure. Default: false.', nonNull),
    apiVersion: string('api_version', "The version of Azure's API. Default: `2025-03-01-preview`.", nonNull),
    azureDeployment: string('azure_deployment', 'The deployment that serves all requests.', {
      outputNote: 'Null if `deployments` has one per model.',
    }),
    authenticationType: fieldOf(azureAuthenticationType)(
      'authentication_type',
      'How Galileo authenticates with Azure. Default: `API_KEY`.',
      nonNull,
    ),
    authenticationScope,
    defaultHeaders: stringMap('default_headers', 'Headers that Galileo adds to every request to Azure.', {
      outputNote: 'Null if there are none.',
      secret: true,
    }),
    deployments: stringMap(
      'deployments',
      'Deployments. Each key is a model. Its value is the deployment that serves the model.',
      nonNull,
    ),
    oauth2TokenUrl,
    customHeaderMapping,
    availableDeployments: fieldOf(listOf(modelDeployment))(
      'available_deployments',
      'The deployments that Azure offers.',
      { outputNote: 'Null if Galileo does not know them.' },
    ),
  },
});
