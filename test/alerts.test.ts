import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { Cleanup } from './support/cleanup.ts';
import { type FixedReply, startFakeUpstream } from './support/fake-upstream.ts';
import { getFreePort, waitUntilReady } from './support/free-port.ts';
import { startGateway } from './support/gateway.ts';

const rulesPath = fileURLToPath(new URL('../deploy/prometheus/rules.yaml', import.meta.url));
const has = (program: string) => spawnSync(program, ['--version']).status === 0;
const hasPrometheus = has('prometheus') && has('promtool');
if (!hasPrometheus) console.warn('Skipped: alerts in Prometheus, which is not installed.');

const groups = z.object({
  groups: z.array(z.object({ rules: z.array(z.object({ alert: z.string().optional(), expr: z.string() })) })),
});
const alertsResponse = z.object({
  data: z.object({
    alerts: z.array(z.object({ state: z.string(), labels: z.looseObject({ alertname: z.string() }) })),
  }),
});

const html = { headers: { 'content-type': 'text/html' }, body: '<h1>Sign in</h1>' };
const providerError = { standard_error: { error_code: 7001, message: 'the provider failed' } };

const situations: readonly (readonly [string, FixedReply, string])[] = [
  ['HTML with status 200', { ...html, status: 200 }, 'GalileoGatewayForeignResponses'],
  ['HTML with status 403', { ...html, status: 403 }, 'GalileoGatewayForeignResponses'],
  ['the 404 page of a wrong base path', { ...html, status: 404 }, 'GalileoGatewayWrongBasePath'],
  [
    'the JSON 404 of a wrong base path',
    { status: 404, json: { detail: 'Not Found' } },
    'GalileoGatewayWrongBasePath',
  ],
  ['a rate limit', { status: 429, json: { detail: 'slow down' } }, 'GalileoGatewayRateLimited'],
  ['a provider error', { status: 502, json: providerError }, 'GalileoGatewayProviderErrors'],
];

describe.skipIf(!hasPrometheus)('the alert rules', () => {
  it('the alert rules pass promtool check rules', () => {
    const { status, stderr } = spawnSync('promtool', ['check', 'rules', '--lint=all', rulesPath], {
      encoding: 'utf8',
    });
    expect(status, stderr).toBe(0);
  });

  it('the alert rules use existing metrics and labels', async () => {
    await using upstream = await startFakeUpstream();
    upstream.on('GET', '/v2/integrations/openai', { status: 404, json: { detail: 'no' } });
    await using gateway = await startGateway(upstream.url, { metricsPort: '0' });
    await gateway.query('{ integration(name: OPENAI) { id } }');
    const metrics = await (await fetch(`${gateway.metricsUrl}/metrics`)).text();
    const { groups: all } = groups.parse(parse(await readFile(rulesPath, 'utf8')));
    const expressions = all.flatMap(({ rules }) => rules.map(({ expr }) => expr)).join('\n');
    const names = expressions.match(/\b(?:gateway|nodejs)_\w+/g) ?? [];
    expect(names.length).toBeGreaterThan(10);
    for (const name of names) expect(metrics).toMatch(new RegExp(`^${name}[{ ]`, 'm'));
    for (const [, list = ''] of expressions.matchAll(/without \(([^)]*)\)/g))
      for (const label of list.split(', ').filter((name) => !['instance', 'pod'].includes(name)))
        expect(metrics).toContain(`${label}="`);
  });

  // A sample each half minute. `0+300x160` is promtool's notation for 160 increments of 300.
  const upstream = (pod: string, statusClass: string, outcome: string) =>
    `gateway_upstream_requests_total{pod="${pod}",status_class="${statusClass}",outcome="${outcome}"}`;
  const requests = (pod: string, outcome: string) =>
    `gateway_requests_total{pod="${pod}",outcome="${outcome}"}`;

  it.each([
    [
      'a wrong base path is reported although some clients disconnect',
      {
        [upstream('a', '4xx', 'responded')]: '0+300x160',
        [upstream('a', 'none', 'cancelled')]: '0+1x160',
      },
      ['GalileoGatewayWrongBasePath'],
    ],
    [
      'a pod that reads only missing integrations is not reported after any other response',
      {
        [upstream('a', '4xx', 'responded')]: '0+1x160',
        // The series appears with its first response.
        [upstream('a', '2xx', 'responded')]: '_x10 1x150',
      },
      [],
    ],
    [
      'failures that each pod sees only every eight minutes are reported',
      {
        [requests('a', 'upstream_error')]: '0x8 1x16 2x16 3x16 4x16 5x16 6x16 7x16',
        [requests('b', 'upstream_error')]: '0x16 1x16 2x16 3x16 4x16 5x16 6x16 7x16',
      },
      ['GalileoGatewayNoSuccess', 'GalileoGatewayUpstreamFails'],
    ],
    [
      'an upstream that never responds to clients that give up earlier is reported',
      { [requests('a', 'cancelled')]: '0+300x160', [requests('a', 'ok')]: '0x160' },
      ['GalileoGatewayNoSuccess'],
    ],
    [
      'requests of which some succeed are not reported',
      { [requests('a', 'client_error')]: '0+300x160', [requests('b', 'ok')]: '0+1x160' },
      [],
    ],
  ])('%s', async (_, series, alerts) => {
    const directory = await mkdtemp(join(tmpdir(), 'galileo-gateway-'));
    const file = join(directory, 'test.yaml');
    const test = {
      interval: '30s',
      input_series: Object.entries({ ...series, 'gateway_build_info{pod="a"}': '1x160' }).map(
        ([name, values]) => ({ series: name, values }),
      ),
      promql_expr_test: [
        {
          expr: 'count by (alertname) (ALERTS{alertstate="firing"})',
          eval_time: '45m',
          exp_samples: alerts.map((alertname) => ({ labels: `{alertname="${alertname}"}`, value: 1 })),
        },
      ],
    };
    await writeFile(
      file,
      JSON.stringify({ rule_files: [rulesPath], evaluation_interval: '30s', tests: [test] }),
    );
    const { status, stdout, stderr } = spawnSync('promtool', ['test', 'rules', file], { encoding: 'utf8' });
    await rm(directory, { recursive: true });
    expect(status, stdout + stderr).toBe(0);
  });

  it('for each kind of failure, Prometheus fires the matching alerts and no others', {
    timeout: 180_000,
  }, async () => {
    await using resources = new Cleanup();
    const gateways = await Promise.all(
      situations.map(async ([name, reply]) => {
        const upstream = resources.use(await startFakeUpstream());
        upstream.on('GET', '/v2/integrations/openai', reply);
        const settings = { metricsPort: '0', upstreamRetries: '0' };
        const gateway = resources.use(await startGateway(upstream.url, settings));
        return { name, gateway };
      }),
    );
    const healthyUpstream = resources.use(await startFakeUpstream());
    healthyUpstream.on('GET', '/v2/integrations/openai', { json: { name: 'openai', id: null } });
    const healthy = resources.use(await startGateway(healthyUpstream.url, { metricsPort: '0' }));
    gateways.push({ name: 'healthy', gateway: healthy });
    // Between 1 and 30 requests per tick, because a constant rate would hide that a rule compares rates of different times.
    let tick = 0;
    const timer = setInterval(() => {
      const count = 1 + (tick++ % 30);
      for (const { gateway } of gateways)
        for (let index = 0; index < count; index++)
          void gateway.query('{ integration(name: OPENAI) { name } }').catch(() => {});
    }, 100);
    resources.defer(() => clearInterval(timer));

    const directory = await mkdtemp(join(tmpdir(), 'galileo-gateway-'));
    resources.defer(() => rm(directory, { recursive: true }));
    // Minutes become seconds, so that the test does not take as long as an incident.
    const rules = (await readFile(rulesPath, 'utf8'))
      .replaceAll('[5m]', '[5s]')
      .replace(/for: \d+m/g, 'for: 2s');
    await writeFile(join(directory, 'rules.yaml'), rules);
    const targets = gateways.map(({ name, gateway }) => ({
      targets: [new URL(gateway.metricsUrl ?? '').host],
      labels: { situation: name },
    }));
    await writeFile(
      join(directory, 'prometheus.yaml'),
      JSON.stringify({
        global: { scrape_interval: '1s', evaluation_interval: '1s' },
        rule_files: ['rules.yaml'],
        scrape_configs: [{ job_name: 'gateway', static_configs: targets }],
      }),
    );
    const address = `127.0.0.1:${await getFreePort()}`;
    const prometheus = spawn(
      'prometheus',
      [
        `--config.file=${join(directory, 'prometheus.yaml')}`,
        `--storage.tsdb.path=${join(directory, 'data')}`,
        `--web.listen-address=${address}`,
      ],
      { stdio: 'ignore' },
    );
    const ended = new Promise((resolve) => prometheus.once('exit', resolve));
    resources.defer(async () => {
      prometheus.kill('SIGKILL');
      await ended;
    });
    await waitUntilReady(`http://${address}/-/ready`);

    const readAlerts = async () => {
      const response: unknown = await (await fetch(`http://${address}/api/v1/alerts`)).json();
      const { alerts } = alertsResponse.parse(response).data;
      const firing = alerts.filter(({ state }) => state === 'firing');
      return firing.map(({ labels }) => `${String(labels['situation'])}: ${labels.alertname}`);
    };
    const expected = situations.map(([name, , alert]) => `${name}: ${alert}`);
    await expect
      .poll(readAlerts, { timeout: 120_000, interval: 500 })
      .toEqual(expect.arrayContaining(expected));
    const firing = await readAlerts();
    // A busy machine blocks the process of the tests.
    const healthyAlerts = firing.filter((line) => line.startsWith('healthy') && !line.endsWith('EventLoop'));
    expect(healthyAlerts).toEqual([]);
    expect(firing.filter((line) => /^(?:a rate limit|a provider error): .*(?:Foreign)/.test(line))).toEqual(
      [],
    );
  });
});
