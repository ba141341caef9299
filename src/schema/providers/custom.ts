import type { WireIntegration } from '../../upstream/wire.ts';
import { builder } from '../builder.ts';
import { entity } from '../directives.ts';
import { authenticationTypes, integrationAuthenticationType } from '../enums.ts';
import { integration } from '../integration.ts';
import { boolean, list, object, readerOf, string, stringMap, wordOf } from '../reader.ts';
import {
  customLlmConfig,
  customModelProperties,
  multiModalIntegrationConfig,
  multiModalSource,
  stringMapEntry,
} from '../values.ts';
import type { Provider } from './provider.ts';

const read = readerOf('CustomIntegration');
const readBaseUrl = read.required('base_url', string);

export const custom = {
  displayName: 'Custom',
  type: builder.objectRef<WireIntegration>('CustomIntegration').implement({
    description:
      "An endpoint of the customer's own. Its API key, token and headers are write-only: no field answers them.",
    interfaces: [integration],
    extensions: entity,
    fields: (t) => ({
      multiModalConfig: t.field({
        type: multiModalIntegrationConfig,
        nullable: true,
        description: 'Limits on files; null where none are set.',
        resolve: read.optional('multi_modal_config', multiModalSource),
      }),
      authenticationType: t.field({
        type: integrationAuthenticationType,
        description: 'How Galileo authenticates with the endpoint.',
        resolve: read.required('authentication_type', wordOf(authenticationTypes)),
      }),
      legacyModels: t.stringList({
        nullable: true,
        deprecationReason: 'Use modelProperties.',
        description: 'The names of the models, in the older form; null where Galileo stores none in it.',
        resolve: read.optional('models', list(string)),
      }),
      modelProperties: t.field({
        type: [customModelProperties],
        nullable: true,
        description: 'The models that the endpoint offers; null where Galileo stores none in this form.',
        resolve: read.optional('model_properties', list(object('ModelProperties'))),
      }),
      isLegacyFormat: t.boolean({
        description: 'Whether Galileo stores the models in the older form.',
        resolve: read.required('is_legacy_format', boolean),
      }),
      defaultModel: t.string({
        nullable: true,
        description: 'The model that is used where none is named; null where none is set.',
        resolve: read.optional('default_model', string),
      }),
      baseUrl: t.string({
        description: 'The URL of the endpoint: the `endpoint` of `UpsertCustomIntegrationInput`.',
        // A later upstream calls it on read as it does on write.
        resolve: (source) => readBaseUrl({ base_url: source['base_url'] ?? source['endpoint'] }),
      }),
      authenticationScope: t.string({
        nullable: true,
        description: 'The OAuth 2 scope that Galileo asks for; null where none is set.',
        resolve: read.optional('authentication_scope', string),
      }),
      oauth2TokenUrl: t.string({
        nullable: true,
        description: 'Where Galileo gets its OAuth 2 token; null where none is set.',
        resolve: read.optional('oauth2_token_url', string),
      }),
      apiKeyHeader: t.string({
        nullable: true,
        description: 'The name of the header that the API key goes into; null where none is set.',
        resolve: read.optional('api_key_header', string),
      }),
      customLlmConfig: t.field({
        type: customLlmConfig,
        nullable: true,
        description:
          "Code of the customer's own that the endpoint is called through; null where there is none.",
        resolve: read.optional('custom_llm_config', object('CustomLLMConfig')),
      }),
      customHeaderMapping: t.field({
        type: [stringMapEntry],
        nullable: true,
        description: 'Headers that Galileo fills from its own values; null where none are mapped.',
        resolve: read.optional('custom_header_mapping', stringMap),
      }),
    }),
  }),
} satisfies Provider;
