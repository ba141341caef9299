// The operations in the schema that Mesh generates from the contract: providers are members of a union, and names are those
// of the REST API. The selected data is the same, field by field.
import { allNames, operations, selectAll, typeNames, upsertBody } from '../operations.js';

const restNames = { legacyModels: 'models', integrationId: 'id' };
const toSnake = (name) => restNames[name] ?? name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const maps = new Set([
  'customHeaderMapping',
  'inferenceProfiles',
  'deployments',
  'defaultHeaders',
  'headers',
  'rawAction',
]);
const selectFields = (typeName) =>
  selectAll(typeName, { toName: toSnake, isLeaf: (name) => maps.has(name) }).replace(' raw_action', '');
const select = (name) => `... on ${typeNames[name]} { ${selectFields(typeNames[name])} }`;

// A field with different types in two members of the union needs an alias.
const one = `query One($name: IntegrationProvider!) {
  integration: get_integration_v2_integrations__name__get(name: $name) {
    __typename
    ... on OpenAIIntegration { id name extra organization_id }
    ... on WriterIntegration { id extra writer_organization: organization_id }
    ... on AzureIntegration { id extra azure_endpoint: endpoint api_version proxy }
    ... on AnthropicIntegration { id extra endpoint authentication_scope }
    ... on AwsBedrockIntegration { id extra region credential_type inference_profiles }
  }
}`;

const twelve = `query Twelve {
  ${allNames.map((name) => `${name}: get_integration_v2_integrations__name__get(name: ${name}) { __typename ${select(name)} }`).join('\n  ')}
}`;

const sageMaker = `query SageMaker {
  integration: get_integration_v2_integrations__name__get(name: aws_sagemaker) { __typename ${select('aws_sagemaker')} }
}`;

const upsert = `mutation Upsert($input: CustomIntegrationCreate_Input) {
  upsertCustomIntegration: create_or_update_integration_v2_integrations_custom_put(input: $input) {
    __typename
    ... on IntegrationDB {
      id name created_at updated_at created_by is_selected is_disabled permissions { action allowed message }
    }
    ... on HTTPValidationError { detail { msg } }
  }
}`;

/** The operation that replaces each one for Mesh, and the check of its response. */
export const meshOperations = new Map([
  [
    operations.one,
    {
      query: one,
      variables: { name: 'openai' },
      isRight: ({ integration }) => integration.organization_id === 'org-benchmark',
    },
  ],
  [
    operations.twelve,
    {
      query: twelve,
      variables: {},
      isRight: (data) => allNames.every((name) => data[name].__typename === typeNames[name]),
    },
  ],
  [
    operations.sagemaker,
    {
      query: sageMaker,
      variables: {},
      isRight: ({ integration: { models } }) =>
        models.length === 3 && models.every((model) => model.params_map.model === 'model'),
    },
  ],
  [
    operations.upsert,
    {
      query: upsert,
      variables: { input: upsertBody },
      isRight: ({ upsertCustomIntegration: record }) =>
        record.id === '7d0c3a56-6e39-4a0c-9d0f-9ee8a9c7a001' && record.permissions.length === 3,
    },
  ],
]);
