import type { OperationResult, RequestError } from '../execution/index.ts';

/** An answer, before it is written to a socket or into a Response. */
export interface HttpResponse {
  readonly status: number;
  /** Names in lower case; `content-length` and `x-request-id` are left to whoever writes it. */
  readonly headers: Readonly<Record<string, string>>;
  /** Empty where there is none: the answer to a preflight. */
  readonly body: string;
}

/** The media types that GraphQL over HTTP has for answers; the first one where the caller does not care. */
const mediaTypes = ['application/json', 'application/graphql-response+json'] as const;
/** Without parameters: the answer's `charset` is added where its headers are made. */
export type MediaType = (typeof mediaTypes)[number];

/**
 * The media type of the answer: the one that the caller's `Accept` likes best, of equals the one that it names first. Undefined
 * where it takes neither.
 *
 * @see RFC 9110, section 12.5.1
 */
export function negotiateMediaType(accept: string | undefined): MediaType | undefined {
  if (accept === undefined || accept === '*/*' || accept === 'application/json') return 'application/json';
  if (accept.trim() === '') return 'application/json';
  const ranges = accept.toLowerCase().split(',').map(parseRange);
  let best: { readonly mediaType: MediaType; readonly quality: number; readonly index: number } | undefined;
  for (const mediaType of mediaTypes) {
    const index = findMostSpecific(ranges, mediaType);
    const quality = ranges[index]?.quality ?? 0;
    if (quality === 0) continue;
    if (best === undefined || quality > best.quality || (quality === best.quality && index < best.index)) {
      best = { mediaType, quality, index };
    }
  }
  return best?.mediaType;
}

interface Range {
  readonly type: string;
  /** From 0 (not wanted) to 1. */
  readonly quality: number;
}

function parseRange(text: string): Range {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim());
  const quality = Number(parameters.find((part) => part.startsWith('q='))?.slice(2) ?? 1);
  return { type, quality: quality >= 0 && quality <= 1 ? quality : 0 };
}

/** The place of the range that says most of a media type; -1 where none matches it. */
function findMostSpecific(ranges: readonly Range[], mediaType: MediaType): number {
  for (const wanted of [mediaType, 'application/*', '*/*']) {
    const index = ranges.findIndex(({ type }) => type === wanted);
    if (index !== -1) return index;
  }
  return -1;
}

const getHeaders = (mediaType: MediaType) => ({
  'content-type': `${mediaType}; charset=utf-8`,
  'cache-control': 'private, no-store',
});

/** The answer to an operation that was executed: HTTP 200, whatever failed in it. */
export function toHttpResponse({ errors, data }: OperationResult, mediaType: MediaType): HttpResponse {
  const body = `{${errors === undefined ? '' : `"errors":${JSON.stringify(errors)},`}"data":${data}}`;
  return { status: 200, headers: getHeaders(mediaType), body };
}

/** The answer to a request that is not executed: `errors` without `data`. */
export function toErrorResponse(
  error: RequestError,
  mediaType: MediaType,
  context: { readonly requestId: string; redact(text: string): string },
): HttpResponse {
  const extensions = { code: error.code, requestId: context.requestId };
  const errors = error.problems.map(({ message, locations }) => ({
    message: abbreviate(context.redact(message)),
    locations,
    extensions,
  }));
  return {
    status: error.getStatus(mediaType),
    headers: { ...getHeaders(mediaType), ...error.headers },
    body: JSON.stringify({ errors }),
  };
}

/** In characters. Messages quote names of the document, and a name can be as long as the document; five lines tell enough. */
const maxMessageLength = 500;

const abbreviate = (message: string): string =>
  message.length > maxMessageLength ? `${message.slice(0, maxMessageLength)}…` : message;
