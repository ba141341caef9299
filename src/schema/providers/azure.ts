import type { WireIntegration } from '../../upstream/wire.ts';
import { builder } from '../builder.ts';
import { entity } from '../directives.ts';
import { authenticationTypes, integrationAuthenticationType } from '../enums.ts';
import { integration } from '../integration.ts';
import { boolean, list, object, readerOf, string, stringMap, wordOf } from '../reader.ts';
import {
  azureModelDeployment,
  multiModalIntegrationConfig,
  multiModalSource,
  stringMapEntry,
} from '../values.ts';
import type { Provider } from './provider.ts';

const read = readerOf('AzureIntegration');

export const azure = {
  displayName: 'Azure',
  type: builder.objectRef<WireIntegration>('AzureIntegration').implement({
    description: 'Models deployed on Azure OpenAI.',
    interfaces: [integration],
    extensions: entity,
    fields: (t) => ({
      multiModalConfig: t.field({
        type: multiModalIntegrationConfig,
        nullable: true,
        description: 'Limits on files; null where none are set.',
        resolve: read.optional('multi_modal_config', multiModalSource),
      }),
      proxy: t.boolean({
        description: 'Whether the endpoint is a proxy in front of Azure.',
        resolve: read.required('proxy', boolean),
      }),
      endpoint: t.string({
        nullable: true,
        description: 'The URL that models are called at. Galileo always has one.',
        resolve: read.optional('endpoint', string),
      }),
      apiVersion: t.string({
        description: "The version of Azure's API.",
        resolve: read.required('api_version', string),
      }),
      azureDeployment: t.string({
        nullable: true,
        description: 'The one deployment that all calls go to; null where `deployments` tells it by model.',
        resolve: read.optional('azure_deployment', string),
      }),
      authenticationType: t.field({
        type: integrationAuthenticationType,
        description: 'How Galileo authenticates with Azure.',
        resolve: read.required('authentication_type', wordOf(authenticationTypes)),
      }),
      authenticationScope: t.string({
        nullable: true,
        description: 'The OAuth 2 scope that Galileo asks for; null where none is set.',
        resolve: read.optional('authentication_scope', string),
      }),
      defaultHeaders: t.field({
        type: [stringMapEntry],
        nullable: true,
        description: 'Headers that go along with every call; null where there are none.',
        resolve: read.optional('default_headers', stringMap),
      }),
      deployments: t.field({
        type: [stringMapEntry],
        description: 'Deployments: the model, and the deployment that it is called through.',
        resolve: read.listed('deployments', stringMap),
      }),
      oauth2TokenUrl: t.string({
        nullable: true,
        description: 'Where Galileo gets its OAuth 2 token; null where none is set.',
        resolve: read.optional('oauth2_token_url', string),
      }),
      customHeaderMapping: t.field({
        type: [stringMapEntry],
        nullable: true,
        description: 'Headers that Galileo fills from its own values; null where none are mapped.',
        resolve: read.optional('custom_header_mapping', stringMap),
      }),
      availableDeployments: t.field({
        type: [azureModelDeployment],
        nullable: true,
        description: 'The deployments that Azure reports; null where Galileo has not asked.',
        resolve: read.optional('available_deployments', list(object('AzureModelDeployment'))),
      }),
    }),
  }),
} satisfies Provider;
