import { once } from 'node:events';
import { connect } from 'node:net';

/** A response. Header names are in lower case. */
export interface RawResponse {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/**
 * Sends one POST with exactly these header lines, encoded as Latin-1. HTTP clients would change or reject them.
 */
export async function postRaw(
  url: string,
  headerLines: readonly string[],
  body: unknown,
): Promise<RawResponse> {
  const { hostname, port, pathname } = new URL(url);
  const content = Buffer.from(JSON.stringify(body));
  const head = [
    `POST ${pathname} HTTP/1.1`,
    'Host: gateway.test',
    'Connection: close',
    'Content-Type: application/json',
    `Content-Length: ${content.length}`,
    ...headerLines,
    '\r\n',
  ].join('\r\n');

  const socket = connect(Number(port), hostname);
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.write(Buffer.concat([Buffer.from(head, 'latin1'), content]));
  await once(socket, 'close');
  return parseResponse(Buffer.concat(chunks).toString('utf8'));
}

function parseResponse(text: string): RawResponse {
  const [head = '', body = ''] = text.split(/\r\n\r\n(.*)/s);
  const [statusLine = '', ...lines] = head.split('\r\n');
  const headers = lines.map((line): [string, string] => {
    const [name = '', value = ''] = line.split(/:\s*(.*)/s);
    return [name.toLowerCase(), value];
  });
  return { status: Number(statusLine.split(' ')[1]), headers: new Map(headers), body };
}
