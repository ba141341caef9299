import { anthropicAuthenticationType } from '../enums.ts';
import { fieldOf, nonNull } from '../fields.ts';
import {
  authenticationScope,
  customHeaderMapping,
  multiModalConfig,
  oauth2TokenUrl,
  string,
  token,
} from '../values.ts';
import { defineProvider } from './provider.ts';

export const anthropic = defineProvider({
  displayName: 'Anthropic',
  description: 'Anthropic models.',
  schema: 'AnthropicIntegration',
  fields: {
    token: token('The Anthropic API key, or the credential of the custom OAuth 2 endpoint.'),
    multiModalConfig,
    authenticationType: fieldOf(anthropicAuthenticationType)(
      'authentication_type',
      'How Galileo authenticates with Anthropic. Default: `API_KEY`.',
      nonNull,
    ),
    endpoint: string('endpoint', 'The URL of the API.', { outputNote: "Null means Anthropic's public API." }),
    authenticationScope,
    oauth2TokenUrl,
    customHeaderMapping,
  },
});
