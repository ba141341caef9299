// The cheapest possible gateway: node:http and undici, the same REST calls, without looking at the content.
// The load sends the list of calls, so that it needs no GraphQL.
import { createServer } from 'node:http';
import { Pool } from 'undici';
import { operations, several } from '../operations.js';

// As many sockets as the gateway has by default.
const pool = new Pool(process.env.UPSTREAM_URL, { connections: 64 });
const calls = new Map(Object.values(operations).map((operation) => [operation.query, operation.calls]));
const severalQuery = operations.twelve.query;

const server = createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  const answer = async () => {
    const { query, variables } = JSON.parse(Buffer.concat(chunks).toString());
    const wanted = query === severalQuery ? several(variables.names).calls : calls.get(query);
    const headers = {
      'galileo-api-key': request.headers['galileo-api-key'],
      'content-type': 'application/json',
    };
    const bodies = await Promise.all(
      wanted.map(async (call) => {
        const answer = await pool.request({ ...call, headers });
        return answer.body.text();
      }),
    );
    const body = bodies.length === 1 ? bodies[0] : `[${bodies.join(',')}]`;
    response.writeHead(200, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    });
    response.end(body);
  };
  request.on('end', () => void answer());
});

server.listen(0, '127.0.0.1', () =>
  process.send({ url: `http://127.0.0.1:${server.address().port}/graphql` }),
);
