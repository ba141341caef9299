import { readFile } from 'node:fs/promises';
import { type Dispatcher, fetch, getGlobalDispatcher } from 'undici';
import { isJsonObject, type JsonObject, removeByteOrderMark } from '../src/json.ts';

/** Limit for the whole exchange. */
const timeoutMs = 10_000;
/** 64 MiB, ten times the size of a large document. */
const maxBytes = 67_108_864;

/** A document that cannot be used. The message is one line. */
export class UnreadableDocument extends Error {
  override readonly name = 'UnreadableDocument';
}

/**
 * Reads an OpenAPI document. Rejects with UnreadableDocument. Sends no credential.
 *
 * @param source an http or https URL, or the path of a file
 * @param dispatcher for a URL. Default: undici's global one
 */
export async function readDocument(
  source: URL | string,
  dispatcher: Dispatcher = getGlobalDispatcher(),
): Promise<JsonObject> {
  const isFile = typeof source === 'string';
  const signal = AbortSignal.timeout(timeoutMs);
  let value: unknown;
  try {
    const text = isFile ? await readFile(source, 'utf8') : await fetchText(source, dispatcher, signal);
    value = JSON.parse(removeByteOrderMark(text));
  } catch (error) {
    if (error instanceof UnreadableDocument) throw error;
    if (error instanceof SyntaxError) throw new UnreadableDocument('it is not JSON');
    if (signal.aborted) throw new UnreadableDocument(`no response within ${timeoutMs / 1000} seconds`);
    const problem = isFile ? 'the file cannot be read' : 'it cannot be fetched';
    throw new UnreadableDocument(problem + explain(error));
  }
  if (isJsonObject(value) && String(value['openapi']).startsWith('3.') && isJsonObject(value['paths']))
    return value;
  throw new UnreadableDocument('it is not an OpenAPI 3 document');
}

async function fetchText(url: URL, dispatcher: Dispatcher, signal: AbortSignal): Promise<string> {
  const response = await fetch(url, { dispatcher, signal, headers: { accept: 'application/json' } });
  if (!response.ok) {
    await response.body?.cancel();
    throw new UnreadableDocument(`the response is HTTP ${response.status}`);
  }
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const body: AsyncIterable<Uint8Array> | readonly Uint8Array[] = response.body ?? [];
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw new UnreadableDocument(`it is larger than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Node's error code. Unlike the message, it contains no part of the URL. */
function explain(error: unknown): string {
  if (!(error instanceof Error)) return '';
  if ('code' in error && typeof error.code === 'string') return ` (${error.code})`;
  return explain(error.cause);
}
