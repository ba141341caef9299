import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { integrationNames } from '../src/upstream/wire.ts';
import { integrationFixtures } from './fixtures/integrations.ts';
import { startFakeUpstream } from './support/fake-upstream.ts';
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
    // What npm would bring from the registry, and nothing else: a dependency that the package forgot to name is not found.
    for (const name of [
      '@apollo/client',
      '@graphql-typed-document-node/core',
      '@types/node',
      '@urql/core',
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
    // As a project of Node's compiles; what it writes is run below.
    await tsc(...options, '--skipLibCheck', '--module', 'nodenext', ...outputs, ...files);
  }, 60_000);

  afterAll(() => rm(project, { recursive: true, force: true }));

  const tsc = (...options: readonly string[]) =>
    run(process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), ...options], {
      cwd: project,
    }).catch((error: unknown) => {
      const complaints: unknown = error instanceof Error && 'stdout' in error ? error.stdout : error;
      throw new Error(String(complaints), { cause: error });
    });
  const outputs = ['--rewriteRelativeImportExtensions', '--rootDir', 'src', '--outDir', 'out'];
  const bundler = ['--moduleResolution', 'bundler', '--allowImportingTsExtensions', '--noEmit'];
  const files = clients.map((name) => join('src', `${name}.ts`));
  const options = ['--strict', '--exactOptionalPropertyTypes', '--target', 'es2022', '--types', 'node'];

  it('compiles against Apollo Client, urql and graphql-request, as Node and as a bundler resolve it', async () => {
    await tsc(...options, '--skipLibCheck', '--module', 'esnext', ...bundler, ...files);
    // The kit's own declarations are valid too.
    await writeFile(join(project, 'src', 'kit.ts'), "export * from 'galileo-gateway/client';\n");
    await tsc(...options, '--module', 'nodenext', '--noEmit', join('src', 'kit.ts'));
  }, 60_000);

  it.each(clients)(
    'reads and writes through a gateway with %s',
    async (client) => {
      await using upstream = await startFakeUpstream();
      for (const name of integrationNames) {
        upstream.on('GET', `/v2/integrations/${name}`, { json: integrationFixtures[name].full });
      }
      upstream
        .on('GET', '/v2/integrations/azure', { status: 403, json: { detail: 'Not yours.' } })
        .on('GET', '/v2/integrations/mistral', { status: 429, json: { detail: 'Slow down.' } })
        .on('GET', '/v2/integrations/writer', { status: 404, json: { detail: 'Not found' } })
        .on('PUT', '/v2/integrations/custom', {
          status: 422,
          json: {
            detail: [
              {
                type: 'greater_than_equal',
                loc: ['body', 'multi_modal_config', 'max_files'],
                msg: 'Too few',
              },
            ],
          },
        });
      await using gateway = await startGateway(upstream.url);

      const { stdout } = await run(process.execPath, [join('out', `${client}.js`)], {
        cwd: project,
        env: { ...process.env, GATEWAY_URL: gateway.url, GALILEO_API_KEY: 'key-of-the-test' },
      });

      const lines = stdout.trim().split('\n');
      // A line for each provider, and one for the write.
      expect(lines).toHaveLength(integrationNames.length + 1);
      expect(lines).toEqual(
        expect.arrayContaining([
          'OpenAI: configured (OpenAIIntegration)',
          'Azure: failed (FORBIDDEN)',
          'Mistral: failed (RATE_LIMITED, worth another try)',
          'Writer: not configured',
          'input.multiModalConfig.maxFiles: Too few',
        ]),
      );
      expect(new Set(upstream.calls.map(({ headers }) => headers['galileo-api-key']))).toEqual(
        new Set(['key-of-the-test']),
      );
      expect(upstream.calls).toHaveLength(integrationNames.length + 1);
    },
    60_000,
  );
});
