import { hash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { unescape } from 'node:querystring';
import { isAllowedHost } from '../src/http/header-fields.ts';
import { getUrl } from '../src/http/listen.ts';
import { isSerializable, removeByteOrderMark } from '../src/json.ts';
import { applyDemoKey } from './demo-keys.ts';
import { HttpError } from './http-error.ts';
import { findOperation, type MatchedOperation, openApiDocument } from './openapi-document.ts';
import { runOperation } from './operations.ts';
import { Tenants } from './tenants.ts';
import {
  createJsonIssue,
  type RequestValues,
  toJsonIssue,
  type ValidationIssue,
  validateRequest,
} from './validation.ts';

/** An upstream that behaves like the real one and keeps its state in memory. */
export interface Sandbox {
  /** The origin, without a trailing slash. */
  readonly url: string;
  /** Frees the port immediately and closes every connection, idle or not. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

interface SandboxOptions {
  /** 0 picks a free port. */
  readonly port: number;
  /** The accepted names in the `Host` header. Default: all. */
  readonly allowedHosts?: readonly string[];
  /** Responds in the older form of the API, whose only discriminator is `name`. */
  readonly olderForm?: boolean;
}

/**
 * Starts a sandbox: every operation of the OpenAPI document, a seeded tenant for each distinct credential, and the
 * document itself at `/public/v2/openapi.json`, without a credential.
 *
 * Rejects with Node's error (`code` `EADDRINUSE`, `EACCES`, …) if it cannot listen.
 */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const tenants = new Tenants();
  // Longer than the gateway keeps an idle socket, so that the gateway never uses a socket that is being closed.
  const server = createServer({ keepAliveTimeout: 65_000 }, (request, response) => {
    void respond(request, response, tenants, options);
  });
  server.listen(options.port, '127.0.0.1');
  await once(server, 'listening');

  let closed: Promise<void> | undefined;
  function close(): Promise<void> {
    closed ??= new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
    return closed;
  }
  return { url: getUrl(server), close, [Symbol.asyncDispose]: close };
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  tenants: Tenants,
  { allowedHosts, olderForm }: SandboxOptions,
): Promise<void> {
  try {
    if (!isAllowedHost(request.headers, allowedHosts)) throw new HttpError(403, 'This host is not allowed');
    const json = await handle(request, tenants);
    send(response, 200, JSON.stringify(json, olderForm === true ? dropProvider : undefined));
  } catch (error) {
    // Any other error is a bug of the sandbox, or the client has closed the connection.
    const { status, json, headers } =
      error instanceof HttpError ? error : new HttpError(500, 'Internal Server Error');
    send(response, status, JSON.stringify(json), headers);
  }
}

/** Integrations are the only responses with `extra`. */
function dropProvider(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('provider' in value) || !('extra' in value))
    return value;
  const { provider: _provider, ...rest } = value;
  return rest;
}

function send(
  response: ServerResponse,
  status: number,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  const length = Buffer.byteLength(body);
  response
    .writeHead(status, { 'content-type': 'application/json', 'content-length': length, ...headers })
    .end(body);
}

const documentPath = '/public/v2/openapi.json';

async function handle(request: IncomingMessage, tenants: Tenants): Promise<unknown> {
  const { method = '' } = request;
  const [rawPath = '', rawQuery = ''] = (request.url ?? '/').split(/\?(.*)/s);
  const path = unescape(rawPath);
  const found = path === documentPath ? { allowed: ['GET'] } : findOperation(method, path);
  if (found === undefined) throw new HttpError(404, 'Not Found');
  if ('allowed' in found) {
    if (path === documentPath && method === 'GET') return openApiDocument;
    throw new HttpError(405, 'Method Not Allowed', { allow: found.allowed.join(', ') });
  }

  const credential = toCredential(request.headers);
  if (credential === undefined) {
    throw new HttpError(401, 'Not authenticated', { 'www-authenticate': 'Bearer' });
  }
  await applyDemoKey(credential.name, method, path);
  const values = readRequest(found, rawQuery, await readBody(request), request.headers['content-type']);
  const tenant = tenants.get(credential.tenantKey, {
    isEmpty: credential.name === 'empty',
    isReadOnly: credential.name === 'read-only',
  });
  try {
    return runOperation(found.key, { tenant, ...values });
  } finally {
    if (method !== 'GET') tenants.updateSize(credential.tenantKey, tenant);
  }
}

/**
 * The credential of a request: the first usable one of the two API key headers and `Authorization`. The same key in
 * either header is the same tenant. Tenant keys are digests, so that their size does not depend on the client.
 */
function toCredential(
  headers: IncomingHttpHeaders,
): { readonly name: string; readonly tenantKey: string } | undefined {
  const apiKey = [headers['galileo-api-key'], headers['splunk-ao-api-key']].flat().find(Boolean);
  if (apiKey !== undefined) return { name: apiKey, tenantKey: hash('sha256', `key ${apiKey}`, 'base64') };
  const [, scheme = '', value = ''] = /^(bearer|basic) +(\S.*)$/i.exec(headers.authorization ?? '') ?? [];
  if (value === '') return undefined;
  const isBasic = scheme.toLowerCase() === 'basic';
  const name = isBasic ? Buffer.from(value, 'base64').toString('utf8').replace(/:.*$/s, '') : value;
  return { name, tenantKey: hash('sha256', `${scheme.toLowerCase()} ${value}`, 'base64') };
}

/** Reads the values of a request. Throws a 422 in FastAPI's format if they are invalid. */
function readRequest(
  operation: MatchedOperation,
  query: string,
  text: string,
  contentType = '',
): RequestValues {
  let body: unknown = text === '' ? undefined : text;
  if (body !== undefined && /^application\/(.+\+)?json\s*(;|$)/i.test(contentType)) {
    try {
      body = JSON.parse(removeByteOrderMark(text));
    } catch (error) {
      throw toValidationError([toJsonIssue(error)]);
    }
    if (!isSerializable(body))
      throw toValidationError([createJsonIssue(0, 'Nested too deeply, or number out of range')]);
  }
  const result = validateRequest(operation, Object.fromEntries(new URLSearchParams(query)), body);
  if ('issues' in result) throw toValidationError(result.issues);
  return result.values;
}

/**
 * In characters. Issues repeat parts of the request, so a small request could otherwise cause a very large response.
 */
const maxIssuesLength = 1024 * 1024;

function toValidationError(issues: readonly ValidationIssue[]): HttpError {
  const detail: ValidationIssue[] = [];
  let length = 0;
  for (const issue of issues) {
    length += JSON.stringify(issue).length;
    if (detail.length > 0 && length > maxIssuesLength) break;
    detail.push(issue);
  }
  return new HttpError(422, { detail });
}

/** Four times the default `MAX_REQUEST_BYTES`, so everything that the gateway forwards fits. */
const maxBodyBytes = 1024 * 1024;

/** Reads a body to its end. Throws a 413 if it is too large. */
async function readBody(request: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes <= maxBodyBytes) chunks.push(chunk);
  }
  if (bytes > maxBodyBytes) throw new HttpError(413, 'Content Too Large');
  return Buffer.concat(chunks).toString('utf8');
}
