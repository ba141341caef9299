import { randomUUID } from 'node:crypto';
import {
  credentialHeaders,
  type ForwardedHeaders,
  getCredentialSecrets,
  trimBlanks,
} from '../credentials.ts';

/** A client's request id is used if it is 1 to 128 visible ASCII characters. */
const requestIdPattern = /^[\x21-\x7e]{1,128}$/;
const fieldValuePattern = /^[\t\x20-\x7e\x80-\xff]*$/;
const usableAuthorizationPattern = /^(?:bearer|basic) +[^ ]/i;

/**
 * Reads the headers that the gateway uses. Has a `problem` if a credential header occurs twice or contains control
 * characters.
 *
 * @param rawHeaders alternating names and values, as in `IncomingMessage.rawHeaders`, in which nothing is joined or
 * dropped
 */
export function readForwardedHeaders(rawHeaders: readonly string[]): ForwardedHeaders {
  let galileoKey: string | undefined;
  let splunkKey: string | undefined;
  let authorization: string | undefined;
  let requestId: string | undefined;
  let traceparent: string | undefined;
  let tracestate: string | undefined;
  let baggage: string | undefined;
  let problem: string | undefined;
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] ?? '').toLowerCase();
    const value = rawHeaders[index + 1] ?? '';
    switch (name) {
      case 'galileo-api-key':
        problem ??= findProblem(name, galileoKey, value);
        galileoKey = trimBlanks(value);
        break;
      case 'splunk-ao-api-key':
        problem ??= findProblem(name, splunkKey, value);
        splunkKey = trimBlanks(value);
        break;
      case 'authorization':
        problem ??= findProblem(name, authorization, value);
        authorization = trimBlanks(value);
        break;
      case 'x-request-id':
        if (requestIdPattern.test(value)) requestId ??= value;
        break;
      case 'traceparent':
        traceparent ??= value;
        break;
      case 'tracestate':
        tracestate = appendToList(tracestate, value);
        break;
      case 'baggage':
        baggage = appendToList(baggage, value);
        break;
      default:
    }
  }
  const credentials: string[] = [];
  if (galileoKey) credentials.push(credentialHeaders['galileo-api-key'], galileoKey);
  if (splunkKey) credentials.push(credentialHeaders['splunk-ao-api-key'], splunkKey);
  if (authorization !== undefined && usableAuthorizationPattern.test(authorization))
    credentials.push(credentialHeaders.authorization, authorization);
  // A request id is logged and returned: one that contains the credential is not used.
  if (requestId === undefined || containsSecret(requestId, credentials)) requestId = randomUUID();
  if (problem !== undefined) return { credentials: [], traceHeaders: [], headers: [], requestId, problem };
  const headers = [...credentials, 'x-request-id', requestId];
  if (baggage) headers.push('baggage', baggage);
  const traceHeaders: string[] = [];
  if (traceparent !== undefined && fieldValuePattern.test(traceparent))
    traceHeaders.push('traceparent', traceparent);
  if (tracestate) traceHeaders.push('tracestate', tracestate);
  return { credentials, traceHeaders, headers, requestId, problem };
}

/** W3C Trace Context 3.3.1 and W3C Baggage 3.1: several headers of one name are one list. */
function appendToList(list: string | undefined, value: string): string | undefined {
  if (!fieldValuePattern.test(value)) return list;
  return list ? `${list},${value}` : value;
}

function findProblem(
  name: keyof typeof credentialHeaders,
  earlier: string | undefined,
  value: string,
): string | undefined {
  if (earlier !== undefined)
    return `The header ${credentialHeaders[name]} occurs twice: send each credential once.`;
  return fieldValuePattern.test(value)
    ? undefined
    : `The header ${credentialHeaders[name]} contains control characters.`;
}

/** In characters. A request id can contain a shorter secret by chance. */
const minContainedLength = 8;

const containsSecret = (requestId: string, credentials: readonly string[]): boolean =>
  getCredentialSecrets(credentials).some(
    (secret) => secret === requestId || (secret.length >= minContainedLength && requestId.includes(secret)),
  );
