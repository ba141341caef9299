import { type SettingName, settings, toFlag, toVariable } from './config.ts';

/** No setting takes a control character: each says what it expects instead. */
const faulty = '\u0000';

/** The table of all settings in Markdown, as docs/configuration.md has it. */
export function printSettingsTable(): string {
  const names = Object.keys(settings) as SettingName[];
  const rows = names.map((name) => {
    const setting: (typeof settings)[SettingName] & { readonly productionDefault?: string } = settings[name];
    const { default: byDefault, productionDefault, meaning } = setting;
    const inProduction = productionDefault === undefined ? '' : `, \`${productionDefault}\` in production`;
    return [
      `\`${toVariable(name)}\``,
      `\`${toFlag(name)}\``,
      byDefault === undefined ? 'off' : `\`${byDefault}\`${inProduction}`,
      describeValues(name),
      meaning,
    ];
  });
  const header = ['variable', 'flag', 'default', 'value', 'meaning'];
  const widths = header.map((_, column) =>
    Math.max(...[header, ...rows].map((row) => (row[column] ?? '').length)),
  );
  const rule = widths.map((width) => '-'.repeat(width));
  return [header, rule, ...rows]
    .map((row) => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |\n`)
    .join('');
}

function describeValues(name: SettingName): string {
  const [issue] = settings[name].schema.safeParse(faulty).error?.issues ?? [];
  // What follows ", but" is about the faulty value.
  return (issue?.message ?? '').replace(/, but .*$/s, '');
}
