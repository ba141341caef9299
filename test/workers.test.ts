import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PrimaryMessage, WorkerMessage } from '../src/workers/messages.ts';
import { startFakeUpstream } from './support/fake-upstream.ts';
import { send } from './support/http-client.ts';
import { getSample, readMetrics } from './support/metrics.ts';
import { type Program, startProgram } from './support/program.ts';

const path = '/v2/integrations/openai';

const serve = (settings: Record<string, string> = {}, options = {}) =>
  // Workers get the arguments of the program, and their port.
  startProgram(['serve', '--'], { PORT: '0', WORKERS: '2', METRICS_PORT: '0', ...settings }, options);

const getUrl = (program: Program) => program.waitFor(/"url":"([^"]+)"/);
const getMetricsUrl = (program: Program) => program.waitFor(/"metrics":"([^"]+)"/);

/** Sends one request on a new connection, so that the workers take turns. */
const query = async (url: string, text = '{ __typename }') => {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'galileo-api-key': 'k', connection: 'close' },
    body: JSON.stringify({ query: text }),
    // A connection that the primary process passes to a worker while it is killed stays open without a response.
    signal: AbortSignal.timeout(10_000),
  });
  return { status: response.status, text: await response.text() };
};

const getWorkers = (program: Program): number[] =>
  execFileSync('ps', ['-o', 'pid=', '--ppid', String(program.process.pid)], { encoding: 'utf8' })
    .trim()
    .split(/\s+/)
    .map(Number);

/** False for a zombie. */
const isAlive = (pid: number): boolean => {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });
  return stdout.trim() !== '' && !stdout.includes('Z');
};

const series = 'gateway_requests_total{operation_type="query",outcome="ok"}';

describe('with WORKERS=2', () => {
  it('two processes share the port, their metrics are summed, and the start is logged once', async () => {
    await using program = serve();
    const url = await getUrl(program);
    expect(getWorkers(program)).toHaveLength(2);
    for (let count = 0; count < 6; count += 1) expect((await query(url)).status).toBe(200);
    const metricsUrl = await getMetricsUrl(program);
    expect(getSample(await readMetrics(metricsUrl), series)).toBe(6);
    const both = await Promise.all([readMetrics(metricsUrl), readMetrics(metricsUrl)]);
    expect(both.map((text) => getSample(text, series))).toEqual([6, 6]);
    program.process.kill('SIGTERM');
    expect(await program.exit).toBe(0);
    expect(program.stdout.match(/"msg":"listening"/g)).toHaveLength(1);
    expect(program.stdout.match(/"msg":"request"/g)).toHaveLength(6);
    expect(program.stderr).toBe('');
  });

  it('with WORKERS=2, errors and requests in flight are summed over the workers', async () => {
    await using upstream = await startFakeUpstream();
    const held: (() => void)[] = [];
    upstream.on('GET', path, (_call, response) => {
      held.push(() => response.writeHead(403, { 'content-type': 'application/json' }).end('{}'));
    });
    await using program = serve({ GALILEO_API_URL: upstream.url });
    const url = await getUrl(program);
    const metricsUrl = await getMetricsUrl(program);
    const running = Array.from({ length: 8 }, () => query(url, '{ integration(name: OPENAI) { id } }'));
    await expect.poll(() => held.length).toBe(8);
    expect(getSample(await readMetrics(metricsUrl), 'gateway_requests_in_flight')).toBe(8);
    for (const respond of held) respond();
    await Promise.all(running);
    const metrics = await readMetrics(metricsUrl);
    expect(getSample(metrics, 'gateway_errors_total{code="FORBIDDEN"}')).toBe(8);
    expect(getSample(metrics, 'gateway_requests_in_flight')).toBe(0);
  });

  it.each(['SIGKILL', 'SIGTERM'] as const)(
    'a worker that %s ends is replaced, and the sum keeps its counts',
    async (signal) => {
      await using program = serve();
      const url = await getUrl(program);
      const metricsUrl = await getMetricsUrl(program);
      for (let count = 0; count < 6; count += 1) await query(url);
      expect(getSample(await readMetrics(metricsUrl), series)).toBe(6);
      const [worker = 0, other = 0] = getWorkers(program);
      process.kill(worker, signal);
      await program.waitFor(/a replacement worker is listening/);
      const now = getWorkers(program);
      expect(now).toHaveLength(2);
      expect(now).toContain(other);
      expect(now).not.toContain(worker);
      for (let count = 0; count < 4; count += 1) expect((await query(url)).status).toBe(200);
      expect(getSample(await readMetrics(metricsUrl), series)).toBe(10);
      program.process.kill('SIGTERM');
      expect(await program.exit).toBe(0);
    },
  );

  it('with PORT=0, the replacements of workers that are all killed listen on the same port', async () => {
    await using program = serve();
    const url = await getUrl(program);
    for (const worker of getWorkers(program)) process.kill(worker, 'SIGKILL');
    await expect.poll(() => query(url).catch(String)).toMatchObject({ status: 200 });
    program.process.kill('SIGTERM');
    expect(await program.exit).toBe(0);
  });

  it('all workers that drain at the same time accept connections until a replacement listens', async () => {
    // Without the delay, a worker ends as soon as it has no requests, and resets a connection whose request it has not read.
    await using program = serve({ SHUTDOWN_DELAY_MS: '3000' });
    const url = await getUrl(program);
    for (const worker of getWorkers(program)) process.kill(worker, 'SIGTERM');
    const isReplaced = () => program.stdout.split('a replacement worker is listening').length > 2;
    let count = 0;
    while (!isReplaced()) {
      expect((await query(url)).status).toBe(200);
      count += 1;
    }
    expect(count).toBeGreaterThan(10);
    program.process.kill('SIGTERM');
    expect(await program.exit).toBe(0);
  });

  it('a signal drains all workers: a running request completes, and the program exits with 0', async () => {
    await using upstream = await startFakeUpstream();
    await using program = serve({ GALILEO_API_URL: upstream.url });
    const url = await getUrl(program);
    upstream.on('GET', path, async (_call, response) => {
      program.process.kill('SIGTERM');
      await program.waitFor(/"msg":"draining"/);
      response.writeHead(404, { 'content-type': 'application/json' }).end('{"detail":"not found"}');
    });
    const response = await query(url, '{ integration(name: OPENAI) { id } }');
    expect(response).toEqual({ status: 200, text: '{"data":{"integration":null}}' });
    expect(await program.exit).toBe(0);
    expect(program.stdout).toContain('"complete":true');
  });

  it('while one worker completes a request after the signal, new connections get 503, and none is reset', async () => {
    await using upstream = await startFakeUpstream();
    let respond = () => {};
    upstream.on('GET', path, (_call, response) => {
      respond = () => response.writeHead(404, { 'content-type': 'application/json' }).end('{}');
    });
    await using program = serve({ GALILEO_API_URL: upstream.url });
    const url = await getUrl(program);
    const running = query(url, '{ integration(name: OPENAI) { id } }');
    await expect.poll(() => upstream.calls.length).toBe(1);
    const results = new Set<unknown>();
    let isRunning = true;
    const clients = Array.from({ length: 6 }, async () => {
      while (isRunning) {
        const ready = send(url, { path: '/readyz' });
        results.add(await ready.then(({ status }) => status, String));
      }
    });
    program.process.kill('SIGTERM');
    await program.waitFor(/"msg":"draining"/);
    await new Promise((resolve) => setTimeout(resolve, 500));
    isRunning = false;
    await Promise.all(clients);
    results.delete(200);
    expect(results).toEqual(new Set([503]));
    respond();
    await running;
    expect(await program.exit).toBe(0);
  });

  it('a Ctrl+C that reaches every process of the group drains as well', async () => {
    await using upstream = await startFakeUpstream();
    await using program = serve({ GALILEO_API_URL: upstream.url }, { detached: true });
    const url = await getUrl(program);
    upstream.on('GET', path, async (_call, response) => {
      process.kill(-(program.process.pid ?? 0), 'SIGINT');
      await program.waitFor(/"msg":"draining"/);
      response.writeHead(404, { 'content-type': 'application/json' }).end('{"detail":"not found"}');
    });
    const response = await query(url, '{ integration(name: OPENAI) { id } }');
    expect(response.status).toBe(200);
    expect(await program.exit).toBe(0);
  });

  it('requests that do not end in time are cut off, and the program exits with 1', async () => {
    await using upstream = await startFakeUpstream();
    await using program = serve({ GALILEO_API_URL: upstream.url, SHUTDOWN_TIMEOUT_MS: '50' });
    const url = await getUrl(program);
    upstream.on('GET', path, () => {
      program.process.kill('SIGTERM');
    });
    await expect(query(url, '{ integration(name: OPENAI) { id } }')).rejects.toThrow();
    expect(await program.exit).toBe(1);
  });

  it('a second signal ends the program immediately with 1, and no worker remains', async () => {
    await using upstream = await startFakeUpstream();
    await using program = serve({ GALILEO_API_URL: upstream.url });
    const url = await getUrl(program);
    const workers = getWorkers(program);
    upstream.on('GET', path, async () => {
      program.process.kill('SIGTERM');
      await program.waitFor(/"msg":"draining"/);
      program.process.kill('SIGTERM');
    });
    await query(url, '{ integration(name: OPENAI) { id } }').catch(() => {});
    expect(await program.exit).toBe(1);
    await expect.poll(() => workers.filter(isAlive)).toEqual([]);
  });

  it('with workers, a port in use prevents the start with one line and exit code 1', async () => {
    await using upstream = await startFakeUpstream();
    await using program = serve({ PORT: new URL(upstream.url).port });
    expect(await program.exit).toBe(1);
    expect(program.stderr).toMatch(/^galileo-gateway: port \d+ is already in use: .*\n$/);
    expect(program.stdout).toBe('');
  });

  it('with workers, plugins that fail only in a worker prevent the start with exit code 1', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'galileo-gateway-'));
    const file = join(directory, 'plugins.mjs');
    await writeFile(
      file,
      `import cluster from 'node:cluster';
      if (cluster.isWorker) throw new Error('not in a worker');
      export default [];`,
    );
    await using program = startProgram(['serve', '--plugins', file], { PORT: '0', WORKERS: '2' });
    expect(await program.exit).toBe(1);
    expect(program.stderr).toContain(
      'galileo-gateway: --plugins: the module cannot be loaded: not in a worker\n',
    );
    expect(program.stderr).toContain('galileo-gateway: a worker ended before it was ready\n');
    await rm(directory, { recursive: true });
  });
});

describe('a worker that is killed under load', () => {
  it('a worker that is killed under load loses only its own requests, and the sum keeps its counts', async () => {
    await using upstream = await startFakeUpstream();
    upstream.on('GET', path, { status: 404, json: { detail: 'not found' } });
    await using program = serve({ GALILEO_API_URL: upstream.url });
    const url = await getUrl(program);
    const metricsUrl = await getMetricsUrl(program);
    const clientCount = 4;
    const results = { ok: 0, lost: 0 };
    let isDone = false;
    const clients = Array.from({ length: clientCount }, async () => {
      while (!isDone) {
        await query(url, '{ integration(name: OPENAI) { id } }').then(
          ({ status }) => (status === 200 ? (results.ok += 1) : (results.lost += 1)),
          () => (results.lost += 1),
        );
      }
    });
    let latest = 0;
    for (let kill = 0; kill < 2; kill += 1) {
      const before = results.ok;
      expect(getWorkers(program)).toHaveLength(2);
      await expect.poll(() => results.ok).toBeGreaterThan(before + 100);
      process.kill(getWorkers(program)[0] ?? 0, 'SIGKILL');
      await expect
        .poll(() => program.stdout.split('a replacement worker is listening').length - 1)
        .toBe(kill + 1);
      const counted = getSample(await readMetrics(metricsUrl), series) ?? 0;
      expect(counted).toBeGreaterThanOrEqual(latest);
      latest = counted;
    }
    isDone = true;
    await Promise.all(clients);
    // Each of two killed workers had at most the requests of all clients.
    expect(results.lost).toBeLessThanOrEqual(2 * clientCount);
    const counted = getSample(await readMetrics(metricsUrl), series) ?? 0;
    // A worker reports its counts every 200 ms. A killed worker loses the counts of the last interval.
    expect(counted).toBeGreaterThan(results.ok * 0.5);
    expect(counted).toBeLessThanOrEqual(results.ok + results.lost);
    program.process.kill('SIGTERM');
    expect(await program.exit).toBe(0);
  });

  it('if the primary process is killed, its workers complete the running requests and end', async () => {
    await using upstream = await startFakeUpstream();
    const held: (() => void)[] = [];
    upstream.on('GET', path, (_call, response) => {
      held.push(() => response.writeHead(404, { 'content-type': 'application/json' }).end('{"detail":"no"}'));
    });
    await using program = serve({ GALILEO_API_URL: upstream.url, METRICS_PORT: '' });
    const url = await getUrl(program);
    const running = query(url, '{ integration(name: OPENAI) { id } }');
    await expect.poll(() => held.length).toBe(1);
    const workers = getWorkers(program);
    program.process.kill('SIGKILL');
    await program.exit;
    held[0]?.();
    expect(await running).toEqual({ status: 200, text: '{"data":{"integration":null}}' });
    await expect.poll(() => workers.filter(isAlive), { timeout: 8000 }).toEqual([]);
  });

  it('a worker reports its counts without being scraped', async () => {
    await using program = serve();
    const url = await getUrl(program);
    for (let count = 0; count < 6; count += 1) await query(url);
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    for (const worker of getWorkers(program)) process.kill(worker, 'SIGKILL');
    await program.waitFor(/(?:a replacement worker is listening[^]*){2}/);
    expect(getSample(await readMetrics(await getMetricsUrl(program)), series)).toBe(6);
  });

  it('the metrics show a worker whose event loop is blocked, although the other processes are idle', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'galileo-gateway-'));
    const file = join(directory, 'plugins.mjs');
    await writeFile(
      file,
      `import cluster from 'node:cluster';
      export default [{ onParams() {
        const endMs = Date.now() + (cluster.worker.id === 1 ? 500 : 0);
        while (Date.now() < endMs);
      } }];`,
    );
    const settings = { PORT: '0', WORKERS: '2', METRICS_PORT: '0' };
    await using program = startProgram(['serve', '--plugins', file], settings);
    const url = await getUrl(program);
    // The lag since this reading is the next to be reported.
    await readMetrics(await getMetricsUrl(program));
    for (let count = 0; count < 8; count += 1) await query(url);
    await rm(directory, { recursive: true });
    const metrics = await readMetrics(await getMetricsUrl(program));
    expect(getSample(metrics, 'nodejs_eventloop_lag_p99_seconds')).toBeGreaterThan(0.4);
  });

  it('workers that are killed repeatedly are replaced after a backoff, which the log reports', async () => {
    await using program = serve({ METRICS_PORT: '' });
    await getUrl(program);
    for (const count of [1, 2, 3]) {
      // The newest one: the others may have run long enough to count as healthy.
      process.kill(getWorkers(program).at(-1) ?? 0, 'SIGKILL');
      await program.waitFor(new RegExp(`(?:a replacement worker is listening[^]*){${count}}`));
    }
    const backoffs = [...program.stdout.matchAll(/"backoffMs":(\d+)/g)].map(([, ms]) => Number(ms));
    expect(backoffs).toEqual([0, 100, 200]);
    expect(program.stdout).toContain('workers keep exiting: delaying the replacement');
  });

  it('a child process that inherited the output of its worker delays neither the replacement of the worker nor the exit', async () => {
    const starter = `import cluster from 'node:cluster';
      import { spawn } from 'node:child_process';
      if (cluster.isWorker) {
        const child = spawn('sleep', ['30'], { stdio: 'inherit', detached: true });
        console.log('started', child.pid, 'here');
      }`;
    await using program = serve({
      METRICS_PORT: '',
      NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(starter)}`,
    });
    await getUrl(program);
    process.kill(getWorkers(program)[0] ?? 0, 'SIGKILL');
    await program.waitFor(/(a replacement worker is listening)/);
    const signalledAtMs = performance.now();
    program.process.kill('SIGTERM');
    expect(await program.exit).toBe(0);
    expect(performance.now() - signalledAtMs).toBeLessThan(5000);
    for (const [, pid] of program.stdout.matchAll(/started (\d+) here/g)) process.kill(Number(pid));
  });
});

const hasPrlimit = spawnSync('prlimit', ['--version']).status === 0;
if (!hasPrlimit)
  console.warn('Skipped: tests without free file descriptors, because prlimit is not installed.');

describe.skipIf(!hasPrlimit)('without free file descriptors', () => {
  const countFiles = (pid: number): number => readdirSync(`/proc/${pid}/fd`).length;
  const limitFiles = (pid: number, limit: number): void =>
    void execFileSync('prlimit', ['--pid', String(pid), `--nofile=${limit}:`]);

  it('workers that cannot accept a connection are replaced, and the program is reachable again', async () => {
    await using program = serve();
    const url = await getUrl(program);
    const { hostname, port } = new URL(url);
    for (const worker of getWorkers(program)) limitFiles(worker, countFiles(worker) + 5);
    const sockets = Array.from({ length: 60 }, () => connect(Number(port), hostname).on('error', () => {}));
    await program.waitFor(/(a worker could not accept a connection)/);
    for (const socket of sockets) socket.destroy();
    await expect
      .poll(() => query(url).then(({ status }) => status, String), { timeout: 20_000, interval: 200 })
      .toBe(200);
    for (let count = 0; count < 6; count += 1) expect((await query(url)).status).toBe(200);
  });

  it('a worker that cannot be replaced yet is replaced later, and the other one serves requests', async () => {
    await using program = serve();
    const url = await getUrl(program);
    const primary = program.process.pid ?? 0;
    const [worker = 0] = getWorkers(program);
    limitFiles(primary, countFiles(primary) - 1);
    process.kill(worker, 'SIGKILL');
    await program.waitFor(/"reason":"spawn \S+ (EMFILE)"/);
    limitFiles(primary, 1000);
    await program.waitFor(/(a replacement worker is listening)/);
    for (let count = 0; count < 4; count += 1) expect((await query(url)).status).toBe(200);
    program.process.kill('SIGTERM');
    expect(await program.exit).toBe(0);
  });
});

describe('with WORKERS=2 and no METRICS_PORT', () => {
  it('without METRICS_PORT, workers serve requests and no metrics, and the program exits with 0', async () => {
    await using program = serve({ METRICS_PORT: '' });
    const url = await getUrl(program);
    expect(program.stdout).toContain('"metrics":"off"');
    expect((await query(url)).status).toBe(200);
    program.process.kill('SIGTERM');
    expect(await program.exit).toBe(0);
  });

  it('without METRICS_PORT, workers that exit repeatedly are replaced', async () => {
    await using program = serve({ METRICS_PORT: '' });
    const url = await getUrl(program);
    for (const count of [1, 2, 3]) {
      const [worker = 0] = getWorkers(program);
      process.kill(worker, 'SIGKILL');
      await program.waitFor(new RegExp(`(?:a replacement worker is listening[^]*){${count}}`));
    }
    expect(getWorkers(program)).toHaveLength(2);
    expect((await query(url)).status).toBe(200);
  });
});

describe('the channel between the processes', () => {
  it.each([
    null,
    'listening',
    {},
    { type: 'other' },
    { type: 'listening' },
    { type: 'failed', message: 1 },
    { type: 'metrics', snapshot: {} },
  ])('the primary process ignores %j, which is not a message of a worker', (message) => {
    expect(WorkerMessage.safeParse(message).success).toBe(false);
  });

  it.each([null, 'drain', [], { type: 'listening' }, { action: 'drain' }])(
    'a worker ignores %j, which is not a message to a worker',
    (message) => {
      expect(PrimaryMessage.safeParse(message).success).toBe(false);
    },
  );
});

describe('with WORKERS=1', () => {
  it('with WORKERS=1, the program has one process', async () => {
    await using program = serve({ WORKERS: '1' });
    await getUrl(program);
    expect(() => getWorkers(program)).toThrow();
  });
});
