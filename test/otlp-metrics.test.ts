import { afterEach, describe, expect, it, vi } from 'vitest';
import { getSample, readMetrics } from './support/metrics.ts';
import { type OtlpReceiver, startOtlpReceiver } from './support/otlp-receiver.ts';
import { runProgram, startProgram } from './support/program.ts';
import { startReportingStack } from './support/reporting-stack.ts';
import { startStack } from './support/stack.ts';

const path = '/v2/integrations/openai';
const integration = { id: '0b1f0a2e-4d0c-4f35-9f0b-6a7b1f0a2e4d', name: 'openai' };
const query = '{ integration(name: OPENAI) { id } }';

const metrics = { OTEL_METRICS_EXPORTER: 'otlp' };

/** The data points of a metric in the last export. */
const getPoints = ({ metrics }: OtlpReceiver, name: string) => metrics.at(-1)?.points.get(name) ?? [];

const getRequestCount = (receiver: OtlpReceiver) =>
  getPoints(receiver, 'gateway_requests_total')
    .map(({ value = 0 }) => value)
    .reduce((sum, value) => sum + value, 0);

const post = (url: string) =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"query":"{ __typename }"}',
  });

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

describe('with OTEL_METRICS_EXPORTER=otlp', () => {
  it('no measurement ends before it starts, even if the clock was set back after the start of the process', async () => {
    await using stack = await startReportingStack(metrics, { metricsPort: '0' });
    vi.spyOn(Date, 'now').mockReturnValue(performance.timeOrigin - 3_600_000);
    await stack.gateway.drain();
    const times = [...stack.receiver.text.matchAll(/"startTimeUnixNano":"(\d+)","timeUnixNano":"(\d+)"/g)];
    expect(times.length).toBeGreaterThan(10);
    for (const [, start = '', end = ''] of times) expect(BigInt(end)).toBeGreaterThanOrEqual(BigInt(start));
  });

  it('the gateway sends the same series and values over OTLP as its listener serves', async () => {
    await using stack = await startReportingStack(
      { ...metrics, OTEL_SERVICE_NAME: 'my-gateway', OTEL_TRACES_EXPORTER: 'none' },
      { metricsPort: '0' },
    );
    const { receiver, upstream, gateway } = stack;
    upstream.once('GET', path, { status: 503, json: {} }).on('GET', path, { json: integration });
    await gateway.query(query);
    await gateway.query('{ nonsense }');
    const listener = await readMetrics(`${gateway.metricsUrl}/metrics`);
    await gateway.drain();

    expect(receiver.paths).toEqual(['/v1/metrics']);
    expect(receiver.metrics[0]?.resource).toMatchObject({
      'service.name': 'my-gateway',
      'service.instance.id': expect.stringMatching(/^[\da-f-]{36}$/) as string,
    });
    const points = receiver.metrics[0]?.points ?? new Map<string, never>();
    const shown = [...listener.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name);
    expect([...points.keys()]).toEqual(shown);
    let compared = 0;
    for (const [name, series] of points) {
      if (!name.startsWith('gateway_')) continue;
      for (const { attributes, value, bucketCounts, bounds, count, sum } of series) {
        const toSeries = (suffix: string, more: Readonly<Record<string, unknown>> = {}) => {
          const labels = Object.entries({ ...more, ...attributes }).map(
            ([key, text]) => `${key}="${String(text)}"`,
          );
          return `${name}${suffix}${labels.length === 0 ? '' : `{${labels.join(',')}}`}`;
        };
        compared += 1;
        if (count === undefined) {
          expect(getSample(listener, toSeries('')), toSeries('')).toBe(value);
          continue;
        }
        expect([getSample(listener, toSeries('_count')), getSample(listener, toSeries('_sum'))]).toEqual([
          count,
          sum,
        ]);
        let reached = 0;
        for (const [index, bucketCount] of bucketCounts.entries()) {
          reached += bucketCount;
          const le = bounds[index] ?? '+Inf';
          expect(getSample(listener, toSeries('_bucket', { le }))).toBe(reached);
        }
        expect(reached).toBe(count);
        expect(bucketCounts).toHaveLength(bounds.length + 1);
      }
    }
    expect(compared).toBeGreaterThan(30);
  });

  it('metrics are sent at the interval, even without a listener', async () => {
    await using stack = await startReportingStack({ ...metrics, OTEL_METRIC_EXPORT_INTERVAL: '50' });
    const { receiver, gateway } = stack;
    await gateway.query('{ __typename }');
    await expect.poll(() => getRequestCount(receiver)).toBe(1);
    await gateway.query('{ __typename }');
    await expect.poll(() => getRequestCount(receiver)).toBe(2);
    expect(gateway.metricsUrl).toBeUndefined();
    expect(new Set(receiver.metrics.map(({ resource }) => resource['service.instance.id'])).size).toBe(1);
  });

  it('the variables of metrics take precedence over the general ones', async () => {
    await using receiver = await startOtlpReceiver();
    const variables = {
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1',
      OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: `${receiver.url}/custom`,
      OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: 'http/protobuf',
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=general',
      OTEL_EXPORTER_OTLP_METRICS_HEADERS: 'authorization=Bearer%20receivers-key',
      OTEL_TRACES_EXPORTER: 'none',
    };
    for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
    await using stack = await startStack();
    const { gateway } = stack;
    await gateway.drain();
    expect(receiver.paths).toEqual(['/custom']);
    expect(receiver.headers).toMatchObject({
      'content-type': 'application/x-protobuf',
      authorization: 'Bearer receivers-key',
    });
    expect(receiver.text).toContain('gateway_requests_total');
    expect(gateway.log.join('')).not.toContain('receivers-key');
  });

  it('a failing metrics collector causes a log line, and no request fails', async () => {
    await using stack = await startReportingStack({ ...metrics, OTEL_TRACES_EXPORTER: 'none' }, {}, 400);
    const { gateway } = stack;
    expect((await gateway.query('{ __typename }')).status).toBe(200);
    expect(await gateway.drain()).toBe(true);
    expect(gateway.log.filter((line) => line.includes('telemetry could not be sent'))).toHaveLength(1);
  });

  it('no value of a variable is logged, even if traces are on too', async () => {
    await using stack = await startReportingStack({
      ...metrics,
      OTEL_EXPORTER_OTLP_HEADERS: 'Authorization: Bearer receivers-key',
      OTEL_EXPORTER_OTLP_TIMEOUT: 'receivers-key',
      OTEL_EXPORTER_OTLP_COMPRESSION: 'receivers-key',
    });
    const { receiver, gateway } = stack;
    await gateway.query('{ __typename }');
    await gateway.drain();
    expect(receiver.paths.toSorted()).toEqual(['/v1/metrics', '/v1/traces']);
    expect(gateway.log.filter((line) => line.includes('OTEL_EXPORTER_OTLP_HEADERS: expected'))).toHaveLength(
      1,
    );
    expect(gateway.log.join('')).not.toContain('receivers-key');
  });

  it('each worker is an instance of the service, and sends the remaining metrics before it ends', async () => {
    await using receiver = await startOtlpReceiver();
    await using program = startProgram(['serve'], {
      PORT: '0',
      WORKERS: '2',
      OTEL_METRICS_EXPORTER: 'otlp',
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    });
    const url = await program.waitFor(/"url":"([^"]+)"/);
    expect(await program.waitFor(/"otlpMetrics":(true|false)/)).toBe('true');
    for (let count = 0; count < 4; count += 1) await (await post(url)).arrayBuffer();
    program.process.kill('SIGTERM');
    expect(await program.exit).toBe(0);
    expect(new Set(receiver.metrics.map(({ resource }) => resource['service.instance.id'])).size).toBe(2);
    const counts = receiver.metrics.map(({ points }) =>
      (points.get('gateway_requests_total') ?? []).reduce((sum, { value = 0 }) => sum + value, 0),
    );
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(4);
  });
});

describe.each([
  ['with an endpoint for all signals alone', {}],
  ['with OTEL_METRICS_EXPORTER=None', { OTEL_METRICS_EXPORTER: 'None' }],
  ['with OTEL_SDK_DISABLED', { OTEL_METRICS_EXPORTER: 'otlp', OTEL_SDK_DISABLED: 'true' }],
])('%s', (name, environment) => {
  it(`no metrics are sent ${name}`, async () => {
    await using stack = await startReportingStack(environment, { metricsPort: '0' });
    const { receiver, gateway } = stack;
    await gateway.query('{ __typename }');
    await gateway.drain();
    expect(receiver.paths).not.toContain('/v1/metrics');
  });
});

describe('check-config', () => {
  it.each(['prometheus', 'zipkin', 'otlp,prometheus'])(
    'check-config warns about the metrics exporter %s, even if no other variable of OpenTelemetry is set',
    async (exporter) => {
      const { code, stderr } = await runProgram(['check-config'], { OTEL_METRICS_EXPORTER: exporter });
      expect(code).toBe(0);
      expect(stderr).toMatch(/warning: OTEL_METRICS_EXPORTER: expected otlp or none/);
      expect(stderr).not.toContain(exporter);
    },
  );

  it('check-config rejects an OTLP endpoint for metrics without a scheme, and warns about ignored values', async () => {
    const endpoint = 'OTEL_EXPORTER_OTLP_METRICS_ENDPOINT';
    const refused = await runProgram(['check-config'], { [endpoint]: 'collector:4318' });
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining(endpoint) as string });
    const ignored = {
      OTEL_METRIC_EXPORT_INTERVAL: '0',
      OTEL_METRIC_EXPORT_TIMEOUT: '99999999999',
      OTEL_EXPORTER_OTLP_METRICS_TIMEOUT: 'soon',
      OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: 'grpc',
      OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: 'delta',
    };
    const warned = await runProgram(['check-config'], { OTEL_METRICS_EXPORTER: 'otlp', ...ignored });
    expect(warned.code).toBe(0);
    for (const name of Object.keys(ignored)) expect(warned.stderr).toContain(`warning: ${name}: expected `);
  });
});
