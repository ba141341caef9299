import {
  awsCredentialTypeValues,
  contentModalityValues,
  customAuthenticationTypeValues,
  modelCostByValues,
} from '../upstream/generated/galileo.ts';
import { getSchema, resolveReference, type Schemas } from '../upstream/openapi-document.ts';
import { integrationNames } from '../upstream/wire.ts';
import { builder } from './builder.ts';

/** The enum value of an upstream word: `aws_bedrock` is `AWS_BEDROCK`. */
type EnumKey<Word extends string> = Uppercase<Word>;

const toEnumKey = <Word extends string>(word: Word) => word.toUpperCase() as EnumKey<Word>;

/** The values of an enum, in alphabetical order, each with the upstream word that it stands for. */
function toEnumValues<Word extends string>(words: readonly Word[], describe: (word: Word) => string) {
  const entries = [...words]
    .sort()
    .map((word) => [toEnumKey(word), { value: word, description: describe(word) }] as const);
  return Object.fromEntries(entries) as Record<EnumKey<Word>, { value: Word; description: string }>;
}

const unrecognized = (what: string) => ({
  UNRECOGNIZED: {
    value: 'UNRECOGNIZED' as const,
    description: `${what} that Galileo added after this schema was built.`,
  },
});

/** Input, output and key of every entity at once: it has no UNRECOGNIZED, which nobody could ask for. */
export const integrationName = builder.enumType('IntegrationName', {
  description: 'The LLM providers that Galileo can be connected to.',
  values: toEnumValues(integrationNames, (name) => `The provider that Galileo calls \`${name}\`.`),
});

const authenticationTypeDescriptions: Readonly<Record<AuthenticationType, string>> = {
  api_key: 'An API key, sent in a header.',
  client_secret: 'An OAuth 2 client secret.',
  custom_oauth2: "An OAuth 2 flow against a token endpoint of the customer's own.",
  none: 'No authentication.',
  oauth2: 'An OAuth 2 flow.',
  username_password: 'A user name and a password.',
};

type AuthenticationType =
  | Schemas['AnthropicAuthenticationType']
  | Schemas['AzureAuthenticationType']
  | Schemas['CustomAuthenticationType'];

/** The words of every provider that has such a property, in one list: its field has one type in all of them. */
export const authenticationTypes = Object.keys(authenticationTypeDescriptions) as AuthenticationType[];

export const integrationAuthenticationType = builder.enumType('IntegrationAuthenticationType', {
  description: 'How Galileo authenticates with the provider.',
  values: {
    ...toEnumValues(authenticationTypes, (type) => authenticationTypeDescriptions[type]),
    ...unrecognized('A way'),
  },
});

/** For what is written: it has no UNRECOGNIZED, which nobody could send. */
export const customAuthenticationType = builder.enumType('CustomAuthenticationType', {
  description: 'How Galileo shall authenticate with a custom integration.',
  values: toEnumValues(customAuthenticationTypeValues, (type) => authenticationTypeDescriptions[type]),
});

const credentialTypeDescriptions: Readonly<Record<Schemas['AwsCredentialType'], string>> = {
  assumed_role: 'Galileo assumes an IAM role.',
  key_secret: 'An access key with its secret.',
};

export const awsCredentialType = builder.enumType('AwsCredentialType', {
  description: 'What Galileo identifies itself to AWS with.',
  values: {
    ...toEnumValues(awsCredentialTypeValues, (type) => credentialTypeDescriptions[type]),
    ...unrecognized('A kind of credential'),
  },
});

export const contentModality = builder.enumType('ContentModality', {
  description: 'A kind of content that a model takes.',
  values: {
    ...toEnumValues(contentModalityValues, (modality) => `The model takes ${modality} content.`),
    ...unrecognized('A kind of content'),
  },
});

export const modelCostBy = builder.enumType('ModelCostBy', {
  description: "What a model's prices count.",
  values: {
    ...toEnumValues(modelCostByValues, (unit) => `Prices count ${unit}.`),
    ...unrecognized('A unit'),
  },
});

type PermissionAction = NonNullable<Schemas['Permission']['action']>;

/** Every distinct word of the action enums that the OpenAPI document lists for a permission. */
export const permissionActions = [
  ...new Set(
    getSchema('Permission').properties?.['action']?.anyOf?.flatMap(
      (member) => resolveReference(member).enum ?? [],
    ),
  ),
  // The type is generated from this very part of the document.
] as PermissionAction[];

export const integrationPermissionAction = builder.enumType('IntegrationPermissionAction', {
  description: 'What a permission allows or refuses. Galileo uses one list of actions for all its resources.',
  values: {
    ...toEnumValues(permissionActions, (action) => `The action \`${action}\`.`),
    ...unrecognized('An action'),
  },
});
