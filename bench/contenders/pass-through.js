// The baseline: it forwards bytes. node:http on one side, undici's dispatch on the other; no JSON, no GraphQL, no promises.
// `/all` is twelve calls in parallel, whose bodies are joined to an array.
import { createServer } from 'node:http';
import { Pool } from 'undici';
import { allNames } from '../operations.js';

// As many sockets as the gateway has by default.
const pool = new Pool(process.env.UPSTREAM_URL, { connections: 64, pipelining: 1 });
const [open, comma, close] = ['[', ',', ']'].map((text) => Buffer.from(text));
const failed = Buffer.from('{}');

const join = (chunks) => (chunks.length === 1 ? chunks[0] : Buffer.concat(chunks));

/** Collects a response. A class, because functions that are created for each call would cost more. */
class Collector {
  #chunks = [];
  #status = 0;
  #done;

  /** @param {(status: number, body: Buffer) => void} done */
  constructor(done) {
    this.#done = done;
  }

  onConnect() {}

  onHeaders(status) {
    this.#status = status;
    return true;
  }

  onData(chunk) {
    this.#chunks.push(chunk);
    return true;
  }

  onComplete() {
    this.#done(this.#status, join(this.#chunks));
  }

  onError() {
    this.#done(502, failed);
  }
}

const call = (method, path, headers, body, done) =>
  pool.dispatch({ method, path, headers, body }, new Collector(done));

function respond(response, status, body) {
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': body.length });
  response.end(body);
}

function joinAll(headers, response) {
  const bodies = [];
  let left = allNames.length;
  let worst = 200;
  allNames.forEach((name, index) => {
    call('GET', `/v2/integrations/${name}`, headers, null, (status, body) => {
      bodies[index] = body;
      worst = Math.max(worst, status);
      left -= 1;
      if (left > 0) return;
      const parts = [];
      bodies.forEach((one, position) => parts.push(position === 0 ? open : comma, one));
      parts.push(close);
      respond(response, worst, Buffer.concat(parts));
    });
  });
}

const server = createServer((request, response) => {
  const headers = { 'galileo-api-key': request.headers['galileo-api-key'] ?? '' };
  const { method, url } = request;
  const finish = (status, body) => respond(response, status, body);
  if (url === '/all') joinAll(headers, response);
  else if (method !== 'PUT') call(method, url, headers, null, finish);
  else {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      headers['content-type'] = 'application/json';
      call(method, url, headers, join(chunks), finish);
    });
  }
});

server.listen(0, '127.0.0.1', () => process.send({ url: `http://127.0.0.1:${server.address().port}` }));
