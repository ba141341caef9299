import { once } from 'node:events';
import type { Server } from 'node:http';

/** Rejects with a message that names the flag if the port is not available. */
export async function listen(server: Server, port: number, host: string, flag = '--port'): Promise<void> {
  // By default, Node silently drops headers after the thousandth. The size of all headers has a limit.
  server.maxHeadersCount = 0;
  server.listen(port, host);
  await once(server, 'listening').catch((error: Error) => {
    throw explainListenFailure(error, flag);
  });
}

/** Stops listening, and closes all connections. */
export function closeServer(server: Server): void {
  server.close();
  server.closeAllConnections();
}

/** `http://host:port` of a listening server, with the actual port. */
export function getUrl(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server is not listening.');
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return `http://${host}:${address.port}`;
}

/** Turns a listen error into a readable message. Returns other errors unchanged. */
export function explainListenFailure(error: Error, flag = '--port'): Error {
  if (!('code' in error)) return error;
  const port = 'port' in error ? `port ${String(error.port)}` : 'the requested port';
  switch (error.code) {
    case 'EADDRINUSE':
      return new Error(`${port} is already in use: set ${flag}, or use ${flag} 0 for a free port`);
    case 'EACCES':
      return new Error(`this user cannot listen on ${port}: choose a port above 1023 with ${flag}`);
    case 'EADDRNOTAVAIL':
      return new Error('the host in HOST or --host does not belong to this machine');
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new Error('the host in HOST or --host does not resolve to an address of this machine');
    default:
      return error;
  }
}
