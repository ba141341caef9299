import { token } from '../values.ts';
import { defineProvider } from './provider.ts';

export const mistral = defineProvider({
  displayName: 'Mistral',
  description: 'Models of Mistral AI.',
  schema: 'MistralIntegration',
  inputSchema: 'MistralIntegrationCreate',
  fields: { token: token('The API key of Mistral AI.') },
});
