// The operations that every contender is measured with: the request, the REST calls, and a check
// of the response.

/** The numbers of SageMaker models, to compare response sizes. */
export const modelCounts = [1, 10, 100];

const sageMakerFields = `
  id name credentialType region extra
  multiModalConfig { maxFiles maxFileSizeBytes }
  models {
    name alias integration userRole assistantRole systemSupported inputModalities alternativeNames
    inputTokenLimit outputTokenLimit tokenLimit outputPrice inputPrice costBy isChat providesLogProbs
    formattingTokens responsePrefixTokens apiVersion legacyMistralPromptFormat requiresMaxTokens maxTopP
    paramsMap { model temperature maxTokens stopSequences topP topK frequencyPenalty presencePenalty }
    outputMap { response tokenCount inputTokenCount outputTokenCount completionReason }
    inputMap { prompt prefix suffix }
  }`;

const oneProvider = `query One($name: IntegrationName!) {
  integration(name: $name) {
    __typename id name extra
    ... on OpenAIIntegration { organizationId }
    ... on AnthropicIntegration { multiModalConfig { maxFiles maxFileSizeBytes } authenticationType endpoint }
  }
}`;

const severalProviders = `query Several($names: [IntegrationName!]) {
  integrations(names: $names) {
    __typename id name extra
    ... on AnthropicIntegration { authenticationType endpoint customHeaderMapping { key value } }
    ... on AwsBedrockIntegration { credentialType region inferenceProfiles { key value } }
    ... on AwsSageMakerIntegration { credentialType region models { name alias isChat } }
    ... on AzureIntegration { proxy endpoint apiVersion authenticationType deployments { key value } }
    ... on CustomIntegration { authenticationType baseUrl defaultModel modelProperties { name alias } }
    ... on OpenAIIntegration { organizationId }
    ... on VertexAIIntegration { multiModalConfig { maxFiles maxFileSizeBytes } }
    ... on WriterIntegration { organizationId }
  }
}`;

const sageMaker = `query SageMaker {
  integration(name: AWS_SAGEMAKER) { __typename ... on AwsSageMakerIntegration { ${sageMakerFields} } }
}`;

const upsert = `mutation Upsert($input: UpsertCustomIntegrationInput!) {
  upsertCustomIntegration(input: $input) {
    __typename
    ... on UpsertCustomIntegrationSuccess {
      record { integrationId name createdAt updatedAt isSelected isDisabled permissions { action allowed } }
    }
    ... on IntegrationValidationFailure { message }
  }
}`;

/** Every provider by its value of the enum. */
export const allNames = [
  'ANTHROPIC',
  'AWS_BEDROCK',
  'AWS_SAGEMAKER',
  'AZURE',
  'CUSTOM',
  'DATABRICKS',
  'MISTRAL',
  'NVIDIA',
  'OPENAI',
  'VEGAS_GATEWAY',
  'VERTEX_AI',
  'WRITER',
];

const upsertInput = {
  endpoint: 'https://llm.example.com/v1',
  authenticationType: 'API_KEY',
  apiKeyHeader: 'X-API-Key',
  apiKeyValue: 'benchmark-value',
  modelProperties: [
    { name: 'small', alias: 'Small' },
    { name: 'large', supportedParameters: ['temperature', 'max_tokens'] },
  ],
  headers: [{ key: 'X-Team', value: 'benchmark' }],
};

const read = (name) => ({ method: 'GET', path: `/v2/integrations/${name.toLowerCase()}` });

/**
 * The operation for some of the providers, in their order.
 *
 * @param {string[]} names
 */
export const several = (names) => ({
  title: `${names.length} providers in one operation`,
  query: severalProviders,
  variables: { names },
  calls: names.map(read),
  isRight: (data) =>
    data.integrations.length === names.length &&
    data.integrations.every((item, index) => item.name === names[index]),
});

/** By short names: `calls` are the REST calls of an operation, `isRight` checks the `data` of its response. */
export const operations = {
  one: {
    title: 'one provider',
    query: oneProvider,
    variables: { name: 'OPENAI' },
    calls: [read('OPENAI')],
    isRight: (data) => data.integration.organizationId === 'org-benchmark',
  },
  twelve: { ...several(allNames), title: 'all twelve in one operation' },
  sagemaker: {
    title: 'SageMaker, nested models',
    query: sageMaker,
    variables: {},
    calls: [read('AWS_SAGEMAKER')],
    isRight: (data) =>
      data.integration.models.length > 0 &&
      data.integration.models.every((model) => model.paramsMap.model === 'model'),
  },
  upsert: {
    title: 'upsert',
    query: upsert,
    variables: { input: upsertInput },
    calls: [
      {
        method: 'PUT',
        path: '/v2/integrations/custom',
        body: JSON.stringify({
          endpoint: upsertInput.endpoint,
          authentication_type: 'api_key',
          api_key_header: 'X-API-Key',
          api_key_value: 'benchmark-value',
          model_properties: [
            { name: 'small', alias: 'Small' },
            { name: 'large', supported_parameters: ['temperature', 'max_tokens'] },
          ],
          headers: { 'X-Team': 'benchmark' },
        }),
      },
    ],
    isRight: (data) =>
      data.upsertCustomIntegration.record.integrationId === '7d0c3a56-6e39-4a0c-9d0f-9ee8a9c7a001',
  },
};
