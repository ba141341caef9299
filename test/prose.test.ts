import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const script = fileURLToPath(new URL('../scripts/check-prose.js', import.meta.url));

/** Runs the check on one file and returns its exit code and its findings as `line: phrase`. */
function checkProse(name: string, content: string): { readonly status: number | null; findings: string[] } {
  const folder = mkdtempSync(join(tmpdir(), 'prose-'));
  try {
    const path = join(folder, name);
    writeFileSync(path, content);
    const { status, stdout, stderr } = spawnSync(process.execPath, [script, path], { encoding: 'utf8' });
    expect(stderr).toBe('');
    const lines = stdout.split('\n').filter((line) => line.startsWith(path));
    const findings = lines.map((line) => line.slice(path.length + 1).replace(/: "(.*)", say.*/, ': $1'));
    return { status, findings };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

it('the prose check rejects each kind of phrase, by line', () => {
  const sentences = [
    ['null where it is unknown', 'where'],
    ['The value is no object.', 'is no object'],
    ['A value that is none', 'is none'],
    ['The answer is late.', 'answer'],
    ['A fault of the gateway', 'fault'],
    ['Stands at its place', 'its place'],
    ['The plan is held against graphql-js.', 'held against'],
    ['The log is told of it.', 'told'],
    ['Nobody waits.', 'Nobody'],
    ['Both are sent at once.', 'at once'],
    ['A type of its own', 'of its own'],
    ['Next to it, or beside it', 'beside'],
    ['It starts, whatever the value is.', 'whatever'],
    ['Undefined if there is no such file', 'there is no such'],
    ['The pages that are there', 'that are there'],
    ['Every path but the probes', 'Every path but the'],
    ['The log tells of it.', 'tells of'],
    ['An id of upstream’s that is not a UUID', 'of upstream’s'],
    ['Past the limit', 'Past the'],
  ] as const;
  const page = sentences.map(([sentence]) => `- ${sentence}`).join('\n');
  expect(checkProse('page.md', page)).toEqual({
    status: 1,
    findings: sentences.map(([, phrase], index) => `${index + 1}: ${phrase}`),
  });
});

it('the prose check accepts plain English, and does not read code in Markdown', () => {
  const page = [
    'There is no network. Null if unknown. The setting has the default none.',
    'The response is plain text, in a text field; see where to look. Use `where` and `answer()`.',
    '```sh',
    'echo "the answer is no object"',
    '```',
  ];
  expect(checkProse('page.md', page.join('\n'))).toEqual({ status: 0, findings: [] });
});

it('the prose check reads comments and messages of a program, even across lines, but not its names', () => {
  const program = [
    "import { answer } from './answer.ts';",
    '/** Sent at',
    ' * once. */',
    'export const where = answer; // nobody reads it',
    "throw new Error('A list is no object');",
  ];
  expect(checkProse('program.ts', program.join('\n')).findings).toEqual([
    '2: at once',
    '4: nobody',
    '5: is no object',
  ]);
});

it('the prose check reads the titles of tests, not the strings inside them', () => {
  const test = [
    "it('an aborted caller troubles others', () => {",
    "  expect(x).toBe('the answer is 42');",
    '});',
  ];
  expect(checkProse('some.test.ts', test.join('\n')).findings).toEqual(['1: troubles']);
});

it('the prose check reads the titles and descriptions of a dashboard', () => {
  const dashboard = '{\n  "title": "By kind",\n  "description": "The answer",\n  "expr": "answer"\n}\n';
  expect(checkProse('grafana-dashboard.json', dashboard).findings).toEqual(['3: answer']);
});

it('the prose check reads descriptions in GraphQL and comments in YAML', () => {
  expect(checkProse('s.graphql', 'type A {\n  "The answer"\n  answer: Int\n}\n').findings).toEqual([
    '2: answer',
  ]);
  expect(checkProse('c.yaml', 'answer: 1 # the answer\n').findings).toEqual(['1: answer']);
});
