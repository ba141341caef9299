import { organizationId, token } from '../values.ts';
import { defineProvider } from './provider.ts';

export const openai = defineProvider({
  displayName: 'OpenAI',
  description: 'OpenAI models.',
  schema: 'OpenAIIntegration',
  fields: {
    token: token('The OpenAI API key.'),
    organizationId: organizationId('OpenAI'),
  },
});
