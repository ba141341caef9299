import type { IncomingHttpHeaders } from 'node:http';
import { startHttpServer } from './listen.ts';

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

/** A series of the last export, by its attributes. */
interface ReceivedPoint {
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Of a counter or a gauge. */
  readonly value: number | undefined;
  /** Of a histogram. */
  readonly bucketCounts: readonly number[];
  readonly bounds: readonly number[];
  readonly count: number | undefined;
  readonly sum: number | undefined;
}

/** One export of one process. */
interface ReceivedMetrics {
  readonly resource: Readonly<Record<string, unknown>>;
  /** By the name of the metric. */
  readonly points: ReadonlyMap<string, readonly ReceivedPoint[]>;
}

/** A collector of OTLP over HTTP with JSON, on a real socket. */
export interface OtlpReceiver extends AsyncDisposable {
  readonly url: string;
  readonly spans: readonly ReceivedSpan[];
  readonly metrics: readonly ReceivedMetrics[];
  /** The path of each request. */
  readonly paths: readonly string[];
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

interface OtlpPoint {
  readonly attributes: readonly OtlpAttribute[];
  readonly asDouble?: number;
  readonly bucketCounts?: readonly number[];
  readonly explicitBounds?: readonly number[];
  readonly count?: number;
  readonly sum?: number;
}

interface OtlpPoints {
  readonly dataPoints: readonly OtlpPoint[];
}

interface OtlpMetricsRequest {
  readonly resourceMetrics: readonly {
    readonly resource: { readonly attributes: readonly OtlpAttribute[] };
    readonly scopeMetrics: readonly {
      readonly metrics: readonly {
        readonly name: string;
        readonly sum?: OtlpPoints & {
          readonly isMonotonic: boolean;
          readonly aggregationTemporality: number;
        };
        readonly gauge?: OtlpPoints;
        readonly histogram?: OtlpPoints & { readonly aggregationTemporality: number };
      }[];
    }[];
  }[];
}

/** @param status the status of every response */
export async function startOtlpReceiver(status = 200): Promise<OtlpReceiver> {
  const spans: ReceivedSpan[] = [];
  const metrics: ReceivedMetrics[] = [];
  const paths: string[] = [];
  let text = '';
  let headers: IncomingHttpHeaders | undefined;
  let resource: Readonly<Record<string, unknown>> = {};
  const server = await startHttpServer((request, response) => {
    let body = '';
    request
      .setEncoding('utf8')
      .on('data', (chunk: string) => {
        body += chunk;
      })
      .on('end', () => {
        headers = request.headers;
        text += body;
        paths.push(request.url ?? '');
        if (request.url === '/v1/metrics' && request.headers['content-type'] === 'application/json')
          metrics.push(...(JSON.parse(body) as OtlpMetricsRequest).resourceMetrics.map(toMetrics));
        if (request.url === '/v1/traces' && request.headers['content-type'] === 'application/json') {
          for (const { resource: from, scopeSpans } of (JSON.parse(body) as OtlpRequest).resourceSpans) {
            resource = toRecord(from.attributes);
            spans.push(...scopeSpans.flatMap((scope) => scope.spans.map(toSpan)));
          }
        }
        response.writeHead(status, { 'content-type': 'application/json' }).end('{}');
      });
  });
  return {
    url: server.url,
    spans,
    metrics,
    paths,
    get text() {
      return text;
    },
    get headers() {
      return headers;
    },
    get resource() {
      return resource;
    },
    [Symbol.asyncDispose]: server[Symbol.asyncDispose],
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

const cumulative = 2;

function toMetrics({
  resource,
  scopeMetrics,
}: OtlpMetricsRequest['resourceMetrics'][number]): ReceivedMetrics {
  const points = new Map<string, readonly ReceivedPoint[]>();
  for (const { name, sum, gauge, histogram } of scopeMetrics.flatMap((scope) => scope.metrics)) {
    const temporality = (sum ?? histogram)?.aggregationTemporality ?? cumulative;
    if (temporality !== cumulative || sum?.isMonotonic === false)
      throw new Error(`${name} is not a cumulative metric that only grows.`);
    points.set(
      name,
      ((sum ?? gauge ?? histogram)?.dataPoints ?? []).map((point) => ({
        attributes: toRecord(point.attributes),
        value: point.asDouble,
        bucketCounts: point.bucketCounts ?? [],
        bounds: point.explicitBounds ?? [],
        count: point.count,
        sum: point.sum,
      })),
    );
  }
  return { resource: toRecord(resource.attributes), points };
}
