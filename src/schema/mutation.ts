import {
  type UpsertSuccess,
  upsertCustomIntegration,
  type ValidationFailure,
} from '../resolvers/custom-integration.ts';
import { loadIntegration } from '../resolvers/integrations.ts';
import { builder } from './builder.ts';
import { upstreamCall } from './directives.ts';
import { customAuthenticationType } from './enums.ts';
import { integrationRecord } from './integration-record.ts';
import { custom } from './providers/custom.ts';

const stringMapEntryInput = builder.inputType('StringMapEntryInput', {
  description: 'One entry of a map from text to text. A key may come once in its map.',
  fields: (t) => ({
    key: t.string({ required: true, description: 'The key.' }),
    value: t.string({ required: true, description: 'The value of the key.' }),
  }),
});

const customModelPropertiesInput = builder.inputType('CustomModelPropertiesInput', {
  description: 'A model that the endpoint offers. `basedOn` and `supportedParameters` exclude each other.',
  fields: (t) => ({
    name: t.string({ required: true, description: 'The name that the endpoint knows the model by.' }),
    alias: t.string({ description: 'The name that people shall see; omitted or null for `name`.' }),
    basedOn: t.string({ description: 'A known model whose parameters this one takes.' }),
    supportedParameters: t.stringList({ description: 'The parameters that the model takes.' }),
  }),
});

const customLlmConfigInput = builder.inputType('CustomLlmConfigInput', {
  description: "Code of the customer's own that Galileo shall call the endpoint through.",
  fields: (t) => ({
    fileName: t.string({ required: true, description: 'The Python file that has the class.' }),
    className: t.string({ required: true, description: 'The class in that file.' }),
    initKwargs: t.field({
      type: 'JSONObject',
      description: 'Keyword arguments that the class is made with.',
    }),
  }),
});

const multiModalIntegrationConfigInput = builder.inputType('MultiModalIntegrationConfigInput', {
  description: 'Limits on the files that go to a model beside text.',
  fields: (t) => ({
    maxFiles: t.int({ description: 'The most files in one call; at least 1.' }),
    maxFileSizeBytes: t.field({
      type: 'SafeInt',
      description: 'The largest size of one file, in bytes; at least 1.',
    }),
  }),
});

const upsertCustomIntegrationInput = builder.inputType('UpsertCustomIntegrationInput', {
  description:
    'The settings of the custom integration. What is omitted is not sent, and Galileo decides; what is null is sent as null.',
  fields: (t) => ({
    endpoint: t.string({
      required: true,
      description: 'The URL of the endpoint: `CustomIntegration.baseUrl`.',
    }),
    authenticationType: t.field({
      type: customAuthenticationType,
      description:
        'How Galileo shall authenticate with the endpoint. `API_KEY` needs `apiKeyHeader` and `apiKeyValue`.',
    }),
    models: t.stringList({
      deprecationReason: 'Use modelProperties.',
      description: 'The names of the models, in the older form.',
    }),
    modelProperties: t.field({
      type: [customModelPropertiesInput],
      description: 'The models that the endpoint offers.',
    }),
    defaultModel: t.string({ description: 'The model that is used where none is named.' }),
    authenticationScope: t.string({ description: 'The OAuth 2 scope to ask for.' }),
    oauth2TokenUrl: t.string({ description: 'Where Galileo shall get its OAuth 2 token.' }),
    apiKeyHeader: t.string({ description: 'The name of the header that the API key goes into.' }),
    apiKeyValue: t.string({ description: 'The API key. A secret: it is passed on and never answered.' }),
    customLlmConfig: t.field({
      type: customLlmConfigInput,
      description: "Code of the customer's own that the endpoint is called through.",
    }),
    customHeaderMapping: t.field({
      type: [stringMapEntryInput],
      description: 'Headers that Galileo shall fill from its own values.',
    }),
    headers: t.field({
      type: [stringMapEntryInput],
      description:
        'Headers that go along with every call; at most 50. Their values are secrets: they are passed on and never answered.',
    }),
    multiModalConfig: t.field({
      type: multiModalIntegrationConfigInput,
      description: 'Limits on files.',
    }),
    token: t.string({
      description:
        'The credential that Galileo authenticates with. A secret: it is passed on and never answered.',
    }),
  }),
});

const upsertCustomIntegrationSuccess = builder
  .objectRef<UpsertSuccess>('UpsertCustomIntegrationSuccess')
  .implement({
    description: 'Galileo has stored the custom integration.',
    fields: (t) => ({
      record: t.expose('record', {
        type: integrationRecord,
        description: 'What Galileo answered to the write.',
      }),
      integration: t.field({
        type: custom.type,
        nullable: true,
        extensions: upstreamCall,
        description:
          'The integration as it stands now, read back when selected: one more call to Galileo. Null with an error where that failed; the write stands all the same.',
        resolve: (_success, _args, context) => loadIntegration('custom', context),
      }),
    }),
  });

const integrationValidationIssue = builder
  .objectRef<ValidationFailure['issues'][number]>('IntegrationValidationIssue')
  .implement({
    description: 'One fault that Galileo found in the input.',
    fields: (t) => ({
      path: t.exposeStringList('path', {
        description:
          'Where in the arguments the fault is, in the names of this schema: `["input", "modelProperties", "0", "basedOn"]`. Empty where Galileo named no place in them.',
      }),
      message: t.exposeString('message', { description: 'What is wrong, in words for people.' }),
      code: t.exposeString('code', {
        description: "Galileo's word for the kind of fault: `missing`, `string_type`, `value_error`, …",
      }),
    }),
  });

const integrationValidationFailure = builder
  .objectRef<ValidationFailure>('IntegrationValidationFailure')
  .implement({
    description: 'Galileo refused the input as invalid, and stored nothing.',
    fields: (t) => ({
      message: t.exposeString('message', { description: 'All that is wrong, in words for people.' }),
      issues: t.expose('issues', {
        type: [integrationValidationIssue],
        description: 'The single faults, each with its place; empty where Galileo named none.',
      }),
    }),
  });

const upsertCustomIntegrationResult = builder.unionType('UpsertCustomIntegrationResult', {
  description: 'What came of a write that Galileo has understood.',
  types: [upsertCustomIntegrationSuccess, integrationValidationFailure],
  resolveType: (result) =>
    'record' in result ? 'UpsertCustomIntegrationSuccess' : 'IntegrationValidationFailure',
});

builder.mutationType({
  description: 'What can be written.',
  fields: (t) => ({
    upsertCustomIntegration: t.field({
      type: upsertCustomIntegrationResult,
      nullable: true,
      extensions: upstreamCall,
      description:
        'Stores the custom integration, new or in place of the one that is there. Null with an error where it failed; with UPSTREAM_OUTCOME_UNKNOWN it may have been stored all the same.',
      args: {
        input: t.arg({
          type: upsertCustomIntegrationInput,
          required: true,
          description: 'The settings to store.',
        }),
      },
      resolve: (_root, { input }, context) => upsertCustomIntegration(input, context),
    }),
  }),
});
