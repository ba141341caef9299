
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
    "ShareIntegrationWithGroupsResult": [
      "IntegrationValidationFailure",
      "ShareIntegrationWithGroupsSuccess"
    ],
    "ShareIntegrationWithUsersResult": [
      "IntegrationValidationFailure",
      "ShareIntegrationWithUsersSuccess"
    ],
    "UpsertIntegrationResult": [
      "IntegrationValidationFailure",
      "UpsertIntegrationSuccess"
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
    "ShareIntegrationWithGroupsResult": [
      "IntegrationValidationFailure",
      "ShareIntegrationWithGroupsSuccess"
    ],
    "ShareIntegrationWithUsersResult": [
      "IntegrationValidationFailure",
      "ShareIntegrationWithUsersSuccess"
    ],
    "UpsertIntegrationResult": [
      "IntegrationValidationFailure",
      "UpsertIntegrationSuccess"
    ]
  }
};
      export default result;
    