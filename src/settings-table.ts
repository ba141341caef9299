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
  const table = [['variable', 'flag', 'default', 'value', 'meaning'], ...rows];
  const widths = table[0]?.map((_cell, column) =>
    Math.max(...table.map((cells) => cells[column]?.length ?? 0)),
  );
  const rule = widths?.map((width) => '-'.repeat(width)) ?? [];
  // Padded as the formatter does.
  return [...table.slice(0, 1), rule, ...table.slice(1)]
    .map((cells) => cells.map((cell, column) => cell.padEnd(widths?.[column] ?? 0)))
    .map((cells) => `| ${cells.join(' | ')} |\n`)
    .join('');
}

function describeValues(name: SettingName): string {
  const [issue] = settings[name].schema.safeParse(faulty).error?.issues ?? [];
  // What follows ", but" is about the faulty value.
  return (issue?.message ?? '').replace(/, but .*$/s, '');
}
