import { AsyncResource } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { HttpResponse } from './responses.ts';

/** Pipelined requests of one connection that are processed in parallel. Further ones wait. */
const maxParallel = 8;
/**
 * Requests of one connection without a complete response. At this number, the connection accepts no further request and
 * is closed after the last pending response.
 */
const maxPending = 100;
/** How much of an unread request body is discarded after the response, so that the client can reuse the connection. */
const maxDiscardedBytes = 65_536;
/** How long the server still reads from a connection that it closes. Otherwise a reset could discard the response. */
const lingerMs = 1000;

/**
 * The connections of a server and their requests without a complete response. A response is "sent" when the process has
 * written all of it. Node does not report that: it counts a connection as idle as soon as its response was ended, and
 * emits nothing for a pipelined response that is still queued when the connection ends.
 */
export class Connections {
  readonly #responseTimeoutMs: number;
  readonly #connections = new WeakMap<Duplex, ClientConnection>();
  readonly #open = new Set<ClientConnection>();
  readonly #onAllSent: (() => void)[] = [];
  /** Complete responses that are written at the end of this turn of the event loop. */
  #toWrite: PendingResponse[] = [];
  #pendingCount = 0;
  #isClosing = false;

  /** @param responseTimeoutMs how long a client may take to read a response */
  constructor(responseTimeoutMs: number) {
    this.#responseTimeoutMs = responseTimeoutMs;
  }

  /** From now on, closes every connection after its last pending response. */
  closeAfterResponses(): void {
    this.#isClosing = true;
  }

  /** Closes the connections without pending requests. */
  closeIdle(): void {
    for (const connection of this.#open) connection.closeIfIdle();
  }

  /** Resolves when every response has been sent, or its connection has ended. */
  waitUntilSent(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#pendingCount === 0) resolve();
      else this.#onAllSent.push(resolve);
    });
  }

  /** The connection of a socket, which the first call registers. */
  getConnection(socket: Socket): ClientConnection {
    let connection = this.#connections.get(socket);
    if (connection === undefined) {
      connection = new ClientConnection(socket, {
        responseTimeoutMs: this.#responseTimeoutMs,
        isClosing: () => this.#isClosing,
        onPending: (change) => this.#countPending(change),
        onComplete: (pending) => this.#writeLater(pending),
      });
      this.#connections.set(socket, connection);
      this.#open.add(connection);
      const added = connection;
      socket.once('close', () => {
        this.#open.delete(added);
        added.abort();
      });
    }
    return connection;
  }

  /**
   * Calls the handler, immediately or after earlier requests of the connection. Ignores a request on a connection that
   * will be closed: the client must send it again (RFC 9112, section 9.6).
   */
  accept(
    request: IncomingMessage,
    response: ServerResponse,
    handle: (pending: PendingResponse) => void,
  ): void {
    this.getConnection(request.socket).accept(request, response, handle);
  }

  /** Ends a connection that sent something other than HTTP, or no complete request in time. */
  refuse(socket: Duplex, error: Error): void {
    const connection = this.#connections.get(socket);
    if (connection !== undefined) connection.refuse(toStatus(error));
    else socket.destroy();
  }

  /**
   * Writes the responses of one turn of the event loop together: a client on the same machine that reads the first one is
   * awake for the others (docs/performance.md, "Writes of one turn").
   */
  #writeLater(pending: PendingResponse): void {
    if (this.#toWrite.length === 0) setImmediate(this.#writeAll);
    this.#toWrite.push(pending);
  }

  readonly #writeAll = (): void => {
    const responses = this.#toWrite;
    this.#toWrite = [];
    for (const pending of responses) pending.write();
  };

  #countPending(change: number): void {
    this.#pendingCount += change;
    if (this.#pendingCount > 0) return;
    for (const resolve of this.#onAllSent.splice(0)) resolve();
  }
}

interface ConnectionOptions {
  readonly responseTimeoutMs: number;
  readonly isClosing: () => boolean;
  readonly onPending: (change: number) => void;
  readonly onComplete: (pending: PendingResponse) => void;
}

class ClientConnection {
  readonly socket: Socket;
  readonly #options: ConnectionOptions;
  /** In the order of their requests, which is the order of their responses. */
  readonly #pending: PendingResponse[] = [];
  /** No further request is accepted. */
  #isClosing = false;

  constructor(socket: Socket, options: ConnectionOptions) {
    this.socket = socket;
    this.#options = options;
  }

  accept(
    request: IncomingMessage,
    response: ServerResponse,
    handle: (pending: PendingResponse) => void,
  ): void {
    if (this.#isClosing || this.#pending.length >= maxPending) {
      this.#isClosing = true;
      return;
    }
    const pending = new PendingResponse(this, request, response, handle);
    this.#pending.push(pending);
    this.#options.onPending(1);
    const onEnd = () => this.#settle(pending, response.writableFinished && !this.socket.destroyed);
    response.once('finish', onEnd).once('close', onEnd);
    this.#startNext();
  }

  /** Has the response written at the end of the turn. Writes it immediately if further requests may wait for it. */
  complete(pending: PendingResponse): void {
    if (this.#pending.length > 1) pending.write();
    else this.#options.onComplete(pending);
  }

  /** Whether the connection must be closed after this response. If so, no further request is accepted. */
  mustCloseAfter(pending: PendingResponse, isRequired: boolean): boolean {
    if (isRequired || this.#options.isClosing()) this.#isClosing = true;
    return this.#isClosing && this.#pending.at(-1) === pending;
  }

  /** Starts the response timeout of each response that is complete and has only complete responses before it. */
  startResponseTimeouts(): void {
    for (const pending of this.#pending) {
      if (!pending.isComplete) break;
      pending.timer ??= setTimeout(() => this.socket.destroy(), this.#options.responseTimeoutMs);
    }
  }

  closeIfIdle(): void {
    if (this.#pending.length === 0) this.socket.destroySoon();
  }

  /** The connection has ended. */
  abort(): void {
    // oxlint-disable-next-line unicorn/no-useless-spread -- `#settle` removes the pending response from the list
    for (const pending of [...this.#pending]) this.#settle(pending, false);
  }

  /**
   * Responds with the status unless that would corrupt another response. Closes the connection after the pending
   * responses.
   */
  refuse(status: number): void {
    this.#isClosing = true;
    const last = this.#pending.at(-1);
    last?.write();
    const isIncomplete = last !== undefined && !last.request.complete;
    if (last === undefined || (isIncomplete && this.#pending.length === 1 && !last.response.headersSent)) {
      if (this.socket.writable) {
        this.socket.write(
          `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nconnection: close\r\ncontent-length: 0\r\nx-request-id: ${randomUUID()}\r\n\r\n`,
        );
      }
      this.socket.destroySoon();
    } else if (isIncomplete) {
      // The rest of its body cannot arrive any more.
      this.#settle(last, false);
    }
  }

  #settle(pending: PendingResponse, isSent: boolean): void {
    const index = this.#pending.indexOf(pending);
    if (index === -1) return;
    this.#pending.splice(index, 1);
    clearTimeout(pending.timer);
    pending.end(isSent);
    this.#options.onPending(-1);
    if (this.socket.destroyed) return;
    this.#startNext();
    if (this.#pending.length === 0 && (this.#isClosing || this.#options.isClosing()))
      this.socket.destroySoon();
  }

  #startNext(): void {
    for (const pending of this.#pending.slice(0, maxParallel)) pending.start();
  }
}

/** One request of a connection whose response has not been sent. */
export class PendingResponse {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Called once, when the response was sent or the connection has ended. Not a function: see docs/performance.md, "Objects that outlive a request". */
  listener: { end(isSent: boolean): void } | undefined;
  /** On the clock of `performance.now()`. */
  readonly arrivedAtMs = performance.now();
  /** Whether the whole response is known. */
  isComplete = false;
  /** Runs while the client may read the response. */
  timer: NodeJS.Timeout | undefined;
  readonly #connection: ClientConnection;
  /** Runs everything for the request in the context in which it arrived, such as the trace of the host program. */
  readonly #scope = new AsyncResource('galileo-gateway request');
  #handle: ((pending: PendingResponse) => void) | undefined;
  #complete: HttpResponse | undefined;
  #requestId = '';

  constructor(
    connection: ClientConnection,
    request: IncomingMessage,
    response: ServerResponse,
    handle: (pending: PendingResponse) => void,
  ) {
    this.#connection = connection;
    this.request = request;
    this.response = response;
    this.#handle = handle;
  }

  /** Calls the handler, once. */
  start(): void {
    const handle = this.#handle;
    this.#handle = undefined;
    if (handle !== undefined) this.#scope.runInAsyncScope(handle, undefined, this);
  }

  /** Calls the listener. */
  end(isSent: boolean): void {
    this.#scope.runInAsyncScope(() => this.listener?.end(isSent));
  }

  /** Ends the connection without a response. */
  abort(): void {
    this.#connection.socket.destroy();
  }

  /** Sends the response at the end of this turn of the event loop. Further calls do nothing. */
  send(complete: HttpResponse, requestId: string): void {
    if (this.isComplete) return;
    this.isComplete = true;
    this.#complete = complete;
    this.#requestId = requestId;
    this.#connection.complete(this);
  }

  /**
   * Passes the response to Node if it is complete. Further calls do nothing. Ends the connection if Node refuses it, which
   * must not affect the other responses of the turn.
   */
  write(): void {
    const complete = this.#complete;
    this.#complete = undefined;
    if (complete === undefined || this.response.destroyed) return;
    try {
      this.#scope.runInAsyncScope(() => this.#write(complete));
    } catch {
      this.abort();
    }
  }

  #write({ status, headers, body }: HttpResponse): void {
    const { request, response } = this;
    const length = Buffer.byteLength(body);
    // An array of names and values costs less than an object.
    const fields = ['x-request-id', this.#requestId];
    if (status !== 204 && status !== 304) fields.push('content-length', String(length));
    for (const name in headers) {
      const value = headers[name] ?? '';
      if (typeof value === 'string') fields.push(name, value);
      else for (const one of value) fields.push(name, one);
    }
    const hasLongRest = hasLongUnreadRest(request);
    if (this.#connection.mustCloseAfter(this, hasLongRest)) fields.push('connection', 'close');
    response.writeHead(status, fields);
    // A string with one byte per character is ASCII. Node writes it as Latin-1 without transcoding.
    const encoding = length === body.length ? 'latin1' : 'utf8';
    if (hasLongRest) {
      response.write(body, encoding);
      discardBody(request, () => response.end());
    } else response.end(body, encoding);
    this.#connection.startResponseTimeouts();
  }
}

/** Whether the unread part of the request body is too long to discard. */
function hasLongUnreadRest(request: IncomingMessage): boolean {
  if (request.complete) return false;
  const { 'content-length': length, 'transfer-encoding': coding } = request.headers;
  return coding !== undefined || Number(length ?? 0) > maxDiscardedBytes;
}

/** Discards a limited number of bytes for a limited time. */
function discardBody(request: IncomingMessage, onEnd: () => void): void {
  let length = 0;
  const stop = () => {
    clearTimeout(timer);
    request.off('data', onData).off('end', stop).off('close', stop);
    onEnd();
  };
  const onData = (chunk: Buffer) => {
    length += chunk.length;
    if (length > maxDiscardedBytes) stop();
  };
  const timer = setTimeout(stop, lingerMs);
  request.on('data', onData).on('end', stop).on('close', stop);
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
