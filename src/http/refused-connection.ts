import { randomUUID } from 'node:crypto';
import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

/**
 * Ends a connection on which no HTTP came, or none in time: there is no request to answer. What is said instead is what
 * Node itself says, with an id.
 *
 * @param answer the latest one on this connection: nothing may be written into it
 */
export function refuseConnection(socket: Duplex, error: Error, answer: ServerResponse | undefined): void {
  const isAnswering = answer?.headersSent === true && !answer.writableFinished;
  if (socket.writable && !isAnswering) {
    const status = toStatus(error);
    socket.write(
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nconnection: close\r\ncontent-length: 0\r\nx-request-id: ${randomUUID()}\r\n\r\n`,
    );
  }
  socket.destroy();
}

function toStatus(error: Error): number {
  switch ('code' in error ? error.code : undefined) {
    case 'HPE_HEADER_OVERFLOW':
      return 431;
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return 413;
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return 408;
    default:
      return 400;
  }
}
