import { hash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { extname, join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { matchesEtag, negotiateEncoding } from './header-fields.ts';
import type { HttpResponse } from './responses.ts';

/** Responds to a GET or HEAD of one path. */
export type Resource = (headers: IncomingHttpHeaders) => HttpResponse;

/** Returns the resource of a path, without the base path and the query. */
export type FindResource = (path: string) => Resource | undefined;

const encodings = ['br', 'gzip'] as const;

const contentTypes: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.txt': 'text/plain; charset=utf-8',
};

interface Content {
  readonly identity: Buffer;
  readonly br?: Buffer | undefined;
  readonly gzip?: Buffer | undefined;
}

function createResource(content: Content, headers: Readonly<Record<string, string>>): Resource {
  const tag = hash('sha256', content.identity, 'base64url').slice(0, 22);
  const offered = encodings.filter((encoding) => content[encoding] !== undefined);
  return ({ 'accept-encoding': acceptEncoding, 'if-none-match': ifNoneMatch }) => {
    const encoding = negotiateEncoding(acceptEncoding?.toString(), offered) ?? 'identity';
    const body = content[encoding] ?? content.identity;
    // One for each coding, because each is a different representation (RFC 9110, section 8.8.3.3).
    const etag = `"${tag}-${encoding}"`;
    const common: Record<string, string> = {
      ...headers,
      etag,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-resource-policy': 'same-origin',
    };
    if (matchesEtag(ifNoneMatch, etag)) {
      delete common['content-type'];
      return { status: 304, headers: common, body: '' };
    }
    if (encoding !== 'identity') common['content-encoding'] = encoding;
    return { status: 200, headers: common, body };
  };
}

/**
 * An HTML page, compressed once. Browsers revalidate it at each visit.
 *
 * @param allowed the Content-Security-Policy directives that relax the default of `'none'`
 */
export function createPage(html: string, allowed: readonly string[]): Resource {
  const identity = Buffer.from(html);
  const content = { identity, br: brotliCompressSync(identity), gzip: gzipSync(identity, { level: 9 }) };
  const policy = [
    "default-src 'none'",
    ...allowed,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ];
  return createResource(content, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-cache',
    vary: 'accept, accept-encoding',
    'content-security-policy': policy.join('; '),
  });
}

/**
 * A page that was built, with the configuration in its `data-config`. It loads files only from its origin. Throws an
 * error that says what to do if it was not built.
 *
 * @param images the sources of images in the Content-Security-Policy
 */
export function createBuiltPage(directory: string, name: string, config: object, images: string): Resource {
  let html: string;
  try {
    html = readFileSync(join(directory, 'index.html'), 'utf8');
  } catch (error) {
    throw new Error(`${name} was not built: run "npm run build".`, { cause: error });
  }
  const data = escapeHtml(JSON.stringify(config));
  return createPage(
    html.replace('data-config="{}"', () => `data-config="${data}"`),
    ["script-src 'self'", "style-src 'self'", `img-src ${images}`, "connect-src 'self'"],
  );
}

/** Escapes text for HTML, including attributes in double quotes. */
export const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');

/**
 * The files of a folder, named after their content, with `.br` and `.gz` next to them if the build wrote them. The
 * folder is listed at the first request, and each file is read once. The path of a request never reaches the file
 * system. A request throws if the folder does not exist.
 *
 * @param prefix of the paths, such as `/assets/`
 */
export function createStaticFiles(directory: string, prefix: string): FindResource {
  const resources = new Map<string, Resource>();
  let names: ReadonlySet<string> | undefined;
  const read = (name: string): Buffer | undefined =>
    names?.has(name) ? readFileSync(join(directory, name)) : undefined;
  return (path) => {
    if (!path.startsWith(prefix)) return undefined;
    const name = path.slice(prefix.length);
    const contentType = contentTypes[extname(name)];
    if (contentType === undefined) return undefined;
    let resource = resources.get(name);
    if (resource === undefined) {
      names ??= new Set(readdirSync(directory));
      const identity = read(name);
      if (identity === undefined) return undefined;
      const content = { identity, br: read(`${name}.br`), gzip: read(`${name}.gz`) };
      resource = createResource(content, {
        'content-type': contentType,
        // One year: the content of a name never changes, because its hash is part of it.
        'cache-control': 'public, max-age=31536000, immutable',
        vary: 'accept-encoding',
      });
      resources.set(name, resource);
    }
    return resource;
  };
}
