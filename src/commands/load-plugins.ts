import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ConfigError } from '../config.ts';
import type { Plugins } from '../http/pipeline.ts';
import { isJsonObject } from '../json.ts';

/**
 * The default export of a module: a list of graphql-yoga and Envelop plugins, or one plugin. Rejects with ConfigError
 * if there is none, and with the module's own error if it throws.
 */
export async function loadPlugins(path: string): Promise<Plugins> {
  const url = pathToFileURL(resolve(path)).href;
  const module: unknown = await import(url).catch((error: unknown) => {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND';
    const reason = error instanceof Error ? error.message.split('\n', 1)[0] : String(error);
    throw isMissing ? new ConfigError([`--plugins: the module cannot be loaded: ${reason}`]) : error;
  });
  const exported: unknown = isJsonObject(module) ? module['default'] : undefined;
  const plugins: readonly unknown[] = Array.isArray(exported) ? exported : [exported];
  if (plugins.every(isPlugin)) return plugins;
  throw new ConfigError([
    '--plugins: the default export of the module must be a graphql-yoga or Envelop plugin, or an array of them',
  ]);
}

/** At run time, a plugin can be recognized only as an object. */
const isPlugin = (value: unknown): value is Plugins[number] => isJsonObject(value);
