import { type Config, type SettingName, settings, toVariable } from '../config.ts';

/** The effective configuration, one line per variable, without secret values. */
export function printConfig(config: Config): string {
  const names = Object.keys(settings) as SettingName[];
  return names.map((name) => `${toVariable(name)}=${printSetting(name, config[name])}\n`).join('');
}

function printSetting(name: SettingName, value: Config[SettingName]): string {
  if (value === undefined) return 'off';
  const setting: (typeof settings)[SettingName] & { readonly isSecret?: boolean } = settings[name];
  if (setting.isSecret === true) return '[set]';
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  if (value instanceof URL) return value.href;
  if (typeof value === 'object' && 'path' in value) return String(value.path);
  return String(value);
}
