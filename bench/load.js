// Load by wrk. Each connection sends its next request after the response to the previous one. The requests use 4,096
// credentials in turn, so that successive requests have nothing in common.
import { execFile } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const directory = mkdtempSync(join(tmpdir(), 'galileo-bench-'));

/** wrk's script for a request. The connections send it with one credential after the other. */
function writeScript({ method, body }) {
  const path = join(directory, 'request.lua');
  writeFileSync(join(directory, 'body'), body);
  writeFileSync(
    path,
    `wrk.method = "${method}"
wrk.headers["content-type"] = "application/json"
local file = io.open("${join(directory, 'body')}", "rb")
wrk.body = file:read("*all")
file:close()
local requests, index = {}, 0
init = function()
  for tenant = 1, 4096 do
    local headers = { ["galileo-api-key"] = string.format("benchmark-tenant-%04d", tenant) }
    for name, value in pairs(wrk.headers) do headers[name] = value end
    requests[tenant] = wrk.format(nil, nil, headers)
  end
end
request = function()
  index = index % 4096 + 1
  return requests[index]
end
done = function(summary, latency)
  local errors = summary.errors
  io.write(string.format("RESULT %d %d %d %d %d\\n", summary.requests, summary.duration,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout,
    latency:percentile(50), latency:percentile(99)))
end
`,
  );
  return path;
}

/** Sends the request for that time. Latencies are in milliseconds. Failures are errors of sockets and of HTTP. */
export async function load({ url, request, connections, durationMs }, command) {
  const seconds = Math.max(1, Math.round(durationMs / 1000));
  const script = writeScript(request);
  const [program, ...args] = [
    ...command,
    'wrk',
    '-t1',
    `-c${connections}`,
    `-d${seconds}s`,
    '--timeout',
    '10s',
    '-s',
    script,
    url,
  ];
  const { stdout } = await run(program, args);
  const [requests, durationUs, failures, p50Us, p99Us] = /RESULT ([\d ]+)/
    .exec(stdout)[1]
    .split(' ')
    .map(Number);
  return {
    requests,
    failures,
    requestsPerSecond: requests / (durationUs / 1e6),
    p50Ms: p50Us / 1000,
    p99Ms: p99Us / 1000,
  };
}
