import type { ApolloClient } from '@apollo/client';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import {
  type GatewayError,
  type IntegrationName,
  type ProviderState,
  type SettingsPageQuery,
  toGatewayErrors,
  UpsertAnthropicIntegrationDocument,
  UpsertAwsBedrockIntegrationDocument,
  UpsertAwsSageMakerIntegrationDocument,
  UpsertAzureIntegrationDocument,
  UpsertCustomIntegrationDocument,
  UpsertDatabricksIntegrationDocument,
  UpsertMistralIntegrationDocument,
  UpsertNvidiaIntegrationDocument,
  UpsertOpenAIIntegrationDocument,
  UpsertVegasGatewayIntegrationDocument,
  UpsertVertexAIIntegrationDocument,
  UpsertWriterIntegrationDocument,
  type UpsertWriterIntegrationMutation,
} from 'galileo-gateway/client';
import { type Draft, type DraftIssue, type Field, getText, toInput } from './fields.ts';

type ProviderData = SettingsPageQuery['integrationProviders'][number];
export type Integration = NonNullable<ProviderData['integration']>;
export type IntegrationRecord = NonNullable<ProviderData['records']>[number];

/** One provider of the page. */
export interface Provider extends ProviderData {
  readonly state: ProviderState<Integration>;
}

/** Result of a save. `rejected` is an IntegrationValidationFailure; `failed` is a GraphQL or network error. */
export type SaveResult =
  /** `isRead` is false if the settings were saved, but could not be read back. */
  | { readonly kind: 'saved'; readonly isRead: boolean }
  | { readonly kind: 'rejected'; readonly message: string; readonly issues: readonly DraftIssue[] }
  | { readonly kind: 'failed'; readonly error: GatewayError };

/** Everything that differs between providers. */
export interface ProviderForm {
  readonly fields: readonly Field[];
  /** The path of the control that shows a rejection by the provider. */
  readonly credential: (draft: Draft) => string;
  /** The stored field whose value the tile shows. */
  readonly summary?: string;
  readonly save: (client: ApolloClient, draft: Draft) => Promise<SaveResult>;
}

interface FormOptions<Input> {
  readonly fields: readonly Field<keyof Input & string>[];
  readonly credential?: ProviderForm['credential'];
  readonly summary?: string;
}

type UpsertResult = NonNullable<UpsertWriterIntegrationMutation['upsertWriterIntegration']>;

/** All twelve mutations have the same shape: `input` goes in, `UpsertIntegrationResult` comes out. */
function defineForm<Data extends object, Input extends object>(
  document: TypedDocumentNode<Data, { input: Input }>,
  { fields, credential = () => 'token', summary }: FormOptions<Input>,
): ProviderForm {
  // The compiler checks the names of the fields, and a test compares them with the schema.
  const mutation = document as unknown as TypedDocumentNode<Data, { input: object }>;
  return {
    fields,
    credential,
    ...(summary !== undefined && { summary }),
    async save(client, draft) {
      const { data, error } = await client
        .mutate({ mutation, variables: { input: toInput(fields, draft) }, errorPolicy: 'all' })
        .catch((failure: unknown) => ({ data: undefined, error: failure }));
      const result = Object.values(data ?? {}).find(
        (value): value is UpsertResult => typeof value === 'object',
      );
      const [failure] = toGatewayErrors(error);
      if (result?.__typename === 'UpsertIntegrationSuccess')
        return { kind: 'saved', isRead: result.integration !== null };
      if (result?.__typename === 'IntegrationValidationFailure') return { kind: 'rejected', ...result };
      if (failure === undefined) throw new Error('The response had neither a result nor an error.');
      return { kind: 'failed', error: failure };
    },
  };
}

/* Parts that several providers share */

const token = {
  name: 'token',
  label: 'API key',
  kind: 'secret',
  required: true,
  writeOnly: true,
} as const satisfies Field;

const files = {
  name: 'multiModalConfig',
  label: 'Attached files',
  kind: 'group',
  advanced: true,
  fields: [
    { name: 'maxFiles', label: 'Files per call', kind: 'number' },
    { name: 'maxFileSizeBytes', label: 'Largest file', kind: 'bytes', placeholder: '20 MiB' },
  ],
} as const satisfies Field;

const headerMapping = {
  name: 'customHeaderMapping',
  label: 'Headers from metadata',
  help: 'Galileo sends each header with the value of that metadata field.',
  kind: 'entries',
  keyLabel: 'Metadata field',
  valueLabel: 'Header',
  advanced: true,
} as const satisfies Field;

const hasType =
  (...types: string[]) =>
  (draft: Draft): boolean =>
    types.includes(getText(draft, 'authenticationType'));

const oauth = (...types: string[]) =>
  [
    { name: 'oauth2TokenUrl', label: 'Token URL', kind: 'url', showIf: hasType(...types) },
    { name: 'authenticationScope', label: 'Scope', kind: 'text', showIf: hasType(...types) },
  ] as const satisfies readonly Field[];

const isRole = (draft: Draft): boolean => getText(draft, 'credentialType') === 'ASSUMED_ROLE';
const credentialType = {
  name: 'credentialType',
  label: 'Credentials',
  kind: 'select',
  required: true,
  initial: 'KEY_SECRET',
  options: { KEY_SECRET: 'Access key', ASSUMED_ROLE: 'IAM role' },
} as const satisfies Field;

const awsToken = [
  {
    name: 'token',
    label: 'Access key',
    kind: 'group',
    required: true,
    showIf: (draft: Draft) => !isRole(draft),
    fields: [
      { name: 'accessKeyId', label: 'Access key ID', kind: 'secret', required: true, writeOnly: true },
      {
        name: 'secretAccessKey',
        label: 'Secret access key',
        kind: 'secret',
        required: true,
        writeOnly: true,
      },
    ],
  },
  {
    name: 'token',
    label: 'IAM role',
    kind: 'group',
    required: true,
    showIf: isRole,
    fields: [
      {
        name: 'roleArn',
        label: 'Role ARN',
        kind: 'text',
        required: true,
        writeOnly: true,
        placeholder: 'arn:aws:iam::123456789012:role/galileo',
      },
    ],
  },
] as const satisfies readonly Field[];
const awsCredential = (draft: Draft): string => (isRole(draft) ? 'token.roleArn' : 'token.secretAccessKey');

const region = {
  name: 'region',
  label: 'Region',
  kind: 'text',
  placeholder: 'us-east-1',
} as const satisfies Field;

const inferenceProfiles = {
  name: 'inferenceProfiles',
  label: 'Inference profiles',
  kind: 'entries',
  keyLabel: 'Model',
  valueLabel: 'Profile ARN',
  advanced: true,
} as const satisfies Field;

const authenticationTypes = {
  API_KEY: 'API key',
  CLIENT_SECRET: 'Client secret',
  CUSTOM_OAUTH2: 'OAuth 2',
  USERNAME_PASSWORD: 'User name and password',
};

const kept = (...names: readonly string[]): readonly Field[] =>
  names.map((name) => ({ name, label: name, kind: 'kept' }));

const modelFields: readonly Field[] = [
  { name: 'name', label: 'Name', kind: 'text', required: true },
  { name: 'alias', label: 'Display name', kind: 'text', required: true },
  {
    name: 'inputModalities',
    label: 'Accepts',
    kind: 'choices',
    options: { TEXT: 'Text', IMAGE: 'Images', DOCUMENT: 'Documents', AUDIO: 'Audio', VIDEO: 'Video' },
  },
  { name: 'inputTokenLimit', label: 'Input tokens', kind: 'number' },
  { name: 'outputTokenLimit', label: 'Output tokens', kind: 'number' },
  ...kept(
    'integration',
    'userRole',
    'assistantRole',
    'systemSupported',
    'alternativeNames',
    'tokenLimit',
    'costBy',
  ),
  ...kept('isChat', 'providesLogProbs', 'formattingTokens', 'responsePrefixTokens', 'apiVersion', 'maxTopP'),
  ...kept('legacyMistralPromptFormat', 'requiresMaxTokens', 'paramsMap', 'outputMap', 'inputMap'),
];

/** The forms of the twelve providers. */
export const providerForms: Readonly<Record<IntegrationName, ProviderForm>> = {
  ANTHROPIC: defineForm(UpsertAnthropicIntegrationDocument, {
    summary: 'endpoint',
    fields: [
      {
        name: 'authenticationType',
        label: 'Authentication',
        kind: 'select',
        initial: 'API_KEY',
        required: true,
        options: { API_KEY: 'API key', CUSTOM_OAUTH2: 'OAuth 2' },
      },
      token,
      { name: 'endpoint', label: 'Endpoint', kind: 'url', help: 'Leave it empty for Anthropic’s own API.' },
      ...oauth('CUSTOM_OAUTH2'),
      headerMapping,
      files,
    ],
  }),
  AWS_BEDROCK: defineForm(UpsertAwsBedrockIntegrationDocument, {
    summary: 'region',
    credential: awsCredential,
    fields: [credentialType, ...awsToken, region, inferenceProfiles, files],
  }),
  AWS_SAGEMAKER: defineForm(UpsertAwsSageMakerIntegrationDocument, {
    summary: 'region',
    credential: awsCredential,
    fields: [
      credentialType,
      ...awsToken,
      region,
      { name: 'models', label: 'Models', kind: 'list', itemLabel: 'Model', fields: modelFields },
      { ...inferenceProfiles, writeOnly: true },
      files,
    ],
  }),
  AZURE: defineForm(UpsertAzureIntegrationDocument, {
    summary: 'endpoint',
    fields: [
      {
        name: 'endpoint',
        label: 'Endpoint',
        kind: 'url',
        required: true,
        placeholder: 'https://example.openai.azure.com',
      },
      {
        name: 'authenticationType',
        label: 'Authentication',
        kind: 'select',
        initial: 'API_KEY',
        required: true,
        options: authenticationTypes,
      },
      { ...token, label: 'API key or secret' },
      ...oauth('CLIENT_SECRET', 'CUSTOM_OAUTH2', 'USERNAME_PASSWORD'),
      { name: 'apiVersion', label: 'API version', kind: 'text', placeholder: '2025-03-01-preview' },
      {
        name: 'deployments',
        label: 'Deployments',
        kind: 'entries',
        keyLabel: 'Model',
        valueLabel: 'Deployment',
      },
      { name: 'azureDeployment', label: 'Default deployment', kind: 'text', advanced: true },
      {
        name: 'availableDeployments',
        label: 'Available deployments',
        kind: 'list',
        itemLabel: 'Deployment',
        advanced: true,
        fields: [
          { name: 'id', label: 'Deployment', kind: 'text', required: true },
          { name: 'model', label: 'Model', kind: 'text', required: true },
        ],
      },
      {
        name: 'defaultHeaders',
        label: 'Headers for every call',
        kind: 'entries',
        keyLabel: 'Header',
        valueLabel: 'Value',
        advanced: true,
      },
      headerMapping,
      { name: 'proxy', label: 'Endpoint is a proxy', kind: 'switch', advanced: true },
      files,
    ],
  }),
  CUSTOM: defineForm(UpsertCustomIntegrationDocument, {
    summary: 'baseUrl',
    credential: (draft) => (hasType('API_KEY')(draft) ? 'apiKeyValue' : 'token'),
    fields: [
      { name: 'endpoint', storedAs: 'baseUrl', label: 'Endpoint', kind: 'url', required: true },
      {
        name: 'authenticationType',
        label: 'Authentication',
        kind: 'select',
        initial: 'API_KEY',
        required: true,
        options: { API_KEY: 'API key', OAUTH2: 'OAuth 2', NONE: 'None' },
      },
      {
        name: 'apiKeyHeader',
        label: 'Header',
        kind: 'text',
        required: true,
        placeholder: 'X-API-Key',
        showIf: hasType('API_KEY'),
      },
      {
        name: 'apiKeyValue',
        label: 'API key',
        kind: 'secret',
        required: true,
        writeOnly: true,
        showIf: hasType('API_KEY'),
      },
      { name: 'token', label: 'Token', kind: 'secret', writeOnly: true, showIf: hasType('OAUTH2') },
      ...oauth('OAUTH2'),
      {
        name: 'modelProperties',
        label: 'Models',
        kind: 'list',
        itemLabel: 'Model',
        fields: [
          { name: 'name', label: 'Name', kind: 'text', required: true },
          { name: 'alias', label: 'Display name', kind: 'text' },
          {
            name: 'basedOn',
            label: 'Based on',
            kind: 'text',
            help: 'A known model with the same parameters.',
          },
          {
            name: 'supportedParameters',
            label: 'Parameters',
            kind: 'words',
            placeholder: 'temperature, top_p',
            help: 'Separated by commas. Not together with “Based on”.',
          },
        ],
      },
      { name: 'defaultModel', label: 'Default model', kind: 'text' },
      {
        name: 'headers',
        label: 'Headers for every call',
        kind: 'entries',
        keyLabel: 'Header',
        valueLabel: 'Value',
        secretValues: true,
        writeOnly: true,
        advanced: true,
      },
      headerMapping,
      {
        name: 'customLlmConfig',
        label: 'Handler',
        kind: 'group',
        advanced: true,
        fields: [
          { name: 'fileName', label: 'File', kind: 'text', required: true },
          { name: 'className', label: 'Class', kind: 'text', required: true },
          { name: 'initKwargs', label: 'Arguments', kind: 'json' },
        ],
      },
      files,
      { name: 'models', storedAs: 'legacyModels', label: 'Models (old form)', kind: 'kept' },
    ],
  }),
  DATABRICKS: defineForm(UpsertDatabricksIntegrationDocument, {
    fields: [
      { ...token, label: 'Access token' },
      {
        name: 'hostname',
        label: 'Host address',
        kind: 'url',
        required: true,
        writeOnly: true,
        placeholder: 'https://dbc-1234.cloud.databricks.com',
      },
      { name: 'path', label: 'HTTP path', kind: 'text', writeOnly: true },
      { name: 'defaultCatalogName', label: 'Default catalog', kind: 'text', writeOnly: true },
      { name: 'llm', label: 'Use it for models', kind: 'switch', writeOnly: true },
      { name: 'storage', label: 'Use it for storage', kind: 'switch', writeOnly: true },
    ],
  }),
  MISTRAL: defineForm(UpsertMistralIntegrationDocument, { fields: [token] }),
  NVIDIA: defineForm(UpsertNvidiaIntegrationDocument, {
    fields: [
      token,
      {
        name: 'hostname',
        label: 'Host address',
        kind: 'url',
        required: true,
        writeOnly: true,
        placeholder: 'https://integrate.api.nvidia.com',
      },
    ],
  }),
  OPENAI: defineForm(UpsertOpenAIIntegrationDocument, {
    summary: 'organizationId',
    fields: [token, { name: 'organizationId', label: 'Organization ID', kind: 'text', placeholder: 'org-…' }],
  }),
  VEGAS_GATEWAY: defineForm(UpsertVegasGatewayIntegrationDocument, {
    fields: [
      token,
      { name: 'endpoint', label: 'Endpoint', kind: 'url', required: true, writeOnly: true },
      { name: 'useCase', label: 'Use case', kind: 'text', required: true, writeOnly: true },
      { ...files, writeOnly: true },
    ],
  }),
  VERTEX_AI: defineForm(UpsertVertexAIIntegrationDocument, {
    fields: [
      {
        name: 'token',
        label: 'Service account key',
        kind: 'key-file',
        required: true,
        writeOnly: true,
        help: 'The JSON key file of a Google Cloud service account.',
      },
      {
        name: 'gcsConfig',
        label: 'Cloud Storage',
        help: 'For files that are too large for a call.',
        kind: 'group',
        fields: [
          { name: 'bucketName', label: 'Bucket', kind: 'text', required: true },
          { name: 'objectPathPrefix', label: 'Path prefix', kind: 'text', required: true },
          {
            name: 'serviceAccountCredentials',
            label: 'Key for the bucket',
            kind: 'key-file',
            required: true,
            writeOnly: true,
          },
        ],
      },
      files,
    ],
  }),
  WRITER: defineForm(UpsertWriterIntegrationDocument, {
    summary: 'organizationId',
    fields: [token, { name: 'organizationId', label: 'Organization ID', kind: 'text', required: true }],
  }),
};

/** One line about what is connected. */
export function summarize(name: IntegrationName, integration: Integration): string {
  const values: Readonly<Record<string, unknown>> = { ...integration };
  const value = values[providerForms[name].summary ?? ''];
  if (typeof value !== 'string' || value === '') return 'Credentials are stored';
  return URL.canParse(value) ? new URL(value).host || value : value;
}
