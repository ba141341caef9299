// node scripts/check-image.js: builds the image with podman or docker, then runs it with a read-only file system, without
// privileges, with 512 MiB of memory, and in front of the sandbox. Checks its user, its limits, its health check, a query, a
// drain after SIGTERM, and deploy/plugins.Dockerfile. Exits with 0 and one line if no container can run on this machine.
// Removes everything that it created. Set CONTAINER_ENGINE to choose between podman and docker.
//
// If the base image cannot be pulled, one is made from this machine's Node and its libraries.
import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../', import.meta.url));
const memoryMiB = 512;
const image = 'localhost/galileo-gateway:check';
const imageWithPlugins = 'localhost/galileo-gateway:check-plugins';
const localBase = 'localhost/galileo-gateway-base:check';
const workPath = mkdtempSync(join(tmpdir(), 'check-image-'));
const containers = [];
const run = (program, ...parameters) => spawnSync(program, parameters, { encoding: 'utf8' }).stdout.trim();
/** This machine's npm cache, which the build reads. */
const cachePath = run('npm', 'config', 'get', 'cache');

const works = (program, ...parameters) => spawnSync(program, parameters).status === 0;
const engine = (
  process.env.CONTAINER_ENGINE === undefined ? ['podman', 'docker'] : [process.env.CONTAINER_ENGINE]
).find((name) => works(name, 'info'));
const isPodman = engine === 'podman';
// runc runs with every layout of cgroups; podman would prefer crun.
const runtime = isPodman && works('runc', '--version') ? ['--runtime=runc'] : [];
const runOptions = [
  '--network=host',
  '--read-only',
  ...(isPodman ? ['--read-only-tmpfs=false'] : []),
  '--cap-drop=ALL',
  '--security-opt=no-new-privileges',
  `--memory=${memoryMiB}m`,
  // Lower than the limits of most machines, which a container engine may not be permitted to raise.
  '--ulimit=nofile=4096:4096',
  '--ulimit=nproc=4096:4096',
];
if (engine === undefined) skip('neither podman nor docker runs here');

process.on('exit', () => {
  spawnSync(engine, ['rm', '--force', ...containers]);
  spawnSync(engine, ['image', 'rm', '--force', imageWithPlugins, image, localBase]);
  rmSync(workPath, { recursive: true, force: true });
});

function skip(reason) {
  process.stdout.write(`Skipped: the image was not built, because ${reason}.\n`);
  process.exit(0);
}

/** Standard output of a command of the container engine. Throws with its standard error. */
async function ask(...parameters) {
  const { stdout } = await promisify(execFile)(engine, [...runtime, ...parameters], { cwd: root });
  return stdout.trim();
}

function check(isTrue, message) {
  if (!isTrue) throw new Error(`check failed: ${message}`);
  process.stdout.write(`ok    ${message}\n`);
}

/** Files of this machine that a shell, Node and npm need, as an image. */
async function makeBase() {
  const files = join(workPath, 'base');
  const programs = [
    [process.execPath, '/usr/local/bin/node'],
    ['/bin/sh', '/bin/sh'],
    ['/usr/bin/env', '/usr/bin/env'],
    ['/bin/rm', '/bin/rm'],
  ];
  const copy = (from, to) => cpSync(realpathSync(from), join(files, to), { recursive: true });
  for (const [from, to] of programs) {
    copy(from, to);
    for (const [, library] of run('ldd', from).matchAll(/(?:=> |^\s+)(\/\S+)/gm)) {
      copy(library, library);
      if (!library.endsWith('/libc.so.6')) continue;
      // Bindings of development dependencies link to these parts of the C library.
      for (const part of ['librt.so.1', 'libresolv.so.2', 'libutil.so.1', 'libnss_dns.so.2']) {
        const path = join(dirname(library), part);
        if (existsSync(path)) copy(path, path);
      }
    }
  }
  copy(join(run('npm', 'root', '--global'), 'npm'), '/usr/local/lib/node_modules/npm');
  symlinkSync('../lib/node_modules/npm/bin/npm-cli.js', join(files, 'usr/local/bin/npm'));
  mkdirSync(join(files, 'tmp'), { mode: 0o1777 });
  mkdirSync(join(files, 'etc'), { recursive: true });
  writeFileSync(
    join(files, 'etc/passwd'),
    'root:x:0:0::/root:/bin/sh\nnode:x:1000:1000::/home/node:/bin/sh\n',
  );
  // A registry behind a proxy may need another certificate authority.
  const authorities = process.env.NODE_EXTRA_CA_CERTS;
  const change = [
    '--change=ENV PATH=/usr/local/bin:/usr/bin:/bin',
    '--change=ENV npm_config_prefer_offline=true',
  ];
  if (authorities !== undefined) {
    copy(authorities, '/etc/ssl/extra-authorities.pem');
    change.push('--change=ENV NODE_EXTRA_CA_CERTS=/etc/ssl/extra-authorities.pem');
  }
  const archive = join(workPath, 'base.tar');
  run('tar', '-C', files, '--owner=0', '--group=0', '-cf', archive, '.');
  await ask('import', ...change, archive, localBase);
  return localBase;
}

/** The base image of the Dockerfile, or one of this machine's own files. */
async function getBase() {
  const [, name] = /^ARG NODE_IMAGE=(\S+)$/m.exec(readFileSync(join(root, 'deploy/Dockerfile'), 'utf8'));
  const base = name.startsWith('node:') ? `docker.io/library/${name}` : name;
  const isPulled = works(engine, 'pull', base);
  process.stdout.write(
    isPulled ? `base: ${base}\n` : `base: made from this machine's Node ${process.version}\n`,
  );
  return isPulled ? base : makeBase();
}

async function build(...parameters) {
  // Without layers, nothing remains of the build but the image.
  const options = isPodman
    ? ['--format=docker', '--layers=false', `--volume=${cachePath}:/root/.npm`, '--ulimit=nofile=16384:16384']
    : [];
  const startedAtMs = performance.now();
  const child = spawn(engine, [...runtime, 'build', '--network=host', ...options, ...parameters], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error('the build failed');
  process.stdout.write(`ok    the build took ${Math.round((performance.now() - startedAtMs) / 1000)} s\n`);
}

/** Starts a container as an orchestrator does. Returns its id and the URL that its log or output has. */
async function start(name, environment, ...command) {
  const id = await ask(
    'run',
    '--detach',
    ...runOptions,
    ...Object.entries(environment).map(([key, value]) => `--env=${key}=${value}`),
    name,
    ...command,
  );
  containers.push(id);
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const url = /https?:\/\/127\.0\.0\.1:\d+/.exec(await ask('logs', id))?.[0];
    if (url !== undefined) return { id, url };
    if ((await ask('inspect', '--format={{.State.Running}}', id)) !== 'true') break;
    await wait(100);
  }
  throw new Error(`the container does not listen: ${await ask('logs', id)}`);
}

async function query(url) {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'galileo-api-key': 'demo' },
    body: JSON.stringify({ query: '{ integration(name: OPENAI) { id } }' }),
  });
  const { data } = await response.json();
  return response.status === 200 && typeof data?.integration?.id === 'string';
}

const base = await getBase().catch((error) =>
  skip(`${engine} cannot create a base image here: ${error.message}`),
);
const trial = spawnSync(engine, [...runtime, 'run', '--rm', ...runOptions, base, 'node', '-e', ''], {
  encoding: 'utf8',
});
if (trial.status !== 0)
  skip(`${engine} cannot run a container here: ${trial.stderr.trim().split('\n').at(-1)}`);

await build('--file=deploy/Dockerfile', `--build-arg=NODE_IMAGE=${base}`, `--tag=${image}`, '.');
const sizeMb = Number(await ask('image', 'inspect', '--format={{.Size}}', image)) / 1e6;
const baseMb = Number(await ask('image', 'inspect', '--format={{.Size}}', base)) / 1e6;
process.stdout.write(
  `      ${Math.round(sizeMb)} MB, ${Math.round(sizeMb - baseMb)} MB of them on top of the base image\n`,
);

const sandbox = await start(image, { SANDBOX_PORT: '0' }, 'sandbox', '--port', '0');
const environment = {
  GALILEO_API_URL: sandbox.url,
  HOST: '127.0.0.1',
  PORT: '0',
  NODE_OPTIONS: '--max-old-space-size=320',
};
const gateway = await start(image, environment);
const evaluate = (script) => ask('exec', gateway.id, 'node', '-p', script);
check((await evaluate('process.getuid()')) === '1000', 'the container runs as user 1000');
check(
  (await evaluate('try { fs.writeFileSync("/app/x", "") } catch (error) { error.code }')) === 'EROFS',
  'its file system is read-only',
);
check(
  Number(await evaluate('process.constrainedMemory()')) === memoryMiB * 2 ** 20,
  `its memory is limited to ${memoryMiB} MiB`,
);
check(await query(gateway.url), 'it responds to a query');
const health = JSON.parse(await ask('image', 'inspect', '--format={{json .Config.Healthcheck.Test}}', image));
const { port } = new URL(gateway.url);
await ask('exec', `--env=PORT=${port}`, gateway.id, ...health.slice(1));
check(true, 'its health check passes');

const signalledAtMs = performance.now();
await ask('kill', '--signal=TERM', gateway.id);
const isReady = async () => (await fetch(`${gateway.url}/readyz`)).ok;
// The signal reaches the process a moment after the command has ended.
while ((await isReady()) && performance.now() - signalledAtMs < 1500) await wait(20);
check(!(await isReady()), 'it is not ready after SIGTERM as PID 1');
check(await query(gateway.url), 'it still responds while it drains');
const code = await ask('wait', gateway.id);
check(code === '0', `it ends with 0, ${Math.round(performance.now() - signalledAtMs)} ms after SIGTERM`);

const pluginsPath = join(workPath, 'plugins');
mkdirSync(pluginsPath);
writeFileSync(
  join(pluginsPath, 'plugins.mjs'),
  `export default [{ onRequest: () => console.log('plugin saw a request') }];\n`,
);
await build(
  '--file=deploy/plugins.Dockerfile',
  `--build-arg=GATEWAY_IMAGE=${image}`,
  `--tag=${imageWithPlugins}`,
  pluginsPath,
);
const withPlugins = await start(imageWithPlugins, environment);
check(await query(withPlugins.url), 'the image with graphql-yoga responds to a query');
check((await ask('logs', withPlugins.id)).includes('plugin saw a request'), 'its plugin sees the request');
