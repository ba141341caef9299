import type { WireIntegration } from '../../upstream/wire.ts';
import { builder } from '../builder.ts';
import { entity } from '../directives.ts';
import { integration } from '../integration.ts';
import { object, readerOf } from '../reader.ts';
import { multiModalIntegrationConfig, multiModalSource, vertexAIGcsConfig } from '../values.ts';
import type { Provider } from './provider.ts';

const read = readerOf('VertexAIIntegration');

export const vertexAI = {
  displayName: 'Vertex AI',
  type: builder.objectRef<WireIntegration>('VertexAIIntegration').implement({
    description: 'Models of Google Cloud Vertex AI.',
    interfaces: [integration],
    extensions: entity,
    fields: (t) => ({
      multiModalConfig: t.field({
        type: multiModalIntegrationConfig,
        nullable: true,
        description: 'Limits on files; null where none are set.',
        resolve: read.optional('multi_modal_config', multiModalSource),
      }),
      gcsConfig: t.field({
        type: vertexAIGcsConfig,
        nullable: true,
        description: 'Where files for Vertex AI lie; null where Galileo stores none.',
        resolve: read.optional('gcs_config', object('VertexAIGCSConfigResponse')),
      }),
    }),
  }),
} satisfies Provider;
