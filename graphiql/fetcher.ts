import type { Fetcher, FetcherParams } from '@graphiql/toolkit';
import { type ExecutionResult, GraphQLError, Kind, parse } from 'graphql';

import { setStatus } from './status.ts';

const INTROSPECTION = 'IntrospectionQuery';

/** Shown instead of the schema. The documentation recognizes it. */
export const INTROSPECTION_OFF =
  'Introspection is off on this gateway. Documentation, explorer and completion are not available. Operations still run.';

/**
 * Sends an operation to the page's own address. The stop button ends the request. A failed connection or a response
 * that is not GraphQL becomes a GraphQL error.
 */
export const fetchOperation: Fetcher = (editorParams, options) => {
  const params = withOwnOperationName(editorParams);
  const headers = toSentHeaders(options?.headers ?? {});
  if (params.operationName === INTROSPECTION) {
    return send(params, headers).then(toIntrospectionResult);
  }
  return toStoppable((signal) => send(params, headers, signal));
};

/** For a moment after a tab was opened, GraphiQL sends the operation name of the previous tab. */
function withOwnOperationName(params: FetcherParams): FetcherParams {
  let names: (string | undefined)[];
  try {
    names = parse(params.query, { noLocation: true }).definitions.flatMap((definition) =>
      definition.kind === Kind.OPERATION_DEFINITION ? [definition.name?.value] : [],
    );
  } catch {
    return params;
  }
  return names.length === 1 ? { ...params, operationName: names[0] ?? null } : params;
}

/** An iterable with one item, or without items if the iteration ends earlier. */
function toStoppable(
  load: (signal: AbortSignal) => Promise<ExecutionResult>,
): AsyncIterable<ExecutionResult> {
  const controller = new AbortController();
  const end: IteratorReturnResult<undefined> = { done: true, value: undefined };
  let isTaken = false;
  const iterator: AsyncIterableIterator<ExecutionResult> = {
    async next() {
      if (isTaken) {
        return end;
      }
      isTaken = true;
      const value = await load(controller.signal);
      return controller.signal.aborted ? end : { done: false, value };
    },
    return() {
      isTaken = true;
      controller.abort();
      return Promise.resolve(end);
    },
    [Symbol.asyncIterator]: () => iterator,
  };
  return iterator;
}

async function send(
  params: FetcherParams,
  headers: Record<string, string>,
  signal?: AbortSignal,
): Promise<ExecutionResult> {
  let status: string;
  let text: string;
  const startedAt = performance.now();
  try {
    const response = await fetch(location.pathname, {
      method: 'POST',
      headers: {
        accept: 'application/graphql-response+json, application/json',
        'content-type': 'application/json',
        ...headers,
      },
      body: JSON.stringify(params),
      signal: signal ?? null,
    });
    status = `${response.status} ${response.statusText}`.trim();
    text = await response.text();
    if (params.operationName !== INTROSPECTION) {
      const durationMs = Math.round(performance.now() - startedAt);
      const requestId = response.headers.get('x-request-id') ?? 'unknown';
      setStatus(`${status} · ${durationMs} ms · request id ${requestId}`);
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    setStatus('No response');
    return toFailure(`The request failed: ${reason}`);
  }
  try {
    const result: unknown = JSON.parse(text);
    if (typeof result === 'object' && result !== null) {
      return result;
    }
  } catch {}
  return toFailure(`The response is not GraphQL: ${status}`);
}

/** Leaves out headers without a value, which the user has not filled in. */
function toSentHeaders(headers: Record<string, unknown>): Record<string, string> {
  const sent: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value === 'string' && value.trim() !== '') {
      sent[name] = value;
    }
  }
  return sent;
}

/** If introspection is off, its document is rejected. Other failures are shown unchanged. */
function toIntrospectionResult(result: ExecutionResult): ExecutionResult {
  const isRefused = result.errors?.some(
    ({ extensions }) =>
      extensions?.['code'] === 'GRAPHQL_VALIDATION_FAILED' ||
      extensions?.['code'] === 'PERSISTED_DOCUMENT_REQUIRED',
  );
  return isRefused === true ? toFailure(INTROSPECTION_OFF) : result;
}

function toFailure(message: string): ExecutionResult {
  return { errors: [new GraphQLError(message)] };
}
