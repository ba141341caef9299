import type { JsonObject } from '../json.ts';
import type { ProviderName } from '../upstream/api-types.ts';
import { FieldError, type FieldErrorCode } from '../upstream/errors.ts';
import type { CollaboratorKind } from '../upstream/galileo-client.ts';
import { isUuid, type Uuid } from '../upstream/uuid.ts';
import type { BodyMapping, ValidationFailure } from './body-mapping.ts';
import { getProviderName, type ProviderEntry, withProvider } from './integrations.ts';
import type { ResolverContext } from './request-context.ts';

export interface UpsertSuccess {
  readonly name: ProviderName;
  readonly record: JsonObject;
}

/** The collaborators that were added, as upstream returned them. */
export interface ShareSuccess {
  readonly collaborators: readonly JsonObject[];
}

/**
 * Stores the caller's integration of the provider. Returns a ValidationFailure for upstream's 422, and for duplicate
 * keys, in which case nothing is sent.
 */
export async function upsertIntegration(
  name: ProviderName,
  mapping: BodyMapping,
  input: JsonObject,
  context: ResolverContext,
): Promise<UpsertSuccess | ValidationFailure> {
  const body = mapping.toBody(input);
  if (typeof body !== 'string') return body;
  const outcome = await settleWrite(context.galileo.upsert(name, body, context), () =>
    context.reads.forgetIntegration(name),
  );
  if (outcome.kind === 'invalid') return mapping.toFailure(outcome, input, (part) => context.redact(part));
  return { name, record: withProvider(outcome.value, name) };
}

export async function deleteIntegration(
  name: ProviderName,
  context: ResolverContext,
): Promise<ProviderEntry> {
  await settleWrite(context.galileo.deleteIntegration(name, context), () =>
    context.reads.forgetIntegration(name),
  );
  return { name };
}

export async function selectIntegration(
  integrationId: string,
  context: ResolverContext,
): Promise<JsonObject> {
  const id = toIdArgument('integrationId', integrationId);
  return settleWrite(context.galileo.selectIntegration(id, context), (record) =>
    context.reads.forgetIntegration((record && getProviderName(record)) ?? undefined),
  );
}

/** Adds collaborators to an integration. Returns a ValidationFailure for upstream's 422. */
export async function shareIntegration(
  kind: CollaboratorKind,
  mapping: BodyMapping,
  input: JsonObject & { readonly integrationId: string },
  context: ResolverContext,
): Promise<ShareSuccess | ValidationFailure> {
  const id = toIdArgument('integrationId', input.integrationId);
  const body = mapping.toBody(input);
  if (typeof body !== 'string') return body;
  const outcome = await settleWrite(context.galileo.share(kind, id, body, context), () =>
    context.reads.forgetSharing(id),
  );
  if (outcome.kind === 'invalid') return mapping.toFailure(outcome, input, (part) => context.redact(part));
  return { collaborators: outcome.value };
}

interface CollaboratorReference {
  readonly kind: CollaboratorKind;
  readonly integrationId: string;
  readonly collaboratorId: string;
}

export async function updateCollaborator(
  collaborator: CollaboratorReference,
  role: string,
  context: ResolverContext,
): Promise<JsonObject> {
  const { kind, id, collaboratorId } = toIds(collaborator);
  const body = JSON.stringify({ role });
  return settleWrite(context.galileo.updateCollaborator(kind, id, collaboratorId, body, context), () =>
    context.reads.forgetSharing(id),
  );
}

export async function removeCollaborator(
  collaborator: CollaboratorReference,
  context: ResolverContext,
): Promise<string> {
  const { kind, id, collaboratorId } = toIds(collaborator);
  await settleWrite(context.galileo.removeCollaborator(kind, id, collaboratorId, context), () =>
    context.reads.forgetSharing(id),
  );
  return collaboratorId;
}

const toIds = ({ kind, integrationId, collaboratorId }: CollaboratorReference) => ({
  kind,
  id: toIdArgument('integrationId', integrationId),
  collaboratorId: toIdArgument(kind === 'users' ? 'userId' : 'groupId', collaboratorId),
});

function toIdArgument(name: string, value: string): Uuid {
  if (!isUuid(value)) throw new FieldError('BAD_USER_INPUT', `\`${name}\` must be a UUID.`);
  return value;
}

/** The failures after which a write may have changed something. */
const uncertainCodes: ReadonlySet<FieldErrorCode> = new Set([
  'UPSTREAM_OUTCOME_UNKNOWN',
  'UPSTREAM_INVALID_RESPONSE',
  'UPSTREAM_ERROR',
]);

/**
 * Waits for a write, and forgets the reads that it may have changed. Also forgets them after a 422, which costs at most
 * a repeated call.
 */
async function settleWrite<T>(write: Promise<T>, forget: (result?: T) => void): Promise<T> {
  try {
    const result = await write;
    forget(result);
    return result;
  } catch (error) {
    if (!(error instanceof FieldError) || uncertainCodes.has(error.code)) forget();
    throw error;
  }
}
