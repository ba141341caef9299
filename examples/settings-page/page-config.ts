/** What the server of the page writes into its `data-config`. */
export interface PageConfig {
  /** The gateway's address. Default: `/graphql` on the page's origin. */
  readonly endpoint: string;
  /** A key to start with. Only a demo has one, because everyone who can load the page can read it. */
  readonly apiKey: string;
  /** Whether the page sends hashes instead of documents, for a gateway with TRUSTED_DOCUMENTS. */
  readonly trustedDocuments: boolean;
}

/** Throws if the attribute is not JSON. */
export function readPageConfig(root: HTMLElement): PageConfig {
  const written = JSON.parse(root.dataset['config'] ?? '{}') as Partial<PageConfig>;
  return { endpoint: '/graphql', apiKey: '', trustedDocuments: false, ...written };
}
