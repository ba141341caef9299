import { createServer, type Server } from 'node:http';
import { ConnectionRegistry } from './connections.ts';
import { checkHost } from './header-fields.ts';
import { getPath, getTarget } from './http-request.ts';
import { listen } from './listen.ts';
import type { PendingRequest } from './pending-request.ts';
import { type HttpResponse, toTextResponse } from './responses.ts';

const contentType = 'text/plain; version=0.0.4; charset=utf-8';
/** A scrape takes milliseconds. */
const timeoutMs = 10_000;
/** More than any set of scrapers needs. Others must not use up the file descriptors of the process. */
const maxConnections = 100;

/**
 * Starts the listener that serves only `/metrics`. Concurrent requests share one result. Rejects if the port is not
 * available.
 */
export async function startMetricsServer(
  port: number,
  host: string,
  print: () => Promise<string>,
): Promise<Server> {
  const connections = new ConnectionRegistry(timeoutMs);
  let reading: Promise<string> | undefined;
  const printOnce = () => {
    reading ??= print().finally(() => {
      reading = undefined;
    });
    return reading;
  };
  const respond = (pending: PendingRequest): void => {
    void createResponse(pending, printOnce).then((response) => pending.respond(response));
  };
  const server = createServer({
    requestTimeout: timeoutMs,
    // By default, Node checks the timeout only every 30 s.
    connectionsCheckingInterval: 1000,
    requireHostHeader: false,
  })
    .on('connection', (socket) => connections.register(socket))
    .on('request', (request, response) => connections.receive(request, response, respond))
    .on('clientError', (error, socket) => connections.refuse(socket, error));
  server.maxConnections = maxConnections;
  await listen(server, port, host, '--metrics-port');
  return server;
}

async function createResponse(
  { request }: PendingRequest,
  print: () => Promise<string>,
): Promise<HttpResponse> {
  const problem = checkHost(request.rawHeaders, request.httpVersion);
  if (problem !== undefined) return toTextResponse(400, problem);
  if (getPath(getTarget(request)) !== '/metrics') return toTextResponse(404, 'not found');
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return toTextResponse(405, 'method not allowed', { allow: 'GET, HEAD' });
  try {
    const headers = { 'content-type': contentType, 'cache-control': 'no-store' };
    return { status: 200, headers, body: await print() };
  } catch {
    return toTextResponse(500, 'the metrics could not be read');
  }
}
