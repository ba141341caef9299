/** What the server writes into the page's `data-config`. */
export interface PageConfig {
  /** Headers the editor starts with, in demo mode; a page without them starts with an empty key. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** The initial content of a headers editor. Headers with an empty value are not sent. */
export function toHeadersText(config: PageConfig): string {
  return JSON.stringify(config.headers ?? { 'Galileo-API-Key': '' }, null, 2);
}
