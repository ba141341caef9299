// Checks that prose is plain English: Markdown, GraphQL descriptions, dashboards, comments, messages and test titles, against the
// word list of prose-rules.js. Prints `file:line`, the phrase and what to write instead.
//
//   node scripts/check-prose.js [FILE …]     without files: every file of the repository
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import ts from 'typescript';
import { exceptions, rules } from './prose-rules.js';

const excluded =
  /(?:^|\/)(?:generated|released|node_modules|dist)\/|^package-lock|^scripts\/prose-rules\.js$/;
const titleFunctions = /^(?:describe|it|test)\b/;

/** Replaces everything but line breaks with spaces, so that offsets and lines stay the same. */
const blank = (text) => text.replace(/[^\n]/g, ' ');
const blankCode = (text) => text.replace(/`[^`\n]*`/g, blank);

/** Each reader returns the prose of a file as a list of `{ offset, text }`. */
const readers = {
  md: (source) => [
    {
      offset: 0,
      text: source
        .replace(/^( *)(```|~~~)[\s\S]*?^\1\2/gm, blank)
        .replace(/<!--[\s\S]*?-->|\]\([^)]*\)|https?:\S+/g, blank),
    },
  ],
  graphql: (source) => findAll(source, /"""[\s\S]*?"""|"(?:\\.|[^"\\\n])*"|#[^\n]*/g),
  hash: (source) => findAll(source, /(?<=^|\s)#(?!!)[^\n]*/gm),
  /** A dashboard: the strings that Grafana shows. */
  dashboard: (source) => findAll(source, /(?<="(?:title|description)": *)"(?:\\.|[^"\\\n])*"/g),
  html: (source) => findAll(source, /<!--[\s\S]*?-->/g),
  css: (source) => findAll(source, /\/\*[\s\S]*?\*\//g),
  script: readScript,
};

function selectReader(path) {
  const [, ending = ''] = /\.(\w+)$/.exec(path) ?? [];
  if (/^(?:[cm]?[jt]sx?)$/.test(ending)) return readers.script;
  if (/^(?:ya?ml|sh|tpl)$/.test(ending) || /(?:^|\/)(?:Dockerfile|run)$/.test(path)) return readers.hash;
  return path.endsWith('dashboard.json') ? readers.dashboard : readers[ending];
}

function findAll(source, pattern) {
  return [...source.matchAll(pattern)].map((match) => ({ offset: match.index, text: match[0] }));
}

/** Comments, JSX text and strings of several words. In tests, the only strings are titles. */
function readScript(source, path) {
  const isTest = /\.test\.tsx?$|(?:^|\/)test\//.test(path);
  const file = ts.createSourceFile(path, source, ts.ScriptTarget.Latest, true);
  const found = new Map();
  const add = (offset, end) => found.set(offset, { offset, text: source.slice(offset, end) });
  const visit = (node) => {
    if (node.getChildCount(file) === 0) {
      const comments = [
        ...(ts.getLeadingCommentRanges(source, node.pos) ?? []),
        ...(ts.getTrailingCommentRanges(source, node.end) ?? []),
      ];
      if (node.kind !== ts.SyntaxKind.JsxText) for (const { pos, end } of comments) add(pos, end);
    }
    const isText =
      ts.isStringLiteralLike(node) || ts.isTemplateLiteralToken(node) || node.kind === ts.SyntaxKind.JsxText;
    if (isText && /[A-Za-z]+[^A-Za-z]* [A-Za-z]/.test(node.text) && (!isTest || isTitle(node))) {
      add(node.getStart(file), node.end);
    }
    for (const child of node.getChildren(file)) visit(child);
  };
  visit(file);
  return [...found.values()];
}

/** The first argument of `it`, or the first column of the table of `it.each`. */
function isTitle({ parent, pos }) {
  if (ts.isCallExpression(parent))
    return parent.arguments[0]?.pos === pos && titleFunctions.test(parent.expression.getText());
  if (!ts.isArrayLiteralExpression(parent) || parent.elements[0]?.pos !== pos) return false;
  const table = ts.isAsExpression(parent.parent.parent) ? parent.parent.parent : parent.parent;
  return ts.isCallExpression(table.parent) && table.parent.expression.getText().endsWith('.each');
}

function check(path) {
  const source = readFileSync(path, 'utf8');
  const read = selectReader(path);
  const findings = [];
  for (const { offset, text } of read?.(source, path) ?? []) {
    // A phrase can span two lines of a comment.
    let prose = blankCode(text).replace(/\n[ \t]*(?:\/\/|\*(?!\/)|#)?/g, (gap) => ' '.repeat(gap.length));
    for (const exception of exceptions) prose = prose.replace(exception, blank);
    for (const [pattern, instead] of rules) {
      const spaced = new RegExp(pattern.source.replaceAll(' ', ' +'), 'gi');
      for (const match of prose.matchAll(spaced)) {
        const line = source.slice(0, offset + match.index).split('\n').length;
        findings.push({ path, line, phrase: match[0].replace(/ +/g, ' ').trim(), instead });
      }
    }
  }
  return findings.sort((a, b) => a.line - b.line);
}

const named = process.argv.slice(2);
const listed = () => execFileSync('git', ['ls-files', '-co', '--exclude-standard'], { encoding: 'utf8' });
const paths = named.length > 0 ? named : listed().trimEnd().split('\n');
const findings = paths.filter((path) => !excluded.test(path)).flatMap(check);

const lines = findings.map(
  ({ path, line, phrase, instead }) => `${path}:${line}: "${phrase}", say: ${instead}`,
);
process.stdout.write(`${[...lines, `${findings.length} phrases that are not plain English`].join('\n')}\n`);
if (findings.length > 0) process.exitCode = 1;
