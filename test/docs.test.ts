import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { settings, toVariable } from '../src/config.ts';
import { integrationNames, toEnumName } from './support/naming.ts';

const root = fileURLToPath(new URL('../', import.meta.url));

function findPages(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory())
      return /^(?:node_modules|dist|coverage|\..*)$/.test(entry.name) ? [] : findPages(path);
    return entry.name.endsWith('.md') ? [path] : [];
  });
}

const subgraphExample = 'examples/supergraph/costs-subgraph.js';
const pages = findPages('').map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
/** The pages and examples that declare the enum of the providers. */
const declarations = [
  ...pages,
  { path: subgraphExample, text: readFileSync(join(root, subgraphExample), 'utf8') },
]
  .map(({ path, text }) => ({ path, values: /enum IntegrationName \{([^}]*)\}/.exec(text)?.[1] }))
  .filter(({ values }) => values !== undefined);
const packageJson = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  readonly scripts: Readonly<Record<string, string>>;
};

describe('documentation', () => {
  it.each(pages)('$path links only to files that exist', ({ path, text }) => {
    const targets = [...text.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)].map(
      ([, target = '']) => target,
    );
    const missing = targets.filter((target) => !existsSync(join(root, dirname(path), target)));
    expect(missing).toEqual([]);
  });

  it.each(pages)('$path names only npm scripts that exist', ({ path, text }) => {
    // An example with its own folder can have its own scripts.
    const scripts = /^(?:examples|bench)\//.test(path)
      ? undefined
      : [...text.matchAll(/npm run (?:--silent )?([a-z][\w:-]*)/g)].map(([, name = '']) => name);
    expect((scripts ?? []).filter((name) => !(name in packageJson.scripts))).toEqual([]);
  });

  it.each(pages)('$path names only tests and sources that exist', ({ text }) => {
    const named = [
      ...text.matchAll(
        /(?<![\w./-])((?:src|test|docs|examples|scripts|deploy|contract|client)\/[\w./-]*\w)/g,
      ),
    ];
    const missing = named.map(([, name = '']) => name).filter((name) => !existsSync(join(root, name)));
    expect(missing).toEqual([]);
  });

  it.each(pages)('the tables of $path have aligned columns', ({ text }) => {
    const tables = text.match(/(?:^\|.*\n)+/gm) ?? [];
    const uneven = tables.filter((table) => {
      const [first, ...others] = table.trimEnd().split('\n').map(findBars);
      return others.some((bars) => bars !== first);
    });
    expect(uneven).toEqual([]);
  });

  it.each(declarations)('$path declares all values of IntegrationName', ({ values }) => {
    expect(values?.trim().split(/\s+/)).toEqual(integrationNames.map(toEnumName));
  });

  it('the README states the number of providers', () => {
    const readme = pages.find(({ path }) => path === 'README.md')?.text ?? '';
    const words = ['ten', 'eleven', 'twelve', 'thirteen', 'fourteen', 'fifteen', 'sixteen', 'seventeen'];
    const said = readme.match(new RegExp(`\\b(?:${words.join('|')})\\b`, 'g')) ?? [];
    expect(said.length).toBeGreaterThan(0);
    expect(new Set(said)).toEqual(new Set([words[integrationNames.length - 10]]));
  });

  it('the README names only variables that exist', () => {
    const readme = pages.find(({ path }) => path === 'README.md')?.text ?? '';
    const known = new Set([...Object.keys(settings).map(toVariable), 'NODE_ENV']);
    const named = [...readme.matchAll(/\b([A-Z][A-Z_]{3,})=/g)].map(([, name = '']) => name);
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((name) => !known.has(name) && !name.startsWith('OTEL_'))).toEqual([]);
  });
});

/** The positions of the bars in a row. */
const findBars = (row: string): string => [...row.matchAll(/(?<!\\)\|/g)].map(({ index }) => index).join();
