import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { getFreePort, waitUntilReady } from './free-port.ts';

/** Debian installs servers in /usr/sbin, which is not in everyone's PATH. */
const environment = { PATH: `${process.env['PATH']}${delimiter}/usr/sbin`, HOME: tmpdir() };

/** A proxy in front of gateways, as an operator configures it. */
export interface Proxy extends AsyncDisposable {
  readonly url: string;
}

interface Kind {
  /** Prints the version and exits with 0. */
  readonly check: readonly string[];
  readonly run: (directory: string) => readonly string[];
  readonly file: string;
  /** @param ports of gateways */
  readonly configure: (directory: string, listen: number, ports: readonly number[]) => string;
}

const proxyKinds = {
  nginx: {
    check: ['nginx', '-v'],
    file: 'nginx.conf',
    run: (directory) => ['nginx', '-p', directory, '-c', 'nginx.conf', '-e', 'stderr'],
    configure: (directory, listen, ports) => `
daemon off;
pid ${directory}/nginx.pid;
worker_processes 1;
events { worker_connections 1024; }
http {
  access_log off;
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${directory}/${name};`).join('\n  ')}
  upstream gateways {
    ${ports.map((port) => `server 127.0.0.1:${port} max_fails=1 fail_timeout=1s;`).join('\n    ')}
    # Less than the 75 s after which the gateway closes an idle connection.
    keepalive 32;
    keepalive_timeout 60s;
  }
  server {
    listen 127.0.0.1:${listen};
    location / {
      proxy_pass http://gateways;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_next_upstream error timeout http_503;
    }
  }
}`,
  },
  haproxy: {
    check: ['haproxy', '-v'],
    file: 'haproxy.cfg',
    run: (directory) => ['haproxy', '-db', '-f', join(directory, 'haproxy.cfg')],
    configure: (_directory, listen, ports) => `
defaults
  mode http
  timeout connect 2s
  timeout client 60s
  # Longer than REQUEST_TIMEOUT_MS.
  timeout server 15s
  timeout http-keep-alive 60s
  option abortonclose
  option forwardfor
  option redispatch
  retries 3
frontend clients
  bind 127.0.0.1:${listen}
  default_backend gateways
backend gateways
  balance roundrobin
  option httpchk GET /readyz
  http-check expect status 200
  default-server inter 500ms fall 2 rise 1
  ${ports.map((port) => `server gateway${port} 127.0.0.1:${port} check`).join('\n  ')}
`,
  },
  caddy: {
    check: ['caddy', 'version'],
    file: 'Caddyfile',
    run: (directory) => ['caddy', 'run', '--config', join(directory, 'Caddyfile')],
    configure: (directory, listen, ports) => `
{
  admin off
  auto_https off
  storage file_system ${directory}
}
http://:${listen} {
  bind 127.0.0.1
  reverse_proxy ${ports.map((port) => `127.0.0.1:${port}`).join(' ')} {
    lb_try_duration 2s
    health_uri /readyz
    health_interval 500ms
    transport http {
      keepalive 60s
    }
  }
}
`,
  },
} as const satisfies Record<string, Kind>;

export type ProxyName = keyof typeof proxyKinds;

/** Whether the proxy is installed. Says so if it is not. */
export function hasProxy(name: ProxyName): boolean {
  const [program, ...args] = proxyKinds[name].check;
  const isInstalled = spawnSync(program, args, { env: environment }).status === 0;
  if (!isInstalled) console.warn(`Skipped: tests behind ${name}, which is not installed.`);
  return isInstalled;
}

/** Starts a proxy in front of gateways on these ports, one of which must be ready. */
export async function startProxy(
  name: ProxyName,
  ports: readonly number[],
  path = '/readyz',
): Promise<Proxy> {
  const kind: Kind = proxyKinds[name];
  const directory = await mkdtemp(join(tmpdir(), 'galileo-gateway-'));
  const listen = await getFreePort();
  await writeFile(join(directory, kind.file), kind.configure(directory, listen, ports));
  const [program = '', ...args] = kind.run(directory);
  const child = spawn(program, args, { env: environment, stdio: ['ignore', 'ignore', 'pipe'] });
  let output = '';
  child.stderr.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  const ended = once(child, 'exit');
  const url = `http://127.0.0.1:${listen}`;
  await waitUntilReady(`${url}${path}`).catch((error: unknown) => {
    child.kill('SIGKILL');
    throw new Error(`${name} did not start: ${output}`, { cause: error });
  });
  return {
    url,
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), 1000);
      await ended;
      clearTimeout(timer);
      await rm(directory, { recursive: true });
    },
  };
}
