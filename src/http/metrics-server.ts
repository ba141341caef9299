import { createServer, type Server } from 'node:http';
import { readForwardedHeaders } from './forwarded-headers.ts';
import { listen } from './listen.ts';

const contentType = 'text/plain; version=0.0.4; charset=utf-8';
/** A scrape takes milliseconds. */
const requestTimeoutMs = 10_000;

/** Starts the listener that serves only `/metrics`. Rejects if the port is not available. */
export async function startMetricsServer(
  port: number,
  host: string,
  print: () => Promise<string>,
): Promise<Server> {
  const server = createServer({ requestTimeout: requestTimeoutMs }, (request, response) => {
    response.setHeader('x-request-id', readForwardedHeaders(request.rawHeaders).requestId);
    const respond = (status: number, text: string, headers: Readonly<Record<string, string>> = {}) =>
      response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', ...headers }).end(text);
    if (request.url?.split('?', 1)[0] !== '/metrics') respond(404, 'not found\n');
    else if (request.method !== 'GET' && request.method !== 'HEAD') {
      respond(405, 'method not allowed\n', { allow: 'GET, HEAD' });
    } else {
      print().then(
        (text) => respond(200, text, { 'content-type': contentType }),
        () => respond(500, 'the metrics could not be read\n'),
      );
    }
  });
  await listen(server, port, host, '--metrics-port');
  return server;
}
