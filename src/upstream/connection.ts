import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, TLSSocket } from 'node:tls';
import { type buildConnector, Client } from 'undici';
import { ConnectFailure } from './transport-failures.ts';

/** What Node's own client takes. */
const maxHeaderBytes = 16 * 1024;
// Servers close an idle connection after five seconds as a rule (uvicorn, Node): this side has to be the first.
const idleMs = 4_000;
// Where upstream names its own idle time, this much less than it; and no longer than half a minute, after which what is in
// between may have forgotten the connection.
const idleMarginMs = 1_000;
const maxIdleMs = 30_000;
// The first probe of a connection on which nothing comes, as undici's own connector has it.
const tcpKeepAliveMs = 60_000;

/** What all connections to upstream have in common. */
export interface ConnectionOptions {
  readonly origin: URL;
  /** TCP and TLS together. */
  readonly connectTimeoutMs: number;
  /** Certificates to trust instead of the platform's, PEM. */
  readonly ca: string | undefined;
}

/** The last TLS session, with which the next handshake needs one round trip less. */
export interface TlsSessions {
  /** Undefined until a server has given one. */
  latest: Buffer | undefined;
}

/**
 * One socket to upstream at a time, opened when a request needs it. An undici Client with nothing queued in it: who gets
 * it next is decided in `slots.ts`.
 */
export class Connection {
  readonly #options: ConnectionOptions;
  readonly #sessions: TlsSessions;
  #client: Client;
  #socket: Socket | undefined;
  #isReady = false;
  #exchangeCount = 0;

  constructor(options: ConnectionOptions, sessions: TlsSessions) {
    this.#options = options;
    this.#sessions = sessions;
    this.#client = this.#createClient();
  }

  /** Another one after each `drop`. */
  get client(): Client {
    return this.#client;
  }

  /** Whether a request would go out on a socket that is open already. */
  get isWarm(): boolean {
    return this.#isReady;
  }

  /** Notes that a request is being written; true where its socket has carried one before. */
  startExchange(): boolean {
    this.#exchangeCount += 1;
    return this.#exchangeCount > 1;
  }

  /**
   * Lets go of the socket after its exchange was aborted; the next request opens another one. undici's client would open
   * it at once, for nobody: it takes the aborted request for one that waits (7.30, onHttpSocketClose).
   */
  drop(): void {
    this.#client.destroy(null, () => {});
    this.#client = this.#createClient();
    this.#socket = undefined;
    this.#isReady = false;
  }

  /** Resolves when the exchange that runs, if one does, has ended and the socket is closed. */
  async close(): Promise<void> {
    if (!this.#client.destroyed) await this.#client.close();
  }

  /** Ends whatever runs with an error, at once. */
  destroy(): void {
    this.#client.destroy(null, () => {});
    // The client knows a socket only once it is connected.
    this.#socket?.destroy();
  }

  #createClient(): Client {
    return new Client(this.#options.origin.origin, {
      pipelining: 1,
      maxHeaderSize: maxHeaderBytes,
      keepAliveTimeout: idleMs,
      keepAliveTimeoutThreshold: idleMarginMs,
      keepAliveMaxTimeout: maxIdleMs,
      // Both run late and neither sees a body that trickles: the attempt has a timer of its own.
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: (target, callback) => this.#connect(target, callback),
    });
  }

  // undici's own connector ends a connect up to half a second late, and hands its TLS errors to a branch of the client
  // that leaves it stuck (7.30, ERR_TLS_CERT_ALTNAME_INVALID).
  #connect(target: buildConnector.Options, callback: buildConnector.Callback): void {
    const isTls = target.protocol === 'https:';
    const socket = isTls ? this.#openTls(target) : connectTcp(toAddress(target, 80));
    this.#socket = socket;
    let isDecided = false;
    const timer = setTimeout(() => {
      fail('timeout', new Error(`No connection within ${this.#options.connectTimeoutMs} ms.`));
    }, this.#options.connectTimeoutMs);
    const fail = (kind: ConnectFailure['kind'], cause: Error) => {
      if (isDecided) return;
      isDecided = true;
      clearTimeout(timer);
      socket.destroy();
      callback(new ConnectFailure(kind, cause), null);
    };
    socket
      .setNoDelay(true)
      .setKeepAlive(true, tcpKeepAliveMs)
      .once(isTls ? 'secureConnect' : 'connect', () => {
        if (isDecided) return;
        isDecided = true;
        clearTimeout(timer);
        this.#isReady = true;
        this.#exchangeCount = 0;
        callback(null, socket);
      })
      .on('error', (error: Error) => {
        // Set by Node for whatever it holds against a certificate, so that no list of codes can be out of date.
        const isUntrusted = socket instanceof TLSSocket && Boolean(socket.authorizationError);
        fail(isUntrusted ? 'certificate' : 'connect', error);
      })
      .once('close', () => {
        fail('connect', new Error('The connection was closed before it was ready.'));
        if (this.#socket !== socket) return;
        this.#socket = undefined;
        this.#isReady = false;
      });
  }

  #openTls(target: buildConnector.Options): TLSSocket {
    const socket = connectTls({
      ...toAddress(target, 443),
      ALPNProtocols: ['http/1.1'],
      ca: this.#options.ca,
      session: this.#sessions.latest,
      // The SNI extension takes names only (RFC 6066, section 3).
      servername: isIP(target.hostname) === 0 ? target.hostname : undefined,
    });
    return socket.on('session', (session) => {
      this.#sessions.latest = session;
    });
  }
}

function toAddress(target: buildConnector.Options, defaultPort: number): { host: string; port: number } {
  return { host: target.hostname, port: target.port === '' ? defaultPort : Number(target.port) };
}
