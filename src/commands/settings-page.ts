import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import { getUrl, listen } from '../http/listen.ts';
import { getPackagePath } from '../package.ts';

/** What the page reads from its `data-config`. */
export interface SettingsPageConfig {
  /** The gateway's address, as a browser reaches it. */
  readonly endpoint: string;
  /** The key that the page starts with. Every visitor can read it: use a demo key, never a real one. */
  readonly apiKey?: string;
  /** Whether the page sends hashes instead of documents. */
  readonly trustedDocuments?: boolean;
}

/** The built example page on its own port. */
export interface SettingsPage extends AsyncDisposable {
  /** Its address, which is also its origin. */
  readonly url: string;
}

const contentTypes: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/**
 * Serves the example front end for the demo. Rejects if it was not built, or if it cannot listen.
 *
 * @param options.getConfig called for each page view, because the gateway's address is not known when the page starts
 * @param options.port 0 picks a free port
 */
export async function startSettingsPage(options: {
  readonly host: string;
  readonly port?: number;
  readonly getConfig: () => SettingsPageConfig;
}): Promise<SettingsPage> {
  const directory = getPackagePath('dist/settings-page');
  const { page, assets } = readFiles(directory);
  const server = createServer(({ method, url = '' }, response) => {
    const [path = ''] = url.split('?', 1);
    const asset = assets.get(path);
    if (method !== 'GET' || (path !== '/' && asset === undefined)) {
      response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' }).end('not found\n');
      return;
    }
    const common = { 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' };
    if (asset !== undefined) {
      // A year: the content of a name never changes, since its hash is a part of it.
      const cacheControl = 'public, max-age=31536000, immutable';
      const contentType = contentTypes[extname(path)] ?? 'text/plain; charset=utf-8';
      response.writeHead(200, { ...common, 'content-type': contentType, 'cache-control': cacheControl });
      response.end(asset);
      return;
    }
    const config = options.getConfig();
    response.writeHead(200, {
      ...common,
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy': toPolicy(new URL(config.endpoint).origin),
    });
    response.end(page.replace('data-config="{}"', () => `data-config="${toAttribute(config)}"`));
  });
  await listen(server, options.port ?? 0, options.host);
  return {
    url: getUrl(server),
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

interface Files {
  readonly page: string;
  /** By their paths: no path of a request reaches the file system. */
  readonly assets: ReadonlyMap<string, Buffer>;
}

function readFiles(directory: string): Files {
  try {
    const names = readdirSync(join(directory, 'assets'));
    return {
      page: readFileSync(join(directory, 'index.html'), 'utf8'),
      assets: new Map(
        names.map((name) => [`/assets/${name}`, readFileSync(join(directory, 'assets', name))]),
      ),
    };
  } catch (error) {
    throw new Error('The settings page was not built: run "npm run build".', { cause: error });
  }
}

function toPolicy(gatewayOrigin: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    `connect-src ${gatewayOrigin}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

const toAttribute = (config: SettingsPageConfig): string =>
  JSON.stringify(config).replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
