import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { isAllowedHost } from '../http/header-fields.ts';
import { listen } from '../http/listen.ts';
import { toTextResponse } from '../http/responses.ts';
import {
  createConfiguredPage,
  createStaticFiles,
  type Resource,
  readBuiltFile,
} from '../http/static-files.ts';
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

/**
 * Serves the example front end for the demo. Rejects if it was not built, or if it cannot listen.
 *
 * @param options.allowedHosts the accepted names in the header Host. Default: all
 * @param options.getConfig called at the first page view, because the gateway's address is not known when the page starts
 * @param options.port 0 picks a free port
 */
export async function startSettingsPage(options: {
  readonly host: string;
  readonly port?: number;
  readonly allowedHosts?: readonly string[];
  readonly getConfig: () => SettingsPageConfig;
}): Promise<Server> {
  const directory = getPackagePath('dist/settings-page');
  const html = readBuiltFile(join(directory, 'index.html'), 'The settings page');
  const files = createStaticFiles(join(directory, 'assets'), '/assets/');
  let page: Resource | undefined;
  const getPage = (): Resource => {
    const config = options.getConfig();
    const connect = `connect-src ${new URL(config.endpoint).origin}`;
    return createConfiguredPage(html, config, [
      "script-src 'self'",
      "style-src 'self'",
      "img-src 'self'",
      connect,
    ]);
  };
  const server = createServer(({ method, url = '', headers }, response) => {
    const [path = ''] = url.split('?', 1);
    const isRead = method === 'GET' || method === 'HEAD';
    const isAllowed = isAllowedHost(headers, options.allowedHosts);
    if (path === '/') page ??= getPage();
    const found = path === '/' ? page : files(path);
    const sent = isAllowed
      ? ((isRead ? found?.(headers) : undefined) ?? toTextResponse(404, 'not found'))
      : toTextResponse(403, 'this host is not allowed');
    const length = Buffer.byteLength(sent.body);
    response.writeHead(sent.status, { ...sent.headers, 'content-length': length }).end(sent.body);
  });
  await listen(server, options.port ?? 0, options.host);
  return server;
}
