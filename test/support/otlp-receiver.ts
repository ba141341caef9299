import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';

/** A received span, with its attributes by name. */
interface ReceivedSpan {
  readonly name: string;
  readonly kind: number;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** 2 is an error. */
  readonly statusCode: number | undefined;
}

/** A collector of OTLP over HTTP with JSON, on a real socket. */
export interface OtlpReceiver extends AsyncDisposable {
  readonly url: string;
  readonly spans: readonly ReceivedSpan[];
  /** All received bodies, concatenated. */
  readonly text: string;
  readonly headers: IncomingHttpHeaders | undefined;
  readonly resource: Readonly<Record<string, unknown>>;
}

interface OtlpAttribute {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

interface OtlpSpan {
  readonly name: string;
  readonly kind: number;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly attributes: readonly OtlpAttribute[];
  readonly status: { readonly code?: number };
}

interface OtlpRequest {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly OtlpAttribute[] };
    readonly scopeSpans: readonly { readonly spans: readonly OtlpSpan[] }[];
  }[];
}

/** @param status the status of every response */
export async function startOtlpReceiver(status = 200): Promise<OtlpReceiver> {
  const spans: ReceivedSpan[] = [];
  let text = '';
  let headers: IncomingHttpHeaders | undefined;
  let resource: Readonly<Record<string, unknown>> = {};
  const server = createServer((request, response) => {
    let body = '';
    request
      .setEncoding('utf8')
      .on('data', (chunk: string) => {
        body += chunk;
      })
      .on('end', () => {
        headers = request.headers;
        text += body;
        if (request.url === '/v1/traces' && request.headers['content-type'] === 'application/json') {
          for (const { resource: from, scopeSpans } of (JSON.parse(body) as OtlpRequest).resourceSpans) {
            resource = toRecord(from.attributes);
            spans.push(...scopeSpans.flatMap((scope) => scope.spans.map(toSpan)));
          }
        }
        response.writeHead(status, { 'content-type': 'application/json' }).end('{}');
      });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The receiver has no port.');
  return {
    url: `http://127.0.0.1:${address.port}`,
    spans,
    get text() {
      return text;
    },
    get headers() {
      return headers;
    },
    get resource() {
      return resource;
    },
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

const toRecord = (attributes: readonly OtlpAttribute[]): Readonly<Record<string, unknown>> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));

const toSpan = ({ attributes, status, parentSpanId, ...span }: OtlpSpan): ReceivedSpan => ({
  ...span,
  parentSpanId: parentSpanId === '' ? undefined : parentSpanId,
  attributes: toRecord(attributes),
  statusCode: status.code,
});
