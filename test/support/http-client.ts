import { type IncomingHttpHeaders, request } from 'node:http';
import { connect, type Socket } from 'node:net';

/** A header with a list is sent several times. */
export type PlainHeaders = Readonly<Record<string, string | number | readonly string[]>>;

/** A request. Only Host is added to its headers, and Content-Length if it has a body. */
export interface PlainRequest {
  /** Default: POST with a body, GET without one. */
  readonly method?: string;
  /** Sent unchanged. Default: `/graphql`. */
  readonly path?: string;
  readonly headers?: PlainHeaders;
  readonly body?: string | Uint8Array;
}

/** A complete response. `text` is its body, decoded as UTF-8. */
export interface PlainResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** Sends one request on a new connection. Rejects if the connection closes without a response. */
export function send(url: string, { method, path, headers, body }: PlainRequest): Promise<PlainResponse> {
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

/** Node's type does not permit a list for Authorization, but callers can send it twice. */
const toOutgoing = (headers: PlainHeaders): Record<string, string | number | string[]> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, typeof value === 'object' ? [...value] : value]),
  );

function getLength(headers: PlainHeaders | undefined, body: PlainRequest['body']): PlainHeaders {
  return body === undefined || headers?.['transfer-encoding'] !== undefined
    ? {}
    : { 'content-length': Buffer.byteLength(body) };
}

/** The parts of a GraphQL response that tests read. */
export interface GraphqlBody {
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly {
    readonly message: string;
    readonly locations?: readonly { readonly line: number; readonly column: number }[];
    readonly path?: readonly (string | number)[];
    readonly extensions: { readonly code: string; readonly requestId: string };
  }[];
}

/** Parses the body. Throws if it is not JSON. */
export const parseBody = ({ text }: PlainResponse): GraphqlBody => JSON.parse(text) as GraphqlBody;

/** The codes of a response's errors. */
export const getCodes = (response: PlainResponse): string[] =>
  (parseBody(response).errors ?? []).map(({ extensions }) => extensions.code);

/** A TCP connection to which a test writes any bytes. */
export interface RawConnection extends Disposable {
  readonly socket: Socket;
  /** All data received so far. */
  readonly received: string;
  /** Encodes as Latin-1, one byte per character. */
  write(text: string): void;
  /** Waits until the received data matches. Rejects if the connection closes first. */
  waitFor(pattern: RegExp): Promise<string>;
  /** Resolves with all received data when the connection is closed or reset. */
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
  // A server can also end a connection with a reset. `close` follows.
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
