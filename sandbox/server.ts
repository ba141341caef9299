import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { openApiDocument } from '../src/upstream/openapi-document.ts';
import { type Tenant, Tenants } from './tenants.ts';
import { toJsonIssue, toMissingBodyIssue, type ValidationIssue, validate } from './validation.ts';

/** The key that the demo shows and uses. The sandbox takes any other as well: it is no secret. */
export const demoApiKey = 'demo-key';

/** An upstream with its state in memory that behaves as the real one does. */
export interface Sandbox {
  /** The origin, without a slash at the end. */
  readonly url: string;
  /** Frees the port at once and cuts every connection, idle or not. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Starts a sandbox: both operations, the three credential schemes, a seeded tenant for each distinct credential, and the
 * OpenAPI document itself at `/public/v2/openapi.json`, for which no credential is asked.
 *
 * Rejects with Node's own error (`code` `EADDRINUSE`, `EACCES`, …) where it cannot listen.
 *
 * @param options.port 0 takes a free one
 * @param options.host 127.0.0.1 where it is left out
 */
export async function startSandbox(options: {
  readonly port: number;
  readonly host?: string;
}): Promise<Sandbox> {
  const tenants = new Tenants();
  // Longer than a gateway keeps an idle socket, so that no call is sent into one that is just being closed.
  const server = createServer({ keepAliveTimeout: 65_000 }, (request, response) => {
    void answer(request, response, tenants);
  });
  server.listen(options.port, options.host ?? '127.0.0.1');
  await once(server, 'listening');

  let closed: Promise<void> | undefined;
  function close(): Promise<void> {
    closed ??= new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
    return closed;
  }
  return { url: toUrl(server.address()), close, [Symbol.asyncDispose]: close };
}

function toUrl(address: AddressInfo | string | null): string {
  if (address === null || typeof address === 'string') throw new Error('The sandbox has no port.');
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return `http://${host}:${address.port}`;
}

interface Reply {
  readonly status: number;
  readonly json: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

async function answer(request: IncomingMessage, response: ServerResponse, tenants: Tenants): Promise<void> {
  try {
    send(response, await route(request, tenants));
  } catch {
    // The caller is gone, and then nobody reads this, or the fault is the sandbox's own.
    send(response, { status: 500, json: { detail: 'Internal Server Error' } });
  }
}

function send(response: ServerResponse, { status, json, headers }: Reply): void {
  const body = JSON.stringify(json);
  response
    .writeHead(status, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      ...headers,
    })
    .end(body);
}

const documentPath = '/public/v2/openapi.json';
const customPath = '/v2/integrations/custom';
const integrationPath = /^\/v2\/integrations\/(?<name>[^/]+)$/;

async function route(request: IncomingMessage, tenants: Tenants): Promise<Reply> {
  const path = toPath(request.url ?? '/');
  const name = integrationPath.exec(path)?.groups?.['name'];
  if (path !== documentPath && name === undefined) return { status: 404, json: { detail: 'Not Found' } };
  const allowed = path === customPath ? ['GET', 'PUT'] : ['GET'];
  if (!allowed.includes(request.method ?? '')) {
    const headers = { allow: allowed.join(', ') };
    return { status: 405, json: { detail: 'Method Not Allowed' }, headers };
  }
  if (name === undefined) return { status: 200, json: openApiDocument };

  const credential = toCredential(request.headers);
  if (credential === undefined) {
    const headers = { 'www-authenticate': 'Bearer' };
    return { status: 401, json: { detail: 'Not authenticated' }, headers };
  }
  const tenant = tenants.get(credential);
  return request.method === 'PUT' ? putCustom(request, tenant) : getIntegration(name, tenant);
}

/** The decoded path without its query; one that cannot be decoded stays as it came. */
function toPath(url: string): string {
  const path = url.replace(/\?.*$/, '');
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/**
 * What tells one tenant from another: the scheme and the credential. A `Galileo-API-Key` that is not empty counts alone,
 * whatever `Authorization` says. Undefined where there is nothing usable.
 */
function toCredential(headers: IncomingHttpHeaders): string | undefined {
  const apiKey = headers['galileo-api-key'];
  if (typeof apiKey === 'string' && apiKey !== '') return `key ${apiKey}`;
  const [, scheme, credential] = /^(bearer|basic) +(\S.*)$/i.exec(headers.authorization ?? '') ?? [];
  return scheme === undefined ? undefined : `${scheme.toLowerCase()} ${credential}`;
}

function getIntegration(rawName: string, tenant: Tenant): Reply {
  const name = validate('IntegrationProvider', rawName, ['path', 'name']);
  if ('issues' in name) return refuse(name.issues);
  const integration = tenant.getIntegration(name.value);
  if (integration !== undefined) return { status: 200, json: integration };
  return { status: 404, json: { detail: `Integration ${name.value} not found` } };
}

async function putCustom(request: IncomingMessage, tenant: Tenant): Promise<Reply> {
  const text = await readBody(request);
  if (text === undefined) return { status: 413, json: { detail: 'Content Too Large' } };
  if (text === '') return refuse([toMissingBodyIssue()]);
  const isJson = /^application\/(.+\+)?json\s*(;|$)/i.test(request.headers['content-type'] ?? '');
  let input: unknown = text;
  try {
    if (isJson) input = JSON.parse(text);
  } catch (error) {
    return refuse([toJsonIssue(error)]);
  }
  if (input === null) return refuse([toMissingBodyIssue()]);
  const body = validate('CustomIntegrationCreate', input, ['body']);
  return 'issues' in body ? refuse(body.issues) : { status: 200, json: tenant.putCustom(body.value) };
}

function refuse(issues: readonly ValidationIssue[]): Reply {
  return { status: 422, json: { detail: issues } };
}

/** Four times what the gateway takes by default: what it passes on always fits. */
const maxBodyBytes = 1024 * 1024;

/** Undefined where the body is larger than the limit; it is read to its end all the same, so that the answer arrives. */
async function readBody(request: AsyncIterable<Buffer>): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes <= maxBodyBytes) chunks.push(chunk);
  }
  return bytes <= maxBodyBytes ? Buffer.concat(chunks).toString('utf8') : undefined;
}
