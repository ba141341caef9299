import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { readConfig, settings, toVariable } from '../src/config.ts';

const root = fileURLToPath(new URL('../', import.meta.url));
const chart = 'deploy/helm/galileo-gateway';
const read = (path: string) => readFileSync(`${root}${path}`, 'utf8');
const packageJson = z
  .object({ engines: z.object({ node: z.string() }), files: z.array(z.string()), version: z.string() })
  .parse(JSON.parse(read('package.json')));

// `HELM` names another binary than the one in PATH.
const helm = process.env['HELM'] ?? 'helm';
const hasHelm = spawnSync(helm, ['version']).status === 0;
if (!hasHelm) console.warn('Skipped: tests that render the Helm chart, because helm is not installed.');

const values = z
  .looseObject({
    settings: z.record(z.string(), z.union([z.string(), z.number()])),
    terminationGracePeriodSeconds: z.number(),
    maxHeapMiB: z.number(),
    resources: z.object({ limits: z.object({ memory: z.string() }) }),
  })
  .parse(parse(read(`${chart}/values.yaml`), { strict: true }));
const variables = new Set([...Object.keys(settings).map(toVariable), 'NODE_ENV', 'NODE_OPTIONS']);
const chartSettings = Object.fromEntries(
  Object.entries(values.settings).map(([name, value]) => [name, String(value)]),
);

describe('the values of the Helm chart', () => {
  it('the values of the Helm chart set known variables to valid values', () => {
    expect(Object.keys(values.settings).filter((name) => !variables.has(name))).toEqual([]);
    expect(() => readConfig(chartSettings)).not.toThrow();
  });

  it('the schema of the Helm chart lists every value and every setting', () => {
    const keys = (value: unknown) => Object.keys(z.looseObject({}).parse(value)).sort();
    const { properties } = z
      .object({
        properties: z.looseObject({
          settings: z.object({ propertyNames: z.object({ enum: z.array(z.string()) }) }),
        }),
      })
      .parse(JSON.parse(read(`${chart}/values.schema.json`)));
    // Helm passes `global` to every chart.
    expect(keys(properties)).toEqual([...keys(values), 'global'].sort());
    // The chart sets these from other values. UPSTREAM_HEADERS is secret.
    const own = new Set(['PORT', 'HOST', 'METRICS_PORT', 'UPSTREAM_HEADERS']);
    const names = Object.keys(settings)
      .map(toVariable)
      .filter((name) => !own.has(name));
    expect(properties.settings.propertyNames.enum).toEqual(names.sort());
    expect(keys(parse(read(`${chart}/ci/everything-values.yaml`)))).toEqual(keys(values));
  });

  it('the grace period in the Helm chart is longer than a shutdown takes', () => {
    const { shutdownDelayMs, shutdownTimeoutMs, requestTimeoutMs, responseTimeoutMs } =
      readConfig(chartSettings);
    expect(shutdownDelayMs).toBe(2000);
    expect(shutdownTimeoutMs).toBeGreaterThanOrEqual(requestTimeoutMs + responseTimeoutMs);
    // Two seconds for the last spans, one for the last lines of the log, five for workers.
    const endingMs = shutdownDelayMs + shutdownTimeoutMs + 8000;
    expect(values.terminationGracePeriodSeconds * 1000).toBeGreaterThanOrEqual(endingMs);
  });

  it('the Helm chart limits the heap to less than the memory of the container', () => {
    const limit = Number(/^(\d+)Mi$/.exec(values.resources.limits.memory)?.[1]);
    // Requests and responses are buffered outside of the heap.
    const bufferedMiB = readConfig({}).maxBufferedBytes / 2 ** 20;
    expect(values.maxHeapMiB + bufferedMiB).toBeLessThan(limit);
  });

  it('the Helm chart has the version of the package', () => {
    const { version, appVersion } = z
      .object({ version: z.string(), appVersion: z.string() })
      .parse(parse(read(`${chart}/Chart.yaml`)));
    expect([version, appVersion]).toEqual([packageJson.version, packageJson.version]);
  });
});

describe.skipIf(!hasHelm)('the Helm chart', () => {
  const resource = z.looseObject({
    kind: z.string(),
    metadata: z.looseObject({ name: z.string() }),
    spec: z.unknown().optional(),
  });
  const set = (...values: string[]) => values.flatMap((value) => ['--set-json', value]);
  const run = (...args: string[]) => spawnSync(helm, args, { cwd: root, encoding: 'utf8' });
  const render = (...args: string[]) => {
    const { stdout, stderr, status } = run('template', 'release', chart, ...args);
    expect(status, stderr).toBe(0);
    const documents = parseAllDocuments(stdout, { strict: true }).map((document) => {
      expect(document.errors).toEqual([]);
      return resource.parse(document.toJS());
    });
    return new Map(documents.map((document) => [document.kind, document]));
  };
  const everything = ['--values', `${chart}/ci/everything-values.yaml`];
  const labels = z.record(z.string(), z.string());
  const probe = z.looseObject({ httpGet: z.object({ path: z.string(), port: z.string() }) });
  const deployment = z.looseObject({
    replicas: z.number().optional(),
    selector: z.object({ matchLabels: labels }),
    strategy: z.object({
      rollingUpdate: z.object({ maxUnavailable: z.literal(0), maxSurge: z.number().min(1) }),
    }),
    template: z.object({
      metadata: z.looseObject({ labels }),
      spec: z.looseObject({
        automountServiceAccountToken: z.literal(false),
        enableServiceLinks: z.literal(false),
        terminationGracePeriodSeconds: z.number(),
        securityContext: z.looseObject({ runAsNonRoot: z.literal(true), runAsUser: z.literal(1000) }),
        topologySpreadConstraints: z.array(
          z.looseObject({ labelSelector: z.object({ matchLabels: labels }) }),
        ),
        containers: z.tuple([
          z.looseObject({
            ports: z.array(z.object({ name: z.string(), containerPort: z.number() })),
            env: z.array(z.looseObject({ name: z.string(), value: z.string().optional() })),
            startupProbe: probe,
            livenessProbe: probe,
            readinessProbe: probe,
            securityContext: z.object({
              allowPrivilegeEscalation: z.literal(false),
              readOnlyRootFilesystem: z.literal(true),
              capabilities: z.object({ drop: z.tuple([z.literal('ALL')]) }),
            }),
          }),
        ]),
      }),
    }),
  });

  const named = (resources: Map<string, z.infer<typeof resource>>) =>
    new Map(
      deployment
        .parse(resources.get('Deployment')?.spec)
        .template.spec.containers[0].env.map(({ name, value }) => [name, value]),
    );

  it.each([
    ['defaults', [] as string[]],
    ['everything turned on', everything],
  ])('with %s, the Helm chart passes helm lint --strict', (_name, args) => {
    const { stdout, stderr, status } = run('lint', '--strict', chart, ...args);
    expect(status, `${stdout}${stderr}`).toBe(0);
  });

  it('the Helm chart renders exactly the kinds that are turned on', () => {
    expect([...render().keys()].sort()).toEqual([
      'Deployment',
      'HorizontalPodAutoscaler',
      'PodDisruptionBudget',
      'Service',
    ]);
    expect([...render(...everything).keys()].sort()).toEqual([
      'Deployment',
      'HorizontalPodAutoscaler',
      'Ingress',
      'NetworkPolicy',
      'PodDisruptionBudget',
      'PodMonitor',
      'PrometheusRule',
      'Secret',
      'Service',
    ]);
  });

  it.each([
    ['defaults', [] as string[]],
    ['everything turned on', everything],
  ])(
    'with %s, the Helm chart runs the container without privileges, probes its ports and sets valid variables',
    (_name, args) => {
      const { spec } = render(...args).get('Deployment') ?? {};
      const { template, selector, replicas } = deployment.parse(spec);
      // The HorizontalPodAutoscaler sets the number, and an update must not reset it.
      expect(replicas).toBeUndefined();
      expect(template.metadata.labels).toMatchObject(selector.matchLabels);
      for (const { labelSelector } of template.spec.topologySpreadConstraints)
        expect(labelSelector.matchLabels).toEqual(selector.matchLabels);
      const [container] = template.spec.containers;
      expect(container.startupProbe.httpGet).toEqual({ path: '/livez', port: 'http' });
      expect(container.livenessProbe.httpGet).toEqual({ path: '/livez', port: 'http' });
      expect(container.readinessProbe.httpGet).toEqual({ path: '/readyz', port: 'http' });
      const names = container.env.map(({ name }) => name);
      expect(names.filter((name) => !variables.has(name))).toEqual([]);
      expect(new Set(names).size).toBe(names.length);
      const files = ['UPSTREAM_CA_FILE', 'UPSTREAM_CERT_FILE', 'UPSTREAM_KEY_FILE', 'TRUSTED_DOCUMENTS'];
      const environment = Object.fromEntries(
        container.env.filter(({ name }) => !files.includes(name)).map(({ name, value }) => [name, value]),
      );
      const config = readConfig(environment);
      expect(container.ports).toEqual([
        { name: 'http', containerPort: config.port },
        { name: 'metrics', containerPort: config.metricsPort },
      ]);
      // A probe comes from another machine.
      expect(['0.0.0.0', '::']).toContain(config.host);
    },
  );

  it('the Helm chart keeps the values of upstream headers in a Secret', () => {
    const resources = render(...everything);
    expect(JSON.stringify(resources.get('Deployment'))).not.toContain('a-secret');
    const secret = z
      .object({ stringData: z.object({ UPSTREAM_HEADERS: z.string() }) })
      .parse(resources.get('Secret'));
    expect(readConfig(secret.stringData).upstreamHeaders).toEqual({ 'X-Api-Gateway': 'a-secret' });
  });

  it('the Helm chart contains the rules of deploy/prometheus, and its PodMonitor limits them to its release', () => {
    const rules = read('deploy/prometheus/rules.yaml');
    const renderRules = (podMonitor: boolean) =>
      render(...everything, ...set(`metrics.podMonitor.enabled=${podMonitor}`)).get('PrometheusRule')?.spec;
    expect(renderRules(false)).toEqual(parse(rules));
    const job = 'absent(gateway_build_info{job="default/galileo-graphql"})';
    expect(renderRules(true)).toEqual(parse(rules.replace('absent(gateway_build_info)', job)));
  });

  it('without autoscaling, the Helm chart sets the number of pods', () => {
    const resources = render(...set('autoscaling.enabled=false', 'replicas=3'));
    expect(deployment.parse(resources.get('Deployment')?.spec).replicas).toBe(3);
    expect(resources.has('HorizontalPodAutoscaler')).toBe(false);
  });

  it('the Helm chart writes settings as the gateway expects them', () => {
    const variables = named(
      render(
        ...set('settings={"INTROSPECTION":true,"GRAPHIQL":false,"MAX_BUFFERED_BYTES":1099511627776}'),
        ...set(
          'settings.LOG_LEVEL=null',
          'settings.BASE_PATH=null',
          'nodeOptions="--max-semi-space-size=32"',
        ),
      ),
    );
    expect(variables.get('INTROSPECTION')).toBe('on');
    expect(variables.get('GRAPHIQL')).toBe('off');
    expect(variables.get('MAX_BUFFERED_BYTES')).toBe('1099511627776');
    expect(variables.has('LOG_LEVEL')).toBe(false);
    expect(variables.get('NODE_OPTIONS')).toBe('--max-old-space-size=320 --max-semi-space-size=32');
  });

  it('annotations of the values replace those of the chart, and labels do not', () => {
    const resources = render(
      ...set('podAnnotations={"prometheus.io/scrape":"false","a":"b"}'),
      ...set('podLabels={"app.kubernetes.io/name":"other","c":"d"}'),
    );
    const { metadata } = deployment.parse(resources.get('Deployment')?.spec).template;
    expect(metadata['annotations']).toEqual({
      'prometheus.io/scrape': 'false',
      'prometheus.io/port': '9464',
      'prometheus.io/path': '/metrics',
      a: 'b',
    });
    expect(metadata.labels).toMatchObject({ 'app.kubernetes.io/name': 'galileo-gateway', c: 'd' });
  });

  it('the Helm chart leaves out a field whose value is empty', () => {
    const resources = render(
      ...set('metrics.enabled=false', 'resources=null', 'topologySpreadConstraints=[]', 'settings=null'),
      ...set('podSecurityContext=null', 'securityContext=null', 'nodeOptions=null'),
      ...set('networkPolicy.enabled=true', 'networkPolicy.egressPorts=[]'),
    );
    const nulls = [...resources.values()].filter((document) => /null|nil/.test(JSON.stringify(document)));
    expect(nulls).toEqual([]);
    // A rule without ports would allow every port.
    const { egress } = z.object({ egress: z.array(z.unknown()) }).parse(resources.get('NetworkPolicy')?.spec);
    expect(egress).toEqual([
      {
        ports: [
          { port: 53, protocol: 'UDP' },
          { port: 53, protocol: 'TCP' },
        ],
      },
    ]);
  });

  it.each([
    ['a misspelt setting', 'settings.MAX_TOKEN=1', 'MAX_TOKEN'],
    ['a misspelt value', 'setings={}', 'setings'],
    ['a setting that the chart sets', 'settings.PORT=80', 'PORT'],
    ['a variable twice', 'extraEnv=[{"name":"NODE_OPTIONS","value":"a"}]', 'NODE_OPTIONS is set twice'],
    ['a setting with a fraction', 'settings.WORKERS=1.5', 'WORKERS'],
    ['a missing number', 'maxHeapMiB=null', 'maxHeapMiB'],
    ['a missing port', 'metrics.port=null', 'port'],
    ['a missing object', 'upstream=null', 'upstream'],
    ['a missing key', 'trustedDocuments.key=null', 'key'],
    ['metrics on the port of the server', 'metrics.port=4000', 'port'],
    ['files without their Secret', 'upstream.tlsFiles.ca=true', 'upstream.tlsFiles needs upstream.tlsSecret'],
  ])('the Helm chart rejects %s', (_name, value, message) => {
    const { stderr, status } = run('template', 'release', chart, ...set(value));
    expect(status).not.toBe(0);
    expect(stderr).toContain(message);
  });
});

describe('the Dockerfile', () => {
  /** Instructions and their arguments, with continued lines joined and without comments. */
  const instructions = read('deploy/Dockerfile')
    .replaceAll('\\\n', '')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => [line.split(' ', 1)[0] ?? '', line.replace(/^\S+\s+/, '')] as const);
  const argumentsOf = (name: string) =>
    instructions.filter(([word]) => word === name).map(([, text]) => text);
  const final = instructions.slice(instructions.findLastIndex(([word]) => word === 'FROM'));
  const ignored = read('.dockerignore')
    .split('\n')
    .filter((line) => /^[\w.]/.test(line));

  it('the Dockerfile builds and runs on the same even major version of Node, which the package supports', () => {
    const images = argumentsOf('FROM').map((text) => text.split(' ', 1)[0]);
    expect(images).toHaveLength(2);
    expect(new Set(images).size).toBe(1);
    const base = argumentsOf('ARG').find((text) => text.startsWith('NODE_IMAGE=')) ?? '';
    const major = Number(/^NODE_IMAGE=node:(\d+)\.\d+\.\d+-slim$/.exec(base)?.[1]);
    const least = Number(/^>=(\d+)/.exec(packageJson.engines.node)?.[1]);
    expect(major).toBeGreaterThan(least);
    expect(major % 2).toBe(0);
  });

  it('the Dockerfile copies only files that exist and are not ignored', () => {
    const copied = argumentsOf('COPY')
      .filter((text) => !text.startsWith('--from'))
      .flatMap((text) => text.split(' ').slice(0, -1));
    for (const path of ['src', 'main.ts', 'sandbox', 'drift']) expect(copied).toContain(path);
    for (const path of copied) {
      expect(existsSync(`${root}${path}`), path).toBe(true);
      expect(ignored).not.toContain(path.split('/')[0]);
    }
  });

  it('the Dockerfile copies every source of the build', () => {
    const [, list = ''] = /const sources = \[([^\]]*)\]/.exec(read('scripts/build.js')) ?? [];
    const sources = [...list.matchAll(/'([^']+)'/g)].map(([, path = '']) => path);
    expect(sources).toContain('main.ts');
    const copied = argumentsOf('COPY').flatMap((text) => text.split(' ').slice(0, -1));
    const isCopied = (source: string) =>
      copied.some((path) => source === path || source.startsWith(`${path}/`));
    expect(sources.filter((source) => !isCopied(source))).toEqual([]);
  });

  it('the image contains the files that the program reads, and no sources', () => {
    const taken = argumentsOf('COPY')
      .filter((text) => text.startsWith('--from=build'))
      .map((text) => text.split(' ')[1]);
    expect(taken).toEqual([
      '/app/node_modules',
      '/app/dist',
      '/app/package.json',
      '/app/contract/galileo-openapi.json',
    ]);
  });

  it('the image runs in production mode, and not as root', () => {
    expect(final).toContainEqual(['USER', '1000:1000']);
    const variablesSet = Object.fromEntries(
      final
        .filter(([word]) => word === 'ENV')
        .flatMap(([, text]) => text.split(' ').map((pair) => pair.split('='))),
    ) as Record<string, string>;
    expect(variablesSet).toEqual({ NODE_ENV: 'production', HOST: '0.0.0.0', SHUTDOWN_DELAY_MS: '2000' });
    for (const name of Object.keys(variablesSet)) expect(variables).toContain(name);
    const { port } = readConfig({});
    expect(final).toContainEqual(['EXPOSE', String(port)]);
  });

  it('the image starts the program as PID 1, so that signals reach it, and checks its readiness', () => {
    const toList = (text = '') => z.array(z.string()).parse(JSON.parse(text));
    const last = (name: string) => toList(final.find(([word]) => word === name)?.[1]);
    expect(last('ENTRYPOINT')).toEqual(['node', 'dist/main.js']);
    expect(last('CMD')).toEqual(['serve']);
    const check = final.find(([word]) => word === 'HEALTHCHECK')?.[1] ?? '';
    const [program, flag, script = ''] = toList(check.slice(check.indexOf('[')));
    expect([program, flag]).toEqual(['node', '-e']);
    expect(script).toContain('/readyz');
    expect(script).toContain('process.env.PORT || 4000');
  });
});
