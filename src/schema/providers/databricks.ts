import type { WireIntegration } from '../../upstream/wire.ts';
import { builder } from '../builder.ts';
import { entity } from '../directives.ts';
import { integration } from '../integration.ts';
import type { Provider } from './provider.ts';

export const databricks = {
  displayName: 'Databricks',
  type: builder.objectRef<WireIntegration>('DatabricksIntegration').implement({
    description: 'Models served by Databricks.',
    interfaces: [integration],
    extensions: entity,
  }),
} satisfies Provider;
