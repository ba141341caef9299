import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { createGraphiql } from '../src/http/graphiql.ts';
import type { HttpResponse } from '../src/http/responses.ts';

const graphiql = createGraphiql();

const toHeaders = (acceptEncoding?: string, ifNoneMatch?: string) => ({
  ...(acceptEncoding !== undefined && { 'accept-encoding': acceptEncoding }),
  ...(ifNoneMatch !== undefined && { 'if-none-match': ifNoneMatch }),
});

const getPage = (acceptEncoding?: string, ifNoneMatch?: string): HttpResponse =>
  graphiql.page(toHeaders(acceptEncoding, ifNoneMatch));

const toBuffer = ({ body }: HttpResponse): Buffer => Buffer.from(body);

function toAssetPaths(html: string): string[] {
  return [...html.matchAll(/(?:href|src)="(graphiql\/[^"]+)"/g)].map((match) => `/${match[1]}`);
}

const html = getPage().body.toString();
const paths = toAssetPaths(html);

function getAsset(path: string, acceptEncoding?: string, ifNoneMatch?: string): HttpResponse {
  const resource = graphiql.files(path);
  if (resource === undefined) throw new Error(`There is no file ${path}.`);
  return resource(toHeaders(acceptEncoding, ifNoneMatch));
}

describe('the page', () => {
  test('the page loads one stylesheet, one script and one icon, all from the gateway and with hashes in their names', () => {
    expect(paths.map((path) => path.replace(/[0-9a-f]{8}/, '#'))).toEqual([
      '/graphiql/favicon-#.svg',
      '/graphiql/style-#.css',
      '/graphiql/graphiql-#.js',
    ]);
    expect(html).not.toMatch(/https?:\/\//);
    expect(html).toContain('<title>Galileo gateway · GraphiQL</title>');
  });

  test('the page has no inline script or style', () => {
    expect(html).not.toMatch(/<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)/);
  });

  test('the page is revalidated at each visit and has a strict content security policy', () => {
    const { status, headers } = getPage();
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-cache',
      vary: 'accept, accept-encoding',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-resource-policy': 'same-origin',
    });
    const policy = String(headers['content-security-policy']);
    expect(policy).not.toMatch(/unsafe|blob:|https?:|\*/);
    for (const directive of [
      "default-src 'none'",
      "script-src 'self'",
      "connect-src 'self'",
      "frame-ancestors 'none'",
      "base-uri 'none'",
      "form-action 'none'",
    ]) {
      expect(policy.split('; ')).toContain(directive);
    }
  });

  test('the page contains no key by default', () => {
    expect(html).toContain('data-config="{}"');
  });

  test('the page contains the demo headers, escaped', () => {
    const key = `"><script src='x'>&amp;`;
    const text = createGraphiql({ 'Galileo-API-Key': key }).page({}).body.toString();
    const attribute = /data-config="([^"]*)"/.exec(text)?.[1] ?? '';
    const config: unknown = JSON.parse(
      attribute.replaceAll('&lt;', '<').replaceAll('&quot;', '"').replaceAll('&amp;', '&'),
    );
    expect(config).toEqual({ headers: { 'Galileo-API-Key': key } });
    expect(text).not.toContain(key);
  });
});

describe('the files', () => {
  test.each(paths)('a file can be cached for a year: %s', (path) => {
    const { status, headers } = getAsset(path);
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      'cache-control': 'public, max-age=31536000, immutable',
      vary: 'accept-encoding',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-resource-policy': 'same-origin',
    });
    expect(headers['content-type']).toMatch(/^(?:text\/javascript|text\/css|image\/svg\+xml)/);
  });

  test.each(paths)('a file has the same content in each encoding: %s', (path) => {
    const plain = toBuffer(getAsset(path));
    expect(brotliDecompressSync(toBuffer(getAsset(path, 'br'))).equals(plain)).toBe(true);
    expect(gunzipSync(toBuffer(getAsset(path, 'gzip'))).equals(plain)).toBe(true);
  });

  test.each([
    '/graphiql/',
    '/graphiql/index.html',
    '/graphiql/graphiql-00000000.js',
    '/graphiql/../graphiql.js',
    '/graphiql/%2e%2e/graphiql.js',
    '/graphiql/constructor',
    `${paths[0]}.br`,
    `${paths[0]}/`,
    `/x${paths[0]}`,
    (paths[0] ?? '').slice('/graphiql'.length),
  ])('the files do not include %s', (path) => {
    expect(graphiql.files(path)).toBeUndefined();
  });

  test('the licences of bundled packages are next to the bundles', async () => {
    const directory = fileURLToPath(new URL('../dist/graphiql/', import.meta.url));
    const licenses = await readFile(join(directory, 'licenses.txt'), 'utf8');
    for (const name of ['react', 'graphiql', 'codemirror', 'graphql', 'graphiql-explorer']) {
      expect(licenses).toMatch(new RegExp(`^## ${name} - `, 'm'));
    }
    expect((await readdir(directory)).filter((name) => name.endsWith('.map'))).toEqual([]);
  });
});

describe('a caller that accepts', () => {
  test.each([
    ['gzip, deflate, br, zstd', 'br'],
    ['BR;q=0.1, gzip', 'br'],
    ['gzip', 'gzip'],
    ['x-gzip', 'gzip'],
    ['br;q=0, gzip;q=0.5', 'gzip'],
    ['*', 'br'],
    ['br; q=0, *', 'gzip'],
    ['deflate', undefined],
    ['br;q=0, gzip;q=0', undefined],
    ['*;q=0', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('a caller that accepts %j gets %j', (acceptEncoding, expected) => {
    expect(getPage(acceptEncoding).headers['content-encoding']).toBe(expected);
    expect(getAsset(paths[0] ?? '', acceptEncoding).headers['content-encoding']).toBe(expected);
  });
});

describe('an entity tag', () => {
  const responses: [string, (acceptEncoding?: string, ifNoneMatch?: string) => HttpResponse][] = [
    ['the page', getPage],
    ['a file', (acceptEncoding, ifNoneMatch) => getAsset(paths[1] ?? '', acceptEncoding, ifNoneMatch)],
  ];

  test.each(responses)('the entity tag of %s differs between encodings', (_name, response) => {
    const tags = ['br', 'gzip', undefined].map((encoding) => response(encoding).headers['etag']);
    expect(new Set(tags).size).toBe(3);
    expect(tags.every((tag) => /^"[\w-]+"$/.test(String(tag)))).toBe(true);
  });

  test.each(responses)('a client with the current entity tag of %s gets 304', (_name, response) => {
    const { headers } = response('br');
    const tag = String(headers['etag']);
    for (const ifNoneMatch of [tag, `W/${tag}`, `"other", ${tag}`, '*']) {
      const repeated = response('br', ifNoneMatch);
      expect(repeated.status).toBe(304);
      expect(repeated.body).toHaveLength(0);
      expect(repeated.headers).toMatchObject({
        etag: tag,
        'cache-control': headers['cache-control'],
        vary: headers['vary'],
      });
      expect(repeated.headers).not.toHaveProperty('content-encoding');
    }
    expect(response('gzip', tag).status).toBe(200);
    expect(response('br', '"other"').status).toBe(200);
  });

  test('the entity tag of the page depends on its demo headers', () => {
    const other = createGraphiql({ 'Galileo-API-Key': 'x' });
    expect(other.page(toHeaders('br')).headers['etag']).not.toBe(getPage('br').headers['etag']);
  });
});

test('the page and its files are under 450 KB compressed', () => {
  const sizes = [getPage('br'), ...paths.map((path) => getAsset(path, 'br'))].map(({ body }) => body.length);
  expect(sizes.reduce((sum, size) => sum + size)).toBeLessThan(450_000);
});

test('if GraphiQL was not built, the first request fails with a message that says what to do', async () => {
  const unbuilt = createGraphiql(undefined, await mkdtemp(join(tmpdir(), 'graphiql-')));
  expect(() => unbuilt.page({})).toThrow('run "npm run build"');
  expect(unbuilt.files('/graphiql/x.js')).toBeUndefined();
  expect(unbuilt.files('/elsewhere')).toBeUndefined();
});
