import { isNullableObjectArray, type JsonObject } from '../json.ts';
import { FieldError } from '../upstream/errors.ts';
import type { CollaboratorKind } from '../upstream/galileo-client.ts';
import { isUuid } from '../upstream/uuid.ts';
import type { ResolverContext } from './request-context.ts';

/** The arguments of a connection. `first` has a default; null is treated as omitted. */
interface PageArguments {
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
}

/** One page of collaborators as a Relay connection. */
export interface CollaboratorConnection {
  readonly edges: readonly { readonly cursor: string; readonly node: JsonObject }[];
  readonly nodes: readonly JsonObject[];
  readonly startingToken: number;
  /** Unchecked. Null if upstream returned none. */
  readonly nextToken: unknown;
}

export const defaultPageSize = 100;
const maxPageSize = 1000;

/**
 * One page of an integration's collaborators. Null without a call if the id is null. Fails with BAD_USER_INPUT if an
 * argument is invalid, and with UPSTREAM_INVALID_RESPONSE if upstream's id is not a UUID.
 */
export async function loadCollaborators(
  kind: CollaboratorKind,
  integrationId: unknown,
  { first, after }: PageArguments,
  { reads }: ResolverContext,
): Promise<CollaboratorConnection | null> {
  const limit = first ?? defaultPageSize;
  if (limit < 1 || limit > maxPageSize) {
    throw new FieldError('BAD_USER_INPUT', `\`first\` must be between 1 and ${maxPageSize}.`);
  }
  const startingToken = after === null || after === undefined ? 0 : fromCursor(after);
  if (integrationId === null || integrationId === undefined) return null;
  if (!isUuid(integrationId))
    throw createInvalidResponseError('Galileo returned an integration id that is not a UUID.');
  return toConnection(
    await reads.loadCollaborators(kind, integrationId, { startingToken, limit }),
    startingToken,
  );
}

function toConnection(page: JsonObject, startingToken: number): CollaboratorConnection {
  const collaborators = page['collaborators'] ?? [];
  if (!isNullableObjectArray(collaborators))
    throw createInvalidResponseError(
      'Galileo returned a page whose `collaborators` are not an array of objects.',
    );
  const edges: CollaboratorConnection['edges'][number][] = [];
  for (const [index, node] of collaborators.entries())
    if (node !== null) edges.push({ cursor: toCursor(startingToken + index + 1), node });
  const nodes = edges.map(({ node }) => node);
  return { edges, nodes, startingToken, nextToken: page['next_starting_token'] ?? null };
}

/** Null if this is the last page. Throws UPSTREAM_INVALID_RESPONSE if it is not an offset after this page's. */
function getNextToken({ startingToken, nextToken }: CollaboratorConnection): number | null {
  if (nextToken === null) return null;
  if (typeof nextToken === 'number' && Number.isSafeInteger(nextToken) && nextToken > startingToken)
    return nextToken;
  throw createInvalidResponseError(
    'Galileo returned a `next_starting_token` that is not the offset of a later page.',
  );
}

export const hasNextPage = (page: CollaboratorConnection): boolean => getNextToken(page) !== null;

/**
 * The cursor of the last edge. An empty page has the cursor of the next page's start, or null if it is the last page.
 */
export function getEndCursor(page: CollaboratorConnection): string | null {
  const last = page.edges.at(-1);
  if (last !== undefined) return last.cursor;
  const nextToken = getNextToken(page);
  return nextToken === null ? null : toCursor(nextToken);
}

// Upstream's tokens are offsets: the cursor of a collaborator is the offset of the next one.
const toCursor = (offset: number): string => Buffer.from(`offset:${offset}`).toString('base64url');

function fromCursor(cursor: string): number {
  const offset = Number(
    /^offset:([1-9]\d{0,15})$/.exec(Buffer.from(cursor, 'base64url').toString('latin1'))?.[1],
  );
  // Several strings decode to the same bytes. Only the one that `toCursor` returns is a cursor.
  if (Number.isSafeInteger(offset) && toCursor(offset) === cursor) return offset;
  throw new FieldError('BAD_USER_INPUT', '`after` is not a cursor of this connection.');
}

const createInvalidResponseError = (message: string) => new FieldError('UPSTREAM_INVALID_RESPONSE', message);
