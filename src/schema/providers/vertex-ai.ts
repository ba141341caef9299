import { fieldOf, objectOf, required } from '../fields.ts';
import { multiModalConfig, string, token } from '../values.ts';
import { defineProvider } from './provider.ts';

const gcsConfig = objectOf('VertexAIGcsConfig', {
  description: 'The location in Google Cloud Storage of the files that Galileo passes to Vertex AI.',
  schema: 'VertexAIGCSConfigResponse',
  inputSchema: 'VertexAIGCSConfig',
  fields: {
    serviceAccountCredentials: string(
      'service_account_credentials',
      'The key file of the service account that can write to the bucket, as a JSON string.',
      { output: 'none', input: 'required', secret: true },
    ),
    bucketName: string('bucket_name', 'The name of the bucket.', required),
    objectPathPrefix: string('object_path_prefix', 'The prefix of the names of all objects.', required),
  },
});

export const vertexAI = defineProvider({
  displayName: 'Vertex AI',
  description: 'Google Cloud Vertex AI models.',
  schema: 'VertexAIIntegration',
  fields: {
    token: token("The service account's key file, as a JSON string."),
    multiModalConfig,
    gcsConfig: fieldOf(gcsConfig)('gcs_config', 'The location of files for Vertex AI.', {
      outputNote: 'Null if none is set.',
    }),
  },
});
