import { isUtf8 } from 'node:buffer';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { appendChunk, getContent } from '../chunks.ts';
import type { Deadline, DeadlineEnd } from '../deadline.ts';
import { RequestError } from '../execution/index.ts';
import { removeByteOrderMark } from '../json.ts';
import type { Reservation } from '../memory.ts';
import type { Admission } from './admission.ts';
import { isIdentity } from './header-fields.ts';
import {
  ClientDisconnected,
  createBodyConsumedError,
  createBodyTooLargeError,
  createShedError,
  HttpError,
} from './http-errors.ts';

export interface ReadBodyOptions {
  readonly maxBytes: number;
  readonly deadline: Deadline;
  readonly admission: Admission;
  /** Holds the estimated size of the parsed body afterwards. */
  readonly reservation: Reservation;
}

/**
 * Reads the body of a request as a string, without a byte order mark. Rejects with ClientDisconnected if the client
 * disconnects, and with RequestError if the body
 * - was already read
 * - is too large (by its declared length before a byte is read), compressed, or not UTF-8
 * - is not complete at the deadline, or when the process shuts down
 * - does not fit into the memory of the process
 *
 * @param onStart called before the body is read, unless it is rejected first
 */
export function readBody(
  stream: Readable,
  getHeader: (name: string) => string | undefined,
  { maxBytes, deadline, admission, reservation }: ReadBodyOptions,
  onStart?: () => void,
): Promise<string> {
  return new Promise((resolve, reject) => {
    if (stream.readableEnded || stream.readableDidRead) throw createBodyConsumedError();
    if (Number(getHeader('content-length') ?? 0) > maxBytes) throw createBodyTooLargeError(maxBytes);
    if (!isIdentity(getHeader('content-encoding')))
      throw new RequestError('UNSUPPORTED_MEDIA_TYPE', 'Send the request body without a content encoding.');
    let bytes: Buffer | undefined;
    let length = 0;
    const stop = () => {
      stream.off('data', onData).off('end', onEnd).off('close', onClose);
      deadline.offEnd(onDeadline);
      admission.offStop(onFailure);
    };
    const onFailure = (error: Error) => {
      stop();
      reject(error);
    };
    const onData = (chunk: Buffer) => {
      if (length + chunk.length > maxBytes) return onFailure(createBodyTooLargeError(maxBytes));
      if (!reservation.take(chunk.length)) return onFailure(createShedError());
      bytes = appendChunk(bytes, length, chunk);
      length += chunk.length;
    };
    const onEnd = () => {
      const body = getContent(bytes, length);
      if (!isUtf8(body)) return onFailure(new RequestError('BAD_REQUEST', 'The request body is not UTF-8.'));
      if (reservation.replaceWithParsed(body) === undefined) return onFailure(createShedError());
      stop();
      resolve(removeByteOrderMark(body.toString('utf8')));
    };
    const onClose = () => onFailure(new ClientDisconnected());
    const onDeadline = (end: DeadlineEnd) =>
      onFailure(
        end === 'expired'
          ? new HttpError('BAD_REQUEST', 'The request body did not arrive in time.', { status: 408 })
          : new ClientDisconnected(),
      );
    stream.on('data', onData).on('end', onEnd).on('close', onClose);
    admission.onStop(onFailure);
    deadline.onEnd(onDeadline);
    onStart?.();
  });
}

/** Like `readBody`, for a Request of the Fetch standard. */
export async function readFetchBody(request: Request, limits: ReadBodyOptions): Promise<string> {
  const { headers, bodyUsed, body } = request;
  if (bodyUsed || body?.locked === true) throw createBodyConsumedError();
  // The declared type is the DOM's ReadableStream, which lacks methods of Node's.
  const stream = body === null ? Readable.from([]) : Readable.fromWeb(body as ReadableStream);
  // `readBody` listens for `close`, which follows each error.
  stream.on('error', () => {});
  try {
    return await readBody(stream, (name) => headers.get(name) ?? undefined, limits);
  } finally {
    stream.destroy();
  }
}
