import { once } from 'node:events';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, checkInstallation, isBuilt } from './build.js';

// Builds the program if its sources have changed, and runs one of its commands in this process.
// Mistakes in the command line are reported before the build.
//
//   node scripts/run.js serve|demo [FLAGS]

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [command = '', ...parameters] = process.argv.slice(2);

checkInstallation();
const needsBuild = !isBuilt();
const { settings, toFlag, readConfig } = await loadConfig();

/** Flags by their names: `--port` is the setting `port`. */
const flags = new Map(Object.keys(settings).map((setting) => [toFlag(setting), setting]));

checkSeparator();
if (needsBuild) {
  await checkFlags();
  build();
}
const program = join(root, 'dist', 'main.js');
process.argv.splice(1, 1, program);
await import(program);

/** The configuration module: from dist/ if it is up to date, otherwise compiled in memory. */
async function loadConfig() {
  if (!needsBuild) return import(join(root, 'dist', 'src', 'config.js'));
  const { build: bundle } = await import('vite');
  const { output } = await bundle({
    root,
    configFile: false,
    logLevel: 'silent',
    build: { ssr: join(root, 'src', 'config.ts'), write: false },
  });
  // Bare imports resolve only from a file.
  const { mkdtemp, rm, writeFile } = await import('node:fs/promises');
  const directory = await mkdtemp(join(root, 'node_modules', '.galileo-gateway-'));
  try {
    const path = join(directory, 'config.mjs');
    await writeFile(path, output[0].code);
    return await import(path);
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** Without `--`, npm consumes the flags and passes on only their values. */
function checkSeparator() {
  for (const flag of flags.keys()) {
    const variable = `npm_config_${flag.slice(2).replaceAll('-', '_')}`;
    // npm has settings with these names.
    if (process.env[variable] === undefined || flag.endsWith('proxy')) continue;
    const script = process.env['npm_lifecycle_event'] ?? command;
    fail(`npm consumed ${flag}: write -- before the flags: npm run ${script} -- ${flag} …`);
  }
}

/** Reports unknown flags, invalid values and a port that is in use. */
async function checkFlags() {
  if (parameters.some((parameter) => ['--help', '-h', '--version', '-V'].includes(parameter))) return;
  const given = {};
  for (let index = 0; index < parameters.length; index++) {
    const [flag = '', ...rest] = (parameters[index] ?? '').split('=');
    const setting = flags.get(flag);
    if (setting === undefined && flag !== '--plugins') {
      fail(flag.startsWith('-') ? `unknown option '${flag}'` : `unexpected argument '${flag}'`);
    }
    const value = rest.length > 0 ? rest.join('=') : parameters[++index];
    if (value === undefined) fail(`option '${flag} <value>' argument missing`);
    if (setting !== undefined) given[setting] = value;
  }
  let config;
  try {
    config = readConfig(process.env, given);
  } catch (error) {
    if (error instanceof Error && 'problems' in error && Array.isArray(error.problems))
      fail(...error.problems);
    throw error;
  }
  if (config.port === 0) return;
  const server = createServer();
  try {
    server.listen(config.port, config.host);
    await once(server, 'listening');
  } catch (error) {
    if (error?.code === 'EADDRINUSE') {
      process.stderr.write(
        `galileo-gateway: port ${config.port} is already in use: set --port, or use --port 0 for a free port\n`,
      );
      process.exit(1);
    }
  } finally {
    server.close();
  }
}

/** @param {...string} messages */
function fail(...messages) {
  for (const message of messages) process.stderr.write(`galileo-gateway: ${message}\n`);
  process.exit(2);
}
