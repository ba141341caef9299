import type { IncomingMessage } from 'node:http';
import { credentialHeaders } from '../credentials.ts';
import { type ReadBodyOptions, readBody, readFetchBody } from './body.ts';

/** A request to the GraphQL endpoint, from Node's server or from the Fetch standard. */
export interface HttpRequest {
  readonly method: string;
  /** The query of the URL with its question mark. Empty if there is none. */
  readonly search: string;
  /** Alternating names and values. */
  readonly rawHeaders: readonly string[];
  /** Of the connection. Undefined if it is not known. */
  readonly remoteAddress?: string | undefined;
  /** Joins header lines of one name. In Node's server, the first one wins for headers that cannot be joined. */
  getHeader(name: string): string | undefined;
  /** Rejects as described in `body.ts`. */
  readBody(limits: ReadBodyOptions): Promise<string>;
}

/** The target in origin form. A server must accept the absolute form too (RFC 9112, section 3.2.2). */
export const getTarget = ({ url = '' }: IncomingMessage): string => url.replace(/^https?:\/\/[^/?#]+/i, '');

/** A target without its query. */
export const getPath = (target: string): string => target.split('?', 1)[0] ?? '';

/** @param sendContinue called before the body is read, if the client waits for `100 Continue` */
export function fromNode(request: IncomingMessage, target: string, sendContinue = () => {}): HttpRequest {
  // An exchange reads headers by name only through this function (docs/performance.md, "What was tried": read request
  // headers by name in one function).
  const getHeader = (name: string) => request.headers[name]?.toString();
  return {
    method: request.method ?? '',
    search: target.includes('?') ? target.slice(target.indexOf('?')) : '',
    rawHeaders: request.rawHeaders,
    remoteAddress: request.socket.remoteAddress,
    getHeader,
    readBody: (limits) => readBody(request, getHeader, limits, sendContinue),
  };
}

export const fromFetch = (request: Request): HttpRequest => ({
  method: request.method,
  search: new URL(request.url).search,
  rawHeaders: [...splitHeaders(request.headers)],
  getHeader: (name) => request.headers.get(name) ?? undefined,
  readBody: (limits) => readFetchBody(request, limits),
});

/**
 * Alternating names and values. Fetch joins header lines of one name. A joined credential is split again, so that it is
 * refused.
 */
function* splitHeaders(headers: Headers): Generator<string> {
  for (const [name, value] of headers) {
    // A usable Authorization has no comma. The parameters of other schemes can have one.
    if (name === 'authorization') for (const one of value.split(/, (?=bearer |basic )/i)) yield* [name, one];
    else if (Object.hasOwn(credentialHeaders, name)) for (const key of value.split(', ')) yield* [name, key];
    else yield* [name, value];
  }
}
