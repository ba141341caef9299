import { readFileSync } from 'node:fs';
import {
  buildSchema,
  type GraphQLInputObjectType,
  getNamedType,
  isInputObjectType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { describe, expect, it } from 'vitest';
import { integrationNames } from '../client/index.ts';
import {
  checkDraft,
  createDraft,
  type Field,
  formatBytes,
  getRemoved,
  getRowFields,
  parseBytes,
  toInput,
} from '../examples/settings-page/fields.ts';
import { providerForms } from '../examples/settings-page/providers.ts';

const schema = buildSchema(readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8'));

function getInputType(name: string): GraphQLInputObjectType {
  const wanted = `upsert${name.replaceAll('_', '')}integration`.toLowerCase();
  const mutation = Object.values(schema.getMutationType()?.getFields() ?? {}).find(
    (field) => field.name.toLowerCase() === wanted,
  );
  const type = getNamedType(mutation?.args[0]?.type);
  if (!isInputObjectType(type)) throw new Error(`There is no upsert for ${name}.`);
  return type;
}

/** Differences between the fields of a form and an input type. */
function compare(fields: readonly Field[], type: GraphQLInputObjectType, path: string): string[] {
  const declared = type.getFields();
  const names = new Set(fields.map(({ name }) => name));
  const missing = Object.keys(declared).filter((name) => !names.has(name));
  const unknown = [...names].filter((name) => !(name in declared));
  return [
    ...missing.map((name) => `${path}.${name} is not in the form`),
    ...unknown.map((name) => `${path}.${name} is not in the schema`),
    ...fields.flatMap((field) => {
      const own = declared[field.name];
      const nested = field.kind === 'group' ? field.fields : getRowFields(field);
      const inner = getNamedType(own?.type);
      // Two fields can have the same name and each a part of the type, as for the two kinds of AWS credentials.
      const siblings = fields.filter(({ name }) => name === field.name);
      const parts = siblings.flatMap((sibling) =>
        sibling.kind === 'group' ? sibling.fields : (nested ?? []),
      );
      return [
        ...(own !== undefined && isNonNullType(own.type) && field.required !== true
          ? [`${path}.${field.name} is required`]
          : []),
        ...(nested !== undefined && isInputObjectType(inner)
          ? compare(parts, inner, `${path}.${field.name}`)
          : []),
      ];
    }),
  ];
}

describe('the forms of the settings page', () => {
  it.each(integrationNames)(
    'the form of %s has every field of its input, and the same required fields',
    (name) => {
      expect(compare(providerForms[name].fields, getInputType(name), name)).toEqual([]);
    },
  );

  it.each(integrationNames)(
    'saving %s unchanged loses nothing silently: a field is returned, required, or marked as write-only',
    (name) => {
      const wanted = `${name.replaceAll('_', '')}integration`.toLowerCase();
      const type = Object.values(schema.getTypeMap()).find((known) => known.name.toLowerCase() === wanted);
      const stored = isObjectType(type) ? Object.keys(type.getFields()) : [];
      const silent = providerForms[name].fields.filter(
        (field) =>
          field.writeOnly !== true &&
          field.required !== true &&
          !stored.includes(field.storedAs ?? field.name),
      );
      expect(silent.map((field) => field.name)).toEqual([]);
    },
  );

  it('a form omits empty fields, and keeps settings that it does not show', () => {
    const { fields } = providerForms.CUSTOM;
    const stored = { baseUrl: 'https://llm.example', authenticationType: 'NONE', legacyModels: ['old'] };
    const draft = createDraft(fields, stored);
    expect(checkDraft(fields, draft)).toEqual([]);
    expect(toInput(fields, draft)).toEqual({
      endpoint: 'https://llm.example',
      authenticationType: 'NONE',
      models: ['old'],
    });
    expect(getRemoved(fields, draft)).toEqual(['Headers for every call']);
  });

  it('a form does not replace a stored type that it does not offer', () => {
    const { fields } = providerForms.ANTHROPIC;
    const draft = { ...createDraft(fields, { authenticationType: 'UNRECOGNIZED' }), token: 'sk' };
    expect(draft).toMatchObject({ authenticationType: '' });
    expect(checkDraft(fields, draft)).toEqual([
      { path: ['input', 'authenticationType'], message: 'Choose the authentication.' },
    ]);
  });

  it('a form does not drop a stored choice that it does not offer', () => {
    const { fields } = providerForms.AWS_SAGEMAKER;
    const model = { name: 'm', alias: 'm', inputModalities: ['TEXT', 'UNRECOGNIZED'] };
    expect(checkDraft(fields, createDraft(fields, { models: [model] }))).toContainEqual({
      path: ['input', 'models', '0', 'inputModalities'],
      message: 'Remove the unknown choice.',
    });
  });

  it.each([
    ['customLlmConfig', { fileName: 'a.py', className: 'A', initKwargs: '{bad' }, 'initKwargs'],
    ['customLlmConfig', { initKwargs: '[1]' }, 'initKwargs'],
    ['multiModalConfig', { maxFileSizeBytes: 'huge' }, 'maxFileSizeBytes'],
  ])('a form reports an invalid value in an optional group: %s %j', (group, values, name) => {
    const { fields } = providerForms.CUSTOM;
    const issues = checkDraft(fields, { ...createDraft(fields), [group]: values });
    expect(issues.map(({ path }) => path)).toContainEqual(['input', group, name]);
  });

  it('a form writes sizes exactly, in the largest unit that divides them', () => {
    for (const bytes of [1, 1000, 1024, 20_971_520, 5_368_709_120])
      expect(parseBytes(formatBytes(bytes))).toBe(bytes);
    expect(formatBytes(5_368_709_120)).toBe('5 GiB');
    expect(parseBytes('20 mb')).toBe(20_000_000);
    for (let tenths = 1; tenths < 10_000; tenths += 1)
      expect(parseBytes(`${tenths / 10} MB`)).toBe(tenths * 100_000);
    expect(parseBytes('1.5')).toBeUndefined();
    expect(parseBytes('many')).toBeUndefined();
  });
});
