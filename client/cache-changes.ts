import { isOutcomeUnknown, toGatewayErrors } from './errors.ts';
import type { IntegrationName } from './generated/graphql.ts';
import result from './generated/possible-types.ts';

/** The object types of each interface and union, for clients with a normalized cache. */
export const possibleTypes = result.possibleTypes;

/** Every provider, in the order of the enum `IntegrationName`. */
export const integrationNames = [
  'ANTHROPIC',
  'AWS_BEDROCK',
  'AWS_SAGEMAKER',
  'AZURE',
  'CUSTOM',
  'DATABRICKS',
  'MISTRAL',
  'NVIDIA',
  'OPENAI',
  'VEGAS_GATEWAY',
  'VERTEX_AI',
  'WRITER',
] as const satisfies readonly IntegrationName[];

/** Each provider with the object type of its integration. */
export const integrationTypes = integrationNames.map((name): readonly [IntegrationName, string] => {
  const upperCase = `${name.replaceAll('_', '')}INTEGRATION`;
  return [name, possibleTypes.Integration.find((type) => type.toUpperCase() === upperCase) ?? ''];
});

export type Fields = Readonly<Record<string, unknown>>;

export const toFields = (value: unknown): Fields =>
  typeof value === 'object' && value !== null ? { ...value } : {};

/** An id in lower case: its case has no meaning. */
export const toComparable = (id: unknown): unknown => (typeof id === 'string' ? id.toLowerCase() : id);

/** What a mutation changes. Everything is empty or undefined for mutations of other services. */
export interface Change {
  /** The providers whose integration changes, with its object type. */
  readonly providers: readonly (readonly [IntegrationName, string])[];
  /** The connection that changes. */
  readonly connection: 'users' | 'groups' | undefined;
  /** In lower case. */
  readonly integrationId: unknown;
}

const collaboratorMutation = /^(?:shareIntegrationWith|(?:update|remove)Integration)(User|Group)s?$/;

/**
 * @param getRecordName returns the provider of a record. If it is unknown, `selectIntegration` can change any provider.
 */
export function getChange(
  mutation: string,
  args: Fields,
  getRecordName: (integrationId: unknown) => unknown,
): Change {
  const integrationId = toComparable(args['integrationId'] ?? toFields(args['input'])['integrationId']);
  const selected = mutation === 'selectIntegration' ? getRecordName(integrationId) : undefined;
  const collaborators = collaboratorMutation.exec(mutation)?.[1];
  return {
    integrationId,
    connection: collaborators === undefined ? undefined : collaborators === 'User' ? 'users' : 'groups',
    providers: integrationTypes.filter(
      ([name, type]) =>
        mutation === `upsert${type}` ||
        (mutation === 'deleteIntegration' && name === args['name']) ||
        (mutation === 'selectIntegration' && (selected ?? name) === name),
    ),
  };
}

/** Whether a mutation has changed something, or may have. */
export const hasChanged = (result: unknown, errors: unknown): boolean =>
  result === null
    ? toGatewayErrors(errors).some(isOutcomeUnknown)
    : toFields(result)['__typename'] !== 'IntegrationValidationFailure';
