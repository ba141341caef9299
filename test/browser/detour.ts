import { request, type ServerResponse } from 'node:http';
import { startHttpServer } from '../support/listen.ts';

/** Responds in place of the upstream. */
type Handler = (response: ServerResponse) => void;

/** An upstream that passes calls on to another one, except for those that a test replaces. */
export interface Detour extends AsyncDisposable {
  readonly url: string;
  /** Calls as `GET /path`, in order of arrival. */
  readonly calls: readonly string[];
  /** Handles every call to a path until `restore`. The query is ignored. */
  replace(method: string, path: string, handler: Handler): void;
  /** Like `replace`, but holds the responses. Each call adds the function that sends its response to the list. */
  hold(method: string, path: string, handler: Handler): readonly (() => void)[];
  restore(method: string, path: string): void;
}

export async function startDetour(target: string): Promise<Detour> {
  const handlers = new Map<string, Handler>();
  const calls: string[] = [];
  const server = await startHttpServer((incoming, response) => {
    const { method = '', url = '', headers } = incoming;
    calls.push(`${method} ${url}`);
    const handler = handlers.get(`${method} ${url.split('?', 1).join()}`);
    if (handler !== undefined) {
      incoming.resume().on('end', () => handler(response));
      return;
    }
    const outgoing = request(new URL(url, target), { method, headers }, (upstream) => {
      response.writeHead(upstream.statusCode ?? 502, upstream.headers);
      upstream.pipe(response);
    });
    outgoing.on('error', () => response.destroy());
    incoming.pipe(outgoing);
  });
  const replace = (method: string, path: string, handler: Handler) =>
    void handlers.set(`${method} ${path}`, handler);
  return {
    url: server.url,
    calls,
    replace,
    hold: (method, path, handler) => {
      const held: (() => void)[] = [];
      replace(method, path, (response) => void held.push(() => handler(response)));
      return held;
    },
    restore: (method, path) => void handlers.delete(`${method} ${path}`),
    [Symbol.asyncDispose]: server[Symbol.asyncDispose],
  };
}

/** A handler that responds with JSON. */
export const reply =
  (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Handler =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  };
