import { type Config, type SettingName, settings, toVariable } from '../config.ts';

/** The configuration in effect, a line for each variable. There is no secret among the settings. */
export function printConfig(config: Config): string {
  const names = Object.keys(settings) as SettingName[];
  return names.map((name) => `${toVariable(name)}=${printValue(config[name])}\n`).join('');
}

function printValue(value: Config[SettingName]): string {
  if (value === undefined) return 'off';
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  if (value instanceof URL) return value.href;
  if (typeof value === 'object' && 'path' in value) return value.path;
  return String(value);
}
