import { validateHeaderValue } from 'node:http';
import {
  type DocumentNode,
  GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
  getOperationAST,
  specifiedRules,
  validate,
} from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { shortenMessage } from '../errors.ts';
import {
  type Executor,
  maxProblems,
  type OperationParams,
  type PreparedOperation,
  RequestError,
  toLocations,
} from '../execution/index.ts';
import { isJsonObject } from '../json.ts';
import type { HttpRequest } from './http-request.ts';
import { parseBody, parseQueryString } from './parameters.ts';
import type { Pipeline, PipelineRequest, Plugins } from './pipeline.ts';
import { getGraphqlHeaders, type HttpResponse, toErrorResponse, toHeaders } from './responses.ts';

/** The key of the gateway's state in yoga's context. A symbol, so that plugins do not see the state by accident. */
const stateKey = Symbol('galileo-gateway request');

class YogaRequestState {
  readonly request: PipelineRequest;
  params: OperationParams | undefined;
  prepared: PreparedOperation | undefined;

  constructor(request: PipelineRequest) {
    this.request = request;
  }
}

function getState(context: object): YogaRequestState {
  const state: unknown = Object.getOwnPropertyDescriptor(context, stateKey)?.value;
  if (state instanceof YogaRequestState) return state;
  throw new Error(
    'A plugin has replaced the context of graphql-yoga. It must add properties with `extendContext` instead.',
  );
}

type Report = (error: unknown, context: PipelineRequest['context']) => void;

/** Headers that describe the connection or the body as it was sent. */
const hopHeaders = /^(?:connection|content-length|transfer-encoding|expect|keep-alive|te|trailer|upgrade)$/i;

const specifiedRuleNames = new Set(specifiedRules.map(({ name }) => name));

/**
 * Runs operations in graphql-yoga's pipeline, so that every hook of the plugins is called. The executor handles
 * documents, limits and fields, as without plugins. The handler has already applied admission and the deadline and read
 * the body.
 *
 * @param report receives internal errors and those of plugins; clients see only INTERNAL_SERVER_ERROR
 */
export async function createYogaPipeline(
  schema: GraphQLSchema,
  executor: Executor,
  plugins: Plugins,
  report: Report,
): Promise<Pipeline> {
  // Imported only here: the package is optional, also in a program that is bundled into one file.
  const { createYoga } = await import('graphql-yoga').catch((error: unknown) => {
    throw new Error('plugins need the package graphql-yoga, which cannot be loaded', { cause: error });
  });
  const yoga = createYoga({
    schema,
    plugins: [
      createExecutionPlugin(executor),
      createResponsePlugin(report),
      ...plugins,
      createParametersPlugin(),
    ],
    graphqlEndpoint: '/graphql',
    // The health check responds to each URL that ends like this. No URL contains a line break.
    healthCheckEndpoint: '\n',
    graphiql: false,
    landingPage: false,
    cors: false,
    multipart: false,
    logging: false,
    // A cache of yoga's would keep documents with secrets.
    parserAndValidationCache: false,
    maxRequestBodySize: false,
    // Errors are masked when the response is written. Plugins see the original errors.
    maskedErrors: false,
  });
  return {
    async run(request) {
      const context = { [stateKey]: new YogaRequestState(request) };
      return toHttpResponse(await yoga.fetch(toFetchRequest(request), context));
    },
    dispose: async () => yoga.dispose(),
  };
}

/** Runs before the plugins, so that they can wrap the functions that it sets. */
const createExecutionPlugin = (executor: Executor): Plugin => ({
  onRequestParse({ serverContext, setRequestParser }) {
    setRequestParser(() => {
      const state = getState(serverContext);
      const { body, request, context } = state.request;
      const params = body === undefined ? parseQueryString(request.target) : parseBody(body);
      state.params = params;
      context.observation.params = params;
      return {
        query: executor.getText(params),
        ...(params.operationName !== undefined && { operationName: params.operationName }),
        ...(params.variables !== undefined && { variables: params.variables }),
      };
    });
  },
  onParse({ context, setParseFn }) {
    setParseFn((source: unknown) => parseDocument(executor, getState(context), String(source)));
  },
  onValidate({ context, setValidationFn }) {
    setValidationFn(
      (
        current: GraphQLSchema,
        document: DocumentNode,
        rules: typeof specifiedRules = [],
      ): readonly GraphQLError[] => {
        const problems = validateDocument(executor, getState(context), document);
        if (problems.length > 0) return problems;
        const added = rules.filter(({ name }) => !specifiedRuleNames.has(name));
        return added.length === 0 ? [] : validate(current, document, added, { maxErrors: maxProblems });
      },
    );
  },
  onExecute({ context, setExecuteFn }) {
    setExecuteFn(
      async ({
        document,
        operationName,
        variableValues,
      }: {
        document: DocumentNode;
        operationName?: string | null;
        variableValues?: unknown;
      }) => {
        const { request, prepared: known } = getState(context);
        try {
          const prepared =
            known?.document === document
              ? known
              : executor.prepareDocument(document, operationName ?? undefined);
          const inputs = isJsonObject(variableValues) ? variableValues : undefined;
          const variables = request.admitOperation(prepared, inputs);
          const { body, errors } = await executor.execute(prepared, variables, request.context);
          const { data } = JSON.parse(body) as { data: unknown };
          return { data, ...(errors !== undefined && { errors }) };
        } catch (error) {
          if (error instanceof RequestError) return { errors: toGraphqlErrors(error) };
          throw error;
        }
      },
    );
  },
});

/** Runs after the plugins, so that the parameters they change are executed. */
const createParametersPlugin = (): Plugin => ({
  onParams({ context, params }) {
    const state = getState(context);
    const { query, operationName, variables } = params;
    state.params = {
      query,
      operationName: operationName || undefined,
      variables: isJsonObject(variables) ? variables : undefined,
      documentId: state.params?.documentId,
    };
  },
});

/**
 * The document, validated and from the executor's cache if possible. Throws RequestError if it cannot be parsed or has
 * no operation to execute. Validation reports all other errors.
 */
function parseDocument(executor: Executor, state: YogaRequestState, text: string): DocumentNode {
  const { request, params } = state;
  const operationName = params?.operationName;
  try {
    state.prepared = executor.prepare(
      { query: text, operationName, variables: params?.variables, documentId: params?.documentId },
      { isReadOnly: request.body === undefined },
    );
    return state.prepared.document;
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    if (params !== undefined) addSecrets(executor, state, params);
    if (error.code === 'METHOD_NOT_ALLOWED') throw error;
    const document = executor.parse(text);
    // graphql-yoga's own check would refuse it with another code.
    if (!getOperationAST(document, operationName)) throw error;
    return document;
  }
}

function validateDocument(
  executor: Executor,
  state: YogaRequestState,
  document: DocumentNode,
): GraphQLError[] {
  if (state.prepared?.document === document) return [];
  try {
    state.prepared = executor.prepareDocument(document, state.params?.operationName);
    return [];
  } catch (error) {
    if (error instanceof RequestError) return toGraphqlErrors(error);
    throw error;
  }
}

/** The message of an error can quote a name of the document that is also a secret. */
function addSecrets(executor: Executor, { request }: YogaRequestState, params: OperationParams): void {
  for (const secret of executor.findSecrets(params)) request.context.addSecret(secret);
}

const toGraphqlErrors = (error: RequestError): GraphQLError[] =>
  error.problems.map(
    ({ message }) => new GraphQLError(message, { originalError: error, extensions: { code: error.code } }),
  );

/** Writes the same response as without plugins. Runs before the plugins, so that they can set another processor. */
const createResponsePlugin = (report: Report): Plugin => ({
  // oxlint-disable-next-line typescript/unbound-method -- it does not use `this`
  onResultProcess({ result, serverContext, setResultProcessor }) {
    if (Array.isArray(result) || Symbol.asyncIterator in result) return;
    const { request } = getState(serverContext);
    setResultProcessor((processed, fetchApi) => {
      const { status, headers, body } = toResponse(processed as YogaResult, request, report);
      return new fetchApi.Response(body.toString(), { status, headers: toHeaders(headers) });
    }, request.mediaType);
  },
});

interface YogaResult {
  readonly data?: unknown;
  readonly errors?: readonly unknown[];
  readonly extensions?: unknown;
}

function toResponse(
  { data, errors = [], extensions }: YogaResult,
  { context, mediaType }: PipelineRequest,
  report: Report,
): HttpResponse {
  const { observation } = context;
  if (data === undefined) {
    const refusal = errors.map(getRequestError).find((error) => error !== undefined);
    if (refusal !== undefined) {
      observation.refuse(refusal.code);
      return toErrorResponse(refusal, mediaType, context);
    }
  }
  const formatted = errors.map((error) => formatError(error, data !== undefined, context, report));
  observation.addErrors(formatted);
  const body = JSON.stringify({
    ...(formatted.length > 0 && { errors: data === undefined ? formatted.slice(0, maxProblems) : formatted }),
    ...(data !== undefined && { data }),
    ...(isJsonObject(extensions) && { extensions: { ...extensions, http: undefined } }),
  });
  const status = data === undefined ? getStatus(errors, formatted, mediaType) : 200;
  return { status, headers: getGraphqlHeaders(mediaType), body };
}

interface FormattedError extends GraphQLFormattedError {
  readonly extensions: Readonly<Record<string, unknown>> & { readonly code: string };
}

/** Returns an error of a field unchanged, and an error of a plugin without secrets. Masks any other error. */
function formatError(
  error: unknown,
  hasData: boolean,
  context: PipelineRequest['context'],
  report: Report,
): FormattedError {
  const { requestId } = context;
  // The executor's own errors are plain objects.
  if (!(error instanceof Error)) return error as FormattedError;
  if (!isDeliberate(error)) {
    report(error, context);
    const extensions = { code: 'INTERNAL_SERVER_ERROR', requestId, ...(hasData && { retryable: false }) };
    return { message: 'The gateway failed to handle this request.', extensions };
  }
  const { message, nodes, path, extensions } = error;
  const { http: _, code = 'BAD_REQUEST', ...others } = extensions;
  return {
    message: shortenMessage(context.redact(message)),
    ...(nodes !== undefined && { locations: toLocations(nodes) }),
    ...(path !== undefined && { path }),
    extensions: { ...others, code: String(code), requestId },
  } as FormattedError;
}

/** Whether a plugin made the error for clients: a GraphQLError that wraps nothing else. */
function isDeliberate(error: unknown): error is GraphQLError {
  if (!(error instanceof Error) || error.name !== 'GraphQLError') return false;
  const { originalError } = error as GraphQLError;
  return originalError === undefined || originalError === null || isDeliberate(originalError);
}

function getRequestError(error: unknown): RequestError | undefined {
  if (error instanceof RequestError) return error;
  return error instanceof GraphQLError ? getRequestError(error.originalError) : undefined;
}

/** The status that a plugin asked for, or the one of a request error. */
function getStatus(
  errors: readonly unknown[],
  formatted: readonly FormattedError[],
  mediaType: PipelineRequest['mediaType'],
): number {
  if (formatted.some(({ extensions }) => extensions.code === 'INTERNAL_SERVER_ERROR')) return 500;
  for (const error of errors) {
    const http: unknown = error instanceof GraphQLError ? error.extensions['http'] : undefined;
    if (!isJsonObject(http)) continue;
    // The status of a well-formed GraphQL response (GraphQL over HTTP, section 6.4.1).
    if (http['spec'] === true && mediaType === 'application/json') return 200;
    if (typeof http['status'] === 'number') return http['status'];
  }
  return 400;
}

function toFetchRequest({ request, body }: PipelineRequest): Request {
  const { method, target } = request;
  const start = target.indexOf('?');
  return new Request(`http://localhost/graphql${start === -1 ? '' : target.slice(start)}`, {
    // HEAD has the response of GET, without the body.
    method: method === 'HEAD' ? 'GET' : method,
    headers: getHeaders(request),
    ...(body !== undefined && { body }),
  });
}

function getHeaders({ rawHeaders }: HttpRequest): Headers {
  const headers = new Headers();
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? '';
    if (!hopHeaders.test(name)) headers.append(name, rawHeaders[index + 1] ?? '');
  }
  return headers;
}

/** Throws if a header has a value that Fetch permits but Node does not. */
async function toHttpResponse(response: Response): Promise<HttpResponse> {
  const headers: Record<string, string | string[]> = { 'cache-control': 'private, no-store' };
  for (const [name, value] of response.headers) {
    validateHeaderValue(name, value);
    if (!hopHeaders.test(name) && name !== 'x-request-id' && name !== 'set-cookie') headers[name] = value;
  }
  const cookies = response.headers.getSetCookie();
  if (cookies.length > 0) headers['set-cookie'] = cookies;
  return { status: response.status, headers, body: await response.text() };
}
