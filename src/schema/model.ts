import { contentModalityValues, modelCostByValues } from '../upstream/generated/galileo.ts';
import type { WireObject } from '../upstream/wire.ts';
import { integrationNames } from '../upstream/wire.ts';
import { builder } from './builder.ts';
import { shareable } from './directives.ts';
import { contentModality, integrationName, modelCostBy } from './enums.ts';
import { boolean, float, int, knownWordOf, list, object, readerOf, string, wordOf } from './reader.ts';

const readParamsMap = readerOf('RunParamsMap');

const modelParamsMap = builder.objectRef<WireObject<'RunParamsMap'>>('ModelParamsMap').implement({
  description:
    "What each parameter is called in the provider's API. A field is null where the provider has no such parameter.",
  extensions: shareable,
  fields: (t) => {
    const parameter = (property: Parameters<typeof readParamsMap.optional>[0], what: string) =>
      t.string({
        nullable: true,
        description: `The provider's name of the parameter for ${what}; null where it has none.`,
        resolve: readParamsMap.optional(property, string),
      });
    return {
      model: parameter('model', 'the model'),
      temperature: parameter('temperature', 'the sampling temperature'),
      maxTokens: parameter('max_tokens', 'the most tokens of an answer'),
      stopSequences: parameter('stop_sequences', 'the texts that end an answer'),
      topP: parameter('top_p', 'nucleus sampling'),
      topK: parameter('top_k', 'sampling from the k likeliest tokens'),
      frequencyPenalty: parameter('frequency_penalty', 'the penalty on frequent tokens'),
      presencePenalty: parameter('presence_penalty', 'the penalty on tokens that occurred'),
      echo: parameter('echo', 'repeating the prompt in the answer'),
      logprobs: parameter('logprobs', 'log probabilities of the tokens'),
      topLogprobs: parameter('top_logprobs', 'how many likeliest tokens to report log probabilities of'),
      n: parameter('n', 'the number of answers'),
      apiVersion: parameter('api_version', 'the version of the API'),
      tools: parameter('tools', 'the tools that the model may call'),
      toolChoice: parameter('tool_choice', 'which tool the model must call'),
      responseFormat: parameter('response_format', 'the format of the answer'),
      reasoningEffort: parameter('reasoning_effort', 'how much the model reasons'),
      verbosity: parameter('verbosity', 'how long the answer is to be'),
      deploymentName: parameter('deployment_name', 'the deployment of the model'),
    };
  },
});

const readOutputMap = readerOf('OutputMap');

const modelOutputMap = builder.objectRef<WireObject<'OutputMap'>>('ModelOutputMap').implement({
  description: "Where in the provider's answer each value stands.",
  extensions: shareable,
  fields: (t) => ({
    response: t.string({
      description: 'Where the text of the answer stands.',
      resolve: readOutputMap.required('response', string),
    }),
    tokenCount: t.string({
      nullable: true,
      description: 'Where the number of all tokens stands; null where the provider does not tell.',
      resolve: readOutputMap.optional('token_count', string),
    }),
    inputTokenCount: t.string({
      nullable: true,
      description: "Where the number of the prompt's tokens stands; null where the provider does not tell.",
      resolve: readOutputMap.optional('input_token_count', string),
    }),
    outputTokenCount: t.string({
      nullable: true,
      description: "Where the number of the answer's tokens stands; null where the provider does not tell.",
      resolve: readOutputMap.optional('output_token_count', string),
    }),
    completionReason: t.string({
      nullable: true,
      description: 'Where the reason stands why the answer ended; null where the provider does not tell.',
      resolve: readOutputMap.optional('completion_reason', string),
    }),
  }),
});

const readInputMap = readerOf('InputMap');

const modelInputMap = builder.objectRef<WireObject<'InputMap'>>('ModelInputMap').implement({
  description: "Where in the provider's request the prompt goes.",
  extensions: shareable,
  fields: (t) => ({
    prompt: t.string({
      description: 'Where the prompt goes.',
      resolve: readInputMap.required('prompt', string),
    }),
    prefix: t.string({
      description: 'Text that is put before the prompt; empty where there is none.',
      resolve: readInputMap.required('prefix', string),
    }),
    suffix: t.string({
      description: 'Text that is put after the prompt; empty where there is none.',
      resolve: readInputMap.required('suffix', string),
    }),
  }),
});

const readModel = readerOf('Model');

export const integrationModel = builder.objectRef<WireObject<'Model'>>('IntegrationModel').implement({
  description: 'A model that an integration offers, with its limits, prices and manners.',
  extensions: shareable,
  fields: (t) => ({
    name: t.string({
      description: "The provider's name of the model.",
      resolve: readModel.required('name', string),
    }),
    alias: t.string({
      description: 'The name that people see.',
      resolve: readModel.required('alias', string),
    }),
    integration: t.field({
      type: integrationName,
      nullable: true,
      description:
        'The provider that the model is called through; null with an error where Galileo names one that this schema does not know.',
      resolve: readModel.optional('integration', knownWordOf(integrationNames)),
    }),
    userRole: t.string({
      nullable: true,
      description: "What the model calls the user's part of a chat; null where it has no roles.",
      resolve: readModel.optional('user_role', string),
    }),
    assistantRole: t.string({
      nullable: true,
      description: 'What the model calls its own part of a chat; null where it has no roles.',
      resolve: readModel.optional('assistant_role', string),
    }),
    systemSupported: t.boolean({
      description: 'Whether the model takes a system prompt.',
      resolve: readModel.required('system_supported', boolean),
    }),
    inputModalities: t.field({
      type: [contentModality],
      description: 'The kinds of content that the model takes; empty where Galileo does not tell.',
      resolve: readModel.listed('input_modalities', list(wordOf(contentModalityValues))),
    }),
    alternativeNames: t.stringList({
      description: 'Other names of the same model; empty where it has none.',
      resolve: readModel.listed('alternative_names', list(string)),
    }),
    inputTokenLimit: t.int({
      nullable: true,
      description: 'The most tokens of a prompt; null where it is not known.',
      resolve: readModel.optional('input_token_limit', int),
    }),
    outputTokenLimit: t.int({
      nullable: true,
      description: 'The most tokens of an answer; null where it is not known.',
      resolve: readModel.optional('output_token_limit', int),
    }),
    tokenLimit: t.int({
      nullable: true,
      description: 'The most tokens of prompt and answer together; null where it is not known.',
      resolve: readModel.optional('token_limit', int),
    }),
    outputPrice: t.float({
      description:
        'The price of the answer, for each unit of `costBy`, as Galileo stores it; 0 where it is not known.',
      resolve: readModel.required('output_price', float),
    }),
    inputPrice: t.float({
      description:
        'The price of the prompt, for each unit of `costBy`, as Galileo stores it; 0 where it is not known.',
      resolve: readModel.required('input_price', float),
    }),
    costBy: t.field({
      type: modelCostBy,
      description: 'What the prices count.',
      resolve: readModel.required('cost_by', wordOf(modelCostByValues)),
    }),
    isChat: t.boolean({
      description: 'Whether the model takes a chat, not a single prompt.',
      resolve: readModel.required('is_chat', boolean),
    }),
    providesLogProbs: t.boolean({
      description: 'Whether the model can report log probabilities.',
      resolve: readModel.required('provides_log_probs', boolean),
    }),
    formattingTokens: t.int({
      description: 'Tokens that the format of a message costs.',
      resolve: readModel.required('formatting_tokens', int),
    }),
    responsePrefixTokens: t.int({
      description: 'Tokens that the beginning of each answer costs.',
      resolve: readModel.required('response_prefix_tokens', int),
    }),
    apiVersion: t.string({
      nullable: true,
      description: "The version of the provider's API that the model needs; null where any will do.",
      resolve: readModel.optional('api_version', string),
    }),
    legacyMistralPromptFormat: t.boolean({
      description: "Whether prompts are written in Mistral's older format.",
      resolve: readModel.required('legacy_mistral_prompt_format', boolean),
    }),
    requiresMaxTokens: t.boolean({
      description: 'Whether a call must say the most tokens of its answer.',
      resolve: readModel.required('requires_max_tokens', boolean),
    }),
    maxTopP: t.float({
      nullable: true,
      description: 'The largest value of nucleus sampling; null where the provider sets none.',
      resolve: readModel.optional('max_top_p', float),
    }),
    paramsMap: t.field({
      type: modelParamsMap,
      nullable: true,
      description: "What each parameter is called in the provider's API; null where Galileo does not tell.",
      resolve: readModel.optional('params_map', object('RunParamsMap')),
    }),
    outputMap: t.field({
      type: modelOutputMap,
      nullable: true,
      description: "Where in the provider's answer each value stands; null where Galileo does not tell.",
      resolve: readModel.optional('output_map', object('OutputMap')),
    }),
    inputMap: t.field({
      type: modelInputMap,
      nullable: true,
      description: "Where in the provider's request the prompt goes; null where Galileo does not tell.",
      resolve: readModel.optional('input_map', object('InputMap')),
    }),
  }),
});
