import { requiredWriteOnly } from '../fields.ts';
import { string, token } from '../values.ts';
import { defineProvider } from './provider.ts';

export const nvidia = defineProvider({
  displayName: 'NVIDIA',
  description: 'Models served by NVIDIA.',
  schema: 'NvidiaIntegration',
  fields: {
    token: token('The NVIDIA API key.'),
    hostname: string('hostname', 'The URL of the NVIDIA server, 1 to 2083 characters.', requiredWriteOnly),
  },
});
