import { getTypeName } from '../resolvers/discriminator.ts';
import type { WireIntegration } from '../upstream/wire.ts';
import { builder } from './builder.ts';
import { entity } from './directives.ts';
import { integrationName } from './enums.ts';
import { jsonObject, readerOf, string } from './reader.ts';

// Every provider's schema has these properties; any one of them will do to read them by.
const read = readerOf('OpenAIIntegration');

/** What all providers have in common; each type in `providers/` adds its own. */
export const integration = builder.interfaceRef<WireIntegration>('Integration').implement({
  description: 'A connected LLM provider. Its type tells which one, and has the fields of that provider.',
  extensions: entity,
  resolveType: (source) => getTypeName(source.name),
  fields: (t) => ({
    id: t.id({
      nullable: true,
      description: "Galileo's UUID of the integration; null where Galileo gives it none.",
      resolve: read.optional('id', string),
    }),
    name: t.field({
      type: integrationName,
      description: 'The provider. One integration a provider: this is the key of an integration.',
      resolve: (source) => source.name,
    }),
    extra: t.field({
      type: 'JSONObject',
      nullable: true,
      description:
        'Settings that have no field of their own, as Galileo stores them; null where there are none.',
      resolve: read.optional('extra', jsonObject),
    }),
  }),
});
