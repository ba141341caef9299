// Writes the table of all settings into docs/configuration.md, from the built program. With --check, only compares it.
import { readFileSync, writeFileSync } from 'node:fs';
import { settings, toFlag, toVariable } from '../dist/src/config.js';

/** Every setting rejects a control character. Its message says what it expects. */
const invalid = '\u0000';

function toRow([name, setting]) {
  const { default: byDefault, productionDefault, schema, meaning } = setting;
  const inProduction = productionDefault === undefined ? '' : `, \`${productionDefault}\` in production`;
  const [issue] = schema.safeParse(invalid).error.issues;
  return [
    `\`${toVariable(name)}\``,
    `\`${toFlag(name)}\``,
    byDefault === undefined ? 'off' : `\`${byDefault}\`${inProduction}`,
    // The part after ", but" is about the invalid value.
    issue.message.replace(/, but .*$/s, ''),
    meaning,
  ];
}

const rows = [['variable', 'flag', 'default', 'value', 'meaning'], ...Object.entries(settings).map(toRow)];
const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
const lines = rows.map((row) => `| ${row.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`);
lines.splice(1, 0, `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`);

const file = new URL('../docs/configuration.md', import.meta.url);
const page = readFileSync(file, 'utf8');
const current = page.replace(
  /(<!-- settings: [^\n]*-->\n).*?(<!-- end of settings -->)/s,
  (_all, begin, end) => `${begin}${lines.join('\n')}\n${end}`,
);
if (!process.argv.includes('--check')) writeFileSync(file, current);
else if (current !== page) {
  process.stderr.write('docs/configuration.md is out of date. Run: npm run codegen:configuration\n');
  process.exitCode = 1;
}
