import { AsyncResource } from 'node:async_hooks';
import { Buffer } from 'node:buffer';
import { type IncomingMessage, type OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { performance } from 'node:perf_hooks';
import { readCallerHeaders } from './caller-headers.ts';
import type { HttpResponse } from './responses.ts';

/**
 * In bytes. If more than this of a request body may be unread, the connection is closed after the response. Until it
 * is closed, at most this much is read and discarded.
 */
const maxDiscardedBytes = 65_536;
/**
 * How long the server keeps reading from a connection that it closes. Unread input would reset the connection, and the
 * client could lose the response.
 */
export const lingerMs = 1000;

export interface RequestOwner {
  /** Calls `write` of the response, immediately or at the end of this turn of the event loop. */
  scheduleWrite(pending: PendingRequest): void;
  /**
   * Returns whether the connection closes after this response. With `mustClose`, it stops accepting requests, and
   * closes after its last pending response.
   */
  decideClose(pending: PendingRequest, mustClose: boolean): boolean;
  /** Starts the response timeout of each response that is complete and has only complete responses before it. */
  startResponseTimeouts(): void;
}

/** An HTTP request to any path whose response has not been sent, and the writing of that response. */
export class PendingRequest {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /**
   * Set for a GraphQL request. Its `end` is called once, when the response has been sent or the connection has ended.
   * Not a function: see docs/performance.md, "Objects that outlive a request".
   */
  exchange: { end(isSent: boolean): void } | undefined;
  /** On the clock of `performance.now()`. */
  readonly arrivedAtMs = performance.now();
  /** Whether `respond` was called. The response may not have been written yet. */
  hasResponse = false;
  /** Runs while the client reads the response. */
  timer: NodeJS.Timeout | undefined;
  readonly #owner: RequestOwner;
  /** Runs everything for the request in the context in which it arrived, such as the trace of the host application. */
  readonly #scope = new AsyncResource('galileo-gateway request');
  #handle: ((pending: PendingRequest) => void) | undefined;
  #httpResponse: HttpResponse | undefined;
  #requestId = '';

  constructor(
    owner: RequestOwner,
    request: IncomingMessage,
    response: ServerResponse,
    handle: (pending: PendingRequest) => void,
  ) {
    this.#owner = owner;
    this.request = request;
    this.response = response;
    this.#handle = handle;
  }

  /** Calls the handler. Further calls do nothing. */
  start(): void {
    const handle = this.#handle;
    this.#handle = undefined;
    if (handle !== undefined) this.#scope.runInAsyncScope(handle, undefined, this);
  }

  end(isSent: boolean): void {
    this.#scope.runInAsyncScope(() => this.exchange?.end(isSent));
  }

  /** Destroys the connection. */
  abort(): void {
    this.request.socket.destroy();
  }

  /**
   * Passes the response to the connection, which calls `write` in this turn of the event loop. Further calls do
   * nothing.
   */
  respond(
    httpResponse: HttpResponse,
    requestId = readCallerHeaders(this.request.rawHeaders).requestId,
  ): void {
    if (this.hasResponse) return;
    this.hasResponse = true;
    this.#httpResponse = httpResponse;
    this.#requestId = requestId;
    this.#owner.scheduleWrite(this);
  }

  /**
   * Passes the response to Node if `respond` was called. Further calls do nothing. Ends the connection if Node refuses
   * the response, which must not affect the other responses of the turn.
   */
  write(): void {
    const httpResponse = this.#httpResponse;
    this.#httpResponse = undefined;
    if (httpResponse === undefined || this.response.destroyed) return;
    try {
      this.#scope.runInAsyncScope(() => this.#write(httpResponse));
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
    const mustLinger = mayHaveLongUnreadBody(request);
    // RFC 9110, section 15.5.9: the rest of the request may never arrive.
    if (this.#owner.decideClose(this, mustLinger || status === 408)) fields.push('connection', 'close');
    const isWrapped = hasWrappedMethods(response);
    response.writeHead(status, isWrapped ? toHeaderObject(fields) : fields);
    // A string with one byte per character is ASCII. Node writes it as Latin-1 without transcoding.
    const encoding = length === body.length ? 'latin1' : 'utf8';
    if (mustLinger) {
      response.write(body, encoding);
      discardBody(request, () => response.end());
    } else {
      if (!isWrapped) {
        // Otherwise Node copies the header and the body into one string.
        response.cork();
        response.flushHeaders();
      }
      response.end(body, encoding);
    }
    this.#owner.startResponseTimeouts();
  }
}

/**
 * Whether middleware wraps the response. on-headers before 1.1.0 does not support every array of headers, and
 * compression waits for `drain`, which a corked response does not emit.
 */
const hasWrappedMethods = (response: ServerResponse): boolean =>
  response.writeHead !== ServerResponse.prototype.writeHead ||
  response.write !== ServerResponse.prototype.write ||
  response.end !== ServerResponse.prototype.end;

/** @param fields alternating names and values */
function toHeaderObject(fields: readonly string[]): OutgoingHttpHeaders {
  const headers: Record<string, string | string[]> = {};
  for (let index = 0; index < fields.length; index += 2) {
    const [name = '', value = ''] = fields.slice(index, index + 2);
    const previous = headers[name];
    headers[name] = previous === undefined ? value : [previous, value].flat();
  }
  return headers;
}

/**
 * Whether the request body has an unread part that can be long. In that case, the client cannot reuse the connection,
 * and the server keeps reading for a limited time before it ends the response.
 */
function mayHaveLongUnreadBody(request: IncomingMessage): boolean {
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
