import type { LookupAddress } from 'node:dns';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, type SecureContext, type TLSSocket } from 'node:tls';
import { toError } from '../errors.ts';
import { openTunnel } from './proxy.ts';
import { ConnectFailure, isCertificateAlert, toConnectFailure } from './transport-failures.ts';
import type { TransportSettings } from './transport-types.ts';
import { getPort } from './url.ts';

// The first keep-alive probe of an idle connection; the same as in undici's own connector.
const tcpKeepAliveMs = 60_000;
// The Connection Attempt Delay of RFC 8305, section 5.
const nextAddressMs = 250;

/** Resolves a name, as `dns.lookup` with `all`. */
export type Lookup = (
  hostname: string,
  options: { readonly all: true },
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

export interface ConnectionOptions extends TransportSettings {
  /** Undefined if connections are direct. */
  readonly proxy: URL | undefined;
  /** For upstream. */
  readonly secureContext: SecureContext;
  /** For a proxy that speaks TLS. Has no client certificate. */
  readonly proxySecureContext: SecureContext;
  readonly lookup: Lookup;
  readonly now: () => number;
}

/** The last TLS session. With it, the next handshake costs less. */
export interface TlsSessionCache {
  latest: Buffer | undefined;
}

/**
 * Opens a socket to upstream, through the proxy if there is one, ready for HTTP. Rejects with ConnectFailure. If the
 * signal is aborted, destroys all open sockets and rejects with the signal's reason.
 */
export async function openSocket(
  options: ConnectionOptions,
  sessions: TlsSessionCache,
  signal: AbortSignal,
): Promise<Socket> {
  const { galileoApiUrl, proxy } = options;
  let socket: Socket | undefined;
  try {
    socket = await dial(proxy ?? galileoApiUrl, options, signal);
    if (proxy !== undefined) {
      if (proxy.protocol === 'https:') {
        socket = await startTls(socket, proxy, options.proxySecureContext, undefined);
      }
      socket = await openTunnel(socket, proxy, galileoApiUrl);
    }
    if (galileoApiUrl.protocol === 'https:') {
      socket = await startTls(socket, galileoApiUrl, options.secureContext, sessions);
    }
    signal.throwIfAborted();
    // undici would parse it as a response, close the socket and open another one, without end (7.30, resumeH1).
    if (socket.readableLength > 0) throw new Error('Data arrived before the first request.');
    return socket;
  } catch (error) {
    socket?.destroy();
    signal.throwIfAborted();
    if (error instanceof ConnectFailure) throw error;
    throw toConnectFailure(toError(error));
  }
}

/**
 * Connects to the host of a URL. Tries its addresses in parallel and uses the first that connects (Happy Eyeballs, RFC
 * 8305). Each attempt starts a little after the previous one, or as soon as that one fails.
 */
async function dial(
  url: URL,
  { lookup, upstreamConnectTimeoutMs }: ConnectionOptions,
  signal: AbortSignal,
): Promise<Socket> {
  const addresses = await resolveName(toHostname(url), lookup, signal);
  if (addresses.length === 0) throw new Error('The host name has no address.');
  const delayMs = Math.min(nextAddressMs, upstreamConnectTimeoutMs / addresses.length);
  return new Promise((resolve, reject) => {
    const sockets: Socket[] = [];
    const errors: Error[] = [];
    let isConnected = false;
    let timer: NodeJS.Timeout | undefined;
    const startNext = () => {
      clearTimeout(timer);
      const address = addresses[sockets.length];
      if (address === undefined) return;
      const socket = connectTcp({
        host: address.address,
        port: getPort(url),
        noDelay: true,
        keepAlive: true,
        keepAliveInitialDelay: tcpKeepAliveMs,
        signal,
      });
      sockets.push(socket);
      socket
        .once('connect', () => {
          isConnected = true;
          clearTimeout(timer);
          for (const other of sockets) if (other !== socket) other.destroy();
          resolve(socket);
        })
        // Never removed, because an error without a listener would end the process.
        .on('error', (error: Error) => {
          errors.push(error);
          if (signal.aborted || errors.length === addresses.length) {
            clearTimeout(timer);
            reject(joinErrors(errors));
          } else if (!isConnected) startNext();
        });
      timer = setTimeout(startNext, delayMs);
    };
    startNext();
  });
}

/**
 * The addresses of a name, alternating between IPv4 and IPv6. A lookup cannot be aborted, so this rejects if the signal
 * is.
 */
async function resolveName(
  hostname: string,
  lookup: Lookup,
  signal: AbortSignal,
): Promise<readonly LookupAddress[]> {
  const addresses = await new Promise<readonly LookupAddress[]>((resolve, reject) => {
    signal.addEventListener('abort', () => reject(toError(signal.reason)), { once: true });
    lookup(hostname, { all: true }, (error, found) => {
      if (error === null) resolve(found);
      else reject(error);
    });
  });
  const first = addresses.filter(({ family }) => family === addresses[0]?.family);
  const second = addresses.filter(({ family }) => family !== addresses[0]?.family);
  const ordered = addresses.map((_, index) => [first[index], second[index]]).flat();
  return ordered.filter((address) => address !== undefined);
}

/** Combines the failures of all addresses. A lack of resources on the gateway's machine takes precedence. */
function joinErrors(errors: readonly Error[]): ConnectFailure {
  const failures = errors.map(toConnectFailure);
  const decisive = failures.length === 1 ? failures[0] : failures.find(({ kind }) => kind === 'no-resources');
  return decisive ?? toConnectFailure(new Error(errors.map(({ message }) => message).join('; ')));
}

function startTls(
  tcp: Socket,
  url: URL,
  secureContext: SecureContext,
  sessions: TlsSessionCache | undefined,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const host = toHostname(url);
    const offered = sessions?.latest;
    let isSecure = false;
    const socket: TLSSocket = connectTls({
      socket: tcp,
      host,
      // SNI allows only names, not addresses (RFC 6066, section 3).
      servername: isIP(host) === 0 ? host : '',
      ALPNProtocols: ['http/1.1'],
      secureContext,
      session: offered,
    });
    socket
      .once('secureConnect', () => {
        isSecure = true;
        resolve(socket);
      })
      .on('error', (error: Error) => {
        // A stale session can make the handshake fail. The next handshake does not offer it.
        if (!isSecure && sessions !== undefined && sessions.latest === offered) sessions.latest = undefined;
        // Node sets `authorizationError` whenever it does not trust the certificate.
        const isUntrusted = Boolean(socket.authorizationError) || isCertificateAlert(error);
        reject(new ConnectFailure(isUntrusted ? 'certificate' : 'connect', error));
      })
      .once('close', () => reject(new Error('The connection was closed during the TLS handshake.')));
    if (sessions !== undefined) {
      socket.on('session', (session) => {
        sessions.latest = session;
      });
    }
  });
}

/** The host name of a URL; an IPv6 address without its brackets. */
const toHostname = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, '');
