import { customAuthenticationType } from '../enums.ts';
import { fieldOf, listOf, objectOf, required, requiredWriteOnly, secretWriteOnly } from '../fields.ts';
import {
  authenticationScope,
  boolean,
  customHeaderMapping,
  json,
  multiModalConfig,
  oauth2TokenUrl,
  string,
  stringMap,
  strings,
} from '../values.ts';
import { defineProvider } from './provider.ts';

const modelProperties = objectOf('CustomModelProperties', {
  description: 'A model of a custom endpoint. It can have `basedOn` or `supportedParameters`, not both.',
  schema: 'ModelProperties',
  fields: {
    name: string('name', "The endpoint's name for the model.", required),
    alias: string('alias', 'The name of the model in Galileo.', {
      outputNote: 'Null if it is the same as `name`.',
    }),
    basedOn: string('based_on', 'A known model that has the same parameters.', {
      outputNote: 'Null if there is none.',
    }),
    supportedParameters: strings('supported_parameters', 'The parameters that the model accepts.', {
      outputNote: 'Null if unknown, or if `basedOn` is set.',
    }),
  },
});

const llmConfig = objectOf('CustomLlmConfig', {
  description: "The customer's Python class through which Galileo calls the endpoint.",
  schema: 'CustomLLMConfig',
  fields: {
    fileName: string('file_name', 'The Python file that contains the class.', required),
    className: string('class_name', 'The name of the class.', required),
    initKwargs: json('init_kwargs', "The keyword arguments of the class's constructor.", {
      outputNote: 'Null if there are none.',
    }),
  },
});

export const custom = defineProvider({
  displayName: 'Custom',
  description: "Models behind the customer's own endpoint.",
  schema: 'CustomIntegration',
  fields: {
    baseUrl: string('base_url', 'The URL of the endpoint. It is set with the input field `endpoint`.', {
      output: 'non-null',
      input: 'none',
      alternative: 'endpoint',
    }),
    endpoint: string(
      'endpoint',
      'The URL of the endpoint. The output field is `baseUrl`.',
      requiredWriteOnly,
    ),
    multiModalConfig,
    authenticationType: fieldOf(customAuthenticationType)(
      'authentication_type',
      'How Galileo authenticates with the endpoint. Default: `OAUTH2`.',
      { inputNote: '`API_KEY` requires `apiKeyHeader` and `apiKeyValue`.', output: 'non-null' },
    ),
    // Not `models`, which is a list of objects in another provider (ADR 2).
    legacyModels: strings('models', 'The names of the models in the legacy format.', {
      outputNote: 'Null if Galileo stores none.',
      input: 'none',
      deprecationReason: 'Use modelProperties.',
    }),
    models: strings('models', 'The names of the models in the legacy format.', {
      output: 'none',
      deprecationReason: 'Use modelProperties.',
    }),
    modelProperties: fieldOf(listOf(modelProperties))('model_properties', 'The models of the endpoint.', {
      outputNote: 'Null if Galileo stores none.',
    }),
    isLegacyFormat: boolean('is_legacy_format', 'Whether Galileo stores the models in the legacy format.', {
      output: 'non-null',
      input: 'none',
    }),
    defaultModel: string('default_model', 'The model that is used by default.', {
      outputNote: 'Null if none is set.',
    }),
    authenticationScope,
    oauth2TokenUrl,
    apiKeyHeader: string('api_key_header', 'The name of the header that contains the API key.', {
      outputNote: 'Null if none is set.',
    }),
    apiKeyValue: string('api_key_value', 'The API key.', secretWriteOnly),
    customLlmConfig: fieldOf(llmConfig)(
      'custom_llm_config',
      "The customer's Python class that the endpoint is called through.",
      { outputNote: 'Null if there is none.' },
    ),
    customHeaderMapping,
    headers: stringMap(
      'headers',
      'Headers that Galileo adds to every request to the endpoint, at most 50.',
      secretWriteOnly,
    ),
    token: string(
      'token',
      'The credential with which Galileo authenticates to the endpoint.',
      secretWriteOnly,
    ),
  },
});
