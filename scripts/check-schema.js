// Compares schema.graphql and subgraph.graphql with those of the last release, in contract/released. Exits with 1 if a change
// breaks clients or composition, unless the Unreleased section of CHANGELOG.md says "breaking".
//
//   node scripts/check-schema.js [DIRECTORY]            DIRECTORY: default is the project
//   node scripts/check-schema.js --accept [DIRECTORY]   copies the current schemas to contract/released
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
    ? 'These changes since the last release break clients or composition, as CHANGELOG.md says:'
    : 'These changes since the last release break clients or composition. Undo them, or describe them as "breaking" in the Unreleased section of CHANGELOG.md:';
  process.stdout.write(`${[verdict, ...changes.map((change) => `- ${change}`)].join('\n')}\n`);
  return isAnnounced ? 0 : 1;
}

/** A file of the last release, and its current version. */
function readBoth(file, read = (text) => text) {
  return [join(released, file), join(directory, file)].map((path) => read(readFileSync(path, 'utf8')));
}

/** The section of the changelog between the heading "Unreleased" and the next release. */
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
