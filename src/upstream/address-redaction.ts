import { redactionMark } from '../secrets.ts';

/**
 * Creates a function that removes upstream's own address from a string: its URL with path and query, its host, and the
 * paths of its API. Other addresses stay, because the caller may have to correct them.
 */
export function createAddressRedaction(origin: URL): (text: string) => string {
  const host = escapePattern(origin.hostname);
  const port = escapePattern(origin.port || (origin.protocol === 'https:' ? '443' : '80'));
  const optionalPort = origin.port === '' ? `(?:(?::|%3A)${port})?` : `(?::|%3A)${port}`;
  const basePath = escapePattern(origin.pathname.replace(/\/+$/, ''));
  const patterns = [
    // JSON may escape the slashes; a URL within a URL has them percent-encoded.
    `https?(?::|%3A)(?:\\\\?/|%2F){2}${host}${optionalPort}(?![\\w-]|[.:]\\w)[^\\s"'<>]*`,
    // A name without a dot may be any word. It counts as an address only with its port.
    `(?<![\\w.-])${host}(?::${port}${/[.:]/.test(origin.hostname) ? '|(?!:\\d)' : ''})(?![\\w-]|\\.\\w)`,
    `(?<![\\w.-])${basePath}/(?:v2/integrations|integrations|llm_integrations)\\b[^\\s"'<>]*`,
  ];
  const address = new RegExp(patterns.join('|'), 'gi');
  return (text) => text.replace(address, redactionMark);
}

const escapePattern = (text: string) => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
