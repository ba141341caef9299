import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A program that does not end within this time is killed. */
const endTimeoutMs = 5000;

/** The path of a program. Undefined, with a line on standard error, if it is not installed: its tests are then skipped. */
export function findProgram(name: string): string | undefined {
  const path = [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/usr/local/sbin']
    .map((folder) => join(folder, name))
    .find((candidate) => existsSync(candidate));
  if (path === undefined) process.stderr.write(`Skipped: tests that need ${name}, which is not installed.\n`);
  return path;
}

/** A program that listens on a port of 127.0.0.1 until it is disposed. */
export interface RunningProgram extends AsyncDisposable {
  readonly port: number;
  readonly folder: string;
  readLog(): string;
}

/** Starts a program with a configuration file and waits until it accepts connections. */
async function startProgram(
  path: string,
  toArguments: (file: string) => readonly string[],
  toConfiguration: (port: number, folder: string) => string,
): Promise<RunningProgram> {
  const folder = mkdtempSync(join(tmpdir(), 'program-'));
  // Some programs, started as root, continue as another user.
  chmodSync(folder, 0o777);
  const port = await findFreePort();
  const file = join(folder, 'configuration');
  writeFileSync(file, toConfiguration(port, folder));
  const child: ChildProcess = spawn(path, toArguments(file), { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
    });
  }
  const exited = once(child, 'exit');
  while (!(await accepts(port))) {
    if (child.exitCode !== null) throw new Error(`${path} ended with ${child.exitCode}: ${output}`);
  }
  const logFile = join(folder, 'log');
  return {
    port,
    folder,
    readLog: () => output + (existsSync(logFile) ? readFileSync(logFile, 'utf8') : ''),
    async [Symbol.asyncDispose]() {
      // SIGKILL would leave the workers of nginx behind.
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), endTimeoutMs);
      await exited;
      clearTimeout(timer);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A proxy that wants this user and password, if there are any. */
export function startTinyproxy(path: string, credentials?: string): Promise<RunningProgram> {
  return startProgram(
    path,
    (file) => ['-d', '-c', file],
    (port) =>
      [
        'Listen 127.0.0.1',
        `Port ${port}`,
        'LogLevel Info',
        'Timeout 60',
        ...(credentials === undefined ? [] : [`BasicAuth ${credentials}`]),
      ].join('\n'),
  );
}

export function startSquid(path: string): Promise<RunningProgram> {
  return startProgram(
    path,
    (file) => ['-N', '-f', file],
    (port, folder) =>
      [
        `http_port 127.0.0.1:${port}`,
        'http_access allow all',
        'cache deny all',
        'shutdown_lifetime 0 seconds',
        'pinger_enable off',
        `pid_filename ${folder}/pid`,
        `access_log stdio:${folder}/log`,
        `cache_log ${folder}/cache-log`,
        `coredump_dir ${folder}`,
        '',
      ].join('\n'),
  );
}

/** A server that responds to every path with JSON. The lines belong into its `server` block; `PORT` is its port. */
export function startNginx(path: string, lines: readonly string[]): Promise<RunningProgram> {
  return startProgram(
    path,
    (file) => ['-c', file, '-e', 'stderr', '-g', 'daemon off;'],
    (port, folder) => `
      worker_processes 1;
      pid ${folder}/pid;
      error_log stderr;
      events {}
      http {
        access_log ${folder}/log;
        ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder}/${name};`).join('\n')}
        server {
          ${lines.join('\n').replaceAll('PORT', String(port))}
          location / { default_type application/json; return 200 '{"by":"nginx"}'; }
        }
      }`,
  );
}

/** A self-signed certificate and its key, PEM. */
export function createCertificate(
  openssl: string,
  name: string,
): { readonly cert: string; readonly key: string } {
  const options = `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=${name} -keyout -`;
  const text = execFileSync(openssl, options.split(' '), {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [key = '', cert = ''] = text.split(/(?=-----BEGIN CERTIFICATE-----)/);
  return { cert, key };
}

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => setTimeout(resolve, 20, false));
    socket.once('connect', () => socket.destroy());
  });
}

/** A port on 127.0.0.2 whose listener accepts nothing until it is resumed: a connect to it hangs. */
export async function startFullListener(port: number): Promise<AsyncDisposable & { resume(): void }> {
  const script = `require('net').createServer(s=>s.destroy()).listen({port:${port},host:'127.0.0.2',backlog:1},()=>console.log('ready'))`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'ignore'] });
  await once(child.stdout, 'data');
  child.kill('SIGSTOP');
  // A backlog of one takes two connections.
  const fillers = Array.from({ length: 4 }, () => connect(port, '127.0.0.2').on('error', () => {}));
  await Promise.all(fillers.slice(0, 2).map((socket) => once(socket, 'connect')));
  return {
    resume: () => child.kill('SIGCONT'),
    async [Symbol.asyncDispose]() {
      for (const socket of fillers) socket.destroy();
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}
