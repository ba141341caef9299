import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');

const manifest = z
  .object({
    license: z.string(),
    dependencies: z.record(z.string(), z.string()),
    devDependencies: z.record(z.string(), z.string()),
    peerDependencies: z.record(z.string(), z.string()),
    peerDependenciesMeta: z.record(z.string(), z.object({ optional: z.boolean() })),
    overrides: z.record(z.string(), z.unknown()),
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

/** The packages of a production install by their paths in `node_modules`, without the project itself. */
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

describe('The packages of a production install', () => {
  it('docs/dependencies.md gives a reason for every package of a production install', () => {
    const rows = [...page.matchAll(/^\| `([^`]+)` +\| (.+) \|$/gm)];
    expect(rows.map(([, name]) => name)).toEqual(Object.keys(manifest.dependencies).sort());
    for (const [, , reason] of rows) expect(reason?.trim()).not.toBe('');
  });

  it('the packages of a production install have licences that are compatible with MIT', () => {
    expect(manifest.license).toBe('MIT');
    expect(production.length).toBeGreaterThan(Object.keys(manifest.dependencies).length);
    const others = production
      .map(([path, { license }]) => [toName(path), license ?? 'none'] as const)
      .filter(([, license]) => !allowed.has(license));
    expect(others).toEqual([]);
  });

  it('the packages of a production install have no install script', () => {
    const scripted = production.filter(([, entry]) => entry.hasInstallScript === true);
    expect(scripted.map(([path]) => path)).toEqual([]);
  });

  it('the installed packages have the licences that the lock file lists', () => {
    const installed = z.object({ license: z.string() });
    for (const [path, { license }] of production) {
      expect(installed.parse(JSON.parse(read(`${path}/package.json`))).license, path).toBe(license);
    }
  });

  it('a production install does not depend on overrides, which apply only in this repository', () => {
    const names = new Set(production.map(([path]) => toName(path)));
    expect(Object.keys(manifest.overrides).filter((name) => names.has(name))).toEqual([]);
  });
});

describe('graphql-yoga', () => {
  it('graphql-yoga is an optional peer dependency, because only plugins need it', () => {
    expect(manifest.peerDependencies).toEqual({ 'graphql-yoga': expect.any(String) as unknown });
    expect(manifest.peerDependenciesMeta).toEqual({ 'graphql-yoga': { optional: true } });
    expect(manifest.devDependencies).toHaveProperty('graphql-yoga');
  });
});

describe('Install scripts', () => {
  it('package.json disallows each install script, so that npm 11 does not ask about them', () => {
    const names = Object.entries(lock.packages)
      .filter(([, { hasInstallScript }]) => hasInstallScript === true)
      .map(([path]) => [toName(path), false]);
    expect(names).not.toEqual([]);
    expect(manifest.allowScripts).toEqual(Object.fromEntries(names));
  });
});
