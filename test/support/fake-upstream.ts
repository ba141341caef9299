import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type ServerResponse,
} from 'node:http';

/** A call as it arrived. The body of a call that was cut off is what came of it. */
export interface RecordedCall {
  readonly method: string;
  /** The path as sent, undecoded, with its query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly rawHeaders: readonly string[];
  readonly body: string;
}

interface FixedReply {
  /** 200 where it is left out. */
  readonly status?: number;
  readonly headers?: OutgoingHttpHeaders;
  /** Sent as `application/json`, unless `headers` says otherwise. */
  readonly json?: unknown;
  /** Sent as it is, where `json` is left out. */
  readonly body?: string | Uint8Array;
}

/**
 * Answers, or does not: one that returns without having ended the response leaves the caller waiting until the upstream
 * is disposed. Runs when the call's body is in. One that throws counts as an unexpected call.
 */
type ReplyFunction = (call: RecordedCall, response: ServerResponse) => void | Promise<void>;

type Reply = FixedReply | ReplyFunction;

/** An upstream for tests, on a real socket, that records every call and knows which ones the test expects. */
export interface FakeUpstream {
  /** `http://127.0.0.1:<port>`, without a slash at the end. */
  readonly url: string;
  /** Every call so far, expected or not, in the order in which they were complete. */
  readonly calls: readonly RecordedCall[];
  /** Answers every call to that method and path so, until it is replaced. */
  on(method: string, path: string, reply: Reply): this;
  /** Answers one call so, before what `on` says; several queue up in the order they were given. */
  once(method: string, path: string, reply: Reply): this;
  callsTo(method: string, path: string): RecordedCall[];
  /** Throws where a call came in that nobody registered (it was answered with 599), or a reply function threw. */
  verify(): void;
  /** Cuts every open socket and frees the port at once; then throws where `verify` does. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** Starts an upstream on a free port of 127.0.0.1; `await using` releases it and fails the test on unexpected calls. */
export async function startFakeUpstream(): Promise<FakeUpstream> {
  const calls: RecordedCall[] = [];
  const faults: string[] = [];
  const lasting = new Map<string, Reply>();
  const queued = new Map<string, Reply[]>();

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { call, isComplete } = await readCall(request);
    calls.push(call);
    const key = toKey(call.method, call.path);
    const reply = queued.get(key)?.shift() ?? lasting.get(key);
    if (reply === undefined) {
      faults.push(`nobody expected ${key}`);
      if (isComplete) send(response, { status: 599, json: { detail: `Nobody expected ${key}.` } });
      return;
    }
    if (typeof reply !== 'function') {
      if (isComplete) send(response, reply);
      return;
    }
    try {
      await reply(call, response);
    } catch (error) {
      faults.push(`the reply to ${key} threw ${String(error)}`);
      response.destroy();
    }
  }

  // No timeout: an idle socket that the server closes would race a test's next call.
  const server = createServer({ keepAliveTimeout: 0 }, (request, response) => void handle(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The fake upstream has no port.');

  const upstream: FakeUpstream = {
    url: `http://127.0.0.1:${address.port}`,
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
      if (faults.length > 0) throw new Error(`Fake upstream: ${faults.join('; ')}.`);
    },
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
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
    // `close` follows `end`, and comes alone where the caller cut the call off.
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
