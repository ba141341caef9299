import type { WireIntegration } from '../../upstream/wire.ts';
import { builder } from '../builder.ts';
import { entity } from '../directives.ts';
import { integration } from '../integration.ts';
import type { Provider } from './provider.ts';

export const nvidia = {
  displayName: 'NVIDIA',
  type: builder.objectRef<WireIntegration>('NvidiaIntegration').implement({
    description: 'Models served by NVIDIA.',
    interfaces: [integration],
    extensions: entity,
  }),
} satisfies Provider;
