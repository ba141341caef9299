import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { demoApiKey } from '../../sandbox/demo-keys.ts';
import { type Sandbox, startSandbox } from '../../sandbox/server.ts';
import { isWithoutBrowser, launchChromium } from '../support/chromium.ts';
import { startGateway } from '../support/gateway.ts';
import { createVisitor, readStored, type Visitor } from './visitor.ts';

const SECRET = 'sk-typed-by-a-person';

const demoHeaders = { 'Galileo-API-Key': demoApiKey };

describe.skipIf(isWithoutBrowser())('GraphiQL in a browser', () => {
  let browser: Browser;
  let sandbox: Sandbox;

  beforeAll(async () => {
    sandbox = await startSandbox({ port: 0 });
    browser = await launchChromium();
  });

  afterAll(async () => {
    await browser?.close();
    await sandbox?.close();
  });

  test('GraphiQL loads within two seconds from one host, and loads almost nothing the second time', {
    retry: 2,
  }, async () => {
    await using gateway = await startGateway(sandbox.url, {}, { demoHeaders });
    await using visitor = await createVisitor(browser);

    const first = await open(visitor, gateway.url);
    expect(first.bytes).toBeGreaterThan(100_000);
    expect(first.bytes).toBeLessThan(450_000);
    expect(first.durationMs).toBeLessThan(2_000);
    await first.page.close();

    const second = await open(visitor, gateway.url);
    expect(second.bytes).toBeLessThan(4_000);
    expect(second.durationMs).toBeLessThan(2_000);

    expect(visitor.origins).toEqual(new Set([new URL(gateway.url).origin]));
    expect(visitor.complaints).toEqual([]);
  });

  test('GraphiQL runs each prepared example, the first with one click', async () => {
    await using gateway = await startGateway(sandbox.url, {}, { demoHeaders });
    await using visitor = await createVisitor(browser);
    const { page } = await open(visitor, gateway.url);

    await run(page);
    await waitForResult(page, '"displayName"');
    const response = (await page.locator('.result-window').textContent()) ?? '';
    await page.locator('.status-line', { hasText: /^200 OK · \d+ ms · request id \S+$/ }).waitFor();
    const integrationId = /"id": "([0-9a-f-]{36})"/.exec(response.replaceAll('\u00a0', ' '))?.[1] ?? '';
    for (const [tab, answer] of [
      ['ConnectProvider', '"integrationId"'],
      ['ShareIntegration', 'colleague@example.com'],
      ['DeleteProvider', '"Mistral"'],
    ] as const) {
      await openTab(page, tab);
      // The status belongs to the response of another tab.
      await page.locator('.status-line', { hasText: /^$/ }).waitFor({ state: 'attached' });
      await expect.poll(() => getText(page, 'Variables')).toContain('{');
      if (tab === 'ShareIntegration') {
        const input = { integrationId, collaborators: [{ userEmail: 'colleague@example.com' }] };
        await type(page, 'Variables', JSON.stringify({ input }));
      }
      await run(page);
      await waitForResult(page, answer);
      expect(await page.locator('.result-window', { hasText: '"errors"' }).count()).toBe(0);
    }
    expect(getKeys(visitor)).toEqual([demoApiKey, demoApiKey, demoApiKey, demoApiKey]);
    expect(visitor.complaints).toEqual([]);
  });

  test('GraphiQL opens the operation of a link in a tab, and copies links without the values of a mutation', async () => {
    await using gateway = await startGateway(sandbox.url, {}, { demoHeaders });
    await using visitor = await createVisitor(browser, {
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    const query =
      'query First { __typename } query Second($name: IntegrationName!) { integration(name: $name) { name } }';
    const link = new URLSearchParams({ query, variables: '{"name":"AZURE"}', operationName: 'Second' });
    const { page } = await open(visitor, `${gateway.url}?${link.toString()}`);
    expect(await getText(page, 'Query')).toContain('query Second');
    await expect.poll(() => getText(page, 'Variables')).toContain('"AZURE"');
    expect(visitor.operations.filter(({ name }) => name !== 'IntrospectionQuery')).toEqual([]);
    expect(await page.getByRole('tab').count()).toBe(5);

    await page.getByRole('button', { name: 'Copy link' }).click();
    await page.getByText('Link copied.').waitFor();
    const copied = await page.evaluate<string>('navigator.clipboard.readText()');
    expect(new URL(copied).searchParams.get('query')).toContain('query Second');
    expect(copied).not.toContain(demoApiKey);

    await openTab(page, 'ConnectProvider');
    await type(
      page,
      'Variables',
      JSON.stringify({ input: { endpoint: 'https://a.example', token: SECRET } }),
    );
    await page.getByRole('button', { name: 'Copy link' }).click();
    await page.getByText('Values of a mutation are left out.').waitFor();
    expect(await page.evaluate<string>('navigator.clipboard.readText()')).not.toContain(SECRET);

    // The document itself has no values to leave out.
    await openTab(page, 'DeleteProvider');
    await page.locator('.status-line', { hasText: /^$/ }).waitFor({ state: 'attached' });
    await type(page, 'Query', 'mutation Delete($name: IntegrationName!) {\n  __typename\n}');
    await page.getByRole('button', { name: 'Copy link' }).click();
    await page.getByText('Values of a mutation are left out.').waitFor();
    expect(visitor.complaints).toEqual([]);
  });

  test('a link is opened once, so a reload shows the edited operation', async () => {
    await using gateway = await startGateway(sandbox.url, {}, { demoHeaders });
    await using visitor = await createVisitor(browser);
    const { page } = await open(
      visitor,
      `${gateway.url}?query=${encodeURIComponent('{ linked: __typename }')}`,
    );
    for (const edited of ['{ first: __typename }', '{ second: __typename }']) {
      await type(page, 'Query', edited);
      await expect.poll(() => readStored(page)).toContain(edited);
      await page.reload();
      await waitUntilReady(page);
      expect(await getText(page, 'Query')).toContain(edited);
      expect(await page.getByRole('tab').count()).toBe(5);
    }
    expect(visitor.complaints).toEqual([]);
  });

  test('every editor of GraphiQL can be entered and left with the keyboard', async () => {
    await using gateway = await startGateway(sandbox.url, {}, { demoHeaders });
    await using visitor = await createVisitor(browser);
    const { page } = await open(visitor, gateway.url);
    const before = await getText(page, 'Query');
    const names: string[] = [];
    for (let step = 0; step < 40; step += 1) {
      await page.keyboard.press('Tab');
      names.push(await page.evaluate<string>(`document.activeElement.getAttribute('aria-label') ?? ''`));
    }
    expect(names).toEqual(expect.arrayContaining(['Operation', 'Copy link', 'Headers', 'Response']));
    expect(names.indexOf('Response')).toBeGreaterThan(names.indexOf('Operation'));
    expect(await getText(page, 'Query')).toBe(before);
    await page.locator('.graphiql-query-editor .CodeMirror-lines').click();
    await page.keyboard.press('Shift+Tab');
    expect(await page.evaluate<string>(`document.activeElement.getAttribute('aria-label') ?? ''`)).not.toBe(
      'Operation',
    );
  });

  test('on a phone, GraphiQL shows the response below the editors', async () => {
    await using gateway = await startGateway(sandbox.url, {}, { demoHeaders });
    await using visitor = await createVisitor(browser, { viewport: { width: 390, height: 800 } });
    const { page } = await open(visitor, gateway.url);
    await run(page);
    await waitForResult(page, '"displayName"');
    const editors = await page.locator('.graphiql-editors').boundingBox();
    const result = await page.locator('.graphiql-response').boundingBox();
    expect(result?.y).toBeGreaterThanOrEqual((editors?.y ?? 0) + (editors?.height ?? 0));
    expect(result?.width).toBeGreaterThan(280);
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBe(390);
  });

  test.each(['light', 'dark'] as const)(
    'GraphiQL has only known axe-core violations of its libraries, in %s',
    async (colorScheme) => {
      await using gateway = await startGateway(sandbox.url, {}, { demoHeaders });
      await using visitor = await createVisitor(browser, { colorScheme });
      const { page } = await open(visitor, gateway.url);
      await run(page);
      await waitForResult(page, '"displayName"');
      await waitUntilStill(page);
      await page.evaluate(axe.source);
      const { violations } = await page.evaluate<{
        violations: { id: string; nodes: { target: unknown }[] }[];
      }>('axe.run()');
      // GraphiQL nests a button in each tab, and CodeMirror's scroll areas take their focus from the text field in them.
      const known = new Set(['nested-interactive', 'scrollable-region-focusable']);
      expect(
        violations
          .filter(({ id }) => !known.has(id))
          .map(({ id, nodes }) => [id, nodes.map(({ target }) => target)]),
      ).toEqual([]);
    },
  );

  test('GraphiQL starts without a key, and uses the typed key in every tab', async () => {
    await using gateway = await startGateway(sandbox.url);
    await using visitor = await createVisitor(browser);
    const { page } = await open(visitor, gateway.url);

    expect(await getText(page, 'Headers')).toContain('"Galileo-API-Key": ""');
    await run(page);
    await waitForResult(page, 'UNAUTHENTICATED');
    expect(getKeys(visitor)).toEqual([undefined]);

    await type(page, 'Headers', JSON.stringify({ 'Galileo-API-Key': SECRET }));
    await run(page);
    await expect.poll(() => getKeys(visitor)).toEqual([undefined, SECRET]);
    await openTab(page, 'DeleteProvider');
    await run(page);
    await waitForResult(page, '"displayName"');
    expect(getKeys(visitor)).toEqual([undefined, SECRET, SECRET]);
  });

  test('GraphiQL keeps a key that is typed before the schema is loaded', async () => {
    // A tenant whose providers no other test deletes.
    const earlyKey = 'gk-typed-before-the-schema';
    await using gateway = await startGateway(sandbox.url);
    await using visitor = await createVisitor(browser);
    const page = await visitor.context.newPage();
    await page.route('**/graphql', async (route) => {
      // Introspection never gets a response.
      if (route.request().postData()?.includes('IntrospectionQuery') !== true) await route.continue();
    });
    await page.addInitScript(`new MutationObserver((_records, observer) => {
      const editor = document.querySelector(
        'section[aria-label="Headers"] .graphiql-editor:not(.hidden) .CodeMirror')?.CodeMirror;
      if (editor === undefined) return;
      observer.disconnect();
      editor.execCommand('selectAll');
      editor.replaceSelection('{"Galileo-API-Key":"${earlyKey}"}', 'end', '+input');
    }).observe(document, { subtree: true, childList: true });`);
    await page.goto(gateway.url);
    await waitUntilReady(page);

    expect(await getText(page, 'Headers')).toContain(earlyKey);
    await openTab(page, 'DeleteProvider');
    // The page shows the variables of this tab first.
    await expect.poll(() => getText(page, 'Variables')).toContain('MISTRAL');
    await showEditor(page, 'Headers');
    await expect.poll(() => getText(page, 'Headers')).toContain(earlyKey);
    await run(page);
    await waitForResult(page, '"displayName"');
    expect(getKeys(visitor)).toEqual([earlyKey]);
    expect(visitor.complaints).toEqual([]);
  });

  test('GraphiQL leaves no header and no secret of a mutation in the browser', async () => {
    await using gateway = await startGateway(sandbox.url);
    await using visitor = await createVisitor(browser);
    const { page } = await open(visitor, gateway.url);

    await type(page, 'Headers', JSON.stringify({ 'Galileo-API-Key': SECRET }));
    await run(page);
    await waitForResult(page, '"displayName"');
    await page.getByRole('button', { name: 'Show History' }).click();
    await page.getByRole('button', { name: 'Add favorite' }).first().click();

    await openTab(page, 'ConnectProvider');
    await showEditor(page, 'Variables');
    const input = { endpoint: 'https://llm.example.com', apiKeyValue: SECRET, token: SECRET };
    await type(page, 'Variables', JSON.stringify({ input }));
    await run(page);
    await waitForResult(page, '"integrationId"');

    // GraphiQL stores half a second later that this tab is open and was changed.
    await expect.poll(() => readStored(page)).toMatch(/activeTabIndex[\\"]*:1/);
    await expect.poll(() => readStored(page)).toContain('\\"apiKeyValue\\\\\\": \\\\\\"\\\\\\"');
    const stored = await readStored(page);
    expect(stored).toContain('ReadProviders');
    expect(stored).not.toContain(SECRET);
    expect(JSON.stringify(await visitor.context.storageState({ indexedDB: true }))).not.toContain(SECRET);

    // After a reload, the page has the tabs and the history, but no part of the key.
    await page.reload();
    await waitUntilReady(page);
    await openTab(page, 'ReadProviders');
    await showEditor(page, 'Headers');
    expect(await getText(page, 'Headers')).toContain('"Galileo-API-Key": ""');
    expect(await page.getByRole('tab').count()).toBe(4);
    await page.getByRole('button', { name: 'Show History' }).click();
    await type(page, 'Headers', JSON.stringify({ 'Galileo-API-Key': `${SECRET}-2` }));
    await page.getByRole('button', { name: 'Set active' }).first().click();
    expect(await getText(page, 'Headers')).toContain(`${SECRET}-2`);
    expect(visitor.complaints).toEqual([]);
  });

  test('GraphiQL completes the name of a field', async () => {
    await using gateway = await startGateway(sandbox.url, {}, { demoHeaders });
    await using visitor = await createVisitor(browser);
    const { page } = await open(visitor, gateway.url);
    await page.getByRole('button', { name: 'New tab' }).click();
    await type(page, 'Query', '{ ');
    await page.keyboard.type('integrationP');
    await page.locator('.CodeMirror-hint', { hasText: 'integrationProviders' }).click();
    expect(await getText(page, 'Query')).toContain('{ integrationProviders');
    expect(visitor.complaints).toEqual([]);
  });

  test('documentation, explorer, dialogs and menus of GraphiQL work within its content security policy', async () => {
    await using gateway = await startGateway(sandbox.url, {}, { demoHeaders });
    await using visitor = await createVisitor(browser);
    const { page } = await open(visitor, gateway.url);

    await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
    await page.locator('.graphiql-doc-explorer').getByText('Query', { exact: true }).click();
    await page.getByText('The selected integration of one provider').waitFor();

    await page.getByRole('button', { name: 'Show GraphiQL Explorer' }).click();
    await page.locator('.docExplorerWrap').getByText('integrationRecords').click();
    await expect.poll(() => getText(page, 'Query')).toContain('integrationRecords');

    await page.getByRole('button', { name: 'Open settings dialog' }).click();
    await page.getByRole('button', { name: 'Dark' }).click();
    await page.locator('body.graphiql-dark').waitFor();
    await page.keyboard.press('Escape');

    await type(page, 'Query', 'query One { __typename } query Two { __typename }');
    await page.locator('.graphiql-execute-button[aria-haspopup]').click();
    await page.getByRole('menuitem', { name: 'Two' }).click();
    await waitForResult(page, '"__typename"');
    expect(visitor.complaints).toEqual([]);
  });

  test('GraphiQL reports that introspection is off, and still runs operations', async () => {
    await using gateway = await startGateway(sandbox.url, { introspection: 'off' }, { demoHeaders });
    await using visitor = await createVisitor(browser);
    const { page } = await open(visitor, gateway.url);
    await waitForResult(page, 'Introspection is off on this gateway.');
    await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
    await page.locator('.documentation-notice').getByText('Introspection is off').waitFor();
    await run(page);
    await waitForResult(page, '"displayName"');
    // The browser reports that introspection was refused.
    expect(visitor.complaints.filter((text) => !text.includes('status of 400'))).toEqual([]);
  });
});

interface Visit {
  readonly page: Page;
  /** From the start of the navigation until an operation can be typed and run. */
  readonly durationMs: number;
  /** Bytes of the page and its files on the wire, with response headers and without the response to introspection. */
  readonly bytes: number;
}

/** The keys that were sent with operations other than introspection. */
const getKeys = (visitor: Visitor): (string | undefined)[] =>
  visitor.operations.filter(({ name }) => name !== 'IntrospectionQuery').map(({ apiKey }) => apiKey);

async function open(visitor: Visitor, url: string): Promise<Visit> {
  const page = await visitor.context.newPage();
  const session = await visitor.context.newCDPSession(page);
  await session.send('Network.enable');
  const files = new Set<string>();
  session.on('Network.requestWillBeSent', ({ requestId, request }) => {
    if (request.method === 'GET') {
      files.add(requestId);
    }
  });
  let bytes = 0;
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    bytes += files.has(requestId) ? encodedDataLength : 0;
  });
  const introspected = page.waitForResponse((response) => response.request().method() === 'POST');
  const startedAt = performance.now();
  await page.goto(url);
  await waitUntilReady(page);
  const durationMs = performance.now() - startedAt;
  await (await introspected).finished();
  await page.locator('button[aria-label="Re-fetch GraphQL schema"]:enabled').waitFor();
  return { page, durationMs, bytes };
}

type Editor = 'Query' | 'Variables' | 'Headers';

async function waitUntilReady(page: Page): Promise<void> {
  await page.locator('.graphiql-query-editor .CodeMirror').waitFor();
  await page.locator('.graphiql-execute-button:enabled').waitFor();
}

function getEditor(page: Page, editor: Editor) {
  return page.locator(
    editor === 'Query'
      ? '.graphiql-query-editor .CodeMirror'
      : `section[aria-label="${editor}"] .CodeMirror:visible`,
  );
}

async function getText(page: Page, editor: Editor): Promise<string> {
  const text = await getEditor(page, editor).locator('.CodeMirror-code').textContent();
  return (text ?? '').replaceAll('\u00a0', ' ');
}

async function showEditor(page: Page, editor: Editor): Promise<void> {
  await page.locator('.graphiql-editor-tools').getByRole('button', { name: editor, exact: true }).click();
}

/** Replaces the content of the editor. */
async function type(page: Page, editor: Editor, text: string): Promise<void> {
  await getEditor(page, editor).locator('.CodeMirror-lines').click();
  await page.keyboard.press('ControlOrMeta+A');
  await page.keyboard.insertText(text);
}

async function openTab(page: Page, name: string): Promise<void> {
  await page.getByRole('tab', { name, exact: true }).click();
}

async function run(page: Page): Promise<void> {
  await page.locator('.graphiql-execute-button').click();
}

async function waitForResult(page: Page, text: string): Promise<void> {
  await page.locator('.result-window', { hasText: text }).waitFor();
}

/** Waits until the page has not changed for half a second: axe-core fails if an element is removed while it runs. */
async function waitUntilStill(page: Page): Promise<void> {
  await page.evaluate(`new Promise((resolve) => {
    let timer = setTimeout(resolve, 500);
    new MutationObserver(() => {
      clearTimeout(timer);
      timer = setTimeout(resolve, 500);
    }).observe(document, { subtree: true, childList: true });
  })`);
}
