import type { WireIntegration } from '../../upstream/wire.ts';
import { builder } from '../builder.ts';
import { entity } from '../directives.ts';
import { integration } from '../integration.ts';
import type { Provider } from './provider.ts';

export const vegasGateway = {
  displayName: 'Vegas Gateway',
  type: builder.objectRef<WireIntegration>('VegasGatewayIntegration').implement({
    description: 'Models behind a Vegas gateway.',
    interfaces: [integration],
    extensions: entity,
  }),
} satisfies Provider;
