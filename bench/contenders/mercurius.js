// A hand-written mercurius server with its just-in-time compiler, undici and no other library.
import Fastify from 'fastify';
import mercurius from 'mercurius';
import { Pool } from 'undici';
import { createResolvers, typeDefs } from './rival-schema.js';

// As many sockets as the gateway has by default.
const pool = new Pool(process.env.UPSTREAM_URL, { connections: 64 });

async function call(context, options) {
  const { statusCode, body } = await pool.request({
    ...options,
    headers: { 'galileo-api-key': context.apiKey, 'content-type': 'application/json' },
  });
  if (statusCode !== 404) return body.json();
  await body.dump();
  return null;
}

const resolvers = createResolvers((context) => ({
  get: (name) => call(context, { method: 'GET', path: `/v2/integrations/${name}` }),
  put: (body) =>
    call(context, { method: 'PUT', path: '/v2/integrations/custom', body: JSON.stringify(body) }),
}));
for (const name of ['Integration', 'UpsertIntegrationResult']) {
  resolvers[name] = { resolveType: resolvers[name].resolveType };
}

const app = Fastify();
app.register(mercurius, {
  schema: typeDefs,
  resolvers,
  // How often an operation is executed before it is compiled.
  jit: 1,
  context: (request) => ({ apiKey: request.headers['galileo-api-key'] }),
});
await app.listen({ port: 0, host: '127.0.0.1' });
process.send({ url: `http://127.0.0.1:${app.server.address().port}/graphql` });
