import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import axe from 'axe-core';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { demoApiKey } from '../../sandbox/demo-keys.ts';
import { notConfigured, seededIntegrations } from '../../sandbox/seed.ts';
import { type Sandbox, startSandbox } from '../../sandbox/server.ts';
import { type SettingsPageConfig, startSettingsPage } from '../../src/commands/settings-page.ts';
import { integrationNames } from '../../src/upstream/wire.ts';
import { integrationFixtures } from '../fixtures/integrations.ts';
import { isWithoutBrowser, launchChromium } from '../support/chromium.ts';
import { type FakeUpstream, startFakeUpstream } from '../support/fake-upstream.ts';
import { startGateway } from '../support/gateway.ts';
import { createVisitor, readStored, type Visitor } from './visitor.ts';

const trustedDocuments = fileURLToPath(
  import.meta.resolve('../../client/generated/persisted-documents.json'),
);

/** What the page says of a tenant of the sandbox. */
const sandboxStatus = `${Object.keys(seededIntegrations).length} configured, ${notConfigured.length} not configured`;

describe.skipIf(isWithoutBrowser())('the settings page in a browser', () => {
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

  test('shows every provider after one query, and each one’s settings by its type', async () => {
    await using site = await startSite(sandbox.url);
    await using visitor = await createVisitor(browser);
    const page = await open(visitor, site.url, { key: 'load' });

    await expect.poll(() => getStatus(page)).toBe(sandboxStatus);
    expect(await page.getByRole('listitem').count()).toBe(integrationNames.length);
    expect(await getTile(page, 'Databricks').textContent()).toContain('Not configured');
    expect(await getTile(page, 'AWS Bedrock').textContent()).toMatch(/Configured.*us-east-1/);
    expect(visitor.operations.map(({ name }) => name)).toEqual(['SettingsPage']);

    await openTile(page, 'Azure');
    await seeDetails(page, ['API version', '2025-03-01-preview', 'text-embedding-3-large']);
    await openTile(page, 'Vertex AI');
    await seeDetails(page, ['Bucket', 'acme-galileo-media', 'At most 5 GiB']);
    await openTile(page, 'Writer');
    await seeDetails(page, ['Galileo has no settings for this provider.']);

    expect(visitor.operations).toHaveLength(1);
    expect(visitor.origins).toEqual(new Set([new URL(site.url).origin, new URL(site.endpoint).origin]));
    expect(visitor.complaints).toEqual([]);
  });

  test('shows a provider that failed by itself, and loads that one alone again', async () => {
    await using upstream = await startFilledUpstream();
    upstream.once('GET', '/v2/integrations/azure', { status: 500, json: { detail: 'Out of order.' } });
    await using site = await startSite(upstream.url);
    await using visitor = await createVisitor(browser);
    const page = await open(visitor, site.url, { key: 'failed' });

    await expect
      .poll(() => getStatus(page))
      .toBe(`${integrationNames.length - 1} configured, 0 not configured, 1 could not be loaded`);
    const azure = getTile(page, 'Azure');
    expect(await azure.textContent()).toContain('Could not be loaded');
    await openTile(page, 'Azure');
    await seeDetails(page, ['Galileo answered with an error', 'Out of order.', 'Request id']);

    const tryAgain = azure.getByRole('button', { name: 'Try again to load Azure' });
    await tryAgain.focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => getStatus(page)).toBe(`${integrationNames.length} configured, 0 not configured`);
    expect(upstream.callsTo('GET', '/v2/integrations/azure')).toHaveLength(2);
    expect(upstream.calls).toHaveLength(integrationNames.length + 1);
    // The button that was pressed is gone: focus stays at the provider.
    await seeFocus(page, page.getByRole('button', { name: 'Azure' }));
    expect(visitor.complaints).toEqual([]);
  });

  test('says at the key that Galileo does not accept it', async () => {
    await using upstream = await startFakeUpstream();
    for (const name of integrationNames) {
      upstream.on('GET', `/v2/integrations/${name}`, { status: 401, json: { detail: 'Invalid API key' } });
    }
    await using site = await startSite(upstream.url);
    await using visitor = await createVisitor(browser);
    const page = await open(visitor, site.url, { key: 'refused' });

    const key = page.getByLabel('Galileo API key');
    await page.getByRole('alert').getByText('Galileo did not accept this API key.').waitFor();
    await seeFocus(page, key);
    expect(await key.getAttribute('aria-invalid')).toBe('true');
    expect(await getDescription(page, key)).toContain('Galileo did not accept this API key.');
    expect(await page.getByRole('listitem').count()).toBe(0);
    expect(visitor.complaints).toEqual([]);
  });

  test('puts what Galileo refuses at its own field, keeps what was typed, and saves nothing', async () => {
    await using site = await startSite(sandbox.url);
    await using visitor = await createVisitor(browser);
    const page = await open(visitor, site.url, { key: 'save-error' });
    await openForm(page);

    await page.getByLabel('Endpoint').fill('https://elsewhere.example/v1');
    await page.getByLabel('Key', { exact: true }).fill('sk-of-the-endpoint');
    const maxFiles = page.getByLabel('Files per call');
    await maxFiles.fill('0');
    await save(page);

    await seeFocus(page, maxFiles);
    expect(await maxFiles.getAttribute('aria-invalid')).toBe('true');
    expect(await getDescription(page, maxFiles)).toBe('Input should be greater than or equal to 1');
    expect(await page.locator('.error:visible').count()).toBe(1);
    expect(await page.getByLabel('Endpoint').inputValue()).toBe('https://elsewhere.example/v1');

    // A complaint about a row of models is shown at that row.
    await maxFiles.fill('3');
    const second = page.getByRole('group', { name: 'Model 2' });
    await second.getByLabel('Based on').fill('gpt-4o');
    await save(page);
    await expect
      .poll(() => getDescription(page, second))
      .toBe('Value error, based_on and supported_parameters cannot both be set');
    await seeFocus(page, second.getByLabel('Name'));
    expect(await maxFiles.getAttribute('aria-invalid')).toBe('false');

    // One that has no field of its own is shown above the form.
    await second.getByLabel('Based on').fill('');
    await page.getByLabel('Key', { exact: true }).fill('');
    await save(page);
    await page.getByRole('alert').getByText('api_key_value are required').waitFor();

    // What needs no answer of Galileo's is found here.
    const sent = visitor.operations.length;
    await page.getByLabel('Endpoint').fill(' ');
    await maxFiles.fill('many');
    await save(page);
    await seeFocus(page, page.getByLabel('Endpoint'));
    expect(await getDescription(page, maxFiles)).toBe('Enter a whole number.');
    expect(visitor.operations).toHaveLength(sent);

    await page.keyboard.press('Escape');
    expect(await getTile(page, 'Custom').textContent()).toContain('llm.acme.example');
    expect(visitor.complaints).toEqual([]);
  });

  test('saves, says so, and refreshes the tile with no further query', async () => {
    await using site = await startSite(sandbox.url);
    await using visitor = await createVisitor(browser);
    const page = await open(visitor, site.url, { key: 'save' });
    await openForm(page);

    await page.getByLabel('Endpoint').fill('https://new.example/v1');
    await page.getByLabel('Key', { exact: true }).fill('sk-of-the-endpoint');
    await page.getByRole('button', { name: 'Add a model' }).click();
    const third = page.getByRole('group', { name: 'Model 3' });
    await seeFocus(page, third.getByLabel('Name'));
    await page.keyboard.type('acme-vision');
    await save(page);

    await expect.poll(() => getStatus(page)).toBe(`Custom is saved. ${sandboxStatus}`);
    expect(await getTile(page, 'Custom').textContent()).toContain('new.example');
    await seeFocus(page, page.getByRole('button', { name: 'Custom' }));
    expect(visitor.operations.map(({ name }) => name)).toEqual(['SettingsPage', 'UpsertCustomIntegration']);

    // What the form does not show went along as it was.
    await openTile(page, 'Custom');
    await seeDetails(page, ['acme-vision', 'X-Acme-Project', 'AcmeHandler in acme_handler.py']);
    await page.getByRole('button', { name: 'Reload' }).click();
    await expect.poll(() => getStatus(page)).toBe(sandboxStatus);
    expect(await getTile(page, 'Custom').textContent()).toContain('new.example');
    expect(visitor.complaints).toEqual([]);
  });

  test('says that nobody knows whether a write has arrived, and shows what is stored', async () => {
    await using upstream = await startFilledUpstream();
    upstream.on('PUT', '/v2/integrations/custom', (_call, response) => {
      response.destroy();
    });
    await using site = await startSite(upstream.url);
    await using visitor = await createVisitor(browser);
    const page = await open(visitor, site.url, { key: 'unknown' });
    await openForm(page);
    await page.getByLabel('Key', { exact: true }).fill('sk-of-the-endpoint');
    await save(page);
    await page.getByRole('alert').getByText('It is not known whether this was saved').waitFor();
    await page.getByRole('button', { name: 'Look at what is stored' }).click();
    await expect.poll(() => upstream.callsTo('GET', '/v2/integrations/custom').length).toBe(2);
    expect(await page.getByRole('dialog').count()).toBe(0);
    expect(upstream.callsTo('PUT', '/v2/integrations/custom')).toHaveLength(1);
    expect(visitor.complaints).toEqual([]);
  });

  test('can be filled in and saved with the keyboard alone', async () => {
    await using site = await startSite(sandbox.url);
    await using visitor = await createVisitor(browser);
    const page = await open(visitor, site.url);
    const { keyboard } = page;

    await tabTo(page, page.getByLabel('Galileo API key'));
    await keyboard.press('Enter');
    await page.getByRole('alert').getByText('Paste an API key first.').waitFor();
    await seeFocus(page, page.getByLabel('Galileo API key'));
    await keyboard.type('keyboard');
    await keyboard.press('Enter');
    await expect.poll(() => getStatus(page)).toBe(sandboxStatus);

    await tabTo(page, page.getByRole('button', { name: 'Custom' }));
    await keyboard.press('Enter');
    await tabTo(page, page.getByRole('button', { name: 'Edit' }));
    await keyboard.press('Enter');
    const endpoint = page.getByLabel('Endpoint');
    await seeFocus(page, endpoint);
    await keyboard.press('ControlOrMeta+A');
    await keyboard.type('https://typed.example/v1');
    await tabTo(page, page.getByRole('radio', { name: 'API key' }));
    await keyboard.press('ArrowRight');
    await keyboard.press('ArrowRight');
    await seeFocus(page, page.getByRole('radio', { name: 'None' }));
    await keyboard.press('Enter');
    await expect.poll(() => getTile(page, 'Custom').textContent()).toContain('typed.example');
    await seeFocus(page, page.getByRole('button', { name: 'Custom' }));

    await keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Custom' }).waitFor();
    await keyboard.press('Escape');
    await seeFocus(page, page.getByRole('button', { name: 'Custom' }));
    expect(visitor.complaints).toEqual([]);
  });

  test.each(['light', 'dark'] as const)(
    'has nothing that axe-core finds fault with, in %s',
    async (colorScheme) => {
      await using upstream = await startFilledUpstream();
      upstream.on('GET', '/v2/integrations/azure', { status: 500, json: { detail: 'Out of order.' } });
      upstream.on('PUT', '/v2/integrations/custom', { status: 422, json: toRefusal(['body', 'endpoint']) });
      await using site = await startSite(upstream.url);
      await using visitor = await createVisitor(browser, { colorScheme, reducedMotion: 'reduce' });
      const page = await open(visitor, site.url);
      expect(await findFaults(page)).toEqual([]);
      await load(page, 'axe');
      await expect.poll(() => getStatus(page)).toContain('1 could not be loaded');
      expect(await findFaults(page)).toEqual([]);

      await openTile(page, 'Azure');
      expect(await findFaults(page)).toEqual([]);
      await page.keyboard.press('Escape');
      await openTile(page, 'Anthropic');
      expect(await findFaults(page)).toEqual([]);
      await page.keyboard.press('Escape');

      await openForm(page);
      await page.getByLabel('Key', { exact: true }).fill('sk-of-the-endpoint');
      await page.getByRole('button', { name: 'Add a header' }).click();
      await page.getByRole('group', { name: 'Header 1' }).getByLabel('Name').fill('X-One');
      await save(page);
      await seeFocus(page, page.getByLabel('Endpoint'));
      expect(await findFaults(page)).toEqual([]);
    },
  );

  test('keeps the key and every secret in memory only, and forgets them', async () => {
    const key = 'key-of-a-person';
    const secret = 'sk-of-the-endpoint';
    await using site = await startSite(sandbox.url);
    await using visitor = await createVisitor(browser);
    const page = await open(visitor, site.url, { key });
    await openForm(page);
    await page.getByLabel('Key', { exact: true }).fill(secret);
    await save(page);
    await expect.poll(() => getStatus(page)).toContain('Custom is saved.');
    expect(visitor.operations.map(({ apiKey }) => apiKey)).toEqual([key, key]);

    const stored = `${await readStored(page)}${JSON.stringify(await visitor.context.storageState({ indexedDB: true }))}`;
    const inPage = await page.content();
    for (const text of [key, secret]) {
      expect(stored).not.toContain(text);
      expect(inPage).not.toContain(text);
      expect(page.url()).not.toContain(text);
    }

    await page.getByRole('button', { name: 'Forget' }).click();
    expect(await page.getByLabel('Galileo API key').inputValue()).toBe('');
    expect(await page.getByRole('listitem').count()).toBe(0);
    await load(page, key);
    await expect.poll(() => getStatus(page)).toContain(sandboxStatus);
    await page.reload();
    expect(await page.getByLabel('Galileo API key').inputValue()).toBe('');
    expect(await page.getByRole('listitem').count()).toBe(0);
    expect(visitor.complaints).toEqual([]);
  });

  test('sends hashes in the place of documents to a gateway that runs trusted documents', async () => {
    await using site = await startSite(sandbox.url, { trustedDocuments: true });
    await using visitor = await createVisitor(browser);
    const page = await open(visitor, site.url, { key: 'trusted' });
    await openForm(page);
    await page.getByLabel('Key', { exact: true }).fill('sk-of-the-endpoint');
    await save(page);
    await expect.poll(() => getStatus(page)).toContain('Custom is saved.');
    expect(visitor.operations).toHaveLength(2);
    for (const { body } of visitor.operations) {
      expect(body['query']).toBeUndefined();
      expect(JSON.stringify(body['extensions'])).toMatch(/"sha256Hash":"sha256:[0-9a-f]{64}"/);
    }
    expect(visitor.complaints).toEqual([]);
  });

  test('is there with its key as soon as the demo runs', async () => {
    const demo = spawn(process.execPath, ['dist/main.js', 'demo', '--port', '0'], {
      cwd: fileURLToPath(new URL('../../', import.meta.url)),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      const url = await readAddress(demo);
      await using visitor = await createVisitor(browser);
      const page = await open(visitor, url);
      await expect.poll(() => getStatus(page)).toBe(sandboxStatus);
      expect(visitor.operations.map(({ apiKey }) => apiKey)).toEqual([demoApiKey]);
      expect(visitor.complaints).toEqual([]);
    } finally {
      demo.kill();
      await once(demo, 'exit');
    }
  });
});

interface Site extends AsyncDisposable {
  readonly url: string;
  readonly endpoint: string;
}

/** The page, and the gateway that it asks in front of that upstream. */
async function startSite(
  upstreamUrl: string,
  config: Pick<SettingsPageConfig, 'trustedDocuments'> = {},
): Promise<Site> {
  let endpoint = '';
  const page = await startSettingsPage({ host: '127.0.0.1', getConfig: () => ({ endpoint, ...config }) });
  const gateway = await startGateway(upstreamUrl, {
    corsOrigins: page.url,
    upstreamRetries: '0',
    ...(config.trustedDocuments === true ? { trustedDocuments } : {}),
  });
  endpoint = gateway.url;
  return {
    url: page.url,
    endpoint,
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]();
      await page[Symbol.asyncDispose]();
    },
  };
}

/** An upstream with every provider configured. */
async function startFilledUpstream(): Promise<FakeUpstream> {
  const upstream = await startFakeUpstream();
  for (const name of integrationNames) {
    upstream.on('GET', `/v2/integrations/${name}`, { json: integrationFixtures[name].full });
  }
  return upstream;
}

const toRefusal = (loc: readonly (string | number)[]) => ({
  detail: [{ type: 'value_error', loc, msg: 'Value error, this is not an address', input: null }],
});

async function open(visitor: Visitor, url: string, options: { readonly key?: string } = {}): Promise<Page> {
  const page = await visitor.context.newPage();
  await page.goto(url);
  await page.getByRole('heading', { name: 'Model providers' }).waitFor();
  if (options.key !== undefined) await load(page, options.key);
  return page;
}

async function load(page: Page, key: string): Promise<void> {
  await page.getByLabel('Galileo API key').fill(key);
  await page.getByRole('button', { name: /^(Load|Reload)$/ }).click();
}

async function getStatus(page: Page): Promise<string> {
  return ((await page.getByRole('status').textContent()) ?? '').trim();
}

function getTile(page: Page, name: string): Locator {
  return page.getByRole('listitem').filter({ has: page.getByRole('heading', { name, exact: true }) });
}

async function openTile(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name, exact: true }).click();
  await page.getByRole('dialog', { name, exact: true }).waitFor();
}

/** Looks for the texts in the dialog, and closes it. */
async function seeDetails(page: Page, texts: readonly string[]): Promise<void> {
  const text = (await page.getByRole('dialog').textContent()) ?? '';
  for (const expected of texts) expect(text).toContain(expected);
  await page.getByRole('button', { name: 'Close' }).click();
}

async function openForm(page: Page): Promise<void> {
  await openTile(page, 'Custom');
  await page.getByRole('button', { name: 'Edit' }).click();
  await page.getByRole('dialog', { name: 'Edit Custom' }).waitFor();
}

async function save(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Save', exact: true }).click();
}

async function seeFocus(page: Page, locator: Locator): Promise<void> {
  await expect
    .poll(() => locator.evaluate((element) => element === element.ownerDocument.activeElement))
    .toBe(true);
  // The page itself has focus, too: else nothing that is typed arrives.
  expect(await page.evaluate<boolean>('document.hasFocus()')).toBe(true);
}

/** What a screen reader says after the name of that element. */
async function getDescription(page: Page, locator: Locator): Promise<string> {
  const ids = (await locator.getAttribute('aria-describedby'))?.split(' ') ?? [];
  const texts = await Promise.all(ids.map((id) => page.locator(`#${id}`).textContent()));
  return texts.join(' ');
}

async function tabTo(page: Page, locator: Locator): Promise<void> {
  for (let step = 0; step < 40; step += 1) {
    await page.keyboard.press('Tab');
    if (await locator.evaluate((element) => element === element.ownerDocument.activeElement)) return;
  }
  throw new Error('The element was not reached in 40 steps.');
}

interface AxeResults {
  readonly violations: readonly {
    readonly id: string;
    readonly impact: string;
    readonly nodes: readonly { readonly target: unknown }[];
  }[];
}

async function findFaults(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate<AxeResults>('axe.run()');
  return violations.flatMap(({ id, impact, nodes }) =>
    nodes.map(({ target }) => `${impact}: ${id} at ${JSON.stringify(target)}`),
  );
}

/** The address of the settings page, as soon as the demo has printed it. */
async function readAddress(demo: ChildProcess): Promise<string> {
  let output = '';
  for await (const chunk of demo.stdout ?? []) {
    output += String(chunk);
    const url = /^\s*Settings\s+(\S+)/m.exec(output)?.[1];
    if (url !== undefined && output.includes('Ctrl+C')) return url;
  }
  throw new Error(`The demo ended without an address: ${output}`);
}
