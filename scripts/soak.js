// npm run soak [-- --requests 100000]: the built gateway, with an upstream that fails one request in twenty. Prints how
// memory and open files develop. Exits with 1 if they grow, or if a response has an unknown error. Linux only (/proc).
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Pool } from 'undici';

const { values } = parseArgs({ options: { requests: { type: 'string', default: '100000' } } });
const requestCount = Number(values.requests);
// Half of the gateway's sockets: no call waits in the queue, so that upstream causes every failure.
const callers = 32;
const failureShare = 0.05;
const samples = 10;
/** Permitted growth of memory from the end of the warm-up to the end of the run. */
const allowedGrowthMb = 40;
/** Permitted growth of open files: resets close and open fewer sockets than this. */
const allowedFiles = 20;

const integration = (name) =>
  Buffer.from(
    JSON.stringify({ name, id: '7d0c3a56-6e39-4a0c-9d0f-9ee8a9c7a001', extra: { text: 'x'.repeat(500) } }),
  );

// Failures of upstream that its process survives.
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
const upstream = createServer((request, response) => {
  if (Math.random() < failureShare) {
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
// A small heap forces V8 to collect garbage. With a large one, memory grows by garbage alone.
const heapMb = 64;
const gateway = spawn(process.execPath, [`--max-old-space-size=${heapMb}`, program, 'serve', '--port', '0'], {
  env: { ...process.env, GALILEO_API_URL: `http://127.0.0.1:${upstream.address().port}` },
  stdio: ['ignore', 'pipe', 'inherit'],
});
let output = '';
let url;
for await (const chunk of gateway.stdout) {
  output += chunk;
  url = /"url":"([^"]+)"/.exec(output)?.[1];
  if (url !== undefined) break;
}
gateway.stdout.resume();

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
const counts = { succeeded: 0, failed: 0, unknown: 0 };

const pool = new Pool(new URL(url).origin, { connections: callers });
async function sendRequest(number) {
  const { statusCode, body } = await pool.request({
    method: 'POST',
    path: '/graphql',
    headers: { 'content-type': 'application/json', 'galileo-api-key': `tenant-${number % 97}` },
    body: JSON.stringify({
      query: 'query ($name: IntegrationName!) { integration(name: $name) { __typename id name extra } }',
      variables: { name: names[number % names.length] },
    }),
  });
  const { data, errors } = await body.json();
  if (statusCode === 200 && errors === undefined && data.integration !== null) counts.succeeded += 1;
  else if (statusCode === 200 && errors?.every(({ extensions }) => knownCodes.has(extensions.code)))
    counts.failed += 1;
  else counts.unknown += 1;
}

const rows = [];
let next = 0;
for (let sample = 0; sample <= samples; sample += 1) {
  const end = Math.round((requestCount * sample) / samples);
  await Promise.all(
    Array.from({ length: callers }, async () => {
      while (next < end) {
        const number = next;
        next += 1;
        await sendRequest(number);
      }
    }),
  );
  rows.push({ requests: end, memoryMb: Math.round(readMemoryMb()), files: countFiles() });
}
await pool.close();

process.stdout.write('| requests | memory | open files |\n|---|---|---|\n');
for (const { requests, memoryMb, files } of rows) {
  process.stdout.write(`| ${requests} | ${memoryMb} MB | ${files} |\n`);
}
process.stdout.write(`\n${failureCount} upstream failures; ${JSON.stringify(counts)}\n`);

const warm = rows[2];
const last = rows[samples];
const isFlat = last.memoryMb - warm.memoryMb <= allowedGrowthMb && last.files - warm.files <= allowedFiles;
gateway.kill('SIGTERM');
const [exitCode] = await once(gateway, 'exit');
upstream.close();
upstream.closeAllConnections();
process.stdout.write(`${isFlat ? 'flat' : 'GROWN'}; drained with exit code ${exitCode}\n`);
process.exit(isFlat && counts.unknown === 0 && exitCode === 0 ? 0 : 1);
