/**
 * The id of one of this package's documents for a gateway that runs trusted documents: `sha256:` and the hash, as in
 * `persisted-documents.json`. Undefined for any other document.
 */
export function getDocumentHash(document: object): string | undefined {
  const meta: unknown = '__meta__' in document ? document.__meta__ : undefined;
  if (typeof meta !== 'object' || meta === null || !('hash' in meta)) return undefined;
  return typeof meta.hash === 'string' ? meta.hash : undefined;
}
