import type { Dispatcher } from 'undici';
import { appendChunk, getContent } from '../chunks.ts';
import type { Connection } from './connection.ts';
import { toRetryAfterMs, UpstreamResponse } from './responses.ts';
import {
  type AttemptFailure,
  ConnectFailure,
  type FailureKind,
  hasOnlyWrongLength,
  isCertificateAlert,
  isInvalidRequest,
  toLoggableCause,
  toSentFailureKind,
} from './transport-failures.ts';
import type { CallRequest, TransportSettings } from './transport-types.ts';

/**
 * The owner of an attempt. Either `attemptResponded` or `attemptFailed` is called, once. `attemptReleased` is called
 * once, before or after.
 */
export interface AttemptOwner {
  attemptResponded(response: UpstreamResponse): void;
  attemptFailed(failure: AttemptFailure): void;
  /** The connection is free, or will be as soon as its socket is closed. */
  attemptReleased(connection: Connection): void;
}

export interface AttemptOptions extends TransportSettings {
  /** Upstream's base path, without a trailing slash. */
  readonly basePath: string;
  /** Sent with every request. Alternating names and values. */
  readonly headers: readonly string[];
}

type ResponseHeaders = Readonly<Record<string, string | string[] | undefined>>;

const acceptJson = ['accept', 'application/json'];
const sendJson = [...acceptJson, 'content-type', 'application/json'];
const noBody = Buffer.alloc(0);
// All attempts share it. undici passes it to `onResponseError`, which ignores it.
const stopped = new Error('The attempt was stopped.');

/**
 * One request and its response on one connection.
 *
 * Nothing is sent before `onRequestStart`: undici calls it with a connected socket, right before it writes (7.30,
 * client-h1.js, writeH1). It does not call it if connecting failed or the idle socket was closed. Every dispatched
 * attempt gets either `onResponseEnd` or `onResponseError`, once.
 */
export class Attempt implements Dispatcher.DispatchHandler {
  readonly #connection: Connection;
  readonly #request: CallRequest;
  readonly #options: AttemptOptions;
  readonly #owner: AttemptOwner;
  readonly #timer: NodeJS.Timeout;
  #controller: Dispatcher.DispatchController | undefined;
  #isReported = false;
  #isReleased = false;
  /** Reported at the end instead of undici's result. */
  #result: AttemptFailure | UpstreamResponse | undefined;

  #status = 0;
  #contentType: string | undefined;
  #retryAfterMs: number | undefined;
  #body: Buffer | undefined;
  #bodyBytes = 0;

  constructor(connection: Connection, request: CallRequest, options: AttemptOptions, owner: AttemptOwner) {
    this.#connection = connection;
    this.#request = request;
    this.#options = options;
    this.#owner = owner;
    this.#timer = setTimeout(Attempt.#onTimeout, options.upstreamTimeoutMs, this);
  }

  get mayHaveBeenSent(): boolean {
    return this.#controller !== undefined;
  }

  /** Passes the request to undici, which can call `onRequestStart` within this method. */
  dispatch(traceHeaders: readonly string[]): void {
    const { body, context, method, path } = this.#request;
    const mediaTypes = body === undefined ? acceptJson : sendJson;
    this.#connection.client.dispatch(
      {
        path: this.#options.basePath + path,
        method,
        headers: [...this.#options.headers, ...context.headers, ...mediaTypes, ...traceHeaders],
        body: body ?? null,
        // Nothing is pipelined.
        blocking: false,
      },
      this,
    );
  }

  /**
   * Ends the attempt early. Reports the failure, or the response without its body if the status alone decides the
   * result. If the request may have been sent, destroys the socket first. Otherwise, the connection is released when
   * undici ends the request.
   */
  stop(kind: FailureKind, reason: string): void {
    if (this.#isReported) return;
    this.#abortWith(this.#toResult(kind, new Error(reason)));
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // After a throw, undici drops the request and keeps the new connection. An abort would close it.
    if (this.#isReported) throw stopped;
    this.#controller = controller;
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: ResponseHeaders): void {
    this.#status = status;
    if (status < 200) return;
    this.#contentType = getFirst(headers['content-type']);
    const retryAfter = getFirst(headers['retry-after']);
    if (retryAfter !== undefined) this.#retryAfterMs = toRetryAfterMs(retryAfter, getFirst(headers.date));
    const encoding = String(headers['content-encoding'] ?? '')
      .trimEnd()
      .toLowerCase();
    if (Number(headers['content-length'] ?? 0) > this.#options.upstreamMaxResponseBytes) {
      this.stop('unreadable-body', 'The response body is too large.');
    } else if (encoding !== '' && encoding !== 'identity') {
      // No accept-encoding is sent.
      this.stop('unreadable-body', 'The response body is compressed although no encoding was accepted.');
    }
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    const length = this.#bodyBytes + chunk.length;
    if (length > this.#options.upstreamMaxResponseBytes)
      this.stop('unreadable-body', 'The response body is too large.');
    else if (!this.#request.context.reservation.take(chunk.length)) this.#abortWith(this.#toMemoryFailure());
    else {
      this.#body = appendChunk(this.#body, this.#bodyBytes, chunk);
      this.#bodyBytes = length;
    }
  }

  onResponseEnd(): void {
    this.#release();
    this.#report(this.#result ?? this.#complete());
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    this.#release();
    if (hasOnlyWrongLength(error, this.#status)) this.#result ??= this.#toResponse(noBody);
    const cause = this.mayHaveBeenSent ? (this.#connection.socketError ?? error) : error;
    const kind = isCertificateAlert(cause) ? 'certificate' : this.#classify(error);
    this.#report(this.#result ?? this.#toResult(kind, cause));
  }

  // Not a closure, because each attempt has this timer.
  static #onTimeout(this: void, attempt: Attempt): void {
    const reason = `No complete response within ${attempt.#options.upstreamTimeoutMs} ms.`;
    // After a pause of the process, a response that has arrived in the meantime is read first.
    setImmediate(() => attempt.stop('timeout', reason));
  }

  #complete(): AttemptFailure | UpstreamResponse {
    // If a body has no length, undici takes a reset for its end (7.30, onHttpSocketError).
    const { socketError } = this.#connection;
    if (socketError !== undefined) return this.#toResult('reset', socketError);
    const body = getContent(this.#body, this.#bodyBytes);
    const heldBytes = this.#request.context.reservation.replaceWithParsed(body);
    return heldBytes === undefined ? this.#toMemoryFailure() : this.#toResponse(body, heldBytes);
  }

  /** Ends the attempt with this result. If its request was written, reports it when undici has destroyed the socket. */
  #abortWith(result: AttemptFailure | UpstreamResponse): void {
    this.#result = result;
    if (this.#controller === undefined) {
      this.#report(result);
    } else {
      // Calls `onResponseError` and destroys the socket.
      this.#controller.abort(stopped);
      this.#connection.drop();
    }
  }

  #release(): void {
    // A connection that is released twice would serve two calls in parallel.
    if (this.#isReleased) return;
    this.#isReleased = true;
    this.#owner.attemptReleased(this.#connection);
  }

  #report(result: AttemptFailure | UpstreamResponse): void {
    if (this.#isReported) return;
    this.#isReported = true;
    clearTimeout(this.#timer);
    const hasResponse = 'status' in result;
    if (!hasResponse || result.isBodyDropped) this.#request.context.reservation.release(this.#bodyBytes);
    if (hasResponse) this.#owner.attemptResponded(result);
    else this.#owner.attemptFailed(result);
  }

  #classify(error: Error): FailureKind {
    if (error instanceof ConnectFailure) return error.kind;
    if (this.mayHaveBeenSent) return toSentFailureKind(error, this.#status >= 200);
    return isInvalidRequest(error) ? 'invalid-request' : 'idle-closed';
  }

  /** The failure, or the response without its body if its status is sufficient: any 2xx of a DELETE is a success. */
  #toResult(kind: FailureKind, error: Error): AttemptFailure | UpstreamResponse {
    const status = this.#status;
    // Only the body of a 404 shows whether it is from Galileo's API. So a 404 without memory for its body fails, and
    // the client can retry.
    const lacksOnlyBody = kind === 'unreadable-body' || (kind === 'no-memory' && status !== 404);
    const isDeleted = this.#request.method === 'DELETE' && status >= 200 && status < 300;
    if (isDeleted || (lacksOnlyBody && status >= 300)) return this.#toResponse(noBody, 0, true);
    return {
      kind,
      // Upstream reads no request from a client whose certificate it refuses.
      mayHaveBeenSent: this.mayHaveBeenSent && kind !== 'certificate',
      cause: kind === 'invalid-request' ? error : toLoggableCause(error),
    };
  }

  #toMemoryFailure(): AttemptFailure | UpstreamResponse {
    return this.#toResult('no-memory', new Error('MAX_BUFFERED_BYTES leaves no memory for the response.'));
  }

  #toResponse(body: Buffer, heldBytes = 0, isBodyDropped = false): UpstreamResponse {
    return new UpstreamResponse(
      this.#status,
      this.#contentType,
      this.#retryAfterMs,
      body,
      heldBytes,
      isBodyDropped,
    );
  }
}

/** The first value of a header field, without the white space after it, which undici keeps. */
function getFirst(value: string | string[] | undefined): string | undefined {
  return (typeof value === 'object' ? value[0] : value)?.trimEnd();
}
