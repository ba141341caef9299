import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type ServerResponse,
} from 'node:http';
import { close, listen } from './listen.ts';

/** A call as it arrived. If it was cut off, the body has the part that arrived. */
export interface RecordedCall {
  readonly method: string;
  /** The path as sent, undecoded, with its query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly rawHeaders: readonly string[];
  readonly body: string;
}

export interface FixedReply {
  /** Default: 200. */
  readonly status?: number;
  readonly headers?: OutgoingHttpHeaders;
  /** Sent as `application/json`, unless `headers` says otherwise. */
  readonly json?: unknown;
  /** Sent unchanged if there is no `json`. */
  readonly body?: string | Uint8Array;
}

/**
 * Sends a response. If it returns without ending the response, the caller waits until the upstream
 * is disposed. Runs when the call's body is complete. If it throws, the call counts as unexpected.
 */
type ReplyFunction = (call: RecordedCall, response: ServerResponse) => void | Promise<void>;

type Reply = FixedReply | ReplyFunction;

/** An upstream for tests, on a real socket. It records every call, and fails the test on an unexpected one. */
export interface FakeUpstream {
  /** `http://127.0.0.1:<port>`, without a slash at the end. */
  readonly url: string;
  /** Every call so far, expected or not, in the order in which they were complete. */
  readonly calls: readonly RecordedCall[];
  /** Sets the reply to every call to this method and path. A later one replaces it. */
  on(method: string, path: string, reply: Reply): this;
  /** Adds a reply to one call. It precedes the reply of `on`; several are used in order. */
  once(method: string, path: string, reply: Reply): this;
  callsTo(method: string, path: string): RecordedCall[];
  /** Throws if there was an unexpected call (its response was 599), or if a reply function threw. */
  verify(): void;
  /** Destroys every open socket and frees the port. Then throws as `verify` does. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** Starts an upstream on a free port of 127.0.0.1; `await using` releases it and fails the test on unexpected calls. */
export async function startFakeUpstream(): Promise<FakeUpstream> {
  const calls: RecordedCall[] = [];
  const failures: string[] = [];
  const lasting = new Map<string, Reply>();
  const queued = new Map<string, Reply[]>();

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { call, isComplete } = await readCall(request);
    calls.push(call);
    const key = toKey(call.method, call.path);
    const reply = queued.get(key)?.shift() ?? lasting.get(key);
    if (reply === undefined) {
      failures.push(`unexpected call ${key}`);
      if (isComplete) send(response, { status: 599, json: { detail: `Unexpected call ${key}.` } });
      return;
    }
    if (typeof reply !== 'function') {
      if (isComplete) send(response, reply);
      return;
    }
    try {
      await reply(call, response);
    } catch (error) {
      failures.push(`the reply to ${key} threw ${String(error)}`);
      response.destroy();
    }
  }

  // No timeout: an idle socket that the server closes would race a test's next call.
  const server = createServer({ keepAliveTimeout: 0 }, (request, response) => void handle(request, response));
  const port = await listen(server);

  const upstream: FakeUpstream = {
    url: `http://127.0.0.1:${port}`,
    calls,
    on(method, path, reply) {
      lasting.set(toKey(method, path), reply);
      return upstream;
    },
    once(method, path, reply) {
      const key = toKey(method, path);
      queued.set(key, [...(queued.get(key) ?? []), reply]);
      return upstream;
    },
    callsTo(method, path) {
      return calls.filter((call) => call.method === method && call.path === path);
    },
    verify() {
      if (failures.length > 0) throw new Error(`Fake upstream: ${failures.join('; ')}.`);
    },
    async [Symbol.asyncDispose]() {
      await close(server);
      upstream.verify();
    },
  };
  return upstream;
}

function toKey(method: string, path: string): string {
  return `${method} ${path}`;
}

async function readCall(request: IncomingMessage): Promise<{ call: RecordedCall; isComplete: boolean }> {
  const chunks: string[] = [];
  request.setEncoding('utf8');
  request.on('data', (chunk: string) => chunks.push(chunk));
  await new Promise<void>((resolve) => {
    // `close` follows `end`. If the caller disconnects, there is no `end`.
    request.on('close', resolve).on('error', () => {});
  });
  return {
    call: {
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.headers,
      rawHeaders: request.rawHeaders,
      body: chunks.join(''),
    },
    isComplete: request.complete,
  };
}

function send(response: ServerResponse, reply: FixedReply): void {
  const { status = 200, headers = {}, json, body } = reply;
  if (json === undefined) response.writeHead(status, headers).end(body);
  else
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(json));
}
