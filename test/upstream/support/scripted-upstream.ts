import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { listen } from '../../support/listen.ts';

/** One request, with the socket to write the response to. */
interface Exchange {
  readonly socket: Socket;
  /** 1 for the first request on its socket. */
  readonly numberOnSocket: number;
  readonly method: string;
  readonly path: string;
  /** The request line and the headers. */
  readonly head: string;
  readonly body: string;
}

/** Runs when a request is complete, and may write to its socket. */
export type Script = (exchange: Exchange) => void;

/**
 * An upstream that writes what a script says, well-formed or not; node:http cannot write malformed responses. It records
 * every request.
 */
export interface ScriptedUpstream {
  readonly origin: URL;
  readonly exchanges: readonly Exchange[];
  /** Number of sockets that were ever accepted. */
  readonly socketCount: number;
  readonly openSocketCount: number;
  /** What to do with each request from now on. */
  script: Script;
  /** Forgets all requests so far. */
  forget(): void;
  /** Resolves when this number of requests has arrived in total. */
  waitForExchanges(count: number): Promise<void>;
  /** Resolves when at most this number of sockets is open. */
  waitForOpenSockets(count: number): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** The certificate of the TLS upstream: self-signed, for `localhost` only, valid to 2120. */
export const localhostCertificate = readPem('localhost-cert.pem');
export const localhostKey = readPem('localhost-key.pem');

/** A well-formed response. */
export function toResponse(body: string, status = '200 OK', headers: readonly string[] = []): string {
  const lines = [
    `HTTP/1.1 ${status}`,
    'content-type: application/json',
    `content-length: ${body.length}`,
    ...headers,
  ];
  return `${lines.join('\r\n')}\r\n\r\n${body}`;
}

/** Responds to every request with its path. */
export const healthy: Script = ({ socket, path }) => {
  socket.write(toResponse(path));
};

/** Responds to every request with that status. */
export function withStatus(status: string, ...headers: string[]): Script {
  return ({ socket }) => {
    socket.write(toResponse('{}', status, headers));
  };
}

/** Responds to no request. */
export const silent: Script = () => {};

/** Resets every connection as soon as a request has arrived. */
export const resetting: Script = ({ socket }) => {
  socket.resetAndDestroy();
};

/** Starts one, by default on a free port and healthy. */
export async function startScriptedUpstream(
  options: {
    readonly tls?: boolean;
    /** An IP address. */
    readonly host?: string;
    readonly port?: number;
    readonly script?: Script;
  } = {},
): Promise<ScriptedUpstream> {
  const exchanges: Exchange[] = [];
  const sockets = new Set<Socket>();
  const watchers = new Set<() => void>();
  let socketCount = 0;
  const notify = () => {
    for (const watcher of watchers) watcher();
  };

  function waitUntil(isReached: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const watcher = () => {
        if (!isReached()) return;
        watchers.delete(watcher);
        resolve();
      };
      watchers.add(watcher);
      watcher();
    });
  }

  const accept = (socket: Socket) => {
    socketCount += 1;
    sockets.add(socket);
    let received = '';
    let numberOnSocket = 0;
    socket.setNoDelay(true).on('error', () => {});
    socket.on('close', () => {
      sockets.delete(socket);
      notify();
    });
    socket.on('data', (chunk: Buffer) => {
      received += chunk.toString('latin1');
      for (let request = readRequest(received); request !== undefined; request = readRequest(received)) {
        received = received.slice(request.length);
        numberOnSocket += 1;
        const exchange = { socket, numberOnSocket, ...request.content };
        exchanges.push(exchange);
        upstream.script(exchange);
        notify();
      }
    });
  };
  const server = options.tls
    ? createTlsServer({ cert: localhostCertificate, key: localhostKey }, accept)
    : createServer(accept);
  server.on('tlsClientError', () => {});
  const host = options.host ?? (options.tls ? 'localhost' : '127.0.0.1');
  const port = await listen(server, host, options.port);
  const authority = `${host.includes(':') ? `[${host}]` : host}:${port}`;

  const upstream: ScriptedUpstream = {
    origin: new URL(`${options.tls ? 'https' : 'http'}://${authority}`),
    exchanges,
    get socketCount() {
      return socketCount;
    },
    get openSocketCount() {
      return sockets.size;
    },
    script: options.script ?? healthy,
    forget: () => {
      exchanges.length = 0;
    },
    waitForExchanges: (count) => waitUntil(() => exchanges.length >= count),
    waitForOpenSockets: (count) => waitUntil(() => sockets.size <= count),
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
  return upstream;
}

/** A listening socket that accepts connections and never starts TLS: it is silent, or sends the given string. */
export async function startMuteListener(said?: string): Promise<{
  readonly port: number;
  [Symbol.asyncDispose](): Promise<void>;
}> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    if (said !== undefined) socket.once('data', () => socket.end(said));
  });
  const port = await listen(server);
  return {
    port,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function readRequest(
  received: string,
):
  | { readonly length: number; readonly content: Pick<Exchange, 'method' | 'path' | 'head' | 'body'> }
  | undefined {
  const headEnd = received.indexOf('\r\n\r\n');
  if (headEnd < 0) return undefined;
  const head = received.slice(0, headEnd);
  const bodyStart = headEnd + 4;
  const length = bodyStart + Number(/^content-length: (\d+)$/im.exec(head)?.[1] ?? 0);
  if (received.length < length) return undefined;
  const [method = '', path = ''] = head.split(' ');
  return { length, content: { method, path, head, body: received.slice(bodyStart, length) } };
}

function readPem(name: string): string {
  return readFileSync(new URL(name, import.meta.url), 'utf8');
}
