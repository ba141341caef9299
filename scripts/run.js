import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, checkInstallation, isBuilt } from './build.js';

// Builds the program if its sources have changed, and runs one of its commands in this process.
//
//   node scripts/run.js serve|demo [FLAGS]

/** npm has settings with these names. */
const npmFlags = ['--http-proxy', '--https-proxy', '--no-proxy'];

checkInstallation();
if (!isBuilt()) build();
const dist = join(dirname(dirname(fileURLToPath(import.meta.url))), 'dist');
await checkSeparator();
const program = join(dist, 'main.js');
process.argv.splice(1, 1, program);
await import(program);

/** Without `--`, npm consumes the flags and passes on only their values. */
async function checkSeparator() {
  const { settings, toFlag } = await import(join(dist, 'src', 'config.js'));
  for (const flag of [...Object.keys(settings).map(toFlag), '--plugins']) {
    const variable = `npm_config_${flag.slice(2).replaceAll('-', '_')}`;
    if (process.env[variable] === undefined || npmFlags.includes(flag)) continue;
    const script = process.env['npm_lifecycle_event'] ?? process.argv[2];
    process.stderr.write(
      `galileo-gateway: npm consumed ${flag}: write -- before the flags: npm run ${script} -- ${flag} …\n`,
    );
    process.exit(2);
  }
}
