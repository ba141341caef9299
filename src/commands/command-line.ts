import { Command, CommanderError, Option } from 'commander';
import {
  ConfigError,
  readConfig,
  type Setting,
  type SettingName,
  settings,
  toFlag,
  toVariable,
} from '../config.ts';
import { version } from '../package.ts';

// Each command loads its part of the program when it runs. Help and configuration errors need none of it.

/** Exit code for an invalid command line or configuration. */
const exitUsage = 2;

/** Time for the last log lines after a failed start. */
const exitDelayMs = 1000;

/** Defaults of the demo by variable. A demo is for exploring, even with NODE_ENV=production. */
const demoDefaults = { LOG_LEVEL: 'warn', GRAPHIQL: 'on', INTROSPECTION: 'on' };

type Flags = Readonly<Partial<Record<SettingName, string>>>;

/** Runs the command of the process's arguments, and sets the exit code. */
export async function runCommandLine(): Promise<void> {
  // The reader can close the pipe early, as in `print-schema | head`. That is not an error.
  process.stdout.on('error', () => {
    process.exitCode ??= 1;
  });
  try {
    await createProgram().parseAsync();
  } catch (error) {
    process.exitCode = reportFailure(error);
    // The channel to a primary process would keep a worker alive.
    if (process.connected) process.exit();
    // A timer or a socket of a plugin would keep any process alive.
    setTimeout(() => process.exit(), exitDelayMs).unref();
  }
}

function createProgram(): Command {
  const program = new Command('galileo-gateway')
    .description("A GraphQL gateway in front of Galileo's REST API for LLM-provider integrations.")
    .version(version)
    .showHelpAfterError(false);

  const addCommand = (name: string, description: string): Command =>
    program.command(name).description(description).version(version).allowExcessArguments(false);

  addSettings(addCommand('serve', 'run the gateway'))
    .option(
      '--plugins <file>',
      'module whose default export is a graphql-yoga or Envelop plugin, or an array of them',
    )
    .action(async ({ plugins, ...flags }: Flags & { readonly plugins?: string }) => {
      const { serve } = await import('./serve.ts');
      await serve(readConfig(process.env, flags), plugins);
    });

  addSettings(
    addCommand('demo', 'run the gateway with a sandbox upstream; needs neither an account nor a network'),
    demoDefaults,
  )
    .addHelpText(
      'after',
      '\nThe demo runs in one process, and its upstream is the sandbox: --workers, --galileo-api-url, the proxies and the PEM files are checked, but not used.',
    )
    .action(async (flags: Flags) => {
      const { demo } = await import('./demo.ts');
      await demo(flags, demoDefaults);
    });

  addCommand('sandbox', 'run only the sandbox upstream')
    .option('--port <number>', 'port to listen on; 0 picks a free one', '4001')
    .action(async ({ port }: { port: string }) => {
      const { sandbox } = await import('./sandbox.ts');
      await sandbox(port);
    });

  addCommand('print-schema', 'print the schema (SDL)')
    .option('--subgraph', 'print the schema as a federation subgraph')
    .action(async ({ subgraph = false }: { subgraph?: boolean }) => {
      const { printApiSchema, printSubgraphSchema } = await import('../schema/index.ts');
      process.stdout.write(subgraph ? printSubgraphSchema() : printApiSchema());
    });

  addCommand(
    'check-config',
    'validate the environment variables and print the effective configuration',
  ).action(async () => {
    const { checkConfig } = await import('./check-config.ts');
    checkConfig(process.env);
  });

  addCommand(
    'check-upstream',
    "compare upstream's published OpenAPI document with the one that this version was built against",
  )
    .argument(
      '[source]',
      'file or URL of the document (default: /public/v2/openapi.json under GALILEO_API_URL)',
    )
    .addHelpText(
      'after',
      '\nExit code: 0 no change, 1 compatible changes, 3 breaking changes, 2 the document could not be read, or a setting is invalid.',
    )
    .action(async (source: string | undefined) => {
      const { checkUpstream } = await import('./check-upstream.ts');
      process.exitCode = await checkUpstream(source, process.env);
    });

  // For an unknown name, commander's own help command prints the whole help.
  program.helpCommand(false);
  addCommand('help', 'display help for a command')
    .argument('[command]')
    .action((name: string | undefined) => {
      const command = name === undefined ? program : program.commands.find((known) => known.name() === name);
      if (command === undefined) return program.error(`error: unknown command '${name}'`);
      command.help();
    });

  for (const command of [program, ...program.commands]) {
    command.exitOverride().configureOutput({ outputError: (message, write) => write(toLine(message)) });
  }
  return program;
}

/** Adds every setting as a flag. `defaults` replaces defaults of the settings, even in production. */
function addSettings(command: Command, defaults: Readonly<Record<string, string>> = {}): Command {
  for (const setting of Object.keys(settings) as SettingName[]) {
    const variable = toVariable(setting);
    const { meaning, default: byDefault = 'off', productionDefault }: Setting = settings[setting];
    const inProduction = productionDefault === undefined ? '' : `, ${productionDefault} in production`;
    const option = new Option(
      `${toFlag(setting)} <value>`,
      `${meaning} Variable ${variable}; default ${defaults[variable] ?? `${byDefault}${inProduction}`}.`,
    );
    // Commander would read `--no-proxy` as the negation of a flag `--proxy`.
    option.negate = false;
    command.addOption(option);
  }
  return command;
}

/** One line, with commander's suggestion for a misspelled name. */
function toLine(message: string): string {
  return message.replace(/^error: /, 'galileo-gateway: ').replaceAll('\n(', ' (');
}

function reportFailure(error: unknown): number {
  // Commander has written its message, or the help.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitUsage;
  if (error instanceof ConfigError) {
    for (const problem of error.problems) process.stderr.write(`galileo-gateway: ${problem}\n`);
    return exitUsage;
  }
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`galileo-gateway: ${message}\n`);
  return 1;
}
