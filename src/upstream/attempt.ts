import type { Dispatcher } from 'undici';
import type { Connection } from './connection.ts';
import { UpstreamResponse } from './responses.ts';
import { toRetryAfterMs } from './retry.ts';
import {
  type AttemptFailure,
  ConnectFailure,
  type FailureKind,
  isFault,
  toLoggableCause,
  toSentFailureKind,
} from './transport-failures.ts';
import type { TransportRequest, TransportResponse } from './transport-types.ts';

/** Who started an attempt. One of the first two is called, once; the third as well, once, before, with or after it. */
export interface AttemptOwner {
  attemptAnswered(response: TransportResponse): void;
  attemptFailed(failure: AttemptFailure): void;
  /** The connection is free, or will be as soon as its socket has been closed. */
  attemptReleased(connection: Connection): void;
}

/** What bounds an attempt. */
export interface AttemptLimits {
  /** Upstream's base path, without a slash at its end. */
  readonly basePath: string;
  /** From dispatch to the last byte; connecting is in it. */
  readonly attemptTimeoutMs: number;
  /** A body with more is not read on. */
  readonly maxResponseBytes: number;
}

type AnswerHeaders = Readonly<Record<string, string | string[] | undefined>>;

const noBody = Buffer.alloc(0);
// Made once: undici hands it back to `onResponseError`, where nobody reads it.
const stopped = new Error('The attempt was stopped.');

/**
 * One exchange on one connection, from the handing over to undici to the last byte.
 *
 * `onRequestStart` is the last moment at which nothing has left: undici calls it when it holds a connected socket, right
 * before it writes (7.30, client-h1.js, writeH1), and not at all where connecting failed or the idle socket died first.
 * Each dispatched attempt gets `onResponseEnd` or `onResponseError`, once.
 */
export class Attempt implements Dispatcher.DispatchHandler {
  readonly #connection: Connection;
  readonly #limits: AttemptLimits;
  readonly #owner: AttemptOwner;
  readonly #timer: NodeJS.Timeout;
  #controller: Dispatcher.DispatchController | undefined;
  #isReported = false;
  #isReleased = false;
  #isReusedSocket = false;
  /** What to report at the end in place of what undici says. */
  #decided: AttemptFailure | TransportResponse | undefined;

  #status = 0;
  #contentType: string | undefined;
  #retryAfterMs: number | undefined;
  #body: Buffer | undefined;
  #moreChunks: Buffer[] | undefined;
  #bodyBytes = 0;

  constructor(connection: Connection, limits: AttemptLimits, owner: AttemptOwner) {
    this.#connection = connection;
    this.#limits = limits;
    this.#owner = owner;
    this.#timer = setTimeout(onTimeout, limits.attemptTimeoutMs, this);
  }

  /** Whether bytes of the request may have left. */
  get isSent(): boolean {
    return this.#controller !== undefined;
  }

  /**
   * Hands the request to undici; `onRequestStart` may be called within this call.
   *
   * @param moreHeaders those of this attempt alone
   */
  dispatch(request: TransportRequest, moreHeaders: readonly string[] = []): void {
    this.#connection.client.dispatch(
      {
        path: this.#limits.basePath + request.path,
        method: request.method,
        headers: [...request.headers, ...moreHeaders],
        body: request.body ?? null,
        // Nothing is pipelined, so nothing is held back by this request.
        blocking: false,
      },
      this,
    );
  }

  /**
   * Ends the attempt now: reports the failure and destroys the socket. A request that waits for its connection is
   * dropped when the connection comes about or fails; the owner hears of the failure now, of the release then.
   */
  stop(kind: FailureKind, reason: string): void {
    if (this.#isReported) return;
    this.#end(this.#toFailure(kind, new Error(reason)));
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // Thrown, not aborted: undici drops the request and keeps the new connection.
    if (this.#isReported) throw stopped;
    this.#controller = controller;
    this.#isReusedSocket = this.#connection.startExchange();
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: AnswerHeaders): void {
    this.#status = status;
    if (status < 200) return;
    this.#contentType = getFirst(headers['content-type']);
    const retryAfter = getFirst(headers['retry-after']);
    if (retryAfter !== undefined) this.#retryAfterMs = toRetryAfterMs(retryAfter);
    const encoding = String(headers['content-encoding'] ?? '').toLowerCase();
    if (Number(headers['content-length'] ?? 0) > this.#limits.maxResponseBytes) {
      this.#refuseBody('The answer is too large.');
    } else if (encoding !== '' && encoding !== 'identity') {
      // No accept-encoding is ever sent.
      this.#refuseBody('The answer is compressed, unasked.');
    }
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#bodyBytes += chunk.length;
    if (this.#bodyBytes > this.#limits.maxResponseBytes) this.#refuseBody('The answer is too large.');
    else if (this.#body === undefined) this.#body = chunk;
    else if (this.#moreChunks === undefined) this.#moreChunks = [this.#body, chunk];
    else this.#moreChunks.push(chunk);
  }

  onResponseEnd(): void {
    const body = this.#moreChunks === undefined ? this.#body : Buffer.concat(this.#moreChunks);
    this.#release();
    this.#report(this.#decided ?? this.#toResponse(body ?? noBody));
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    this.#release();
    this.#report(this.#decided ?? this.#toFailure(this.#classify(error), error));
  }

  /** For the timer. */
  onTimeout(): void {
    this.stop('timeout', `No complete answer within ${this.#limits.attemptTimeoutMs} ms.`);
  }

  // The status of a failure tells all that there is to know, so that one with an unreadable body is still an answer.
  #refuseBody(reason: string): void {
    if (this.#status >= 400) {
      this.#contentType = undefined;
      this.#end(this.#toResponse(noBody));
    } else {
      this.stop('unreadable', reason);
    }
  }

  #end(result: AttemptFailure | TransportResponse): void {
    this.#decided = result;
    // undici answers with `onResponseError` within this call, and destroys the socket.
    if (this.#controller === undefined) {
      this.#report(result);
    } else {
      this.#controller.abort(stopped);
      this.#connection.drop();
    }
  }

  #release(): void {
    // A connection given back twice would serve two calls at once.
    if (this.#isReleased) return;
    this.#isReleased = true;
    this.#owner.attemptReleased(this.#connection);
  }

  #report(result: AttemptFailure | TransportResponse): void {
    if (this.#isReported) return;
    this.#isReported = true;
    clearTimeout(this.#timer);
    if ('status' in result) this.#owner.attemptAnswered(result);
    else this.#owner.attemptFailed(result);
  }

  #classify(error: Error): FailureKind {
    if (error instanceof ConnectFailure) return error.kind;
    if (this.isSent) return toSentFailureKind(error, this.#status >= 200);
    return isFault(error) ? 'fault' : 'stale';
  }

  #toFailure(kind: FailureKind, error: Error): AttemptFailure {
    return {
      kind,
      isSent: this.isSent,
      isStaleConnection: kind === 'reset' && this.#isReusedSocket && this.#status === 0,
      cause: kind === 'fault' ? error : toLoggableCause(error),
    };
  }

  #toResponse(body: Buffer): TransportResponse {
    return new UpstreamResponse(this.#status, this.#contentType, this.#retryAfterMs, body);
  }
}

function onTimeout(attempt: Attempt): void {
  attempt.onTimeout();
}

function getFirst(value: string | string[] | undefined): string | undefined {
  return typeof value === 'object' ? value[0] : value;
}
