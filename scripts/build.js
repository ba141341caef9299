import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

// Compiles everything to dist/ unless the sources are unchanged since the last build.
//
//   node scripts/build.js [--force]

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const output = join(root, 'dist');
const stampPath = join(output, '.build');

const sources = [
  'main.ts',
  'src',
  'sandbox',
  'drift',
  'client',
  'graphiql',
  'examples/settings-page',
  'contract/galileo-openapi.json',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'tsconfig.build.json',
  'scripts/build.js',
  'vite.config.ts',
];

/** @returns {string} a digest of the paths and contents of all sources */
function digestSources() {
  const hash = createHash('sha256');
  for (const source of sources) {
    const path = join(root, source);
    const names = statSync(path).isDirectory()
      ? readdirSync(path, { recursive: true, encoding: 'utf8' })
          .map((name) => join(path, name))
          .sort()
      : [path];
    for (const name of names) {
      if (statSync(name).isFile()) hash.update(name).update(readFileSync(name));
    }
  }
  return hash.digest('hex');
}

/** Whether dist/ is up to date. True for a built program without development dependencies, as in a container. */
export function isBuilt() {
  if (!existsSync(join(output, 'main.js'))) return false;
  if (!isInstalled('typescript')) return true;
  return existsSync(stampPath) && readFileSync(stampPath, 'utf8') === digestSources();
}

/** @param {string} name of a package */
function isInstalled(name) {
  return existsSync(join(root, 'node_modules', name, 'package.json'));
}

/** Ends the process with code 1 if the packages that a build or the program needs are missing. */
export function checkInstallation() {
  if (isInstalled('commander') && (isInstalled('typescript') || existsSync(join(output, 'main.js')))) return;
  process.stderr.write('The dependencies are not installed. Run "npm ci" first.\n');
  process.exit(1);
}

/** Builds dist/. Ends the process with the exit code of the first step that fails. */
export function build() {
  process.stderr.write('Building, which takes 15 to 40 seconds …\n');
  const digest = digestSources();
  for (const name of ['main.js', 'program', 'src', 'client', 'client-cjs', '.build']) {
    rmSync(join(output, name), { recursive: true, force: true });
  }
  run('typescript/bin/tsc', '-p', 'tsconfig.build.json');
  run('vite/bin/vite.js', 'build', '--logLevel', 'warn');
  // npm makes the program executable only when it links it, but each build writes a new file.
  chmodSync(join(output, 'main.js'), 0o755);
  run('typescript/bin/tsc', '-p', 'client');
  run('typescript/bin/tsc', '-p', 'client/tsconfig.cjs.json');
  writeFileSync(join(output, 'client-cjs', 'package.json'), '{ "type": "commonjs" }\n');
  run('vite/bin/vite.js', 'build', '--config', 'graphiql/vite.config.ts', '--logLevel', 'warn');
  run('vite/bin/vite.js', 'build', '--config', 'examples/settings-page/vite.config.ts', '--logLevel', 'warn');
  writeFileSync(stampPath, digest);
}

/**
 * @param {string} program a path in node_modules
 * @param {string[]} parameters
 */
function run(program, ...parameters) {
  const path = join(root, 'node_modules', program);
  const { status, signal } = spawnSync(process.execPath, [path, ...parameters], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status === 0) return;
  if (signal !== null) process.kill(process.pid, signal);
  process.exit(status ?? 1);
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  checkInstallation();
  if (process.argv.includes('--force') || !isBuilt()) build();
}
