import { validateHeaderValue } from 'node:http';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { shortenMessage } from '../errors.ts';
import { maxProblems, RequestError, toLocations } from '../execution/index.ts';
import { isJsonObject } from '../json.ts';
import type { PipelineInput } from './pipeline.ts';
import { graphqlHeaders, type HttpResponse, toErrorResponse } from './responses.ts';

/** Headers that describe the connection or the body as it was sent. */
const hopHeaders = /^(?:connection|content-length|transfer-encoding|expect|keep-alive|te|trailer|upgrade)$/i;

/** The request as plugins see it. */
export function toFetchRequest({ request, body }: PipelineInput): Request {
  const { method, search, rawHeaders } = request;
  const headers = new Headers();
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? '';
    if (!hopHeaders.test(name)) headers.append(name, rawHeaders[index + 1] ?? '');
  }
  return new Request(`http://localhost/graphql${search}`, {
    // HEAD has the response of GET, without the body.
    method: method === 'HEAD' ? 'GET' : method,
    headers,
    body: body ?? null,
  });
}

/** Statuses whose responses have no body (Fetch standard, "null body status"). */
const bodilessStatuses: ReadonlySet<number> = new Set([204, 205, 304]);

/** A response of yoga. Rejects if Node cannot send its status or one of its headers. */
export async function readFetchResponse(response: Response): Promise<HttpResponse> {
  const { status } = response;
  if (status < 200 || status > 599) throw new Error(`A plugin set an invalid HTTP status: ${status}.`);
  const headers: Record<string, string | string[]> = { 'cache-control': 'private, no-store' };
  for (const [name, value] of response.headers) {
    validateHeaderValue(name, value);
    if (!hopHeaders.test(name) && name !== 'x-request-id' && name !== 'set-cookie') headers[name] = value;
  }
  const cookies = response.headers.getSetCookie();
  if (cookies.length > 0) headers['set-cookie'] = cookies;
  const bytes = await response.arrayBuffer();
  return { status, headers, body: bodilessStatuses.has(status) ? '' : Buffer.from(bytes) };
}

/** The result of an operation, with the errors that the gateway or a plugin threw. */
export interface YogaResult {
  readonly data?: unknown;
  readonly errors?: readonly unknown[] | null;
  readonly extensions?: unknown;
}

/**
 * Writes a result as the direct pipeline would, regardless of what plugins have put into it. Reports internal errors.
 *
 * @param fieldErrors the errors of the executor with their JSON, which shows whether a plugin has changed them
 */
export function toResultResponse(
  { data, errors: given, extensions }: YogaResult,
  fieldErrors: ReadonlyMap<unknown, string>,
  { context, observation, mediaType }: PipelineInput,
): HttpResponse {
  const errors = given ?? [];
  if (data === undefined) {
    const requestError = errors.map(getRequestError).find((error) => error !== undefined);
    if (requestError !== undefined) {
      observation.recordRequestError(requestError.code);
      return toErrorResponse(requestError, mediaType, context);
    }
  }
  if (data === undefined && errors.length === 0)
    throw new Error('A plugin set a result that has neither data nor errors.');
  const formatted = errors.map((error) => {
    const json = fieldErrors.get(error);
    return json !== undefined && json === toJson(error)
      ? (JSON.parse(json) as FormattedError)
      : formatError(error, data !== undefined, context);
  });
  observation.addErrors(formatted);
  const body = JSON.stringify({
    ...(formatted.length > 0 && { errors: data === undefined ? formatted.slice(0, maxProblems) : formatted }),
    ...(data !== undefined && { data }),
    ...(isJsonObject(extensions) && { extensions: { ...extensions, http: undefined } }),
  });
  const status = data === undefined ? getResultStatus(errors, formatted, mediaType) : 200;
  return { status, headers: graphqlHeaders[mediaType], body };
}

interface FormattedError extends GraphQLFormattedError {
  readonly extensions: Readonly<Record<string, unknown>> & { readonly code: string };
}

/** An error from a plugin, without secrets. Masks any other error. */
function formatError(error: unknown, hasData: boolean, context: PipelineInput['context']): FormattedError {
  const { requestId } = context;
  if (error instanceof Error && !isPluginError(error)) {
    context.reportError(error);
    const extensions = { code: 'INTERNAL_SERVER_ERROR', requestId, ...(hasData && { retryable: false }) };
    return { message: 'The gateway failed to handle this request.', extensions };
  }
  const { message, locations, path, extensions } = toFields(error);
  const clean = redactJson(extensions, context);
  const { http: _, requestId: _earlier, code = 'BAD_REQUEST', ...others } = isJsonObject(clean) ? clean : {};
  const text = typeof message === 'string' ? message : 'An error without a message.';
  return {
    message: shortenMessage(context.redact(text)),
    locations: redactJson(locations, context),
    path: redactJson(path, context),
    extensions: {
      code: shortenMessage(typeof code === 'string' ? code : JSON.stringify(code)),
      requestId,
      ...others,
    },
  } as FormattedError;
}

/** Undefined if the value cannot be written as JSON. */
function toJson(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

/** The value as JSON shows it, without the request's secrets, even in its keys. */
function redactJson(value: unknown, context: PipelineInput['context']): unknown {
  const redactKeys = (inner: object) =>
    Object.fromEntries(Object.entries(inner).map(([key, item]) => [context.redact(key), item]));
  const json = toJson(value);
  if (json === undefined) return undefined;
  return JSON.parse(json, (_key, inner: unknown) => {
    if (typeof inner === 'string') return context.redact(inner);
    return isJsonObject(inner) ? redactKeys(inner) : inner;
  });
}

/** The fields of an error. Field errors of the executor and errors from a response cache are plain objects. */
function toFields(error: unknown): Readonly<Record<string, unknown>> {
  if (!isPluginError(error)) return isJsonObject(error) ? error : { message: error };
  const { message, nodes, path, extensions } = error;
  return { message, locations: nodes && toLocations(nodes), path, extensions };
}

/** Whether a plugin meant the error for clients: a GraphQLError that does not wrap another error or a thrown value. */
export function isPluginError(error: unknown): error is GraphQLError {
  if (!(error instanceof Error) || error.name !== 'GraphQLError') return false;
  const { originalError, extensions } = error as GraphQLError;
  if (extensions['unexpected'] === true) return false;
  return originalError === undefined || originalError === null || isPluginError(originalError);
}

function getRequestError(error: unknown): RequestError | undefined {
  if (error instanceof RequestError) return error;
  return error instanceof GraphQLError ? getRequestError(error.originalError) : undefined;
}

/** The status that a plugin asked for, or the one of a request error. */
function getResultStatus(
  errors: readonly unknown[],
  formatted: readonly FormattedError[],
  mediaType: PipelineInput['mediaType'],
): number {
  if (formatted.some(({ extensions }) => extensions.code === 'INTERNAL_SERVER_ERROR')) return 500;
  for (const error of errors) {
    const http: unknown = error instanceof GraphQLError ? error.extensions['http'] : undefined;
    if (!isJsonObject(http)) continue;
    // The status of a well-formed GraphQL response (GraphQL over HTTP, section 6.4.1).
    if (http['spec'] === true && mediaType === 'application/json') return 200;
    const { status } = http;
    if (isStatusWithBody(status)) return status;
  }
  return 400;
}

const isStatusWithBody = (status: unknown): status is number =>
  Number.isInteger(status) &&
  Number(status) >= 200 &&
  Number(status) <= 599 &&
  !bodilessStatuses.has(Number(status));

/** The problems of a request error, for yoga. `toResultResponse` finds the request error again. */
export const toGraphqlErrors = (error: RequestError): GraphQLError[] =>
  error.problems.map(
    ({ message }) => new GraphQLError(message, { originalError: error, extensions: { code: error.code } }),
  );
