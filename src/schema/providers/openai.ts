import type { WireIntegration } from '../../upstream/wire.ts';
import { builder } from '../builder.ts';
import { entity } from '../directives.ts';
import { integration } from '../integration.ts';
import { readerOf, string } from '../reader.ts';
import type { Provider } from './provider.ts';

const read = readerOf('OpenAIIntegration');

export const openai = {
  displayName: 'OpenAI',
  type: builder.objectRef<WireIntegration>('OpenAIIntegration').implement({
    description: 'Models of OpenAI.',
    interfaces: [integration],
    extensions: entity,
    fields: (t) => ({
      organizationId: t.string({
        nullable: true,
        description: 'The OpenAI organization that calls are counted to; null where none is set.',
        resolve: read.optional('organization_id', string),
      }),
    }),
  }),
} satisfies Provider;
