// The operations in the schema that Mesh generates from the contract: providers are members of a union, names are
// those of the REST API, and no field returns several providers. The selected fields are the same.
import { allNames, operations } from '../operations.js';
import { typeNames } from './rival-schema.js';

// A field with different types in two providers needs an alias here, otherwise the operation is invalid.
const toNameAlias = (name) => `${name}_name`;
const selectEach = (fieldsByName) =>
  Object.entries(typeNames)
    .map(
      ([name, type]) => `... on ${type} { id ${toNameAlias(name)}: name extra ${fieldsByName[name] ?? ''} }`,
    )
    .join('\n');
const isOf = (item, name) => item.__typename === typeNames[name] && item[toNameAlias(name)] === name;

const limits = 'multi_modal_config { max_files max_file_size_bytes }';

const one = `query One($name: IntegrationName!) {
  integration: getIntegration(name: $name) {
    __typename
    ${selectEach({ openai: 'organization_id', anthropic: `${limits} authentication_type endpoint` })}
  }
}`;

const wireNames = allNames.map((name) => name.toLowerCase());
const severalFields = {
  anthropic:
    'anthropic_authentication: authentication_type anthropic_endpoint: endpoint custom_header_mapping',
  aws_bedrock: 'credential_type region inference_profiles',
  aws_sagemaker: 'credential_type region models { name alias is_chat }',
  azure: 'proxy endpoint api_version azure_authentication: authentication_type deployments',
  custom: 'authentication_type base_url default_model model_properties { name alias }',
  openai: 'organization_id',
  vertex_ai: limits,
  writer: 'writer_organization: organization_id',
};
const twelve = `query Twelve {
  ${wireNames.map((name) => `${name}: getIntegration(name: ${name}) { ...Fields }`).join('\n  ')}
}
fragment Fields on Integration {
  __typename
  ${selectEach(severalFields)}
}`;

const sageMaker = `query SageMaker {
  integration: getIntegration(name: aws_sagemaker) {
    __typename
    ... on AwsSageMakerIntegration {
      id name credential_type region extra
      ${limits}
      models {
        name alias integration user_role assistant_role system_supported input_modalities alternative_names
        input_token_limit output_token_limit token_limit output_price input_price cost_by is_chat provides_log_probs
        formatting_tokens response_prefix_tokens api_version legacy_mistral_prompt_format requires_max_tokens max_top_p
        params_map { model temperature max_tokens stop_sequences top_p top_k frequency_penalty presence_penalty }
        output_map { response token_count input_token_count output_token_count completion_reason }
        input_map { prompt prefix suffix }
      }
    }
  }
}`;

const upsert = `mutation Upsert($input: CustomIntegrationCreate_Input!) {
  upsertCustomIntegration(input: $input) {
    __typename
    ... on IntegrationDB {
      id name created_at updated_at is_selected is_disabled permissions { action allowed }
    }
    ... on HTTPValidationError { detail { msg } }
  }
}`;

/** The operation that Mesh gets instead of each operation, and a check of its response. */
export const meshOperations = new Map([
  [
    operations.one,
    {
      query: one,
      variables: { name: 'openai' },
      isRight: ({ integration }) =>
        isOf(integration, 'openai') && integration.organization_id === 'org-benchmark',
    },
  ],
  [
    operations.twelve,
    { query: twelve, variables: {}, isRight: (data) => wireNames.every((name) => isOf(data[name], name)) },
  ],
  [
    operations.sagemaker,
    {
      query: sageMaker,
      variables: {},
      isRight: ({ integration: { models } }) =>
        models.length > 0 && models.every((model) => model.params_map.model === 'model'),
    },
  ],
  [
    operations.upsert,
    {
      query: upsert,
      variables: { input: JSON.parse(operations.upsert.calls[0].body) },
      isRight: ({ upsertCustomIntegration: record }) =>
        record.id === '7d0c3a56-6e39-4a0c-9d0f-9ee8a9c7a001' && record.permissions[0].action === 'update',
    },
  ],
]);
