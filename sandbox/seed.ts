import type { ProviderName } from '../src/upstream/api-types.ts';
import type {
  GroupCollaborator,
  Model,
  operations,
  UserCollaborator,
} from '../src/upstream/generated/galileo.ts';
import { propertyDefaults } from '../src/upstream/generated/tables.ts';

type Integration =
  operations['get_integration_v2_integrations__name__get']['responses'][200]['content']['application/json'];

/** Every property is present, as upstream sends it, except those of the tenant's record. */
type Seed<Name extends ProviderName> = Omit<
  Required<Extract<Integration, { provider: Name }>>,
  'id' | 'name' | 'provider'
>;

/** The providers that are not configured, so that a demo shows this state. */
export const notConfigured = ['databricks', 'writer'] as const satisfies readonly ProviderName[];

type Seeds = {
  readonly [Name in Exclude<ProviderName, (typeof notConfigured)[number]>]: Seed<Name>;
};

/** Null for what a model does not have. */
const noParameters = propertyDefaults.RunParamsMap;
const noPaths = propertyDefaults.OutputMap;

const sageMakerModels = [
  {
    name: 'meta-llama-3-1-70b-instruct',
    alias: 'Llama 3.1 70B Instruct',
    integration: 'aws_sagemaker',
    user_role: 'user',
    assistant_role: 'assistant',
    system_supported: true,
    input_modalities: ['text'],
    alternative_names: ['llama-3-1-70b', 'jumpstart-dft-meta-llama-3-1-70b'],
    input_token_limit: 128_000,
    output_token_limit: 4_096,
    token_limit: 132_096,
    output_price: 0.000_003_5,
    input_price: 0.000_002_65,
    cost_by: 'tokens',
    is_chat: true,
    provides_log_probs: true,
    formatting_tokens: 3,
    response_prefix_tokens: 3,
    api_version: '2017-05-13',
    legacy_mistral_prompt_format: false,
    requires_max_tokens: true,
    max_top_p: 0.999,
    params_map: {
      ...noParameters,
      model: 'model',
      temperature: 'temperature',
      max_tokens: 'max_tokens',
      stop_sequences: 'stop',
      top_p: 'top_p',
      frequency_penalty: 'frequency_penalty',
      presence_penalty: 'presence_penalty',
      logprobs: 'logprobs',
      top_logprobs: 'top_logprobs',
      n: 'n',
      tools: 'tools',
      tool_choice: 'tool_choice',
      response_format: 'response_format',
      deployment_name: 'EndpointName',
    },
    output_map: {
      response: 'choices[0].message.content',
      token_count: 'usage.total_tokens',
      input_token_count: 'usage.prompt_tokens',
      output_token_count: 'usage.completion_tokens',
      completion_reason: 'choices[0].finish_reason',
    },
    input_map: { prompt: 'messages[0].content', prefix: '', suffix: '' },
  },
  {
    name: 'mistral-7b-instruct-v0-2',
    alias: 'Mistral 7B Instruct v0.2',
    integration: 'aws_sagemaker',
    user_role: 'user',
    assistant_role: 'assistant',
    system_supported: false,
    input_modalities: ['text'],
    alternative_names: ['huggingface-llm-mistral-7b-instruct'],
    input_token_limit: 32_768,
    output_token_limit: 8_192,
    token_limit: 32_768,
    output_price: 0.000_000_2,
    input_price: 0.000_000_15,
    cost_by: 'tokens',
    is_chat: false,
    provides_log_probs: false,
    formatting_tokens: 0,
    response_prefix_tokens: 0,
    api_version: null,
    legacy_mistral_prompt_format: true,
    requires_max_tokens: true,
    max_top_p: 0.99,
    params_map: {
      ...noParameters,
      temperature: 'parameters.temperature',
      max_tokens: 'parameters.max_new_tokens',
      stop_sequences: 'parameters.stop',
      top_p: 'parameters.top_p',
      top_k: 'parameters.top_k',
      frequency_penalty: 'parameters.repetition_penalty',
      echo: 'parameters.return_full_text',
      logprobs: 'parameters.details',
      deployment_name: 'EndpointName',
    },
    output_map: {
      ...noPaths,
      response: '[0].generated_text',
      output_token_count: '[0].details.generated_tokens',
      completion_reason: '[0].details.finish_reason',
    },
    input_map: { prompt: 'inputs', prefix: '<s>[INST] ', suffix: ' [/INST]' },
  },
  {
    name: 'meta-llama-3-2-90b-vision-instruct',
    alias: 'Llama 3.2 90B Vision Instruct',
    integration: 'aws_sagemaker',
    user_role: 'user',
    assistant_role: 'assistant',
    system_supported: true,
    input_modalities: ['text', 'image', 'document'],
    alternative_names: [],
    input_token_limit: 128_000,
    output_token_limit: 4_096,
    token_limit: null,
    output_price: 0.000_002,
    input_price: 0.000_002,
    cost_by: 'characters',
    is_chat: true,
    provides_log_probs: false,
    formatting_tokens: 3,
    response_prefix_tokens: 3,
    api_version: null,
    legacy_mistral_prompt_format: false,
    requires_max_tokens: false,
    max_top_p: null,
    params_map: {
      ...noParameters,
      model: 'model',
      temperature: 'temperature',
      max_tokens: 'max_tokens',
      stop_sequences: 'stop',
      top_p: 'top_p',
      reasoning_effort: 'reasoning_effort',
      verbosity: 'verbosity',
      deployment_name: 'EndpointName',
    },
    output_map: {
      ...noPaths,
      response: 'choices[0].message.content',
      token_count: 'usage.total_tokens',
      completion_reason: 'choices[0].finish_reason',
    },
    input_map: null,
  },
] satisfies Required<Model>[];

/** The integrations of a new tenant: one of every provider except `notConfigured`. */
export const seededIntegrations: Seeds = {
  anthropic: {
    multi_modal_config: { max_files: 20, max_file_size_bytes: 33_554_432 },
    authentication_type: 'custom_oauth2',
    endpoint: 'https://llm.acme.example/anthropic',
    authentication_scope: 'api://llm-proxy/.default',
    oauth2_token_url: 'https://login.acme.example/oauth2/v2.0/token',
    custom_header_mapping: { project_id: 'X-Acme-Project', user_email: 'X-Acme-User' },
    extra: { cost_center: 'ml-platform', prompt_caching: true },
  },
  aws_bedrock: {
    multi_modal_config: { max_files: 5, max_file_size_bytes: 4_718_592 },
    credential_type: 'assumed_role',
    region: 'us-east-1',
    inference_profiles: {
      'anthropic.claude-sonnet-4-20250514-v1:0':
        'arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-sonnet-4-20250514-v1:0',
      'meta.llama3-3-70b-instruct-v1:0':
        'arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1b2c3d4e5f6',
    },
    extra: { guardrail: { id: 'gr-8f2k1', version: 'DRAFT' } },
  },
  aws_sagemaker: {
    credential_type: 'key_secret',
    region: 'eu-central-1',
    multi_modal_config: { max_files: 4, max_file_size_bytes: 6_291_456 },
    models: sageMakerModels,
    extra: { endpoint_owner: 'search-relevance' },
  },
  azure: {
    multi_modal_config: { max_files: 10, max_file_size_bytes: 20_971_520 },
    proxy: true,
    endpoint: 'https://acme-eastus2.openai.azure.com',
    api_version: '2025-03-01-preview',
    azure_deployment: 'gpt-4o-prod',
    authentication_type: 'client_secret',
    authentication_scope: 'https://cognitiveservices.azure.com/.default',
    default_headers: { 'X-Acme-Environment': 'production', 'X-Acme-Team': 'evaluation' },
    deployments: { 'gpt-4o': 'gpt-4o-prod', 'gpt-4o-mini': 'gpt-4o-mini-prod', 'o3-mini': 'o3-mini-batch' },
    oauth2_token_url: 'https://login.microsoftonline.com/acme.example/oauth2/v2.0/token',
    custom_header_mapping: { user_email: 'X-Acme-User' },
    available_deployments: [
      { model: 'gpt-4o', id: 'gpt-4o-prod' },
      { model: 'gpt-4o-mini', id: 'gpt-4o-mini-prod' },
      { model: 'o3-mini', id: 'o3-mini-batch' },
      { model: 'text-embedding-3-large', id: 'embeddings' },
    ],
    extra: { subscription: 'acme-ai-prod', content_filter: { hate: 'medium', violence: 'medium' } },
  },
  custom: {
    multi_modal_config: { max_files: 3, max_file_size_bytes: 10_485_760 },
    authentication_type: 'api_key',
    models: ['acme-chat-large', 'acme-chat-small'],
    model_properties: [
      { name: 'acme-chat-large', alias: 'Acme Chat (large)', based_on: 'gpt-4o', supported_parameters: null },
      {
        name: 'acme-chat-small',
        alias: 'Acme Chat (small)',
        based_on: null,
        supported_parameters: ['temperature', 'max_tokens', 'top_p'],
      },
    ],
    is_legacy_format: false,
    default_model: 'acme-chat-large',
    base_url: 'https://llm.acme.example/v1',
    authentication_scope: null,
    oauth2_token_url: null,
    api_key_header: 'X-Acme-Key',
    api_key_value: null,
    custom_llm_config: {
      file_name: 'acme_handler.py',
      class_name: 'AcmeHandler',
      init_kwargs: { max_retries: 3, stream: false, region: 'eu' },
    },
    custom_header_mapping: { project_id: 'X-Acme-Project' },
    headers: null,
    extra: { owner: 'platform-team', tags: ['internal', 'gdpr'] },
  },
  mistral: { extra: { plan: 'scale' } },
  nvidia: { extra: { nim_version: '1.8.3', self_hosted: true } },
  openai: {
    organization_id: 'org-acme-research',
    extra: { data_residency: 'eu' },
  },
  vegas_gateway: { extra: null },
  vertex_ai: {
    // 5 GiB does not fit into 32 bits.
    multi_modal_config: { max_files: 3_000, max_file_size_bytes: 5_368_709_120 },
    gcs_config: { bucket_name: 'acme-galileo-media', object_path_prefix: 'evaluations/' },
    extra: { project: 'acme-ml-prod', location: 'europe-west4' },
  },
};

/** An integration that another user of the organization shared with the tenant. */
export const sharedAzure: Seed<'azure'> = {
  ...seededIntegrations.azure,
  endpoint: 'https://acme-westeurope.openai.azure.com',
  azure_deployment: 'gpt-4o-shared',
  authentication_type: 'api_key',
  authentication_scope: null,
  default_headers: null,
  deployments: { 'gpt-4o': 'gpt-4o-shared' },
  oauth2_token_url: null,
  custom_header_mapping: null,
  available_deployments: [{ model: 'gpt-4o', id: 'gpt-4o-shared' }],
  extra: { subscription: 'acme-ai-shared' },
};

/** The collaborators of the `openai` integration. */
export const seededUsers = [
  {
    user: {
      user_id: '5f1c2a7e-0b7d-4c57-9f62-3f6f0c1f7a01',
      first_name: 'Ada',
      last_name: 'Okafor',
      email: 'ada.okafor@acme.example',
    },
    role: 'editor',
  },
  {
    user: {
      user_id: '5f1c2a7e-0b7d-4c57-9f62-3f6f0c1f7a02',
      first_name: null,
      last_name: null,
      email: 'new.colleague@acme.example',
    },
    role: 'viewer',
  },
] as const satisfies readonly Seeded<
  UserCollaborator,
  'user',
  'user_id' | 'first_name' | 'last_name' | 'email'
>[];

export const seededGroups = [
  {
    group: { group_id: '9d3b8c44-6a1e-4f0b-8a55-2c9e7d4b5c11', group_name: 'Evaluation team' },
    role: 'annotator',
  },
] as const satisfies readonly Seeded<GroupCollaborator, 'group', 'group_id' | 'group_name'>[];

type Seeded<Kind extends { readonly role: string }, Name extends string, Key extends keyof Kind> = {
  readonly [Property in Name]: Pick<Kind, Key>;
} & Pick<Kind, 'role'>;

/** The models of providers whose settings do not list models. */
export const seededModels: Readonly<Partial<Record<ProviderName, readonly string[]>>> = {
  anthropic: ['claude-opus-4', 'claude-sonnet-4', 'claude-3-5-haiku'],
  aws_bedrock: ['anthropic.claude-sonnet-4-20250514-v1:0', 'meta.llama3-3-70b-instruct-v1:0'],
  databricks: ['databricks-meta-llama-3-3-70b-instruct'],
  mistral: ['mistral-large-latest', 'mistral-small-latest'],
  nvidia: ['meta/llama-3.3-70b-instruct'],
  openai: ['gpt-4o', 'gpt-4o-mini', 'o3-mini'],
  vegas_gateway: ['vegas-chat'],
  vertex_ai: ['gemini-2.5-flash', 'gemini-2.5-pro'],
  writer: ['palmyra-x5'],
};

/** The databases of a configured `databricks` integration by their catalogs. */
export const seededCatalogs: ReadonlyMap<string, readonly string[]> = new Map([
  ['main', ['default', 'evaluations', 'prompts']],
  ['samples', ['bookings', 'trips']],
]);
