// Writes the table of all settings into docs/configuration.md. Run it after a build.
import { readFileSync, writeFileSync } from 'node:fs';
import { printSettingsTable } from '../dist/src/settings-table.js';

const file = new URL('../docs/configuration.md', import.meta.url);
const text = readFileSync(file, 'utf8');
writeFileSync(
  file,
  text.replace(
    /(<!-- settings: [^\n]*-->\n).*?(<!-- end of settings -->)/s,
    (_all, begin, end) => `${begin}${printSettingsTable()}${end}`,
  ),
);
