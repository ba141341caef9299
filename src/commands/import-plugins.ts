import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ConfigError } from '../config.ts';
import { toError } from '../errors.ts';
import { arePlugins, type Plugins } from '../http/pipeline.ts';
import { isJsonObject } from '../json.ts';

/**
 * The default export of a module: a list of graphql-yoga and Envelop plugins, or one plugin. Rejects with ConfigError
 * if the module cannot be loaded or has no plugins.
 */
export async function importPlugins(path: string): Promise<Plugins> {
  const url = pathToFileURL(resolve(path)).href;
  const module: unknown = await import(url).catch((error: unknown) => {
    // Node adds the file of the program that imports it.
    const [reason] = toError(error).message.split(/\n| imported from /, 1);
    throw new ConfigError([`--plugins: the module cannot be loaded: ${reason}`]);
  });
  let exported = getDefault(module);
  // TypeScript compiles a default export for CommonJS to a property of what Node exports as the default.
  if (isJsonObject(exported) && exported['__esModule'] === true) exported = getDefault(exported);
  const plugins: unknown = Array.isArray(exported) ? exported : [exported];
  if (arePlugins(plugins)) return plugins;
  throw new ConfigError([
    '--plugins: the default export of the module must be a graphql-yoga or Envelop plugin, or an array of them',
  ]);
}

const getDefault = (module: unknown): unknown => (isJsonObject(module) ? module['default'] : undefined);

/**
 * The path of graphql that the module of the plugins imports, if it is not the gateway's. graphql does not accept the
 * types and errors of another copy, so such plugins can fail silently.
 */
export function findOtherGraphql(path: string): string | undefined {
  const own = resolveGraphql(import.meta.url);
  const imported = resolveGraphql(resolve(path));
  return imported === own ? undefined : imported;
}

function resolveGraphql(importer: string): string | undefined {
  try {
    return createRequire(importer).resolve('graphql');
  } catch {
    return undefined;
  }
}
