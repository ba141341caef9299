// Plain graphql-yoga with the gateway's own Pothos schema and reads, and a client on undici: the gateway without its own
// HTTP server and executor.
import { createServer } from 'node:http';
import { Pool } from 'undici';
import { Reads } from '../../dist/src/resolvers/reads.js';
import { createSchema } from '../../dist/src/schema/index.js';
import { GalileoClient } from '../../dist/src/upstream/galileo-client.js';
// From the gateway's own installation, because two copies of graphql in one process reject each other's schemas.
import { createYoga } from '../../node_modules/graphql-yoga/esm/index.js';

// As many sockets as the gateway has by default.
const pool = new Pool(process.env.UPSTREAM_URL, { connections: 64 });
const transport = {
  async send({ method, path, context, body }) {
    const response = await pool.request({ method, path, headers: [...context.headers], body });
    const bytes = Buffer.from(await response.body.arrayBuffer());
    return {
      status: response.statusCode,
      contentType: response.headers['content-type'],
      retryAfterMs: undefined,
      body: bytes,
      json: JSON.parse(bytes.toString()),
    };
  },
};
const galileo = new GalileoClient(transport, new URL(process.env.UPSTREAM_URL));
const redact = (text) => text;
const unlimited = { take: () => true, release: () => {} };

const yoga = createYoga({
  schema: createSchema(),
  logging: false,
  context: ({ request }) => {
    const headers = ['galileo-api-key', request.headers.get('galileo-api-key')];
    const callContext = {
      hasCredential: true,
      headers,
      redact,
      redactUpstreamMessage: redact,
      reservation: unlimited,
    };
    return { ...callContext, galileo, reads: new Reads(galileo, callContext) };
  },
});
const server = createServer(yoga);
server.listen(0, '127.0.0.1', () =>
  process.send({ url: `http://127.0.0.1:${server.address().port}/graphql` }),
);
