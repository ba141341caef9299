import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, rm, symlink } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { listen } from './support/listen.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../', import.meta.url));

/** Without the variables of the npm that runs this test. */
const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)));

async function runNpm(directory: string, ...parameters: readonly string[]) {
  return run('npm', ['--silent', ...parameters], { cwd: directory, env: environment }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: unknown) => {
      const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
      return { code, stdout, stderr };
    },
  );
}

/** A copy of the sources that was never built. */
async function copySources(options: {
  readonly installed: boolean;
}): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'npm-scripts-'));
  const ignored = /(^|\/)(\.git|node_modules|dist|coverage)$/;
  for (const name of [
    'package.json',
    'package-lock.json',
    'tsconfig.json',
    'tsconfig.build.json',
    'main.ts',
    'src',
    'sandbox',
    'drift',
    'client',
    'graphiql',
    'contract',
    'examples',
    'scripts',
  ]) {
    await cp(join(root, name), join(path, name), {
      recursive: true,
      filter: (source) => !ignored.test(source.slice(root.length)),
    });
  }
  if (options.installed) await symlink(join(root, 'node_modules'), join(path, 'node_modules'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

const isGone = (url: string): Promise<boolean> =>
  fetch(`${url}/livez`).then(
    () => false,
    () => true,
  );

describe('npm without npm ci', () => {
  it.each(['start', 'run demo', 'test', 'run build', 'run example:supergraph', 'pack'])(
    'without npm ci, npm %s says that npm ci must run first',
    async (command) => {
      await using sources = await copySources({ installed: false });
      const { code, stderr } = await runNpm(sources.path, ...command.split(' '));
      expect(code).toBe(1);
      expect(stderr).toContain('The dependencies are not installed. Run "npm ci" first.\n');
    },
  );
});

describe('npm before a build', () => {
  it.each([
    ['an unknown flag', ['--nope', 'x'], "unknown option '--nope'"],
    ['an argument that is not a flag', ['nope'], "unexpected argument 'nope'"],
    ['a flag without a value', ['--port'], "option '--port <value>' argument missing"],
    ['an invalid value', ['--port', 'x'], '--port: expected a whole number from 0 to 65535'],
  ])('before a build, npm start reports %s', async (_, parameters, message) => {
    await using sources = await copySources({ installed: true });
    const { code, stderr } = await runNpm(sources.path, 'start', '--', ...parameters);
    expect({ code, stderr }).toEqual({ code: 2, stderr: `galileo-gateway: ${message}\n` });
    expect(existsSync(join(sources.path, 'dist'))).toBe(false);
  });

  it('before a build, npm run demo reports a port that is in use', async () => {
    await using sources = await copySources({ installed: true });
    const server = createServer();
    const port = String(await listen(server));
    const { code, stderr } = await runNpm(sources.path, 'run', 'demo', '--', '--port', port);
    server.close();
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: `galileo-gateway: port ${port} is already in use: set --port, or use --port 0 for a free port\n`,
    });
    expect(existsSync(join(sources.path, 'dist'))).toBe(false);
  });
});

describe('npm after a build', () => {
  it('a second build does nothing unless a source has changed', async () => {
    const { stderr } = await run(process.execPath, ['scripts/build.js'], { cwd: root });
    expect(stderr).toBe('');
  });

  it.each([['--port', '8080'], ['--port=8080']])(
    'npm run demo %s without -- says that -- is missing',
    async (...parameters) => {
      const { code, stderr } = await runNpm(root, 'run', 'demo', ...parameters);
      expect(code).toBe(2);
      expect(stderr).toContain('npm consumed --port: write -- before the flags: npm run demo -- --port …');
    },
  );

  it.each([
    ['SIGTERM', 'start'],
    ['SIGINT', 'start'],
    ['SIGTERM', 'demo'],
    ['SIGINT', 'demo'],
  ] as const)('a %s to npm ends the program that npm run %s has started', async (signal, script) => {
    const npm = spawn('npm', ['run', script, '--', '--port', '0', '--log-level', 'info'], {
      cwd: root,
      env: { ...environment, GALILEO_API_URL: 'http://127.0.0.1:9' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void npm.kill());
    let output = '';
    for await (const chunk of npm.stdout.setEncoding('utf8') as AsyncIterable<string>) {
      output += chunk;
      if (/http:\/\/127\.0\.0\.1:\d+/.test(output) && (script === 'start' || output.includes('Ctrl+C')))
        break;
    }
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(output.replace(/http:\/\/127\.0\.0\.1:9\b/g, ''))?.[0] ?? '';
    expect(await isGone(url)).toBe(false);
    npm.kill(signal);
    await once(npm, 'exit');
    await expect.poll(() => isGone(url)).toBe(true);
  });
});
