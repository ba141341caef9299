import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { z } from 'zod';
import { getPackagePath } from '../package.ts';

/** What a page can be given; every option has a default. */
export interface GraphiqlOptions {
  /** Headers the page's editor starts with. Whoever can load the page can read them: a demo key, never a real one. */
  readonly demoHeaders?: Readonly<Record<string, string>>;
  /** Where the built files lie; by default the program's own. */
  readonly directory?: string;
}

/** A whole answer, compressed where the caller takes that. */
export interface GraphiqlResponse {
  readonly status: 200 | 304;
  /** Names in lower case; `content-length` is left to the server. */
  readonly headers: Readonly<Record<string, string>>;
  /** Empty for 304. */
  readonly body: Buffer;
}

/** Answers from memory, where each file is kept once it was asked for. Throws, for its own paths, where it was never built. */
export interface Graphiql {
  page(acceptEncoding: string | undefined, ifNoneMatch: string | undefined): GraphiqlResponse;
  /** `path` is a URL's path without its query. Undefined where no such file was built. */
  asset(
    path: string,
    acceptEncoding: string | undefined,
    ifNoneMatch: string | undefined,
  ): GraphiqlResponse | undefined;
}

type Encoding = 'br' | 'gzip' | 'identity';

interface Representation {
  readonly body: Buffer;
  readonly etag: string;
}

const ASSET_PREFIX = '/graphiql/';
const ENCODINGS = ['br', 'gzip'] as const satisfies readonly Encoding[];
const FILE_SUFFIXES: Readonly<Record<Encoding, string>> = { br: '.br', gzip: '.gz', identity: '' };
const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** The editor's stylesheet has its error marks as data URLs: hence `data:`, and for images alone. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const FileName = z.string().regex(/^[a-z]+-[0-9a-f]{8}\.(?:js|css|svg)$/);
const Manifest = z.object({ script: FileName, style: FileName, icon: FileName });

/** GraphiQL, page and files, from this program alone. Reads nothing before the first request. */
export function loadGraphiql(options: GraphiqlOptions = {}): Graphiql {
  const directory = options.directory ?? getPackagePath('dist/graphiql');
  const representations = new Map<string, Representation>();
  let manifest: z.infer<typeof Manifest> | undefined;

  const getManifest = (): z.infer<typeof Manifest> => {
    manifest ??= readManifest(directory);
    return manifest;
  };
  const getRepresentation = (key: string, create: () => Buffer): Representation => {
    let representation = representations.get(key);
    if (representation === undefined) {
      const body = create();
      representation = {
        body,
        // 22 digits of base64 are 132 bits: enough to tell any two files apart.
        etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`,
      };
      representations.set(key, representation);
    }
    return representation;
  };

  return {
    page(acceptEncoding, ifNoneMatch) {
      const encoding = negotiateEncoding(acceptEncoding);
      const representation = getRepresentation(encoding, () =>
        compress(Buffer.from(toHtml(getManifest(), options.demoHeaders)), encoding),
      );
      return toResponse(representation, encoding, ifNoneMatch, {
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'no-cache',
        vary: 'accept, accept-encoding',
        'content-security-policy': CONTENT_SECURITY_POLICY,
      });
    },
    asset(path, acceptEncoding, ifNoneMatch) {
      if (!path.startsWith(ASSET_PREFIX)) {
        return undefined;
      }
      // Only a name from the list is ever made a file name: no path of a request reaches the file system.
      const name = Object.values(getManifest()).find((fileName) => ASSET_PREFIX + fileName === path);
      if (name === undefined) {
        return undefined;
      }
      const encoding = negotiateEncoding(acceptEncoding);
      const fileName = name + FILE_SUFFIXES[encoding];
      const representation = getRepresentation(fileName, () => readFileSync(join(directory, fileName)));
      return toResponse(representation, encoding, ifNoneMatch, {
        'content-type': CONTENT_TYPES[extname(name)] ?? 'application/octet-stream',
        // A year: the content of a name never changes, since its hash is a part of it.
        'cache-control': 'public, max-age=31536000, immutable',
        vary: 'accept-encoding',
      });
    },
  };
}

function readManifest(directory: string): z.infer<typeof Manifest> {
  const path = join(directory, 'manifest.json');
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new Error('GraphiQL was not built: run "npm run build".', { cause: error });
  }
  return Manifest.parse(JSON.parse(text));
}

/** The files' addresses are relative, so that the page also works where a proxy serves the gateway under a prefix. */
function toHtml(
  files: z.infer<typeof Manifest>,
  demoHeaders: Readonly<Record<string, string>> | undefined,
): string {
  const config = demoHeaders === undefined ? {} : { headers: demoHeaders };
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
<div id="graphiql" data-config="${escapeAttribute(JSON.stringify(config))}"><p class="notice">Loading GraphiQL…</p></div>
</body>
</html>
`;
}

function escapeAttribute(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}

/** The smallest form that the caller takes (RFC 9110, section 12.5.3); the plain one where it takes none. */
function negotiateEncoding(acceptEncoding: string | undefined): Encoding {
  const weights = new Map<string, number>();
  for (const item of (acceptEncoding ?? '').toLowerCase().split(',')) {
    const [coding = '', ...parameters] = item.split(';').map((part) => part.trim());
    const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? '1';
    weights.set(coding === 'x-gzip' ? 'gzip' : coding, Number(weight));
  }
  return ENCODINGS.find((encoding) => (weights.get(encoding) ?? weights.get('*') ?? 0) > 0) ?? 'identity';
}

function compress(content: Buffer, encoding: Encoding): Buffer {
  switch (encoding) {
    case 'br':
      return brotliCompressSync(content);
    case 'gzip':
      // Once in the life of the process: the smallest form may take its time.
      return gzipSync(content, { level: 9 });
    case 'identity':
      return content;
  }
}

function toResponse(
  { body, etag }: Representation,
  encoding: Encoding,
  ifNoneMatch: string | undefined,
  headers: Readonly<Record<string, string>>,
): GraphiqlResponse {
  const sent: Record<string, string> = {
    ...headers,
    etag,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-resource-policy': 'same-origin',
  };
  if (matches(ifNoneMatch, etag)) {
    delete sent['content-type'];
    return { status: 304, headers: sent, body: Buffer.alloc(0) };
  }
  if (encoding !== 'identity') {
    sent['content-encoding'] = encoding;
  }
  return { status: 200, headers: sent, body };
}

/** The weak comparison that RFC 9110, section 13.1.2 asks for. */
function matches(ifNoneMatch: string | undefined, etag: string): boolean {
  const tags = (ifNoneMatch ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return tags.includes(etag) || tags.includes('*');
}
