import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build, type LibraryFormats } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { integrationNames } from '../client/index.ts';
import { startSandbox } from '../sandbox/server.ts';
import { startGateway } from './support/gateway.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../', import.meta.url));
const clients = ['apollo-client', 'urql', 'graphql-request'];

/** A project outside of the repository, with the packed tarball and the clients installed. */
describe('the client kit of the packed package', () => {
  let project: string;

  beforeAll(async () => {
    project = await mkdtemp(join(tmpdir(), 'client-kit-'));
    const installed = join(project, 'node_modules', 'galileo-gateway');
    await mkdir(installed, { recursive: true });
    await run('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', project], { cwd: root });
    const [tarball = ''] = (await readdir(project)).filter((name) => name.endsWith('.tgz'));
    await run('tar', ['-xzf', join(project, tarball), '-C', installed, '--strip-components', '1']);
    // Only what npm would install: a dependency that the package does not name is not found.
    for (const name of [
      '@apollo/client',
      '@graphql-typed-document-node/core',
      '@types/node',
      '@urql/core',
      '@urql/exchange-graphcache',
      '@urql/exchange-persisted',
      'graphql',
      'graphql-request',
      'rxjs',
    ]) {
      await mkdir(join(project, 'node_modules', name, '..'), { recursive: true });
      await symlink(join(root, 'node_modules', name), join(project, 'node_modules', name));
    }
    await cp(join(root, 'examples', 'clients'), join(project, 'src'), { recursive: true });
    await rm(join(project, 'src', 'tsconfig.json'));
    await writeFile(join(project, 'package.json'), '{ "private": true, "type": "module" }');
    // The snippets of the docs are compiled with the examples.
    await writeSnippets(join(project, 'src'));
  });

  afterAll(() => rm(project, { recursive: true, force: true }));

  const tsc = (...options: readonly string[]) =>
    run(process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), ...options], {
      cwd: project,
    }).catch((error: unknown) => {
      const complaints: unknown = error instanceof Error && 'stdout' in error ? error.stdout : error;
      throw new Error(String(complaints), { cause: error });
    });
  const getFiles = async () =>
    (await readdir(join(project, 'src')))
      .filter((name) => /\.[jt]s$/.test(name))
      .map((name) => join('src', name));
  const options = [
    '--strict',
    '--exactOptionalPropertyTypes',
    '--target',
    'es2022',
    '--types',
    'node',
    '--allowJs',
    '--checkJs',
    '--skipLibCheck',
    '--noEmit',
  ];

  it('the packed client kit compiles with Apollo Client, urql and graphql-request, with the module resolution of Node and of bundlers', async () => {
    const files = await getFiles();
    expect(files.length).toBeGreaterThan(8);
    await tsc(...options, '--module', 'esnext', '--moduleResolution', 'bundler', ...files);
    await tsc(...options, '--module', 'nodenext', ...files);
    // The kit's own declarations have no error either.
    await writeFile(join(project, 'src', 'kit.ts'), "export * from 'galileo-gateway/client';\n");
    const strict = ['--strict', '--target', 'es2022', '--types', 'node', '--module', 'nodenext', '--noEmit'];
    await tsc(...strict, join('src', 'kit.ts'));
  }, 120_000);

  it('a bundler keeps only the parts of the packed client kit that a page imports', async () => {
    const entry = join(project, 'src', 'page.js');
    await writeFile(entry, "export { describeError } from 'galileo-gateway/client';\n");
    const lib = { entry, formats: ['es'] as const satisfies LibraryFormats[], fileName: 'page' };
    await build({ root: project, configFile: false, logLevel: 'silent', build: { outDir: 'out', lib } });
    const { size } = await stat(join(project, 'out', 'page.js'));
    expect(size).toBeLessThan(10_000);
  });

  const runClient = (client: string, url: string, key: string) =>
    run(process.execPath, [join('src', `${client}.js`)], {
      cwd: project,
      env: { ...process.env, GATEWAY_URL: url, GALILEO_API_KEY: key },
    });

  it.each(clients)(
    'the packed client kit reads, saves, pages and deletes through a gateway with %s',
    async (client) => {
      await using sandbox = await startSandbox({ port: 0 });
      await using gateway = await startGateway(sandbox.url);
      const { stdout } = await runClient(client, gateway.url, 'failing-azure');
      const lines = stdout.trim().split('\n');
      expect(lines).toHaveLength(integrationNames.length + 6);
      expect(lines).toEqual(
        expect.arrayContaining([
          'OpenAI: connected',
          'Azure: The provider reported an error (try again)',
          'Writer: not connected',
          expect.stringMatching(/^multiModalConfig\.maxFiles: Input should be/),
          'ada.okafor@acme.example is EDITOR',
        ]),
      );
      expect(lines.slice(-3)).toEqual(['saved writer', 'Writer: connected', 'Writer: not connected']);
    },
    60_000,
  );

  it.each(clients)('without a gateway, the example with %s says how to start one', async (client) => {
    const failure: unknown = await runClient(client, 'http://127.0.0.1:1/graphql', 'a-key').catch(
      (error: unknown) => error,
    );
    expect(failure).toMatchObject({
      code: 1,
      stderr: 'No gateway responds at http://127.0.0.1:1/graphql. Start one with "npm run demo".\n',
    });
  });
});

/** Writes each TypeScript snippet of docs/frontends.md that imports the kit as a module. */
async function writeSnippets(folder: string): Promise<void> {
  const page = await readFile(join(root, 'docs', 'frontends.md'), 'utf8');
  const snippets = [...page.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = '']) => code);
  const modules = snippets.filter((code) => code.includes("from 'galileo-gateway/client'"));
  expect(modules.length).toBeGreaterThan(4);
  await writeFile(join(folder, 'globals.d.ts'), 'declare const key: string;\n');
  await Promise.all(modules.map((code, index) => writeFile(join(folder, `snippet-${index}.ts`), code)));
}
