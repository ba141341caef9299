#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { ConfigError, readConfig, type SettingName, settings, toFlag, toVariable } from './src/config.ts';
import { version } from './src/package.ts';

// Each command loads its own part of the program when it runs: help and faults in the configuration need none of it.

/** What the user got wrong: one line each, no stack. */
const exitUsage = 2;

const program = new Command('galileo-gateway')
  .description("A GraphQL gateway in front of Galileo's REST API for LLM-provider integrations.")
  .version(version)
  .showHelpAfterError(false);

const names = Object.keys(settings) as SettingName[];

function addCommand(name: string, description: string): Command {
  return program.command(name).description(description).version(version).allowExcessArguments(false);
}

/** A command that takes every setting as a flag. */
function addServerCommand(name: string, description: string): Command {
  const command = addCommand(name, description);
  for (const setting of names) {
    const { meaning, default: byDefault } = settings[setting];
    command.option(
      `${toFlag(setting)} <value>`,
      `${meaning} Variable ${toVariable(setting)}; default ${byDefault ?? 'off'}.`,
    );
  }
  return command;
}

addServerCommand('serve', 'run the gateway').action(async (flags: Partial<Record<SettingName, string>>) => {
  const { serve } = await import('./src/commands/serve.ts');
  await serve(readConfig(process.env, flags));
});

addServerCommand('demo', 'run the gateway with a sandbox upstream: no account needed').action(
  async (flags: Partial<Record<SettingName, string>>) => {
    const { demo } = await import('./src/commands/demo.ts');
    await demo(flags);
  },
);

addCommand('sandbox', 'run the sandbox upstream alone')
  .option('--port <number>', 'the port; 0 takes a free one', '4001')
  .action(async ({ port }: { port: string }) => {
    const { sandbox } = await import('./src/commands/sandbox.ts');
    await sandbox(port);
  });

addCommand('print-schema', 'print the schema (SDL) on standard output')
  .option('--subgraph', 'as a federated supergraph composes it')
  .action(async ({ subgraph = false }: { subgraph?: boolean }) => {
    const { printApiSchema, printSubgraphSchema } = await import('./src/schema/index.ts');
    process.stdout.write(subgraph ? printSubgraphSchema() : printApiSchema());
  });

addCommand('check-config', 'validate the environment and print the configuration that it makes').action(
  async () => {
    const { printConfig } = await import('./src/commands/check-config.ts');
    process.stdout.write(printConfig(readConfig(process.env)));
  },
);

addCommand('check-upstream', "compare upstream's published OpenAPI document with the one of this version")
  .argument('[source]', 'a file or a URL; default: /public/v2/openapi.json below GALILEO_API_URL')
  .addHelpText(
    'after',
    '\nExit code: 0 nothing, 1 news, 3 something breaking, 2 the document could not be read.',
  )
  .action(async (source: string | undefined) => {
    const { checkUpstream } = await import('./src/commands/check-upstream.ts');
    process.exitCode = await checkUpstream(source, process.env);
  });

// Commander's own answers an unknown name with the whole help.
program.helpCommand(false);
addCommand('help', 'display help for a command')
  .argument('[command]')
  .action((name: string | undefined) => {
    const command = name === undefined ? program : program.commands.find((known) => known.name() === name);
    if (command === undefined) return program.error(`error: unknown command '${name}'`);
    command.help();
  });

for (const command of [program, ...program.commands]) {
  command.exitOverride().configureOutput({
    // One line, the suggestion included.
    outputError: (message, write) =>
      write(message.replace(/^error: /, 'galileo-gateway: ').replaceAll('\n(', ' (')),
  });
}

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = reportFailure(error);
}

function reportFailure(error: unknown): number {
  // Commander has written its line, or the help that was asked for.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitUsage;
  if (error instanceof ConfigError) {
    for (const fault of error.problems) process.stderr.write(`galileo-gateway: ${fault}\n`);
    return exitUsage;
  }
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`galileo-gateway: ${message}\n`);
  return 1;
}
