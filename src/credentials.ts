import { isUtf8 } from 'node:buffer';

/** The credentials of one request and what else of its headers goes along to upstream. */
export interface ForwardedHeaders {
  /** Flat list of names and values as undici takes it: usable credentials byte for byte, trace context, request id. */
  readonly headers: readonly string[];
  /** Whether a usable credential is among them. */
  readonly hasCredential: boolean;
  /** The caller's `x-request-id` where it is usable, else a new one. */
  readonly requestId: string;
}

/** The request's headers cannot be used: which, and what to do. */
export class InvalidHeaders extends Error {
  override readonly name = 'InvalidHeaders';
  /** The id to answer under. */
  readonly requestId: string;

  constructor(message: string, requestId: string) {
    super(message);
    this.requestId = requestId;
  }
}

/** The caller's id of a request is kept where it is 1 to 128 visible ASCII characters. */
const requestIdPattern = /^[\x21-\x7e]{1,128}$/;
const fieldValuePattern = /^[\t\x20-\x7e\x80-\xff]*$/;
const usableAuthorizationPattern = /^(?:bearer|basic) +[^ ]/i;

/**
 * Reads the headers that the gateway knows out of Node's raw list, in which nothing is joined or dropped.
 * Throws InvalidHeaders where a credential header comes twice, or has bytes that no header may have.
 *
 * @param rawHeaders names and values in turn, as `IncomingMessage.rawHeaders`
 */
export function readHeaders(rawHeaders: readonly string[], createRequestId: () => string): ForwardedHeaders {
  let apiKey: string | undefined;
  let authorization: string | undefined;
  let requestId: string | undefined;
  let fault: string | undefined;
  let traceparent: string | undefined;
  const lists = { tracestate: '', baggage: '' };
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] ?? '').toLowerCase();
    const value = rawHeaders[index + 1] ?? '';
    switch (name) {
      case 'galileo-api-key':
        fault ??= findFault('Galileo-API-Key', apiKey, value);
        apiKey = trimSpace(value);
        break;
      case 'authorization':
        fault ??= findFault('Authorization', authorization, value);
        authorization = trimSpace(value);
        break;
      case 'x-request-id':
        requestId ??= requestIdPattern.test(value) ? value : undefined;
        break;
      case 'traceparent':
        traceparent ??= value;
        break;
      case 'tracestate':
      case 'baggage':
        // W3C Trace Context 3.3.1 and W3C Baggage 3.1: several such headers are one list.
        if (fieldValuePattern.test(value)) lists[name] += lists[name] === '' ? value : `,${value}`;
        break;
      default:
    }
  }
  requestId ??= createRequestId();
  if (fault !== undefined) throw new InvalidHeaders(fault, requestId);
  const headers = ['x-request-id', requestId];
  if (traceparent !== undefined && fieldValuePattern.test(traceparent))
    headers.push('traceparent', traceparent);
  if (lists.tracestate !== '') headers.push('tracestate', lists.tracestate);
  if (lists.baggage !== '') headers.push('baggage', lists.baggage);
  let hasCredential = false;
  if (apiKey !== undefined && apiKey !== '') {
    headers.push('Galileo-API-Key', apiKey);
    hasCredential = true;
  }
  if (authorization !== undefined && usableAuthorizationPattern.test(authorization)) {
    headers.push('Authorization', authorization);
    hasCredential = true;
  }
  return { headers, hasCredential, requestId };
}

function findFault(name: string, earlier: string | undefined, value: string): string | undefined {
  if (earlier !== undefined) return `The header ${name} came twice: send each credential once.`;
  return fieldValuePattern.test(value) ? undefined : `The header ${name} has control characters in it.`;
}

// RFC 9110, section 5.5. String.trim would take more, the byte A0 for one, which is the end of an "à" in UTF-8.
const trimSpace = (value: string): string => value.replace(/^[\t ]+|[\t ]+$/g, '');

/** Every text in which a credential could be recognized, of the headers that are forwarded. */
export function getCredentialSecrets(forwarded: ForwardedHeaders): string[] {
  const secrets: string[] = [];
  for (let index = 0; index + 1 < forwarded.headers.length; index += 2) {
    const name = forwarded.headers[index];
    const value = forwarded.headers[index + 1] ?? '';
    if (name === 'Galileo-API-Key') addReadings(secrets, value);
    if (name === 'Authorization') addAuthorizationSecrets(secrets, value);
  }
  return secrets;
}

function addAuthorizationSecrets(secrets: string[], authorization: string): void {
  const credential = trimSpace(authorization.slice(authorization.indexOf(' ')));
  addReadings(secrets, authorization);
  addReadings(secrets, credential);
  if (!/^basic /i.test(authorization)) return;
  const userAndPassword = Buffer.from(credential, 'base64').toString('latin1');
  addReadings(secrets, userAndPassword);
  addReadings(secrets, userAndPassword.slice(userAndPassword.indexOf(':') + 1));
}

/** Node reads the bytes of a header as Latin-1; whoever echoes them may have read them as UTF-8. */
function addReadings(secrets: string[], text: string): void {
  secrets.push(text);
  if (!/[\x80-\xff]/.test(text)) return;
  const bytes = Buffer.from(text, 'latin1');
  secrets.push(bytes.toString('utf8'));
  if (isUtf8(bytes)) return;
  // Whoever encodes a text encodes its UTF-8; of these bytes there is none, and they are encoded as they are.
  secrets.push(bytes.toString('base64').replace(/=+$/, ''));
  secrets.push(bytes.toString('base64url'));
  const encode = (byte: string) => `%${byte.charCodeAt(0).toString(16).padStart(2, '0').toUpperCase()}`;
  secrets.push(text.replace(/[^\w.~-]/g, encode));
}
