import { requiredWriteOnly } from '../fields.ts';
import { multiModalConfig, string, token } from '../values.ts';
import { defineProvider } from './provider.ts';

export const vegasGateway = defineProvider({
  displayName: 'Vegas Gateway',
  description: 'Models behind a Vegas gateway.',
  schema: 'VegasGatewayIntegration',
  fields: {
    token: token('The credential of the Vegas gateway.'),
    endpoint: string('endpoint', 'The URL of the Vegas gateway, 1 to 2083 characters.', requiredWriteOnly),
    useCase: string('use_case', 'The use case that requests are made for.', requiredWriteOnly),
    multiModalConfig: { ...multiModalConfig, output: 'none' },
  },
});
