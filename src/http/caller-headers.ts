import { randomUUID } from 'node:crypto';
import {
  type CallerHeaders,
  containsSecret,
  credentialHeaders,
  getCredentialSecrets,
} from '../credentials.ts';

type CredentialHeader = keyof typeof credentialHeaders;

/** A client's request id is used if it is 1 to 128 visible ASCII characters. */
const requestIdPattern = /^[\x21-\x7e]{1,128}$/;
const fieldValuePattern = /^[\t\x20-\x7e\x80-\xff]*$/;
const usableAuthorizationPattern = /^(?:bearer|basic) +[^ ]/i;

/**
 * Reads the credentials, the request id and the trace context. The result has a `problem` if a credential header occurs
 * twice or contains control characters.
 *
 * @param rawHeaders alternating names and values, as in `IncomingMessage.rawHeaders`, in which nothing is joined or
 * dropped
 */
export function readCallerHeaders(rawHeaders: readonly string[]): CallerHeaders {
  const values: Partial<Record<CredentialHeader, string>> = {};
  const allCredentials: string[] = [];
  const lists = { tracestate: '', baggage: '' };
  let requestId: string | undefined;
  let traceparent: string | undefined;
  let problem: string | undefined;
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] ?? '').toLowerCase();
    const value = rawHeaders[index + 1] ?? '';
    switch (name) {
      case 'galileo-api-key':
      case 'splunk-ao-api-key':
      case 'authorization':
        problem ??= findProblem(name, values[name], value);
        values[name] = value;
        allCredentials.push(credentialHeaders[name], value);
        break;
      case 'x-request-id':
        if (requestIdPattern.test(value)) requestId ??= value;
        break;
      case 'traceparent':
        traceparent ??= value;
        break;
      case 'tracestate':
      case 'baggage':
        // W3C Trace Context 3.3.1 and W3C Baggage 3.1: several headers of one name are one list.
        if (fieldValuePattern.test(value)) lists[name] += lists[name] === '' ? value : `,${value}`;
        break;
    }
  }
  const credentials: string[] = [];
  for (const name of ['galileo-api-key', 'splunk-ao-api-key', 'authorization'] as const) {
    const value = values[name] ?? '';
    const isUsable = name === 'authorization' ? usableAuthorizationPattern.test(value) : value !== '';
    if (isUsable) credentials.push(credentialHeaders[name], value);
  }
  // A request id is logged and returned, and a trace state is part of spans: one that contains a credential is not
  // used.
  if (requestId === undefined || containsCredential(requestId, allCredentials)) requestId = randomUUID();
  if (problem !== undefined)
    return { credentials: [], allCredentials, traceHeaders: [], baggage: [], requestId, problem };
  const baggage = lists.baggage === '' ? [] : ['baggage', lists.baggage];
  const traceHeaders: string[] = [];
  if (traceparent !== undefined && fieldValuePattern.test(traceparent))
    traceHeaders.push('traceparent', traceparent);
  if (lists.tracestate !== '' && !containsCredential(lists.tracestate, allCredentials))
    traceHeaders.push('tracestate', lists.tracestate);
  return { credentials, allCredentials, traceHeaders, baggage, requestId, problem: undefined };
}

function findProblem(name: CredentialHeader, earlier: string | undefined, value: string): string | undefined {
  if (earlier !== undefined)
    return `The ${credentialHeaders[name]} header occurs twice: send each credential once.`;
  return fieldValuePattern.test(value)
    ? undefined
    : `The ${credentialHeaders[name]} header contains control characters.`;
}

const containsCredential = (value: string, credentials: readonly string[]): boolean =>
  getCredentialSecrets(credentials).some((secret) => containsSecret(value, secret));
