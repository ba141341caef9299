export type Maybe<T> = T | null;
export type InputMaybe<T> = Maybe<T>;
/** All built-in and custom scalars, mapped to their actual values */
export type Scalars = {
  ID: { input: string; output: string; }
  String: { input: string; output: string; }
  Boolean: { input: boolean; output: boolean; }
  Int: { input: number; output: number; }
  Float: { input: number; output: number; }
  /** A point in time as RFC 3339 writes it, always with an offset, in all the precision that Galileo keeps: `2026-01-31T08:15:30.123456Z`. */
  DateTime: { input: string; output: string; }
  /** A JSON object with free keys. A list or a single value is none. */
  JSONObject: { input: Record<string, unknown>; output: Record<string, unknown>; }
  /** A whole number between -(2^53 - 1) and 2^53 - 1, as a JSON number: file sizes pass what Int can hold. */
  SafeInt: { input: number; output: number; }
};

/** Models of Anthropic. */
export type AnthropicIntegration = Integration & {
  __typename: 'AnthropicIntegration';
  /** The OAuth 2 scope that Galileo asks for; null where none is set. */
  authenticationScope: Maybe<Scalars['String']['output']>;
  /** How Galileo authenticates with Anthropic. */
  authenticationType: IntegrationAuthenticationType;
  /** Headers that Galileo fills from its own values; null where none are mapped. */
  customHeaderMapping: Maybe<Array<StringMapEntry>>;
  /** The URL that models are called at; null for Anthropic's own. */
  endpoint: Maybe<Scalars['String']['output']>;
  /** Settings that have no field of their own, as Galileo stores them; null where there are none. */
  extra: Maybe<Scalars['JSONObject']['output']>;
  /** Galileo's UUID of the integration; null where Galileo gives it none. */
  id: Maybe<Scalars['ID']['output']>;
  /** Limits on files; null where none are set. */
  multiModalConfig: Maybe<MultiModalIntegrationConfig>;
  /** The provider. One integration a provider: this is the key of an integration. */
  name: IntegrationName;
  /** Where Galileo gets its OAuth 2 token; null where none is set. */
  oauth2TokenUrl: Maybe<Scalars['String']['output']>;
};

/** Models of AWS Bedrock. */
export type AwsBedrockIntegration = Integration & {
  __typename: 'AwsBedrockIntegration';
  /** What Galileo identifies itself to AWS with. */
  credentialType: AwsCredentialType;
  /** Settings that have no field of their own, as Galileo stores them; null where there are none. */
  extra: Maybe<Scalars['JSONObject']['output']>;
  /** Galileo's UUID of the integration; null where Galileo gives it none. */
  id: Maybe<Scalars['ID']['output']>;
  /** Inference profiles: the model, and the profile that it is called through. */
  inferenceProfiles: Array<StringMapEntry>;
  /** Limits on files; null where none are set. */
  multiModalConfig: Maybe<MultiModalIntegrationConfig>;
  /** The provider. One integration a provider: this is the key of an integration. */
  name: IntegrationName;
  /** The AWS region that models are called in. */
  region: Scalars['String']['output'];
};

/** What Galileo identifies itself to AWS with. */
export type AwsCredentialType =
  /** Galileo assumes an IAM role. */
  | 'ASSUMED_ROLE'
  /** An access key with its secret. */
  | 'KEY_SECRET'
  /** A kind of credential that Galileo added after this schema was built. */
  | 'UNRECOGNIZED';

/** Models behind AWS SageMaker endpoints. */
export type AwsSageMakerIntegration = Integration & {
  __typename: 'AwsSageMakerIntegration';
  /** What Galileo identifies itself to AWS with. */
  credentialType: AwsCredentialType;
  /** Settings that have no field of their own, as Galileo stores them; null where there are none. */
  extra: Maybe<Scalars['JSONObject']['output']>;
  /** Galileo's UUID of the integration; null where Galileo gives it none. */
  id: Maybe<Scalars['ID']['output']>;
  /** The models behind the endpoints, in the order that Galileo stores. */
  models: Array<IntegrationModel>;
  /** Limits on files; null where none are set. */
  multiModalConfig: Maybe<MultiModalIntegrationConfig>;
  /** The provider. One integration a provider: this is the key of an integration. */
  name: IntegrationName;
  /** The AWS region that models are called in. */
  region: Scalars['String']['output'];
};

/** Models deployed on Azure OpenAI. */
export type AzureIntegration = Integration & {
  __typename: 'AzureIntegration';
  /** The version of Azure's API. */
  apiVersion: Scalars['String']['output'];
  /** The OAuth 2 scope that Galileo asks for; null where none is set. */
  authenticationScope: Maybe<Scalars['String']['output']>;
  /** How Galileo authenticates with Azure. */
  authenticationType: IntegrationAuthenticationType;
  /** The deployments that Azure reports; null where Galileo has not asked. */
  availableDeployments: Maybe<Array<AzureModelDeployment>>;
  /** The one deployment that all calls go to; null where `deployments` tells it by model. */
  azureDeployment: Maybe<Scalars['String']['output']>;
  /** Headers that Galileo fills from its own values; null where none are mapped. */
  customHeaderMapping: Maybe<Array<StringMapEntry>>;
  /** Headers that go along with every call; null where there are none. */
  defaultHeaders: Maybe<Array<StringMapEntry>>;
  /** Deployments: the model, and the deployment that it is called through. */
  deployments: Array<StringMapEntry>;
  /** The URL that models are called at. Galileo always has one. */
  endpoint: Maybe<Scalars['String']['output']>;
  /** Settings that have no field of their own, as Galileo stores them; null where there are none. */
  extra: Maybe<Scalars['JSONObject']['output']>;
  /** Galileo's UUID of the integration; null where Galileo gives it none. */
  id: Maybe<Scalars['ID']['output']>;
  /** Limits on files; null where none are set. */
  multiModalConfig: Maybe<MultiModalIntegrationConfig>;
  /** The provider. One integration a provider: this is the key of an integration. */
  name: IntegrationName;
  /** Where Galileo gets its OAuth 2 token; null where none is set. */
  oauth2TokenUrl: Maybe<Scalars['String']['output']>;
  /** Whether the endpoint is a proxy in front of Azure. */
  proxy: Scalars['Boolean']['output'];
};

/** A deployment of a model that Azure reports. */
export type AzureModelDeployment = {
  __typename: 'AzureModelDeployment';
  /** Azure's name of the deployment. */
  id: Scalars['String']['output'];
  /** The model that is deployed. */
  model: Scalars['String']['output'];
};

/** A kind of content that a model takes. */
export type ContentModality =
  /** The model takes audio content. */
  | 'AUDIO'
  /** The model takes document content. */
  | 'DOCUMENT'
  /** The model takes image content. */
  | 'IMAGE'
  /** The model takes text content. */
  | 'TEXT'
  /** A kind of content that Galileo added after this schema was built. */
  | 'UNRECOGNIZED'
  /** The model takes video content. */
  | 'VIDEO';

/** How Galileo shall authenticate with a custom integration. */
export type CustomAuthenticationType =
  /** An API key, sent in a header. */
  | 'API_KEY'
  /** No authentication. */
  | 'NONE'
  /** An OAuth 2 flow. */
  | 'OAUTH2';

/** An endpoint of the customer's own. Its API key, token and headers are write-only: no field answers them. */
export type CustomIntegration = Integration & {
  __typename: 'CustomIntegration';
  /** The name of the header that the API key goes into; null where none is set. */
  apiKeyHeader: Maybe<Scalars['String']['output']>;
  /** The OAuth 2 scope that Galileo asks for; null where none is set. */
  authenticationScope: Maybe<Scalars['String']['output']>;
  /** How Galileo authenticates with the endpoint. */
  authenticationType: IntegrationAuthenticationType;
  /** The URL of the endpoint: the `endpoint` of `UpsertCustomIntegrationInput`. */
  baseUrl: Scalars['String']['output'];
  /** Headers that Galileo fills from its own values; null where none are mapped. */
  customHeaderMapping: Maybe<Array<StringMapEntry>>;
  /** Code of the customer's own that the endpoint is called through; null where there is none. */
  customLlmConfig: Maybe<CustomLlmConfig>;
  /** The model that is used where none is named; null where none is set. */
  defaultModel: Maybe<Scalars['String']['output']>;
  /** Settings that have no field of their own, as Galileo stores them; null where there are none. */
  extra: Maybe<Scalars['JSONObject']['output']>;
  /** Galileo's UUID of the integration; null where Galileo gives it none. */
  id: Maybe<Scalars['ID']['output']>;
  /** Whether Galileo stores the models in the older form. */
  isLegacyFormat: Scalars['Boolean']['output'];
  /**
   * The names of the models, in the older form; null where Galileo stores none in it.
   * @deprecated Use modelProperties.
   */
  legacyModels: Maybe<Array<Scalars['String']['output']>>;
  /** The models that the endpoint offers; null where Galileo stores none in this form. */
  modelProperties: Maybe<Array<CustomModelProperties>>;
  /** Limits on files; null where none are set. */
  multiModalConfig: Maybe<MultiModalIntegrationConfig>;
  /** The provider. One integration a provider: this is the key of an integration. */
  name: IntegrationName;
  /** Where Galileo gets its OAuth 2 token; null where none is set. */
  oauth2TokenUrl: Maybe<Scalars['String']['output']>;
};

/** Code of the customer's own that Galileo calls the endpoint through. */
export type CustomLlmConfig = {
  __typename: 'CustomLlmConfig';
  /** The class in that file. */
  className: Scalars['String']['output'];
  /** The Python file that has the class. */
  fileName: Scalars['String']['output'];
  /** Keyword arguments that the class is made with; null where it takes none. */
  initKwargs: Maybe<Scalars['JSONObject']['output']>;
};

/** Code of the customer's own that Galileo shall call the endpoint through. */
export type CustomLlmConfigInput = {
  /** The class in that file. */
  className: Scalars['String']['input'];
  /** The Python file that has the class. */
  fileName: Scalars['String']['input'];
  /** Keyword arguments that the class is made with. */
  initKwargs?: InputMaybe<Scalars['JSONObject']['input']>;
};

/** A model that a custom integration offers. */
export type CustomModelProperties = {
  __typename: 'CustomModelProperties';
  /** The name that people see; null where the model has none beside `name`. */
  alias: Maybe<Scalars['String']['output']>;
  /** A known model whose parameters this one takes; null where `supportedParameters` lists them or nothing is known. */
  basedOn: Maybe<Scalars['String']['output']>;
  /** The name that the endpoint knows the model by. */
  name: Scalars['String']['output'];
  /** The parameters that the model takes; null where `basedOn` tells them or nothing is known. */
  supportedParameters: Maybe<Array<Scalars['String']['output']>>;
};

/** A model that the endpoint offers. `basedOn` and `supportedParameters` exclude each other. */
export type CustomModelPropertiesInput = {
  /** The name that people shall see; omitted or null for `name`. */
  alias?: InputMaybe<Scalars['String']['input']>;
  /** A known model whose parameters this one takes. */
  basedOn?: InputMaybe<Scalars['String']['input']>;
  /** The name that the endpoint knows the model by. */
  name: Scalars['String']['input'];
  /** The parameters that the model takes. */
  supportedParameters?: InputMaybe<Array<Scalars['String']['input']>>;
};

/** Models served by Databricks. */
export type DatabricksIntegration = Integration & {
  __typename: 'DatabricksIntegration';
  /** Settings that have no field of their own, as Galileo stores them; null where there are none. */
  extra: Maybe<Scalars['JSONObject']['output']>;
  /** Galileo's UUID of the integration; null where Galileo gives it none. */
  id: Maybe<Scalars['ID']['output']>;
  /** The provider. One integration a provider: this is the key of an integration. */
  name: IntegrationName;
};

/** A connected LLM provider. Its type tells which one, and has the fields of that provider. */
export type Integration = {
  /** Settings that have no field of their own, as Galileo stores them; null where there are none. */
  extra: Maybe<Scalars['JSONObject']['output']>;
  /** Galileo's UUID of the integration; null where Galileo gives it none. */
  id: Maybe<Scalars['ID']['output']>;
  /** The provider. One integration a provider: this is the key of an integration. */
  name: IntegrationName;
};

/** How Galileo authenticates with the provider. */
export type IntegrationAuthenticationType =
  /** An API key, sent in a header. */
  | 'API_KEY'
  /** An OAuth 2 client secret. */
  | 'CLIENT_SECRET'
  /** An OAuth 2 flow against a token endpoint of the customer's own. */
  | 'CUSTOM_OAUTH2'
  /** No authentication. */
  | 'NONE'
  /** An OAuth 2 flow. */
  | 'OAUTH2'
  /** A way that Galileo added after this schema was built. */
  | 'UNRECOGNIZED'
  /** A user name and a password. */
  | 'USERNAME_PASSWORD';

/** A model that an integration offers, with its limits, prices and manners. */
export type IntegrationModel = {
  __typename: 'IntegrationModel';
  /** The name that people see. */
  alias: Scalars['String']['output'];
  /** Other names of the same model; empty where it has none. */
  alternativeNames: Array<Scalars['String']['output']>;
  /** The version of the provider's API that the model needs; null where any will do. */
  apiVersion: Maybe<Scalars['String']['output']>;
  /** What the model calls its own part of a chat; null where it has no roles. */
  assistantRole: Maybe<Scalars['String']['output']>;
  /** What the prices count. */
  costBy: ModelCostBy;
  /** Tokens that the format of a message costs. */
  formattingTokens: Scalars['Int']['output'];
  /** Where in the provider's request the prompt goes; null where Galileo does not tell. */
  inputMap: Maybe<ModelInputMap>;
  /** The kinds of content that the model takes; empty where Galileo does not tell. */
  inputModalities: Array<ContentModality>;
  /** The price of the prompt, for each unit of `costBy`, as Galileo stores it; 0 where it is not known. */
  inputPrice: Scalars['Float']['output'];
  /** The most tokens of a prompt; null where it is not known. */
  inputTokenLimit: Maybe<Scalars['Int']['output']>;
  /** The provider that the model is called through; null with an error where Galileo names one that this schema does not know. */
  integration: Maybe<IntegrationName>;
  /** Whether the model takes a chat, not a single prompt. */
  isChat: Scalars['Boolean']['output'];
  /** Whether prompts are written in Mistral's older format. */
  legacyMistralPromptFormat: Scalars['Boolean']['output'];
  /** The largest value of nucleus sampling; null where the provider sets none. */
  maxTopP: Maybe<Scalars['Float']['output']>;
  /** The provider's name of the model. */
  name: Scalars['String']['output'];
  /** Where in the provider's answer each value stands; null where Galileo does not tell. */
  outputMap: Maybe<ModelOutputMap>;
  /** The price of the answer, for each unit of `costBy`, as Galileo stores it; 0 where it is not known. */
  outputPrice: Scalars['Float']['output'];
  /** The most tokens of an answer; null where it is not known. */
  outputTokenLimit: Maybe<Scalars['Int']['output']>;
  /** What each parameter is called in the provider's API; null where Galileo does not tell. */
  paramsMap: Maybe<ModelParamsMap>;
  /** Whether the model can report log probabilities. */
  providesLogProbs: Scalars['Boolean']['output'];
  /** Whether a call must say the most tokens of its answer. */
  requiresMaxTokens: Scalars['Boolean']['output'];
  /** Tokens that the beginning of each answer costs. */
  responsePrefixTokens: Scalars['Int']['output'];
  /** Whether the model takes a system prompt. */
  systemSupported: Scalars['Boolean']['output'];
  /** The most tokens of prompt and answer together; null where it is not known. */
  tokenLimit: Maybe<Scalars['Int']['output']>;
  /** What the model calls the user's part of a chat; null where it has no roles. */
  userRole: Maybe<Scalars['String']['output']>;
};

/** The LLM providers that Galileo can be connected to. */
export type IntegrationName =
  /** The provider that Galileo calls `anthropic`. */
  | 'ANTHROPIC'
  /** The provider that Galileo calls `aws_bedrock`. */
  | 'AWS_BEDROCK'
  /** The provider that Galileo calls `aws_sagemaker`. */
  | 'AWS_SAGEMAKER'
  /** The provider that Galileo calls `azure`. */
  | 'AZURE'
  /** The provider that Galileo calls `custom`. */
  | 'CUSTOM'
  /** The provider that Galileo calls `databricks`. */
  | 'DATABRICKS'
  /** The provider that Galileo calls `mistral`. */
  | 'MISTRAL'
  /** The provider that Galileo calls `nvidia`. */
  | 'NVIDIA'
  /** The provider that Galileo calls `openai`. */
  | 'OPENAI'
  /** The provider that Galileo calls `vegas_gateway`. */
  | 'VEGAS_GATEWAY'
  /** The provider that Galileo calls `vertex_ai`. */
  | 'VERTEX_AI'
  /** The provider that Galileo calls `writer`. */
  | 'WRITER';

/** Whether the caller may do something with the integration. */
export type IntegrationPermission = {
  __typename: 'IntegrationPermission';
  /** What is allowed or refused. */
  action: IntegrationPermissionAction;
  /** Whether the caller may. */
  allowed: Scalars['Boolean']['output'];
  /** Why not, in words for people; null where Galileo gives none. */
  message: Maybe<Scalars['String']['output']>;
  /** Galileo's own word for the action, also where this schema does not know it. */
  rawAction: Scalars['String']['output'];
};

/** What a permission allows or refuses. Galileo uses one list of actions for all its resources. */
export type IntegrationPermissionAction =
  /** The action `autotune_apply`. */
  | 'AUTOTUNE_APPLY'
  /** The action `change_role_to_admin`. */
  | 'CHANGE_ROLE_TO_ADMIN'
  /** The action `change_role_to_manager`. */
  | 'CHANGE_ROLE_TO_MANAGER'
  /** The action `change_role_to_read_only`. */
  | 'CHANGE_ROLE_TO_READ_ONLY'
  /** The action `change_role_to_user`. */
  | 'CHANGE_ROLE_TO_USER'
  /** The action `configure_crown_logic`. */
  | 'CONFIGURE_CROWN_LOGIC'
  /** The action `configure_human_feedback`. */
  | 'CONFIGURE_HUMAN_FEEDBACK'
  /** The action `create`. */
  | 'CREATE'
  /** The action `create_run`. */
  | 'CREATE_RUN'
  /** The action `create_stage`. */
  | 'CREATE_STAGE'
  /** The action `delete`. */
  | 'DELETE'
  /** The action `delete_data`. */
  | 'DELETE_DATA'
  /** The action `delete_log_data`. */
  | 'DELETE_LOG_DATA'
  /** The action `delete_run`. */
  | 'DELETE_RUN'
  /** The action `dismiss_alert`. */
  | 'DISMISS_ALERT'
  /** The action `edit_alert`. */
  | 'EDIT_ALERT'
  /** The action `edit_edit`. */
  | 'EDIT_EDIT'
  /** The action `edit_run_tags`. */
  | 'EDIT_RUN_TAGS'
  /** The action `edit_slice`. */
  | 'EDIT_SLICE'
  /** The action `edit_stage`. */
  | 'EDIT_STAGE'
  /** The action `export`. */
  | 'EXPORT'
  /** The action `export_data`. */
  | 'EXPORT_DATA'
  /** The action `join`. */
  | 'JOIN'
  /** The action `list_members`. */
  | 'LIST_MEMBERS'
  /** The action `log_data`. */
  | 'LOG_DATA'
  /** The action `move_run`. */
  | 'MOVE_RUN'
  /** The action `read`. */
  | 'READ'
  /** The action `read_ai_usage`. */
  | 'READ_AI_USAGE'
  /** The action `read_api_keys`. */
  | 'READ_API_KEYS'
  /** The action `read_cost_settings`. */
  | 'READ_COST_SETTINGS'
  /** The action `read_secrets`. */
  | 'READ_SECRETS'
  /** The action `read_settings`. */
  | 'READ_SETTINGS'
  /** The action `record_annotation`. */
  | 'RECORD_ANNOTATION'
  /** The action `record_human_feedback`. */
  | 'RECORD_HUMAN_FEEDBACK'
  /** The action `rename`. */
  | 'RENAME'
  /** The action `rename_run`. */
  | 'RENAME_RUN'
  /** The action `request_to_join`. */
  | 'REQUEST_TO_JOIN'
  /** The action `set_metric`. */
  | 'SET_METRIC'
  /** The action `share`. */
  | 'SHARE'
  /** The action `toggle_metric`. */
  | 'TOGGLE_METRIC'
  /** An action that Galileo added after this schema was built. */
  | 'UNRECOGNIZED'
  /** The action `update`. */
  | 'UPDATE'
  /** The action `update_control_bindings`. */
  | 'UPDATE_CONTROL_BINDINGS'
  /** The action `update_role`. */
  | 'UPDATE_ROLE'
  /** The action `update_settings`. */
  | 'UPDATE_SETTINGS'
  /** The action `use_control_runtime`. */
  | 'USE_CONTROL_RUNTIME';

/** A provider of the catalogue, configured or not. */
export type IntegrationProvider = {
  __typename: 'IntegrationProvider';
  /** The provider's name as people write it. */
  displayName: Scalars['String']['output'];
  /** The caller's integration of this provider: null where none is configured; null with an error where loading it failed. */
  integration: Maybe<Integration>;
  /** The provider. */
  name: IntegrationName;
};

/** What Galileo keeps about an integration beside its settings. */
export type IntegrationRecord = {
  __typename: 'IntegrationRecord';
  /** When the integration was first stored. */
  createdAt: Scalars['DateTime']['output'];
  /** The id of the user who first stored the integration. */
  createdBy: Scalars['ID']['output'];
  /** The id of the integration, the same as `CustomIntegration.id`. */
  integrationId: Scalars['ID']['output'];
  /** Whether the integration is switched off. */
  isDisabled: Scalars['Boolean']['output'];
  /** Whether the integration is the one that is used where none is named. */
  isSelected: Scalars['Boolean']['output'];
  /** The provider. */
  name: IntegrationName;
  /** What the caller may do with the integration; empty where Galileo does not tell. */
  permissions: Array<IntegrationPermission>;
  /** When the integration was last stored. */
  updatedAt: Scalars['DateTime']['output'];
};

/** Galileo refused the input as invalid, and stored nothing. */
export type IntegrationValidationFailure = {
  __typename: 'IntegrationValidationFailure';
  /** The single faults, each with its place; empty where Galileo named none. */
  issues: Array<IntegrationValidationIssue>;
  /** All that is wrong, in words for people. */
  message: Scalars['String']['output'];
};

/** One fault that Galileo found in the input. */
export type IntegrationValidationIssue = {
  __typename: 'IntegrationValidationIssue';
  /** Galileo's word for the kind of fault: `missing`, `string_type`, `value_error`, … */
  code: Scalars['String']['output'];
  /** What is wrong, in words for people. */
  message: Scalars['String']['output'];
  /** Where in the arguments the fault is, in the names of this schema: `["input", "modelProperties", "0", "basedOn"]`. Empty where Galileo named no place in them. */
  path: Array<Scalars['String']['output']>;
};

/** Models of Mistral AI. */
export type MistralIntegration = Integration & {
  __typename: 'MistralIntegration';
  /** Settings that have no field of their own, as Galileo stores them; null where there are none. */
  extra: Maybe<Scalars['JSONObject']['output']>;
  /** Galileo's UUID of the integration; null where Galileo gives it none. */
  id: Maybe<Scalars['ID']['output']>;
  /** The provider. One integration a provider: this is the key of an integration. */
  name: IntegrationName;
};

/** What a model's prices count. */
export type ModelCostBy =
  /** Prices count characters. */
  | 'CHARACTERS'
  /** Prices count tokens. */
  | 'TOKENS'
  /** A unit that Galileo added after this schema was built. */
  | 'UNRECOGNIZED';

/** Where in the provider's request the prompt goes. */
export type ModelInputMap = {
  __typename: 'ModelInputMap';
  /** Text that is put before the prompt; empty where there is none. */
  prefix: Scalars['String']['output'];
  /** Where the prompt goes. */
  prompt: Scalars['String']['output'];
  /** Text that is put after the prompt; empty where there is none. */
  suffix: Scalars['String']['output'];
};

/** Where in the provider's answer each value stands. */
export type ModelOutputMap = {
  __typename: 'ModelOutputMap';
  /** Where the reason stands why the answer ended; null where the provider does not tell. */
  completionReason: Maybe<Scalars['String']['output']>;
  /** Where the number of the prompt's tokens stands; null where the provider does not tell. */
  inputTokenCount: Maybe<Scalars['String']['output']>;
  /** Where the number of the answer's tokens stands; null where the provider does not tell. */
  outputTokenCount: Maybe<Scalars['String']['output']>;
  /** Where the text of the answer stands. */
  response: Scalars['String']['output'];
  /** Where the number of all tokens stands; null where the provider does not tell. */
  tokenCount: Maybe<Scalars['String']['output']>;
};

/** What each parameter is called in the provider's API. A field is null where the provider has no such parameter. */
export type ModelParamsMap = {
  __typename: 'ModelParamsMap';
  /** The provider's name of the parameter for the version of the API; null where it has none. */
  apiVersion: Maybe<Scalars['String']['output']>;
  /** The provider's name of the parameter for the deployment of the model; null where it has none. */
  deploymentName: Maybe<Scalars['String']['output']>;
  /** The provider's name of the parameter for repeating the prompt in the answer; null where it has none. */
  echo: Maybe<Scalars['String']['output']>;
  /** The provider's name of the parameter for the penalty on frequent tokens; null where it has none. */
  frequencyPenalty: Maybe<Scalars['String']['output']>;
  /** The provider's name of the parameter for log probabilities of the tokens; null where it has none. */
  logprobs: Maybe<Scalars['String']['output']>;
  /** The provider's name of the parameter for the most tokens of an answer; null where it has none. */
  maxTokens: Maybe<Scalars['String']['output']>;
  /** The provider's name of the parameter for the model; null where it has none. */
  model: Maybe<Scalars['String']['output']>;
  /** The provider's name of the parameter for the number of answers; null where it has none. */
  n: Maybe<Scalars['String']['output']>;
  /** The provider's name of the parameter for the penalty on tokens that occurred; null where it has none. */
  presencePenalty: Maybe<Scalars['String']['output']>;
  /** The provider's name of the parameter for how much the model reasons; null where it has none. */
  reasoningEffort: Maybe<Scalars['String']['output']>;
  /** The provider's name of the parameter for the format of the answer; null where it has none. */
  responseFormat: Maybe<Scalars['String']['output']>;
  /** The provider's name of the parameter for the texts that end an answer; null where it has none. */
  stopSequences: Maybe<Scalars['String']['output']>;
  /** The provider's name of the parameter for the sampling temperature; null where it has none. */
  temperature: Maybe<Scalars['String']['output']>;
  /** The provider's name of the parameter for which tool the model must call; null where it has none. */
  toolChoice: Maybe<Scalars['String']['output']>;
  /** The provider's name of the parameter for the tools that the model may call; null where it has none. */
  tools: Maybe<Scalars['String']['output']>;
  /** The provider's name of the parameter for sampling from the k likeliest tokens; null where it has none. */
  topK: Maybe<Scalars['String']['output']>;
  /** The provider's name of the parameter for how many likeliest tokens to report log probabilities of; null where it has none. */
  topLogprobs: Maybe<Scalars['String']['output']>;
  /** The provider's name of the parameter for nucleus sampling; null where it has none. */
  topP: Maybe<Scalars['String']['output']>;
  /** The provider's name of the parameter for how long the answer is to be; null where it has none. */
  verbosity: Maybe<Scalars['String']['output']>;
};

/** Limits on the files that go to a model beside text. */
export type MultiModalIntegrationConfig = {
  __typename: 'MultiModalIntegrationConfig';
  /** The largest size of one file, in bytes; null where there is no limit of its own. */
  maxFileSizeBytes: Maybe<Scalars['SafeInt']['output']>;
  /** The most files in one call; null where there is no limit of its own. */
  maxFiles: Maybe<Scalars['Int']['output']>;
};

/** Limits on the files that go to a model beside text. */
export type MultiModalIntegrationConfigInput = {
  /** The largest size of one file, in bytes; at least 1. */
  maxFileSizeBytes?: InputMaybe<Scalars['SafeInt']['input']>;
  /** The most files in one call; at least 1. */
  maxFiles?: InputMaybe<Scalars['Int']['input']>;
};

/** What can be written. */
export type Mutation = {
  __typename: 'Mutation';
  /** Stores the custom integration, new or in place of the one that is there. Null with an error where it failed; with UPSTREAM_OUTCOME_UNKNOWN it may have been stored all the same. */
  upsertCustomIntegration: Maybe<UpsertCustomIntegrationResult>;
};


/** What can be written. */
export type MutationupsertCustomIntegrationArgs = {
  input: UpsertCustomIntegrationInput;
};

/** Models served by NVIDIA. */
export type NvidiaIntegration = Integration & {
  __typename: 'NvidiaIntegration';
  /** Settings that have no field of their own, as Galileo stores them; null where there are none. */
  extra: Maybe<Scalars['JSONObject']['output']>;
  /** Galileo's UUID of the integration; null where Galileo gives it none. */
  id: Maybe<Scalars['ID']['output']>;
  /** The provider. One integration a provider: this is the key of an integration. */
  name: IntegrationName;
};

/** Models of OpenAI. */
export type OpenAIIntegration = Integration & {
  __typename: 'OpenAIIntegration';
  /** Settings that have no field of their own, as Galileo stores them; null where there are none. */
  extra: Maybe<Scalars['JSONObject']['output']>;
  /** Galileo's UUID of the integration; null where Galileo gives it none. */
  id: Maybe<Scalars['ID']['output']>;
  /** The provider. One integration a provider: this is the key of an integration. */
  name: IntegrationName;
  /** The OpenAI organization that calls are counted to; null where none is set. */
  organizationId: Maybe<Scalars['String']['output']>;
};

/** What can be read. Every field but the catalogue itself needs a credential. */
export type Query = {
  __typename: 'Query';
  /** The caller's integration of one provider: null without an error where it is not configured; null with an error where loading it failed. */
  integration: Maybe<Integration>;
  /** The catalogue: one entry for each provider, configured or not, with its integration. All that a settings page needs. */
  integrationProviders: Array<IntegrationProvider>;
  /** The configured integrations among `names`, in the order asked; providers that are not configured are left out. An item is null only where loading it failed, and `errors` has its path then. */
  integrations: Array<Maybe<Integration>>;
};


/** What can be read. Every field but the catalogue itself needs a credential. */
export type QueryintegrationArgs = {
  name: IntegrationName;
};


/** What can be read. Every field but the catalogue itself needs a credential. */
export type QueryintegrationProvidersArgs = {
  names?: InputMaybe<Array<IntegrationName>>;
};


/** What can be read. Every field but the catalogue itself needs a credential. */
export type QueryintegrationsArgs = {
  names?: InputMaybe<Array<IntegrationName>>;
};

/** One entry of a map from text to text. */
export type StringMapEntry = {
  __typename: 'StringMapEntry';
  /** The key; it occurs once in its map. */
  key: Scalars['String']['output'];
  /** The value of the key. */
  value: Scalars['String']['output'];
};

/** One entry of a map from text to text. A key may come once in its map. */
export type StringMapEntryInput = {
  /** The key. */
  key: Scalars['String']['input'];
  /** The value of the key. */
  value: Scalars['String']['input'];
};

/** The settings of the custom integration. What is omitted is not sent, and Galileo decides; what is null is sent as null. */
export type UpsertCustomIntegrationInput = {
  /** The name of the header that the API key goes into. */
  apiKeyHeader?: InputMaybe<Scalars['String']['input']>;
  /** The API key. A secret: it is passed on and never answered. */
  apiKeyValue?: InputMaybe<Scalars['String']['input']>;
  /** The OAuth 2 scope to ask for. */
  authenticationScope?: InputMaybe<Scalars['String']['input']>;
  /** How Galileo shall authenticate with the endpoint. `API_KEY` needs `apiKeyHeader` and `apiKeyValue`. */
  authenticationType?: InputMaybe<CustomAuthenticationType>;
  /** Headers that Galileo shall fill from its own values. */
  customHeaderMapping?: InputMaybe<Array<StringMapEntryInput>>;
  /** Code of the customer's own that the endpoint is called through. */
  customLlmConfig?: InputMaybe<CustomLlmConfigInput>;
  /** The model that is used where none is named. */
  defaultModel?: InputMaybe<Scalars['String']['input']>;
  /** The URL of the endpoint: `CustomIntegration.baseUrl`. */
  endpoint: Scalars['String']['input'];
  /** Headers that go along with every call; at most 50. Their values are secrets: they are passed on and never answered. */
  headers?: InputMaybe<Array<StringMapEntryInput>>;
  /** The models that the endpoint offers. */
  modelProperties?: InputMaybe<Array<CustomModelPropertiesInput>>;
  /**
   * The names of the models, in the older form.
   * @deprecated Use modelProperties.
   */
  models?: InputMaybe<Array<Scalars['String']['input']>>;
  /** Limits on files. */
  multiModalConfig?: InputMaybe<MultiModalIntegrationConfigInput>;
  /** Where Galileo shall get its OAuth 2 token. */
  oauth2TokenUrl?: InputMaybe<Scalars['String']['input']>;
  /** The credential that Galileo authenticates with. A secret: it is passed on and never answered. */
  token?: InputMaybe<Scalars['String']['input']>;
};

/** What came of a write that Galileo has understood. */
export type UpsertCustomIntegrationResult = IntegrationValidationFailure | UpsertCustomIntegrationSuccess;

/** Galileo has stored the custom integration. */
export type UpsertCustomIntegrationSuccess = {
  __typename: 'UpsertCustomIntegrationSuccess';
  /** The integration as it stands now, read back when selected: one more call to Galileo. Null with an error where that failed; the write stands all the same. */
  integration: Maybe<CustomIntegration>;
  /** What Galileo answered to the write. */
  record: IntegrationRecord;
};

/** Models behind a Vegas gateway. */
export type VegasGatewayIntegration = Integration & {
  __typename: 'VegasGatewayIntegration';
  /** Settings that have no field of their own, as Galileo stores them; null where there are none. */
  extra: Maybe<Scalars['JSONObject']['output']>;
  /** Galileo's UUID of the integration; null where Galileo gives it none. */
  id: Maybe<Scalars['ID']['output']>;
  /** The provider. One integration a provider: this is the key of an integration. */
  name: IntegrationName;
};

/** Where in Google Cloud Storage the files lie that Galileo hands to Vertex AI. */
export type VertexAIGcsConfig = {
  __typename: 'VertexAIGcsConfig';
  /** The bucket. */
  bucketName: Scalars['String']['output'];
  /** What the names of all objects in it begin with. */
  objectPathPrefix: Scalars['String']['output'];
};

/** Models of Google Cloud Vertex AI. */
export type VertexAIIntegration = Integration & {
  __typename: 'VertexAIIntegration';
  /** Settings that have no field of their own, as Galileo stores them; null where there are none. */
  extra: Maybe<Scalars['JSONObject']['output']>;
  /** Where files for Vertex AI lie; null where Galileo stores none. */
  gcsConfig: Maybe<VertexAIGcsConfig>;
  /** Galileo's UUID of the integration; null where Galileo gives it none. */
  id: Maybe<Scalars['ID']['output']>;
  /** Limits on files; null where none are set. */
  multiModalConfig: Maybe<MultiModalIntegrationConfig>;
  /** The provider. One integration a provider: this is the key of an integration. */
  name: IntegrationName;
};

/** Models of Writer. */
export type WriterIntegration = Integration & {
  __typename: 'WriterIntegration';
  /** Settings that have no field of their own, as Galileo stores them; null where there are none. */
  extra: Maybe<Scalars['JSONObject']['output']>;
  /** Galileo's UUID of the integration; null where Galileo gives it none. */
  id: Maybe<Scalars['ID']['output']>;
  /** The provider. One integration a provider: this is the key of an integration. */
  name: IntegrationName;
  /** The Writer organization that calls are counted to. Galileo always has one. */
  organizationId: Maybe<Scalars['String']['output']>;
};
