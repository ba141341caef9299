import { findPackagePath } from '../package.ts';
import { createBuiltPage, createStaticFiles, type Resource } from './static-files.ts';

export type Graphiql = ReturnType<typeof createGraphiql>;

/**
 * The page at `/graphql`, and its files at `/graphiql/…`, only from this package. Reads nothing before the first
 * request. Both throw if GraphiQL was not built.
 *
 * @param demoHeaders headers that the editor starts with. Anyone who can load the page can read them: use a demo key,
 * never a real one.
 */
export function createGraphiql(
  demoHeaders?: Readonly<Record<string, string>>,
  directory = findPackagePath('dist/graphiql'),
) {
  let built: Resource | undefined;
  const page: Resource = (headers) => {
    // The editor's stylesheet contains images as data URLs.
    built ??= createBuiltPage(directory, 'GraphiQL', { headers: demoHeaders }, "'self' data:");
    return built(headers);
  };
  return { page, files: createStaticFiles(directory, '/graphiql/') };
}
