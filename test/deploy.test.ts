import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { readConfig, settings, toVariable } from '../src/config.ts';

const root = fileURLToPath(new URL('../', import.meta.url));
const read = (path: string) => readFileSync(`${root}${path}`, 'utf8');
const readYaml = (name: string): unknown => parse(read(`deploy/kubernetes/${name}`), { strict: true });

const labels = z.record(z.string(), z.string());
const httpProbe = z.object({
  httpGet: z.object({ path: z.string(), port: z.string() }),
  periodSeconds: z.number(),
  timeoutSeconds: z.number().default(1),
  failureThreshold: z.number(),
});
const container = z.object({
  ports: z.array(z.object({ name: z.string(), containerPort: z.number() })),
  env: z.array(z.strictObject({ name: z.string(), value: z.string() })),
  startupProbe: httpProbe,
  livenessProbe: httpProbe,
  readinessProbe: httpProbe,
  resources: z.object({
    requests: z.object({ cpu: z.string(), memory: z.string() }),
    limits: z.object({ memory: z.string() }),
  }),
  securityContext: z.object({
    allowPrivilegeEscalation: z.literal(false),
    readOnlyRootFilesystem: z.literal(true),
    capabilities: z.object({ drop: z.tuple([z.literal('ALL')]) }),
  }),
});
const deployment = z
  .object({
    kind: z.literal('Deployment'),
    metadata: z.object({ name: z.string() }),
    spec: z.object({
      // The HorizontalPodAutoscaler's, which an update would take back.
      replicas: z.undefined().optional(),
      selector: z.object({ matchLabels: labels }),
      template: z.object({
        metadata: z.object({ labels, annotations: labels }),
        spec: z.object({
          automountServiceAccountToken: z.literal(false),
          terminationGracePeriodSeconds: z.number(),
          securityContext: z.object({ runAsNonRoot: z.literal(true), runAsUser: z.number().min(1) }),
          containers: z.tuple([container]),
        }),
      }),
    }),
  })
  .parse(readYaml('deployment.yaml'));
const pod = deployment.spec.template;
const [gateway] = pod.spec.containers;
const environment = Object.fromEntries(gateway.env.map(({ name, value }) => [name, value]));
const variables = new Set([...Object.keys(settings).map(toVariable), 'NODE_ENV']);
const ports = new Map(gateway.ports.map(({ name, containerPort }) => [name, containerPort]));

describe('the Kubernetes manifests', () => {
  it('are all in the kustomization, and nothing else is', () => {
    const { resources } = z.object({ resources: z.array(z.string()) }).parse(readYaml('kustomization.yaml'));
    const files = readdirSync(`${root}deploy/kubernetes`).filter((name) => name !== 'kustomization.yaml');
    expect([...resources].sort()).toEqual(files.sort());
  });

  it('set variables that the program knows, each once, to values that it takes', () => {
    expect(gateway.env.filter(({ name }) => !variables.has(name))).toEqual([]);
    expect(new Set(gateway.env.map(({ name }) => name)).size).toBe(gateway.env.length);
    expect(() => readConfig(environment)).not.toThrow();
    expect(environment['NODE_ENV']).toBe('production');
  });

  it('probe the paths and ports that the program serves', () => {
    const config = readConfig(environment);
    expect(ports).toEqual(
      new Map([
        ['http', config.port],
        ['metrics', config.metricsPort],
      ]),
    );
    expect(gateway.startupProbe.httpGet).toEqual({ path: '/livez', port: 'http' });
    expect(gateway.livenessProbe.httpGet).toEqual({ path: '/livez', port: 'http' });
    expect(gateway.readinessProbe.httpGet).toEqual({ path: '/readyz', port: 'http' });
    expect(pod.metadata.annotations).toMatchObject({
      'prometheus.io/port': String(config.metricsPort),
      'prometheus.io/path': '/metrics',
    });
    // A probe comes from another machine.
    expect(config.host).toBe('0.0.0.0');
  });

  it('leave the time that ending takes', () => {
    const { shutdownDelayMs, shutdownTimeoutMs, requestTimeoutMs } = readConfig(environment);
    // Two seconds for the last spans, one for the last lines of the log, five for workers.
    const endingMs = shutdownDelayMs + shutdownTimeoutMs + 8000;
    expect(pod.spec.terminationGracePeriodSeconds * 1000).toBeGreaterThanOrEqual(endingMs);
    expect(shutdownTimeoutMs).toBeGreaterThanOrEqual(requestTimeoutMs);
    // Whoever goes by the probe alone has heard of it before requests are refused.
    const { periodSeconds, failureThreshold } = gateway.readinessProbe;
    expect(shutdownDelayMs).toBeGreaterThanOrEqual(periodSeconds * failureThreshold * 1000);
  });

  it('select the pods of the Deployment, by the ports that they have', () => {
    const service = z
      .object({
        kind: z.literal('Service'),
        spec: z.object({ selector: labels, ports: z.array(z.object({ targetPort: z.string() })) }),
      })
      .parse(readYaml('service.yaml'));
    const budget = z
      .object({
        kind: z.literal('PodDisruptionBudget'),
        spec: z.object({ maxUnavailable: z.number(), selector: z.object({ matchLabels: labels }) }),
      })
      .parse(readYaml('pod-disruption-budget.yaml'));
    expect(pod.metadata.labels).toMatchObject(deployment.spec.selector.matchLabels);
    expect(service.spec.selector).toEqual(deployment.spec.selector.matchLabels);
    expect(budget.spec.selector).toEqual(deployment.spec.selector);
    // Metrics are not for callers.
    expect(service.spec.ports.map(({ targetPort }) => targetPort)).toEqual(['http']);
  });

  it('scale the Deployment, and never to fewer pods than may be missing', () => {
    const { spec } = z
      .object({
        kind: z.literal('HorizontalPodAutoscaler'),
        spec: z.object({
          scaleTargetRef: z.object({ kind: z.string(), name: z.string() }),
          minReplicas: z.number(),
          maxReplicas: z.number(),
          metrics: z.array(z.object({ resource: z.object({ name: z.literal('cpu') }) })).min(1),
        }),
      })
      .parse(readYaml('horizontal-pod-autoscaler.yaml'));
    expect(spec.scaleTargetRef).toMatchObject({ kind: 'Deployment', name: deployment.metadata.name });
    expect(spec.minReplicas).toBeGreaterThan(1);
    expect(spec.maxReplicas).toBeGreaterThan(spec.minReplicas);
    const budget = z.object({ spec: z.object({ maxUnavailable: z.number() }) });
    expect(budget.parse(readYaml('pod-disruption-budget.yaml')).spec.maxUnavailable).toBeLessThan(
      spec.minReplicas,
    );
  });
});

describe('the Dockerfile', () => {
  /** Instructions with their arguments; continued lines are joined, comments left out. */
  const instructions = read('deploy/Dockerfile')
    .replaceAll('\\\n', '')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => [line.split(' ', 1)[0] ?? '', line.replace(/^\S+\s+/, '')] as const);
  const argumentsOf = (name: string) =>
    instructions.filter(([word]) => word === name).map(([, text]) => text);
  const final = instructions.slice(instructions.findLastIndex(([word]) => word === 'FROM'));
  const packageJson = z
    .object({ engines: z.object({ node: z.string() }), files: z.array(z.string()), version: z.string() })
    .parse(JSON.parse(read('package.json')));
  const ignored = read('.dockerignore')
    .split('\n')
    .filter((line) => /^[\w.]/.test(line));

  it('has a Node that the package takes, the same for building and running', () => {
    const images = argumentsOf('FROM').map((text) => text.split(' ', 1)[0]);
    expect(images).toHaveLength(2);
    expect(new Set(images).size).toBe(1);
    const major = Number(/^node:(\d+)-slim$/.exec(images[0] ?? '')?.[1]);
    const least = Number(/^>=(\d+)/.exec(packageJson.engines.node)?.[1]);
    expect(major).toBeGreaterThan(least);
    expect(major % 2).toBe(0);
  });

  it('copies files that exist and are not kept from it', () => {
    const copied = argumentsOf('COPY')
      .filter((text) => !text.startsWith('--from'))
      .flatMap((text) => text.split(' ').slice(0, -1));
    expect(copied).toContain('src');
    for (const path of copied) {
      expect(existsSync(`${root}${path}`), path).toBe(true);
      expect(ignored).not.toContain(path.split('/')[0]);
    }
  });

  it('takes what the program reads beside itself, and no sources', () => {
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

  it('runs as a user that is not root, the one of the Deployment, in production', () => {
    const user = final.find(([word]) => word === 'USER')?.[1];
    expect(user).toBe(`${pod.spec.securityContext.runAsUser}:${pod.spec.securityContext.runAsUser}`);
    const variablesSet = Object.fromEntries(
      final
        .filter(([word]) => word === 'ENV')
        .flatMap(([, text]) => text.split(' ').map((pair) => pair.split('='))),
    ) as Record<string, string>;
    expect(variablesSet).toEqual({ NODE_ENV: 'production', HOST: '0.0.0.0' });
    for (const name of Object.keys(variablesSet)) expect(variables).toContain(name);
    const { port } = readConfig({});
    expect(final).toContainEqual(['EXPOSE', String(port)]);
  });

  it('starts the program itself, so that signals reach it, and asks it whether it is ready', () => {
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
