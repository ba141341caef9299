// An upstream that costs as little as possible: a socket server whose responses are buffers, created at startup.
// Settings by environment: PORT, DELAY_MS (before each response), CERT_FILE and KEY_FILE (PEM, for TLS).
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';

const delayMs = Number(process.env.DELAY_MS ?? 0);

const id = '7d0c3a56-6e39-4a0c-9d0f-9ee8a9c7a001';
const limits = { max_files: 10, max_file_size_bytes: 5_368_709_120 };
const common = { id, extra: { team: 'benchmark', cost_centre: 42 } };
const oauth2 = {
  authentication_scope: 'llm.read llm.write',
  oauth2_token_url: 'https://identity.example.com/oauth2/token',
};

const createModel = (number) => ({
  name: `jumpstart-model-${number}`,
  // Not Latin-1, as one character of many real responses.
  alias: `Model "${number}" – large`,
  integration: 'aws_sagemaker',
  user_role: 'user',
  assistant_role: 'assistant',
  system_supported: true,
  input_modalities: ['text', 'image'],
  alternative_names: [`m-${number}`, `model-${number} (legacy)`],
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
    top_k: 'top_k',
    frequency_penalty: null,
    presence_penalty: null,
  },
  output_map: {
    response: '$.generated_text',
    token_count: '$.usage.total',
    input_token_count: '$.usage.input',
    output_token_count: '$.usage.output',
    completion_reason: '$.finish_reason',
  },
  input_map: { prompt: '$.inputs', prefix: '<s>[INST] ', suffix: ' [/INST]' },
});

const integrations = {
  anthropic: {
    ...common,
    ...oauth2,
    authentication_type: 'api_key',
    endpoint: 'https://anthropic.example.com/v1',
    custom_header_mapping: { job_id: 'X-Job-Id', user_id: 'X-User-Id' },
    multi_modal_config: limits,
  },
  aws_bedrock: {
    ...common,
    credential_type: 'key_secret',
    region: 'eu-central-1',
    inference_profiles: { claude: 'arn:aws:bedrock:eu.claude', nova: 'arn:aws:bedrock:eu.nova' },
    multi_modal_config: limits,
  },
  aws_sagemaker: {
    ...common,
    credential_type: 'assumed_role',
    region: 'eu-central-1',
    models: Array.from({ length: 3 }, (_, index) => createModel(index)),
    multi_modal_config: null,
  },
  azure: {
    ...common,
    ...oauth2,
    proxy: false,
    endpoint: 'https://benchmark.example.com',
    api_version: '2025-03-01-preview',
    azure_deployment: 'prod-4o',
    authentication_type: 'api_key',
    default_headers: { 'X-Tenant': 'benchmark', 'X-Env': 'prod' },
    deployments: { 'gpt-4o': 'prod-4o', 'gpt-4o-mini': 'prod-mini', o3: 'prod-o3' },
    available_deployments: [
      { id: 'prod-4o', model: 'gpt-4o' },
      { id: 'prod-mini', model: 'gpt-4o-mini' },
    ],
    custom_header_mapping: null,
    multi_modal_config: limits,
  },
  custom: {
    ...common,
    ...oauth2,
    authentication_type: 'oauth2',
    base_url: 'https://llm.example.com/v1',
    models: ['small', 'large'],
    model_properties: [
      { name: 'small', alias: 'Small', based_on: 'gpt-4o', supported_parameters: null },
      { name: 'large', alias: 'Large', based_on: null, supported_parameters: ['temperature', 'max_tokens'] },
    ],
    default_model: 'small',
    is_legacy_format: false,
    api_key_header: 'X-API-Key',
    custom_llm_config: {
      file_name: 'handler.py',
      class_name: 'Handler',
      init_kwargs: { timeout: 60, retries: [1, 2] },
    },
    custom_header_mapping: { job_id: 'X-Job', user_id: 'X-User' },
    headers: { 'X-Team': 'benchmark' },
    multi_modal_config: limits,
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

const createRecord = (name) => ({
  id,
  name,
  provider: name,
  permissions: [
    { action: 'update', allowed: true, message: null },
    { action: 'delete', allowed: false, message: 'Only administrators can delete an integration.' },
    { action: 'share', allowed: true, message: null },
  ],
  created_at: '2026-01-31T08:15:30.123456',
  updated_at: '2026-11-02T10:00:00.000001',
  created_by: id,
  is_selected: true,
  is_disabled: false,
});

const respond = (status, body) => {
  const text = JSON.stringify(body);
  return Buffer.from(
    `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
  );
};
const responses = new Map([
  ['GET /integrations', respond('200 OK', [])],
  ['GET /v2/integrations/available', respond('200 OK', { integrations: Object.keys(integrations) })],
]);
for (const [name, body] of Object.entries(integrations)) {
  const path = `/v2/integrations/${name}`;
  responses.set(`GET ${path}`, respond('200 OK', { name, provider: name, ...body }));
  responses.set(`PUT ${path}`, respond('200 OK', createRecord(name)));
  responses.set(`DELETE /integrations/${name}`, respond('200 OK', { message: 'deleted' }));
}
const unauthenticated = respond('401 Unauthorized', { detail: 'Not authenticated' });
const unknown = respond('404 Not Found', { detail: 'Integration not found' });
const invalid = respond('422 Unprocessable Entity', { detail: 'The body is not JSON.' });

/**
 * The response to the first request in the string, and the rest of the string. Undefined if the request is incomplete.
 */
function takeRequest(text) {
  const end = text.indexOf('\r\n\r\n');
  if (end === -1) return undefined;
  const head = text.slice(0, end).toLowerCase();
  const length = Number(/\r\ncontent-length: *(\d+)/.exec(head)?.[1] ?? 0);
  const next = end + 4 + length;
  if (text.length < next) return undefined;
  const line = text.slice(0, text.indexOf(' HTTP/'));
  let response = responses.get(line) ?? unknown;
  if (!head.includes('\r\ngalileo-api-key:')) response = unauthenticated;
  else if (length > 0) {
    // Parsed, so that a contender cannot succeed with a body that upstream would reject.
    try {
      JSON.parse(text.slice(end + 4, next));
    } catch {
      response = invalid;
    }
  }
  return { response, rest: text.slice(next) };
}

function serve(socket) {
  let text = '';
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk) => {
    text += chunk.latin1Slice();
    const parts = [];
    for (let taken = takeRequest(text); taken !== undefined; taken = takeRequest(text)) {
      parts.push(taken.response);
      text = taken.rest;
    }
    if (parts.length === 0) return;
    const bytes = parts.length === 1 ? parts[0] : Buffer.concat(parts);
    if (delayMs > 0) setTimeout(() => socket.write(bytes), delayMs);
    else socket.write(bytes);
  });
}

const { CERT_FILE: certFile, KEY_FILE: keyFile } = process.env;
const server =
  certFile === undefined
    ? createServer({ noDelay: true }, serve)
    : createTlsServer({ noDelay: true, cert: readFileSync(certFile), key: readFileSync(keyFile) }, serve);

server.listen(Number(process.env.PORT ?? 0), '127.0.0.1', () =>
  process.send?.({ port: server.address().port }),
);
