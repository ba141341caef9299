import type { WireIntegration } from '../../upstream/wire.ts';
import { builder } from '../builder.ts';
import { entity } from '../directives.ts';
import { integration } from '../integration.ts';
import type { Provider } from './provider.ts';

export const mistral = {
  displayName: 'Mistral',
  type: builder.objectRef<WireIntegration>('MistralIntegration').implement({
    description: 'Models of Mistral AI.',
    interfaces: [integration],
    extensions: entity,
  }),
} satisfies Provider;
