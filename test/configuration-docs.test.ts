import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { type Setting, settings, toFlag, toVariable } from '../src/config.ts';

const page = readFileSync(new URL('../docs/configuration.md', import.meta.url), 'utf8');

// `npm run check:generated` compares the whole table with the code.
it('docs/configuration.md has a row for each setting, with its variable, flag, default, values and meaning', () => {
  const [, table = ''] = /<!-- settings: [^\n]*-->\n(.*)<!-- end of settings -->/s.exec(page) ?? [];
  const rows = table
    .trimEnd()
    .split('\n')
    .slice(2)
    .map((row) => row.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, '').trim()));
  const entries = Object.entries<Setting>(settings);
  expect(rows).toHaveLength(entries.length);
  for (const [index, [name, setting]] of entries.entries()) {
    const [variable, flag, byDefault, values, meaning, ...others] = rows[index] ?? [];
    expect([variable, flag, meaning, others]).toEqual([
      `\`${toVariable(name)}\``,
      `\`${toFlag(name)}\``,
      setting.meaning,
      [],
    ]);
    expect(byDefault).toContain(setting.default ?? 'off');
    expect(values).not.toBe('');
  }
});

it('docs/configuration.md and docs/operations.md name only variables that exist', () => {
  const operations = readFileSync(new URL('../docs/operations.md', import.meta.url), 'utf8');
  const foreign = /^(?:NODE_ENV|NODE_OPTIONS|NODE_EXTRA_CA_CERTS|OTEL_[A-Z_]+)$/;
  const errorCodes = readFileSync(new URL('../docs/errors.md', import.meta.url), 'utf8');
  const known = new Set(Object.keys(settings).map(toVariable));
  const named = [...`${page}${operations}`.matchAll(/`([A-Z]+_[A-Z_]+)[`=]/g)].map(([, name = '']) => name);
  expect(named.length).toBeGreaterThan(50);
  const unknown = named.filter(
    (name) => !known.has(name) && !foreign.test(name) && !errorCodes.includes(`\`${name}\``),
  );
  expect(unknown).toEqual([]);
});
