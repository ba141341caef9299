import { readConfig, type SettingName } from '../config.ts';
import { openLog } from '../log.ts';
import { demoApiKey, startSandbox } from '../sandbox/server.ts';
import { startServer } from '../server.ts';
import { endOnSignal, logUncaughtFaults } from './serve.ts';
import { startSettingsPage } from './settings-page.ts';

const exampleQuery =
  '{ integration(name: OPENAI) { __typename id name ... on OpenAIIntegration { organizationId } } }';

/** Runs a sandbox upstream, the gateway in front of it and the example front end, and says how to use them. */
export async function demo(flags: Partial<Record<SettingName, string>>): Promise<void> {
  // Before anything listens: a fault in the configuration must end it at once.
  // A demo is for exploring, wherever it runs.
  const environment = { LOG_LEVEL: 'warn', GRAPHIQL: 'on', INTROSPECTION: 'on', ...process.env };
  const { host, trustedDocuments } = readConfig(environment, flags);
  let url = '';
  const page = await startSettingsPage({
    host,
    getConfig: () => ({
      endpoint: url,
      apiKey: demoApiKey,
      trustedDocuments: trustedDocuments !== undefined,
    }),
  });
  const sandbox = await startSandbox({ port: 0 });
  const config = readConfig(environment, { ...flags, galileoApiUrl: sandbox.url });
  const log = await openLog(config.logLevel);
  logUncaughtFaults(log);
  const release = async () => {
    await page[Symbol.asyncDispose]();
    await sandbox.close();
  };
  const server = await startServer({
    config: { ...config, corsOrigins: [...(config.corsOrigins ?? []), page.url] },
    log,
    demoHeaders: { 'Galileo-API-Key': demoApiKey },
  }).catch(async (error: unknown) => {
    await release();
    throw error;
  });
  url = `${server.url}/graphql`;
  endOnSignal(server, log, release);
  process.stdout.write(`
galileo-gateway demo

  GraphiQL  ${url}  (open it in a browser and press the run button)
  Settings  ${page.url}  (an example front end: the model providers of a settings page)
  API key   ${demoApiKey}  (every other key is a tenant of its own)
  Upstream  a sandbox at ${sandbox.url}, in memory

Try it:

  curl -s ${url} -H 'content-type: application/json' -H 'Galileo-API-Key: ${demoApiKey}' -d '${JSON.stringify({ query: exampleQuery })}'

Ctrl+C ends it.
`);
}
