import { readFileSync } from 'node:fs';
import { isJsonObject, removeByteOrderMark } from './json.ts';

/**
 * The only documents that a gateway executes, by their ids in lower case without `sha256:`. Usually the SHA-256 in
 * hexadecimal.
 */
export type TrustedDocuments = ReadonlyMap<string, string>;

/**
 * Reads a persisted-documents file: a JSON object from hash to document (GraphQL Code Generator's client preset), a
 * manifest of Apollo, or the operation output of Apollo Kotlin. Throws an Error that says what is wrong with the
 * file.
 */
export function readTrustedDocuments(path: string): TrustedDocuments {
  let content: unknown;
  try {
    content = JSON.parse(removeByteOrderMark(readFileSync(path, 'utf8')));
  } catch (error) {
    throw new Error(error instanceof SyntaxError ? 'the file is not JSON' : 'the file cannot be read', {
      cause: error,
    });
  }
  const documents = new Map<string, string>();
  for (const [id, text] of getEntries(content)) {
    if (typeof id !== 'string' || typeof text !== 'string') {
      throw new Error(
        'the file is not a map of hashes to documents, an Apollo manifest or the operation output of Apollo Kotlin',
      );
    }
    const hash = normalizeDocumentId(id);
    if (documents.has(hash) && documents.get(hash) !== text)
      throw new Error(`the file has two different documents with the id ${hash.slice(0, 100)}`);
    documents.set(hash, text);
  }
  if (documents.size === 0) throw new Error('the file has no documents');
  return documents;
}

/** The ids and documents of the file. They are undefined if they are missing. */
function getEntries(content: unknown): [id: unknown, text: unknown][] {
  if (!isJsonObject(content)) return [[undefined, undefined]];
  const { format, operations } = content;
  if (format === 'apollo-persisted-query-manifest' && Array.isArray(operations)) {
    return operations.map((operation: unknown) =>
      isJsonObject(operation) ? [operation['id'], operation['body']] : [undefined, undefined],
    );
  }
  // Apollo Kotlin writes an object with the name and the source of each operation.
  return Object.entries(content).map(([id, entry]) => [id, isJsonObject(entry) ? entry['source'] : entry]);
}

/** The hash in a document id, which can have the prefix `sha256:`. */
export const normalizeDocumentId = (documentId: string): string =>
  documentId.replace(/^sha256:/, '').toLowerCase();
