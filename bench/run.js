// npm run bench [-- --quick | --check]: measures the gateway, a pass-through and its rivals in interleaved rounds, prints the
// ratios and writes docs/performance-figures.md. `--check` only checks their responses. Linux only: it reads CPU time from /proc, and needs wrk
// and openssl.
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  contenders,
  getCpuTimeUs,
  getResidentMb,
  limitWorkers,
  loadCommand,
  startGateway,
  startStub,
} from './contenders.js';
import { load } from './load.js';
import { furtherOperations, operations, settingsPageOperation } from './operations.js';

const isQuick = process.argv.includes('--quick');
const isCheck = process.argv.includes('--check');
/** The contenders that are measured; without this option all of them. */
const only = /^--only=(.*)$/.exec(process.argv.find((argument) => argument.startsWith('--only=')) ?? '')?.[1];
const names = Object.keys(contenders).filter((name) => only === undefined || only.split(',').includes(name));
const rounds = isQuick ? 9 : 15;
const roundMs = 1000;
const slowRounds = { count: 5, durationMs: 2000 };
const connections = 64;
/** The load before the measurement: of the first operation of a contender, and of each other one. */
const warmUpMs = { first: 6000, other: 4000 };
const tables = [];
const print = (text) => process.stdout.write(`${text}\n`);

const quantile = (values, share) =>
  [...values].sort((a, b) => a - b)[Math.round((values.length - 1) * share)];
const median = (values) => quantile(values, 0.5);

const toOwn = (name, operation) => contenders[name]?.operations?.get(operation) ?? operation;

/** The URL and the request that a contender gets for an operation. */
function toRequest({ name, url }, operation) {
  if (name === 'pass-through') return { url: url + operation.plain.path, request: operation.plain };
  const { query, variables } = toOwn(name, operation);
  return { url, request: { method: 'POST', body: JSON.stringify({ query, variables }) } };
}

async function isRight(contender, operation) {
  const { url, request } = toRequest(contender, operation);
  const response = await fetch(url, {
    method: request.method,
    headers: { 'content-type': 'application/json', 'galileo-api-key': 'benchmark-check' },
    body: request.body === '' ? undefined : request.body,
  });
  if (contender.name === 'pass-through') return response.status === 200;
  const { data, errors } = await response.json();
  if (errors !== undefined) print(`${contender.name}: ${JSON.stringify(errors).slice(0, 500)}`);
  const right = errors === undefined && toOwn(contender.name, operation).isRight(data);
  if (!right) print(`${contender.name}: ${JSON.stringify(data).slice(0, 500)}`);
  return right;
}

async function startAll(started, upstreamUrl) {
  const running = [];
  for (const name of started) running.push({ name, ...(await contenders[name].start(upstreamUrl)) });
  return running;
}

const stopAll = (running) => {
  for (const { child } of running) child.kill('SIGKILL');
};

async function measureOnce(contender, operation, durationMs, callers = connections) {
  const { child } = contender;
  const beforeUs = getCpuTimeUs(child.pid);
  const job = { ...toRequest(contender, operation), connections: callers, durationMs };
  const result = await load(job, loadCommand);
  return { ...result, cpuUs: (getCpuTimeUs(child.pid) - beforeUs) / result.requests };
}

/** All contenders in each round, in an order that changes, so that a disturbance affects all of them. */
async function measure(running, operation, { count, durationMs }, callers = connections) {
  const results = new Map(running.map(({ name }) => [name, []]));
  for (let round = 0; round < count; round += 1) {
    const first = round % running.length;
    for (const contender of [...running.slice(first), ...running.slice(0, first)]) {
      results.get(contender.name).push(await measureOnce(contender, operation, durationMs, callers));
    }
  }
  return results;
}

async function warmUp(running, measured) {
  for (const contender of running) {
    for (const [index, operation] of measured.entries()) {
      if (!(await isRight(contender, operation))) {
        throw new Error(`the response of ${contender.name} to "${operation.title}" is not correct`);
      }
      if (isCheck) continue;
      await measureOnce(contender, operation, index === 0 ? warmUpMs.first : warmUpMs.other);
    }
  }
}

function addTable(title, head, rows) {
  const widths = head.map((_, column) =>
    Math.max(3, ...[head, ...rows].map((row) => `${row[column]}`.length)),
  );
  const toLine = (row) => `| ${row.map((cell, column) => `${cell}`.padEnd(widths[column])).join(' | ')} |`;
  const rule = widths.map((width) => '-'.repeat(width));
  const lines = [`## ${title}`, '', ...[head, rule, ...rows].map(toLine)];
  tables.push(lines.join('\n'));
  print(`\n${lines.join('\n')}`);
}

const head = ['', 'ratio', 'range', 'CPU time per request', 'requests per second', 'p50', 'p99'];

function addComparison(title, results) {
  const base = results.get('pass-through');
  const rows = [...results].map(([name, samples]) => {
    const of = (key) => samples.map((sample) => sample[key]);
    const ratios = samples.map(({ cpuUs }, round) => base[round].cpuUs / cpuUs);
    const failures = of('failures').reduce((sum, count) => sum + count, 0);
    return [
      failures === 0 ? name : `${name} (${failures} failures)`,
      median(ratios).toFixed(2),
      `${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}`,
      `${median(of('cpuUs')).toFixed(0)} µs`,
      median(of('requestsPerSecond')).toFixed(0),
      `${median(of('p50Ms')).toFixed(1)} ms`,
      `${median(of('p99Ms')).toFixed(1)} ms`,
    ];
  });
  addTable(title, head, rows);
}

async function compare(started, measured, memoryTitle) {
  const stub = await startStub();
  const running = await startAll(started, stub.url);
  try {
    await warmUp(running, measured);
    if (isCheck) return;
    for (const operation of measured) {
      addComparison(
        operation.title,
        await measure(running, operation, { count: rounds, durationMs: roundMs }),
      );
    }
    addTable(
      memoryTitle,
      ['', 'resident'],
      running.map(({ name, child }) => [name, `${getResidentMb(child.pid).toFixed(0)} MB`]),
    );
  } finally {
    stopAll([...running, stub]);
  }
}

async function compareSlowUpstream() {
  const stub = await startStub({ DELAY_MS: '50' });
  const running = await startAll(['pass-through', 'galileo-gateway'], stub.url);
  try {
    for (const callers of [32, 256, 1000]) {
      const title = `One provider, an upstream that takes 50 ms, ${callers} connections`;
      addComparison(title, await measure(running, operations.one, slowRounds, callers));
    }
  } finally {
    stopAll([...running, stub]);
  }
}

/** In CPUs. Two workers leave most of two CPUs to the load and the stub. */
const workerShare = 0.3;

/** The throughput of one and two workers whose CPU time is limited, so that the load and the stub do not limit them. */
async function compareLimitedWorkers(running) {
  try {
    for (const { name, child } of running) limitWorkers(child.pid, Number(name), workerShare);
  } catch (error) {
    print(`The scaling of limited workers is not measured: ${error.message}`);
    return;
  }
  const rows = [];
  for (const operation of [operations.one, operations.twelve]) {
    const ratios = [];
    for (let round = 0; round < rounds; round += 1) {
      const throughputs = [];
      for (const gateway of running) {
        const callers = (connections / 2) * Number(gateway.name);
        const { requestsPerSecond } = await measureOnce(gateway, operation, 2000, callers);
        throughputs.push(requestsPerSecond);
      }
      ratios.push(throughputs[1] / throughputs[0]);
    }
    rows.push([
      operation.title,
      median(ratios).toFixed(2),
      `${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}`,
    ]);
  }
  const title = `Throughput of two workers divided by that of one, each limited to ${workerShare} CPU`;
  addTable(title, ['', 'ratio', 'range'], rows);
}

/** The gateway with one and two workers on both CPUs, which the load shares. */
async function compareWorkers() {
  const stub = await startStub();
  const running = [];
  for (const workers of ['1', '2'])
    running.push({ name: workers, ...(await startGateway(stub.url, 'unpinned', { WORKERS: workers })) });
  try {
    for (const operation of [operations.one, operations.twelve]) {
      for (const gateway of running) await measureOnce(gateway, operation, warmUpMs.first);
      const results = await measure(running, operation, { ...slowRounds, count: rounds });
      const rows = running.map(({ name, child }) => {
        const of = (key) => median(results.get(name).map((sample) => sample[key]));
        return [
          name,
          of('requestsPerSecond').toFixed(0),
          `${of('cpuUs').toFixed(0)} µs`,
          `${of('p50Ms').toFixed(1)} ms`,
          `${of('p99Ms').toFixed(1)} ms`,
          `${getResidentMb(child.pid).toFixed(0)} MB`,
        ];
      });
      const columns = ['workers', 'requests per second', 'CPU time per request', 'p50', 'p99', 'resident'];
      addTable(`Capacity: ${operation.title}`, columns, rows);
    }
    await compareLimitedWorkers(running);
  } finally {
    stopAll([...running, stub]);
  }
}

/** How long the first request of a process takes, with an upstream that needs TLS and takes 50 ms. */
async function compareColdStarts() {
  const directory = mkdtempSync(join(tmpdir(), 'galileo-bench-tls-'));
  const [CERT_FILE, KEY_FILE] = ['cert.pem', 'key.pem'].map((name) => join(directory, name));
  const certificate = [
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-days',
    '2',
    '-subj',
    '/CN=localhost',
  ];
  const names = ['-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', KEY_FILE, '-out', CERT_FILE];
  execFileSync('openssl', [...certificate, ...names], { stdio: 'ignore' });
  const stub = await startStub({ DELAY_MS: '50', CERT_FILE, KEY_FILE });
  const measured = [operations.one, settingsPageOperation];
  const times = new Map(measured.map(({ title }) => [title, []]));
  try {
    for (let round = 0; round < rounds; round += 1) {
      for (const operation of measured) {
        const url = stub.url.replace('http:', 'https:');
        const gateway = await startGateway(url, 'unpinned', { UPSTREAM_CA_FILE: CERT_FILE });
        const startedAtMs = performance.now();
        const isCorrect = await isRight({ name: 'galileo-gateway', ...gateway }, operation);
        times.get(operation.title).push(performance.now() - startedAtMs);
        gateway.child.kill('SIGKILL');
        await once(gateway.child, 'exit');
        if (!isCorrect) throw new Error(`the response to "${operation.title}" is not correct`);
      }
    }
  } finally {
    stopAll([stub]);
    rmSync(directory, { recursive: true });
  }
  const base = times.get(operations.one.title);
  const rows = measured.map(({ title }) => [
    title,
    `${median(times.get(title)).toFixed(0)} ms`,
    median(times.get(title).map((ms, round) => ms / base[round])).toFixed(2),
  ]);
  addTable('First request of a process, upstream with TLS and 50 ms', ['', 'time', 'ratio'], rows);
}

function getVersions() {
  const read = (path) => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')).version;
  const rivals = [
    'mercurius',
    '@apollo/server',
    '@apollo/datasource-rest',
    '@omnigraph/openapi',
    '@graphql-hive/gateway-runtime',
    'undici',
  ];
  const versions = rivals.map((name) => `${name} ${read(`node_modules/${name}/package.json`)}`);
  const yoga = `graphql-yoga ${read('../node_modules/graphql-yoga/package.json')}`;
  return [`galileo-gateway ${read('../package.json')}`, `Node ${process.version}`, yoga, ...versions].join(
    ', ',
  );
}

const [loadBefore = 0] = loadavg();
await compare(names, Object.values(operations), 'Memory of all servers after their run');
await compare(
  ['pass-through', 'galileo-gateway'],
  Object.values(furtherOperations),
  'Memory of the pass-through and the gateway after their run',
);
if (!isCheck) {
  await compareWorkers();
  await compareColdStarts();
  if (!isQuick) await compareSlowUpstream();
}
const introduction = [
  '# Performance figures',
  '',
  `Written by \`npm run bench${isQuick ? ' -- --quick' : ''}\`. \`ratio\` is the CPU time per request of the pass-through divided by that of the row,`,
  'in the same round: 1.00 costs as much as the pass-through, higher is better. It is the median over the rounds, and `range` is the lowest and',
  'the highest. [performance.md](performance.md) explains the method.',
  '',
  `${getVersions()}; ${rounds} rounds of ${roundMs} ms; ${connections} connections unless stated otherwise, 4,096 credentials;`,
  `${availableParallelism()} CPUs, load average ${loadBefore.toFixed(1)} before the run.`,
].join('\n');
if (only === undefined && !isCheck) {
  writeFileSync(
    new URL('../docs/performance-figures.md', import.meta.url),
    `${introduction}\n\n${tables.join('\n\n')}\n`,
  );
}
