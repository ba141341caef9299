import { type Drift, findDrift } from '../../drift/find-drift.ts';
import { readDocument, UnreadableDocument } from '../../drift/read-document.ts';
import { readConfig } from '../config.ts';
import { getPackagePath, version } from '../package.ts';

// Every command exits with 2 if its input is invalid.
const exitNews = 1;
const exitUnreadable = 2;
const exitBreaking = 3;

/**
 * Compares upstream's published OpenAPI document with the one of this version, and prints what differs.
 *
 * @param source a file path or a URL; undefined means the document below `GALILEO_API_URL`
 * @returns the exit code: 0 no difference, 1 other differences, 3 breaking differences, 2 unreadable document
 */
export async function checkUpstream(
  source: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<number> {
  const location = source === undefined ? getDefault(environment) : toLocation(source);
  const label = toLabel(location);
  try {
    const published = await readDocument(location);
    const known = await readDocument(getPackagePath('contract/galileo-openapi.json'));
    const drift = findDrift(known, published);
    process.stdout.write(printDrift(drift, label));
    if (drift.findings.some(({ level }) => level === 'breaking')) return exitBreaking;
    return drift.findings.length > 0 ? exitNews : 0;
  } catch (error) {
    if (!(error instanceof UnreadableDocument)) throw error;
    process.stderr.write(`galileo-gateway: ${label}: ${error.message}\n`);
    return exitUnreadable;
  }
}

/** Reads only this variable. The others can be invalid, because the environment can belong to another machine. */
function getDefault({ GALILEO_API_URL }: Readonly<Record<string, string | undefined>>): URL {
  const { galileoApiUrl } = readConfig({ GALILEO_API_URL });
  return new URL(`${galileoApiUrl.pathname.replace(/\/$/, '')}/public/v2/openapi.json`, galileoApiUrl);
}

const toLocation = (source: string): URL | string =>
  /^https?:/i.test(source) && URL.canParse(source) ? new URL(source) : source;

/** The location without the credentials and the query of a URL. */
const toLabel = (location: URL | string): string =>
  typeof location === 'string' ? location.replace(/\p{C}/gu, '?') : `${location.origin}${location.pathname}`;

function printDrift({ findings, notCovered }: Drift, label: string): string {
  const note =
    notCovered.length === 0
      ? ''
      : `Not described by this document, and not compared: ${notCovered.join(', ')}.\n`;
  if (findings.length === 0)
    return `${note}Nothing new: ${label} describes the API that galileo-gateway ${version} knows.\n`;
  const lines = findings.map(
    ({ level, change, subject, text }) => `${level.padEnd(8)}  ${change.padEnd(7)}  ${subject}: ${text}\n`,
  );
  const breaking = findings.filter(({ level }) => level === 'breaking').length;
  return `${lines.join('')}\n${note}${label}, compared with galileo-gateway ${version}: ${breaking} breaking, ${findings.length - breaking} other.\n`;
}
