import type { IncomingHttpHeaders } from 'node:http';
import { MIMEType } from 'node:util';

// A comma or semicolon in a quoted string is not a separator (RFC 9110, sections 5.6.1 and 5.6.4).
const listMember = /(?:[^,"]|"(?:\\.|[^"\\])*"?)+/g;
const parameter = /(?:[^;"]|"(?:\\.|[^"\\])*"?)+/g;

/**
 * The members of `Accept` or `Accept-Encoding`, in lower case and without their other parameters. A weight is from 0
 * (refused) to 1.
 */
function parsePreferences(field: string) {
  const preferences: { readonly value: string; readonly weight: number }[] = [];
  for (const member of field.toLowerCase().match(listMember) ?? []) {
    const [value = '', ...parameters] = (member.match(parameter) ?? []).map((part) => part.trim());
    if (value === '') continue;
    const weight = Number(parameters.find((part) => part.startsWith('q='))?.slice(2) ?? 1);
    preferences.push({ value, weight: weight >= 0 && weight <= 1 ? weight : 0 });
  }
  return preferences;
}

/** Whether `Host`, without its port, is one of these names. Without a list, every name is allowed. */
export const isAllowedHost = (
  headers: IncomingHttpHeaders,
  allowed: readonly string[] | undefined,
): boolean =>
  allowed === undefined || allowed.includes((headers.host ?? '').replace(/:\d*$/, '').toLowerCase());

/** The media types of GraphQL responses; the first one is the default. */
export const mediaTypes = ['application/json', 'application/graphql-response+json'] as const;
export type MediaType = (typeof mediaTypes)[number];

/**
 * The offered media type that `Accept` prefers. Among equal weights, the first in `Accept`. Undefined if it accepts
 * none of them. A missing or empty field accepts the first one.
 *
 * @param offered in lower case, without parameters
 * @see RFC 9110, section 12.5.1
 */
export function negotiateMediaType<const Type extends string>(
  accept: string | undefined,
  offered: readonly Type[],
): Type | undefined {
  const exact = offered.find((type) => type === accept);
  if (exact !== undefined) return exact;
  const preferences = parsePreferences(accept ?? '');
  if (preferences.length === 0) return offered[0];
  let best: { readonly type: Type; readonly weight: number; readonly index: number } | undefined;
  for (const type of offered) {
    const ranges = [type, `${type.split('/', 1)[0]}/*`, '*/*'];
    const range = ranges.find((value) => preferences.some((preference) => preference.value === value));
    const index = preferences.findIndex(({ value }) => value === range);
    const weight = preferences[index]?.weight ?? 0;
    if (weight === 0) continue;
    if (best === undefined || weight > best.weight || (weight === best.weight && index < best.index))
      best = { type, weight, index };
  }
  return best?.type;
}

/**
 * The first of the offered content codings that `Accept-Encoding` accepts; undefined if it accepts none (RFC 9110,
 * section 12.5.3).
 */
export function negotiateEncoding<const Encoding extends string>(
  acceptEncoding: string | undefined,
  offered: readonly Encoding[],
): Encoding | undefined {
  // RFC 9110, section 8.4.1.3.
  const toName = (value: string) => (value === 'x-gzip' ? 'gzip' : value);
  const weights = new Map(
    parsePreferences(acceptEncoding ?? '').map(({ value, weight }) => [toName(value), weight]),
  );
  return offered.find((encoding) => (weights.get(encoding) ?? weights.get('*') ?? 0) > 0);
}

/** Whether a content type is JSON in UTF-8. An HTML form on another site cannot send it (CSRF). */
export function isJsonContentType(contentType: string | undefined): boolean {
  if (contentType === 'application/json') return true;
  try {
    const { essence, params } = new MIMEType(contentType ?? '');
    return essence === 'application/json' && (params.get('charset') ?? 'utf-8').toLowerCase() === 'utf-8';
  } catch {
    return false;
  }
}

/** Whether a `Content-Encoding` leaves the body unchanged (RFC 9110, section 8.4). */
export const isIdentity = (contentEncoding: string | undefined): boolean =>
  contentEncoding === undefined ||
  contentEncoding
    .toLowerCase()
    .split(',')
    .every((coding) => ['', 'identity'].includes(coding.trim()));

/** The weak comparison of RFC 9110, section 13.1.2. */
export const matchesEtag = (ifNoneMatch: string | undefined, etag: string): boolean =>
  (ifNoneMatch ?? '')
    .split(',')
    .map((tag) => tag.trim().replace(/^W\//, ''))
    .some((tag) => tag === etag || tag === '*');

// RFC 3986, section 3.2.2: a registered name, an IPv4 address, or an IPv6 address in brackets; RFC 9110, section 7.2.
const hostPattern = /^(?:(?:[\w.~!$&'()*+,;=-]|%[\da-f]{2})*|\[[\da-f:.]+\])(?::\d*)?$/i;

/**
 * The error message for a missing, repeated or invalid Host header (RFC 9112, section 3.2). Undefined if it is valid.
 */
export function checkHost(rawHeaders: readonly string[], httpVersion: string): string | undefined {
  let host: string | undefined;
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? '';
    if (name.length !== 4 || name.toLowerCase() !== 'host') continue;
    if (host !== undefined) return 'The Host header was sent twice.';
    host = rawHeaders[index + 1] ?? '';
  }
  if (host === undefined) return httpVersion === '1.1' ? 'The Host header is missing.' : undefined;
  return hostPattern.test(host) ? undefined : 'The Host header is invalid.';
}
