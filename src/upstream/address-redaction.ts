import { redactionMark } from '../secrets.ts';

/**
 * Creates a function that removes upstream's own address from a string: its URL and what follows in it, its host, and the
 * paths of its API. Other addresses stay, because in most messages the caller must correct them.
 */
export function createAddressRedaction(origin: URL): (text: string) => string {
  const host = escapeText(origin.hostname);
  const port = escapeText(origin.port || (origin.protocol === 'https:' ? '443' : '80'));
  const optionalPort = origin.port === '' ? `(?:(?::|%3A)${port})?` : `(?::|%3A)${port}`;
  const basePath = escapeText(origin.pathname.replace(/\/+$/, ''));
  const patterns = [
    // JSON may escape the slashes, and a URL within a URL has them encoded.
    `https?(?::|%3A)(?:\\\\?/|%2F){2}${host}${optionalPort}(?![\\w-]|[.:]\\w)[^\\s"'<>]*`,
    // A name without a dot can be an ordinary word. It is an address only with its port.
    `(?<![\\w.-])${host}(?::${port}${/[.:]/.test(origin.hostname) ? '|(?!:\\d)' : ''})(?![\\w-]|\\.\\w)`,
    `(?<![\\w.-])${basePath}/v2/integrations\\b[^\\s"'<>]*`,
  ];
  const address = new RegExp(patterns.join('|'), 'gi');
  return (text) => text.replace(address, redactionMark);
}

const escapeText = (text: string) => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
