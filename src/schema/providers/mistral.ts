import { token } from '../values.ts';
import { defineProvider } from './provider.ts';

export const mistral = defineProvider({
  displayName: 'Mistral',
  description: 'Mistral AI models.',
  schema: 'MistralIntegration',
  inputSchema: 'MistralIntegrationCreate',
  fields: { token: token('The Mistral AI API key.') },
});
