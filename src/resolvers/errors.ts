import { FieldError } from '../upstream/errors.ts';
import type { ResolverContext } from './request-context.ts';

/** A field's error as the client receives it, without its path. docs/errors.md explains each extension. */
export interface ErrorPayload {
  readonly message: string;
  readonly extensions: {
    readonly code: string;
    readonly requestId: string;
    readonly retryable: boolean;
    readonly retryAfterMs?: number;
    readonly upstreamStatus?: number;
    readonly galileoErrorCode?: number;
  };
}

/**
 * Turns the cause of a field's error into a code, a safe message and the request id. Any cause except a
 * FieldError is reported, and the client receives INTERNAL_SERVER_ERROR.
 */
export function toErrorPayload(
  cause: unknown,
  context: Pick<ResolverContext, 'requestId' | 'reportError'>,
): ErrorPayload {
  const { requestId } = context;
  if (cause instanceof FieldError) {
    const { message, code, retryable, retryAfterMs, upstreamStatus, galileoErrorCode } = cause;
    return {
      message,
      extensions: {
        code,
        requestId,
        retryable,
        ...(retryAfterMs !== undefined && { retryAfterMs }),
        ...(upstreamStatus !== undefined && { upstreamStatus }),
        ...(galileoErrorCode !== undefined && { galileoErrorCode }),
      },
    };
  }
  context.reportError(cause);
  return {
    message: 'The gateway failed to resolve this field.',
    extensions: { code: 'INTERNAL_SERVER_ERROR', requestId, retryable: false },
  };
}
