import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  constants,
  mkdtempSync,
  openSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { startFakeUpstream } from './support/fake-upstream.ts';
import { getFreePort, waitUntilReady } from './support/free-port.ts';
import { send } from './support/http-client.ts';
import { listen } from './support/listen.ts';
import { startProgram } from './support/program.ts';

const programPath = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const isLinux = process.platform === 'linux';
const namespace = ['--pid', '--fork', '--mount-proc'];
const hasNamespaces = isLinux && spawnSync('unshare', [...namespace, 'true']).status === 0;
if (!hasNamespaces) console.warn('Skipped: tests as PID 1, because `unshare --pid` is not permitted here.');

/** Node 22 and later load everything in one turn. They handle a signal after it, when the program already listens. */
const loadsInSteps = Number.parseInt(process.versions.node, 10) < 22;

/** The default. */
const shutdownTimeoutMs = 10_000;

const path = '/v2/integrations/openai';
const read = {
  headers: { 'content-type': 'application/json', 'galileo-api-key': 'k' },
  body: '{"query":"{ integration(name: OPENAI) { id } }"}',
};
const notConfigured = { status: 404, json: { detail: 'Integration openai not found' } };
/** Throws outside of a request on SIGUSR2. */
const thrower = `process.on('SIGUSR2', () => { throw new TypeError('a secret'); });`;
const nodeOptions = `--import=data:text/javascript,${encodeURIComponent(thrower)}`;

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Writes a line to standard error as soon as the program has its own signal handler. */
const reporter = `const timer = setInterval(() => {
  if (process.listenerCount('SIGTERM') === 0) return;
  clearInterval(timer);
  process.stderr.write('handler\\n');
}, 1);`;
const reportOptions = `--import=data:text/javascript,${encodeURIComponent(reporter)}`;

const getChildren = (pid: number): number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);

const isAlive = (pid: number): boolean =>
  !/^(?:Z.*)?$/.test(spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).stdout.trim());

/** The exit code. Kills a process that does not end, so that it does not outlive the test. */
async function getExitCode(child: ChildProcess, timeoutMs = shutdownTimeoutMs): Promise<unknown> {
  const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
  const [code, signal] = (await once(child, 'exit')) as unknown[];
  clearTimeout(timer);
  return code ?? signal;
}

describe.skipIf(!hasNamespaces)('as PID 1', () => {
  /** The program as PID 1 of a new namespace. */
  async function startAsPid1(settings: Record<string, string>) {
    const port = await getFreePort();
    const child = spawn('unshare', [...namespace, process.execPath, programPath, 'serve'], {
      env: { PATH: process.env['PATH'], PORT: String(port), NODE_OPTIONS: reportOptions, ...settings },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const hasHandler = once(child.stderr, 'data');
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    while (getChildren(child.pid ?? 0).length === 0) await sleep(2);
    const [pid = 0] = getChildren(child.pid ?? 0);
    return {
      pid,
      port,
      hasHandler,
      getOutput: () => output,
      exit: async () => {
        const timer = setTimeout(() => process.kill(pid, 'SIGKILL'), shutdownTimeoutMs);
        const [code] = (await once(child, 'close')) as unknown[];
        clearTimeout(timer);
        return code;
      },
    };
  }

  it.each(['1', '2'])(
    'as PID 1 with WORKERS=%s, a signal while the program is being loaded ends it with 0',
    async (workers) => {
      const program = await startAsPid1({ WORKERS: workers });
      await program.hasHandler;
      process.kill(program.pid, 'SIGTERM');
      expect(await program.exit()).toBe(0);
      expect(program.getOutput()).toMatch(loadsInSteps ? /^$/ : /^$|"complete":true,"msg":"ended"/);
    },
  );

  it.each(['1', '2'])(
    'as PID 1 with WORKERS=%s, a signal right after the first ready probe drains the program',
    async (workers) => {
      const program = await startAsPid1({ WORKERS: workers });
      await waitUntilReady(`http://127.0.0.1:${program.port}/readyz`);
      process.kill(program.pid, 'SIGTERM');
      expect(await program.exit()).toBe(0);
      expect(program.getOutput()).toContain('"msg":"ended"');
    },
  );
});

describe.skipIf(!isLinux)('with WORKERS=2', () => {
  it.each([50, 150, 250, 350, 450])(
    'a signal %i ms after the start, while workers start, ends it with 0 and leaves no worker',
    async (delayMs) => {
      const child = spawn(process.execPath, [programPath, 'serve'], {
        env: { PATH: process.env['PATH'], PORT: '0', WORKERS: '2', NODE_OPTIONS: reportOptions },
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      await once(child.stderr, 'data');
      await sleep(delayMs);
      const workers = getChildren(child.pid ?? 0);
      child.kill('SIGTERM');
      expect(await getExitCode(child)).toBe(0);
      expect(workers.filter(isAlive)).toEqual([]);
    },
  );

  it.each([100, 200, 300, 600])(
    'a signal %i ms after a worker was killed, while its replacement starts, ends it with 0 without waiting',
    async (delayMs) => {
      await using program = startProgram(['serve'], { PORT: '0', WORKERS: '2' });
      await program.waitFor(/"listening"/);
      process.kill(getChildren(program.process.pid ?? 0)[0] ?? 0, 'SIGKILL');
      await sleep(delayMs);
      const signalledAtMs = performance.now();
      program.process.kill('SIGTERM');
      expect(await program.exit).toBe(0);
      expect(performance.now() - signalledAtMs).toBeLessThan(shutdownTimeoutMs);
    },
  );

  it('if workers get the signal before the primary process does, they drain, and the program exits with 0', async () => {
    await using upstream = await startFakeUpstream();
    await using program = startProgram(['serve'], {
      PORT: '0',
      WORKERS: '2',
      GALILEO_API_URL: upstream.url,
    });
    const url = await program.waitFor(/"url":"([^"]+)"/);
    const workers = getChildren(program.process.pid ?? 0);
    upstream.on('GET', path, async (_call, response) => {
      // Like systemd, which signals every process of the unit.
      for (const worker of workers) process.kill(worker, 'SIGTERM');
      await sleep(100);
      program.process.kill('SIGTERM');
      await sleep(100);
      for (const worker of workers) {
        // It can end at any moment.
        if (isAlive(worker)) spawnSync('kill', ['-TERM', String(worker)]);
      }
      response.writeHead(404, { 'content-type': 'application/json' }).end('{"detail":"not found"}');
    });
    expect((await send(url, read)).status).toBe(200);
    expect(await program.exit).toBe(0);
    expect(program.stdout).not.toMatch(/"level":"error"|replacement/);
  });

  it('a worker with an uncaught exception completes its requests and is replaced meanwhile', async () => {
    await using upstream = await startFakeUpstream();
    await using program = startProgram(['serve'], {
      // With PORT=0, new workers would get a different port once no old worker listens.
      PORT: String(await getFreePort()),
      WORKERS: '2',
      GALILEO_API_URL: upstream.url,
      NODE_OPTIONS: nodeOptions,
    });
    const url = await program.waitFor(/"url":"([^"]+)"/);
    const workers = getChildren(program.process.pid ?? 0);
    upstream.on('GET', path, async (_call, response) => {
      for (const worker of workers) process.kill(worker, 'SIGUSR2');
      await program.waitFor(/(?:a replacement worker is listening[^]*){2}/);
      response.writeHead(404, { 'content-type': 'application/json' }).end('{"detail":"not found"}');
    });
    expect((await send(url, read)).status).toBe(200);
    while (workers.some(isAlive)) await sleep(10);
    for (let count = 0; count < 4; count += 1)
      expect((await send(url, { path: '/readyz' })).status).toBe(200);
    program.process.kill('SIGTERM');
    expect(await program.exit).toBe(0);
    expect(program.stdout).toContain('uncaught exception');
  });
});

it.each([
  ['without plugins', []],
  ['with a plugin', ['--plugins', fileURLToPath(new URL('./fixtures/plugins.mjs', import.meta.url))]],
])('a process that was paused reads the responses that arrived in the meantime, %s', async (_name, flags) => {
  await using upstream = await startFakeUpstream();
  const held: (() => void)[] = [];
  upstream.on('GET', '/v2/integrations/openai', (_call, response) => {
    held.push(() => response.writeHead(404, { 'content-type': 'application/json' }).end('{"detail":"no"}'));
  });
  await using program = startProgram(['serve', ...flags], {
    PORT: '0',
    GALILEO_API_URL: upstream.url,
    UPSTREAM_TIMEOUT_MS: '5000',
    REQUEST_TIMEOUT_MS: '5000',
  });
  const url = await program.waitFor(/"url":"([^"]+)"/);
  const running = fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'galileo-api-key': 'k' },
    body: JSON.stringify({ query: '{ integration(name: OPENAI) { id } }' }),
  });
  await expect.poll(() => held.length).toBe(1);
  program.process.kill('SIGSTOP');
  held[0]?.();
  await wait(5_500);
  program.process.kill('SIGCONT');
  expect(await (await running).json()).toEqual({ data: { integration: null } });
});

it('a process that was paused uses the connections that were opened in the meantime', async () => {
  const held: (() => void)[] = [];
  // A proxy that then responds as upstream itself.
  const proxy = createServer((socket) => {
    socket.once('data', () => {
      held.push(() => socket.write('HTTP/1.1 200 OK\r\n\r\n'));
      socket.once('data', () => {
        socket.write(
          'HTTP/1.1 404 Not Found\r\ncontent-type: application/json\r\ncontent-length: 15\r\n\r\n{"detail":"no"}',
        );
      });
    });
  });
  const port = await listen(proxy);
  await using program = startProgram(['serve'], {
    PORT: '0',
    GALILEO_API_URL: 'http://galileo.test',
    HTTP_PROXY: `http://127.0.0.1:${port}`,
    UPSTREAM_CONNECT_TIMEOUT_MS: '2000',
    UPSTREAM_RETRIES: '0',
  });
  const url = await program.waitFor(/"url":"([^"]+)"/);
  const running = send(url, read);
  await expect.poll(() => held.length).toBe(1);
  program.process.kill('SIGSTOP');
  held[0]?.();
  await wait(2_500);
  program.process.kill('SIGCONT');
  expect((await running).text).toBe('{"data":{"integration":null}}');
  proxy.close();
});

describe('an exception that no handler caught', () => {
  it('an uncaught exception is logged without its message, and ends the process with 1 after the running request', async () => {
    await using upstream = await startFakeUpstream();
    await using program = startProgram(['serve'], {
      PORT: '0',
      GALILEO_API_URL: upstream.url,
      NODE_OPTIONS: nodeOptions,
    });
    const url = await program.waitFor(/"url":"([^"]+)"/);
    upstream.on('GET', path, async (_call, response) => {
      program.process.kill('SIGUSR2');
      await program.waitFor(/uncaught exception/);
      response.writeHead(404, { 'content-type': 'application/json' }).end('{"detail":"not found"}');
    });
    expect((await send(url, read)).text).toBe('{"data":{"integration":null}}');
    expect(await program.exit).toBe(1);
    expect(program.stdout).toContain('"type":"TypeError"');
    expect(program.stdout + program.stderr).not.toContain('a secret');
  });
});

describe('a Ctrl+C', () => {
  it('a Ctrl+C that the terminal sends and npm forwards counts as one signal', async () => {
    await using upstream = await startFakeUpstream();
    await using program = startProgram(['serve'], { PORT: '0', GALILEO_API_URL: upstream.url });
    const url = await program.waitFor(/"url":"([^"]+)"/);
    upstream.on('GET', path, async (_call, response) => {
      program.process.kill('SIGINT');
      await program.waitFor(/"draining"/);
      program.process.kill('SIGINT');
      await sleep(200);
      response.writeHead(404, { 'content-type': 'application/json' }).end('{"detail":"not found"}');
    });
    expect((await send(url, read)).status).toBe(200);
    expect(await program.exit).toBe(0);
  });
});

/** The write end of a full pipe without a reader. */
function openFullPipe(): { readonly fd: number; close(): void } {
  const directory = mkdtempSync(join(tmpdir(), 'galileo-gateway-'));
  const file = join(directory, 'pipe');
  execFileSync('mkfifo', [file]);
  const fd = openSync(file, constants.O_RDWR | constants.O_NONBLOCK);
  try {
    for (;;) writeSync(fd, Buffer.alloc(4096, '\n'));
  } catch {
    // EAGAIN: the pipe is full.
  }
  return {
    fd,
    close: () => {
      closeSync(fd);
      rmSync(directory, { recursive: true });
    },
  };
}

const openFullDisk = () => {
  const fd = openSync('/dev/full', 'w');
  return { fd, close: () => closeSync(fd) };
};

describe.skipIf(!isLinux)('standard output that cannot be written', () => {
  it.each(['1', '2'])(
    'descriptor %s is not shared with workers, which would make a pipe blocking',
    async (fd) => {
      await using program = startProgram(['serve'], { PORT: '0', WORKERS: '2' });
      await program.waitFor(/"listening"/);
      const pid = program.process.pid ?? 0;
      const openFiles = [pid, ...getChildren(pid)].map((process) =>
        readlinkSync(`/proc/${process}/fd/${fd}`),
      );
      expect(new Set(openFiles).size).toBe(3);
    },
  );

  it.each([
    ['a full pipe', '1', openFullPipe],
    ['a full pipe', '2', openFullPipe],
    ['a full disk', '1', openFullDisk],
    ['a full disk', '2', openFullDisk],
  ])(
    'with %s on standard output, the program serves and exits, with WORKERS=%s',
    async (_name, workers, open) => {
      await using upstream = await startFakeUpstream();
      upstream.on('GET', path, notConfigured);
      const port = await getFreePort();
      const output = open();
      try {
        const child = spawn(process.execPath, [programPath, 'serve'], {
          env: {
            PATH: process.env['PATH'],
            PORT: String(port),
            WORKERS: workers,
            GALILEO_API_URL: upstream.url,
          },
          stdio: ['ignore', output.fd, 'ignore'],
        });
        const url = `http://127.0.0.1:${port}`;
        await waitUntilReady(`${url}/readyz`);
        for (let count = 0; count < 100; count += 1) expect((await send(url, read)).status).toBe(200);
        const signalledAtMs = performance.now();
        child.kill('SIGTERM');
        expect(await getExitCode(child)).toBe(0);
        expect(performance.now() - signalledAtMs).toBeLessThan(shutdownTimeoutMs);
      } finally {
        output.close();
      }
    },
  );
});
