import type { Schemas } from '../upstream/openapi-document.ts';

type Create = Schemas['CustomIntegrationCreate'];

export interface StringMapEntryInput {
  readonly key: string;
  readonly value: string;
}

/** The argument of `upsertCustomIntegration` as GraphQL hands it over: omitted is absent, null is null. */
export interface UpsertCustomIntegrationInput {
  readonly endpoint: string;
  readonly authenticationType?: Schemas['CustomAuthenticationType'] | null | undefined;
  readonly models?: readonly string[] | null | undefined;
  readonly modelProperties?: readonly CustomModelPropertiesInput[] | null | undefined;
  readonly defaultModel?: string | null | undefined;
  readonly authenticationScope?: string | null | undefined;
  readonly oauth2TokenUrl?: string | null | undefined;
  readonly apiKeyHeader?: string | null | undefined;
  readonly apiKeyValue?: string | null | undefined;
  readonly customLlmConfig?: CustomLlmConfigInput | null | undefined;
  readonly customHeaderMapping?: readonly StringMapEntryInput[] | null | undefined;
  readonly headers?: readonly StringMapEntryInput[] | null | undefined;
  readonly multiModalConfig?: MultiModalIntegrationConfigInput | null | undefined;
  readonly token?: string | null | undefined;
}

interface CustomModelPropertiesInput {
  readonly name: string;
  readonly alias?: string | null | undefined;
  readonly basedOn?: string | null | undefined;
  readonly supportedParameters?: readonly string[] | null | undefined;
}

interface CustomLlmConfigInput {
  readonly fileName: string;
  readonly className: string;
  readonly initKwargs?: Readonly<Record<string, unknown>> | null | undefined;
}

interface MultiModalIntegrationConfigInput {
  readonly maxFiles?: number | null | undefined;
  readonly maxFileSizeBytes?: number | null | undefined;
}

/** How a field of the input is written in the PUT body: its property there, and the shape of what is in it. */
export interface InputField {
  readonly property: string;
  readonly shape: InputShape;
  /** Whether its text, or each value of its map, must not be read in any message. Default: no. */
  readonly isSecret?: boolean;
}

export type InputFields = Readonly<Record<string, InputField>>;

export type InputShape =
  | { readonly kind: 'value' | 'values' | 'free' }
  | { readonly kind: 'map' }
  | { readonly kind: 'object'; readonly fields: InputFields }
  | { readonly kind: 'list'; readonly fields: InputFields };

const value = <Property extends string>(property: Property) =>
  ({ property, shape: { kind: 'value' } }) as const;
const values = <Property extends string>(property: Property) =>
  ({ property, shape: { kind: 'values' } }) as const;
const free = <Property extends string>(property: Property) =>
  ({ property, shape: { kind: 'free' } }) as const;
const mapOf = <Property extends string>(property: Property) =>
  ({ property, shape: { kind: 'map' } }) as const;
const secret = <Field extends InputField>(field: Field) => ({ ...field, isSecret: true });

/**
 * The one table of the input: by it the body is written, the places in upstream's 422 are read, and secrets are found. The
 * compiler holds its fields against the input and its properties against the OpenAPI document.
 */
export const inputFields = {
  endpoint: value('endpoint'),
  authenticationType: value('authentication_type'),
  models: values('models'),
  modelProperties: {
    property: 'model_properties',
    shape: {
      kind: 'list',
      fields: {
        name: value('name'),
        alias: value('alias'),
        basedOn: value('based_on'),
        supportedParameters: values('supported_parameters'),
      } satisfies FieldsOf<CustomModelPropertiesInput, Schemas['ModelProperties']>,
    },
  },
  defaultModel: value('default_model'),
  authenticationScope: value('authentication_scope'),
  oauth2TokenUrl: value('oauth2_token_url'),
  apiKeyHeader: value('api_key_header'),
  apiKeyValue: secret(value('api_key_value')),
  customLlmConfig: {
    property: 'custom_llm_config',
    shape: {
      kind: 'object',
      fields: {
        fileName: value('file_name'),
        className: value('class_name'),
        initKwargs: free('init_kwargs'),
      } satisfies FieldsOf<CustomLlmConfigInput, Schemas['CustomLLMConfig']>,
    },
  },
  customHeaderMapping: mapOf('custom_header_mapping'),
  headers: secret(mapOf('headers')),
  multiModalConfig: {
    property: 'multi_modal_config',
    shape: {
      kind: 'object',
      fields: {
        maxFiles: value('max_files'),
        maxFileSizeBytes: value('max_file_size_bytes'),
      } satisfies FieldsOf<MultiModalIntegrationConfigInput, Schemas['MultiModalModelIntegrationConfig']>,
    },
  },
  token: secret(value('token')),
} satisfies FieldsOf<UpsertCustomIntegrationInput, Create>;

type FieldsOf<Input, Body> = Readonly<
  Record<keyof Input, InputField & { readonly property: keyof Body & string }>
>;
