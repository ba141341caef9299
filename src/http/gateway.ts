import type { Config } from '../config.ts';
import { createExecutor } from '../execution/index.ts';
import { createMediaTypeError, createMethodError } from '../execution/request-error.ts';
import type { GatewayContext } from '../resolvers/gateway-context.ts';
import type { RequestContext } from '../resolvers/request-context.ts';
import { createSchema } from '../schema/index.ts';
import type { IncomingRequest } from './incoming-request.ts';
import { isJsonContentType, parseBody, readQueryString } from './parameters.ts';
import { type HttpResponse, type MediaType, toHttpResponse } from './responses.ts';

/** One request, as both ways through the gateway need it. */
export interface GatewayRequest {
  readonly incoming: IncomingRequest;
  readonly context: RequestContext;
  /** The media type of the answer. */
  readonly mediaType: MediaType;
}

/**
 * GraphQL without a port: requests in, answers out. Throws or rejects with RequestError where a request is not executed, and
 * with CallerGone where nobody waits for the answer; any other error is a fault of the gateway.
 */
export type GraphqlGateway = (request: GatewayRequest) => Promise<HttpResponse>;

/** The settings that GraphQL depends on. */
type GraphqlConfig = Pick<
  Config,
  | 'maxRequestBytes'
  | 'maxTokens'
  | 'maxAliases'
  | 'maxDepth'
  | 'maxEntities'
  | 'maxResponseBytes'
  | 'introspection'
  | 'trustedDocuments'
  | 'corsOrigins'
>;

/** Builds the schema and everything around it; opens nothing. */
export function createGraphqlGateway(
  config: GraphqlConfig,
  report: (error: unknown, context: GatewayContext) => void,
): GraphqlGateway {
  const { corsOrigins, maxRequestBytes } = config;
  const executor = createExecutor(createSchema(), {
    limits: config,
    introspection: config.introspection,
    trustedDocuments: config.trustedDocuments?.documents,
    report,
  });

  /** The one way from a GET or a POST to its answer. */
  const answer: GraphqlGateway = async ({ incoming, context, mediaType }) => {
    const { observation } = context;
    const isGet = incoming.method === 'GET';
    const params = isGet
      ? readQueryString(incoming.target)
      : parseBody(await incoming.readBody(maxRequestBytes, context.deadline));
    observation.params = params;
    const operation = executor.prepare(params, { isReadOnly: isGet });
    observation.operation = operation;
    const result = await executor.execute(operation, params.variables, context);
    if (result.errors !== undefined) observation.addErrors(result.errors);
    return toHttpResponse(result, mediaType);
  };

  // Loaded when it is first needed: yoga takes a sixth of a second and ten megabytes, and many gateways never need it. Where
  // pages of other origins call, it will be needed.
  const loadGeneralWay = async () => {
    const { createGeneralWay } = await import('./general-way.ts');
    return createGeneralWay(answer, corsOrigins ?? []);
  };
  let generalWay = corsOrigins === undefined ? undefined : loadGeneralWay();
  // Whoever needs it will be told.
  generalWay?.catch(() => {});

  const takeGeneralWay: GraphqlGateway = async (request) => {
    generalWay ??= loadGeneralWay();
    const handle = await generalWay;
    return handle(request);
  };

  return (request) => {
    const { incoming } = request;
    switch (incoming.method) {
      case 'POST':
        if (!isJsonContentType(incoming.getHeader('content-type'))) throw createMediaTypeError();
        return answer(request);
      case 'GET':
        return takeGeneralWay(request);
      case 'OPTIONS':
        // CORS alone: for pages of the listed origins.
        if (corsOrigins?.includes(incoming.getHeader('origin') ?? '') === true)
          return takeGeneralWay(request);
    }
    throw createMethodError();
  };
}
