import type { Executor, OperationParams, OperationResult, PreparedOperation } from '../execution/index.ts';
import { isJsonObject } from '../json.ts';
import type { RequestObservation } from '../observability/request-observation.ts';
import type { RequestContext } from '../resolvers/request-context.ts';
import type { MediaType } from './header-fields.ts';
import type { HttpRequest } from './http-request.ts';
import { parseBody, parseQueryString } from './parameters.ts';
import { type HttpResponse, toHttpResponse } from './responses.ts';

/** graphql-yoga and Envelop plugins. Typed loosely, as in graphql-yoga: a plugin can add any type to the context. */
export type Plugins = readonly object[];

/** Whether a value is an array of plugins. graphql-yoga would silently ignore functions, promises and other objects. */
export const arePlugins = (value: unknown): value is Plugins =>
  Array.isArray(value) &&
  value.every((item) => isJsonObject(item) && !('then' in item) && mayHaveHooks(item));

/** Whether an object has a hook, is empty, or is an instance of a class, which can have hooks. */
function mayHaveHooks(plugin: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(plugin);
  if (prototype !== Object.prototype && prototype !== null) return true;
  const names = Object.keys(plugin);
  return names.length === 0 || names.some((name) => /^(?:on|instrument)/.test(name));
}

/** An admitted request with its body. */
export interface PipelineInput {
  readonly request: HttpRequest;
  /** Undefined for GET and HEAD. */
  readonly body: string | undefined;
  readonly context: RequestContext;
  readonly observation: RequestObservation;
  readonly mediaType: MediaType;
  /**
   * Must be called with the prepared operation before it is executed. Records it for the log and metrics, counts its
   * document towards the memory of the request, and stops counting the body if the operation does not need it. Throws
   * RequestError if the document does not fit.
   */
  readonly onPrepared: (operation: PreparedOperation) => void;
}

export interface Pipeline {
  /**
   * Can throw or reject with RequestError in place of a response with `errors` and no `data`. Any other error is
   * internal.
   */
  run(input: PipelineInput): Promise<HttpResponse>;
  /** Rejects if the pipeline cannot run any request. */
  ready?(): Promise<void>;
  /** Called once, after the last request. */
  dispose?(): Promise<void>;
}

/** Runs operations without plugins. */
export const createDirectPipeline = (executor: Executor): Pipeline => ({
  run(input) {
    const { context, observation, mediaType } = input;
    const params = readParameters(input, executor);
    let running: Promise<OperationResult>;
    try {
      const isReadOnly = input.request.method !== 'POST';
      const prepared = executor.prepare(params, isReadOnly);
      input.onPrepared(prepared);
      running = executor.execute(prepared, params.variables, context);
    } catch (error) {
      // The message can quote the input. It is redacted when the response is written.
      executor.addSecrets(params, context);
      throw error;
    }
    return running.then((result) => {
      if (result.errors !== undefined) observation.addErrors(result.errors);
      return toHttpResponse(result, mediaType);
    });
  },
});

/**
 * The parameters of the body or the query string. If they are invalid, throws RequestError, after it has added what can
 * be secret in them to the context.
 */
export function readParameters(input: PipelineInput, executor: Executor): OperationParams {
  const { request, body, context, observation } = input;
  try {
    const params = body === undefined ? parseQueryString(request.search) : parseBody(body);
    observation.params = params;
    return params;
  } catch (error) {
    const texts = body === undefined ? new URLSearchParams(request.search).values() : [body];
    for (const text of texts) executor.addSecretsOfJson(text, context);
    throw error;
  }
}
