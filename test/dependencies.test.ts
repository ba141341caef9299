import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');

const manifest = z
  .object({
    license: z.string(),
    dependencies: z.record(z.string(), z.string()),
    allowScripts: z.record(z.string(), z.boolean()),
  })
  .parse(JSON.parse(read('package.json')));

const lock = z
  .object({
    packages: z.record(
      z.string(),
      z.object({
        license: z.string().optional(),
        dev: z.boolean().optional(),
        hasInstallScript: z.boolean().optional(),
        engines: z.union([z.object({ node: z.string().optional() }), z.array(z.string())]).optional(),
      }),
    ),
  })
  .parse(JSON.parse(read('package-lock.json')));

/** By their places in `node_modules`; the project itself is not among them. */
const production = Object.entries(lock.packages).filter(([path, { dev }]) => path !== '' && dev !== true);

const page = read('docs/dependencies.md');

const allowed = new Set([
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'ISC',
  'MIT',
]);

const toName = (path: string): string =>
  path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);

describe('the packages that run in production', () => {
  it('are those that docs/dependencies.md gives a reason for', () => {
    const rows = [...page.matchAll(/^\| `([^`]+)` +\| (.+) \|$/gm)];
    expect(rows.map(([, name]) => name)).toEqual(Object.keys(manifest.dependencies).sort());
    for (const [, , reason] of rows) expect(reason?.trim()).not.toBe('');
  });

  it('have licences that go with MIT', () => {
    expect(manifest.license).toBe('MIT');
    expect(production.length).toBeGreaterThan(Object.keys(manifest.dependencies).length);
    const others = production
      .map(([path, { license }]) => [toName(path), license ?? 'none'] as const)
      .filter(([, license]) => !allowed.has(license));
    expect(others).toEqual([]);
  });

  it('have no install script', () => {
    expect(production.filter(([, entry]) => entry.hasInstallScript === true).map(([path]) => path)).toEqual(
      [],
    );
  });

  it('are the ones that are installed, with the licences that the lock file says', () => {
    const installed = z.object({ license: z.string() });
    for (const [path, { license }] of production) {
      expect(installed.parse(JSON.parse(read(`${path}/package.json`))).license, path).toBe(license);
    }
  });
});

describe('install scripts', () => {
  it('are refused one by one in package.json, so that npm 11 asks nobody about them', () => {
    const names = Object.entries(lock.packages)
      .filter(([, { hasInstallScript }]) => hasInstallScript === true)
      .map(([path]) => [toName(path), false]);
    expect(names).not.toEqual([]);
    expect(manifest.allowScripts).toEqual(Object.fromEntries(names));
  });
});
