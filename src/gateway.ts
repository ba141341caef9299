import type { Config } from './config.ts';
import type { RequestContext } from './context.ts';
import { type HttpResponse, type MediaType, toHttpResponse } from './execution/http-response.ts';
import { Operations } from './execution/operations.ts';
import { type OperationParams, parseBody } from './execution/params.ts';
import { createSchema } from './schema/index.ts';

/** One request, as both ways through the gateway need it. */
export interface GatewayRequest {
  readonly context: RequestContext;
  /** The media type of the answer. */
  readonly mediaType: MediaType;
}

/**
 * GraphQL without a port: requests in, answers out. Both ways reject with RequestError where a request is not executed, and
 * with CallerGone where nobody waits for the answer; any other error is a fault of the gateway.
 */
export interface GraphqlGateway {
  /** The direct way, for the ordinary request: a POST of JSON. */
  post(readBody: () => Promise<string>, request: GatewayRequest): Promise<HttpResponse>;
  /** The way through graphql-yoga, for GET and the questions of CORS. */
  handle(request: Request, gatewayRequest: GatewayRequest): Promise<Response>;
}

/**
 * The one way from a request to its answer, however its parameters are read.
 *
 * @param isSafe whether the request may read only
 */
export type Answer = (
  readText: () => Promise<string>,
  parse: (text: string) => OperationParams,
  isSafe: boolean,
  request: GatewayRequest,
) => Promise<HttpResponse>;

/** The settings that GraphQL depends on. */
type GraphqlConfig = Pick<
  Config,
  | 'maxTokens'
  | 'maxAliases'
  | 'maxDepth'
  | 'maxEntities'
  | 'introspection'
  | 'trustedDocuments'
  | 'corsOrigins'
>;

/** Builds the schema and everything around it; opens nothing. */
export function createGraphqlGateway(
  config: GraphqlConfig,
  report: (fault: unknown, context: RequestContext) => void,
): GraphqlGateway {
  const operations = new Operations(createSchema(), {
    limits: config,
    introspection: config.introspection,
    trustedDocuments: config.trustedDocuments?.documents,
    report,
  });

  const answer: Answer = async (readText, parse, isSafe, { context, mediaType }) => {
    const { observation } = context;
    const params = parse(await readText());
    observation.params = params;
    const operation = operations.prepare(params, isSafe);
    observation.operation = operation;
    const result = await operations.execute(operation, params.variables, context);
    if (result.errors !== undefined) observation.addErrors(result.errors);
    return toHttpResponse(result, mediaType);
  };

  // Loaded when it is first needed: yoga takes a sixth of a second and ten megabytes, and many gateways never need it. Where
  // pages of other origins call, it will be needed.
  const loadGeneralWay = async () => {
    const { createGeneralWay } = await import('./general-way.ts');
    return createGeneralWay(answer, config.corsOrigins ?? []);
  };
  let generalWay = config.corsOrigins === undefined ? undefined : loadGeneralWay();
  // Whoever needs it will be told.
  generalWay?.catch(() => {});

  return {
    post: (readBody, request) => answer(readBody, parseBody, false, request),
    handle: async (request, gatewayRequest) => {
      generalWay ??= loadGeneralWay();
      const handle = await generalWay;
      return handle(request, gatewayRequest);
    },
  };
}
