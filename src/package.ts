import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The version in package.json; a test compares the two. */
export const version = '0.1.0';

/**
 * The path of a file or folder of this package, whether this module runs from its source, from `dist/` or bundled into
 * another program. If a bundle was shipped without the package's files, the path does not exist.
 */
export function findPackagePath(path: string): string {
  let directory = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(directory, 'package.json')) && dirname(directory) !== directory) {
    directory = dirname(directory);
  }
  return join(directory, path);
}
