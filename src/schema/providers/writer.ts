import { organizationId, token } from '../values.ts';
import { defineProvider } from './provider.ts';

export const writer = defineProvider({
  displayName: 'Writer',
  description: 'Models of Writer.',
  schema: 'WriterIntegration',
  inputSchema: 'WriterIntegrationCreate',
  fields: {
    token: token('The API key of Writer.'),
    organizationId: organizationId('Writer', true),
  },
});
