/** One tab of the page. */
export interface Example {
  readonly query: string;
  /** JSON. */
  readonly variables?: string;
}

/** What a tab opened by hand starts with. */
export const EMPTY_DOCUMENT = '# Ctrl-Space completes, Ctrl-Enter runs.\n';

/** The ready tabs, in order. The first one is what the run button runs on a first visit. */
export function createExamples(hasKey: boolean): readonly Example[] {
  const key = hasKey
    ? '# The key is set: press the run button.'
    : '# Your API key goes under Headers, below.';
  return [
    {
      query: `# One provider; null if not configured.
${key}
query OneProvider {
  integration(name: AZURE) {
    __typename
    id
    name
    ... on AzureIntegration {
      endpoint
      apiVersion
      authenticationType
      deployments {
        key
        value
      }
    }
  }
}
`,
    },
    {
      query: `# Every provider, configured or not.
query SettingsPage {
  integrationProviders {
    name
    displayName
    integration {
      __typename
      id
      ... on AnthropicIntegration {
        authenticationType
        endpoint
      }
      ... on AwsBedrockIntegration {
        credentialType
        region
      }
      ... on CustomIntegration {
        baseUrl
        defaultModel
        modelProperties {
          name
          alias
        }
      }
      ... on OpenAIIntegration {
        organizationId
      }
    }
  }
}
`,
    },
    {
      query: `# Creates or changes the custom integration.
# The input is under Variables, below.
mutation UpsertCustom($input: UpsertCustomIntegrationInput!) {
  upsertCustomIntegration(input: $input) {
    __typename
    ... on UpsertCustomIntegrationSuccess {
      record {
        integrationId
        createdAt
        updatedAt
      }
      integration {
        baseUrl
        authenticationType
        defaultModel
        modelProperties {
          name
          alias
        }
      }
    }
    ... on IntegrationValidationFailure {
      message
      issues {
        path
        message
        code
      }
    }
  }
}
`,
      variables: JSON.stringify(
        {
          input: {
            endpoint: 'https://llm.example.com/v1',
            authenticationType: 'API_KEY',
            apiKeyHeader: 'X-API-Key',
            apiKeyValue: 'replace-me',
            defaultModel: 'assistant-large',
            modelProperties: [
              { name: 'assistant-large', alias: 'Assistant' },
              { name: 'assistant-small', alias: 'Assistant, small' },
            ],
          },
        },
        null,
        2,
      ),
    },
    {
      // In the document, because the editor marks an object as an error in a variable of a custom scalar.
      query: `# What a federation router asks.
query Entities {
  _entities(
    representations: [
      { __typename: "OpenAIIntegration", name: "OPENAI" }
      { __typename: "VertexAIIntegration", name: "VERTEX_AI" }
    ]
  ) {
    __typename
    ... on Integration {
      id
      name
    }
    ... on OpenAIIntegration {
      organizationId
    }
  }
}
`,
    },
  ];
}
