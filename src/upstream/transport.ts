import type { AttemptLimits } from './attempt.ts';
import { CircuitBreaker } from './breaker.ts';
import { Call, type TransportContext } from './call.ts';
import { RetryBudget } from './retry.ts';
import { ConnectionSlots } from './slots.ts';
import { createUnavailableError } from './transport-failures.ts';
import type { TransportObserver, TransportRequest, TransportResponse } from './transport-types.ts';

export type {
  AttemptEnd,
  AttemptInfo,
  BreakerState,
  TransportObserver,
  TransportRequest,
  TransportResponse,
} from './transport-types.ts';

/** The configuration of a transport, and what tests put in place of the world. */
export interface TransportOptions {
  /** Upstream; a path in it comes before the path of every request. */
  readonly origin: URL;
  /** How many sockets to upstream there may be. */
  readonly connections: number;
  /** How many calls may wait for a socket. */
  readonly queue: number;
  /** From the dispatch of an attempt to the last byte of its answer. */
  readonly attemptTimeoutMs: number;
  /** TCP and TLS, within an attempt. */
  readonly connectTimeoutMs: number;
  /** Further attempts after the first one. */
  readonly retries: number;
  readonly maxResponseBytes: number;
  /** Certificates (PEM) to trust instead of the platform's. */
  readonly ca?: string;
  /** 0 to below 1; jitter needs no secret randomness. Default: Math.random. */
  readonly random?: () => number;
  /** Milliseconds on a clock that never goes back. Default: performance.now. */
  readonly now?: () => number;
  readonly observer?: TransportObserver;
}

/**
 * The way to upstream: one origin, a bounded number of sockets and of calls that wait for one, and with them timeouts,
 * retries and the circuit breaker.
 */
export interface Transport {
  /**
   * Resolves with upstream's answer whatever its status; redirects are not followed. A write's 502 or 504 is such an
   * answer as well, and leaves open whether the write was done.
   *
   * Rejects with an UpstreamError where there is no answer: `OVERLOADED`, `UPSTREAM_UNAVAILABLE`, `UPSTREAM_TIMEOUT`,
   * `UPSTREAM_INVALID_RESPONSE`, and for a write `UPSTREAM_OUTCOME_UNKNOWN`; with any other error where the request
   * itself cannot be sent as it is.
   *
   * Ends with the request's deadline at the latest. When its caller goes away a read, or a write of which nothing has
   * left, is cancelled; a write on its way is left to finish.
   */
  send(request: TransportRequest): Promise<TransportResponse>;
  /** Calls that wait for a socket. */
  readonly queueDepth: number;
  /** Whether calls are refused, or let through one by one to see whether upstream is well again. */
  readonly breakerOpen: boolean;
  /** Takes no more calls; resolves when those that run have ended and all sockets are closed. */
  close(): Promise<void>;
  /** Ends every call with an error and destroys every socket, at once. */
  destroy(): void;
}

/** Opens no connection before the first call. */
export function createTransport(options: TransportOptions): Transport {
  return new UpstreamTransport(options);
}

class UpstreamTransport implements Transport {
  readonly #context: TransportContext;
  #callCount = 0;
  #isClosed = false;
  #closing: Promise<void> | undefined;
  #onDrained: (() => void) | undefined;

  constructor(options: TransportOptions) {
    const { origin, connectTimeoutMs, ca } = options;
    const now = options.now ?? (() => performance.now());
    const observer = guard(options.observer ?? {});
    const limits: AttemptLimits = {
      basePath: origin.pathname.replace(/\/+$/, ''),
      attemptTimeoutMs: options.attemptTimeoutMs,
      maxResponseBytes: options.maxResponseBytes,
    };
    this.#context = {
      limits,
      retries: options.retries,
      slots: new ConnectionSlots({ origin, connectTimeoutMs, ca }, options.connections, options.queue, () =>
        this.#noteIdle(),
      ),
      breaker: new CircuitBreaker(now, (state) => observer.breakerChanged?.(state)),
      budget: new RetryBudget(now),
      observer,
      backingOff: new Set(),
      random: options.random ?? Math.random,
      now,
      onSettled: () => {
        this.#callCount -= 1;
        this.#noteIdle();
      },
    };
  }

  get queueDepth(): number {
    return this.#context.slots.queueDepth;
  }

  get breakerOpen(): boolean {
    return this.#context.breaker.state !== 'closed';
  }

  send(request: TransportRequest): Promise<TransportResponse> {
    if (this.#isClosed) return Promise.reject(createUnavailableError({}));
    this.#callCount += 1;
    return new Promise((resolve, reject) => {
      new Call(this.#context, request, resolve, reject).begin();
    });
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  destroy(): void {
    this.#isClosed = true;
    for (const call of this.#context.backingOff) call.shutDown();
    this.#context.slots.destroy();
  }

  async #close(): Promise<void> {
    this.#isClosed = true;
    if (!this.#isIdle) {
      await new Promise<void>((resolve) => {
        this.#onDrained = resolve;
      });
    }
    await this.#context.slots.close();
  }

  // A write whose deadline has ended is settled, but its exchange still runs.
  get #isIdle(): boolean {
    return this.#callCount === 0 && this.#context.slots.busyCount === 0;
  }

  #noteIdle(): void {
    if (this.#onDrained !== undefined && this.#isIdle) this.#onDrained();
  }
}

/** The same observer with hooks that do not throw; one that is absent stays so. */
function guard(observer: TransportObserver): TransportObserver {
  return {
    ...(observer.attemptStarted && {
      attemptStarted: (attempt) => quietly(() => observer.attemptStarted?.(attempt)),
    }),
    ...(observer.getAttemptHeaders && {
      getAttemptHeaders: (attempt) => quietly(() => observer.getAttemptHeaders?.(attempt)),
    }),
    ...(observer.attemptEnded && {
      attemptEnded: (attempt, end) => quietly(() => observer.attemptEnded?.(attempt, end)),
    }),
    ...(observer.callEnded && {
      callEnded: (request, end) => quietly(() => observer.callEnded?.(request, end)),
    }),
    retryScheduled: (attempt, waitMs) => quietly(() => observer.retryScheduled?.(attempt, waitMs)),
    breakerChanged: (state) => quietly(() => observer.breakerChanged?.(state)),
  };
}

function quietly<Result>(hook: () => Result): Result | undefined {
  try {
    return hook();
  } catch {
    // What watches a request is not worth failing it.
    return undefined;
  }
}
