import type { IncomingMessage } from 'node:http';
import type { Config } from '../config.ts';
import { describeError, type Log } from '../observability/log.ts';
import { createGraphiql, type Graphiql } from './graphiql.ts';
import type { GraphqlHandler } from './handler.ts';
import { checkHost, isAllowedHost, mediaTypes, negotiateMediaType } from './header-fields.ts';
import { getPath, getTarget } from './http-request.ts';
import type { PendingRequest } from './pending-request.ts';
import { type HttpResponse, toTextResponse } from './responses.ts';
import type { FindResource } from './static-files.ts';

export interface RoutesOptions {
  readonly config: Pick<Config, 'basePath' | 'graphiql'>;
  readonly log: Log;
  readonly handler: GraphqlHandler;
  /** The headers that GraphiQL starts with: see `createGraphiql`. */
  readonly demoHeaders?: Readonly<Record<string, string>>;
  /** Further pages by path, without the base path. */
  readonly pages?: FindResource | undefined;
  /** The allowed names in the `Host` header, as protection against DNS rebinding. Undefined if all are allowed. */
  readonly allowedHosts?: readonly string[] | undefined;
  /** False as soon as the server drains. */
  readonly isReady: () => boolean;
}

/** Dispatches requests by path: GraphQL and its page, static files, and the probes. */
export class Routes {
  readonly #options: RoutesOptions;
  readonly #graphiql: Graphiql | undefined;

  constructor(options: RoutesOptions) {
    this.#options = options;
    this.#graphiql = options.config.graphiql ? createGraphiql(options.demoHeaders) : undefined;
  }

  /** @param expectsContinue whether the client waits for `100 Continue` before it sends the body */
  dispatch(pending: PendingRequest, expectsContinue = false): void {
    const { request } = pending;
    const problem = checkHost(request.rawHeaders, request.httpVersion);
    if (problem !== undefined) return pending.respond(toTextResponse(400, problem));
    const { config, isReady, handler } = this.#options;
    const target = getTarget(request);
    const path = getPath(target);
    if (path === '/livez') return pending.respond(toTextResponse(200, 'alive'));
    if (path === '/readyz')
      return pending.respond(isReady() ? toTextResponse(200, 'ready') : toTextResponse(503, 'draining'));
    if (!isAllowedHost(request.headers, this.#options.allowedHosts))
      return pending.respond(toTextResponse(403, 'this host is not allowed'));
    // Empty outside the base path.
    const relativePath = path.startsWith(config.basePath) ? path.slice(config.basePath.length) : '';
    const page = this.#getPage(request, relativePath, target);
    if (page !== undefined) pending.respond(page);
    else if (relativePath === '/graphql') handler.serve(pending, target, expectsContinue);
    else pending.respond(toTextResponse(404, 'not found'));
  }

  #getPage(request: IncomingMessage, path: string, target: string): HttpResponse | undefined {
    const { pages, log } = this.#options;
    const { method, headers } = request;
    if (method !== 'GET' && method !== 'HEAD') return undefined;
    try {
      if (path !== '/graphql') return (this.#graphiql?.files(path) ?? pages?.(path))?.(headers);
      if (!prefersHtml(headers.accept)) return undefined;
      if (this.#graphiql !== undefined) return this.#graphiql.page(headers);
      // A GET with a query string is an operation.
      return target.includes('?') ? undefined : graphiqlOffResponse;
    } catch (error) {
      log.error({ error: describeError(error) }, 'a page could not be served');
      return toTextResponse(500, 'this page is not available');
    }
  }
}

const graphiqlOffResponse = toTextResponse(
  406,
  'This is a GraphQL endpoint: send operations with POST, as application/json. GraphiQL is off; GRAPHIQL=on turns it on.',
);

/** Browsers that navigate prefer HTML; clients of the API do not. */
const prefersHtml = (accept: string | undefined): boolean =>
  accept?.toLowerCase().includes('text/') === true &&
  negotiateMediaType(accept, [...mediaTypes, 'text/html']) === 'text/html';
