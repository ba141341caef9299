import { lookup } from 'node:dns';
import { performance } from 'node:perf_hooks';
import { createSecureContext } from 'node:tls';
import { CircuitBreaker } from './breaker.ts';
import { Call, type TransportServices } from './call.ts';
import { ConnectionPool } from './connection-pool.ts';
import { FieldError } from './errors.ts';
import { FastestRead } from './fastest-read.ts';
import type { ConnectionOptions, Lookup } from './open-socket.ts';
import { findProxy, type ProxySettings } from './proxy.ts';
import type { UpstreamResponse } from './responses.ts';
import { RetryBudget } from './retry.ts';
import type { CallRequest, TransportObserver, TransportSettings } from './transport-types.ts';
import { readTrustedCertificates } from './trusted-certificates.ts';
import { getBasePath } from './url.ts';

/** The configuration of a transport, and the dependencies that tests replace. */
export interface TransportOptions extends TransportSettings, ProxySettings {
  /** Sent with every request. Alternating names and values. */
  readonly headers?: readonly string[];
  readonly tls?: TlsSettings;
  /** From 0 to below 1, for jitter. Need not be cryptographically secure. Default: Math.random. */
  readonly random?: () => number;
  /** Milliseconds on a monotonic clock. Default: performance.now. */
  readonly now?: () => number;
  /** Default: dns.lookup. */
  readonly lookup?: Lookup;
  readonly observer?: Partial<TransportObserver>;
}

/** Certificates and keys, PEM. */
interface TlsSettings {
  /** Trusted in addition to the platform's CAs. */
  readonly ca?: string | undefined;
  /** The gateway's client certificate. */
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

/**
 * Sends calls to upstream, with a limited number of connections, a limited queue, timeouts, retries and the circuit
 * breaker. Opens no connection before the first call.
 */
export class Transport {
  readonly #services: TransportServices;
  #callCount = 0;
  #isClosed = false;
  #closing: Promise<void> | undefined;
  #onDrained: (() => void) | undefined;

  constructor(options: TransportOptions) {
    const { galileoApiUrl, headers = [], tls = {} } = options;
    const now = options.now ?? (() => performance.now());
    const observer = guardObserver(options.observer ?? {});
    const ca = readTrustedCertificates(tls.ca);
    const connectionOptions: ConnectionOptions = {
      ...options,
      proxy: findProxy(galileoApiUrl, options),
      secureContext: createSecureContext({ ca, cert: tls.cert, key: tls.key }),
      proxySecureContext: createSecureContext({ ca }),
      lookup: options.lookup ?? lookup,
      now,
    };
    this.#services = {
      options: { ...options, basePath: getBasePath(galileoApiUrl), headers },
      pool: new ConnectionPool(connectionOptions, () => this.#continueClosing()),
      breaker: new CircuitBreaker(now, observer.breakerChanged),
      retryBudget: new RetryBudget(now),
      fastestRead: new FastestRead(),
      observer,
      backingOff: new Set(),
      random: options.random ?? Math.random,
      now,
      onSettled: () => {
        this.#callCount -= 1;
        this.#continueClosing();
      },
    };
  }

  get queueDepth(): number {
    return this.#services.pool.queueDepth;
  }

  get isBreakerOpen(): boolean {
    return this.#services.breaker.isOpen;
  }

  /**
   * Resolves with upstream's response of any status. Redirects are not followed. After a 502 or 504, the outcome of a
   * write is unknown.
   *
   * Without a response, rejects with FieldError: `OVERLOADED`, `UPSTREAM_UNAVAILABLE`, `UPSTREAM_TIMEOUT`,
   * `UPSTREAM_INVALID_RESPONSE`, and for a write `UPSTREAM_OUTCOME_UNKNOWN`. Rejects with another error if the request
   * cannot be written as HTTP.
   *
   * Settles at the request's deadline at the latest. If the client disconnects, a read is cancelled, and so is a write
   * of which nothing was sent. A write in progress continues for up to UPSTREAM_TIMEOUT_MS, so that upstream can
   * complete it.
   */
  send(request: CallRequest): Promise<UpstreamResponse> {
    if (this.#isClosed) return Promise.reject(new FieldError('UPSTREAM_UNAVAILABLE'));
    this.#callCount += 1;
    return new Promise((resolve, reject) => {
      new Call(this.#services, request, resolve, reject).begin();
    });
  }

  /** Accepts no more calls. Resolves when the running ones have ended and all sockets are closed. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** Ends every call with an error and destroys every socket. */
  destroy(): void {
    this.#isClosed = true;
    for (const call of this.#services.backingOff) call.refuse('UPSTREAM_UNAVAILABLE');
    this.#services.pool.destroy();
  }

  async #close(): Promise<void> {
    this.#isClosed = true;
    if (!this.#isIdle) {
      await new Promise<void>((resolve) => {
        this.#onDrained = resolve;
        this.#continueClosing();
      });
    }
    await this.#services.pool.close();
  }

  // The attempt of a write can outlive its call, which the deadline settles.
  get #isIdle(): boolean {
    return this.#callCount === 0 && this.#services.pool.busyCount === 0;
  }

  #continueClosing(): void {
    if (this.#onDrained === undefined) return;
    if (this.#isIdle) this.#onDrained();
    // A deadline has ended the calls of connections that are still being opened.
    else if (this.#callCount === 0) this.#services.pool.stopConnecting();
  }
}

/** An observer with all hooks, which do not throw: a failure to observe a request must not fail it. */
const guardObserver = (observer: Partial<TransportObserver>): TransportObserver => ({
  attemptStarted: guard(observer.attemptStarted),
  attemptEnded: guard(observer.attemptEnded),
  retryScheduled: guard(observer.retryScheduled),
  callEnded: guard(observer.callEnded),
  breakerChanged: guard(observer.breakerChanged),
});

const guard =
  <Args extends readonly unknown[], Result>(hook?: (...args: Args) => Result) =>
  (...args: Args): Result | undefined => {
    try {
      return hook?.(...args);
    } catch {
      return undefined;
    }
  };
