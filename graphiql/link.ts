import type { Example } from './examples.ts';
import { toStoredOperation } from './stored.ts';

/** An operation that a link opens. Links never have headers. */
export interface LinkedOperation {
  readonly query: string;
  /** JSON, unless the link was malformed. */
  readonly variables: string | null;
  readonly operationName: string | null;
}

/** Reads `?query=…&variables=…&operationName=…`; undefined without a query. */
export function readLink(search: string): LinkedOperation | undefined {
  const parameters = new URLSearchParams(search);
  const query = parameters.get('query');
  if (query === null || query.trim() === '') return undefined;
  return {
    query,
    variables: indent(parameters.get('variables')),
    operationName: parameters.get('operationName'),
  };
}

/**
 * The query string of a link to an operation. A mutation loses its values and comments, because they can be secrets; an example
 * that was not changed keeps them. Undefined if the query is not a document.
 */
export function createLink(
  operation: { readonly query: string; readonly variables: string; readonly operationName: string | null },
  examples: readonly Example[],
): string | undefined {
  const { query, variables } = toStoredOperation(operation, examples);
  if (query === null) return undefined;
  const parameters = new URLSearchParams({ query });
  if (variables !== null && variables.trim() !== '') parameters.set('variables', variables);
  if (operation.operationName !== null) parameters.set('operationName', operation.operationName);
  return `?${parameters.toString()}`;
}

function indent(json: string | null): string | null {
  try {
    return json === null ? null : JSON.stringify(JSON.parse(json), null, 2);
  } catch {
    return json;
  }
}
