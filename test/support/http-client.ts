import { type IncomingHttpHeaders, request } from 'node:http';
import { connect, type Socket } from 'node:net';

/** A list sends its header several times. */
export type PlainHeaders = Readonly<Record<string, string | number | readonly string[]>>;

/** A request as the test writes it: no header is added but Host, and Content-Length where there is a body. */
export interface PlainRequest {
  /** POST where there is a body, else GET. */
  readonly method?: string;
  /** Sent as it is; `/graphql` where it is left out. */
  readonly path?: string;
  readonly headers?: PlainHeaders;
  readonly body?: string | Uint8Array;
}

/** An answer, read to its end; its text as UTF-8. */
export interface PlainAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** Sends one request on a connection of its own. Rejects where the connection ends without an answer. */
export function send(url: string, { method, path, headers, body }: PlainRequest): Promise<PlainAnswer> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const sending = request(
      {
        hostname,
        port,
        method: method ?? (body === undefined ? 'GET' : 'POST'),
        path: path ?? '/graphql',
        headers: toOutgoing({ ...getLength(headers, body), ...headers }),
        agent: false,
      },
      (response) => {
        const chunks: Buffer[] = [];
        response
          .on('data', (chunk: Buffer) => chunks.push(chunk))
          .on('error', reject)
          .on('end', () =>
            resolve({
              status: response.statusCode ?? 0,
              headers: response.headers,
              text: Buffer.concat(chunks).toString(),
            }),
          );
      },
    );
    sending.on('error', reject).end(body);
  });
}

/** Node's type has no list for Authorization, which a caller may well send twice. */
const toOutgoing = (headers: PlainHeaders): Record<string, string | number | string[]> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, typeof value === 'object' ? [...value] : value]),
  );

function getLength(headers: PlainHeaders | undefined, body: PlainRequest['body']): PlainHeaders {
  return body === undefined || headers?.['transfer-encoding'] !== undefined
    ? {}
    : { 'content-length': Buffer.byteLength(body) };
}

/** An answer of GraphQL's, as far as tests look at it. */
export interface GraphqlBody {
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly {
    readonly message: string;
    readonly locations?: readonly { readonly line: number; readonly column: number }[];
    readonly path?: readonly (string | number)[];
    readonly extensions: { readonly code: string; readonly requestId: string };
  }[];
}

/** The body as GraphQL. Throws where it is no JSON. */
export const parseBody = ({ text }: PlainAnswer): GraphqlBody => JSON.parse(text) as GraphqlBody;

/** The codes of an answer's errors; empty where there are none. */
export const getCodes = (answer: PlainAnswer): string[] =>
  (parseBody(answer).errors ?? []).map(({ extensions }) => extensions.code);

/** A connection on which a test writes bytes as it likes. */
export interface RawConnection extends Disposable {
  readonly socket: Socket;
  /** Everything that has come so far. */
  readonly received: string;
  /** As Latin-1: a byte a character. */
  write(text: string): void;
  /** Waits for text that matches. Rejects where the connection ends before. */
  waitFor(pattern: RegExp): Promise<string>;
  /** Resolves with everything that came, when the other side has ended the connection, orderly or not. */
  closed: Promise<string>;
}

/** Connects to the host and port of a URL. */
export async function openConnection(url: string): Promise<RawConnection> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  let received = '';
  let waiting: (() => void)[] = [];
  let isClosed = false;
  const wake = () => {
    const woken = waiting;
    waiting = [];
    for (const resolve of woken) resolve();
  };
  socket.on('data', (chunk: Buffer) => {
    received += chunk.toString('latin1');
    wake();
  });
  // A reset is one of the ways in which a server ends a connection; `close` follows.
  socket.on('error', () => {});
  const closed = new Promise<string>((resolve) => {
    socket.on('close', () => {
      isClosed = true;
      wake();
      resolve(received);
    });
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve).once('close', () => reject(new Error('The connection was refused.')));
  });
  return {
    socket,
    get received() {
      return received;
    },
    write: (text) => void socket.write(text, 'latin1'),
    async waitFor(pattern) {
      while (!pattern.test(received)) {
        if (isClosed) throw new Error(`The connection ended after ${JSON.stringify(received)}.`);
        await new Promise<void>((resolve) => waiting.push(resolve));
      }
      return received;
    },
    closed,
    [Symbol.dispose]: () => void socket.destroy(),
  };
}
