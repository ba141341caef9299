import { join } from 'node:path';
import { z } from 'zod';
import { getPackagePath } from '../package.ts';
import { createPage, createStaticFiles, escapeHtml, type Resource, readBuiltFile } from './static-files.ts';

// The editor's stylesheet contains images as data URLs.
const allowed = ["script-src 'self'", "style-src 'self'", "img-src 'self' data:", "connect-src 'self'"];

const FileName = z.string().regex(/^[a-z]+-[0-9a-f]{8}\.(?:js|css|svg)$/);
const Manifest = z.object({ script: FileName, style: FileName, icon: FileName });

export type Graphiql = ReturnType<typeof createGraphiql>;

/**
 * The page at `/graphql`, and its files at `/graphiql/…`, only from this package. Reads nothing before the first
 * request. Both throw if GraphiQL was not built.
 *
 * @param demoHeaders headers that the editor starts with. Anyone who can load the page can read them: a demo key, never
 * a real one.
 */
export function createGraphiql(
  demoHeaders?: Readonly<Record<string, string>>,
  directory = getPackagePath('dist/graphiql'),
) {
  const readManifest = () => readBuiltFile(join(directory, 'manifest.json'), 'GraphiQL');
  let built: Resource | undefined;
  const page: Resource = (headers) => {
    built ??= createPage(toHtml(readManifest(), demoHeaders), allowed);
    return built(headers);
  };
  return { page, files: createStaticFiles(directory, '/graphiql/') };
}

/** The URLs of the files are relative, so that the page also works below a base path. */
function toHtml(manifest: string, demoHeaders: Readonly<Record<string, string>> | undefined): string {
  const files = Manifest.parse(JSON.parse(manifest));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>Galileo gateway · GraphiQL</title>
<link rel="icon" type="image/svg+xml" href="graphiql/${files.icon}">
<link rel="stylesheet" href="graphiql/${files.style}">
<script type="module" src="graphiql/${files.script}"></script>
</head>
<body>
<noscript><p class="notice">GraphiQL needs JavaScript. The API itself does not: send a POST to this address.</p></noscript>
<main id="graphiql" data-config="${escapeHtml(JSON.stringify({ headers: demoHeaders }))}"><p class="notice">Loading GraphiQL…</p></main>
</body>
</html>
`;
}
