import type { Schemas } from '../upstream/openapi-document.ts';
import { isJsonObject } from '../upstream/wire.ts';

type Create = Schemas['CustomIntegrationCreate'];

interface StringMapEntryInput {
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
interface Field {
  readonly property: string;
  readonly shape: Shape;
}

type Shape =
  | { readonly kind: 'value' | 'values' | 'free' }
  | { readonly kind: 'map' }
  | { readonly kind: 'object'; readonly fields: Readonly<Record<string, Field>> }
  | { readonly kind: 'list'; readonly fields: Readonly<Record<string, Field>> };

const value = <Property extends string>(property: Property) =>
  ({ property, shape: { kind: 'value' } }) as const;
const values = <Property extends string>(property: Property) =>
  ({ property, shape: { kind: 'values' } }) as const;
const free = <Property extends string>(property: Property) =>
  ({ property, shape: { kind: 'free' } }) as const;
const mapOf = <Property extends string>(property: Property) =>
  ({ property, shape: { kind: 'map' } }) as const;

// The one table of both ways: the body is written by it, and the places in upstream's 422 are read by it. The compiler
// holds its fields against the input and its properties against the OpenAPI document.
const inputFields = {
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
  apiKeyValue: value('api_key_value'),
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
  headers: mapOf('headers'),
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
  token: value('token'),
} satisfies FieldsOf<UpsertCustomIntegrationInput, Create>;

type FieldsOf<Input, Body> = Readonly<
  Record<keyof Input, Field & { readonly property: keyof Body & string }>
>;

/** The same key came twice in a list of entries that upstream stores as a map: one value would be lost. */
export class DuplicateKey extends Error {
  override readonly name = 'DuplicateKey';
}

/**
 * The body of `PUT /v2/integrations/custom`: what was omitted is omitted, what is null is null, no default is filled in.
 * Throws DuplicateKey where two entries of one map have the same key.
 */
export function toRequestBody(input: UpsertCustomIntegrationInput): Readonly<Record<string, unknown>> {
  return toObject(input, inputFields, ['input']);
}

function toObject(input: object, fields: Readonly<Record<string, Field>>, path: readonly string[]) {
  const body: Record<string, unknown> = {};
  for (const [name, fieldValue] of Object.entries(input)) {
    const field = fields[name];
    if (field !== undefined && fieldValue !== undefined) {
      body[field.property] = toBodyValue(fieldValue, field.shape, [...path, name]);
    }
  }
  return body;
}

function toBodyValue(input: unknown, shape: Shape, path: readonly string[]): unknown {
  if (input === null || typeof input !== 'object') return input;
  switch (shape.kind) {
    case 'value':
    case 'values':
    case 'free':
      return input;
    case 'object':
      return toObject(input, shape.fields, path);
    case 'list':
      return Array.isArray(input)
        ? input.map((item: object, index) => toObject(item, shape.fields, [...path, String(index)]))
        : input;
    case 'map':
      return Array.isArray(input) ? toMap(input, path) : input;
  }
}

function toMap(entries: readonly StringMapEntryInput[], path: readonly string[]) {
  const map = new Map<string, string>();
  for (const [index, { key, value }] of entries.entries()) {
    if (map.has(key)) {
      const place = [...path, String(index), 'key'].join('.');
      throw new DuplicateKey(`The key at ${place} is there already: each key may come once.`);
    }
    map.set(key, value);
  }
  return Object.fromEntries(map);
}

/**
 * The place in the arguments that an upstream `loc` means: `["body", "model_properties", 0, "based_on"]` is
 * `["input", "modelProperties", "0", "basedOn"]`. Empty where the place is outside the body; where upstream goes deeper than the
 * arguments do, the deepest place that they have.
 *
 * @param redact cuts secrets out of the parts that upstream chose and the schema does not know
 */
export function toArgumentPath(
  location: readonly (string | number)[],
  input: UpsertCustomIntegrationInput,
  redact: (text: string) => string,
): readonly string[] {
  const [root, ...rest] = location;
  if (root !== 'body') return [];
  return ['input', ...toFieldPath(rest, inputFields, input, redact)];
}

function toFieldPath(
  location: readonly (string | number)[],
  fields: Readonly<Record<string, Field>>,
  input: object | undefined,
  redact: (text: string) => string,
): string[] {
  const [property, ...rest] = location;
  const entry = Object.entries(fields).find(([, field]) => field.property === property);
  if (entry === undefined) return [];
  const [name, { shape }] = entry;
  const inner = getProperty(input, name);
  switch (shape.kind) {
    case 'value':
      return [name];
    case 'values':
      return typeof rest[0] === 'number' ? [name, String(rest[0])] : [name];
    case 'free':
      return [name, ...rest.map((part) => (typeof part === 'string' ? redact(part) : String(part)))];
    case 'object':
      return [name, ...toFieldPath(rest, shape.fields, inner, redact)];
    case 'list': {
      const [index, ...inItem] = rest;
      if (typeof index !== 'number') return [name];
      return [
        name,
        String(index),
        ...toFieldPath(inItem, shape.fields, getProperty(inner, String(index)), redact),
      ];
    }
    case 'map':
      return [name, ...toEntryPath(rest, inner)];
  }
}

/** Pydantic names an entry of a map by its key, and marks a fault of the key itself with a last part `[key]`. */
function toEntryPath([key, part]: readonly (string | number)[], entries: object | undefined): string[] {
  if (key === undefined || !Array.isArray(entries)) return [];
  const index = entries.findIndex((entry: StringMapEntryInput) => entry.key === String(key));
  return index === -1 ? [] : [String(index), part === '[key]' ? 'key' : 'value'];
}

function getProperty(input: object | undefined, name: string): object | undefined {
  const inner: unknown = input === undefined ? undefined : Reflect.get(input, name);
  return typeof inner === 'object' && inner !== null ? inner : undefined;
}

/**
 * Every text that stands where a secret of the input does, in an input or in variables of any shape: a request that is
 * refused, or puts a secret in the wrong place, has it shown no more than another.
 */
export function* findSecrets(inputs: unknown): Generator<string> {
  // Not by recursion: nothing has bounded how deep variables nest.
  const pending = [inputs];
  while (pending.length > 0) {
    const value = pending.pop();
    if (typeof value !== 'object' || value === null) continue;
    for (const [name, inner] of Object.entries(value) as [string, unknown][]) {
      if (typeof inner === 'object') pending.push(inner);
      else if (typeof inner === 'string' && secretNames.has(name)) yield inner;
      if (name !== 'headers' || !Array.isArray(inner)) continue;
      for (const entry of inner as unknown[]) {
        if (isJsonObject(entry) && typeof entry['value'] === 'string') yield entry['value'];
      }
    }
  }
}

const secretNames: ReadonlySet<string> = new Set(['token', 'apiKeyValue']);
