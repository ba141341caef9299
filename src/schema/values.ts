import type { ScalarName } from '@pothos/core';
import { builder, type SchemaTypes } from './builder.ts';
import { shareable } from './directives.ts';
import { fieldOf, listOf, objectOf, type ValueType } from './fields.ts';
import * as parsers from './parsers.ts';
import './scalars.ts';

const scalarOf = (type: ScalarName<SchemaTypes>, parse: parsers.Parser, kind: 'value' | 'json' = 'value') =>
  ({ outputType: type, parse, inputType: type, inputShape: { kind } }) satisfies ValueType;

// Each of these functions declares a field of one type, for a property of upstream (`fieldOf`).

const stringValue = scalarOf('String', parsers.parseString);

export const string = fieldOf(stringValue);
export const strings = fieldOf(listOf(stringValue));
export const id = fieldOf(scalarOf('ID', parsers.parseString));
export const boolean = fieldOf(scalarOf('Boolean', parsers.parseBoolean));
export const int = fieldOf(scalarOf('Int', parsers.parseInt32));
const safeInt = fieldOf(scalarOf('SafeInt', parsers.parseSafeInt));
export const float = fieldOf(scalarOf('Float', parsers.parseNumber));
export const dateTime = fieldOf(scalarOf('DateTime', parsers.parseDateTime));
export const json = fieldOf(scalarOf('JSONObject', parsers.parseJsonObject, 'json'));

export const stringMapEntry = builder.objectRef<parsers.StringMapEntry>('StringMapEntry').implement({
  description: 'One entry of a map from string to string.',
  extensions: shareable,
  fields: (t) => ({
    key: t.exposeString('key', { description: 'The key. It is unique in its map.' }),
    value: t.string({
      description: 'The value.',
      resolve: ({ value }) => parsers.parseString(value),
    }),
  }),
});

const stringMapEntryInput = builder.inputType('StringMapEntryInput', {
  description: 'One entry of a map from string to string. A duplicate key causes a validation issue.',
  fields: (t) => ({
    key: t.string({ required: true, description: 'The key. It must be unique in its map.' }),
    value: t.string({ required: true, description: 'The value.' }),
  }),
});

export const stringMap = fieldOf({
  outputType: [stringMapEntry],
  parse: parsers.parseStringMap,
  inputType: [stringMapEntryInput],
  inputShape: { kind: 'map' },
});

// Fields that several providers have.

export const multiModalConfig = fieldOf(
  objectOf('MultiModalIntegrationConfig', {
    description: 'Limits on the files of a request to a model.',
    schema: 'MultiModalModelIntegrationConfig',
    fields: {
      maxFiles: int('max_files', 'Maximum number of files per request.', {
        outputNote: 'Null if no limit is set.',
        inputNote: 'At least 1.',
      }),
      maxFileSizeBytes: safeInt('max_file_size_bytes', 'Maximum size of one file, in bytes.', {
        outputNote: 'Null if no limit is set.',
        inputNote: 'At least 1.',
      }),
    },
  }),
)('multi_modal_config', 'Limits on the files in a request.', { outputNote: 'Null if none are set.' });

export const authenticationScope = string(
  'authentication_scope',
  'The OAuth 2 scope that Galileo requests.',
  { outputNote: 'Null if none is set.' },
);

export const oauth2TokenUrl = string('oauth2_token_url', 'The URL of the OAuth 2 token endpoint.', {
  outputNote: 'Null if none is set.',
});

export const customHeaderMapping = stringMap(
  'custom_header_mapping',
  'Fields that Galileo sends to the provider as headers. Each key is a field of Galileo, such as `user_email`. Its value is the name of the header, such as `X-User`.',
  { outputNote: 'Null if none are mapped.' },
);

export const organizationId = (provider: string, isRequired = false) =>
  string('organization_id', `The ${provider} organization that usage is billed to.`, {
    outputNote: isRequired
      ? 'Galileo always returns one; nullable because other providers may have none.'
      : 'Null if none is set.',
    input: isRequired ? 'required' : 'optional',
  });

export const token = (description: string) =>
  string('token', description, { output: 'none', input: 'required', secret: true });
