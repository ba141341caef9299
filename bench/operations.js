// The operations of the benchmark: the request, its REST calls, and the check of its response. They select every field
// that does not cost a call.
import { readFileSync } from 'node:fs';
import { buildSchema, getNamedType, isObjectType } from 'graphql';

const schema = buildSchema(readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8'));
const callFields = new Set(['status', 'users', 'groups', 'catalogs', 'databases', 'label']);

/** The GraphQL type of each provider, by upstream's name. */
export const typeNames = {
  anthropic: 'AnthropicIntegration',
  aws_bedrock: 'AwsBedrockIntegration',
  aws_sagemaker: 'AwsSageMakerIntegration',
  azure: 'AzureIntegration',
  custom: 'CustomIntegration',
  databricks: 'DatabricksIntegration',
  mistral: 'MistralIntegration',
  nvidia: 'NvidiaIntegration',
  openai: 'OpenAIIntegration',
  vegas_gateway: 'VegasGatewayIntegration',
  vertex_ai: 'VertexAIIntegration',
  writer: 'WriterIntegration',
};
export const allNames = Object.keys(typeNames);

/**
 * A selection of every field of a type, at every depth.
 *
 * @param {string} typeName
 * @param {{ skip?: readonly string[], toName?: (name: string) => string, isLeaf?: (name: string) => boolean }} options
 */
export function selectAll(typeName, { skip = [], toName = (name) => name, isLeaf = () => false } = {}) {
  return Object.values(schema.getType(typeName).getFields())
    .filter(({ name }) => !callFields.has(name) && !skip.includes(name))
    .map(({ name, type }) => {
      const inner = getNamedType(type);
      return isObjectType(inner) && !isLeaf(name)
        ? `${toName(name)} { ${selectAll(inner.name, { toName, isLeaf })} }`
        : toName(name);
    })
    .join(' ');
}

const common = ['id', 'name', 'extra'];
const selectOwn = (typeName) => `... on ${typeName} { __typename ${selectAll(typeName, { skip: common })} }`;

const oneProvider = `query One($name: IntegrationName!) {
  integration(name: $name) {
    __typename id name extra
    ... on OpenAIIntegration { organizationId }
    ... on WriterIntegration { writerOrganizationId: organizationId }
    ... on AzureIntegration { azureEndpoint: endpoint apiVersion proxy }
    ... on AnthropicIntegration { endpoint authenticationScope }
    ... on AwsBedrockIntegration { region credentialType inferenceProfiles { key value } }
  }
}`;

const settingsPage = `{
  integrationProviders { name displayName isAvailable records { isSelected } integration { __typename id name extra } }
}`;

const twelveProviders = `query Twelve(${allNames.map((name) => `$${name}: IntegrationName!`).join(' ')}) {
  ${allNames.map((name) => `${name}: integration(name: $${name}) { __typename id name extra ${selectOwn(typeNames[name])} }`).join('\n  ')}
}`;

const sageMaker = `query SageMaker($name: IntegrationName!) {
  integration(name: $name) { __typename id name extra ${selectOwn('AwsSageMakerIntegration')} }
}`;

const selectRecord = `__typename
    ... on UpsertIntegrationSuccess { record { ${selectAll('IntegrationRecord')} } }
    ... on IntegrationValidationFailure { message issues { path message code } }`;

const upsert = `mutation Upsert($input: UpsertCustomIntegrationInput!) {
  upsertCustomIntegration(input: $input) { ${selectRecord} }
}`;

const upsertOpenAi = `mutation UpsertOpenAi($input: UpsertOpenAIIntegrationInput!) {
  upsertOpenAIIntegration(input: $input) { ${selectRecord} }
}`;

const remove = `mutation Delete($name: IntegrationName!) {
  deleteIntegration(name: $name) { name displayName }
}`;

const upsertInput = {
  endpoint: 'https://llm.example.com/v1',
  authenticationType: 'API_KEY',
  apiKeyHeader: 'X-API-Key',
  apiKeyValue: 'benchmark-value',
  modelProperties: [
    { name: 'small', alias: 'Small', basedOn: 'gpt-4o' },
    { name: 'large', supportedParameters: ['temperature', 'max_tokens'] },
  ],
  defaultModel: 'small',
  customLlmConfig: { fileName: 'handler.py', className: 'Handler', initKwargs: { timeout: 60 } },
  headers: [
    { key: 'X-Team', value: 'benchmark' },
    { key: 'X-Region', value: 'eu-central' },
  ],
  multiModalConfig: { maxFiles: 3, maxFileSizeBytes: 1_048_576 },
};
/** The same input as upstream's request body. */
export const upsertBody = {
  endpoint: upsertInput.endpoint,
  authentication_type: 'api_key',
  api_key_header: 'X-API-Key',
  api_key_value: 'benchmark-value',
  model_properties: [
    { name: 'small', alias: 'Small', based_on: 'gpt-4o' },
    { name: 'large', supported_parameters: ['temperature', 'max_tokens'] },
  ],
  default_model: 'small',
  custom_llm_config: { file_name: 'handler.py', class_name: 'Handler', init_kwargs: { timeout: 60 } },
  headers: { 'X-Team': 'benchmark', 'X-Region': 'eu-central' },
  multi_modal_config: { max_files: 3, max_file_size_bytes: 1_048_576 },
};

const get = (path) => ({ method: 'GET', path, body: '' });
const put = (name, body) => ({
  method: 'PUT',
  path: `/v2/integrations/${name}`,
  body: JSON.stringify(body),
});
const recordId = '7d0c3a56-6e39-4a0c-9d0f-9ee8a9c7a001';

/**
 * By short names: `plain` is the request that the pass-through forwards, `isRight` checks the `data` of a response.
 * The last two are measured for the pass-through and the gateway only.
 */
export const operations = {
  one: {
    title: 'One provider',
    query: oneProvider,
    variables: { name: 'OPENAI' },
    plain: get('/v2/integrations/openai'),
    isRight: ({ integration }) => integration.organizationId === 'org-benchmark',
  },
  twelve: {
    title: 'All twelve, every field',
    query: twelveProviders,
    variables: Object.fromEntries(allNames.map((name) => [name, name.toUpperCase()])),
    plain: get('/all'),
    isRight: (data) =>
      allNames.every((name) => data[name].__typename === typeNames[name]) &&
      data.azure.deployments.length === 3,
  },
  sagemaker: {
    title: 'SageMaker, nested',
    query: sageMaker,
    variables: { name: 'AWS_SAGEMAKER' },
    plain: get('/v2/integrations/aws_sagemaker'),
    isRight: ({ integration: { models } }) =>
      models.length === 3 && models.every(({ paramsMap }) => paramsMap.model === 'model'),
  },
  upsert: {
    title: 'Upsert of the custom integration',
    query: upsert,
    variables: { input: upsertInput },
    plain: put('custom', upsertBody),
    isRight: ({ upsertCustomIntegration: { record } }) =>
      record.integrationId === recordId && record.permissions.length === 3,
  },
};

/** What a settings page loads: fourteen calls. */
export const settingsPageOperation = {
  title: 'Settings page',
  query: settingsPage,
  variables: {},
  isRight: ({ integrationProviders }) =>
    integrationProviders.length === 12 &&
    integrationProviders.every(({ isAvailable, integration }) => isAvailable && integration !== null),
};

export const furtherOperations = {
  upsertOpenAi: {
    title: 'Upsert of OpenAI',
    query: upsertOpenAi,
    variables: { input: { token: 'benchmark-token', organizationId: 'org-benchmark' } },
    plain: put('openai', { token: 'benchmark-token', organization_id: 'org-benchmark' }),
    isRight: ({ upsertOpenAIIntegration: { record } }) => record.integrationId === recordId,
  },
  remove: {
    title: 'Delete',
    query: remove,
    variables: { name: 'OPENAI' },
    plain: { method: 'DELETE', path: '/integrations/openai', body: '' },
    isRight: ({ deleteIntegration }) => deleteIntegration.name === 'OPENAI',
  },
};
