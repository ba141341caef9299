import type { WireIntegration } from '../../upstream/wire.ts';
import { builder } from '../builder.ts';
import { entity } from '../directives.ts';
import { integration } from '../integration.ts';
import { readerOf, string } from '../reader.ts';
import type { Provider } from './provider.ts';

const read = readerOf('WriterIntegration');

export const writer = {
  displayName: 'Writer',
  type: builder.objectRef<WireIntegration>('WriterIntegration').implement({
    description: 'Models of Writer.',
    interfaces: [integration],
    extensions: entity,
    fields: (t) => ({
      organizationId: t.string({
        nullable: true,
        description: 'The Writer organization that calls are counted to. Galileo always has one.',
        resolve: read.optional('organization_id', string),
      }),
    }),
  }),
} satisfies Provider;
