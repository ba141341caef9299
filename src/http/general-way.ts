import { createYoga, type Plugin } from 'graphql-yoga';
import type { GatewayRequest, GraphqlGateway } from './gateway.ts';
import type { IncomingRequest } from './incoming-request.ts';
import type { HttpResponse } from './responses.ts';

/** What yoga carries through its hooks for us. */
interface ServerContext {
  readonly request: GatewayRequest;
  readonly outcome: Outcome;
}

interface Outcome {
  answer?: HttpResponse;
  /** Why there is none: yoga would make an answer of its own of it. */
  failure?: unknown;
}

/** The way through graphql-yoga, for what is not the ordinary request: GET, and the questions of CORS. */
export function createGeneralWay(answer: GraphqlGateway, corsOrigins: readonly string[]): GraphqlGateway {
  const pipeline: Plugin<object, ServerContext> = {
    onRequestParse: ({ setRequestParser }) => {
      // Yoga wants parameters; what it gets is looked at by nobody, because the answer is made of the request itself.
      setRequestParser(() => ({ query: '' }));
    },
    onParams: ({ setParamsHandler }) => {
      setParamsHandler(async ({ context: { request, outcome } }) => {
        try {
          outcome.answer = await answer(request);
        } catch (error) {
          outcome.failure = error;
        }
        return {};
      });
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

  return async (request) => {
    const outcome: Outcome = {};
    const response = await yoga.fetch(toFetchRequest(request.incoming), { request, outcome });
    if (outcome.failure !== undefined) throw outcome.failure;
    if (outcome.answer !== undefined) return outcome.answer;
    // The length is known better where the answer is written.
    response.headers.delete('content-length');
    return {
      status: response.status,
      headers: Object.fromEntries(response.headers),
      body: await response.text(),
    };
  };
}

/** What yoga needs of a request. */
function toFetchRequest(incoming: IncomingRequest): Request {
  const headers = new Headers();
  for (const name of ['origin', 'access-control-request-method', 'access-control-request-headers']) {
    const value = incoming.getHeader(name);
    if (value !== undefined) headers.set(name, value);
  }
  // Yoga answers at one path; whoever mounts the gateway may have another.
  return new Request('http://localhost/graphql', { method: incoming.method, headers });
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
