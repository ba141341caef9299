import { readFileSync } from 'node:fs';
import { isJsonObject } from '../json.ts';

/** The only documents that a gateway executes, by their SHA-256 in hexadecimal. */
export type TrustedDocuments = ReadonlyMap<string, string>;

/**
 * Reads a persisted-documents file: a JSON object from hash to document text, as GraphQL Code Generator's client preset
 * writes it. Throws an Error that says what is wrong with the file.
 */
export function readTrustedDocuments(path: string): TrustedDocuments {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new Error(error instanceof SyntaxError ? 'it is not JSON' : 'it cannot be read', { cause: error });
  }
  if (!isJsonObject(content)) throw new Error('it is no object from hash to document');
  const documents = new Map<string, string>();
  for (const [hash, text] of Object.entries(content)) {
    if (typeof text !== 'string') throw new Error('a document of it is no text');
    documents.set(toHash(hash), text);
  }
  return documents;
}

/** The hash that a document id means: it may have the prefix `sha256:`. */
export const toHash = (documentId: string): string => documentId.replace(/^sha256:/, '').toLowerCase();
