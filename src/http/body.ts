import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { appendChunk, getContent } from '../chunks.ts';
import type { Deadline, DeadlineEnd } from '../deadline.ts';
import { toError } from '../errors.ts';
import type { Reservation } from '../memory.ts';
import type { Admission } from './admission.ts';
import { isIdentity } from './header-fields.ts';
import {
  createCompressedBodyError,
  createConsumedBodyError,
  createShedError,
  createSlowBodyError,
  createTooLargeError,
  createUtf8Error,
} from './http-errors.ts';

/** The client disconnected before its response was ready. */
export class ClientDisconnected extends Error {
  override readonly name = 'ClientDisconnected';
}

export interface ReadBodyOptions {
  readonly maxBytes: number;
  readonly deadline: Deadline;
  readonly admission: Admission;
  /** Holds the estimated size of the parsed body afterwards. */
  readonly reservation: Reservation;
}

/**
 * Reads the body of a request as a string, without a byte order mark. Rejects with RequestError if it is too large (by
 * its declared length before a byte is read), not UTF-8, compressed, already read, does not fit into the memory of the
 * process, or is not complete at the deadline; with ClientDisconnected if the client disconnects.
 *
 * @param onStart called before the body is read, unless it is rejected first
 */
export function readBody(
  request: IncomingMessage,
  limits: ReadBodyOptions,
  onStart?: () => void,
): Promise<string> {
  const { deadline, admission } = limits;
  return new Promise((resolve, reject) => {
    const { 'content-length': length, 'content-encoding': encoding } = request.headers;
    const collector = new BodyCollector(
      limits,
      length,
      encoding,
      request.readableEnded || request.readableDidRead,
    );
    const stop = () => {
      request.off('data', onData).off('end', onEnd).off('close', onClose);
      deadline.offEnd(onDeadline);
      admission.offStop(onFailure);
    };
    const onFailure = (error: Error) => {
      stop();
      reject(error);
    };
    const onData = (chunk: Buffer) => {
      try {
        collector.add(chunk);
      } catch (error) {
        onFailure(toError(error));
      }
    };
    const onEnd = () => {
      stop();
      try {
        resolve(collector.toText());
      } catch (error) {
        reject(toError(error));
      }
    };
    const onClose = () => onFailure(new ClientDisconnected());
    const onDeadline = (end: DeadlineEnd) => onFailure(toDeadlineError(end));
    request.on('data', onData).on('end', onEnd).on('close', onClose);
    admission.onStop(onFailure);
    deadline.onEnd(onDeadline);
    onStart?.();
  });
}

/** Does the same for a Request of the Fetch standard. */
export async function readFetchBody(request: Request, limits: ReadBodyOptions): Promise<string> {
  const { deadline, admission } = limits;
  const { headers, bodyUsed, body } = request;
  const getHeader = (name: string) => headers.get(name) ?? undefined;
  const collector = new BodyCollector(
    limits,
    getHeader('content-length'),
    getHeader('content-encoding'),
    bodyUsed || body?.locked === true,
  );
  if (body === null) return '';
  const reader = body.getReader();
  let onFailure: (error: Error) => void = () => {};
  let onDeadline: (end: DeadlineEnd) => void = () => {};
  const failed = new Promise<never>((_resolve, reject) => {
    onFailure = reject;
    onDeadline = (end) => reject(toDeadlineError(end));
  });
  admission.onStop(onFailure);
  deadline.onEnd(onDeadline);
  try {
    for (;;) {
      const { value } = await Promise.race([reader.read().catch(throwClientDisconnected), failed]);
      if (value === undefined) return collector.toText();
      collector.add(value);
    }
  } catch (error) {
    reader.cancel().catch(() => {});
    throw error;
  } finally {
    admission.offStop(onFailure);
    deadline.offEnd(onDeadline);
  }
}

/** The chunks of one body. Every method throws RequestError if a limit is exceeded. */
class BodyCollector {
  readonly #limits: ReadBodyOptions;
  #bytes: Buffer | undefined;
  #length = 0;

  constructor(
    limits: ReadBodyOptions,
    declaredLength: string | undefined,
    encoding: string | undefined,
    isConsumed: boolean,
  ) {
    this.#limits = limits;
    if (isConsumed) throw createConsumedBodyError();
    if (Number(declaredLength ?? 0) > limits.maxBytes) throw createTooLargeError(limits.maxBytes);
    if (!isIdentity(encoding)) throw createCompressedBodyError();
  }

  add(chunk: Uint8Array): void {
    const { maxBytes, reservation } = this.#limits;
    if (this.#length + chunk.byteLength > maxBytes) throw createTooLargeError(maxBytes);
    if (!reservation.take(chunk.byteLength)) throw createShedError();
    this.#bytes = appendChunk(this.#bytes, this.#length, chunk);
    this.#length += chunk.byteLength;
  }

  toText(): string {
    const body = getContent(this.#bytes, this.#length);
    if (!isUtf8(body)) throw createUtf8Error();
    if (!this.#limits.reservation.takeParsed(body)) throw createShedError();
    const text = body.toString('utf8');
    return text.startsWith('\uFEFF') ? text.slice(1) : text;
  }
}

function throwClientDisconnected(): never {
  throw new ClientDisconnected();
}

const toDeadlineError = (end: DeadlineEnd): Error =>
  end === 'expired' ? createSlowBodyError() : new ClientDisconnected();
