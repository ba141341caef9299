export type Maybe<T> = T | null;
export type InputMaybe<T> = Maybe<T>;
/** All built-in and custom scalars, mapped to their actual values */
export type Scalars = {
  ID: { input: string; output: string; }
  String: { input: string; output: string; }
  Boolean: { input: boolean; output: boolean; }
  Int: { input: number; output: number; }
  Float: { input: number; output: number; }
  /** A date and time in RFC 3339 form, always with an offset, with the precision that Galileo returns: `2026-01-31T08:15:30.123456Z`. */
  DateTime: { input: string; output: string; }
  /** A JSON object with arbitrary keys. An input with a number beyond ±(2^53 - 1), or nested more than 200 levels deep, is rejected with BAD_USER_INPUT. */
  JSONObject: { input: Record<string, unknown>; output: Record<string, unknown>; }
  /** A whole number between -(2^53 - 1) and 2^53 - 1, as a JSON number. File sizes exceed the range of Int. */
  SafeInt: { input: number; output: number; }
};

/** How Galileo can authenticate with Anthropic. */
export type AnthropicAuthenticationType =
  /** An API key in a header. */
  | 'API_KEY'
  /** OAuth 2 with a token endpoint that the customer provides. */
  | 'CUSTOM_OAUTH2';

/** Anthropic models. */
export type AnthropicIntegration = Integration & {
  __typename: 'AnthropicIntegration';
  /** The OAuth 2 scope that Galileo requests. Null if none is set. */
  authenticationScope: Maybe<Scalars['String']['output']>;
  /** How Galileo authenticates with Anthropic. Default: `API_KEY`. */
  authenticationType: IntegrationAuthenticationType;
  /** Fields that Galileo sends to the provider as headers. Each key is a field of Galileo, such as `user_email`. Its value is the name of the header, such as `X-User`. Null if none are mapped. */
  customHeaderMapping: Maybe<Array<StringMapEntry>>;
  /** The URL of the API. Null means Anthropic's public API. */
  endpoint: Maybe<Scalars['String']['output']>;
  /** Settings that have no separate field, as Galileo stores them. Null if there are none. */
  extra: Maybe<Scalars['JSONObject']['output']>;
  /** The groups that the integration is shared with. One call to Galileo per page. Null if the integration has no id; null with an error if the call fails. */
  groups: Maybe<IntegrationGroupConnection>;
  /** The integration's UUID in Galileo. Null if Galileo returns none. */
  id: Maybe<Scalars['ID']['output']>;
  /** Limits on the files in a request. Null if none are set. */
  multiModalConfig: Maybe<MultiModalIntegrationConfig>;
  /** The provider. It identifies the integration, because a provider has one selected integration. */
  name: IntegrationName;
  /** The URL of the OAuth 2 token endpoint. Null if none is set. */
  oauth2TokenUrl: Maybe<Scalars['String']['output']>;
  /** The status of the integration as entries, whose keys Galileo defines. One call to Galileo, which may call the provider: select it only if you need it. Null with an error if the call fails. */
  status: Maybe<Array<StringMapEntry>>;
  /** The users that the integration is shared with. One call to Galileo per page. Null if the integration has no id; null with an error if the call fails. */
  users: Maybe<IntegrationUserConnection>;
};


/** Anthropic models. */
export type AnthropicIntegrationgroupsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};


/** Anthropic models. */
export type AnthropicIntegrationusersArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};

/** AWS Bedrock models. */
export type AwsBedrockIntegration = Integration & {
  __typename: 'AwsBedrockIntegration';
  /** How Galileo authenticates with AWS. Default: `KEY_SECRET`. */
  credentialType: AwsCredentialType;
  /** Settings that have no separate field, as Galileo stores them. Null if there are none. */
  extra: Maybe<Scalars['JSONObject']['output']>;
  /** The groups that the integration is shared with. One call to Galileo per page. Null if the integration has no id; null with an error if the call fails. */
  groups: Maybe<IntegrationGroupConnection>;
  /** The integration's UUID in Galileo. Null if Galileo returns none. */
  id: Maybe<Scalars['ID']['output']>;
  /** Inference profiles. Each key is a model. Its value is the profile through which Galileo calls the model. */
  inferenceProfiles: Array<StringMapEntry>;
  /** Limits on the files in a request. Null if none are set. */
  multiModalConfig: Maybe<MultiModalIntegrationConfig>;
  /** The provider. It identifies the integration, because a provider has one selected integration. */
  name: IntegrationName;
  /** The AWS region of the models. Default: `us-west-2`. */
  region: Scalars['String']['output'];
  /** The status of the integration as entries, whose keys Galileo defines. One call to Galileo, which may call the provider: select it only if you need it. Null with an error if the call fails. */
  status: Maybe<Array<StringMapEntry>>;
  /** The users that the integration is shared with. One call to Galileo per page. Null if the integration has no id; null with an error if the call fails. */
  users: Maybe<IntegrationUserConnection>;
};


/** AWS Bedrock models. */
export type AwsBedrockIntegrationgroupsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};


/** AWS Bedrock models. */
export type AwsBedrockIntegrationusersArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};

/** How Galileo authenticates with AWS. */
export type AwsCredentialType =
  /** Galileo assumes an IAM role. */
  | 'ASSUMED_ROLE'
  /** An access key id and its secret access key. */
  | 'KEY_SECRET'
  /** A kind of credential that Galileo added after this schema was built. */
  | 'UNRECOGNIZED';

/** How Galileo authenticates with AWS. */
export type AwsCredentialTypeInput =
  /** Galileo assumes an IAM role. */
  | 'ASSUMED_ROLE'
  /** An access key id and its secret access key. */
  | 'KEY_SECRET';

/** Models behind AWS SageMaker endpoints. */
export type AwsSageMakerIntegration = Integration & {
  __typename: 'AwsSageMakerIntegration';
  /** How Galileo authenticates with AWS. Default: `KEY_SECRET`. */
  credentialType: AwsCredentialType;
  /** Settings that have no separate field, as Galileo stores them. Null if there are none. */
  extra: Maybe<Scalars['JSONObject']['output']>;
  /** The groups that the integration is shared with. One call to Galileo per page. Null if the integration has no id; null with an error if the call fails. */
  groups: Maybe<IntegrationGroupConnection>;
  /** The integration's UUID in Galileo. Null if Galileo returns none. */
  id: Maybe<Scalars['ID']['output']>;
  /** The models of the endpoints. */
  models: Array<IntegrationModel>;
  /** Limits on the files in a request. Null if none are set. */
  multiModalConfig: Maybe<MultiModalIntegrationConfig>;
  /** The provider. It identifies the integration, because a provider has one selected integration. */
  name: IntegrationName;
  /** The AWS region of the models. Default: `us-west-2`. */
  region: Scalars['String']['output'];
  /** The status of the integration as entries, whose keys Galileo defines. One call to Galileo, which may call the provider: select it only if you need it. Null with an error if the call fails. */
  status: Maybe<Array<StringMapEntry>>;
  /** The users that the integration is shared with. One call to Galileo per page. Null if the integration has no id; null with an error if the call fails. */
  users: Maybe<IntegrationUserConnection>;
};


/** Models behind AWS SageMaker endpoints. */
export type AwsSageMakerIntegrationgroupsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};


/** Models behind AWS SageMaker endpoints. */
export type AwsSageMakerIntegrationusersArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};

/** AWS credentials: `accessKeyId` and `secretAccessKey`, or `roleArn`. */
export type AwsTokenInput = {
  /** The access key id. Required for `KEY_SECRET`. Secret: forwarded to Galileo and never returned. */
  accessKeyId?: InputMaybe<Scalars['String']['input']>;
  /** The ARN of the IAM role. Required for `ASSUMED_ROLE`. */
  roleArn?: InputMaybe<Scalars['String']['input']>;
  /** The secret access key. Required for `KEY_SECRET`. Secret: forwarded to Galileo and never returned. */
  secretAccessKey?: InputMaybe<Scalars['String']['input']>;
};

/** How Galileo can authenticate with Azure. */
export type AzureAuthenticationType =
  /** An API key in a header. */
  | 'API_KEY'
  /** An OAuth 2 client secret. */
  | 'CLIENT_SECRET'
  /** OAuth 2 with a token endpoint that the customer provides. */
  | 'CUSTOM_OAUTH2'
  /** A user name and a password. */
  | 'USERNAME_PASSWORD';

/** Models deployed on Azure OpenAI. */
export type AzureIntegration = Integration & {
  __typename: 'AzureIntegration';
  /** The version of Azure's API. Default: `2025-03-01-preview`. */
  apiVersion: Scalars['String']['output'];
  /** The OAuth 2 scope that Galileo requests. Null if none is set. */
  authenticationScope: Maybe<Scalars['String']['output']>;
  /** How Galileo authenticates with Azure. Default: `API_KEY`. */
  authenticationType: IntegrationAuthenticationType;
  /** The deployments that Azure offers. Null if Galileo does not know them. */
  availableDeployments: Maybe<Array<AzureModelDeployment>>;
  /** The deployment that serves all requests. Null if `deployments` has one per model. */
  azureDeployment: Maybe<Scalars['String']['output']>;
  /** Fields that Galileo sends to the provider as headers. Each key is a field of Galileo, such as `user_email`. Its value is the name of the header, such as `X-User`. Null if none are mapped. */
  customHeaderMapping: Maybe<Array<StringMapEntry>>;
  /** Headers that Galileo adds to every request to Azure. Null if there are none. */
  defaultHeaders: Maybe<Array<StringMapEntry>>;
  /** Deployments. Each key is a model. Its value is the deployment that serves the model. */
  deployments: Array<StringMapEntry>;
  /** The URL of the API. Galileo always returns one; nullable because other providers may have none. */
  endpoint: Maybe<Scalars['String']['output']>;
  /** Settings that have no separate field, as Galileo stores them. Null if there are none. */
  extra: Maybe<Scalars['JSONObject']['output']>;
  /** The groups that the integration is shared with. One call to Galileo per page. Null if the integration has no id; null with an error if the call fails. */
  groups: Maybe<IntegrationGroupConnection>;
  /** The integration's UUID in Galileo. Null if Galileo returns none. */
  id: Maybe<Scalars['ID']['output']>;
  /** Limits on the files in a request. Null if none are set. */
  multiModalConfig: Maybe<MultiModalIntegrationConfig>;
  /** The provider. It identifies the integration, because a provider has one selected integration. */
  name: IntegrationName;
  /** The URL of the OAuth 2 token endpoint. Null if none is set. */
  oauth2TokenUrl: Maybe<Scalars['String']['output']>;
  /** Whether the endpoint is a proxy in front of Azure. Default: false. */
  proxy: Scalars['Boolean']['output'];
  /** The status of the integration as entries, whose keys Galileo defines. One call to Galileo, which may call the provider: select it only if you need it. Null with an error if the call fails. */
  status: Maybe<Array<StringMapEntry>>;
  /** The users that the integration is shared with. One call to Galileo per page. Null if the integration has no id; null with an error if the call fails. */
  users: Maybe<IntegrationUserConnection>;
};


/** Models deployed on Azure OpenAI. */
export type AzureIntegrationgroupsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};


/** Models deployed on Azure OpenAI. */
export type AzureIntegrationusersArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};

/** A deployment of a model on Azure. */
export type AzureModelDeployment = {
  __typename: 'AzureModelDeployment';
  /** The deployment's id in Azure. */
  id: Scalars['String']['output'];
  /** The deployed model. */
  model: Scalars['String']['output'];
};

/** A deployment of a model on Azure. */
export type AzureModelDeploymentInput = {
  /** The deployment's id in Azure. */
  id: Scalars['String']['input'];
  /** The deployed model. */
  model: Scalars['String']['input'];
};

/** A kind of content that a model accepts. */
export type ContentModality =
  /** Audio. */
  | 'AUDIO'
  /** Documents, for example PDF files. */
  | 'DOCUMENT'
  /** Images. */
  | 'IMAGE'
  /** Text. */
  | 'TEXT'
  /** A kind of content that Galileo added after this schema was built. */
  | 'UNRECOGNIZED'
  /** Video. */
  | 'VIDEO';

/** A kind of content that a model accepts. */
export type ContentModalityInput =
  /** Audio. */
  | 'AUDIO'
  /** Documents, for example PDF files. */
  | 'DOCUMENT'
  /** Images. */
  | 'IMAGE'
  /** Text. */
  | 'TEXT'
  /** Video. */
  | 'VIDEO';

/** How Galileo can authenticate with a custom endpoint. */
export type CustomAuthenticationType =
  /** An API key in a header. */
  | 'API_KEY'
  /** No authentication. */
  | 'NONE'
  /** OAuth 2. */
  | 'OAUTH2';

/** Models behind the customer's own endpoint. */
export type CustomIntegration = Integration & {
  __typename: 'CustomIntegration';
  /** The name of the header that contains the API key. Null if none is set. */
  apiKeyHeader: Maybe<Scalars['String']['output']>;
  /** The OAuth 2 scope that Galileo requests. Null if none is set. */
  authenticationScope: Maybe<Scalars['String']['output']>;
  /** How Galileo authenticates with the endpoint. Default: `OAUTH2`. */
  authenticationType: IntegrationAuthenticationType;
  /** The URL of the endpoint. It is set with the input field `endpoint`. */
  baseUrl: Scalars['String']['output'];
  /** Fields that Galileo sends to the provider as headers. Each key is a field of Galileo, such as `user_email`. Its value is the name of the header, such as `X-User`. Null if none are mapped. */
  customHeaderMapping: Maybe<Array<StringMapEntry>>;
  /** The customer's Python class that the endpoint is called through. Null if there is none. */
  customLlmConfig: Maybe<CustomLlmConfig>;
  /** The model that is used by default. Null if none is set. */
  defaultModel: Maybe<Scalars['String']['output']>;
  /** Settings that have no separate field, as Galileo stores them. Null if there are none. */
  extra: Maybe<Scalars['JSONObject']['output']>;
  /** The groups that the integration is shared with. One call to Galileo per page. Null if the integration has no id; null with an error if the call fails. */
  groups: Maybe<IntegrationGroupConnection>;
  /** The integration's UUID in Galileo. Null if Galileo returns none. */
  id: Maybe<Scalars['ID']['output']>;
  /** Whether Galileo stores the models in the legacy format. */
  isLegacyFormat: Scalars['Boolean']['output'];
  /**
   * The names of the models in the legacy format. Null if Galileo stores none.
   * @deprecated Use modelProperties.
   */
  legacyModels: Maybe<Array<Scalars['String']['output']>>;
  /** The models of the endpoint. Null if Galileo stores none. */
  modelProperties: Maybe<Array<CustomModelProperties>>;
  /** Limits on the files in a request. Null if none are set. */
  multiModalConfig: Maybe<MultiModalIntegrationConfig>;
  /** The provider. It identifies the integration, because a provider has one selected integration. */
  name: IntegrationName;
  /** The URL of the OAuth 2 token endpoint. Null if none is set. */
  oauth2TokenUrl: Maybe<Scalars['String']['output']>;
  /** The status of the integration as entries, whose keys Galileo defines. One call to Galileo, which may call the provider: select it only if you need it. Null with an error if the call fails. */
  status: Maybe<Array<StringMapEntry>>;
  /** The users that the integration is shared with. One call to Galileo per page. Null if the integration has no id; null with an error if the call fails. */
  users: Maybe<IntegrationUserConnection>;
};


/** Models behind the customer's own endpoint. */
export type CustomIntegrationgroupsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};


/** Models behind the customer's own endpoint. */
export type CustomIntegrationusersArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};

/** The customer's Python class through which Galileo calls the endpoint. */
export type CustomLlmConfig = {
  __typename: 'CustomLlmConfig';
  /** The name of the class. */
  className: Scalars['String']['output'];
  /** The Python file that contains the class. */
  fileName: Scalars['String']['output'];
  /** The keyword arguments of the class's constructor. Null if there are none. */
  initKwargs: Maybe<Scalars['JSONObject']['output']>;
};

/** The customer's Python class through which Galileo calls the endpoint. */
export type CustomLlmConfigInput = {
  /** The name of the class. */
  className: Scalars['String']['input'];
  /** The Python file that contains the class. */
  fileName: Scalars['String']['input'];
  /** The keyword arguments of the class's constructor. */
  initKwargs?: InputMaybe<Scalars['JSONObject']['input']>;
};

/** A model of a custom endpoint. It can have `basedOn` or `supportedParameters`, not both. */
export type CustomModelProperties = {
  __typename: 'CustomModelProperties';
  /** The name of the model in Galileo. Null if it is the same as `name`. */
  alias: Maybe<Scalars['String']['output']>;
  /** A known model that has the same parameters. Null if there is none. */
  basedOn: Maybe<Scalars['String']['output']>;
  /** The endpoint's name for the model. */
  name: Scalars['String']['output'];
  /** The parameters that the model accepts. Null if unknown, or if `basedOn` is set. */
  supportedParameters: Maybe<Array<Scalars['String']['output']>>;
};

/** A model of a custom endpoint. It can have `basedOn` or `supportedParameters`, not both. */
export type CustomModelPropertiesInput = {
  /** The name of the model in Galileo. */
  alias?: InputMaybe<Scalars['String']['input']>;
  /** A known model that has the same parameters. */
  basedOn?: InputMaybe<Scalars['String']['input']>;
  /** The endpoint's name for the model. */
  name: Scalars['String']['input'];
  /** The parameters that the model accepts. */
  supportedParameters?: InputMaybe<Array<Scalars['String']['input']>>;
};

/** Models served by Databricks. */
export type DatabricksIntegration = Integration & {
  __typename: 'DatabricksIntegration';
  /** The catalogs of the workspace. One call to Galileo. Null with an error if the call fails. */
  catalogs: Maybe<Array<Scalars['String']['output']>>;
  /** The databases of a catalog. One call to Galileo per catalog. Null with an error if the call fails. */
  databases: Maybe<Array<Scalars['String']['output']>>;
  /** Settings that have no separate field, as Galileo stores them. Null if there are none. */
  extra: Maybe<Scalars['JSONObject']['output']>;
  /** The groups that the integration is shared with. One call to Galileo per page. Null if the integration has no id; null with an error if the call fails. */
  groups: Maybe<IntegrationGroupConnection>;
  /** The integration's UUID in Galileo. Null if Galileo returns none. */
  id: Maybe<Scalars['ID']['output']>;
  /** The provider. It identifies the integration, because a provider has one selected integration. */
  name: IntegrationName;
  /** The status of the integration as entries, whose keys Galileo defines. One call to Galileo, which may call the provider: select it only if you need it. Null with an error if the call fails. */
  status: Maybe<Array<StringMapEntry>>;
  /** The users that the integration is shared with. One call to Galileo per page. Null if the integration has no id; null with an error if the call fails. */
  users: Maybe<IntegrationUserConnection>;
};


/** Models served by Databricks. */
export type DatabricksIntegrationdatabasesArgs = {
  catalog?: InputMaybe<Scalars['String']['input']>;
};


/** Models served by Databricks. */
export type DatabricksIntegrationgroupsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};


/** Models served by Databricks. */
export type DatabricksIntegrationusersArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};

/** The selected integration of one provider, with its settings. Each provider has its own type with its own fields. For metadata, such as the creation date and permissions, see IntegrationRecord. */
export type Integration = {
  /** Settings that have no separate field, as Galileo stores them. Null if there are none. */
  extra: Maybe<Scalars['JSONObject']['output']>;
  /** The groups that the integration is shared with. One call to Galileo per page. Null if the integration has no id; null with an error if the call fails. */
  groups: Maybe<IntegrationGroupConnection>;
  /** The integration's UUID in Galileo. Null if Galileo returns none. */
  id: Maybe<Scalars['ID']['output']>;
  /** The provider. It identifies the integration, because a provider has one selected integration. */
  name: IntegrationName;
  /** The status of the integration as entries, whose keys Galileo defines. One call to Galileo, which may call the provider: select it only if you need it. Null with an error if the call fails. */
  status: Maybe<Array<StringMapEntry>>;
  /** The users that the integration is shared with. One call to Galileo per page. Null if the integration has no id; null with an error if the call fails. */
  users: Maybe<IntegrationUserConnection>;
};


/** The selected integration of one provider, with its settings. Each provider has its own type with its own fields. For metadata, such as the creation date and permissions, see IntegrationRecord. */
export type IntegrationgroupsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};


/** The selected integration of one provider, with its settings. Each provider has its own type with its own fields. For metadata, such as the creation date and permissions, see IntegrationRecord. */
export type IntegrationusersArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};

/** How Galileo authenticates with a provider. */
export type IntegrationAuthenticationType =
  /** An API key in a header. */
  | 'API_KEY'
  /** An OAuth 2 client secret. */
  | 'CLIENT_SECRET'
  /** OAuth 2 with a token endpoint that the customer provides. */
  | 'CUSTOM_OAUTH2'
  /** No authentication. */
  | 'NONE'
  /** OAuth 2. */
  | 'OAUTH2'
  /** A method that Galileo added after this schema was built. */
  | 'UNRECOGNIZED'
  /** A user name and a password. */
  | 'USERNAME_PASSWORD';

/** What a user or group can do with a shared integration. */
export type IntegrationCollaboratorRole =
  /** Can annotate. */
  | 'ANNOTATOR'
  /** Can use and change the integration. */
  | 'EDITOR'
  /** Can use, change, share and delete the integration. */
  | 'OWNER'
  /** A role that Galileo added after this schema was built. */
  | 'UNRECOGNIZED'
  /** Can use the integration. */
  | 'VIEWER';

/** What a user or group can do with a shared integration. */
export type IntegrationCollaboratorRoleInput =
  /** Can annotate. */
  | 'ANNOTATOR'
  /** Can use and change the integration. */
  | 'EDITOR'
  /** Can use, change, share and delete the integration. */
  | 'OWNER'
  /** Can use the integration. */
  | 'VIEWER';

/** A group that an integration is shared with. */
export type IntegrationGroup = {
  __typename: 'IntegrationGroup';
  /** When the integration was shared. */
  createdAt: Scalars['DateTime']['output'];
  /** The group's id in Galileo. */
  groupId: Scalars['ID']['output'];
  /** The name of the group. */
  name: Scalars['String']['output'];
  /** Which actions the caller can perform. Empty if Galileo returns no permissions. */
  permissions: Array<IntegrationPermission>;
  /** The role on this integration. */
  role: IntegrationCollaboratorRole;
};

/** One page of the groups that an integration is shared with. */
export type IntegrationGroupConnection = {
  __typename: 'IntegrationGroupConnection';
  /** The groups with their cursors. */
  edges: Array<IntegrationGroupEdge>;
  /** The groups without cursors. */
  nodes: Array<IntegrationGroup>;
  /** The position of the page. */
  pageInfo: PageInfo;
};

/** A position in a list of groups. */
export type IntegrationGroupEdge = {
  __typename: 'IntegrationGroupEdge';
  /** An opaque cursor. Pass it as `after` to get the page after this edge. */
  cursor: Scalars['String']['output'];
  /** The group at this position. */
  node: IntegrationGroup;
};

/** A group to share an integration with. */
export type IntegrationGroupInput = {
  /** The id of the group. */
  groupId: Scalars['ID']['input'];
  /** The role. Default: `VIEWER`. */
  role?: InputMaybe<IntegrationCollaboratorRoleInput>;
};

/** A model of an integration: its names, limits and API. */
export type IntegrationModel = {
  __typename: 'IntegrationModel';
  /** The name of the model in Galileo. */
  alias: Scalars['String']['output'];
  /** Other names of the same model. */
  alternativeNames: Array<Scalars['String']['output']>;
  /** The version of the provider's API that the model needs. Null if it works with any version. */
  apiVersion: Maybe<Scalars['String']['output']>;
  /** The model's name for the assistant role in a chat. Null if it has no roles. */
  assistantRole: Maybe<Scalars['String']['output']>;
  /** The unit that the model is priced by. Default: `TOKENS`. */
  costBy: ModelCostBy;
  /** Number of tokens that each message's formatting adds. */
  formattingTokens: Scalars['Int']['output'];
  /** The paths of values in the provider's request. Null if unknown. */
  inputMap: Maybe<ModelInputMap>;
  /** The kinds of content that the model accepts. Empty if Galileo does not know them. */
  inputModalities: Array<ContentModality>;
  /**
   * The price of the input per unit of `costBy`. Null if Galileo does not return it.
   * @deprecated Galileo no longer returns prices here.
   */
  inputPrice: Maybe<Scalars['Float']['output']>;
  /** Maximum number of input tokens. Null if unknown. */
  inputTokenLimit: Maybe<Scalars['Int']['output']>;
  /** The provider that the model is called through. Default: `OPENAI`. Null with an error if Galileo names a provider that this schema does not know. */
  integration: Maybe<IntegrationName>;
  /** Whether the model accepts a chat instead of a single prompt. */
  isChat: Scalars['Boolean']['output'];
  /** Whether prompts are in Mistral's legacy format. */
  legacyMistralPromptFormat: Scalars['Boolean']['output'];
  /** Maximum value for nucleus sampling. Null if the provider sets none. */
  maxTopP: Maybe<Scalars['Float']['output']>;
  /** The provider's name for the model. */
  name: Scalars['String']['output'];
  /** The paths of values in the provider's response. Null if unknown. */
  outputMap: Maybe<ModelOutputMap>;
  /**
   * The price of the output per unit of `costBy`. Null if Galileo does not return it.
   * @deprecated Galileo no longer returns prices here.
   */
  outputPrice: Maybe<Scalars['Float']['output']>;
  /** Maximum number of output tokens. Null if unknown. */
  outputTokenLimit: Maybe<Scalars['Int']['output']>;
  /** The names of the parameters in the provider's API. Null if unknown. */
  paramsMap: Maybe<ModelParamsMap>;
  /** Whether the model can report log probabilities. */
  providesLogProbs: Scalars['Boolean']['output'];
  /** Whether a request must set the maximum number of output tokens. */
  requiresMaxTokens: Scalars['Boolean']['output'];
  /** Number of tokens that each response's prefix adds. */
  responsePrefixTokens: Scalars['Int']['output'];
  /** Whether the model accepts a system prompt. */
  systemSupported: Scalars['Boolean']['output'];
  /** Maximum number of input and output tokens together. Null if unknown. */
  tokenLimit: Maybe<Scalars['Int']['output']>;
  /** The model's name for the user role in a chat. Null if it has no roles. */
  userRole: Maybe<Scalars['String']['output']>;
};

/** A model of an integration: its names, limits and API. */
export type IntegrationModelInput = {
  /** The name of the model in Galileo. */
  alias: Scalars['String']['input'];
  /** Other names of the same model. */
  alternativeNames?: InputMaybe<Array<Scalars['String']['input']>>;
  /** The version of the provider's API that the model needs. */
  apiVersion?: InputMaybe<Scalars['String']['input']>;
  /** The model's name for the assistant role in a chat. */
  assistantRole?: InputMaybe<Scalars['String']['input']>;
  /** The unit that the model is priced by. Default: `TOKENS`. */
  costBy?: InputMaybe<ModelCostByInput>;
  /** Number of tokens that each message's formatting adds. */
  formattingTokens?: InputMaybe<Scalars['Int']['input']>;
  /** The paths of values in the provider's request. */
  inputMap?: InputMaybe<ModelInputMapInput>;
  /** The kinds of content that the model accepts. */
  inputModalities?: InputMaybe<Array<ContentModalityInput>>;
  /** Maximum number of input tokens. */
  inputTokenLimit?: InputMaybe<Scalars['Int']['input']>;
  /** The provider that the model is called through. Default: `OPENAI`. */
  integration?: InputMaybe<IntegrationName>;
  /** Whether the model accepts a chat instead of a single prompt. */
  isChat?: InputMaybe<Scalars['Boolean']['input']>;
  /** Whether prompts are in Mistral's legacy format. */
  legacyMistralPromptFormat?: InputMaybe<Scalars['Boolean']['input']>;
  /** Maximum value for nucleus sampling. */
  maxTopP?: InputMaybe<Scalars['Float']['input']>;
  /** The provider's name for the model. */
  name: Scalars['String']['input'];
  /** The paths of values in the provider's response. */
  outputMap?: InputMaybe<ModelOutputMapInput>;
  /** Maximum number of output tokens. */
  outputTokenLimit?: InputMaybe<Scalars['Int']['input']>;
  /** The names of the parameters in the provider's API. */
  paramsMap?: InputMaybe<ModelParamsMapInput>;
  /** Whether the model can report log probabilities. */
  providesLogProbs?: InputMaybe<Scalars['Boolean']['input']>;
  /** Whether a request must set the maximum number of output tokens. */
  requiresMaxTokens?: InputMaybe<Scalars['Boolean']['input']>;
  /** Number of tokens that each response's prefix adds. */
  responsePrefixTokens?: InputMaybe<Scalars['Int']['input']>;
  /** Whether the model accepts a system prompt. */
  systemSupported?: InputMaybe<Scalars['Boolean']['input']>;
  /** Maximum number of input and output tokens together. */
  tokenLimit?: InputMaybe<Scalars['Int']['input']>;
  /** The model's name for the user role in a chat. */
  userRole?: InputMaybe<Scalars['String']['input']>;
};

/** The LLM providers that Galileo can be connected to. */
export type IntegrationName =
  /** `anthropic` in Galileo's API. Integration type: AnthropicIntegration. */
  | 'ANTHROPIC'
  /** `aws_bedrock` in Galileo's API. Integration type: AwsBedrockIntegration. */
  | 'AWS_BEDROCK'
  /** `aws_sagemaker` in Galileo's API. Integration type: AwsSageMakerIntegration. */
  | 'AWS_SAGEMAKER'
  /** `azure` in Galileo's API. Integration type: AzureIntegration. */
  | 'AZURE'
  /** `custom` in Galileo's API. Integration type: CustomIntegration. */
  | 'CUSTOM'
  /** `databricks` in Galileo's API. Integration type: DatabricksIntegration. */
  | 'DATABRICKS'
  /** `mistral` in Galileo's API. Integration type: MistralIntegration. */
  | 'MISTRAL'
  /** `nvidia` in Galileo's API. Integration type: NvidiaIntegration. */
  | 'NVIDIA'
  /** `openai` in Galileo's API. Integration type: OpenAIIntegration. */
  | 'OPENAI'
  /** `vegas_gateway` in Galileo's API. Integration type: VegasGatewayIntegration. */
  | 'VEGAS_GATEWAY'
  /** `vertex_ai` in Galileo's API. Integration type: VertexAIIntegration. */
  | 'VERTEX_AI'
  /** `writer` in Galileo's API. Integration type: WriterIntegration. */
  | 'WRITER';

/** Whether the caller can perform an action. */
export type IntegrationPermission = {
  __typename: 'IntegrationPermission';
  /** The action that the permission is for. */
  action: IntegrationPermissionAction;
  /** Whether the caller can perform the action. */
  allowed: Scalars['Boolean']['output'];
  /** Why the caller cannot perform the action. Null if Galileo gives no reason. */
  message: Maybe<Scalars['String']['output']>;
  /** Galileo's name for the action, even if this schema does not know it. */
  rawAction: Scalars['String']['output'];
};

/** The action that a permission is for. This enum covers every Galileo resource, so many values never apply to an integration. */
export type IntegrationPermissionAction =
  /** `autotune_apply` in Galileo's API. */
  | 'AUTOTUNE_APPLY'
  /** `change_role_to_admin` in Galileo's API. */
  | 'CHANGE_ROLE_TO_ADMIN'
  /** `change_role_to_manager` in Galileo's API. */
  | 'CHANGE_ROLE_TO_MANAGER'
  /** `change_role_to_read_only` in Galileo's API. */
  | 'CHANGE_ROLE_TO_READ_ONLY'
  /** `change_role_to_user` in Galileo's API. */
  | 'CHANGE_ROLE_TO_USER'
  /** `configure_crown_logic` in Galileo's API. */
  | 'CONFIGURE_CROWN_LOGIC'
  /** `configure_human_feedback` in Galileo's API. */
  | 'CONFIGURE_HUMAN_FEEDBACK'
  /** `create` in Galileo's API. */
  | 'CREATE'
  /** `create_run` in Galileo's API. */
  | 'CREATE_RUN'
  /** `create_stage` in Galileo's API. */
  | 'CREATE_STAGE'
  /** `delete` in Galileo's API. */
  | 'DELETE'
  /** `delete_data` in Galileo's API. */
  | 'DELETE_DATA'
  /** `delete_log_data` in Galileo's API. */
  | 'DELETE_LOG_DATA'
  /** `delete_run` in Galileo's API. */
  | 'DELETE_RUN'
  /** `dismiss_alert` in Galileo's API. */
  | 'DISMISS_ALERT'
  /** `edit_alert` in Galileo's API. */
  | 'EDIT_ALERT'
  /** `edit_edit` in Galileo's API. */
  | 'EDIT_EDIT'
  /** `edit_run_tags` in Galileo's API. */
  | 'EDIT_RUN_TAGS'
  /** `edit_slice` in Galileo's API. */
  | 'EDIT_SLICE'
  /** `edit_stage` in Galileo's API. */
  | 'EDIT_STAGE'
  /** `export` in Galileo's API. */
  | 'EXPORT'
  /** `export_data` in Galileo's API. */
  | 'EXPORT_DATA'
  /** `join` in Galileo's API. */
  | 'JOIN'
  /** `list_members` in Galileo's API. */
  | 'LIST_MEMBERS'
  /** `log_data` in Galileo's API. */
  | 'LOG_DATA'
  /** `move_run` in Galileo's API. */
  | 'MOVE_RUN'
  /** `read` in Galileo's API. */
  | 'READ'
  /** `read_ai_usage` in Galileo's API. */
  | 'READ_AI_USAGE'
  /** `read_api_keys` in Galileo's API. */
  | 'READ_API_KEYS'
  /** `read_cost_settings` in Galileo's API. */
  | 'READ_COST_SETTINGS'
  /** `read_secrets` in Galileo's API. */
  | 'READ_SECRETS'
  /** `read_settings` in Galileo's API. */
  | 'READ_SETTINGS'
  /** `record_annotation` in Galileo's API. */
  | 'RECORD_ANNOTATION'
  /** `record_human_feedback` in Galileo's API. */
  | 'RECORD_HUMAN_FEEDBACK'
  /** `rename` in Galileo's API. */
  | 'RENAME'
  /** `rename_run` in Galileo's API. */
  | 'RENAME_RUN'
  /** `request_to_join` in Galileo's API. */
  | 'REQUEST_TO_JOIN'
  /** `set_metric` in Galileo's API. */
  | 'SET_METRIC'
  /** `share` in Galileo's API. */
  | 'SHARE'
  /** `toggle_metric` in Galileo's API. */
  | 'TOGGLE_METRIC'
  /** An action that Galileo added after this schema was built. */
  | 'UNRECOGNIZED'
  /** `update` in Galileo's API. */
  | 'UPDATE'
  /** `update_control_bindings` in Galileo's API. */
  | 'UPDATE_CONTROL_BINDINGS'
  /** `update_role` in Galileo's API. */
  | 'UPDATE_ROLE'
  /** `update_settings` in Galileo's API. */
  | 'UPDATE_SETTINGS'
  /** `use_control_runtime` in Galileo's API. */
  | 'USE_CONTROL_RUNTIME';

/** A provider, configured or not. */
export type IntegrationProvider = {
  __typename: 'IntegrationProvider';
  /** The provider's name as users know it. */
  displayName: Scalars['String']['output'];
  /** The selected integration of this provider. Null if it is not configured; null with an error if loading it failed. One call to Galileo. */
  integration: Maybe<Integration>;
  /** Whether this Galileo deployment offers the provider. One call to Galileo for all providers. Null with an error if the call fails. */
  isAvailable: Maybe<Scalars['Boolean']['output']>;
  /** The names of the models that the caller can use. One call to Galileo. Null with an error if the call fails. */
  models: Maybe<Array<Scalars['String']['output']>>;
  /** The provider. */
  name: IntegrationName;
  /** The integrations of this provider that the caller can use, including shared ones. One call to Galileo for all providers. Null with an error if the call fails. */
  records: Maybe<Array<IntegrationRecord>>;
};

/** The metadata of one stored integration. A provider can have several; `Integration` has the settings of the selected one. */
export type IntegrationRecord = {
  __typename: 'IntegrationRecord';
  /** When the integration was created. */
  createdAt: Scalars['DateTime']['output'];
  /** The id of the user who created the integration. */
  createdBy: Scalars['ID']['output'];
  /** The groups that the integration is shared with. One call to Galileo per page. Null with an error if the call fails. */
  groups: Maybe<IntegrationGroupConnection>;
  /** The integration's UUID in Galileo: the `id` of the Integration. */
  integrationId: Scalars['ID']['output'];
  /** Whether the integration is disabled. */
  isDisabled: Scalars['Boolean']['output'];
  /** Whether this is the integration that Galileo uses for the provider. */
  isSelected: Scalars['Boolean']['output'];
  /** Galileo's name for the integration: the provider's name, or the label of a named custom integration. */
  label: Scalars['String']['output'];
  /** The provider. Null if Galileo names one that this schema does not know. */
  name: Maybe<IntegrationName>;
  /** Which actions the caller can perform. Empty if Galileo returns no permissions. */
  permissions: Array<IntegrationPermission>;
  /** When the integration was last changed. */
  updatedAt: Scalars['DateTime']['output'];
  /** The users that the integration is shared with. One call to Galileo per page. Null with an error if the call fails. */
  users: Maybe<IntegrationUserConnection>;
};


/** The metadata of one stored integration. A provider can have several; `Integration` has the settings of the selected one. */
export type IntegrationRecordgroupsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};


/** The metadata of one stored integration. A provider can have several; `Integration` has the settings of the selected one. */
export type IntegrationRecordusersArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};

/** A user that an integration is shared with. */
export type IntegrationUser = {
  __typename: 'IntegrationUser';
  /** When the integration was shared. */
  createdAt: Scalars['DateTime']['output'];
  /** The e-mail address. */
  email: Scalars['String']['output'];
  /** The first name. Null if unknown. */
  firstName: Maybe<Scalars['String']['output']>;
  /** The last name. Null if unknown. */
  lastName: Maybe<Scalars['String']['output']>;
  /** Which actions the caller can perform. Empty if Galileo returns no permissions. */
  permissions: Array<IntegrationPermission>;
  /** The role on this integration. */
  role: IntegrationCollaboratorRole;
  /** The user's id in Galileo. */
  userId: Scalars['ID']['output'];
};

/** One page of the users that an integration is shared with. */
export type IntegrationUserConnection = {
  __typename: 'IntegrationUserConnection';
  /** The users with their cursors. */
  edges: Array<IntegrationUserEdge>;
  /** The users without cursors. */
  nodes: Array<IntegrationUser>;
  /** The position of the page. */
  pageInfo: PageInfo;
};

/** A position in a list of users. */
export type IntegrationUserEdge = {
  __typename: 'IntegrationUserEdge';
  /** An opaque cursor. Pass it as `after` to get the page after this edge. */
  cursor: Scalars['String']['output'];
  /** The user at this position. */
  node: IntegrationUser;
};

/** A user to share an integration with. */
export type IntegrationUserInput = {
  /** The role. Default: `VIEWER`. */
  role?: InputMaybe<IntegrationCollaboratorRoleInput>;
  /** The e-mail address of the user. A user without an account is invited. */
  userEmail?: InputMaybe<Scalars['String']['input']>;
  /** The id of the user. Either this or `userEmail` is required. */
  userId?: InputMaybe<Scalars['ID']['input']>;
};

/** The input is invalid. Nothing was changed. */
export type IntegrationValidationFailure = {
  __typename: 'IntegrationValidationFailure';
  /** The individual issues. Empty if Galileo lists none. */
  issues: Array<IntegrationValidationIssue>;
  /** A summary that can be shown to users. */
  message: Scalars['String']['output'];
};

/** A problem with a value of the input. */
export type IntegrationValidationIssue = {
  __typename: 'IntegrationValidationIssue';
  /** Galileo's error type: `missing`, `string_type`, `value_error`, and so on. `duplicate_key` comes from the gateway. */
  code: Scalars['String']['output'];
  /** A message that can be shown to users. */
  message: Scalars['String']['output'];
  /** The path of the invalid value in the arguments: `["input", "modelProperties", "0", "basedOn"]`. Empty if Galileo names no argument. */
  path: Array<Scalars['String']['output']>;
};

/** Mistral AI models. */
export type MistralIntegration = Integration & {
  __typename: 'MistralIntegration';
  /** Settings that have no separate field, as Galileo stores them. Null if there are none. */
  extra: Maybe<Scalars['JSONObject']['output']>;
  /** The groups that the integration is shared with. One call to Galileo per page. Null if the integration has no id; null with an error if the call fails. */
  groups: Maybe<IntegrationGroupConnection>;
  /** The integration's UUID in Galileo. Null if Galileo returns none. */
  id: Maybe<Scalars['ID']['output']>;
  /** The provider. It identifies the integration, because a provider has one selected integration. */
  name: IntegrationName;
  /** The status of the integration as entries, whose keys Galileo defines. One call to Galileo, which may call the provider: select it only if you need it. Null with an error if the call fails. */
  status: Maybe<Array<StringMapEntry>>;
  /** The users that the integration is shared with. One call to Galileo per page. Null if the integration has no id; null with an error if the call fails. */
  users: Maybe<IntegrationUserConnection>;
};


/** Mistral AI models. */
export type MistralIntegrationgroupsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};


/** Mistral AI models. */
export type MistralIntegrationusersArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};

/** The unit that a model is priced by. */
export type ModelCostBy =
  /** The price is per character. */
  | 'CHARACTERS'
  /** The price is per token. */
  | 'TOKENS'
  /** A unit that Galileo added after this schema was built. */
  | 'UNRECOGNIZED';

/** The unit that a model is priced by. */
export type ModelCostByInput =
  /** The price is per character. */
  | 'CHARACTERS'
  /** The price is per token. */
  | 'TOKENS';

/** The paths of values in the provider's request. */
export type ModelInputMap = {
  __typename: 'ModelInputMap';
  /** The string before the prompt. Empty by default. */
  prefix: Scalars['String']['output'];
  /** The path of the prompt in the request. */
  prompt: Scalars['String']['output'];
  /** The string after the prompt. Empty by default. */
  suffix: Scalars['String']['output'];
};

/** The paths of values in the provider's request. */
export type ModelInputMapInput = {
  /** The string before the prompt. Empty by default. */
  prefix?: InputMaybe<Scalars['String']['input']>;
  /** The path of the prompt in the request. */
  prompt: Scalars['String']['input'];
  /** The string after the prompt. Empty by default. */
  suffix?: InputMaybe<Scalars['String']['input']>;
};

/** The paths of values in the provider's response. */
export type ModelOutputMap = {
  __typename: 'ModelOutputMap';
  /** The path of the finish reason in the provider's response. Null if the response does not have it. */
  completionReason: Maybe<Scalars['String']['output']>;
  /** The path of the number of input tokens in the provider's response. Null if the response does not have it. */
  inputTokenCount: Maybe<Scalars['String']['output']>;
  /** The path of the number of output tokens in the provider's response. Null if the response does not have it. */
  outputTokenCount: Maybe<Scalars['String']['output']>;
  /** The path of the output in the provider's response. */
  response: Scalars['String']['output'];
  /** The path of the total number of tokens in the provider's response. Null if the response does not have it. */
  tokenCount: Maybe<Scalars['String']['output']>;
};

/** The paths of values in the provider's response. */
export type ModelOutputMapInput = {
  /** The path of the finish reason in the provider's response. */
  completionReason?: InputMaybe<Scalars['String']['input']>;
  /** The path of the number of input tokens in the provider's response. */
  inputTokenCount?: InputMaybe<Scalars['String']['input']>;
  /** The path of the number of output tokens in the provider's response. */
  outputTokenCount?: InputMaybe<Scalars['String']['input']>;
  /** The path of the output in the provider's response. */
  response: Scalars['String']['input'];
  /** The path of the total number of tokens in the provider's response. */
  tokenCount?: InputMaybe<Scalars['String']['input']>;
};

/** The names of a model's parameters in the provider's API. */
export type ModelParamsMap = {
  __typename: 'ModelParamsMap';
  /** The provider's name for Galileo's parameter `api_version` (the API version). Null if the provider does not have it. */
  apiVersion: Maybe<Scalars['String']['output']>;
  /** The provider's name for Galileo's parameter `deployment_name` (the deployment of the model). Null if the provider does not have it. */
  deploymentName: Maybe<Scalars['String']['output']>;
  /** The provider's name for Galileo's parameter `echo` (repeating the prompt in the output). Null if the provider does not have it. */
  echo: Maybe<Scalars['String']['output']>;
  /** The provider's name for Galileo's parameter `frequency_penalty` (the penalty on frequent tokens). Null if the provider does not have it. */
  frequencyPenalty: Maybe<Scalars['String']['output']>;
  /** The provider's name for Galileo's parameter `logprobs` (log probabilities of tokens). Null if the provider does not have it. */
  logprobs: Maybe<Scalars['String']['output']>;
  /** The provider's name for Galileo's parameter `max_tokens` (the maximum number of output tokens). Null if the provider does not have it. */
  maxTokens: Maybe<Scalars['String']['output']>;
  /** The provider's name for Galileo's parameter `model` (the model). Null if the provider does not have it. */
  model: Maybe<Scalars['String']['output']>;
  /** The provider's name for Galileo's parameter `n` (the number of outputs). Null if the provider does not have it. */
  n: Maybe<Scalars['String']['output']>;
  /** The provider's name for Galileo's parameter `presence_penalty` (the penalty on tokens that have already occurred). Null if the provider does not have it. */
  presencePenalty: Maybe<Scalars['String']['output']>;
  /** The provider's name for Galileo's parameter `reasoning_effort` (the reasoning effort). Null if the provider does not have it. */
  reasoningEffort: Maybe<Scalars['String']['output']>;
  /** The provider's name for Galileo's parameter `response_format` (the format of the output). Null if the provider does not have it. */
  responseFormat: Maybe<Scalars['String']['output']>;
  /** The provider's name for Galileo's parameter `stop_sequences` (the strings that end the output). Null if the provider does not have it. */
  stopSequences: Maybe<Scalars['String']['output']>;
  /** The provider's name for Galileo's parameter `temperature` (the sampling temperature). Null if the provider does not have it. */
  temperature: Maybe<Scalars['String']['output']>;
  /** The provider's name for Galileo's parameter `tool_choice` (which tool, if any, the model calls). Null if the provider does not have it. */
  toolChoice: Maybe<Scalars['String']['output']>;
  /** The provider's name for Galileo's parameter `tools` (the tools that the model can call). Null if the provider does not have it. */
  tools: Maybe<Scalars['String']['output']>;
  /** The provider's name for Galileo's parameter `top_k` (sampling from the k most likely tokens). Null if the provider does not have it. */
  topK: Maybe<Scalars['String']['output']>;
  /** The provider's name for Galileo's parameter `top_logprobs` (how many of the most likely tokens to report log probabilities for). Null if the provider does not have it. */
  topLogprobs: Maybe<Scalars['String']['output']>;
  /** The provider's name for Galileo's parameter `top_p` (nucleus sampling). Null if the provider does not have it. */
  topP: Maybe<Scalars['String']['output']>;
  /** The provider's name for Galileo's parameter `verbosity` (the verbosity of the output). Null if the provider does not have it. */
  verbosity: Maybe<Scalars['String']['output']>;
};

/** The names of a model's parameters in the provider's API. */
export type ModelParamsMapInput = {
  /** The provider's name for Galileo's parameter `api_version` (the API version). */
  apiVersion?: InputMaybe<Scalars['String']['input']>;
  /** The provider's name for Galileo's parameter `deployment_name` (the deployment of the model). */
  deploymentName?: InputMaybe<Scalars['String']['input']>;
  /** The provider's name for Galileo's parameter `echo` (repeating the prompt in the output). */
  echo?: InputMaybe<Scalars['String']['input']>;
  /** The provider's name for Galileo's parameter `frequency_penalty` (the penalty on frequent tokens). */
  frequencyPenalty?: InputMaybe<Scalars['String']['input']>;
  /** The provider's name for Galileo's parameter `logprobs` (log probabilities of tokens). */
  logprobs?: InputMaybe<Scalars['String']['input']>;
  /** The provider's name for Galileo's parameter `max_tokens` (the maximum number of output tokens). */
  maxTokens?: InputMaybe<Scalars['String']['input']>;
  /** The provider's name for Galileo's parameter `model` (the model). */
  model?: InputMaybe<Scalars['String']['input']>;
  /** The provider's name for Galileo's parameter `n` (the number of outputs). */
  n?: InputMaybe<Scalars['String']['input']>;
  /** The provider's name for Galileo's parameter `presence_penalty` (the penalty on tokens that have already occurred). */
  presencePenalty?: InputMaybe<Scalars['String']['input']>;
  /** The provider's name for Galileo's parameter `reasoning_effort` (the reasoning effort). */
  reasoningEffort?: InputMaybe<Scalars['String']['input']>;
  /** The provider's name for Galileo's parameter `response_format` (the format of the output). */
  responseFormat?: InputMaybe<Scalars['String']['input']>;
  /** The provider's name for Galileo's parameter `stop_sequences` (the strings that end the output). */
  stopSequences?: InputMaybe<Scalars['String']['input']>;
  /** The provider's name for Galileo's parameter `temperature` (the sampling temperature). */
  temperature?: InputMaybe<Scalars['String']['input']>;
  /** The provider's name for Galileo's parameter `tool_choice` (which tool, if any, the model calls). */
  toolChoice?: InputMaybe<Scalars['String']['input']>;
  /** The provider's name for Galileo's parameter `tools` (the tools that the model can call). */
  tools?: InputMaybe<Scalars['String']['input']>;
  /** The provider's name for Galileo's parameter `top_k` (sampling from the k most likely tokens). */
  topK?: InputMaybe<Scalars['String']['input']>;
  /** The provider's name for Galileo's parameter `top_logprobs` (how many of the most likely tokens to report log probabilities for). */
  topLogprobs?: InputMaybe<Scalars['String']['input']>;
  /** The provider's name for Galileo's parameter `top_p` (nucleus sampling). */
  topP?: InputMaybe<Scalars['String']['input']>;
  /** The provider's name for Galileo's parameter `verbosity` (the verbosity of the output). */
  verbosity?: InputMaybe<Scalars['String']['input']>;
};

/** Limits on the files of a request to a model. */
export type MultiModalIntegrationConfig = {
  __typename: 'MultiModalIntegrationConfig';
  /** Maximum size of one file, in bytes. Null if no limit is set. */
  maxFileSizeBytes: Maybe<Scalars['SafeInt']['output']>;
  /** Maximum number of files per request. Null if no limit is set. */
  maxFiles: Maybe<Scalars['Int']['output']>;
};

/** Limits on the files of a request to a model. */
export type MultiModalIntegrationConfigInput = {
  /** Maximum size of one file, in bytes. At least 1. */
  maxFileSizeBytes?: InputMaybe<Scalars['SafeInt']['input']>;
  /** Maximum number of files per request. At least 1. */
  maxFiles?: InputMaybe<Scalars['Int']['input']>;
};

/** Write operations. The mutations of one operation run serially. Each needs a credential. After UPSTREAM_OUTCOME_UNKNOWN, UPSTREAM_INVALID_RESPONSE, UPSTREAM_ERROR or INTERNAL_SERVER_ERROR, the change may have been made: read the data before you retry. */
export type Mutation = {
  __typename: 'Mutation';
  /** Deletes the caller's integration for one provider. Returns the provider; its fields are read after the deletion. Fails with NOT_FOUND if the integration is not configured. One call to Galileo. Null with an error if the call fails. */
  deleteIntegration: Maybe<IntegrationProvider>;
  /** Stops sharing an integration with a group. Returns the id of the group. One call to Galileo. Null with an error if the call fails. */
  removeIntegrationGroup: Maybe<Scalars['ID']['output']>;
  /** Stops sharing an integration with a user. Returns the id of the user. One call to Galileo. Null with an error if the call fails. */
  removeIntegrationUser: Maybe<Scalars['ID']['output']>;
  /** Selects the integration that Galileo uses for its provider. One call to Galileo. Null with an error if the call fails. */
  selectIntegration: Maybe<IntegrationRecord>;
  /** Shares an integration with groups. One call to Galileo. Null with an error if the call fails. */
  shareIntegrationWithGroups: Maybe<ShareIntegrationWithGroupsResult>;
  /** Shares an integration with users. One call to Galileo. Null with an error if the call fails. */
  shareIntegrationWithUsers: Maybe<ShareIntegrationWithUsersResult>;
  /** Changes a group's role on an integration. One call to Galileo. Null with an error if the call fails. */
  updateIntegrationGroup: Maybe<IntegrationGroup>;
  /** Changes a user's role on an integration. One call to Galileo. Null with an error if the call fails. */
  updateIntegrationUser: Maybe<IntegrationUser>;
  /** Creates or replaces the caller's Anthropic integration. One call to Galileo. Null with an error if the call fails. */
  upsertAnthropicIntegration: Maybe<UpsertIntegrationResult>;
  /** Creates or replaces the caller's AWS Bedrock integration. One call to Galileo. Null with an error if the call fails. */
  upsertAwsBedrockIntegration: Maybe<UpsertIntegrationResult>;
  /** Creates or replaces the caller's AWS SageMaker integration. One call to Galileo. Null with an error if the call fails. */
  upsertAwsSageMakerIntegration: Maybe<UpsertIntegrationResult>;
  /** Creates or replaces the caller's Azure integration. One call to Galileo. Null with an error if the call fails. */
  upsertAzureIntegration: Maybe<UpsertIntegrationResult>;
  /** Creates or replaces the caller's Custom integration. One call to Galileo. Null with an error if the call fails. */
  upsertCustomIntegration: Maybe<UpsertIntegrationResult>;
  /** Creates or replaces the caller's Databricks integration. One call to Galileo. Null with an error if the call fails. */
  upsertDatabricksIntegration: Maybe<UpsertIntegrationResult>;
  /** Creates or replaces the caller's Mistral integration. One call to Galileo. Null with an error if the call fails. */
  upsertMistralIntegration: Maybe<UpsertIntegrationResult>;
  /** Creates or replaces the caller's NVIDIA integration. One call to Galileo. Null with an error if the call fails. */
  upsertNvidiaIntegration: Maybe<UpsertIntegrationResult>;
  /** Creates or replaces the caller's OpenAI integration. One call to Galileo. Null with an error if the call fails. */
  upsertOpenAIIntegration: Maybe<UpsertIntegrationResult>;
  /** Creates or replaces the caller's Vegas Gateway integration. One call to Galileo. Null with an error if the call fails. */
  upsertVegasGatewayIntegration: Maybe<UpsertIntegrationResult>;
  /** Creates or replaces the caller's Vertex AI integration. One call to Galileo. Null with an error if the call fails. */
  upsertVertexAIIntegration: Maybe<UpsertIntegrationResult>;
  /** Creates or replaces the caller's Writer integration. One call to Galileo. Null with an error if the call fails. */
  upsertWriterIntegration: Maybe<UpsertIntegrationResult>;
};


/** Write operations. The mutations of one operation run serially. Each needs a credential. After UPSTREAM_OUTCOME_UNKNOWN, UPSTREAM_INVALID_RESPONSE, UPSTREAM_ERROR or INTERNAL_SERVER_ERROR, the change may have been made: read the data before you retry. */
export type MutationdeleteIntegrationArgs = {
  name: IntegrationName;
};


/** Write operations. The mutations of one operation run serially. Each needs a credential. After UPSTREAM_OUTCOME_UNKNOWN, UPSTREAM_INVALID_RESPONSE, UPSTREAM_ERROR or INTERNAL_SERVER_ERROR, the change may have been made: read the data before you retry. */
export type MutationremoveIntegrationGroupArgs = {
  groupId: Scalars['ID']['input'];
  integrationId: Scalars['ID']['input'];
};


/** Write operations. The mutations of one operation run serially. Each needs a credential. After UPSTREAM_OUTCOME_UNKNOWN, UPSTREAM_INVALID_RESPONSE, UPSTREAM_ERROR or INTERNAL_SERVER_ERROR, the change may have been made: read the data before you retry. */
export type MutationremoveIntegrationUserArgs = {
  integrationId: Scalars['ID']['input'];
  userId: Scalars['ID']['input'];
};


/** Write operations. The mutations of one operation run serially. Each needs a credential. After UPSTREAM_OUTCOME_UNKNOWN, UPSTREAM_INVALID_RESPONSE, UPSTREAM_ERROR or INTERNAL_SERVER_ERROR, the change may have been made: read the data before you retry. */
export type MutationselectIntegrationArgs = {
  integrationId: Scalars['ID']['input'];
};


/** Write operations. The mutations of one operation run serially. Each needs a credential. After UPSTREAM_OUTCOME_UNKNOWN, UPSTREAM_INVALID_RESPONSE, UPSTREAM_ERROR or INTERNAL_SERVER_ERROR, the change may have been made: read the data before you retry. */
export type MutationshareIntegrationWithGroupsArgs = {
  input: ShareIntegrationWithGroupsInput;
};


/** Write operations. The mutations of one operation run serially. Each needs a credential. After UPSTREAM_OUTCOME_UNKNOWN, UPSTREAM_INVALID_RESPONSE, UPSTREAM_ERROR or INTERNAL_SERVER_ERROR, the change may have been made: read the data before you retry. */
export type MutationshareIntegrationWithUsersArgs = {
  input: ShareIntegrationWithUsersInput;
};


/** Write operations. The mutations of one operation run serially. Each needs a credential. After UPSTREAM_OUTCOME_UNKNOWN, UPSTREAM_INVALID_RESPONSE, UPSTREAM_ERROR or INTERNAL_SERVER_ERROR, the change may have been made: read the data before you retry. */
export type MutationupdateIntegrationGroupArgs = {
  groupId: Scalars['ID']['input'];
  integrationId: Scalars['ID']['input'];
  role: IntegrationCollaboratorRoleInput;
};


/** Write operations. The mutations of one operation run serially. Each needs a credential. After UPSTREAM_OUTCOME_UNKNOWN, UPSTREAM_INVALID_RESPONSE, UPSTREAM_ERROR or INTERNAL_SERVER_ERROR, the change may have been made: read the data before you retry. */
export type MutationupdateIntegrationUserArgs = {
  integrationId: Scalars['ID']['input'];
  role: IntegrationCollaboratorRoleInput;
  userId: Scalars['ID']['input'];
};


/** Write operations. The mutations of one operation run serially. Each needs a credential. After UPSTREAM_OUTCOME_UNKNOWN, UPSTREAM_INVALID_RESPONSE, UPSTREAM_ERROR or INTERNAL_SERVER_ERROR, the change may have been made: read the data before you retry. */
export type MutationupsertAnthropicIntegrationArgs = {
  input: UpsertAnthropicIntegrationInput;
};


/** Write operations. The mutations of one operation run serially. Each needs a credential. After UPSTREAM_OUTCOME_UNKNOWN, UPSTREAM_INVALID_RESPONSE, UPSTREAM_ERROR or INTERNAL_SERVER_ERROR, the change may have been made: read the data before you retry. */
export type MutationupsertAwsBedrockIntegrationArgs = {
  input: UpsertAwsBedrockIntegrationInput;
};


/** Write operations. The mutations of one operation run serially. Each needs a credential. After UPSTREAM_OUTCOME_UNKNOWN, UPSTREAM_INVALID_RESPONSE, UPSTREAM_ERROR or INTERNAL_SERVER_ERROR, the change may have been made: read the data before you retry. */
export type MutationupsertAwsSageMakerIntegrationArgs = {
  input: UpsertAwsSageMakerIntegrationInput;
};


/** Write operations. The mutations of one operation run serially. Each needs a credential. After UPSTREAM_OUTCOME_UNKNOWN, UPSTREAM_INVALID_RESPONSE, UPSTREAM_ERROR or INTERNAL_SERVER_ERROR, the change may have been made: read the data before you retry. */
export type MutationupsertAzureIntegrationArgs = {
  input: UpsertAzureIntegrationInput;
};


/** Write operations. The mutations of one operation run serially. Each needs a credential. After UPSTREAM_OUTCOME_UNKNOWN, UPSTREAM_INVALID_RESPONSE, UPSTREAM_ERROR or INTERNAL_SERVER_ERROR, the change may have been made: read the data before you retry. */
export type MutationupsertCustomIntegrationArgs = {
  input: UpsertCustomIntegrationInput;
};


/** Write operations. The mutations of one operation run serially. Each needs a credential. After UPSTREAM_OUTCOME_UNKNOWN, UPSTREAM_INVALID_RESPONSE, UPSTREAM_ERROR or INTERNAL_SERVER_ERROR, the change may have been made: read the data before you retry. */
export type MutationupsertDatabricksIntegrationArgs = {
  input: UpsertDatabricksIntegrationInput;
};


/** Write operations. The mutations of one operation run serially. Each needs a credential. After UPSTREAM_OUTCOME_UNKNOWN, UPSTREAM_INVALID_RESPONSE, UPSTREAM_ERROR or INTERNAL_SERVER_ERROR, the change may have been made: read the data before you retry. */
export type MutationupsertMistralIntegrationArgs = {
  input: UpsertMistralIntegrationInput;
};


/** Write operations. The mutations of one operation run serially. Each needs a credential. After UPSTREAM_OUTCOME_UNKNOWN, UPSTREAM_INVALID_RESPONSE, UPSTREAM_ERROR or INTERNAL_SERVER_ERROR, the change may have been made: read the data before you retry. */
export type MutationupsertNvidiaIntegrationArgs = {
  input: UpsertNvidiaIntegrationInput;
};


/** Write operations. The mutations of one operation run serially. Each needs a credential. After UPSTREAM_OUTCOME_UNKNOWN, UPSTREAM_INVALID_RESPONSE, UPSTREAM_ERROR or INTERNAL_SERVER_ERROR, the change may have been made: read the data before you retry. */
export type MutationupsertOpenAIIntegrationArgs = {
  input: UpsertOpenAIIntegrationInput;
};


/** Write operations. The mutations of one operation run serially. Each needs a credential. After UPSTREAM_OUTCOME_UNKNOWN, UPSTREAM_INVALID_RESPONSE, UPSTREAM_ERROR or INTERNAL_SERVER_ERROR, the change may have been made: read the data before you retry. */
export type MutationupsertVegasGatewayIntegrationArgs = {
  input: UpsertVegasGatewayIntegrationInput;
};


/** Write operations. The mutations of one operation run serially. Each needs a credential. After UPSTREAM_OUTCOME_UNKNOWN, UPSTREAM_INVALID_RESPONSE, UPSTREAM_ERROR or INTERNAL_SERVER_ERROR, the change may have been made: read the data before you retry. */
export type MutationupsertVertexAIIntegrationArgs = {
  input: UpsertVertexAIIntegrationInput;
};


/** Write operations. The mutations of one operation run serially. Each needs a credential. After UPSTREAM_OUTCOME_UNKNOWN, UPSTREAM_INVALID_RESPONSE, UPSTREAM_ERROR or INTERNAL_SERVER_ERROR, the change may have been made: read the data before you retry. */
export type MutationupsertWriterIntegrationArgs = {
  input: UpsertWriterIntegrationInput;
};

/** Models served by NVIDIA. */
export type NvidiaIntegration = Integration & {
  __typename: 'NvidiaIntegration';
  /** Settings that have no separate field, as Galileo stores them. Null if there are none. */
  extra: Maybe<Scalars['JSONObject']['output']>;
  /** The groups that the integration is shared with. One call to Galileo per page. Null if the integration has no id; null with an error if the call fails. */
  groups: Maybe<IntegrationGroupConnection>;
  /** The integration's UUID in Galileo. Null if Galileo returns none. */
  id: Maybe<Scalars['ID']['output']>;
  /** The provider. It identifies the integration, because a provider has one selected integration. */
  name: IntegrationName;
  /** The status of the integration as entries, whose keys Galileo defines. One call to Galileo, which may call the provider: select it only if you need it. Null with an error if the call fails. */
  status: Maybe<Array<StringMapEntry>>;
  /** The users that the integration is shared with. One call to Galileo per page. Null if the integration has no id; null with an error if the call fails. */
  users: Maybe<IntegrationUserConnection>;
};


/** Models served by NVIDIA. */
export type NvidiaIntegrationgroupsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};


/** Models served by NVIDIA. */
export type NvidiaIntegrationusersArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};

/** OpenAI models. */
export type OpenAIIntegration = Integration & {
  __typename: 'OpenAIIntegration';
  /** Settings that have no separate field, as Galileo stores them. Null if there are none. */
  extra: Maybe<Scalars['JSONObject']['output']>;
  /** The groups that the integration is shared with. One call to Galileo per page. Null if the integration has no id; null with an error if the call fails. */
  groups: Maybe<IntegrationGroupConnection>;
  /** The integration's UUID in Galileo. Null if Galileo returns none. */
  id: Maybe<Scalars['ID']['output']>;
  /** The provider. It identifies the integration, because a provider has one selected integration. */
  name: IntegrationName;
  /** The OpenAI organization that usage is billed to. Null if none is set. */
  organizationId: Maybe<Scalars['String']['output']>;
  /** The status of the integration as entries, whose keys Galileo defines. One call to Galileo, which may call the provider: select it only if you need it. Null with an error if the call fails. */
  status: Maybe<Array<StringMapEntry>>;
  /** The users that the integration is shared with. One call to Galileo per page. Null if the integration has no id; null with an error if the call fails. */
  users: Maybe<IntegrationUserConnection>;
};


/** OpenAI models. */
export type OpenAIIntegrationgroupsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};


/** OpenAI models. */
export type OpenAIIntegrationusersArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};

/** The position of a page in its list. */
export type PageInfo = {
  __typename: 'PageInfo';
  /** Pass it as `after` to get the next page. Null if the page is empty and there is no next page. */
  endCursor: Maybe<Scalars['String']['output']>;
  /** Whether there is a page after this one. */
  hasNextPage: Scalars['Boolean']['output'];
  /** Whether there is a page before this one. */
  hasPreviousPage: Scalars['Boolean']['output'];
  /** The cursor of the first edge. Null if the page is empty. */
  startCursor: Maybe<Scalars['String']['output']>;
};

/** Read operations. Every field that calls Galileo needs a credential. */
export type Query = {
  __typename: 'Query';
  /** The selected integration of one provider: the caller's, or one shared with the caller. Null without an error if it is not configured; null with an error if loading it failed. One call to Galileo. */
  integration: Maybe<Integration>;
  /** One entry per provider, configured or not. Each entry has everything that a settings page needs. */
  integrationProviders: Array<IntegrationProvider>;
  /** Every integration that the caller can use, including shared ones. A provider can have several. One call to Galileo. Null with an error if the call fails. */
  integrationRecords: Maybe<Array<IntegrationRecord>>;
  /** The configured integrations among `names`, in the order of `names`. Providers that are not configured are left out. An item is null only if it could not be loaded or one of its non-null fields failed; `errors` then has an entry at or below its path. One call to Galileo per provider. */
  integrations: Array<Maybe<Integration>>;
};


/** Read operations. Every field that calls Galileo needs a credential. */
export type QueryintegrationArgs = {
  name: IntegrationName;
};


/** Read operations. Every field that calls Galileo needs a credential. */
export type QueryintegrationProvidersArgs = {
  names?: InputMaybe<Array<IntegrationName>>;
};


/** Read operations. Every field that calls Galileo needs a credential. */
export type QueryintegrationsArgs = {
  names?: InputMaybe<Array<IntegrationName>>;
};

/** The groups to share an integration with. */
export type ShareIntegrationWithGroupsInput = {
  /** The groups to add. */
  collaborators: Array<IntegrationGroupInput>;
  /** The UUID of the integration: the `id` of an Integration, or the `integrationId` of an IntegrationRecord. */
  integrationId: Scalars['ID']['input'];
};

/** Result of sharing with groups. */
export type ShareIntegrationWithGroupsResult = IntegrationValidationFailure | ShareIntegrationWithGroupsSuccess;

/** The integration was shared. */
export type ShareIntegrationWithGroupsSuccess = {
  __typename: 'ShareIntegrationWithGroupsSuccess';
  /** The groups that were added. */
  groups: Array<IntegrationGroup>;
};

/** The users to share an integration with. */
export type ShareIntegrationWithUsersInput = {
  /** The users to add. */
  collaborators: Array<IntegrationUserInput>;
  /** The UUID of the integration: the `id` of an Integration, or the `integrationId` of an IntegrationRecord. */
  integrationId: Scalars['ID']['input'];
};

/** Result of sharing with users. */
export type ShareIntegrationWithUsersResult = IntegrationValidationFailure | ShareIntegrationWithUsersSuccess;

/** The integration was shared. */
export type ShareIntegrationWithUsersSuccess = {
  __typename: 'ShareIntegrationWithUsersSuccess';
  /** The users that were added. */
  users: Array<IntegrationUser>;
};

/** One entry of a map from string to string. */
export type StringMapEntry = {
  __typename: 'StringMapEntry';
  /** The key. It is unique in its map. */
  key: Scalars['String']['output'];
  /** The value. */
  value: Scalars['String']['output'];
};

/** One entry of a map from string to string. A duplicate key causes a validation issue. */
export type StringMapEntryInput = {
  /** The key. It must be unique in its map. */
  key: Scalars['String']['input'];
  /** The value. */
  value: Scalars['String']['input'];
};

/** The settings of the Anthropic integration. Omitted fields are not sent; null is sent as null. Galileo decides what an omitted field and a null mean. */
export type UpsertAnthropicIntegrationInput = {
  /** The OAuth 2 scope that Galileo requests. */
  authenticationScope?: InputMaybe<Scalars['String']['input']>;
  /** How Galileo authenticates with Anthropic. Default: `API_KEY`. */
  authenticationType?: InputMaybe<AnthropicAuthenticationType>;
  /** Fields that Galileo sends to the provider as headers. Each key is a field of Galileo, such as `user_email`. Its value is the name of the header, such as `X-User`. */
  customHeaderMapping?: InputMaybe<Array<StringMapEntryInput>>;
  /** The URL of the API. */
  endpoint?: InputMaybe<Scalars['String']['input']>;
  /** Limits on the files in a request. */
  multiModalConfig?: InputMaybe<MultiModalIntegrationConfigInput>;
  /** The URL of the OAuth 2 token endpoint. */
  oauth2TokenUrl?: InputMaybe<Scalars['String']['input']>;
  /** The Anthropic API key, or the credential of the custom OAuth 2 endpoint. Secret: forwarded to Galileo and never returned. */
  token: Scalars['String']['input'];
};

/** The settings of the AWS Bedrock integration. Omitted fields are not sent; null is sent as null. Galileo decides what an omitted field and a null mean. */
export type UpsertAwsBedrockIntegrationInput = {
  /** How Galileo authenticates with AWS. Default: `KEY_SECRET`. */
  credentialType?: InputMaybe<AwsCredentialTypeInput>;
  /** Inference profiles. Each key is a model. Its value is the profile through which Galileo calls the model. */
  inferenceProfiles?: InputMaybe<Array<StringMapEntryInput>>;
  /** Limits on the files in a request. */
  multiModalConfig?: InputMaybe<MultiModalIntegrationConfigInput>;
  /** The AWS region of the models. Default: `us-west-2`. */
  region?: InputMaybe<Scalars['String']['input']>;
  /** AWS credentials. */
  token: AwsTokenInput;
};

/** The settings of the AWS SageMaker integration. Omitted fields are not sent; null is sent as null. Galileo decides what an omitted field and a null mean. */
export type UpsertAwsSageMakerIntegrationInput = {
  /** How Galileo authenticates with AWS. Default: `KEY_SECRET`. */
  credentialType?: InputMaybe<AwsCredentialTypeInput>;
  /** Inference profiles. Each key is a model. Its value is the profile through which Galileo calls the model. */
  inferenceProfiles?: InputMaybe<Array<StringMapEntryInput>>;
  /** The models of the endpoints. */
  models?: InputMaybe<Array<IntegrationModelInput>>;
  /** Limits on the files in a request. */
  multiModalConfig?: InputMaybe<MultiModalIntegrationConfigInput>;
  /** The AWS region of the models. Default: `us-west-2`. */
  region?: InputMaybe<Scalars['String']['input']>;
  /** AWS credentials. */
  token: AwsTokenInput;
};

/** The settings of the Azure integration. Omitted fields are not sent; null is sent as null. Galileo decides what an omitted field and a null mean. */
export type UpsertAzureIntegrationInput = {
  /** The version of Azure's API. Default: `2025-03-01-preview`. */
  apiVersion?: InputMaybe<Scalars['String']['input']>;
  /** The OAuth 2 scope that Galileo requests. */
  authenticationScope?: InputMaybe<Scalars['String']['input']>;
  /** How Galileo authenticates with Azure. Default: `API_KEY`. */
  authenticationType?: InputMaybe<AzureAuthenticationType>;
  /** The deployments that Azure offers. */
  availableDeployments?: InputMaybe<Array<AzureModelDeploymentInput>>;
  /** The deployment that serves all requests. */
  azureDeployment?: InputMaybe<Scalars['String']['input']>;
  /** Fields that Galileo sends to the provider as headers. Each key is a field of Galileo, such as `user_email`. Its value is the name of the header, such as `X-User`. */
  customHeaderMapping?: InputMaybe<Array<StringMapEntryInput>>;
  /** Headers that Galileo adds to every request to Azure. Secret: removed from messages and logs. Only the output field of the same name returns it. */
  defaultHeaders?: InputMaybe<Array<StringMapEntryInput>>;
  /** Deployments. Each key is a model. Its value is the deployment that serves the model. */
  deployments?: InputMaybe<Array<StringMapEntryInput>>;
  /** The URL of the API. */
  endpoint: Scalars['String']['input'];
  /** Limits on the files in a request. */
  multiModalConfig?: InputMaybe<MultiModalIntegrationConfigInput>;
  /** The URL of the OAuth 2 token endpoint. */
  oauth2TokenUrl?: InputMaybe<Scalars['String']['input']>;
  /** Whether the endpoint is a proxy in front of Azure. Default: false. */
  proxy?: InputMaybe<Scalars['Boolean']['input']>;
  /** The Azure API key, the client secret or the password, depending on `authenticationType`. Secret: forwarded to Galileo and never returned. */
  token: Scalars['String']['input'];
};

/** The settings of the Custom integration. Omitted fields are not sent; null is sent as null. Galileo decides what an omitted field and a null mean. */
export type UpsertCustomIntegrationInput = {
  /** The name of the header that contains the API key. */
  apiKeyHeader?: InputMaybe<Scalars['String']['input']>;
  /** The API key. Secret: forwarded to Galileo and never returned. */
  apiKeyValue?: InputMaybe<Scalars['String']['input']>;
  /** The OAuth 2 scope that Galileo requests. */
  authenticationScope?: InputMaybe<Scalars['String']['input']>;
  /** How Galileo authenticates with the endpoint. Default: `OAUTH2`. `API_KEY` requires `apiKeyHeader` and `apiKeyValue`. */
  authenticationType?: InputMaybe<CustomAuthenticationType>;
  /** Fields that Galileo sends to the provider as headers. Each key is a field of Galileo, such as `user_email`. Its value is the name of the header, such as `X-User`. */
  customHeaderMapping?: InputMaybe<Array<StringMapEntryInput>>;
  /** The customer's Python class that the endpoint is called through. */
  customLlmConfig?: InputMaybe<CustomLlmConfigInput>;
  /** The model that is used by default. */
  defaultModel?: InputMaybe<Scalars['String']['input']>;
  /** The URL of the endpoint. The output field is `baseUrl`. */
  endpoint: Scalars['String']['input'];
  /** Headers that Galileo adds to every request to the endpoint, at most 50. Secret: forwarded to Galileo and never returned. */
  headers?: InputMaybe<Array<StringMapEntryInput>>;
  /** The models of the endpoint. */
  modelProperties?: InputMaybe<Array<CustomModelPropertiesInput>>;
  /**
   * The names of the models in the legacy format.
   * @deprecated Use modelProperties.
   */
  models?: InputMaybe<Array<Scalars['String']['input']>>;
  /** Limits on the files in a request. */
  multiModalConfig?: InputMaybe<MultiModalIntegrationConfigInput>;
  /** The URL of the OAuth 2 token endpoint. */
  oauth2TokenUrl?: InputMaybe<Scalars['String']['input']>;
  /** The credential with which Galileo authenticates to the endpoint. Secret: forwarded to Galileo and never returned. */
  token?: InputMaybe<Scalars['String']['input']>;
};

/** The settings of the Databricks integration. Omitted fields are not sent; null is sent as null. Galileo decides what an omitted field and a null mean. */
export type UpsertDatabricksIntegrationInput = {
  /** The catalog that Galileo uses by default. */
  defaultCatalogName?: InputMaybe<Scalars['String']['input']>;
  /** The URL of the Databricks workspace, 1 to 2083 characters. */
  hostname: Scalars['String']['input'];
  /** Whether Galileo uses the models of Databricks. Default: false. */
  llm?: InputMaybe<Scalars['Boolean']['input']>;
  /** The path of the SQL warehouse or cluster. */
  path?: InputMaybe<Scalars['String']['input']>;
  /** Whether Galileo uses the storage of Databricks. Default: false. */
  storage?: InputMaybe<Scalars['Boolean']['input']>;
  /** The Databricks access token. Secret: forwarded to Galileo and never returned. */
  token: Scalars['String']['input'];
};

/** Result of an upsert. */
export type UpsertIntegrationResult = IntegrationValidationFailure | UpsertIntegrationSuccess;

/** The integration was stored. */
export type UpsertIntegrationSuccess = {
  __typename: 'UpsertIntegrationSuccess';
  /** The stored integration, read after the write: one more call to Galileo. Null without an error if it was removed in the meantime; null with an error if reading it failed, although the write succeeded. */
  integration: Maybe<Integration>;
  /** The metadata of the stored integration. */
  record: IntegrationRecord;
};

/** The settings of the Mistral integration. Omitted fields are not sent; null is sent as null. Galileo decides what an omitted field and a null mean. */
export type UpsertMistralIntegrationInput = {
  /** The Mistral AI API key. Secret: forwarded to Galileo and never returned. */
  token: Scalars['String']['input'];
};

/** The settings of the NVIDIA integration. Omitted fields are not sent; null is sent as null. Galileo decides what an omitted field and a null mean. */
export type UpsertNvidiaIntegrationInput = {
  /** The URL of the NVIDIA server, 1 to 2083 characters. */
  hostname: Scalars['String']['input'];
  /** The NVIDIA API key. Secret: forwarded to Galileo and never returned. */
  token: Scalars['String']['input'];
};

/** The settings of the OpenAI integration. Omitted fields are not sent; null is sent as null. Galileo decides what an omitted field and a null mean. */
export type UpsertOpenAIIntegrationInput = {
  /** The OpenAI organization that usage is billed to. */
  organizationId?: InputMaybe<Scalars['String']['input']>;
  /** The OpenAI API key. Secret: forwarded to Galileo and never returned. */
  token: Scalars['String']['input'];
};

/** The settings of the Vegas Gateway integration. Omitted fields are not sent; null is sent as null. Galileo decides what an omitted field and a null mean. */
export type UpsertVegasGatewayIntegrationInput = {
  /** The URL of the Vegas gateway, 1 to 2083 characters. */
  endpoint: Scalars['String']['input'];
  /** Limits on the files in a request. */
  multiModalConfig?: InputMaybe<MultiModalIntegrationConfigInput>;
  /** The credential of the Vegas gateway. Secret: forwarded to Galileo and never returned. */
  token: Scalars['String']['input'];
  /** The use case that requests are made for. */
  useCase: Scalars['String']['input'];
};

/** The settings of the Vertex AI integration. Omitted fields are not sent; null is sent as null. Galileo decides what an omitted field and a null mean. */
export type UpsertVertexAIIntegrationInput = {
  /** The location of files for Vertex AI. */
  gcsConfig?: InputMaybe<VertexAIGcsConfigInput>;
  /** Limits on the files in a request. */
  multiModalConfig?: InputMaybe<MultiModalIntegrationConfigInput>;
  /** The service account's key file, as a JSON string. Secret: forwarded to Galileo and never returned. */
  token: Scalars['String']['input'];
};

/** The settings of the Writer integration. Omitted fields are not sent; null is sent as null. Galileo decides what an omitted field and a null mean. */
export type UpsertWriterIntegrationInput = {
  /** The Writer organization that usage is billed to. */
  organizationId: Scalars['String']['input'];
  /** The Writer API key. Secret: forwarded to Galileo and never returned. */
  token: Scalars['String']['input'];
};

/** Models behind a Vegas gateway. */
export type VegasGatewayIntegration = Integration & {
  __typename: 'VegasGatewayIntegration';
  /** Settings that have no separate field, as Galileo stores them. Null if there are none. */
  extra: Maybe<Scalars['JSONObject']['output']>;
  /** The groups that the integration is shared with. One call to Galileo per page. Null if the integration has no id; null with an error if the call fails. */
  groups: Maybe<IntegrationGroupConnection>;
  /** The integration's UUID in Galileo. Null if Galileo returns none. */
  id: Maybe<Scalars['ID']['output']>;
  /** The provider. It identifies the integration, because a provider has one selected integration. */
  name: IntegrationName;
  /** The status of the integration as entries, whose keys Galileo defines. One call to Galileo, which may call the provider: select it only if you need it. Null with an error if the call fails. */
  status: Maybe<Array<StringMapEntry>>;
  /** The users that the integration is shared with. One call to Galileo per page. Null if the integration has no id; null with an error if the call fails. */
  users: Maybe<IntegrationUserConnection>;
};


/** Models behind a Vegas gateway. */
export type VegasGatewayIntegrationgroupsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};


/** Models behind a Vegas gateway. */
export type VegasGatewayIntegrationusersArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};

/** The location in Google Cloud Storage of the files that Galileo passes to Vertex AI. */
export type VertexAIGcsConfig = {
  __typename: 'VertexAIGcsConfig';
  /** The name of the bucket. */
  bucketName: Scalars['String']['output'];
  /** The prefix of the names of all objects. */
  objectPathPrefix: Scalars['String']['output'];
};

/** The location in Google Cloud Storage of the files that Galileo passes to Vertex AI. */
export type VertexAIGcsConfigInput = {
  /** The name of the bucket. */
  bucketName: Scalars['String']['input'];
  /** The prefix of the names of all objects. */
  objectPathPrefix: Scalars['String']['input'];
  /** The key file of the service account that can write to the bucket, as a JSON string. Secret: forwarded to Galileo and never returned. */
  serviceAccountCredentials: Scalars['String']['input'];
};

/** Google Cloud Vertex AI models. */
export type VertexAIIntegration = Integration & {
  __typename: 'VertexAIIntegration';
  /** Settings that have no separate field, as Galileo stores them. Null if there are none. */
  extra: Maybe<Scalars['JSONObject']['output']>;
  /** The location of files for Vertex AI. Null if none is set. */
  gcsConfig: Maybe<VertexAIGcsConfig>;
  /** The groups that the integration is shared with. One call to Galileo per page. Null if the integration has no id; null with an error if the call fails. */
  groups: Maybe<IntegrationGroupConnection>;
  /** The integration's UUID in Galileo. Null if Galileo returns none. */
  id: Maybe<Scalars['ID']['output']>;
  /** Limits on the files in a request. Null if none are set. */
  multiModalConfig: Maybe<MultiModalIntegrationConfig>;
  /** The provider. It identifies the integration, because a provider has one selected integration. */
  name: IntegrationName;
  /** The status of the integration as entries, whose keys Galileo defines. One call to Galileo, which may call the provider: select it only if you need it. Null with an error if the call fails. */
  status: Maybe<Array<StringMapEntry>>;
  /** The users that the integration is shared with. One call to Galileo per page. Null if the integration has no id; null with an error if the call fails. */
  users: Maybe<IntegrationUserConnection>;
};


/** Google Cloud Vertex AI models. */
export type VertexAIIntegrationgroupsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};


/** Google Cloud Vertex AI models. */
export type VertexAIIntegrationusersArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};

/** Writer models. */
export type WriterIntegration = Integration & {
  __typename: 'WriterIntegration';
  /** Settings that have no separate field, as Galileo stores them. Null if there are none. */
  extra: Maybe<Scalars['JSONObject']['output']>;
  /** The groups that the integration is shared with. One call to Galileo per page. Null if the integration has no id; null with an error if the call fails. */
  groups: Maybe<IntegrationGroupConnection>;
  /** The integration's UUID in Galileo. Null if Galileo returns none. */
  id: Maybe<Scalars['ID']['output']>;
  /** The provider. It identifies the integration, because a provider has one selected integration. */
  name: IntegrationName;
  /** The Writer organization that usage is billed to. Galileo always returns one; nullable because other providers may have none. */
  organizationId: Maybe<Scalars['String']['output']>;
  /** The status of the integration as entries, whose keys Galileo defines. One call to Galileo, which may call the provider: select it only if you need it. Null with an error if the call fails. */
  status: Maybe<Array<StringMapEntry>>;
  /** The users that the integration is shared with. One call to Galileo per page. Null if the integration has no id; null with an error if the call fails. */
  users: Maybe<IntegrationUserConnection>;
};


/** Writer models. */
export type WriterIntegrationgroupsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};


/** Writer models. */
export type WriterIntegrationusersArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};
