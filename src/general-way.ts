import { createYoga, type Plugin } from 'graphql-yoga';
import type { HttpResponse } from './execution/http-response.ts';
import { readQueryString } from './execution/params.ts';
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

/** The way through graphql-yoga, for what is not the ordinary request: GET, and the questions of CORS. */
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
      const readText = () => Promise.resolve(new URL(request.url).search);
      setParamsHandler(async ({ context }) => {
        try {
          context.outcome.answer = await answer(readText, readQueryString, true, context);
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
    cors: (request) => getCorsOptions(corsOrigins, request.headers.get('origin')),
  });

  return async (request, gatewayRequest) => {
    const outcome: Outcome = {};
    const response = await yoga.fetch(request, { ...gatewayRequest, outcome });
    if (outcome.failure !== undefined) throw outcome.failure;
    return response;
  };
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
