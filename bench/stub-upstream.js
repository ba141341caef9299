// An upstream that costs as little as possible: every response is a buffer that is created at the start.
// Settings by environment: PORT, DELAY_MS (before each response), MODELS (of SageMaker).
import { createServer } from 'node:http';

const delayMs = Number(process.env.DELAY_MS ?? 0);
const modelCount = Number(process.env.MODELS ?? 10);

const id = '7d0c3a56-6e39-4a0c-9d0f-9ee8a9c7a001';
const limits = { max_files: 10, max_file_size_bytes: 5_368_709_120 };
const common = { id, extra: { team: 'benchmark', cost_centre: 42 } };

const createModel = (number) => ({
  name: `model-${number}`,
  alias: `Model ${number}`,
  integration: 'aws_sagemaker',
  user_role: 'user',
  assistant_role: 'assistant',
  system_supported: true,
  input_modalities: ['text', 'image'],
  alternative_names: [`m-${number}`],
  input_token_limit: 128_000,
  output_token_limit: 8192,
  token_limit: null,
  output_price: 0.000015,
  input_price: 0.000003,
  cost_by: 'tokens',
  is_chat: true,
  provides_log_probs: false,
  formatting_tokens: 3,
  response_prefix_tokens: 3,
  api_version: null,
  legacy_mistral_prompt_format: false,
  requires_max_tokens: true,
  max_top_p: 0.99,
  params_map: {
    model: 'model',
    temperature: 'temperature',
    max_tokens: 'max_tokens',
    stop_sequences: 'stop',
    top_p: 'top_p',
  },
  output_map: {
    response: 'choices[0].text',
    token_count: 'usage.total',
    completion_reason: 'choices[0].finish',
  },
  input_map: { prompt: 'messages', prefix: '', suffix: '' },
});

const integrations = {
  anthropic: {
    ...common,
    authentication_type: 'api_key',
    endpoint: null,
    custom_header_mapping: { 'x-user': 'user_id' },
    multi_modal_config: limits,
  },
  aws_bedrock: {
    ...common,
    credential_type: 'key_secret',
    region: 'eu-central-1',
    inference_profiles: { claude: 'eu.claude', nova: 'eu.nova' },
  },
  aws_sagemaker: {
    ...common,
    credential_type: 'assumed_role',
    region: 'eu-central-1',
    models: Array.from({ length: modelCount }, (_, index) => createModel(index)),
    multi_modal_config: limits,
  },
  azure: {
    ...common,
    proxy: false,
    endpoint: 'https://benchmark.example.com',
    api_version: '2025-03-01-preview',
    authentication_type: 'api_key',
    deployments: { 'gpt-4o': 'prod-4o', 'gpt-4o-mini': 'prod-mini' },
    available_deployments: [{ id: 'prod-4o', model: 'gpt-4o' }],
  },
  custom: {
    ...common,
    authentication_type: 'oauth2',
    base_url: 'https://llm.example.com/v1',
    model_properties: [{ name: 'small', alias: 'Small' }, { name: 'large' }],
    default_model: 'small',
    is_legacy_format: false,
  },
  databricks: common,
  mistral: common,
  nvidia: common,
  openai: { ...common, organization_id: 'org-benchmark' },
  vegas_gateway: common,
  vertex_ai: {
    ...common,
    multi_modal_config: limits,
    gcs_config: { bucket_name: 'bucket', object_path_prefix: 'llm/' },
  },
  writer: { ...common, organization_id: 'org-writer' },
};

const answers = new Map(
  Object.entries(integrations).map(([name, body]) => [
    `/v2/integrations/${name}`,
    Buffer.from(JSON.stringify({ name, ...body })),
  ]),
);

const record = Buffer.from(
  JSON.stringify({
    id,
    name: 'custom',
    permissions: [
      { action: 'update', allowed: true, message: null },
      { action: 'delete', allowed: false, message: 'Only administrators may.' },
    ],
    created_at: '2026-01-31T08:15:30.123456',
    updated_at: '2026-11-02T10:00:00.000001',
    created_by: id,
    is_selected: true,
    is_disabled: false,
  }),
);

// Longer than a pause between rounds: no contender pays for a socket that was closed.
const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
  const body = request.method === 'PUT' ? record : answers.get(request.url);
  const answer = () => {
    response.writeHead(body === undefined ? 404 : 200, {
      'content-type': 'application/json',
      'content-length': body?.length ?? 0,
    });
    response.end(body);
  };
  request.resume();
  request.once('end', () => (delayMs > 0 ? setTimeout(answer, delayMs) : answer()));
});

server.listen(Number(process.env.PORT ?? 0), '127.0.0.1', () =>
  process.send?.({ port: server.address().port }),
);
