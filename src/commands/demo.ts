import { hostname, networkInterfaces } from 'node:os';
import { demoApiKey, demoKeys } from '../../sandbox/demo-keys.ts';
import { startSandbox } from '../../sandbox/server.ts';
import { readConfig, type SettingName } from '../config.ts';
import { startServer } from '../http/server.ts';
import type { Resource } from '../http/static-files.ts';
import { createLog, openOutput } from '../observability/log.ts';
import { endOnSignal } from '../workers/shutdown.ts';
import { createLandingPage } from './landing-page.ts';
import { createSettingsPage } from './settings-page.ts';

const exampleQuery =
  '{ integration(name: OPENAI) { __typename id name ... on OpenAIIntegration { organizationId } } }';

/** Runs a sandbox upstream, the gateway and the example front end, and prints how to use them. */
export async function demo(
  flags: Partial<Record<SettingName, string>>,
  defaults: Readonly<Record<string, string>>,
): Promise<void> {
  const environment: NodeJS.ProcessEnv = { ...defaults, ...process.env };
  // Read before anything listens, so that an invalid configuration ends the demo immediately.
  const { host, port, basePath, graphiql, trustedDocuments } = readConfig(environment, flags);
  const allowedHosts = getHostNames(host);
  const graphqlPath = `${basePath}/graphql`;
  const settingsPath = `${basePath}/settings`;
  const settingsPage = createSettingsPage({
    endpoint: graphqlPath,
    apiKey: demoApiKey,
    trustedDocuments: trustedDocuments !== undefined,
  });
  const startSandboxOn = (sandboxPort: number) => startSandbox({ port: sandboxPort, allowedHosts });
  // On the next port, or on a free one if another program uses it.
  const sandbox = await startSandboxOn(port === 0 || port === 65_535 ? 0 : port + 1).catch(() =>
    startSandboxOn(0),
  );
  const config = readConfig(environment, { ...flags, galileoApiUrl: sandbox.url });
  const log = createLog(config.logLevel, await openOutput());
  let landingPage: Resource | undefined;
  const server = await startServer({
    // The sandbox is on this machine, so its calls need no proxy.
    config: { ...config, httpProxy: undefined, httpsProxy: undefined },
    log,
    demoHeaders: { 'Galileo-API-Key': demoApiKey },
    pages: (path) => (path === '/' ? landingPage : settingsPage(path)),
    allowedHosts,
  }).catch(async (error: unknown) => {
    await sandbox.close();
    throw error;
  });
  const url = toLocalUrl(server.url);
  const graphqlUrl = url + graphqlPath;
  endOnSignal(server, log, { release: () => sandbox.close() });
  const curl = trustedDocuments === undefined ? toCurl(graphqlUrl) : undefined;
  landingPage = createLandingPage({
    graphiqlPath: graphiql ? graphqlPath : undefined,
    settingsPath,
    keys: demoKeys,
    curl,
  });

  const hint =
    trustedDocuments === undefined
      ? 'open it in a browser and press the run button'
      : 'its operations are refused: only trusted documents are executed';
  const isOtherUpstream = Boolean(flags.galileoApiUrl ?? process.env['GALILEO_API_URL']);
  const upstreamHint = isOtherUpstream ? '; for another upstream, run "galileo-gateway serve"' : '';
  const metrics = server.metricsUrl === undefined ? '' : `\n  Metrics   ${server.metricsUrl}/metrics`;
  const network =
    url === server.url
      ? ''
      : "\n  Network   listens on all interfaces: other machines can connect using this machine's name or address";
  const keys = Object.entries(demoKeys).map(([key, meaning]) => `    ${key.padEnd(15)}${meaning}\n`);
  process.stdout.write(`
galileo-gateway demo

  Start     ${url}${basePath}/  (links to everything)
  GraphiQL  ${graphiql ? `${graphqlUrl}  (${hint})` : 'off'}
  Settings  ${url}${settingsPath}  (an example settings page for model providers)
  API key   ${demoApiKey}
  Upstream  a sandbox at ${sandbox.url}, in memory${upstreamHint}${metrics}${network}

Try it:

  ${curl ?? 'Send the documentId of a trusted document and its variables.'}

Keys that simulate other states. Each key is a separate tenant:

${keys.slice(1).join('')}
Press Ctrl+C to stop.
`);
}

/** The URL on this machine. Browsers cannot open the address for all interfaces. */
const toLocalUrl = (url: string): string =>
  url.replace(/^http:\/\/(?:0\.0\.0\.0|\[::\]):/, 'http://127.0.0.1:');

/**
 * Accepted names in the `Host` header, as protection against DNS rebinding: the names of loopback and, if the demo
 * listens on other interfaces, of this machine.
 */
function getHostNames(host: string): readonly string[] {
  const names = ['localhost', '127.0.0.1', '[::1]', host.includes(':') ? `[${host}]` : host];
  if (host !== '0.0.0.0' && host !== '::') return names;
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  return [
    ...names,
    hostname().toLowerCase(),
    ...addresses.map(({ address, family }) => (family === 'IPv6' ? `[${address}]` : address)),
  ];
}

const toCurl = (url: string): string =>
  `curl -s ${url} -H 'content-type: application/json' -H 'Galileo-API-Key: ${demoApiKey}' -d '${JSON.stringify({ query: exampleQuery })}'`;
