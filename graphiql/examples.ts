/** One tab of the page. */
export interface Example {
  readonly query: string;
  /** JSON. */
  readonly variables?: string;
}

/** The content of a tab that the user opens. */
export const EMPTY_DOCUMENT = '# Ctrl+Space completes, Ctrl+Enter runs. Tab moves to the next control.\n';

const toJson = (value: object): string => JSON.stringify(value, null, 2);

/** One tab for each task. On a first visit, the run button runs the first one. */
export function createExamples(hasKey: boolean): readonly Example[] {
  const key = hasKey
    ? '# The key is set: press the run button.'
    : '# Enter your API key under Headers, below.';
  return [
    {
      query: `# Read every provider, configured or not.
${key}
# Fields of one type: "... on AzureIntegration".
query ReadProviders {
  integrationProviders {
    name
    displayName
    isAvailable
    integration {
      id
      ... on AwsBedrockIntegration {
        credentialType
        region
      }
      ... on AzureIntegration {
        endpoint
        apiVersion
        deployments {
          key
          value
        }
      }
      ... on CustomIntegration {
        baseUrl
        defaultModel
      }
    }
    records {
      integrationId
      label
      isSelected
      updatedAt
    }
  }
}
`,
    },
    {
      query: `# Connect a provider, or replace its settings.
# The input is under Variables, below.
mutation ConnectProvider($input: UpsertCustomIntegrationInput!) {
  upsertCustomIntegration(input: $input) {
    __typename
    ... on UpsertIntegrationSuccess {
      record {
        integrationId
        updatedAt
      }
      integration {
        id
        name
      }
    }
    ... on IntegrationValidationFailure {
      message
      issues {
        path
        message
      }
    }
  }
}
`,
      variables: toJson({
        input: {
          endpoint: 'https://llm.example.com/v1',
          authenticationType: 'API_KEY',
          apiKeyHeader: 'X-API-Key',
          apiKeyValue: 'replace-me',
          defaultModel: 'assistant-large',
          modelProperties: [{ name: 'assistant-large', alias: 'Assistant' }],
        },
      }),
    },
    {
      query: `# Share an integration. The first tab lists ids.
# An unknown e-mail address is invited.
mutation ShareIntegration($input: ShareIntegrationWithUsersInput!) {
  shareIntegrationWithUsers(input: $input) {
    __typename
    ... on ShareIntegrationWithUsersSuccess {
      users {
        userId
        email
        role
      }
    }
    ... on IntegrationValidationFailure {
      message
      issues {
        path
        message
      }
    }
  }
}
`,
      variables: toJson({
        input: {
          integrationId: '00000000-0000-4000-8000-000000000000',
          collaborators: [{ userEmail: 'colleague@example.com', role: 'VIEWER' }],
        },
      }),
    },
    {
      query: `# Delete the settings and credentials of a provider.
# The provider is under Variables, below.
mutation DeleteProvider($name: IntegrationName!) {
  deleteIntegration(name: $name) {
    name
    displayName
    integration {
      id
    }
  }
}
`,
      variables: toJson({ name: 'MISTRAL' }),
    },
  ];
}
