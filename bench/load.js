// Load from a separate process. Each caller sends its next request when it has the response to the last one.
// One job per message: { url, query, variables, connections, durationMs }. The result has the number of requests and failures,
// and latencies. A request without a response after 10 s is a failure.
import { Pool } from 'undici';

// So many that a cache by credential has no effect.
const tenants = Array.from(
  { length: 4096 },
  (_, index) => `benchmark-tenant-${String(index).padStart(4, '0')}`,
);

process.on('message', (job) => void run(job));

async function run({ url, query, variables, connections, durationMs }) {
  const { origin, pathname } = new URL(url);
  const pool = new Pool(origin, { connections, pipelining: 1, headersTimeout: 10_000, bodyTimeout: 10_000 });
  const body = JSON.stringify({ query, variables });
  const latenciesUs = [];
  let failures = 0;
  let tenant = 0;
  const endAt = performance.now() + durationMs;
  const caller = async () => {
    while (performance.now() < endAt) {
      tenant = (tenant + 1) % tenants.length;
      const startedAt = performance.now();
      try {
        const answer = await pool.request({
          method: 'POST',
          path: pathname,
          headers: { 'content-type': 'application/json', 'galileo-api-key': tenants[tenant] },
          body,
        });
        const text = await answer.body.text();
        latenciesUs.push(Math.round((performance.now() - startedAt) * 1000));
        if (answer.statusCode !== 200 || text.startsWith('{"errors"')) failures += 1;
      } catch {
        failures += 1;
        // A contender that is gone must not make this a busy loop.
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  };
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: connections }, caller));
  const elapsedMs = performance.now() - startedAt;
  await pool.close();
  latenciesUs.sort((a, b) => a - b);
  const quantile = (q) =>
    latenciesUs[Math.min(latenciesUs.length - 1, Math.floor(latenciesUs.length * q))] / 1000;
  process.send({
    requests: latenciesUs.length,
    failures,
    requestsPerSecond: latenciesUs.length / (elapsedMs / 1000),
    p50Ms: quantile(0.5),
    p99Ms: quantile(0.99),
  });
}

process.send({ ready: true });
