import { type OperationParams, RequestError } from '../execution/index.ts';
import { isJsonObject } from '../json.ts';

const createBadRequest = (message: string) => new RequestError('BAD_REQUEST', message);

/**
 * Reads the parameters from the body of a POST. Throws RequestError if it is not JSON or a parameter has the wrong
 * type.
 */
export const parseBody = (text: string): OperationParams => toParams(parseJson(text, 'The request body'));

/** Reads the parameters from the URL of a GET. Throws RequestError as `parseBody` does. */
export function parseQueryString(search: string): OperationParams {
  const given = new URLSearchParams(search);
  const body: Record<string, unknown> = {};
  for (const name of ['query', 'operationName', 'documentId']) {
    const value = given.get(name);
    if (value !== null) body[name] = value;
  }
  for (const name of ['variables', 'extensions']) {
    const value = given.get(name);
    if (value !== null && value !== '') body[name] = parseJson(value, `The parameter \`${name}\``);
  }
  return toParams(body);
}

function toParams(body: unknown): OperationParams {
  if (Array.isArray(body))
    throw createBadRequest('Batches are not supported: send one operation per request.');
  if (!isJsonObject(body))
    throw createBadRequest('The request body must be a JSON object with `query` or `documentId`.');
  const extensions = readObject(body, 'extensions');
  const persistedQuery = extensions?.['persistedQuery'];
  return {
    query: readString(body, 'query'),
    operationName: readString(body, 'operationName') || undefined,
    variables: readObject(body, 'variables'),
    documentId:
      readString(body, 'documentId') ??
      (isJsonObject(persistedQuery)
        ? readString(persistedQuery, 'sha256Hash', 'extensions.persistedQuery.sha256Hash')
        : undefined),
    extensions,
  };
}

/** Throws RequestError, which does not quote the string, if it is not JSON. */
function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw createBadRequest(`${what} is not valid JSON.`);
  }
}

function readString(
  source: Readonly<Record<string, unknown>>,
  name: string,
  fullName = name,
): string | undefined {
  const value = source[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  throw createBadRequest(`The parameter \`${fullName}\` must be a string.`);
}

function readObject(source: Readonly<Record<string, unknown>>, name: string) {
  const value = source[name];
  if (value === undefined || value === null) return undefined;
  if (isJsonObject(value)) return value;
  throw createBadRequest(`The parameter \`${name}\` must be an object.`);
}
