import { GraphQLError } from 'graphql';
import { UpstreamError } from '../upstream/errors.ts';
import type { GatewayContext } from './gateway-context.ts';

/** What a client reads of a failed field beside its message; docs/errors.md explains each. */
interface ErrorExtensions {
  readonly code: string;
  readonly requestId: string;
  readonly retryable?: boolean;
  readonly retryAfterMs?: number;
  readonly upstreamStatus?: number;
  readonly galileoErrorCode?: number;
}

/**
 * The one place where a failure becomes what the client reads: a code, a message that is safe to show, the request's id.
 * What is none of the known failures is INTERNAL_SERVER_ERROR, told to `report` and to nobody else.
 */
export function toClientError(
  error: GraphQLError,
  context: Pick<GatewayContext, 'requestId'>,
  report: (fault: unknown) => void,
): GraphQLError {
  const { nodes = null, path = null } = error;
  const cause = error.originalError;
  const rewrite = (message: string, extensions: ErrorExtensions) =>
    new GraphQLError(message, { nodes, path, extensions: { ...extensions } });

  if (cause instanceof UpstreamError) {
    return rewrite(cause.message, {
      code: cause.code,
      requestId: context.requestId,
      retryable: cause.retryable,
      ...(cause.retryAfterMs === undefined ? {} : { retryAfterMs: cause.retryAfterMs }),
      ...(cause.upstreamStatus === undefined ? {} : { upstreamStatus: cause.upstreamStatus }),
      ...(cause.galileoErrorCode === undefined ? {} : { galileoErrorCode: cause.galileoErrorCode }),
    });
  }
  // graphql-js itself found an argument that does not fit, at a place that validation cannot see: a null in a variable
  // that has a default, say. Its message quotes the argument.
  if ((!cause || cause instanceof GraphQLError) && nodes?.some((node) => isArgumentPlace(node.kind))) {
    return rewrite('An argument of this field does not fit its type.', {
      code: 'BAD_USER_INPUT',
      requestId: context.requestId,
      retryable: false,
    });
  }
  report(cause ?? error);
  return rewrite('The gateway failed to answer this field.', {
    code: 'INTERNAL_SERVER_ERROR',
    requestId: context.requestId,
    retryable: false,
  });
}

// The nodes that graphql-js blames for an argument's value; a failure to complete a value blames the field.
const isArgumentPlace = (kind: string) => kind !== 'Field' && kind !== 'OperationDefinition';
