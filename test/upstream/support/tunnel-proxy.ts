import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect } from 'node:net';
import { close, listen } from '../../support/listen.ts';
import { localhostCertificate, localhostKey } from './scripted-upstream.ts';

/** A proxy on localhost that tunnels to every authority and records it. */
export async function startTunnelProxy({ isTls }: { readonly isTls: boolean }) {
  const authorities: string[] = [];
  const server = isTls ? createTlsServer({ cert: localhostCertificate, key: localhostKey }) : createServer();
  server.on('connect', ({ url = '' }, client) => {
    authorities.push(url);
    const [host, port] = url.split(':');
    const target = connect(Number(port), host, () => {
      client.write('HTTP/1.1 200 OK\r\n\r\n');
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
