import type { Server } from 'node:http';

/**
 * Resolves when the server takes connections; rejects with a sentence for people where the port cannot be had.
 *
 * @param flag of the command line that chooses the port
 */
export function listen(server: Server, port: number, host: string, flag = '--port'): Promise<void> {
  return new Promise((resolve, reject) => {
    const onError = (error: Error) => reject(explainListenFailure(error, flag));
    server.once('error', onError);
    server.listen(port, host, () => {
      server.off('error', onError);
      resolve();
    });
  });
}

/** `http://host:port` of a server that listens, with the port that was really taken. */
export function getUrl(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server does not listen.');
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return `http://${host}:${address.port}`;
}

/** Why a port cannot be had, in a sentence for people; any other error as it is. */
export function explainListenFailure(error: Error, flag = '--port'): Error {
  if (!('code' in error)) return error;
  const port = 'port' in error ? String(error.port) : 'asked for';
  switch (error.code) {
    case 'EADDRINUSE':
      return new Error(
        `the port ${port} is taken: choose another with ${flag}, or any free one with ${flag} 0`,
      );
    case 'EACCES':
      return new Error(`the port ${port} may not be used by this user: choose one above 1023 with ${flag}`);
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new Error('the address of --host is none of this machine');
    default:
      return error;
  }
}
