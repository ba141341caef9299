import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { GraphQLError } from 'graphql';
import { describe, expect, it } from 'vitest';
import { closeServer, getUrl } from '../src/http/listen.ts';
import { startMetricsServer } from '../src/http/metrics-server.ts';
import { version } from '../src/package.ts';
import { startFakeUpstream } from './support/fake-upstream.ts';
import { startGateway, type TestGateway } from './support/gateway.ts';
import { openConnection } from './support/http-client.ts';
import { getSample, readMetrics } from './support/metrics.ts';
import { startProgram } from './support/program.ts';

const path = '/v2/integrations/openai';
const integration = { id: '0b1f0a2e-4d0c-4f35-9f0b-6a7b1f0a2e4d', name: 'openai' };
const query = '{ integration(name: OPENAI) { id } }';

const hasPromtool = spawnSync('promtool', ['--version']).status === 0;
if (!hasPromtool) console.warn('Skipped: the check of metrics by promtool, which is not installed.');

const read = (gateway: TestGateway) => readMetrics(`${gateway.metricsUrl}/metrics`);

const problem = (code: number) => ({ standard_error: { error_code: code, message: 'no' } });

it('concurrent scrapes share one result', async () => {
  let count = 0;
  let finish = (_text: string): void => {};
  const server = await startMetricsServer(0, '127.0.0.1', () => {
    count += 1;
    return new Promise((resolve) => {
      finish = resolve;
    });
  });
  let requests = 0;
  server.on('request', () => (requests += 1));
  const url = `${getUrl(server)}/metrics`;
  const scrapes = Array.from({ length: 10 }, async () => (await fetch(url)).text());
  await expect.poll(() => requests).toBe(10);
  finish('one 1\n');
  expect(new Set(await Promise.all(scrapes))).toEqual(new Set(['one 1\n']));
  expect(count).toBe(1);
  closeServer(server);
});

it('the listener of the metrics accepts at most 100 connections, and closes those of slow clients', async () => {
  const server = await startMetricsServer(0, '127.0.0.1', () => Promise.resolve('one 1\n'));
  const url = getUrl(server);
  const slow = await Promise.all(Array.from({ length: 100 }, () => openConnection(url)));
  for (const connection of slow) connection.write('GET /metrics HTTP/1.1\r\n');
  const further = await openConnection(url);
  expect(await further.closed).toBe('');
  const [received = ''] = await Promise.all(slow.map(({ closed }) => closed));
  expect(received).toMatch(/^HTTP\/1\.1 408 /);
  expect(await (await fetch(`${url}/metrics`)).text()).toBe('one 1\n');
  closeServer(server);
}, 30_000);

describe('the metrics', () => {
  it.each([
    [
      'an HTML response',
      { status: 200, headers: { 'content-type': 'text/html' }, body: '<h1>Login</h1>' },
      'UPSTREAM_INVALID_RESPONSE',
      '2xx',
      'foreign',
    ],
    [
      'the 404 of a wrong base path',
      { status: 404, body: 'Not Found' },
      'UPSTREAM_INVALID_RESPONSE',
      '4xx',
      'foreign',
    ],
    [
      'an HTML 403 of a firewall',
      { status: 403, headers: { 'content-type': 'text/html' }, body: '<h1>No</h1>' },
      'FORBIDDEN',
      '4xx',
      'foreign',
    ],
    ['a rate limit', { status: 429, json: { detail: 'slow down' } }, 'RATE_LIMITED', '4xx', 'rate_limited'],
    ['a rate limit without a body', { status: 429, body: '' }, 'RATE_LIMITED', '4xx', 'rate_limited'],
    [
      'an error whose body is too large',
      { status: 500, json: { detail: 'x'.repeat(2000) } },
      'UPSTREAM_ERROR',
      '5xx',
      'responded',
    ],
    ['a provider error', { status: 502, json: problem(7001) }, 'PROVIDER_ERROR', '5xx', 'provider_error'],
  ])(
    'the metrics count %s with its own outcome, and its error with its code',
    async (_name, reply, code, statusClass, outcome) => {
      await using upstream = await startFakeUpstream();
      upstream.on('GET', path, reply);
      await using gateway = await startGateway(upstream.url, {
        metricsPort: '0',
        upstreamRetries: '0',
        upstreamMaxResponseBytes: '1000',
      });
      await gateway.query(query);
      const metrics = await read(gateway);
      const labels = `operation="get_integration",provider="openai",method="GET",status_class="${statusClass}"`;
      expect(getSample(metrics, `gateway_upstream_requests_total{${labels},outcome="${outcome}"}`)).toBe(1);
      expect(getSample(metrics, `gateway_errors_total{code="${code}"}`)).toBe(1);
    },
  );

  it('the metrics show how many requests are in flight', async () => {
    await using upstream = await startFakeUpstream();
    await using gateway = await startGateway(upstream.url, { metricsPort: '0' });
    let during = '';
    upstream.on('GET', path, async (_call, response) => {
      during = await read(gateway);
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(integration));
    });
    await gateway.query(query);
    expect(getSample(during, 'gateway_requests_in_flight')).toBe(1);
  });

  it.skipIf(!hasPromtool)('promtool accepts the names and types of the metrics', async () => {
    await using upstream = await startFakeUpstream();
    upstream.on('GET', path, { json: integration });
    await using gateway = await startGateway(upstream.url, { metricsPort: '0' });
    await gateway.query(query);
    const own = (await read(gateway)).replace(/^.*\b(?:nodejs|process)_.*\n/gm, '');
    const { stderr, stdout, status } = spawnSync('promtool', ['check', 'metrics'], {
      input: own,
      encoding: 'utf8',
    });
    expect({ stderr, stdout, status }).toEqual({ stderr: '', stdout: '', status: 0 });
  });

  it('the metrics and their labels are those of the contract', async () => {
    await using upstream = await startFakeUpstream();
    upstream.once('GET', path, { status: 503, json: {} }).on('GET', path, { json: integration });
    await using gateway = await startGateway(upstream.url, { metricsPort: '0' });
    const startedAtMs = performance.now();
    await gateway.query(query);
    const metrics = await read(gateway);
    const seconds = (performance.now() - startedAtMs) / 1000;
    for (const name of ['gateway_request_duration_seconds', 'gateway_upstream_request_duration_seconds']) {
      expect(getSample(metrics, `${name}_sum`)).toBeGreaterThan(0);
      expect(getSample(metrics, `${name}_sum`)).toBeLessThan(seconds);
    }
    expect(getSample(metrics, 'gateway_requests_total{operation_type="query",outcome="ok"}')).toBe(1);
    expect(getSample(metrics, 'gateway_request_duration_seconds_count')).toBe(1);
    const labels = 'operation="get_integration",provider="openai",method="GET",status_class';
    expect(getSample(metrics, `gateway_upstream_requests_total{${labels}="5xx",outcome="responded"}`)).toBe(
      1,
    );
    expect(getSample(metrics, `gateway_upstream_requests_total{${labels}="2xx",outcome="responded"}`)).toBe(
      1,
    );
    expect(getSample(metrics, 'gateway_upstream_request_duration_seconds_count')).toBe(2);
    expect(getSample(metrics, 'gateway_upstream_retries_total')).toBe(1);
    expect(getSample(metrics, 'gateway_upstream_breaker_open')).toBe(0);
    expect(getSample(metrics, 'gateway_upstream_queue_depth')).toBe(0);
    expect(getSample(metrics, 'gateway_requests_shed_total')).toBe(0);
    expect(getSample(metrics, 'gateway_requests_in_flight')).toBe(0);
    expect(getSample(metrics, `gateway_build_info{version="${version}"}`)).toBe(1);
    expect(getSample(metrics, 'gateway_errors_total{code="RATE_LIMITED"}')).toBe(0);
    expect(getSample(metrics, 'process_cpu_seconds_total')).toBeGreaterThan(0);
    expect(getSample(metrics, 'process_start_time_seconds')).toBeGreaterThan(0);
  });

  it('the metrics of a request are the same with and without plugins', async () => {
    await using upstream = await startFakeUpstream();
    upstream.on('GET', path, { status: 500, json: {} });
    const counts: string[][] = [];
    for (const plugins of [[], [{}]]) {
      await using gateway = await startGateway(upstream.url, { metricsPort: '0' }, { plugins });
      await gateway.query('{ __typename }');
      await gateway.query('{ __typename }', {}, { origin: 'https://app.example.com' });
      await fetch(`${gateway.url}?query=%7B__typename%7D`);
      await gateway.query(query);
      await gateway.query('{ nonsense }');
      await gateway.query('nonsense');
      const metrics = await read(gateway);
      expect(getSample(metrics, 'gateway_requests_total{operation_type="query",outcome="ok"}')).toBe(3);
      expect(getSample(metrics, 'gateway_request_duration_seconds_count')).toBe(6);
      counts.push(metrics.split('\n').filter((line) => /^gateway_(?!.*_(?:sum|bucket)\b)/.test(line)));
    }
    expect(counts[1]).toEqual(counts[0]);
  });

  it('an error with a code of a plugin is counted with the code "other"', async () => {
    await using upstream = await startFakeUpstream();
    const onExecute = () => {
      throw new GraphQLError('no', { extensions: { code: 'TEAPOT' } });
    };
    const plugins = [{ onExecute }];
    await using gateway = await startGateway(upstream.url, { metricsPort: '0' }, { plugins });
    expect((await gateway.query('{ __typename }')).text).toContain('"code":"TEAPOT"');
    const metrics = await read(gateway);
    expect(getSample(metrics, 'gateway_errors_total{code="other"}')).toBe(1);
    expect(metrics).not.toContain('TEAPOT');
  });

  it('callers cannot add series to the metrics', async () => {
    await using upstream = await startFakeUpstream();
    upstream.on('GET', path, { status: 418, json: {} });
    await using gateway = await startGateway(upstream.url, { metricsPort: '0' });
    for (let index = 0; index < 50; index += 1) {
      await gateway.query(`query Name${index} { __typename }`);
      await gateway.query(`nonsense ${index}`);
      await gateway.query(query, { [`variable${index}`]: index });
      await fetch(`${gateway.url}?query=${index}`, { method: index % 2 === 0 ? 'DELETE' : 'PATCH' });
    }
    const text = await read(gateway);
    const series = text.split('\n').filter((line) => /^gateway_requests_total\{.* [1-9]/.test(line));
    expect(series.sort()).toEqual([
      'gateway_requests_total{operation_type="query",outcome="ok"} 50',
      'gateway_requests_total{operation_type="query",outcome="upstream_error"} 50',
      'gateway_requests_total{operation_type="unknown",outcome="client_error"} 100',
    ]);
    expect(text).not.toMatch(/Name1|variable1|DELETE/);
  });

  it('the metrics count shed requests, without their durations, and waiting calls', async () => {
    await using upstream = await startFakeUpstream();
    await using gateway = await startGateway(upstream.url, {
      metricsPort: '0',
      maxConcurrentRequests: '1',
      upstreamConnections: '1',
    });
    let during = '';
    upstream.on('GET', '/v2/integrations/anthropic', { status: 404, json: {} });
    upstream.on('GET', path, async (_call, response) => {
      await gateway.query('{ __typename }');
      during = await read(gateway);
      response.writeHead(404, { 'content-type': 'application/json' }).end('{"detail":"not found"}');
    });
    await gateway.query('{ a: integration(name: OPENAI) { id } b: integration(name: ANTHROPIC) { id } }');
    expect(getSample(during, 'gateway_requests_shed_total')).toBe(1);
    expect(getSample(during, 'gateway_request_duration_seconds_count')).toBe(0);
    expect(getSample(during, 'gateway_upstream_queue_depth')).toBe(1);
    expect(getSample(during, 'gateway_requests_total{operation_type="unknown",outcome="shed"}')).toBe(1);
    expect(getSample(await read(gateway), 'gateway_upstream_queue_depth')).toBe(0);
  });

  it('the metrics count failed attempts and show that the circuit breaker opens', async () => {
    await using gateway = await startGateway('http://127.0.0.1:1', {
      metricsPort: '0',
      upstreamRetries: '0',
    });
    for (let count = 0; count < 20; count += 1) await gateway.query(query);
    const metrics = await read(gateway);
    const labels =
      'operation="get_integration",provider="openai",method="GET",status_class="none",outcome="upstream_unavailable"';
    expect(getSample(metrics, `gateway_upstream_requests_total{${labels}}`)).toBe(20);
    expect(getSample(metrics, 'gateway_upstream_breaker_open')).toBe(1);
  });
});

it('the dashboard uses existing metrics and labels', async () => {
  await using upstream = await startFakeUpstream();
  upstream.on('GET', path, { json: integration });
  await using gateway = await startGateway(upstream.url, { metricsPort: '0' });
  await gateway.query(query);
  const metrics = await read(gateway);
  const dashboard = readFileSync(new URL('../deploy/grafana-dashboard.json', import.meta.url), 'utf8');
  const expressions = [...dashboard.matchAll(/"expr": "((?:[^"\\]|\\.)*)"/g)].map(([, text]) => text ?? '');
  expect(expressions.length).toBeGreaterThan(10);
  const names = expressions.flatMap((text) => text.match(/\b(?:gateway|process|nodejs)_\w+/g) ?? []);
  for (const name of names) expect(metrics).toMatch(new RegExp(`^${name}[{ ]`, 'm'));
  const labels = expressions.flatMap((text) =>
    [...text.matchAll(/by \(([^)]*)\)/g)].flatMap(([, list]) => list?.split(', ') ?? []),
  );
  // Prometheus itself adds the instance.
  for (const label of labels.filter((name) => name !== 'instance')) expect(metrics).toContain(`${label}="`);
});

describe('the listener of METRICS_PORT', () => {
  it('the listener of METRICS_PORT serves only GET and HEAD of /metrics', async () => {
    await using upstream = await startFakeUpstream();
    await using gateway = await startGateway(upstream.url, { metricsPort: '0' });
    const ask = (path: string, method = 'GET') => fetch(`${gateway.metricsUrl}${path}`, { method });
    const metrics = await ask('/metrics');
    expect(metrics.headers.get('x-request-id')).toMatch(/^[\da-f-]{36}$/);
    expect(metrics.status).toBe(200);
    expect(metrics.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    const head = await ask('/metrics', 'HEAD');
    expect({ status: head.status, text: await head.text() }).toEqual({ status: 200, text: '' });
    expect(head.headers.get('content-type')).toBe(metrics.headers.get('content-type'));
    const post = await ask('/metrics', 'POST');
    expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    for (const other of ['/', '/graphql', '/livez', '/metrics/', '/metricsx']) {
      expect((await ask(other)).status).toBe(404);
    }
  });

  it.each([
    ['bytes that are not HTTP', 'GARBAGE\r\n\r\n'],
    ['two Host lines', 'GET /metrics HTTP/1.1\r\nHost: a\r\nHost: a\r\nConnection: close\r\n\r\n'],
    ['an invalid Host', 'GET /metrics HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n'],
    ['no Host', 'GET /metrics HTTP/1.1\r\nConnection: close\r\n\r\n'],
  ])('the listener of METRICS_PORT responds with 400 and a request id to %s', async (_what, bytes) => {
    await using upstream = await startFakeUpstream();
    await using gateway = await startGateway(upstream.url, { metricsPort: '0' });
    const connection = await openConnection(gateway.metricsUrl ?? '');
    connection.write(bytes);
    const response = await connection.closed;
    expect(response).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    expect(response).toMatch(/\r\nx-request-id: [\da-f-]{36}\r\n/);
  });

  it('the listener of METRICS_PORT is off by default, and the other port serves no metrics', async () => {
    await using upstream = await startFakeUpstream();
    await using gateway = await startGateway(upstream.url);
    expect(gateway.metricsUrl).toBeUndefined();
    expect((await fetch(new URL('/metrics', gateway.url))).status).toBe(404);
  });

  it('a metrics port in use prevents the start with a readable message', async () => {
    await using upstream = await startFakeUpstream();
    const { port } = new URL(upstream.url);
    await using program = startProgram(['serve'], { PORT: '0', METRICS_PORT: port });
    expect(await program.exit).toBe(1);
    expect(program.stderr).toMatch(/^galileo-gateway: port \d+ is already in use: set --metrics-port, .*\n$/);
  });
});
