import { EnvHttpProxyAgent } from 'undici';
import { type Drift, findDrift } from '../../drift/find-drift.ts';
import { readDocument, UnreadableDocument } from '../../drift/read-document.ts';
import { readConfig } from '../config.ts';
import { findPackagePath, version } from '../package.ts';
import { isHttpUrl } from '../setting-types.ts';
import { readTrustedCertificates } from '../upstream/trusted-certificates.ts';
import { getBasePath } from '../upstream/url.ts';

// Every command exits with 2 if its input is invalid.
const exitCompatible = 1;
const exitUnreadable = 2;
const exitBreaking = 3;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Compares upstream's published OpenAPI document with the one of this version, and prints what differs.
 *
 * @param source a file path or a URL; undefined means the document below `GALILEO_API_URL`
 * @returns the exit code: 0 no difference, 1 compatible changes, 3 breaking changes, 2 unreadable document
 */
export async function checkUpstream(source: string | undefined, environment: Environment): Promise<number> {
  const location = source === undefined ? getDefaultLocation(environment) : toLocation(source);
  const label = toLabel(location);
  const dispatcher = createDispatcher(environment);
  try {
    const published = await readDocument(location, dispatcher);
    const known = await readDocument(findPackagePath('contract/galileo-openapi.json'));
    const drift = findDrift(known, published);
    process.stdout.write(printDrift(drift, label));
    if (drift.findings.some(({ level }) => level === 'breaking')) return exitBreaking;
    return drift.findings.length > 0 ? exitCompatible : 0;
  } catch (error) {
    if (!(error instanceof UnreadableDocument)) throw error;
    process.stderr.write(`galileo-gateway: ${label}: ${error.message}\n`);
    return exitUnreadable;
  } finally {
    await dispatcher.destroy();
  }
}

// Each function reads only the variables that it needs. The others can be invalid, because the environment can belong
// to another machine.

function getDefaultLocation({ GALILEO_API_URL }: Environment): URL {
  const { galileoApiUrl } = readConfig({ GALILEO_API_URL });
  return new URL(`${getBasePath(galileoApiUrl)}/public/v2/openapi.json`, galileoApiUrl);
}

/** Connects as the gateway does: through the same proxy, with the same certificates. */
function createDispatcher(environment: Environment): EnvHttpProxyAgent {
  const needed = /^(?:https?_proxy|no_proxy|upstream_(?:ca|cert|key)_file)$/i;
  const config = readConfig(
    Object.fromEntries(Object.entries(environment).filter(([name]) => needed.test(name))),
  );
  const ca = readTrustedCertificates(config.upstreamCaFile?.content);
  const tls = { ca, cert: config.upstreamCertFile?.content, key: config.upstreamKeyFile?.content };
  const { httpProxy = '', httpsProxy = '', noProxy = '' } = config;
  return new EnvHttpProxyAgent({
    httpProxy,
    httpsProxy,
    noProxy,
    connect: tls,
    requestTls: tls,
    proxyTls: { ca },
  });
}

const toLocation = (source: string): URL | string => (isHttpUrl(source) ? new URL(source) : source);

/** The location without the credentials and the query of a URL. */
const toLabel = (location: URL | string): string =>
  typeof location === 'string' ? location.replace(/\p{C}/gu, '?') : `${location.origin}${location.pathname}`;

function printDrift({ findings, notCovered }: Drift, label: string): string {
  const note =
    notCovered.length === 0
      ? ''
      : `Not described by this document, and not compared: ${notCovered.join(', ')}.\n`;
  if (findings.length === 0)
    return `${note}No differences: ${label} describes the API that galileo-gateway ${version} knows.\n`;
  const lines = findings.map(
    ({ level, change, subject, text }) => `${level.padEnd(10)}  ${change.padEnd(7)}  ${subject}: ${text}\n`,
  );
  const breaking = findings.filter(({ level }) => level === 'breaking').length;
  return `${lines.join('')}\n${note}${label}, compared with galileo-gateway ${version}: ${breaking} breaking, ${findings.length - breaking} compatible.\n`;
}
