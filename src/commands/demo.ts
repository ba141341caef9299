import { demoApiKey } from '../../sandbox/demo-keys.ts';
import { startSandbox } from '../../sandbox/server.ts';
import { readConfig, type SettingName } from '../config.ts';
import { startServer } from '../http/server.ts';
import { openLog } from '../observability/log.ts';
import { endOnSignal } from '../workers/shutdown.ts';
import { createExampleRequest } from './example-request.ts';
import { startSettingsPage } from './settings-page.ts';

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
  const release = async () => {
    await page[Symbol.asyncDispose]();
    await sandbox.close();
  };
  const pageUrl = toLocalUrl(page.url);
  const server = await startServer({
    config: { ...config, corsOrigins: [...(config.corsOrigins ?? []), pageUrl] },
    log,
    demoHeaders: { 'Galileo-API-Key': demoApiKey },
  }).catch(async (error: unknown) => {
    await release();
    throw error;
  });
  url = `${toLocalUrl(server.url)}/graphql`;
  endOnSignal(server, log, { release });
  const example = createExampleRequest(trustedDocuments?.documents);
  const hint =
    trustedDocuments === undefined
      ? 'open it in a browser and press the run button'
      : 'what it sends is refused: only trusted documents are executed';
  const isOtherNamed = Boolean(flags.galileoApiUrl ?? process.env['GALILEO_API_URL']);
  const notAsked = isOtherNamed ? '; to have another, run "galileo-gateway serve"' : '';
  const network = url.startsWith(server.url)
    ? ''
    : "\n  Network   it listens on all interfaces: other machines reach GraphiQL at this one's name or address";
  process.stdout.write(`
galileo-gateway demo

  GraphiQL  ${url}  (${hint})
  Settings  ${pageUrl}  (an example front end: the model providers of a settings page)
  API key   ${demoApiKey}  (every other key is a tenant of its own)
  Upstream  a sandbox at ${sandbox.url}, in memory${notAsked}${network}

Try it:

  ${example === undefined ? 'Send the documentId of a trusted document and its variables. None is a query without.' : toCurl(url, example)}

Ctrl+C ends it.
`);
}

/** Where this machine reaches a server: the address that means all interfaces is none to open in a browser. */
const toLocalUrl = (url: string): string =>
  url.replace(/^http:\/\/(?:0\.0\.0\.0|\[::\]):/, 'http://127.0.0.1:');

function toCurl(url: string, request: object): string {
  const body = JSON.stringify(request).replaceAll("'", "'\\''");
  return `curl -s ${url} -H 'content-type: application/json' -H 'Galileo-API-Key: ${demoApiKey}' -d '${body}'`;
}
