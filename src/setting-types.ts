import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { availableParallelism } from 'node:os';
import { createSecureContext } from 'node:tls';
import { z } from 'zod';
import { isJsonObject } from './json.ts';
import { readTrustedDocuments } from './trusted-documents.ts';

// The types of settings. Each parses a string; the message of an issue completes "expected …", and never quotes the
// value.

/** One day. A longer timeout is a mistake. */
const maxMs = 86_400_000;
/** More than a process can hold. */
const maxCount = 1_000_000;
/** 1 GiB, which is more than one process should hold. */
const maxBytes = 1_073_741_824;

/** A whole number, written with up to 15 digits. */
export function wholeNumber(
  minimum: number,
  maximum: number,
  expected = `a whole number from ${minimum} to ${maximum}`,
) {
  return z
    .string()
    .regex(/^\d{1,15}$/, { error: expected })
    .transform(Number)
    .refine((value) => value >= minimum && value <= maximum, { error: expected });
}

export const port = wholeNumber(0, 65_535);
export const milliseconds = wholeNumber(1, maxMs);
export const millisecondsOrZero = wholeNumber(0, maxMs);
export const bytes = wholeNumber(1, maxBytes);
export const count = wholeNumber(1, maxCount);
export const countOrZero = wholeNumber(0, maxCount);
export const onOff = z.enum(['on', 'off'], { error: '"on" or "off"' }).transform((value) => value === 'on');

export const host = z.string().regex(/^[\w.:%-]+$/, { error: 'a host name or an IP address' });

/** An origin as browsers serialize it. `URL.origin` is `null` for schemes such as `capacitor:`. */
const isOrigin = (text: string): boolean =>
  /^[a-z][a-z\d+.-]*:\/\/[^\s/?#@*]+$/.test(text) &&
  URL.canParse(text) &&
  (!/^https?:/.test(text) || new URL(text).origin === text);

export const origins = z
  .string()
  .transform((text) => text.split(',').map((origin) => origin.trim()))
  .refine((list) => list.every(isOrigin), {
    error: 'exact origins, comma-separated, such as https://app.example.com (no path, no *)',
  });

/** The URL parser also accepts `http:host`. */
export const isHttpUrl = (text: string): boolean => /^https?:\/\//i.test(text) && URL.canParse(text);

function isUpstreamUrl(text: string): boolean {
  if (!isHttpUrl(text) || /[?#]/.test(text)) return false;
  const { username, password } = new URL(text);
  return username + password === '';
}

export const upstreamUrl = z
  .string()
  .trim()
  .refine(isUpstreamUrl, { error: 'an http or https URL without user, password, query or fragment' })
  .transform((text) => new URL(text));

function isProxyUrl(text: string): boolean {
  if (!isHttpUrl(text)) return false;
  const { username, password } = new URL(text);
  try {
    decodeURIComponent(username + password);
    return true;
  } catch {
    return false;
  }
}

export const proxyUrl = z.string().trim().refine(isProxyUrl, {
  error: 'the http or https URL of a proxy, with each % in its user or password written as %25',
});

export const noProxy = z.string().regex(/^[\w.:*,[\]/ -]+$/, { error: 'host names, comma-separated' });

export const trustedDocuments = z.string().transform((path, context) => {
  try {
    return { path, documents: readTrustedDocuments(path) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'the file cannot be read';
    context.addIssue(`the path of a JSON file that maps hashes to documents, but ${reason}`);
    return z.NEVER;
  }
});

/** A PEM file, read at startup. `check` throws if the content cannot be used. */
const pemFile = (expected: string, check: (content: string) => void) =>
  z.string().transform((path, context) => {
    try {
      const content = readFileSync(path, 'utf8');
      check(content);
      return { path, content };
    } catch (error) {
      const isUnreadable = error instanceof Error && 'syscall' in error;
      const reason = isUnreadable ? 'the file cannot be read' : `the file does not contain ${expected}`;
      context.addIssue(`the path of a PEM file with ${expected}, but ${reason}`);
      return z.NEVER;
    }
  });

const pemCertificate = /-----BEGIN [A-Z\d ]*CERTIFICATE-----[^-]*(?:-----END [A-Z\d ]*CERTIFICATE-----)?/g;

/** Throws if one of the certificates cannot be read, or there is none. X509Certificate reads only the first one. */
function checkCertificates(content: string): void {
  for (const certificate of content.match(pemCertificate) ?? [content]) new X509Certificate(certificate);
}

export const caFile = pemFile('CA certificates', checkCertificates);
export const certificateFile = pemFile('a client certificate', checkCertificates);
export const privateKeyFile = pemFile(
  'a private key',
  (content) => void createSecureContext({ key: content }),
);

/** Headers that callers, undici or the gateway set. A fixed header must not replace them. */
const reservedHeaders =
  /^(?:galileo-api-key|splunk-ao-api-key|authorization|proxy-(?:authorization|authenticate|authentication-info|connection)|host|connection|keep-alive|te|trailers?|transfer-encoding|upgrade|http2-settings|expect|content-length|content-type|content-encoding|accept|accept-encoding|user-agent|x-request-id|traceparent|tracestate|baggage|cookie)$/i;

export const upstreamHeaders = z.string().transform((text, context): Readonly<Record<string, string>> => {
  const fail = (reason: string) => {
    context.addIssue(`a JSON object of header names and values, but ${reason}`);
    return z.NEVER;
  };
  let headers: unknown;
  try {
    headers = JSON.parse(text);
  } catch {
    return fail('the value is not JSON');
  }
  if (!isJsonObject(headers)) return fail('the value is not an object');
  // A Map, because a header can have the name `__proto__`.
  const checked = new Map<string, string>();
  for (const [name, value] of Object.entries(headers)) {
    if (!/^[!#$%&'*+.^`|~\w-]+$/.test(name)) return fail('it contains an invalid header name');
    if (reservedHeaders.test(name)) return fail(`the header ${name} is set by the gateway or by callers`);
    if (typeof value !== 'string' || !/^[\t\x20-\x7e\x80-\xff]*$/.test(value))
      return fail(`the value of ${name} is not a valid header value`);
    if ([...checked.keys()].some((other) => other.toLowerCase() === name.toLowerCase()))
      return fail(`the header ${name} is listed twice`);
    checked.set(name, value);
  }
  return Object.fromEntries(checked);
});

export const basePath = z
  .string()
  // Clients resolve the segments `.` and `..` before they send a path.
  .regex(/^\/(?!(?:.*\/)?\.{1,2}(?:\/|$))(?:[\w.~-]+(?:\/[\w.~-]+)*\/?)?$/, { error: 'a path such as /api' })
  // Without the trailing slash, so that `${basePath}/graphql` is a path.
  .transform((path) => path.replace(/\/$/, ''));

function isAddressRange(text: string): boolean {
  if (text === 'loopback' || text === 'private') return true;
  const [, address = '', bits] = /^([\da-f.:]+)(?:\/(\d{1,3}))?$/i.exec(text) ?? [];
  const family = isIP(address);
  return family !== 0 && Number(bits ?? 0) <= (family === 6 ? 128 : 32);
}

export const addresses = z
  .string()
  .transform((text) => text.split(',').map((part) => part.trim()))
  .refine((list) => list.every(isAddressRange), {
    error: 'addresses or CIDR ranges, comma-separated, or the names `loopback` and `private`',
  });

// No common machine has more than 1,024 CPUs.
export const workers = z
  .string()
  .transform((text) => (text === 'auto' ? String(availableParallelism()) : text))
  .pipe(wholeNumber(1, 1024, 'a whole number from 1 to 1024, or "auto"'));

export const logLevel = z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], {
  error: 'trace, debug, info, warn, error, fatal or silent',
});
