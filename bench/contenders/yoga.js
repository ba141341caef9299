// Plain graphql-yoga with the gateway's own Pothos schema and loader, and a client on undici: what the gateway would be
// without its own way for a request.
import { createServer } from 'node:http';
import { Pool } from 'undici';
import { createIntegrationLoader } from '../../dist/resolvers/integration-loader.js';
import { createSchema } from '../../dist/src/schema/index.js';
import { GalileoClient } from '../../dist/upstream/galileo-client.js';
// Of the gateway's own installation: two copies of graphql in one process refuse each other's schemas.
import { createYoga } from '../../node_modules/graphql-yoga/esm/index.js';

// As many sockets as the gateway has by default.
const pool = new Pool(process.env.UPSTREAM_URL, { connections: 64 });
const transport = {
  async send({ method, path, headers, body }) {
    const answer = await pool.request({ method, path, headers: [...headers], body });
    return {
      status: answer.statusCode,
      contentType: answer.headers['content-type'],
      retryAfterMs: undefined,
      body: Buffer.from(await answer.body.arrayBuffer()),
    };
  },
};
const galileo = new GalileoClient(transport, new URL(process.env.UPSTREAM_URL));
const redact = (text) => text;

const yoga = createYoga({
  schema: createSchema(),
  logging: false,
  context: ({ request }) => {
    const call = { headers: ['galileo-api-key', request.headers.get('galileo-api-key')], redact };
    const getCall = () => call;
    return {
      galileo,
      getCall,
      redact,
      addSecret: () => {},
      integrations: createIntegrationLoader({ galileo, getCall }),
    };
  },
});
const server = createServer(yoga);
server.listen(0, '127.0.0.1', () =>
  process.send({ url: `http://127.0.0.1:${server.address().port}/graphql` }),
);
