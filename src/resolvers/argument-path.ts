import {
  type InputFields,
  inputFields,
  type StringMapEntryInput,
  type UpsertCustomIntegrationInput,
} from './custom-integration-input.ts';

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
  fields: InputFields,
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
