// Starts a whole supergraph on this machine: Galileo's sandbox, the gateway in front of it, a second subgraph, and a
// router that joins both. `npm run example:supergraph` builds the gateway first.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { ApolloGateway, RemoteGraphQLDataSource } from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { composeServices, compositionHasErrors } from '@theguild/federation-composition';
import { parse } from 'graphql';
import { startCostsSubgraph } from './costs-subgraph.js';

/** The sandbox accepts any key. Each key is a separate tenant. */
const apiKey = 'demo-key';

/** Starts sandbox and gateway, as `npm run demo` does, in a separate process that ends with this one. */
async function startGalileoSubgraph() {
  const program = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
  if (!existsSync(program)) throw new Error('There is no dist/ yet: run npm run build first.');
  const child = spawn(process.execPath, [program, 'demo', '--port', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  process.once('exit', () => child.kill());
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /http:\S+\/graphql/.exec(line)?.[0];
    if (url === undefined) continue;
    // Discard further output, because a full pipe would block the process.
    child.stdout.resume();
    return { name: 'galileo', url };
  }
  throw new Error('The gateway ended before it was ready.');
}

/** Composes the supergraph from the SDL of the running subgraphs. A pipeline would use `subgraph.graphql` instead. */
async function compose(subgraphs) {
  const services = await Promise.all(
    subgraphs.map(async ({ name, url }) => {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: '{ _service { sdl } }' }),
      });
      const { data, errors } = await response.json();
      if (errors !== undefined) throw new Error(`The subgraph ${name} sends no SDL: ${errors[0].message}`);
      return { name, url, typeDefs: parse(data._service.sdl) };
    }),
  );
  const result = composeServices(services);
  if (compositionHasErrors(result)) throw new Error(result.errors.map(({ message }) => message).join('\n'));
  return result.supergraphSdl;
}

/** A router forwards only the headers that it is configured to. These are for the gateway only. */
class GalileoDataSource extends RemoteGraphQLDataSource {
  willSendRequest({ request, context }) {
    for (const name of [
      'galileo-api-key',
      'splunk-ao-api-key',
      'authorization',
      'x-request-id',
      'traceparent',
      'tracestate',
      'baggage',
    ]) {
      const value = context.headers?.[name];
      if (value !== undefined) request.http.headers.set(name, value);
    }
  }
}

async function startRouter(supergraphSdl, port) {
  // Otherwise Apollo's library reports its platform to Apollo, after asking the metadata services of all clouds.
  process.env.APOLLO_TELEMETRY_DISABLED ??= 'true';
  const server = new ApolloServer({
    gateway: new ApolloGateway({
      supergraphSdl,
      buildService: ({ name, url }) =>
        name === 'galileo' ? new GalileoDataSource({ url }) : new RemoteGraphQLDataSource({ url }),
    }),
  });
  const { url } = await startStandaloneServer(server, {
    listen: { port, host: '127.0.0.1' },
    context: async ({ req }) => ({ headers: req.headers }),
  });
  return url;
}

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(0));

const subgraphs = await Promise.all([startGalileoSubgraph(), startCostsSubgraph()]);
const port = Number(process.env.PORT ?? 4000);
// Apollo's standalone server does not report errors of its socket.
process.once('uncaughtException', (error) => {
  const isInUse = error.code === 'EADDRINUSE';
  const message = isInUse
    ? `port ${port} is already in use: set PORT, or use PORT=0 for a free port`
    : error.stack;
  process.stderr.write(`${message}\n`);
  // If the error was thrown again, Node would not emit `exit`, and the gateway would keep running.
  process.exit(1);
});
const url = await startRouter(await compose(subgraphs), port);

const query = `{
  mostExpensive(first: 2) { __typename name monthlyCost ... on OpenAIIntegration { organizationId } }
  integration(name: MISTRAL) { id monthlyCost }
}`.replace(/\s+/g, ' ');

process.stdout.write(`
galileo-gateway in a supergraph

  Router     ${url}
  Subgraphs  ${subgraphs.map((subgraph) => `${subgraph.name} at ${subgraph.url}`).join(', ')}
  API key    ${apiKey}

Try it: each object has fields of both subgraphs.

  curl -s ${url} -H 'content-type: application/json' -H 'Galileo-API-Key: ${apiKey}' -d '${JSON.stringify({ query })}'

Press Ctrl+C to stop.
`);
