import {
  ApolloGateway,
  type GraphQLDataSourceProcessOptions,
  RemoteGraphQLDataSource,
} from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { createGatewayRuntime } from '@graphql-hive/gateway-runtime';
import type { GraphqlResponseError } from './gateway.ts';
import { startHttpServer } from './listen.ts';

/** The headers that a router must forward to the gateway. */
const forwardedHeaders = [
  'galileo-api-key',
  'splunk-ao-api-key',
  'authorization',
  'x-request-id',
  'traceparent',
  'tracestate',
  'baggage',
];

/** A response of a router. */
interface RouterResponse {
  readonly data: Readonly<Record<string, unknown>> | null | undefined;
  readonly errors: readonly Partial<GraphqlResponseError>[];
}

/** A router on a real socket. */
export interface Router extends AsyncDisposable {
  /** Sends one operation; the credential is `Galileo-API-Key: test-key` unless `headers` has one. */
  query(document: string, headers?: Readonly<Record<string, string>>): Promise<RouterResponse>;
}

const sendTo =
  (url: string): Router['query'] =>
  async (document, headers = { 'Galileo-API-Key': 'test-key' }) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ query: document }),
    });
    const { data, errors = [] } = (await response.json()) as Partial<RouterResponse>;
    return { data, errors };
  };

interface ApolloContext {
  readonly headers?: Readonly<Record<string, string | string[] | undefined>>;
}

class ForwardingDataSource extends RemoteGraphQLDataSource<ApolloContext> {
  override willSendRequest(options: GraphQLDataSourceProcessOptions<ApolloContext>): void {
    if (!('incomingRequestContext' in options)) return;
    for (const name of forwardedHeaders) {
      const value = options.context.headers?.[name];
      if (typeof value === 'string') options.request.http?.headers.set(name, value);
    }
  }
}

async function startApolloGateway(supergraphSdl: string): Promise<Router> {
  // Otherwise it looks for the metadata service of a cloud.
  process.env['APOLLO_TELEMETRY_DISABLED'] = 'true';
  const server = new ApolloServer<ApolloContext>({
    gateway: new ApolloGateway({
      supergraphSdl,
      buildService: ({ url }) => new ForwardingDataSource(url === undefined ? {} : { url }),
    }),
    stopOnTerminationSignals: false,
  });
  const { url } = await startStandaloneServer(server, {
    listen: { port: 0, host: '127.0.0.1' },
    context: ({ req }) => Promise.resolve({ headers: req.headers }),
  });
  return { query: sendTo(url), [Symbol.asyncDispose]: () => server.stop() };
}

async function startHiveGateway(supergraph: string): Promise<Router> {
  const runtime = createGatewayRuntime({
    supergraph,
    logging: false,
    propagateHeaders: {
      fromClientToSubgraphs: ({ request }) =>
        Object.fromEntries(
          forwardedHeaders.flatMap((name) => {
            const value = request.headers.get(name);
            return value === null ? [] : [[name, value]];
          }),
        ),
    },
  });
  const server = await startHttpServer((request, response) => void runtime(request, response));
  return {
    query: sendTo(`${server.url}/graphql`),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await runtime[Symbol.asyncDispose]();
    },
  };
}

/** The routers that run in Node, each from the SDL of a supergraph. */
export const routers = {
  'Apollo Gateway': startApolloGateway,
  'Hive Gateway': startHiveGateway,
} satisfies Record<string, (supergraphSdl: string) => Promise<Router>>;
