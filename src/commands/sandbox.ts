import { demoApiKey, demoKeys } from '../../sandbox/demo-keys.ts';
import { startSandbox } from '../../sandbox/server.ts';
import { ConfigError, settings } from '../config.ts';
import { explainListenFailure } from '../http/listen.ts';

/** Runs the sandbox upstream until a signal ends it. */
export async function sandbox(port: string): Promise<void> {
  const parsed = settings.port.schema.safeParse(port);
  if (!parsed.success) throw new ConfigError([`--port: expected ${parsed.error.issues[0]?.message}`]);
  const { url } = await startSandbox({ port: parsed.data }).catch((error: Error) => {
    throw explainListenFailure(error);
  });
  const keys = Object.entries(demoKeys).map(([key, meaning]) => `  ${key.padEnd(15)}${meaning}\n`);
  process.stdout.write(`sandbox upstream at ${url}, API key ${demoApiKey}

Any credential works, and each has its own data. These keys show specific states:
${keys.join('')}`);
}
