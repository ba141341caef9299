/**
 * The `documentId` of a document of this package: `sha256:` and the hash in `persisted-documents.json`. Undefined for
 * any other document.
 */
export function getDocumentHash(document: object): string | undefined {
  const meta: unknown = '__meta__' in document ? document.__meta__ : undefined;
  if (typeof meta !== 'object' || meta === null || !('hash' in meta)) return undefined;
  return typeof meta.hash === 'string' ? meta.hash : undefined;
}
