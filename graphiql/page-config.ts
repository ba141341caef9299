/** What the server writes into the page's `data-config`. */
export interface PageConfig {
  /** Headers that the editor starts with in the demo. Without them it starts with an empty key. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** The initial content of the headers editor. Empty values are never sent, so it is a form to fill in. */
export function toHeadersText(config: PageConfig): string {
  return JSON.stringify(config.headers ?? { 'Galileo-API-Key': '' }, null, 2);
}
