// The baseline: it forwards bytes. node:http on one side, undici's dispatch on the other; no JSON, no GraphQL, no promises.
// `/all` is twelve calls in parallel, whose bodies are joined to an array.
import { createServer } from 'node:http';
import { Pool } from 'undici';
import { allNames } from '../operations.js';

// As many sockets as the gateway has by default.
const pool = new Pool(process.env.UPSTREAM_URL, { connections: 64, pipelining: 1 });

/** Sends one call; `done` receives an error, or the status and the body as a buffer. */
function call(method, path, headers, body, done) {
  const chunks = [];
  let status = 0;
  pool.dispatch(
    { method, path, headers, body },
    {
      onConnect: () => undefined,
      onHeaders: (code) => {
        status = code;
        return true;
      },
      onData: (chunk) => {
        chunks.push(chunk);
        return true;
      },
      onComplete: () => done(null, status, chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)),
      onError: (error) => done(error, 502, Buffer.alloc(0)),
    },
  );
}

function respond(response, status, body) {
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': body.length });
  response.end(body);
}

function joinAll(headers, response) {
  const parts = [];
  let left = allNames.length;
  let worst = 200;
  for (const [index, name] of allNames.entries()) {
    call('GET', `/v2/integrations/${name}`, headers, null, (_error, status, body) => {
      parts[2 * index] = index === 0 ? Buffer.from('[') : Buffer.from(',');
      parts[2 * index + 1] = body;
      worst = Math.max(worst, status);
      left -= 1;
      if (left === 0) respond(response, worst, Buffer.concat([...parts, Buffer.from(']')]));
    });
  }
}

const server = createServer((request, response) => {
  const headers = { 'galileo-api-key': request.headers['galileo-api-key'] ?? '' };
  const { method, url } = request;
  const finish = (_error, status, body) => respond(response, status, body);
  if (url === '/all') joinAll(headers, response);
  else if (method !== 'PUT') call(method, url, headers, null, finish);
  else {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      headers['content-type'] = 'application/json';
      call(method, url, headers, chunks.length === 1 ? chunks[0] : Buffer.concat(chunks), finish);
    });
  }
});

server.listen(0, '127.0.0.1', () => process.send({ url: `http://127.0.0.1:${server.address().port}` }));
