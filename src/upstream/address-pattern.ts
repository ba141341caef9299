import { getBasePath, getPort } from './url.ts';

/**
 * Matches upstream's own address in a string, to remove it: its URL with path and query, its host, and the paths of its
 * API. Other addresses stay, because they can be the caller's input.
 */
export function createAddressPattern(upstreamUrl: URL): RegExp {
  const host = escapePattern(upstreamUrl.hostname);
  const port = String(getPort(upstreamUrl));
  const optionalPort = upstreamUrl.port === '' ? `(?:(?::|%3A)${port})?` : `(?::|%3A)${port}`;
  const basePath = escapePattern(getBasePath(upstreamUrl));
  const patterns = [
    // Slashes can be escaped, as in JSON, or percent-encoded, as in a URL within a URL.
    `https?(?::|%3A)(?:\\\\?/|%2F){2}${host}${optionalPort}(?![\\w-]|[.:]\\w)[^\\s"'<>]*`,
    // A host name without a dot can be an ordinary word. It counts as an address only with its port.
    `(?<![\\w.-])${host}(?::${port}${/[.:]/.test(upstreamUrl.hostname) ? '|(?!:\\d)' : ''})(?![\\w-]|\\.\\w)`,
    `(?<![\\w.-])${basePath}/(?:v2/integrations|integrations|llm_integrations)\\b[^\\s"'<>]*`,
  ];
  return new RegExp(patterns.join('|'), 'gi');
}

const escapePattern = (text: string) => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
