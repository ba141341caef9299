import type { Socket } from 'node:net';
import { type buildConnector, Client } from 'undici';
import { toError } from '../errors.ts';
import { type ConnectionOptions, openSocket, type TlsSessionCache } from './open-socket.ts';
import { ConnectFailure } from './transport-failures.ts';

/** The limit of Node's own client. */
const maxHeaderBytes = 16 * 1024;
// Servers usually close an idle connection after five seconds (uvicorn, Node). The gateway must close it first.
const idleMs = 4_000;
// If upstream announces its idle time, the gateway uses this much less, and at most half a minute: after that, a
// firewall or load balancer may have dropped the connection.
const idleMarginMs = 1_000;
const maxIdleMs = 30_000;

/**
 * One socket to upstream at a time, opened when a request needs it. It is an undici Client without a queue.
 * `connection-pool.ts` decides which request gets it.
 */
export class Connection {
  readonly #options: ConnectionOptions;
  readonly #sessions: TlsSessionCache;
  #client: Client;
  #connecting: AbortController | undefined;
  #socket: Socket | undefined;
  #socketError: Error | undefined;
  #openedAtMs = 0;

  constructor(options: ConnectionOptions, sessions: TlsSessionCache) {
    this.#options = options;
    this.#sessions = sessions;
    this.#client = this.#createClient();
  }

  /** Changes with each `drop`. */
  get client(): Client {
    return this.#client;
  }

  get isOpen(): boolean {
    return this.#socket !== undefined;
  }

  /**
   * The first error of the latest socket. undici reports the last error, which can be only that the socket was closed.
   */
  get socketError(): Error | undefined {
    return this.#socketError;
  }

  /**
   * Closes the idle socket if it has reached its maximum age, so that upstream's name is resolved again, or if upstream
   * has responded before all of the last request has been sent: the next one would wait for the rest.
   */
  dropIfUnusable(): void {
    if (this.#socket === undefined) return;
    const isOld = this.#options.now() - this.#openedAtMs >= this.#options.upstreamConnectionMaxAgeMs;
    if (isOld || this.#socket.writableLength > 0) this.drop();
  }

  /**
   * Destroys the socket; the next request opens another one. undici's client would open it immediately after an abort,
   * because it counts the aborted request as waiting (7.30, onHttpSocketClose).
   */
  drop(): void {
    this.#client.destroy(null, () => {});
    this.#client = this.#createClient();
    this.#socket = undefined;
  }

  /** Resolves when the running request, if any, has ended and the socket is closed. */
  async close(): Promise<void> {
    if (!this.#client.destroyed) await this.#client.close();
  }

  /** Ends a running request with an error. */
  destroy(): void {
    this.#client.destroy(null, () => {});
    // The client cannot destroy a socket that is not yet connected.
    this.stopConnecting();
  }

  stopConnecting(): void {
    this.#connecting?.abort(new ConnectFailure('connect', new Error('The gateway is shutting down.')));
  }

  #createClient(): Client {
    return new Client(this.#options.galileoApiUrl.origin, {
      pipelining: 1,
      maxHeaderSize: maxHeaderBytes,
      keepAliveTimeout: idleMs,
      keepAliveTimeoutThreshold: idleMarginMs,
      keepAliveMaxTimeout: maxIdleMs,
      // Both fire late, and neither limits a body that arrives slowly. The attempt has its own timer.
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: (_target, callback) => {
        void this.#connect(callback);
      },
    });
  }

  // undici's own connector times out up to half a second late. After a TLS error its client hangs (7.30,
  // ERR_TLS_CERT_ALTNAME_INVALID).
  async #connect(callback: buildConnector.Callback): Promise<void> {
    const connecting = new AbortController();
    this.#connecting = connecting;
    const { upstreamConnectTimeoutMs, now } = this.#options;
    const stop = () => {
      if (this.#connecting !== connecting) return;
      const cause = new Error(`No connection within ${upstreamConnectTimeoutMs} ms.`);
      connecting.abort(new ConnectFailure('timeout', cause));
    };
    // After a pause of the process, what has arrived in the meantime is read first.
    const timer = setTimeout(() => setImmediate(stop), upstreamConnectTimeoutMs);
    let socket: Socket;
    try {
      socket = await openSocket(this.#options, this.#sessions, connecting.signal);
    } catch (error) {
      callback(toError(error), null);
      return;
    } finally {
      clearTimeout(timer);
      this.#connecting = undefined;
    }
    this.#socket = socket;
    this.#openedAtMs = now();
    this.#socketError = undefined;
    socket
      .once('error', (error: Error) => {
        if (this.#socket === socket) this.#socketError = error;
      })
      .once('close', () => {
        if (this.#socket === socket) this.#socket = undefined;
      });
    callback(null, socket);
  }
}
