
      export type PossibleTypesResultData = {
  "possibleTypes": {
    "Integration": [
      "AnthropicIntegration",
      "AwsBedrockIntegration",
      "AwsSageMakerIntegration",
      "AzureIntegration",
      "CustomIntegration",
      "DatabricksIntegration",
      "MistralIntegration",
      "NvidiaIntegration",
      "OpenAIIntegration",
      "VegasGatewayIntegration",
      "VertexAIIntegration",
      "WriterIntegration"
    ],
    "UpsertCustomIntegrationResult": [
      "IntegrationValidationFailure",
      "UpsertCustomIntegrationSuccess"
    ]
  }
};
      const result: PossibleTypesResultData = {
  "possibleTypes": {
    "Integration": [
      "AnthropicIntegration",
      "AwsBedrockIntegration",
      "AwsSageMakerIntegration",
      "AzureIntegration",
      "CustomIntegration",
      "DatabricksIntegration",
      "MistralIntegration",
      "NvidiaIntegration",
      "OpenAIIntegration",
      "VegasGatewayIntegration",
      "VertexAIIntegration",
      "WriterIntegration"
    ],
    "UpsertCustomIntegrationResult": [
      "IntegrationValidationFailure",
      "UpsertCustomIntegrationSuccess"
    ]
  }
};
      export default result;
    