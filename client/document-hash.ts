/**
 * The `documentId` of a document of this package: its key in `persisted-documents.json`, such as `sha256:3c5f…`.
 * Undefined for any other document.
 */
export function getDocumentHash(document: object): string | undefined {
  const meta: unknown = '__meta__' in document ? document.__meta__ : undefined;
  if (typeof meta !== 'object' || meta === null || !('hash' in meta)) return undefined;
  return typeof meta.hash === 'string' ? meta.hash : undefined;
}
