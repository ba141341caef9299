import { join } from 'node:path';
import { createBuiltPage, createStaticFiles, type FindResource } from '../http/static-files.ts';
import { findPackagePath } from '../package.ts';

/** What the page reads from its `data-config`. */
export interface SettingsPageConfig {
  /** The gateway's path or URL. Default: `/graphql`. */
  readonly endpoint?: string;
  /** The key that the page starts with. Every visitor can read it: use a demo key, never a real one. */
  readonly apiKey?: string;
  /** Whether the page sends hashes instead of documents. */
  readonly trustedDocuments?: boolean;
}

/** The example front end at `/settings`, for the demo. Throws if it was not built. */
export function createSettingsPage(config: SettingsPageConfig): FindResource {
  const directory = findPackagePath('dist/settings-page');
  const page = createBuiltPage(directory, 'The settings page', config, "'self'");
  // The page refers to its files as `./assets/…`.
  const files = createStaticFiles(join(directory, 'assets'), '/assets/');
  return (path) => (path === '/settings' ? page : files(path));
}
