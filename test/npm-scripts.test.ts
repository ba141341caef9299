import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';

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

/** A copy of what the npm scripts need to run, without its packages. */
async function copyScripts(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'npm-scripts-'));
  for (const name of ['package.json', 'scripts', 'examples/supergraph/start.js'])
    await cp(join(root, name), join(path, name), { recursive: true });
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
      await using copy = await copyScripts();
      const { code, stderr } = await runNpm(copy.path, ...command.split(' '));
      expect(code).toBe(1);
      expect(stderr).toContain('The dependencies are not installed. Run "npm ci" first.\n');
    },
  );
});

describe('npm after npm ci', () => {
  it('a second build does nothing unless a source has changed', async () => {
    const { stderr } = await run(process.execPath, ['scripts/build.js'], { cwd: root });
    expect(stderr).toBe('');
  });

  it.each([['--port', '8080'], ['--port=8080'], ['--trust-proxy=loopback'], ['--plugins=./plugins.mjs']])(
    'npm run demo %s without -- says that -- is missing',
    async (...parameters) => {
      const { code, stderr } = await runNpm(root, 'run', 'demo', ...parameters);
      expect(code).toBe(2);
      const [flag] = parameters.join('=').split('=');
      expect(stderr).toContain(`npm consumed ${flag}: write -- before the flags: npm run demo -- ${flag} …`);
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
