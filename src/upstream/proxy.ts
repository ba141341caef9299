import { request as requestHttp } from 'node:http';
import type { Socket } from 'node:net';
import { ConnectFailure } from './transport-failures.ts';
import { getPort } from './url.ts';

/** The proxy variables, with the meaning that undici's EnvHttpProxyAgent gives them. */
export interface ProxySettings {
  /** For http upstreams, and for https ones if `httpsProxy` is undefined. */
  readonly httpProxy?: string | undefined;
  readonly httpsProxy?: string | undefined;
  /** Names and their subdomains, with or without a port, separated by commas or spaces; or `*`. */
  readonly noProxy?: string | undefined;
}

/** The proxy for requests to this URL. Undefined if they are sent directly. */
export function findProxy(url: URL, settings: ProxySettings): URL | undefined {
  const { httpProxy, httpsProxy, noProxy = '' } = settings;
  const proxy = url.protocol === 'https:' ? (httpsProxy ?? httpProxy) : httpProxy;
  return proxy === undefined || isExcluded(url, noProxy) ? undefined : new URL(proxy);
}

function isExcluded(url: URL, noProxy: string): boolean {
  if (noProxy.trim() === '*') return true;
  const host = url.host.replace(/:\d*$/, '').toLowerCase();
  return noProxy.split(/[,\s]/).some((entry) => {
    const [, name = entry, port] = /^(.+):(\d+)$/.exec(entry) ?? [];
    if (name === '' || (port !== undefined && Number(port) !== getPort(url))) return false;
    const suffix = name.replace(/^\*?\./, '').toLowerCase();
    return host === suffix || host.endsWith(`.${suffix}`);
  });
}

/**
 * Opens a tunnel to the target through the proxy on this socket (CONNECT, RFC 9110, section 9.3.6). To cancel, destroy
 * the socket. Error messages do not contain the proxy's credentials.
 */
export function openTunnel(socket: Socket, proxy: URL, target: URL): Promise<Socket> {
  const authority = `${target.hostname}:${getPort(target)}`;
  const credentials = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
  const headers = {
    host: authority,
    ...(credentials !== ':' && {
      'proxy-authorization': `Basic ${Buffer.from(credentials).toString('base64')}`,
    }),
  };
  return new Promise((resolve, reject) => {
    requestHttp({ method: 'CONNECT', path: authority, headers, createConnection: () => socket })
      .once('connect', ({ statusCode = 0 }, _socket, head) => {
        if (statusCode >= 200 && statusCode < 300) {
          if (head.length > 0) socket.unshift(head);
          resolve(socket);
        } else {
          const cause = new Error(`The proxy refused to connect to upstream, with status ${statusCode}.`);
          reject(new ConnectFailure(statusCode === 407 ? 'proxy-credentials' : 'connect', cause));
        }
      })
      .once('error', (error) => {
        reject(new Error(`The proxy did not open a tunnel to upstream: ${error.message}`));
      })
      .end();
  });
}
