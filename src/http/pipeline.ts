import type { Executor } from '../execution/index.ts';
import type { Pipeline } from './handler.ts';
import { parseBody, parseQueryString } from './parameters.ts';
import { toHttpResponse } from './responses.ts';

/** Runs operations without plugins. */
export const createDirectPipeline =
  (executor: Executor): Pipeline =>
  async ({ request, body, context, mediaType, onPrepared }) => {
    const { observation } = context;
    const params = body === undefined ? parseQueryString(request.target) : parseBody(body);
    observation.params = params;
    const prepared = executor.prepare(params, { isReadOnly: body === undefined });
    const variables = onPrepared(prepared, params.variables);
    const result = await executor.execute(prepared, variables, context);
    if (result.errors !== undefined) observation.addErrors(result.errors);
    return toHttpResponse(result, mediaType);
  };
