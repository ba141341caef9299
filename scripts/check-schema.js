// Compares schema.graphql and subgraph.graphql with those of the last release, in contract/released. A change that breaks
// clients or composition ends it with 1, unless the Unreleased part of CHANGELOG.md says "breaking".
//
//   node scripts/check-schema.js [DIRECTORY]            the project, unless another directory is named
//   node scripts/check-schema.js --accept [DIRECTORY]   makes today's schemas those of the last release
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { buildSchema, findBreakingChanges } from 'graphql';
import { findCompositionChanges } from './composition-changes.js';

const { values, positionals } = parseArgs({
  options: { accept: { type: 'boolean' } },
  allowPositionals: true,
});
const directory = positionals[0] ?? fileURLToPath(new URL('..', import.meta.url));
const released = join(directory, 'contract/released');

process.exitCode = values.accept ? accept() : check();

function accept() {
  mkdirSync(released, { recursive: true });
  for (const file of ['schema.graphql', 'subgraph.graphql']) {
    copyFileSync(join(directory, file), join(released, file));
  }
  return 0;
}

function check() {
  const changes = [
    ...findBreakingChanges(...readBoth('schema.graphql', buildSchema)).map(
      ({ description }) => `schema.graphql: ${description}`,
    ),
    ...findCompositionChanges(...readBoth('subgraph.graphql')).map((change) => `subgraph.graphql: ${change}`),
  ];
  if (changes.length === 0) return 0;
  const isAnnounced = announcesBreak(readUnreleased());
  const verdict = isAnnounced
    ? 'Since the last release these changes break clients or composition, as CHANGELOG.md says:'
    : 'Since the last release these changes break clients or composition. Take them back, or write what breaks, with the word "breaking", into the Unreleased part of CHANGELOG.md:';
  process.stdout.write(`${[verdict, ...changes.map((change) => `- ${change}`)].join('\n')}\n`);
  return isAnnounced ? 0 : 1;
}

/** A file of the last release, and the same file of today. */
function readBoth(file, read = (text) => text) {
  return [join(released, file), join(directory, file)].map((path) => read(readFileSync(path, 'utf8')));
}

/** The part of the changelog between the heading "Unreleased" and the next release. */
function readUnreleased() {
  const path = join(directory, 'CHANGELOG.md');
  if (!existsSync(path)) return '';
  const [, text = ''] =
    /^## \[?Unreleased\]?.*\n([\s\S]*?)(?=^## |$(?![\s\S]))/im.exec(readFileSync(path, 'utf8')) ?? [];
  return text;
}

/** True for "Breaking: …", not for "nothing breaking" or "non-breaking". */
function announcesBreak(text) {
  return /(?<!\b(?:non|not|nothing|no)[ -])\bbreaking\b/i.test(text);
}
