import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { InvalidHeaders, readHeaders } from '../credentials.ts';
import type { Telemetry } from '../observability/telemetry.ts';
import { readBody } from './body.ts';
import type { Exchange } from './exchange.ts';
import type { Graphiql, GraphiqlResponse } from './graphiql.ts';
import type { IncomingRequest } from './incoming-request.ts';
import type { HttpResponse } from './responses.ts';
import type { GatewayRuntime } from './runtime.ts';

/** What the routes lead to. */
export interface RoutesOptions {
  readonly runtime: GatewayRuntime;
  readonly telemetry: Telemetry;
  /** Undefined where it is off. */
  readonly graphiql: Graphiql | undefined;
  /** Whether new requests are welcome: not any more while the process ends. */
  readonly isReady: () => boolean;
}

/** What answers which path: GraphQL and its page, GraphiQL's files, and the probes of orchestrators. */
export class Routes {
  readonly #runtime: GatewayRuntime;
  readonly #telemetry: Telemetry;
  readonly #graphiql: Graphiql | undefined;
  readonly #isReady: () => boolean;

  constructor({ runtime, telemetry, graphiql, isReady }: RoutesOptions) {
    this.#runtime = runtime;
    this.#telemetry = telemetry;
    this.#graphiql = graphiql;
    this.#isReady = isReady;
  }

  /** Answers a request, now or later. Never throws. */
  answer(request: IncomingMessage, response: ServerResponse): void {
    const target = getTarget(request);
    const path = target.split('?', 1)[0] ?? '';
    // RFC 9112, section 3.2.
    if (request.headers.host === undefined && request.httpVersion === '1.1') {
      this.#write(response, toText(400, 'the header Host is missing'), getRequestId(request));
      return;
    }
    switch (path) {
      case '/graphql':
        if (this.#graphiql !== undefined && wantsPage(request)) {
          const { 'accept-encoding': encodings, 'if-none-match': etag } = request.headers;
          this.#write(response, this.#graphiql.page(encodings?.toString(), etag), getRequestId(request));
        } else this.#serveGraphql(request, response, target);
        break;
      case '/livez':
        this.#write(response, toText(200, 'alive'), getRequestId(request));
        break;
      case '/readyz':
        this.#write(
          response,
          this.#isReady() ? toText(200, 'ready') : toText(503, 'draining'),
          getRequestId(request),
        );
        break;
      default:
        this.#write(
          response,
          this.#getAsset(path, request) ?? toText(404, 'not found'),
          getRequestId(request),
        );
    }
  }

  /** Answers a request that expects what HTTP/1.1 does not have. */
  refuseExpectation(request: IncomingMessage, response: ServerResponse): void {
    this.#write(response, toText(417, 'expectation failed'), getRequestId(request));
  }

  #getAsset(path: string, { method, headers }: IncomingMessage): GraphiqlResponse | undefined {
    if (method !== 'GET') return undefined;
    return this.#graphiql?.asset(path, headers['accept-encoding']?.toString(), headers['if-none-match']);
  }

  #serveGraphql(request: IncomingMessage, response: ServerResponse, target: string): void {
    const exchange = this.#runtime.begin(toIncoming(request, target));
    response.once('close', () => exchange.close(response.writableFinished));
    void this.#respond(exchange, response);
  }

  async #respond(exchange: Exchange, response: ServerResponse): Promise<void> {
    try {
      const answer = await exchange.answer();
      if (answer !== undefined) this.#write(response, answer, exchange.requestId);
    } catch (fault) {
      this.#telemetry.reportFault(fault, exchange);
      response.destroy();
    }
  }

  #write(
    response: ServerResponse,
    { status, headers, body }: HttpResponse | GraphiqlResponse,
    requestId: string,
  ): void {
    if (response.destroyed) return;
    const length = Buffer.byteLength(body);
    // A list, because objects with such names cost the engine a microsecond and a half.
    const fields = ['content-length', String(length), 'x-request-id', requestId];
    for (const name in headers) fields.push(name, headers[name] ?? '');
    if (!this.#isReady()) fields.push('connection', 'close');
    response.writeHead(status, fields);
    // Text of one byte a character is ASCII, which Node need not transcode: a third less for a long answer.
    response.end(body, length === body.length ? 'latin1' : 'utf8');
  }
}

/** Browsers that navigate say that they take HTML; clients of the API do not. */
const wantsPage = ({ method, headers }: IncomingMessage): boolean =>
  method === 'GET' && headers.accept?.includes('text/html') === true;

const toText = (status: number, text: string): HttpResponse => ({
  status,
  headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' },
  body: `${text}\n`,
});

/** The target in origin form; a server must take the absolute form as well (RFC 9112, section 3.2.2). */
const getTarget = ({ url = '' }: IncomingMessage): string => url.replace(/^https?:\/\/[^/?#]+/i, '');

function getRequestId(request: IncomingMessage): string {
  try {
    return readHeaders(request.rawHeaders, randomUUID).requestId;
  } catch (error) {
    return error instanceof InvalidHeaders ? error.requestId : randomUUID();
  }
}

const toIncoming = (request: IncomingMessage, target: string): IncomingRequest => ({
  method: request.method ?? '',
  target,
  rawHeaders: request.rawHeaders,
  getHeader: (name) => request.headers[name]?.toString(),
  readBody: (maxBytes, deadline) => readBody(request, maxBytes, deadline),
});
