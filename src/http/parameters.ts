import { type OperationParams, RequestError } from '../execution/index.ts';
import { isJsonObject } from '../json.ts';

const jsonContentType = /^application\/json\s*(?:;\s*charset\s*=\s*"?utf-8"?\s*)?$/i;

/** Whether a body of that content type is taken. Anything else is a form that a page of another site could send. */
export const isJsonContentType = (contentType: string | undefined | null): boolean =>
  contentType !== undefined && contentType !== null && jsonContentType.test(contentType);

const badRequest = (message: string) => new RequestError('BAD_REQUEST', message);

/** Reads the parameters out of the body of a POST request. Throws RequestError where it is no JSON, or one has another type than it must. */
export const parseBody = (text: string): OperationParams => readParams(parseJsonText(text, 'The body'));

function readParams(body: unknown): OperationParams {
  if (Array.isArray(body)) throw badRequest('Batches are not supported: send one operation a request.');
  if (!isJsonObject(body)) throw badRequest('The body must be a JSON object with `query`.');
  const extensions = readObject(body, 'extensions');
  const persistedQuery = extensions?.['persistedQuery'];
  return {
    query: readString(body, 'query'),
    operationName: readString(body, 'operationName') || undefined,
    variables: readObject(body, 'variables'),
    documentId:
      readString(body, 'documentId') ??
      (isJsonObject(persistedQuery) ? readString(persistedQuery, 'sha256Hash') : undefined),
  };
}

/** The JSON value of a text. Throws RequestError, which does not quote it, where it is none. */
function parseJsonText(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw badRequest(`${what} must be JSON, and cannot be parsed as such.`);
  }
}

/** Reads the parameters out of the target of a GET request. Throws RequestError as `parseBody` does. */
export function readQueryString(target: string): OperationParams {
  const start = target.indexOf('?');
  const search = new URLSearchParams(start === -1 ? '' : target.slice(start));
  const body: Record<string, unknown> = {};
  for (const name of ['query', 'operationName', 'documentId']) {
    const value = search.get(name);
    if (value !== null) body[name] = value;
  }
  for (const name of ['variables', 'extensions']) {
    const value = search.get(name);
    if (value !== null && value !== '') body[name] = parseJsonText(value, `The parameter \`${name}\``);
  }
  return readParams(body);
}

function readString(source: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = source[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  throw badRequest(`The parameter \`${name}\` must be a string.`);
}

function readObject(source: Readonly<Record<string, unknown>>, name: string) {
  const value = source[name];
  if (value === undefined || value === null) return undefined;
  if (isJsonObject(value)) return value;
  throw badRequest(`The parameter \`${name}\` must be an object.`);
}
