import type { ErrorExtensions, SettingsPageQuery } from 'galileo-gateway/client';

/** An error as every client hands it on. */
export interface PlainError {
  readonly message: string;
  readonly path?: readonly (string | number)[] | undefined;
  readonly extensions?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * One line for each provider. A null is a failure only if `errors` has an entry with its path, or with a longer one.
 */
export function describeProviders(data: SettingsPageQuery, errors: readonly PlainError[]): string[] {
  return data.integrationProviders.map(({ displayName, integration }, index) => {
    if (integration !== null) return `${displayName}: configured (${integration.__typename})`;
    const place = ['integrationProviders', index, 'integration'];
    const error = errors.find(({ path }) => place.every((part, depth) => path?.[depth] === part));
    if (error === undefined) return `${displayName}: not configured`;
    const { code, retryable = false } = error.extensions as unknown as ErrorExtensions;
    return `${displayName}: failed (${code}${retryable ? ', worth another try' : ''})`;
  });
}

/** The gateway to ask: a demo's, unless the environment says otherwise. */
export const endpoint = process.env['GATEWAY_URL'] ?? 'http://127.0.0.1:4000/graphql';
export const headers = { 'Galileo-API-Key': process.env['GALILEO_API_KEY'] ?? 'demo-key' };

export function print(lines: readonly string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
}
