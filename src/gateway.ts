import { createYoga, type Plugin } from 'graphql-yoga';
import type { Config } from './config.ts';
import type { RequestContext } from './context.ts';
import {
  type HttpResponse,
  type MediaType,
  toErrorResponse,
  toHttpResponse,
} from './execution/http-response.ts';
import { Operations } from './execution/operations.ts';
import { type OperationParams, parseBody, readQueryString } from './execution/params.ts';
import { RequestError } from './execution/request-error.ts';
import { CallerGone } from './http/body.ts';
import { createSchema } from './schema/index.ts';

/** One request, as both ways through the gateway need it. */
export interface GatewayRequest {
  readonly context: RequestContext;
  /** The media type of the answer. */
  readonly mediaType: MediaType;
}

/** GraphQL without a port: requests in, answers out. */
export interface GraphqlGateway {
  /**
   * The direct way, for the ordinary request: a POST whose body is JSON. Every failure is an answer, but where the caller
   * is gone: then it rejects with CallerGone.
   */
  post(readBody: () => Promise<string>, request: GatewayRequest): Promise<HttpResponse>;
  /** The way for everything else: GET, CORS, and what no GraphQL request is. */
  handle(request: Request, gatewayRequest: GatewayRequest): Promise<Response>;
}

/** What yoga carries through its hooks for us. */
interface ServerContext extends GatewayRequest {
  answer?: HttpResponse;
}

const jsonContentType = /^application\/json\s*(?:;\s*charset\s*=\s*"?utf-8"?\s*)?$/i;

/** Whether a body of that content type is taken. Anything else is a form that a page of another site could send. */
export const isJsonContentType = (contentType: string | undefined | null): boolean =>
  contentType !== undefined && contentType !== null && jsonContentType.test(contentType);

export const createMethodError = () =>
  new RequestError('METHOD_NOT_ALLOWED', 'GraphQL takes the methods GET and POST.', {
    headers: { allow: 'GET, POST' },
  });

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

  const toRequestError = (error: unknown, context: RequestContext): RequestError => {
    if (error instanceof RequestError) return error;
    report(error, context);
    return new RequestError('INTERNAL_SERVER_ERROR', 'The gateway failed to answer this request.');
  };

  /** The one way from a request to its answer, however its parameters are read and whatever text they are read from. */
  const answer = async (
    readText: () => Promise<string>,
    parse: (text: string) => OperationParams,
    isSafe: boolean,
    { context, mediaType }: GatewayRequest,
  ): Promise<HttpResponse> => {
    const { observation } = context;
    try {
      const params = parse(await readText());
      observation.params = params;
      const operation = operations.prepare(params, isSafe);
      observation.operation = operation;
      const result = await operations.execute(operation, params.variables, context);
      if (result.errors !== undefined) observation.addErrors(result.errors);
      return toHttpResponse(result, mediaType);
    } catch (error) {
      if (error instanceof CallerGone) throw error;
      const requestError = toRequestError(error, context);
      observation.refuse(requestError.code);
      return toErrorResponse(requestError, mediaType, context);
    }
  };

  const pipeline: Plugin<object, ServerContext> = {
    onRequestParse: ({ setRequestParser }) => {
      // Yoga wants parameters; what it gets is looked at by nobody, because the handler below reads the request itself.
      setRequestParser(() => ({ query: '' }));
    },
    onParams: ({ request, setParamsHandler }) => {
      setParamsHandler(async ({ context }) => {
        context.answer = await answer(
          () => readRequest(request),
          request.method === 'GET' ? readQueryString : parseBody,
          request.method === 'GET',
          context,
        );
        return {};
      });
    },
    onResultProcess: (hook) => {
      const { answer: response, mediaType } = hook.serverContext;
      if (response === undefined) return;
      hook.setResultProcessor(
        (_result, fetchApi) =>
          new fetchApi.Response(response.body, { status: response.status, headers: response.headers }),
        mediaType,
      );
    },
  };

  const yoga = createYoga<ServerContext>({
    plugins: [pipeline],
    graphiql: false,
    landingPage: false,
    logging: false,
    multipart: false,
    // The size is limited where the body comes in.
    maxRequestBodySize: false,
    cors: (request) => getCorsOptions(config.corsOrigins ?? [], request.headers.get('origin')),
  });

  return {
    post: (readBody, request) => answer(readBody, parseBody, false, request),
    handle: async (request, gatewayRequest) => yoga.fetch(request, { ...gatewayRequest }),
  };
}

// The body's size and encoding were checked when it came in. A byte order mark stays: JSON has none.
const bodyDecoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** What the parameters of a request are in: the query string of a GET, the body of a POST. */
async function readRequest(request: Request): Promise<string> {
  switch (request.method) {
    case 'GET':
      return new URL(request.url).search;
    case 'POST':
      if (isJsonContentType(request.headers.get('content-type'))) {
        return bodyDecoder.decode(await request.arrayBuffer());
      }
      throw new RequestError('UNSUPPORTED_MEDIA_TYPE', 'Send the body as application/json in UTF-8.');
    default:
      throw createMethodError();
  }
}

/** Credentials travel in headers that a page sets itself: cookies and remembered passwords are not wanted. */
const getCorsOptions = (origins: readonly string[], origin: string | null) =>
  origin !== null &&
  origins.includes(origin) && {
    origin,
    credentials: false,
    methods: ['GET', 'POST'],
    allowedHeaders: [
      'Content-Type',
      'Galileo-API-Key',
      'Authorization',
      'X-Request-Id',
      'traceparent',
      'tracestate',
      'baggage',
    ],
    maxAge: 600,
  };
