import { errorsAt, type GatewayError } from './errors.ts';

/** The state of a provider. `integration: null` alone does not distinguish "not configured" from "failed to load". */
export type ProviderState<Integration> =
  | {
      readonly status: 'configured';
      readonly integration: Integration;
      /** Errors of fields that could not be read. These fields are null. */
      readonly errors: readonly GatewayError[];
    }
  | { readonly status: 'not-configured' }
  | { readonly status: 'failed'; readonly error: GatewayError };

/**
 * The state of an integration field (`integration`, or one of `integrationProviders`).
 *
 * @param path the path of the field, for example `['integrationProviders', 3, 'integration']`
 */
export function providerState<Integration>(
  integration: Integration | null | undefined,
  errors: readonly GatewayError[],
  path: readonly (string | number)[],
): ProviderState<Integration> {
  const own = errorsAt(errors, path);
  if (integration !== null && integration !== undefined)
    return { status: 'configured', integration, errors: own };
  const error = own[0] ?? errors.find((candidate) => candidate.path.length === 0);
  return error === undefined ? { status: 'not-configured' } : { status: 'failed', error };
}

/** The part of a validation issue that decides where it is shown. */
export interface IssueAtPath {
  readonly path: readonly string[];
  readonly message: string;
}

/**
 * Assigns validation issues to the controls of a form. An issue without a control of the same path is assigned to the
 * nearest enclosing control, so that an issue of `modelProperties.0.basedOn` can be shown at the row
 * `modelProperties.0`. The key `''` has the issues of the form as a whole.
 *
 * @param controls paths below `input`, joined with dots: `multiModalConfig.maxFiles`
 */
export function issuesByControl(
  issues: readonly IssueAtPath[],
  controls: Iterable<string>,
): ReadonlyMap<string, readonly string[]> {
  const known = new Set(controls);
  const result = new Map<string, string[]>();
  for (const { path, message } of issues) {
    const parts = path[0] === 'input' ? path.slice(1) : [...path];
    while (parts.length > 0 && !known.has(parts.join('.'))) parts.pop();
    const control = parts.join('.');
    result.set(control, [...(result.get(control) ?? []), message]);
  }
  return result;
}

/** The type of a value without `__typename` at any depth, as inputs require it. */
export type WithoutTypename<Value> = Value extends readonly (infer Item)[]
  ? WithoutTypename<Item>[]
  : Value extends { readonly __typename: string }
    ? { [Key in Exclude<keyof Value, '__typename'>]: WithoutTypename<Value[Key]> }
    : Value;

/** Removes `__typename` from a value of a response at every depth, because inputs do not accept it. */
export function withoutTypename<Value>(value: Value): WithoutTypename<Value>;
export function withoutTypename(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => withoutTypename(item));
  if (typeof value !== 'object' || value === null || !('__typename' in value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== '__typename')
      .map(([key, item]) => [key, withoutTypename<unknown>(item)]),
  );
}
