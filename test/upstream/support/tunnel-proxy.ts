import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect } from 'node:net';
import { close, listen } from '../../support/listen.ts';
import { localhostCertificate, localhostKey } from './scripted-upstream.ts';

/** A proxy on localhost that tunnels to every authority and records it, or refuses to if its status is not 2xx. */
export async function startTunnelProxy({
  isTls = false,
  status = 200,
  body = '',
}: {
  readonly isTls?: boolean;
  readonly status?: number;
  /** Sent in one packet with the response to CONNECT. */
  readonly body?: string;
}) {
  const authorities: string[] = [];
  const server = isTls ? createTlsServer({ cert: localhostCertificate, key: localhostKey }) : createServer();
  server.on('connect', ({ url = '' }, client) => {
    authorities.push(url);
    if (status >= 300) {
      client.end(`HTTP/1.1 ${status} No\r\n\r\n`);
      return;
    }
    const [host, port] = url.split(':');
    const target = connect(Number(port), host, () => {
      client.write(`HTTP/1.1 ${status} OK\r\n\r\n${body}`);
      client.pipe(target).pipe(client);
    });
    for (const socket of [client, target]) socket.on('error', () => target.destroy());
  });
  const port = await listen(server, 'localhost');
  return {
    url: `${isTls ? 'https' : 'http'}://localhost:${port}`,
    authorities,
    [Symbol.asyncDispose]: () => close(server),
  };
}
