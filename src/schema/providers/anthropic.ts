import type { WireIntegration } from '../../upstream/wire.ts';
import { builder } from '../builder.ts';
import { entity } from '../directives.ts';
import { authenticationTypes, integrationAuthenticationType } from '../enums.ts';
import { integration } from '../integration.ts';
import { readerOf, string, stringMap, wordOf } from '../reader.ts';
import { multiModalIntegrationConfig, multiModalSource, stringMapEntry } from '../values.ts';
import type { Provider } from './provider.ts';

const read = readerOf('AnthropicIntegration');

export const anthropic = {
  displayName: 'Anthropic',
  type: builder.objectRef<WireIntegration>('AnthropicIntegration').implement({
    description: 'Models of Anthropic.',
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
        description: 'How Galileo authenticates with Anthropic.',
        resolve: read.required('authentication_type', wordOf(authenticationTypes)),
      }),
      endpoint: t.string({
        nullable: true,
        description: "The URL that models are called at; null for Anthropic's own.",
        resolve: read.optional('endpoint', string),
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
      customHeaderMapping: t.field({
        type: [stringMapEntry],
        nullable: true,
        description: 'Headers that Galileo fills from its own values; null where none are mapped.',
        resolve: read.optional('custom_header_mapping', stringMap),
      }),
    }),
  }),
} satisfies Provider;
