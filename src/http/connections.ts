import { randomUUID } from 'node:crypto';
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Log } from '../observability/log.ts';
import { lingerMs, PendingRequest, type RequestOwner } from './pending-request.ts';

/** Pipelined requests of one connection that are processed in parallel. Further ones wait. */
const maxParallel = 8;
/**
 * Requests of one connection whose response has not been sent. A further request is ignored, and the connection is
 * closed after the last pending response.
 */
const maxPending = 100;
/** How much the server still reads from a connection that it closes, in bytes. */
const maxLingerBytes = 1_048_576;
/** By the `code` of an error that Node emits as `clientError`. The status of others is 400. */
const refusalStatuses: ReadonlyMap<unknown, number> = new Map([
  ['HPE_HEADER_OVERFLOW', 431],
  ['HPE_CHUNK_EXTENSIONS_OVERFLOW', 413],
  ['ERR_HTTP_REQUEST_TIMEOUT', 408],
]);

/**
 * The connections of a server, and their requests whose response has not been sent. A response is "sent" when the
 * process has written all of it. Node's own state is not sufficient: it counts a connection as idle as soon as its
 * response was ended, and emits nothing for a pipelined response that is still queued when the connection ends.
 */
export class ConnectionRegistry {
  /** How long a client can take to read a response. */
  readonly responseTimeoutMs: number;
  /** Whether every response announces that its connection closes. */
  announcesClose = false;
  /** Whether each connection that becomes idle is closed. */
  closesIdle = false;
  /**
   * Whether a response has been cut off since `announcesClose` was set, because its client took too long to read it.
   */
  hasCutOff = false;
  readonly #log: Log | undefined;
  readonly #connections = new Map<Duplex, ClientConnection>();
  /** Each resolves when a connection is closed that the server has ended, but its client has not. */
  readonly #lingering = new Set<Promise<void>>();
  #onAllSent: (() => void) | undefined;
  /** Complete responses that are written at the end of this turn of the event loop. */
  #toWrite: PendingRequest[] = [];
  #pendingCount = 0;

  /** @param log reports requests that Node cannot parse */
  constructor(responseTimeoutMs: number, log?: Log) {
    this.responseTimeoutMs = responseTimeoutMs;
    this.#log = log;
  }

  /** Closes the idle connections that have received a request, and from now on each connection that becomes idle. */
  closeIdle(): void {
    this.closesIdle = true;
    for (const connection of this.#connections.values()) connection.closeIfIdle();
  }

  /** Must be called only once. Resolves when every response has been sent, or its connection has ended. */
  waitUntilSent(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#pendingCount === 0) resolve();
      else this.#onAllSent = resolve;
    });
  }

  /** Resolves when the connections that were ended until now have been closed, in at most a second. */
  async waitUntilClosed(): Promise<void> {
    await Promise.all(this.#lingering);
  }

  addLingering(closed: Promise<void>): void {
    this.#lingering.add(closed);
    void closed.then(() => this.#lingering.delete(closed));
  }

  /** The connection of a socket. The first call adds it. */
  register(socket: Socket): ClientConnection {
    const known = this.#connections.get(socket);
    if (known !== undefined) return known;
    const connection = new ClientConnection(socket, this);
    this.#connections.set(socket, connection);
    socket.once('close', () => {
      this.#connections.delete(socket);
      connection.handleClose();
    });
    return connection;
  }

  /**
   * Calls the handler, immediately or as soon as fewer than eight earlier requests of the connection are pending.
   * Ignores a request on a connection that will be closed: the client must send it again (RFC 9112, section 9.6).
   */
  receive(
    request: IncomingMessage,
    response: ServerResponse,
    handle: (pending: PendingRequest) => void,
  ): void {
    // The client disconnected while the host application was still processing the request.
    if (request.socket.destroyed || response.destroyed) return;
    this.register(request.socket).receive(request, response, handle);
  }

  /** Ends a connection with a request that Node cannot parse, that is too long, or that did not arrive in time. */
  refuse(socket: Duplex, error: Error): void {
    const connection = this.#connections.get(socket);
    if (connection === undefined) {
      socket.destroy();
      return;
    }
    const reason = 'code' in error ? error.code : undefined;
    const status = refusalStatuses.get(reason) ?? 400;
    const requestId = connection.refuse(status);
    if (requestId !== undefined) this.#log?.info({ requestId, status, reason }, 'request refused');
  }

  /**
   * Writes the responses of one turn of the event loop together, so that a client on the same machine wakes up once for
   * all of them (docs/performance.md, "Writes of one turn").
   */
  writeLater(pending: PendingRequest): void {
    if (this.#toWrite.length === 0) setImmediate(this.#writeAll);
    this.#toWrite.push(pending);
  }

  readonly #writeAll = (): void => {
    const responses = this.#toWrite;
    this.#toWrite = [];
    for (const pending of responses) pending.write();
  };

  countPending(change: number): void {
    this.#pendingCount += change;
    if (this.#pendingCount === 0) this.#onAllSent?.();
  }
}

class ClientConnection implements RequestOwner {
  readonly socket: Socket;
  readonly #connections: ConnectionRegistry;
  /** In the order of their requests, which is the order of their responses. */
  readonly #pending: PendingRequest[] = [];
  /** Whether further requests are ignored. The connection closes after its last pending response. */
  #isClosing = false;
  /** Whether a request has arrived on this connection. */
  #hasReceived = false;
  /** Whether the last response was sent before the body of its request was complete. */
  #hasUnreadBody = false;

  constructor(socket: Socket, connections: ConnectionRegistry) {
    this.socket = socket;
    this.#connections = connections;
  }

  receive(
    request: IncomingMessage,
    response: ServerResponse,
    handle: (pending: PendingRequest) => void,
  ): void {
    if (this.#isClosing || this.#pending.length >= maxPending) {
      this.#isClosing = true;
      this.#discardInput();
      // Node stops reading from the socket while a request has an unread body.
      request.resume();
      return;
    }
    this.#hasReceived = true;
    this.#hasUnreadBody = false;
    const pending = new PendingRequest(this, request, response, handle);
    this.#pending.push(pending);
    this.#connections.countPending(1);
    const onEnd = () => this.#settle(pending, response.writableFinished && !this.socket.destroyed);
    response.on('finish', onEnd).on('close', onEnd);
    this.#startNext();
  }

  // If other requests of the connection are pending, writes immediately: their responses can be waiting for this one.
  scheduleWrite(pending: PendingRequest): void {
    if (this.#pending.length > 1) pending.write();
    else this.#connections.writeLater(pending);
  }

  decideClose(pending: PendingRequest, mustClose: boolean): boolean {
    if (mustClose || this.#connections.announcesClose) this.#isClosing = true;
    return this.#isClosing && this.#pending.at(-1) === pending;
  }

  startResponseTimeouts(): void {
    const first = this.#pending[0]?.response;
    if (first !== undefined && first.socket === null && !first.writableFinished) {
      // Node assigns the socket after the earlier responses. Here, the host application has not yet sent one of them.
      first.off('socket', this.#onSocket).once('socket', this.#onSocket);
      return;
    }
    for (const pending of this.#pending) {
      // A client can read a response only after those before it.
      if (!pending.hasResponse) break;
      // Usually, the operating system has taken all of it already.
      if (pending.response.writableFinished) continue;
      pending.timer ??= setTimeout(() => {
        if (this.#connections.announcesClose) this.#connections.hasCutOff = true;
        this.socket.destroy();
      }, this.#connections.responseTimeoutMs);
    }
  }

  readonly #onSocket = (): void => this.startResponseTimeouts();

  /** Keeps a connection that has not received a request yet: its first request is probably on its way. */
  closeIfIdle(): void {
    if (this.#hasReceived && this.#pending.length === 0) this.#close();
  }

  handleClose(): void {
    // oxlint-disable-next-line unicorn/no-useless-spread -- `#settle` removes the request from the list
    for (const pending of [...this.#pending]) this.#settle(pending, false);
  }

  /**
   * Responds with the status unless that would corrupt another response. Closes the connection after the pending
   * responses. Returns the request id of the response, or undefined if there is none.
   */
  refuse(status: number): string | undefined {
    this.#isClosing = true;
    const last = this.#pending.at(-1);
    // It may be scheduled for the end of this turn, and must be written first.
    last?.write();
    const isIncomplete = last !== undefined && !last.request.complete;
    // A pending request whose body is complete gets its own response instead.
    const canRespond =
      last === undefined
        ? !this.#hasUnreadBody
        : isIncomplete && this.#pending.length === 1 && !last.response.headersSent;
    const requestId = canRespond && this.socket.writable ? randomUUID() : undefined;
    if (requestId !== undefined)
      this.socket.write(
        `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nconnection: close\r\ncontent-length: 0\r\nx-request-id: ${requestId}\r\n\r\n`,
      );
    if (last === undefined) this.#close();
    // The rest of its body can no longer arrive.
    else if (isIncomplete) this.#settle(last, last.response.headersSent);
    return requestId;
  }

  #settle(pending: PendingRequest, isSent: boolean): void {
    const index = this.#pending.indexOf(pending);
    if (index === -1) return;
    this.#pending.splice(index, 1);
    this.#hasUnreadBody = !pending.request.complete;
    clearTimeout(pending.timer);
    pending.end(isSent);
    this.#connections.countPending(-1);
    if (this.socket.destroyed) return;
    this.#startNext();
    if (this.#pending.length === 0 && (this.#isClosing || this.#connections.closesIdle)) this.#close();
  }

  /**
   * Ends the connection, and closes it when the client has ended it too. Reads until then: unread input would reset the
   * connection, and the client could lose the end of the last response (RFC 9112, section 9.6).
   */
  #close(): void {
    const { socket } = this;
    this.#isClosing = true;
    // Node ends a connection after a response with `connection: close`.
    if (!socket.writable) return;
    this.#discardInput(maxLingerBytes);
    const timer = setTimeout(() => socket.destroy(), lingerMs);
    const closed = new Promise<void>((resolve) => {
      socket.once('close', () => {
        clearTimeout(timer);
        resolve();
      });
    });
    this.#connections.addLingering(closed);
    socket.end();
  }

  /**
   * Stops the parser: requests that are ignored would take memory until the connection is closed. Destroys the socket
   * after this many bytes.
   */
  #discardInput(maxBytes = Number.POSITIVE_INFINITY): void {
    let length = 0;
    this.socket.removeAllListeners('data').on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > maxBytes) this.socket.destroy();
    });
  }

  #startNext(): void {
    // `start` can settle its request within this loop. `#settle` calls this method again, so no request is skipped.
    for (let index = 0; index < maxParallel; index += 1) this.#pending[index]?.start();
  }
}
