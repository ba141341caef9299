import { getTypeName } from '../resolvers/integrations.ts';
import { providerNames } from '../upstream/api-types.ts';
import {
  anthropicAuthenticationTypeValues,
  awsCredentialTypeValues,
  azureAuthenticationTypeValues,
  collaboratorRoleValues,
  contentModalityValues,
  customAuthenticationTypeValues,
  modelCostByValues,
} from '../upstream/generated/galileo.ts';
import { permissionActions } from '../upstream/generated/tables.ts';
import { builder } from './builder.ts';
import type { ValueType } from './fields.ts';
import { createEnumParser, throwMismatch } from './parsers.ts';

/** An enum whose values are upstream's in upper case. */
const createEnum = <Value extends string>(
  name: string,
  description: string,
  values: readonly Value[],
  describe: (value: Value) => string,
) =>
  builder.enumType(name, {
    description,
    values: Object.fromEntries(
      values.map((value) => [value.toUpperCase(), { value, description: describe(value) }]),
    ),
  });

/** An enum for responses, which can have values that Galileo added later. */
const createOutputEnum = <Value extends string>(
  name: string,
  description: string,
  values: readonly Value[],
  describe: (value: Value) => string,
  unrecognized: string,
) =>
  createEnum(name, description, [...values, 'UNRECOGNIZED' as const], (value) =>
    value === 'UNRECOGNIZED'
      ? `${unrecognized} that Galileo added after this schema was built.`
      : describe(value),
  );

/** An enum for responses, and the enum for inputs, whose name ends in `Input`. */
function enumOf<Value extends string>(
  name: string,
  description: string,
  values: readonly Value[],
  descriptions: Readonly<Record<Value, string>>,
  unrecognized: string,
) {
  const describe = (value: Value) => descriptions[value];
  return {
    outputType: createOutputEnum(name, description, values, describe, unrecognized),
    parse: createEnumParser(values),
    inputType: createEnum(`${name}Input`, description, values, describe),
  } satisfies ValueType;
}

/** The key of every entity. One enum for outputs and inputs, so it has no UNRECOGNIZED. */
export const integrationName = createEnum(
  'IntegrationName',
  'The LLM providers that Galileo can be connected to.',
  providerNames,
  (name) => `\`${name}\` in Galileo's API. Integration type: ${getTypeName(name)}.`,
);

/** A provider as a property of an object. A name that this schema does not know fails the field. */
export const knownIntegrationName = {
  outputType: integrationName,
  parse: createEnumParser(providerNames, () =>
    throwMismatch('a value that this version of the schema knows'),
  ),
  inputType: integrationName,
} satisfies ValueType;

const authenticationTypes = {
  api_key: 'An API key in a header.',
  client_secret: 'An OAuth 2 client secret.',
  custom_oauth2: 'OAuth 2 with a token endpoint that the customer provides.',
  none: 'No authentication.',
  oauth2: 'OAuth 2.',
  username_password: 'A user name and a password.',
} as const;
type AuthenticationType = keyof typeof authenticationTypes;

const authenticationTypeOutput = createOutputEnum(
  'IntegrationAuthenticationType',
  'How Galileo authenticates with a provider.',
  Object.keys(authenticationTypes) as AuthenticationType[],
  (value) => authenticationTypes[value],
  'A method',
);

/**
 * One output enum for all providers, so that one query can select the field of each; each provider accepts some of its
 * values.
 */
const authenticationTypeOf = (provider: string, values: readonly AuthenticationType[]): ValueType => ({
  outputType: authenticationTypeOutput,
  parse: createEnumParser(Object.keys(authenticationTypes)),
  inputType: createEnum(
    `${provider}AuthenticationType`,
    `How Galileo can authenticate with ${provider === 'Custom' ? 'a custom endpoint' : provider}.`,
    values,
    (value) => authenticationTypes[value],
  ),
});

export const anthropicAuthenticationType = authenticationTypeOf(
  'Anthropic',
  anthropicAuthenticationTypeValues,
);
export const azureAuthenticationType = authenticationTypeOf('Azure', azureAuthenticationTypeValues);
export const customAuthenticationType = authenticationTypeOf('Custom', customAuthenticationTypeValues);

export const awsCredentialType = enumOf(
  'AwsCredentialType',
  'How Galileo authenticates with AWS.',
  awsCredentialTypeValues,
  {
    assumed_role: 'Galileo assumes an IAM role.',
    key_secret: 'An access key id and its secret access key.',
  },
  'A kind of credential',
);

export const contentModality = enumOf(
  'ContentModality',
  'A kind of content that a model accepts.',
  contentModalityValues,
  {
    audio: 'Audio.',
    document: 'Documents, for example PDF files.',
    image: 'Images.',
    text: 'Text.',
    video: 'Video.',
  },
  'A kind of content',
);

export const modelCostBy = enumOf(
  'ModelCostBy',
  'The unit that a model is priced by.',
  modelCostByValues,
  { characters: 'The price is per character.', tokens: 'The price is per token.' },
  'A unit',
);

export const collaboratorRole = enumOf(
  'IntegrationCollaboratorRole',
  'What a user or group can do with a shared integration.',
  collaboratorRoleValues,
  {
    annotator: 'Can annotate.',
    editor: 'Can use and change the integration.',
    owner: 'Can use, change, share and delete the integration.',
    viewer: 'Can use the integration.',
  },
  'A role',
);

export const permissionAction = createOutputEnum(
  'IntegrationPermissionAction',
  'The action that a permission is for. This enum covers every Galileo resource, so many values never apply to an integration.',
  permissionActions,
  (action) => `\`${action}\` in Galileo's API.`,
  'An action',
);
