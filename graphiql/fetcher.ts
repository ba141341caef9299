import type { Fetcher, FetcherParams } from '@graphiql/toolkit';
import { type ExecutionResult, GraphQLError, Kind, parse } from 'graphql';

const INTROSPECTION = 'IntrospectionQuery';

/** The error of introspection if it is off. The documentation recognizes it. */
export const INTROSPECTION_OFF =
  'Introspection is off on this gateway. Documentation, explorer and completion are not available. Operations still run.';

/**
 * Sends an operation to the page's own address. The stop button cancels the request. If the gateway cannot be reached or the
 * response is not GraphQL, the result is a GraphQL error.
 */
export const fetchOperation: Fetcher = (editorParams, options) => {
  const params = withOwnOperationName(editorParams);
  const headers = toSentHeaders(options?.headers ?? {});
  if (params.operationName === INTROSPECTION) {
    return send(params, headers).then(toIntrospectionResult);
  }
  return toStoppable((signal) => send(params, headers, signal));
};

/** GraphiQL sends the name of the tab before for a moment after another tab was opened. */
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

/** An iteration with one item, or with none when it is ended before that item is there. */
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
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
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

/** A header without a value was not filled in by the user. */
function toSentHeaders(headers: Record<string, unknown>): Record<string, string> {
  const sent: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value === 'string' && value.trim() !== '') {
      sent[name] = value;
    }
  }
  return sent;
}

/** If introspection is off, its document is rejected. Every other failure is shown unchanged. */
function toIntrospectionResult(answer: ExecutionResult): ExecutionResult {
  const isRefused = answer.errors?.some(
    ({ extensions }) =>
      extensions?.['code'] === 'GRAPHQL_VALIDATION_FAILED' ||
      extensions?.['code'] === 'PERSISTED_DOCUMENT_REQUIRED',
  );
  return isRefused === true ? toFailure(INTROSPECTION_OFF) : answer;
}

function toFailure(message: string): ExecutionResult {
  return { errors: [new GraphQLError(message)] };
}
