import { demoApiKey, demoKeys } from '../../sandbox/demo-keys.ts';
import { startSandbox } from '../../sandbox/server.ts';
import { ConfigError } from '../config.ts';
import { explainListenFailure } from '../http/listen.ts';

/** Runs the sandbox upstream until a signal ends it. */
export async function sandbox(port: string): Promise<void> {
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) {
    throw new ConfigError(['--port: expected a whole number from 0 to 65535']);
  }
  const { url } = await startSandbox({ port: Number(port) }).catch((error: Error) => {
    throw explainListenFailure(error);
  });
  const keys = Object.entries(demoKeys).map(([key, meaning]) => `  ${key.padEnd(15)}${meaning}\n`);
  process.stdout.write(`sandbox upstream at ${url}, API key ${demoApiKey}

Any credential works, and each has its own data. These keys show specific states:
${keys.join('')}`);
}
