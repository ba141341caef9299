import { organizationId, token } from '../values.ts';
import { defineProvider } from './provider.ts';

export const openai = defineProvider({
  displayName: 'OpenAI',
  description: 'Models of OpenAI.',
  schema: 'OpenAIIntegration',
  inputSchema: 'OpenAIIntegrationCreate',
  fields: {
    token: token('The API key of OpenAI.'),
    organizationId: organizationId('OpenAI'),
  },
});
