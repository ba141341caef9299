import { token } from '../values.ts';
import { defineProvider } from './provider.ts';

export const mistral = defineProvider({
  displayName: 'Mistral',
  description: 'Mistral AI models.',
  schema: 'MistralIntegration',
  fields: { token: token('The Mistral AI API key.') },
});
