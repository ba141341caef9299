import { createServer } from 'node:http';
import { getUrl, listen } from '../http/listen.ts';

/** The listener that serves `/metrics` and nothing else. */
export interface MetricsServer {
  /** `http://host:port`, with the port that was really taken. */
  readonly url: string;
  /** Cuts its connections off. */
  close(): void;
}

const contentType = 'text/plain; version=0.0.4; charset=utf-8';
/** A scrape takes milliseconds; a caller that takes longer to ask holds a socket for nothing. */
const requestTimeoutMs = 10_000;

/**
 * Listens. Rejects with Node's error where the port cannot be had.
 *
 * @param print the metrics in Prometheus' text format
 */
export async function startMetricsServer(
  { port, host }: { readonly port: number; readonly host: string },
  print: () => Promise<string>,
): Promise<MetricsServer> {
  const server = createServer({ requestTimeout: requestTimeoutMs }, (request, response) => {
    const answer = (status: number, text: string, headers: Readonly<Record<string, string>> = {}) =>
      response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', ...headers }).end(text);
    if (request.url?.split('?', 1)[0] !== '/metrics') answer(404, 'not found\n');
    else if (request.method !== 'GET') answer(405, 'method not allowed\n', { allow: 'GET' });
    else {
      print().then(
        (text) => answer(200, text, { 'content-type': contentType }),
        () => answer(500, 'the metrics could not be read\n'),
      );
    }
  });
  await listen(server, port, host, '--metrics-port');
  return {
    url: getUrl(server),
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
