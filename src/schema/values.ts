import type { WireObject } from '../upstream/wire.ts';
import { builder } from './builder.ts';
import { shareable } from './directives.ts';
import {
  int,
  jsonObject,
  list,
  object,
  readerOf,
  type StringMapEntrySource,
  safeInt,
  string,
} from './reader.ts';

// The value types that several providers share. They are shareable: another subgraph may answer them too.

export const stringMapEntry = builder.objectRef<StringMapEntrySource>('StringMapEntry').implement({
  description: 'One entry of a map from text to text.',
  extensions: shareable,
  fields: (t) => ({
    key: t.exposeString('key', { description: 'The key; it occurs once in its map.' }),
    value: t.exposeString('value', { description: 'The value of the key.' }),
  }),
});

const readMultiModal = readerOf('MultiModalModelIntegrationConfig');

export const multiModalIntegrationConfig = builder
  .objectRef<WireObject<'MultiModalModelIntegrationConfig'>>('MultiModalIntegrationConfig')
  .implement({
    description: 'Limits on the files that go to a model beside text.',
    extensions: shareable,
    fields: (t) => ({
      maxFiles: t.int({
        nullable: true,
        description: 'The most files in one call; null where there is no limit of its own.',
        resolve: readMultiModal.optional('max_files', int),
      }),
      maxFileSizeBytes: t.field({
        type: 'SafeInt',
        nullable: true,
        description: 'The largest size of one file, in bytes; null where there is no limit of its own.',
        resolve: readMultiModal.optional('max_file_size_bytes', safeInt),
      }),
    }),
  });

const readDeployment = readerOf('AzureModelDeployment');

export const azureModelDeployment = builder
  .objectRef<WireObject<'AzureModelDeployment'>>('AzureModelDeployment')
  .implement({
    description: 'A deployment of a model that Azure reports.',
    extensions: shareable,
    fields: (t) => ({
      id: t.string({
        description: "Azure's name of the deployment.",
        resolve: readDeployment.required('id', string),
      }),
      model: t.string({
        description: 'The model that is deployed.',
        resolve: readDeployment.required('model', string),
      }),
    }),
  });

const readModelProperties = readerOf('ModelProperties');

export const customModelProperties = builder
  .objectRef<WireObject<'ModelProperties'>>('CustomModelProperties')
  .implement({
    description: 'A model that a custom integration offers.',
    extensions: shareable,
    fields: (t) => ({
      name: t.string({
        description: 'The name that the endpoint knows the model by.',
        resolve: readModelProperties.required('name', string),
      }),
      alias: t.string({
        nullable: true,
        description: 'The name that people see; null where the model has none beside `name`.',
        resolve: readModelProperties.optional('alias', string),
      }),
      basedOn: t.string({
        nullable: true,
        description:
          'A known model whose parameters this one takes; null where `supportedParameters` lists them or nothing is known.',
        resolve: readModelProperties.optional('based_on', string),
      }),
      supportedParameters: t.stringList({
        nullable: true,
        description:
          'The parameters that the model takes; null where `basedOn` tells them or nothing is known.',
        resolve: readModelProperties.optional('supported_parameters', list(string)),
      }),
    }),
  });

const readCustomLlmConfig = readerOf('CustomLLMConfig');

export const customLlmConfig = builder.objectRef<WireObject<'CustomLLMConfig'>>('CustomLlmConfig').implement({
  description: "Code of the customer's own that Galileo calls the endpoint through.",
  extensions: shareable,
  fields: (t) => ({
    fileName: t.string({
      description: 'The Python file that has the class.',
      resolve: readCustomLlmConfig.required('file_name', string),
    }),
    className: t.string({
      description: 'The class in that file.',
      resolve: readCustomLlmConfig.required('class_name', string),
    }),
    initKwargs: t.field({
      type: 'JSONObject',
      nullable: true,
      description: 'Keyword arguments that the class is made with; null where it takes none.',
      resolve: readCustomLlmConfig.optional('init_kwargs', jsonObject),
    }),
  }),
});

const readGcsConfig = readerOf('VertexAIGCSConfigResponse');

export const vertexAIGcsConfig = builder
  .objectRef<WireObject<'VertexAIGCSConfigResponse'>>('VertexAIGcsConfig')
  .implement({
    description: 'Where in Google Cloud Storage the files lie that Galileo hands to Vertex AI.',
    extensions: shareable,
    fields: (t) => ({
      bucketName: t.string({
        description: 'The bucket.',
        resolve: readGcsConfig.required('bucket_name', string),
      }),
      objectPathPrefix: t.string({
        description: 'What the names of all objects in it begin with.',
        resolve: readGcsConfig.required('object_path_prefix', string),
      }),
    }),
  });

/** The parser of a `multi_modal_config`. */
export const multiModalSource = object('MultiModalModelIntegrationConfig');
