import { contentModality, knownIntegrationName, modelCostBy } from './enums.ts';
import { fieldOf, listOf, nonNull, objectOf, type PropertyOf, required } from './fields.ts';
import { boolean, float, int, string, strings } from './values.ts';

const parameter = (property: PropertyOf<'RunParamsMap'>, purpose: string) =>
  string(property, `The provider's name for Galileo's parameter \`${property}\` (${purpose}).`, {
    outputNote: 'Null if the provider does not have it.',
  });

const modelParamsMap = objectOf('ModelParamsMap', {
  description: "The names of a model's parameters in the provider's API.",
  schema: 'RunParamsMap',
  fields: {
    model: parameter('model', 'the model'),
    temperature: parameter('temperature', 'the sampling temperature'),
    maxTokens: parameter('max_tokens', 'the maximum number of output tokens'),
    stopSequences: parameter('stop_sequences', 'the strings that end the output'),
    topP: parameter('top_p', 'nucleus sampling'),
    topK: parameter('top_k', 'sampling from the k most likely tokens'),
    frequencyPenalty: parameter('frequency_penalty', 'the penalty on frequent tokens'),
    presencePenalty: parameter('presence_penalty', 'the penalty on tokens that have already occurred'),
    echo: parameter('echo', 'repeating the prompt in the output'),
    logprobs: parameter('logprobs', 'log probabilities of tokens'),
    topLogprobs: parameter(
      'top_logprobs',
      'how many of the most likely tokens to report log probabilities for',
    ),
    n: parameter('n', 'the number of outputs'),
    apiVersion: parameter('api_version', 'the API version'),
    tools: parameter('tools', 'the tools that the model can call'),
    toolChoice: parameter('tool_choice', 'which tool, if any, the model calls'),
    responseFormat: parameter('response_format', 'the format of the output'),
    reasoningEffort: parameter('reasoning_effort', 'the reasoning effort'),
    verbosity: parameter('verbosity', 'the verbosity of the output'),
    deploymentName: parameter('deployment_name', 'the deployment of the model'),
  },
});

const pathOf = (property: PropertyOf<'OutputMap'>, value: string) =>
  string(property, `The path of ${value} in the provider's response.`, {
    outputNote: 'Null if the response does not have it.',
  });

const modelOutputMap = objectOf('ModelOutputMap', {
  description: "The paths of values in the provider's response.",
  schema: 'OutputMap',
  fields: {
    response: string('response', "The path of the output in the provider's response.", required),
    tokenCount: pathOf('token_count', 'the total number of tokens'),
    inputTokenCount: pathOf('input_token_count', 'the number of input tokens'),
    outputTokenCount: pathOf('output_token_count', 'the number of output tokens'),
    completionReason: pathOf('completion_reason', 'the finish reason'),
  },
});

const modelInputMap = objectOf('ModelInputMap', {
  description: "The paths of values in the provider's request.",
  schema: 'InputMap',
  fields: {
    prompt: string('prompt', 'The path of the prompt in the request.', required),
    prefix: string('prefix', 'The string before the prompt. Empty by default.', nonNull),
    suffix: string('suffix', 'The string after the prompt. Empty by default.', nonNull),
  },
});

const price = (property: 'input_price' | 'output_price', what: string) =>
  float(property, `The price of the ${what} per unit of \`costBy\`.`, {
    outputNote: 'Null if Galileo does not return it.',
    input: 'none',
    defaultValue: null,
    deprecationReason: 'Galileo no longer returns prices here.',
  });

const integrationModel = objectOf('IntegrationModel', {
  description: 'A model of an integration: its names, limits and API.',
  schema: 'Model',
  fields: {
    name: string('name', "The provider's name for the model.", required),
    alias: string('alias', 'The name of the model in Galileo.', required),
    integration: fieldOf(knownIntegrationName)(
      'integration',
      'The provider that the model is called through. Default: `OPENAI`.',
      { outputNote: 'Null with an error if Galileo names a provider that this schema does not know.' },
    ),
    userRole: string('user_role', "The model's name for the user role in a chat.", {
      outputNote: 'Null if it has no roles.',
    }),
    assistantRole: string('assistant_role', "The model's name for the assistant role in a chat.", {
      outputNote: 'Null if it has no roles.',
    }),
    systemSupported: boolean('system_supported', 'Whether the model accepts a system prompt.', nonNull),
    inputModalities: fieldOf(listOf(contentModality))(
      'input_modalities',
      'The kinds of content that the model accepts.',
      { outputNote: 'Empty if Galileo does not know them.', output: 'non-null' },
    ),
    alternativeNames: strings('alternative_names', 'Other names of the same model.', nonNull),
    inputTokenLimit: int('input_token_limit', 'Maximum number of input tokens.', {
      outputNote: 'Null if unknown.',
    }),
    outputTokenLimit: int('output_token_limit', 'Maximum number of output tokens.', {
      outputNote: 'Null if unknown.',
    }),
    tokenLimit: int('token_limit', 'Maximum number of input and output tokens together.', {
      outputNote: 'Null if unknown.',
    }),
    outputPrice: price('output_price', 'output'),
    inputPrice: price('input_price', 'input'),
    costBy: fieldOf(modelCostBy)(
      'cost_by',
      'The unit that the model is priced by. Default: `TOKENS`.',
      nonNull,
    ),
    isChat: boolean('is_chat', 'Whether the model accepts a chat instead of a single prompt.', nonNull),
    providesLogProbs: boolean(
      'provides_log_probs',
      'Whether the model can report log probabilities.',
      nonNull,
    ),
    formattingTokens: int(
      'formatting_tokens',
      "Number of tokens that each message's formatting adds.",
      nonNull,
    ),
    responsePrefixTokens: int(
      'response_prefix_tokens',
      "Number of tokens that each response's prefix adds.",
      nonNull,
    ),
    apiVersion: string('api_version', "The version of the provider's API that the model needs.", {
      outputNote: 'Null if it works with any version.',
    }),
    legacyMistralPromptFormat: boolean(
      'legacy_mistral_prompt_format',
      "Whether prompts are in Mistral's legacy format.",
      nonNull,
    ),
    requiresMaxTokens: boolean(
      'requires_max_tokens',
      'Whether a request must set the maximum number of output tokens.',
      nonNull,
    ),
    maxTopP: float('max_top_p', 'Maximum value for nucleus sampling.', {
      outputNote: 'Null if the provider sets none.',
    }),
    paramsMap: fieldOf(modelParamsMap)('params_map', "The names of the parameters in the provider's API.", {
      outputNote: 'Null if unknown.',
    }),
    outputMap: fieldOf(modelOutputMap)('output_map', "The paths of values in the provider's response.", {
      outputNote: 'Null if unknown.',
    }),
    inputMap: fieldOf(modelInputMap)('input_map', "The paths of values in the provider's request.", {
      outputNote: 'Null if unknown.',
    }),
  },
});

/** The models of an integration. Only SageMaker has them as objects. */
export const integrationModels = fieldOf(listOf(integrationModel));
