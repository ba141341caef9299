import { UpstreamError } from '../upstream/errors.ts';
import type { WireObject } from '../upstream/wire.ts';
import { toArgumentPath } from './argument-path.ts';
import { DuplicateKey, toRequestBody } from './custom-integration-body.ts';
import type { UpsertCustomIntegrationInput } from './custom-integration-input.ts';
import type { GatewayContext } from './gateway-context.ts';
import { findSecrets } from './input-secrets.ts';

/** Upstream has stored the integration. */
export interface UpsertSuccess {
  readonly record: WireObject<'IntegrationDB'>;
}

/** Upstream's 422, in the terms of the arguments. */
export interface ValidationFailure {
  readonly message: string;
  readonly issues: readonly {
    readonly path: readonly string[];
    readonly message: string;
    readonly code: string;
  }[];
}

/**
 * Stores the caller's custom integration: one PUT. A 422 is an answer, everything else that is no success an error; two
 * entries of a map with one key are BAD_USER_INPUT, and nothing is sent.
 */
export async function upsertCustomIntegration(
  input: UpsertCustomIntegrationInput,
  context: GatewayContext,
): Promise<UpsertSuccess | ValidationFailure> {
  for (const secret of findSecrets(input)) context.addSecret(secret);
  const call = context.getCall();
  const body = JSON.stringify(toBody(input));
  // Whatever comes of it, what was read before may be stale once the write is out.
  const outcome = await context.galileo
    .upsert('custom', body, call)
    .finally(() => context.integrations.clear('custom'));
  if (outcome.kind === 'done') return { record: outcome.value };
  return {
    message: outcome.message ?? 'Galileo refused the integration as invalid.',
    issues: outcome.issues.map(({ location, message, type }) => ({
      path: toArgumentPath(location, input, (text) => context.redact(text)),
      message,
      code: type,
    })),
  };
}

function toBody(input: UpsertCustomIntegrationInput): Readonly<Record<string, unknown>> {
  try {
    return toRequestBody(input);
  } catch (error) {
    if (error instanceof DuplicateKey) throw new UpstreamError('BAD_USER_INPUT', error.message);
    throw error;
  }
}
