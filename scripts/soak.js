// npm run soak [-- --requests 100000]: runs the built gateway in front of an upstream that fails one in twenty
// requests. Every request has its own document and variables. Meanwhile, other clients read slowly, pipeline
// requests and drop their connections. At the end, the gateway drains under load. Exits with 1 if memory or open files
// grow, if a response is not of a known kind, or if the drain loses a response. Linux only: it reads /proc.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Pool } from 'undici';

const { values } = parseArgs({ options: { requests: { type: 'string', default: '100000' } } });
const requestCount = Number(values.requests);
// Half of the gateway's sockets, so that upstream causes every failure, not the queue.
const callers = 32;
const failureShare = 0.05;
const samples = 10;
/** Allowed growth from the end of the warm-up to the end of the run. */
const allowedGrowthMb = 40;
/** The number of sockets varies by fewer than this because of resets. */
const allowedFiles = 40;

const integration = (name) =>
  Buffer.from(
    JSON.stringify({ name, id: '7d0c3a56-6e39-4a0c-9d0f-9ee8a9c7a001', extra: { text: 'x'.repeat(500) } }),
  );

// Every kind of upstream failure that leaves upstream's process running.
const failures = [
  (_request, response) => response.destroy(),
  (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': 100 });
    response.write('{"name":');
    setImmediate(() => response.destroy());
  },
  (_request, response) =>
    response.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad Gateway</h1>'),
  (_request, response) =>
    response.writeHead(500, { 'content-type': 'application/json' }).end('{"detail":"boom"}'),
  (_request, response) => response.writeHead(429, { 'retry-after': '0' }).end(),
  (_request, response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{"name":'),
  (_request, response) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"name":"azure"}'),
  (_request, response) => response.writeHead(302, { location: 'http://elsewhere.invalid/' }).end(),
];

let failureCount = 0;
let isHealthy = false;
const upstream = createServer((request, response) => {
  if (!isHealthy && Math.random() < failureShare) {
    failureCount += 1;
    failures[failureCount % failures.length](request, response);
    return;
  }
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(integration(request.url.slice('/v2/integrations/'.length)));
});
upstream.listen(0, '127.0.0.1');
await once(upstream, 'listening');

const program = fileURLToPath(new URL('../dist/main.js', import.meta.url));
// With a small heap, V8 collects garbage often, so growth is a leak.
const heapMb = 128;
const gateway = spawn(process.execPath, [`--max-old-space-size=${heapMb}`, program, 'serve', '--port', '0'], {
  env: {
    ...process.env,
    GALILEO_API_URL: `http://127.0.0.1:${upstream.address().port}`,
    RESPONSE_TIMEOUT_MS: '2000',
    SHUTDOWN_DELAY_MS: '2000',
  },
  stdio: ['ignore', 'pipe', 'inherit'],
});
let output = '';
let url;
for await (const chunk of gateway.stdout.iterator({ destroyOnReturn: false })) {
  output += chunk;
  url = /"url":"([^"]+)"/.exec(output)?.[1];
  if (url !== undefined) break;
}
gateway.stdout.resume();
const { hostname, port, origin } = new URL(url);

const readMemoryMb = () =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${gateway.pid}/status`, 'utf8'))[1]) / 1024;
const countFiles = () => readdirSync(`/proc/${gateway.pid}/fd`).length;

const knownCodes = new Set([
  'RATE_LIMITED',
  'UPSTREAM_UNAVAILABLE',
  'UPSTREAM_TIMEOUT',
  'UPSTREAM_INVALID_RESPONSE',
  'UPSTREAM_ERROR',
]);
const names = ['OPENAI', 'AZURE', 'ANTHROPIC', 'MISTRAL', 'NVIDIA'];
const counts = { succeeded: 0, failed: 0, unknown: 0, pipelined: 0, slow: 0, dropped: 0 };

/** A unique request: its names and variables contain the number. */
const toBody = (number) =>
  JSON.stringify({
    query: `query Q${number}($name: IntegrationName!, $with${number}: Boolean!) { a${number}: integration(name: $name) { __typename id name extra @include(if: $with${number}) } }`,
    variables: { name: names[number % names.length], [`with${number}`]: number % 2 === 0 },
  });

const pool = new Pool(origin, { connections: callers });
async function ask(number) {
  const { statusCode, body } = await pool.request({
    method: 'POST',
    path: '/graphql',
    headers: { 'content-type': 'application/json', 'galileo-api-key': `tenant-${number % 97}` },
    body: toBody(number),
  });
  const { data, errors } = await body.json();
  if (statusCode === 200 && errors === undefined && data[`a${number}`] !== null) counts.succeeded += 1;
  else if (statusCode === 200 && errors?.every(({ extensions }) => knownCodes.has(extensions.code)))
    counts.failed += 1;
  else counts.unknown += 1;
}

const toHttp = (body) =>
  `POST /graphql HTTP/1.1\r\nhost: soak\r\ncontent-type: application/json\r\ngalileo-api-key: other\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

/** One connection with 16 pipelined requests: read in full, read slowly, or dropped. */
async function disturb(number) {
  const socket = connect(Number(port), hostname);
  socket.on('error', () => {});
  const closed = once(socket, 'close');
  const requests = Array.from({ length: 16 }, (_, index) => toHttp(toBody(number * 16 + index + 1e9)));
  socket.write(requests.join(''));
  const kind = ['pipelined', 'slow', 'dropped'][number % 3];
  counts[kind] += 1;
  if (kind === 'pipelined') socket.resume();
  else if (kind === 'dropped') setTimeout(() => socket.resetAndDestroy(), number % 20);
  else {
    // 4 kB at a time.
    const timer = setInterval(() => socket.read(4096), 50);
    socket.on('close', () => clearInterval(timer));
  }
  setTimeout(() => socket.destroy(), 3000).unref();
  await closed;
}

let isRunning = true;
const disturbances = Array.from({ length: 3 }, async (_, index) => {
  for (let number = index; isRunning; number += 3) {
    await disturb(number);
    // Dropped requests cost as much as others, and must not take all of the CPU.
    await wait(300);
  }
});

const rows = [];
let next = 0;
for (let sample = 0; sample <= samples; sample += 1) {
  const end = Math.round((requestCount * sample) / samples);
  await Promise.all(
    Array.from({ length: callers }, async () => {
      while (next < end) {
        const number = next;
        next += 1;
        await ask(number);
      }
    }),
  );
  rows.push({ requests: end, memoryMb: Math.round(readMemoryMb()), files: countFiles() });
}
isRunning = false;
await Promise.all(disturbances);

// Waits until the last pipelined requests are processed.
await wait(2000);

// Drains under load. Like a load balancer, the clients stop within SHUTDOWN_DELAY_MS. Every sent request must get a
// complete response.
isHealthy = true;
let lost = 0;
let drained = 0;
let isSending = true;
const exited = once(gateway, 'exit');
const clients = Array.from({ length: callers }, async (_, index) => {
  for (let number = 2e9 + index; isSending; number += callers) {
    await ask(number).then(
      () => {
        drained += 1;
      },
      (error) => {
        lost += 1;
        process.stderr.write(`lost: ${error.message}\n`);
      },
    );
  }
});
gateway.kill('SIGTERM');
setTimeout(() => {
  isSending = false;
}, 300);
await Promise.all(clients);
const [exitCode] = await exited;
await pool.destroy();
upstream.close();
upstream.closeAllConnections();

process.stdout.write('| requests | memory | open files |\n| --- | --- | --- |\n');
for (const { requests, memoryMb, files } of rows) {
  process.stdout.write(`| ${requests} | ${memoryMb} MB | ${files} |\n`);
}
const warm = rows[2];
const last = rows[samples];
const isFlat = last.memoryMb - warm.memoryMb <= allowedGrowthMb && last.files - warm.files <= allowedFiles;
process.stdout.write(`\n${failureCount} upstream failures; ${JSON.stringify(counts)}\n`);
process.stdout.write(
  `${isFlat ? 'flat' : 'GROWN'}; ${drained} requests during the drain, ${lost} lost; exit code ${exitCode}\n`,
);
process.exit(isFlat && counts.unknown === 0 && lost === 0 && exitCode === 0 ? 0 : 1);
