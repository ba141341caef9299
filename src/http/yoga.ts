import {
  type DocumentNode,
  type ExecutionArgs,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  specifiedRules,
  validate,
} from 'graphql';
import type { createGraphQLError, createYoga, GraphQLParams, Plugin, YogaServerOptions } from 'graphql-yoga';
import type { Deadline } from '../deadline.ts';
import {
  checkReadOnly,
  type Executor,
  maxProblems,
  type OperationParams,
  type PreparedOperation,
  RequestError,
} from '../execution/index.ts';
import { isJsonObject } from '../json.ts';
import { type Pipeline, type PipelineInput, type Plugins, readParameters } from './pipeline.ts';
import { toHeaders } from './responses.ts';
import {
  isPluginError,
  readFetchResponse,
  toFetchRequest,
  toGraphqlErrors,
  toResultResponse,
  type YogaResult,
} from './yoga-conversions.ts';

/** The key of the YogaExecution in yoga's context. A symbol, so that plugins do not see it by accident. */
const executionKey = Symbol('galileo-gateway execution');

/** The steps of one operation in yoga's pipeline. Its methods replace those of yoga. */
class YogaExecution {
  readonly input: PipelineInput;
  readonly #executor: Executor;
  readonly #isReadOnly: boolean;
  /** The errors of fields as JSON, which contains no secrets, by the objects that plugins get and can change. */
  readonly fieldErrors = new Map<unknown, string>();
  #params: OperationParams | undefined;
  /** Why the parameters could not be read. */
  #paramsError: unknown;
  #prepared: PreparedOperation | undefined;

  constructor(input: PipelineInput, executor: Executor) {
    this.input = input;
    this.#executor = executor;
    this.#isReadOnly = input.body === undefined;
    try {
      // Before any hook, so that the secrets of the input are known when a plugin quotes the request.
      this.#params = readParameters(input, executor);
      this.#addSecrets();
    } catch (error) {
      this.#paramsError = error;
    }
  }

  /** The parameters as plugins see them. Throws RequestError if they are not valid. */
  readParams(): GraphQLParams {
    if (this.#params === undefined) throw this.#paramsError;
    const { operationName, variables, extensions } = this.#params;
    const query = this.#executor.findSource(this.#params);
    return {
      ...(query !== undefined && { query }),
      ...(operationName !== undefined && { operationName }),
      ...(variables !== undefined && { variables }),
      ...(extensions !== undefined && { extensions }),
    };
  }

  /** Sets the parameters, which plugins may have changed. Throws RequestError if they do not name a document. */
  setParams({ query, operationName, variables, extensions }: GraphQLParams): void {
    this.#params = {
      query,
      operationName: operationName || undefined,
      variables: isJsonObject(variables) ? variables : undefined,
      documentId: this.#params?.documentId,
      extensions,
    };
    this.#addSecrets();
    this.#executor.getSource(this.#params);
  }

  /**
   * The document, validated and from the executor's cache if possible. Throws RequestError if it cannot be parsed or
   * has no operation to execute. Validation reports all other errors.
   */
  parse(text: string): DocumentNode {
    const document = this.#parse(text);
    this.#addSecrets(document);
    return document;
  }

  #parse(text: string): DocumentNode {
    const { operationName, variables, documentId } = this.#params ?? {};
    try {
      const params = { query: text, operationName, variables, documentId };
      const { document } = this.#setPrepared(this.#executor.prepare(params, this.#isReadOnly));
      freezeDocument(document);
      return document;
    } catch (error) {
      if (!(error instanceof RequestError) || error.code === 'METHOD_NOT_ALLOWED') throw error;
      let document: DocumentNode | undefined;
      try {
        document = this.#executor.documents.parse(text);
      } catch {
        throw error;
      }
      // graphql-yoga's own check would reject it with another code.
      if (!getOperationAST(document, operationName)) throw error;
      return document;
    }
  }

  /**
   * Throws RequestError if a parser of a plugin returned a mutation for a GET. graphql-yoga's own check has another
   * code.
   */
  checkParsed(document: DocumentNode): void {
    checkReadOnly(getOperationAST(document, this.#params?.operationName), this.#isReadOnly);
  }

  /** @param rules those of graphql-js, which the executor applies, and those of plugins */
  validate(
    schema: GraphQLSchema,
    document: DocumentNode,
    rules: typeof specifiedRules = [],
  ): readonly GraphQLError[] {
    try {
      this.#prepareDocument(document, this.#params?.operationName);
    } catch (error) {
      if (error instanceof RequestError) return toGraphqlErrors(error);
      throw error;
    }
    const added = rules.filter((rule) => !specifiedRules.includes(rule));
    return added.length === 0 ? [] : validate(schema, document, added, { maxErrors: maxProblems });
  }

  /** Executes the operation that was validated, or the one that a plugin replaced it with. */
  async execute({ document, operationName, variableValues }: ExecutionArgs): Promise<YogaResult> {
    const variables = isJsonObject(variableValues) ? variableValues : undefined;
    try {
      const prepared = this.#prepareDocument(document, operationName || undefined);
      this.input.onPrepared(prepared);
      const { body, errors } = await this.#executor.execute(prepared, variables, this.input.context);
      const { data } = JSON.parse(body) as { data: unknown };
      return { data, ...(errors !== undefined && { errors: errors.map((error) => this.#copyError(error)) }) };
    } catch (error) {
      // A plugin can have changed the document or the variables since their secrets were added.
      this.#addSecrets(document, variables);
      if (error instanceof RequestError) return { errors: toGraphqlErrors(error) };
      throw error;
    }
  }

  #copyError(error: object): unknown {
    const json = JSON.stringify(error);
    const copy: unknown = JSON.parse(json);
    this.fieldErrors.set(copy, json);
    return copy;
  }

  /** Plugins can replace the document and the name of the operation at any step. */
  #prepareDocument(document: DocumentNode, operationName: string | undefined): PreparedOperation {
    if (this.#prepared?.document === document && this.#params?.operationName === operationName)
      return this.#prepared;
    this.#addSecrets(document);
    const { documents } = this.#executor;
    return this.#setPrepared(documents.prepareParsed(document, operationName, this.#isReadOnly));
  }

  /**
   * Also records the operation, so that the log line and the metrics name it if a plugin refuses the request before
   * execution.
   */
  #setPrepared(prepared: PreparedOperation): PreparedOperation {
    this.#prepared = prepared;
    this.input.observation.operation = prepared;
    return prepared;
  }

  /** Adds the secrets of the input to those of the request before plugins can quote them in an error. */
  #addSecrets(document?: DocumentNode, variables = this.#params?.variables): void {
    if (this.#params === undefined) return;
    this.#executor.addSecrets({ ...this.#params, variables }, this.input.context, document);
  }
}

/** Other requests use a document of the cache too, so plugins must not change it. They can replace it. */
function freezeDocument(node: object): void {
  if (Object.isFrozen(node)) return;
  Object.freeze(node);
  for (const [name, value] of Object.entries(node) as [string, unknown][])
    if (name !== 'loc' && typeof value === 'object' && value !== null) freezeDocument(value);
}

function getExecution(context: object): YogaExecution {
  const execution: unknown = Object.getOwnPropertyDescriptor(context, executionKey)?.value;
  if (execution instanceof YogaExecution) return execution;
  throw new Error(
    'A plugin has replaced the context of graphql-yoga. It must add properties with `extendContext` instead.',
  );
}

/**
 * Runs operations in graphql-yoga's pipeline, so that every hook of the plugins is called. The executor handles
 * documents, limits and fields, as without plugins. The exchange has already applied admission and the deadline and
 * read the body.
 */
export function createYogaPipeline(schema: GraphQLSchema, executor: Executor, plugins: Plugins): Pipeline {
  const loading = loadYoga({
    schema,
    plugins: [executionPlugin, responsePlugin, ...plugins, parametersPlugin],
    graphqlEndpoint: '/graphql',
    // Turns the health check off: it responds to URLs that end like this, and no URL contains a line break.
    healthCheckEndpoint: '\n',
    graphiql: false,
    landingPage: false,
    cors: false,
    multipart: false,
    logging: false,
    // Yoga's cache would keep documents with secrets.
    parserAndValidationCache: false,
    maxRequestBodySize: false,
    // Errors are masked when the response is written. Plugins see the original errors.
    maskedErrors: false,
  });
  // Each request reports the error.
  loading.catch(() => {});
  return {
    ready: async () => void (await loading),
    async run(input) {
      const yoga = await loading;
      const context = { [executionKey]: new YogaExecution(input, executor) };
      const respond = async () => readFetchResponse(await yoga.fetch(toFetchRequest(input), context));
      // Errors of `onRequest`, `onResultProcess` and `onResponse`.
      const recover = (error: unknown) => {
        if (isPluginError(error)) return toResultResponse({ errors: [error] }, new Map(), input);
        throw error;
      };
      return withDeadline(respond().catch(recover), input.context.deadline);
    },
    dispose: async () => (await loading.catch(() => undefined))?.dispose(),
  };
}

/**
 * The package is optional, even in a program that is bundled. Turbopack bundles without it only if the import is in
 * `try`.
 */
async function loadYoga(options: YogaServerOptions<object, object>) {
  let yoga: { createYoga: typeof createYoga; createGraphQLError: typeof createGraphQLError };
  try {
    yoga = await import('graphql-yoga');
  } catch (error) {
    throw new Error(
      'plugins need the package graphql-yoga, which cannot be loaded: npm install graphql-yoga',
      {
        cause: error,
      },
    );
  }
  if (!(yoga.createGraphQLError('') instanceof GraphQLError))
    throw new Error(
      'graphql-yoga and the gateway import different copies of graphql: `npm ls graphql` must show one version',
    );
  return yoga.createYoga(options);
}

/** How long after its deadline a request can still respond, so that fields can fail with UPSTREAM_TIMEOUT. */
const graceMs = 200;

const pluginTimeoutMessage =
  'A plugin did not finish before the deadline of the request. If you sent a mutation, it may have been executed: read the data before you repeat it.';

/** Rejects if plugins wait longer than the request, even if its client has disconnected. */
function withDeadline<T>(running: Promise<T>, { remainingMs }: Deadline): Promise<T> {
  return new Promise((resolve, reject) => {
    let timer = setTimeout(() => {
      // A second timer, so that a process that was paused has time for what has arrived in the meantime.
      timer = setTimeout(
        () => reject(new RequestError('INTERNAL_SERVER_ERROR', pluginTimeoutMessage)),
        graceMs,
      );
    }, remainingMs);
    running.finally(() => clearTimeout(timer)).then(resolve, reject);
  });
}

/** Runs before the plugins, so that they can wrap the functions that it sets. */
const executionPlugin: Plugin = {
  onRequestParse({ serverContext, setRequestParser }) {
    setRequestParser(() => getExecution(serverContext).readParams());
  },
  onParse({ context, setParseFn }) {
    setParseFn((source: unknown) => getExecution(context).parse(String(source)));
    return ({ result }: { readonly result: DocumentNode | Error | null }) => {
      if (result && !(result instanceof Error)) getExecution(context).checkParsed(result);
    };
  },
  onValidate({ context, setValidationFn }) {
    setValidationFn((...inputs: Parameters<YogaExecution['validate']>) =>
      getExecution(context).validate(...inputs),
    );
  },
  onExecute({ context, setExecuteFn }) {
    setExecuteFn((operation: ExecutionArgs) => getExecution(context).execute(operation));
  },
};

/** Runs after the plugins, so that the parameters they change are executed. */
const parametersPlugin: Plugin = {
  onParams({ context, params }) {
    getExecution(context).setParams(params);
  },
};

/**
 * Writes the same response as without plugins. Runs before the plugins, so that they can set another result processor.
 */
const responsePlugin: Plugin = {
  // oxlint-disable-next-line typescript/unbound-method -- it does not use `this`
  onResultProcess({ result, serverContext, setResultProcessor }) {
    if (Array.isArray(result) || Symbol.asyncIterator in result)
      throw new Error('A plugin set a list or a stream of results. Only single results are supported.');
    const { input, fieldErrors } = getExecution(serverContext);
    setResultProcessor((processed, fetchApi) => {
      const { status, headers, body } = toResultResponse(processed as YogaResult, fieldErrors, input);
      return new fetchApi.Response(body.toString(), { status, headers: toHeaders(headers) });
    }, input.mediaType);
  },
};
