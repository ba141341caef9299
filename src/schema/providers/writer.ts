import { organizationId, token } from '../values.ts';
import { defineProvider } from './provider.ts';

export const writer = defineProvider({
  displayName: 'Writer',
  description: 'Writer models.',
  schema: 'WriterIntegration',
  fields: {
    token: token('The Writer API key.'),
    organizationId: organizationId('Writer', true),
  },
});
