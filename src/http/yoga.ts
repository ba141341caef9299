import {
  type DocumentNode,
  type GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  specifiedRules,
  validate,
} from 'graphql';
import type { Plugin, YogaServerOptions } from 'graphql-yoga';
import type { Deadline } from '../deadline.ts';
import {
  type Executor,
  maxProblems,
  type OperationParams,
  type PreparedOperation,
  RequestError,
} from '../execution/index.ts';
import { isJsonObject } from '../json.ts';
import { type Pipeline, type PipelineRequest, type Plugins, readParameters } from './pipeline.ts';
import { toHeaders } from './responses.ts';
import {
  type Report,
  readFetchResponse,
  toFetchRequest,
  toGraphqlErrors,
  toResultResponse,
  type YogaResult,
} from './yoga-conversions.ts';

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

const specifiedRuleNames = new Set(specifiedRules.map(({ name }) => name));

/**
 * Runs operations in graphql-yoga's pipeline, so that every hook of the plugins is called. The executor handles
 * documents, limits and fields, as without plugins. The exchange has already applied admission and the deadline and read
 * the body.
 *
 * @param report receives internal errors and those of plugins; clients see only INTERNAL_SERVER_ERROR
 */
export function createYogaPipeline(
  schema: GraphQLSchema,
  executor: Executor,
  plugins: Plugins,
  report: Report,
): Pipeline {
  const loading = loadYoga({
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
  // Each request reports the error.
  loading.catch(() => {});
  return {
    ready: async () => void (await loading),
    async run(request) {
      const yoga = await loading;
      const context = { [stateKey]: new YogaRequestState(request) };
      return withDeadline(
        Promise.resolve(yoga.fetch(toFetchRequest(request), context)).then(readFetchResponse),
        request.context.deadline,
      );
    },
    dispose: async () => (await loading.catch(() => undefined))?.dispose(),
  };
}

/** The package is optional, even in a program that is bundled into one file. */
async function loadYoga(options: YogaServerOptions<object, object>) {
  const { createYoga } = await import('graphql-yoga').catch((error: unknown) => {
    throw new Error('plugins need the package graphql-yoga, which cannot be loaded', { cause: error });
  });
  return createYoga(options);
}

/** How long after its deadline a request can still respond, so that fields can fail with UPSTREAM_TIMEOUT. */
const graceMs = 200;

const pluginTimeoutMessage =
  'A plugin did not finish before the deadline of the request. If it is a mutation, read the data before you repeat it.';

/** Rejects if plugins wait longer than the request. */
function withDeadline<T>(running: Promise<T>, deadline: Deadline): Promise<T> {
  return new Promise((resolve, reject) => {
    running.then(resolve, reject);
    deadline.onEnd((end) => {
      if (end === 'expired')
        setTimeout(() => reject(new RequestError('INTERNAL_SERVER_ERROR', pluginTimeoutMessage)), graceMs);
    });
  });
}

/** Runs before the plugins, so that they can wrap the functions that it sets. */
const createExecutionPlugin = (executor: Executor): Plugin => ({
  onRequestParse({ serverContext, setRequestParser }) {
    setRequestParser(() => {
      const state = getState(serverContext);
      const params = readParameters(state.request);
      state.params = params;
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
    setExecuteFn((operation: YogaOperation) => executeDocument(executor, getState(context), operation));
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
    if (params !== undefined) executor.addSecrets(params.variables, state.request.context);
    if (error.code === 'METHOD_NOT_ALLOWED') throw error;
    const document = executor.parse(text);
    // graphql-yoga's own check would reject it with another code.
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

interface YogaOperation {
  readonly document: DocumentNode;
  readonly operationName?: string | null;
  readonly variableValues?: unknown;
}

/** Executes the document that was validated, or the one that a plugin replaced it with. */
async function executeDocument(
  executor: Executor,
  { request, prepared: known }: YogaRequestState,
  { document, operationName, variableValues }: YogaOperation,
): Promise<YogaResult> {
  try {
    const prepared =
      known?.document === document ? known : executor.prepareDocument(document, operationName ?? undefined);
    const inputs = isJsonObject(variableValues) ? variableValues : undefined;
    const variables = request.startOperation(prepared, inputs);
    const { body, errors } = await executor.execute(prepared, variables, request.context);
    const { data } = JSON.parse(body) as { data: unknown };
    return { data, ...(errors !== undefined && { errors }) };
  } catch (error) {
    if (error instanceof RequestError) return { errors: toGraphqlErrors(error) };
    throw error;
  }
}

/** Writes the same response as without plugins. Runs before the plugins, so that they can set another result processor. */
const createResponsePlugin = (report: Report): Plugin => ({
  // oxlint-disable-next-line typescript/unbound-method -- it does not use `this`
  onResultProcess({ result, serverContext, setResultProcessor }) {
    if (Array.isArray(result) || Symbol.asyncIterator in result) return;
    const { request } = getState(serverContext);
    setResultProcessor((processed, fetchApi) => {
      const { status, headers, body } = toResultResponse(processed as YogaResult, request, report);
      return new fetchApi.Response(body.toString(), { status, headers: toHeaders(headers) });
    }, request.mediaType);
  },
});
