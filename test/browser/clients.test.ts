import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Sandbox, startSandbox } from '../../sandbox/server.ts';
import { isWithoutBrowser, launchChromium } from '../support/chromium.ts';
import { startGateway } from '../support/gateway.ts';
import { startHttpServer } from '../support/listen.ts';
import { createVisitor } from './visitor.ts';

/** A browser module with both clients, as a page would bundle them. */
const source = `
import { ApolloClient, ApolloLink, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { Client, fetchExchange } from '@urql/core';
import { persistedExchange } from '@urql/exchange-persisted';

const query = '{ integration(name: OPENAI) { name } }';
const headers = { 'Galileo-API-Key': 'page-of-another-origin' };
const sha256 = async (text) => {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
};

window.readWithApollo = async (uri) => {
  const client = new ApolloClient({
    cache: new InMemoryCache(),
    clientAwareness: { name: 'settings', version: '1.2.3' },
    link: ApolloLink.from([new PersistedQueryLink({ sha256 }), new HttpLink({ uri, headers })]),
  });
  return (await client.query({ query: gql(query) })).data;
};

window.readWithUrql = async (url) => {
  const client = new Client({ url, fetchOptions: { headers }, exchanges: [persistedExchange(), fetchExchange] });
  const { data, error } = await client.query(query, {}).toPromise();
  if (error) throw error;
  return data;
};
`;

async function bundle(): Promise<string> {
  const id = 'virtual:clients';
  const output = await build({
    configFile: false,
    logLevel: 'silent',
    root: fileURLToPath(new URL('../../', import.meta.url)),
    plugins: [
      {
        name: 'clients',
        resolveId: (name) =>
          name === id ? fileURLToPath(new URL('virtual-clients.js', import.meta.url)) : null,
        load: (name) => (name.endsWith('virtual-clients.js') ? source : null),
      },
    ],
    build: { write: false, minify: false, rolldownOptions: { input: id } },
  });
  const [result] = Array.isArray(output) ? output : [output];
  if (result === undefined || !('output' in result)) throw new Error('Vite built nothing.');
  return result.output[0].code;
}

describe.skipIf(isWithoutBrowser())('a page on another origin', () => {
  let browser: Browser;
  let sandbox: Sandbox;
  let script: string;

  beforeAll(async () => {
    sandbox = await startSandbox({ port: 0 });
    browser = await launchChromium();
    script = await bundle();
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    await sandbox?.close();
  });

  test.each([
    ['Apollo Client with a name, a version and automatic persisted queries', 'readWithApollo'],
    ['urql with the defaults of its persisted exchange', 'readWithUrql'],
  ])('a page on another origin can use %s without special settings', async (_name, read) => {
    await using site = await startHttpServer(({ url }, response) => {
      response.setHeader('content-type', url === '/page.js' ? 'text/javascript' : 'text/html');
      response.end(
        url === '/page.js'
          ? script
          : '<!doctype html><title>A page</title><script src="/page.js" type="module"></script>',
      );
    });
    const origin = site.url;
    await using gateway = await startGateway(sandbox.url, { corsOrigins: origin });
    await using visitor = await createVisitor(browser);
    const page = await visitor.context.newPage();
    await page.goto(origin);
    await page.waitForFunction(`typeof window.${read} === 'function'`);
    const data = await page.evaluate(`window.${read}(${JSON.stringify(gateway.url)})`);
    expect(data).toMatchObject({ integration: { name: 'OPENAI' } });
    // The browser reports the response to the hash, which has status 400 and makes the client send the document.
    expect(visitor.complaints.filter((line) => !line.includes('status of 400'))).toEqual([]);
  });
});
