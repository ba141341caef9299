/** What whoever serves the page writes into its `data-config`. */
export interface PageConfig {
  /** The gateway's address; by default `/graphql` of the page's own origin. */
  readonly endpoint: string;
  /** A key to start with. Only a demo has one: whoever can load the page can read it. */
  readonly apiKey: string;
  /** Sends the hashes of documents in the place of their text, for a gateway that runs TRUSTED_DOCUMENTS. */
  readonly trustedDocuments: boolean;
}

/** Throws where the attribute is no JSON: then the page was served wrongly. */
export function readPageConfig(root: HTMLElement): PageConfig {
  const written = JSON.parse(root.dataset['config'] ?? '{}') as Partial<PageConfig>;
  return { endpoint: '/graphql', apiKey: '', trustedDocuments: false, ...written };
}
