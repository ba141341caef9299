import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import type { Deadline, DeadlineEnd } from '../deadline.ts';
import { RequestError } from '../execution/index.ts';

/** The caller went away before its body was complete: there is nobody to answer. */
export class CallerGone extends Error {
  override readonly name = 'CallerGone';
}

/**
 * Reads the body of a request as text. Rejects with RequestError where it is too large (by its declared length before a byte is
 * read), not UTF-8, compressed, or not complete when the deadline ends; with CallerGone where the caller goes away.
 */
export function readBody(request: IncomingMessage, maxBytes: number, deadline: Deadline): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const stop = (error: Error) => {
      request.off('data', onData).off('end', onEnd).off('close', onClose);
      deadline.offEnd(onDeadline);
      reject(error);
    };
    const onData = (chunk: Buffer) => {
      length += chunk.length;
      if (length > maxBytes) stop(createTooLargeError(maxBytes));
      else chunks.push(chunk);
    };
    const onEnd = () => {
      deadline.offEnd(onDeadline);
      request.off('close', onClose);
      const body = toText(chunks, length);
      if (body === undefined) reject(createEncodingError());
      else resolve(body);
    };
    const onClose = () => stop(new CallerGone());
    const onDeadline = () => stop(createSlowBodyError());

    const refusal = refuseByHeaders(
      request.headers['content-length'],
      request.headers['content-encoding'],
      maxBytes,
    );
    if (refusal !== undefined) return reject(refusal);
    request.on('data', onData).on('end', onEnd).on('close', onClose);
    deadline.onEnd(onDeadline);
  });
}

/** Does the same for a Request of the Fetch standard. */
export async function readFetchBody(request: Request, maxBytes: number, deadline: Deadline): Promise<string> {
  const refusal = refuseByHeaders(
    request.headers.get('content-length'),
    request.headers.get('content-encoding'),
    maxBytes,
  );
  if (refusal !== undefined) throw refusal;
  const reader = request.body?.getReader();
  if (reader === undefined) return '';
  let onEnd: ((end: DeadlineEnd) => void) | undefined;
  const ended = new Promise<never>((_resolve, reject) => {
    onEnd = (end) => reject(end === 'expired' ? createSlowBodyError() : new CallerGone());
    deadline.onEnd(onEnd);
  });
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for (;;) {
      const { value } = await Promise.race([reader.read().catch(throwCallerGone), ended]);
      if (value === undefined) break;
      length += value.byteLength;
      if (length > maxBytes) throw createTooLargeError(maxBytes);
      chunks.push(value);
    }
  } catch (error) {
    reader.cancel().catch(() => {});
    throw error;
  } finally {
    if (onEnd !== undefined) deadline.offEnd(onEnd);
  }
  const body = toText(chunks, length);
  if (body === undefined) throw createEncodingError();
  return body;
}

function throwCallerGone(): never {
  throw new CallerGone();
}

/** Why a body is not even begun to be read. */
function refuseByHeaders(
  declaredLength: string | null | undefined,
  encoding: string | null | undefined,
  maxBytes: number,
): RequestError | undefined {
  if (Number(declaredLength ?? 0) > maxBytes) return createTooLargeError(maxBytes);
  return (encoding ?? 'identity') === 'identity' ? undefined : createCompressedError();
}

/** Undefined where it is not UTF-8. */
function toText(chunks: readonly Uint8Array[], length: number): string | undefined {
  const [first] = chunks;
  const body = chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks, length);
  return isUtf8(body)
    ? Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8')
    : undefined;
}

/** The refusal of a body that is longer than may be. */
const createTooLargeError = (maxBytes: number) =>
  new RequestError('REQUEST_TOO_LARGE', `The body of a request may have at most ${maxBytes} bytes.`);

/** The refusal of a body that is not UTF-8: a part of it would be lost. */
const createEncodingError = () => new RequestError('BAD_REQUEST', 'The body must be UTF-8, and is not.');

const createCompressedError = () =>
  new RequestError('UNSUPPORTED_MEDIA_TYPE', 'Send the body as it is, without a content-encoding.');

// RFC 9110, section 15.5.9.
const createSlowBodyError = () =>
  new RequestError('BAD_REQUEST', 'The body did not arrive in time.', { status: 408 });
