import { findDrift } from '../../drift/find-drift.ts';
import type { Finding } from '../../drift/findings.ts';
import { readDocument, UnreadableDocument } from '../../drift/read-document.ts';
import { readConfig } from '../config.ts';
import { version } from '../package.ts';
import { createSchema } from '../schema/index.ts';
import { openApiDocument } from '../upstream/openapi-document.ts';

// 2 is what every command ends with where what it was given is at fault: hence the order.
const exitNews = 1;
const exitUnreadable = 2;
const exitBreaking = 3;

/**
 * Compares upstream's published OpenAPI document with the one of this version, and prints what differs.
 *
 * @param source the path of a file, or a URL; where it is left out, the document below `GALILEO_API_URL`
 * @returns the exit code: 0 nothing, 1 news, 3 something breaking, 2 the document could not be read
 */
export async function checkUpstream(
  source: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<number> {
  const location = source === undefined ? getDefault(environment) : toLocation(source);
  const label = toLabel(location);
  try {
    const published = await readDocument(location);
    const findings = findDrift({ ...openApiDocument }, published, createSchema());
    process.stdout.write(printFindings(findings, label));
    if (findings.some(({ level }) => level === 'breaking')) return exitBreaking;
    return findings.length > 0 ? exitNews : 0;
  } catch (error) {
    if (!(error instanceof UnreadableDocument)) throw error;
    process.stderr.write(`galileo-gateway: ${label}: ${error.message}\n`);
    return exitUnreadable;
  }
}

/** Nothing but the address is asked of the environment: the rest of it may be another machine's. */
function getDefault({ GALILEO_API_URL }: Readonly<Record<string, string | undefined>>): URL {
  const { galileoApiUrl } = readConfig({ GALILEO_API_URL });
  return new URL(`${galileoApiUrl.pathname.replace(/\/$/, '')}/public/v2/openapi.json`, galileoApiUrl);
}

const toLocation = (source: string): URL | string =>
  /^https?:/i.test(source) && URL.canParse(source) ? new URL(source) : source;

/** What may be shown of it: a URL can hold a password or a key. */
const toLabel = (location: URL | string): string =>
  typeof location === 'string' ? location.replace(/\p{C}/gu, '?') : `${location.origin}${location.pathname}`;

function printFindings(findings: readonly Finding[], label: string): string {
  if (findings.length === 0) return `Nothing new: ${label} says what galileo-gateway ${version} knows.\n`;
  const lines = findings.map(
    ({ level, change, subject, text }) => `${level.padEnd(8)}  ${change.padEnd(7)}  ${subject}: ${text}\n`,
  );
  const breaking = findings.filter(({ level }) => level === 'breaking').length;
  return `${lines.join('')}\n${label} against galileo-gateway ${version}: ${breaking} breaking, ${findings.length - breaking} other news.\n`;
}
