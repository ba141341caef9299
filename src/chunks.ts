/**
 * Appends a chunk of a body, doubling the buffer as needed. Returns the first chunk itself, later a buffer that can be
 * longer than its content. A list of chunks would take more than a hundred bytes for each.
 *
 * @param bytes what the last call returned; undefined for the first chunk
 * @param length of the content so far
 */
export function appendChunk(bytes: Buffer | undefined, length: number, chunk: Uint8Array): Buffer {
  if (bytes === undefined)
    return Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  const end = length + chunk.byteLength;
  let appended = bytes;
  if (end > bytes.length) {
    appended = Buffer.allocUnsafe(2 * end);
    bytes.copy(appended, 0, 0, length);
  }
  appended.set(chunk, length);
  return appended;
}

/** The content of a buffer that `appendChunk` returned. */
export function getContent(bytes: Buffer | undefined, length: number): Buffer {
  if (bytes === undefined) return empty;
  return bytes.length === length ? bytes : bytes.subarray(0, length);
}

const empty = Buffer.alloc(0);
