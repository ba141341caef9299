import {
  type InputFields,
  type InputShape,
  inputFields,
  type StringMapEntryInput,
  type UpsertCustomIntegrationInput,
} from './custom-integration-input.ts';

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

function toObject(input: object, fields: InputFields, path: readonly string[]) {
  const body: Record<string, unknown> = {};
  for (const [name, fieldValue] of Object.entries(input)) {
    const field = fields[name];
    if (field !== undefined && fieldValue !== undefined) {
      body[field.property] = toBodyValue(fieldValue, field.shape, [...path, name]);
    }
  }
  return body;
}

function toBodyValue(input: unknown, shape: InputShape, path: readonly string[]): unknown {
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
