import { createYoga, type Plugin } from 'graphql-yoga';
import type { HttpResponse } from './execution/http-response.ts';
import { isJsonContentType, parseBody, readQueryString } from './execution/params.ts';
import { createMethodError, RequestError } from './execution/request-error.ts';
import type { Answer, GatewayRequest } from './gateway.ts';

/** What yoga carries through its hooks for us. */
interface ServerContext extends GatewayRequest {
  readonly outcome: Outcome;
}

interface Outcome {
  answer?: HttpResponse;
  /** Why there is none: yoga would make an answer of its own of it. */
  failure?: unknown;
}

/** The way through graphql-yoga, for whatever is not the ordinary request: GET, CORS, and what no GraphQL request is. */
export function createGeneralWay(
  answer: Answer,
  corsOrigins: readonly string[],
): (request: Request, gatewayRequest: GatewayRequest) => Promise<Response> {
  const pipeline: Plugin<object, ServerContext> = {
    onRequestParse: ({ setRequestParser }) => {
      // Yoga wants parameters; what it gets is looked at by nobody, because the handler below reads the request itself.
      setRequestParser(() => ({ query: '' }));
    },
    onParams: ({ request, setParamsHandler }) => {
      const isGet = request.method === 'GET';
      setParamsHandler(async ({ context }) => {
        const parse = isGet ? readQueryString : parseBody;
        try {
          context.outcome.answer = await answer(() => readText(request), parse, isGet, context);
        } catch (error) {
          context.outcome.failure = error;
        }
        return {};
      });
    },
    onResultProcess: (hook) => {
      const { outcome, mediaType } = hook.serverContext;
      const { answer: response } = outcome;
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
    cors: (request) => getCorsOptions(corsOrigins, request.headers.get('origin')),
  });

  return async (request, gatewayRequest) => {
    const outcome: Outcome = {};
    const response = await yoga.fetch(request, { ...gatewayRequest, outcome });
    if (outcome.failure !== undefined) throw outcome.failure;
    return response;
  };
}

// The body's size and encoding were checked when it came in. A byte order mark stays: JSON has none.
const bodyDecoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** What the parameters of a request are in: the query string of a GET, the body of a POST. */
async function readText(request: Request): Promise<string> {
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
    // In seconds; WebKit keeps a preflight no longer.
    maxAge: 600,
  };
