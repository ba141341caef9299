import { fileURLToPath } from 'node:url';
import axe from 'axe-core';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { demoApiKey } from '../../sandbox/demo-keys.ts';
import { type Sandbox, startSandbox } from '../../sandbox/server.ts';
import { createSettingsPage, type SettingsPageConfig } from '../../src/commands/settings-page.ts';
import { isWithoutBrowser, launchChromium } from '../support/chromium.ts';
import { startGateway } from '../support/gateway.ts';
import { startProgram } from '../support/program.ts';
import { reply, startDetour } from './detour.ts';
import { createVisitor, readStored, type Visitor } from './visitor.ts';

const trustedDocuments = fileURLToPath(
  import.meta.resolve('../../client/generated/persisted-documents.json'),
);
const keyFile = JSON.stringify({ type: 'service_account', client_email: 'galileo@acme.example' });

const recordId = '00000000-0000-4000-8000-000000000001';

/** The values that are required to connect or save each provider, by label. Labels of `files` take a dropped file. */
const credentials: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Anthropic: { 'API key': 'sk-ant' },
  'AWS Bedrock': { 'Access key ID': 'AKIA', 'Secret access key': 'secret' },
  'AWS SageMaker': { 'Access key ID': 'AKIA', 'Secret access key': 'secret' },
  Azure: { Endpoint: 'https://acme.openai.azure.com', 'API key or secret': 'az' },
  Custom: { Endpoint: 'https://llm.acme.example', Header: 'X-Key', 'API key': 'sk' },
  Databricks: { 'Access token': 'dapi', 'Host address': 'https://dbc-1.cloud.databricks.com' },
  Mistral: { 'API key': 'mi' },
  NVIDIA: { 'API key': 'nv', 'Host address': 'https://integrate.api.nvidia.com' },
  OpenAI: { 'API key': 'sk' },
  'Vegas Gateway': { 'API key': 'vg', Endpoint: 'https://vegas.acme.example', 'Use case': 'evaluation' },
  'Vertex AI': { 'Service account key': keyFile },
  Writer: { 'API key': 'wr', 'Organization ID': '42' },
};

describe.skipIf(isWithoutBrowser())('the settings page', () => {
  let browser: Browser;
  let sandbox: Sandbox;
  let count = 0;
  /** A key whose data no other test changes. */
  const createKey = (): string => `settings-page-${(count += 1)}`;

  beforeAll(async () => {
    sandbox = await startSandbox({ port: 0 });
    browser = await launchChromium();
  });

  afterAll(async () => {
    await browser?.close();
    await sandbox?.close();
  });

  /** The page with a gateway in front of the sandbox or another upstream, opened with a unique key. */
  async function start(options: StartOptions = {}): Promise<Session> {
    const { upstreamUrl = sandbox.url, key = createKey(), hash = '', settings = {}, context = {} } = options;
    const gateway = await startGateway(
      upstreamUrl,
      { upstreamRetries: '0', ...settings },
      { pages: createSettingsPage(options.config ?? {}) },
    );
    const visitor = await createVisitor(browser, context);
    const page = await visitor.context.newPage();
    await page.goto(new URL(`/settings${hash}`, gateway.url).href);
    if (key !== '') {
      await enterKey(page, key);
      await page.locator('.tile h3, .notice').first().waitFor();
    }
    return {
      page,
      visitor,
      key,
      async [Symbol.asyncDispose]() {
        await visitor[Symbol.asyncDispose]();
        await gateway[Symbol.asyncDispose]();
      },
    };
  }

  describe('the API key', () => {
    test('the page first asks for the API key, and sends neither an empty nor an invalid one', async () => {
      await using session = await start({ key: '' });
      const { page, visitor } = session;
      await seeFocus(page, page.getByLabel('Galileo API key'));
      await page.getByRole('button', { name: 'Continue' }).click();
      await page.getByRole('alert').getByText('Enter your API key.').waitFor();
      await enterKey(page, 'copied\u200bkey');
      await page.getByRole('alert').getByText('This key has a character that no API key has.').waitFor();
      expect(visitor.operations).toEqual([]);
    });

    test('the page asks for the API key again if Galileo does not accept it', async () => {
      await using session = await start({ key: '' });
      const { page, visitor } = session;
      await enterKey(page, 'expired');
      await page.getByRole('alert').getByText('Your Galileo API key was not accepted').waitFor();
      const input = page.getByLabel('Galileo API key');
      expect(await input.getAttribute('aria-invalid')).toBe('true');
      await seeFocus(page, input);
      expect(await page.getByRole('listitem').count()).toBe(0);
      expect(visitor.complaints).toEqual([]);
    });

    test('the API key and all other secrets stay in memory, and the key can be forgotten', async () => {
      await using session = await start();
      const { page, visitor, key } = session;
      await connect(page, 'Databricks', { ...credentials['Databricks'], 'Access token': 'dapi-secret' });
      await seeToast(page, 'Databricks is connected.');
      const stored = `${await readStored(page)}${JSON.stringify(await visitor.context.storageState({ indexedDB: true }))}`;
      for (const secret of [key, 'dapi-secret']) {
        expect(stored).not.toContain(secret);
        expect(await page.content()).not.toContain(secret);
        expect(page.url()).not.toContain(secret);
      }
      await page.getByRole('button', { name: 'Close' }).click();
      await page.getByRole('button', { name: 'Forget API key' }).click();
      await page.getByText('This page no longer has your API key.').waitFor();
      expect(await page.getByLabel('Galileo API key').getAttribute('aria-invalid')).toBe('false');
      expect(await page.getByLabel('Galileo API key').inputValue()).toBe('');
      expect(await page.getByRole('listitem').count()).toBe(0);
      await enterKey(page, key);
      await getTile(page, 'Databricks').waitFor();
      await page.reload();
      expect(await page.getByLabel('Galileo API key').inputValue()).toBe('');
      expect(visitor.complaints).toEqual([]);
    });
  });

  describe('the list of providers', () => {
    test('the page shows every provider after one query, and can be searched and filtered', async () => {
      await using session = await start();
      const { page, visitor } = session;
      expect(await getNames(page)).toHaveLength(12);
      expect(await getTile(page, 'Azure').textContent()).toMatch(/Connected.*acme-eastus2.openai.azure.com/);
      expect(await getTile(page, 'Writer').textContent()).toContain('Not connected');
      expect(visitor.operations.map(({ name }) => name)).toEqual(['SettingsPage']);

      await page.getByLabel('Search providers').fill('aws');
      await expect.poll(() => getNames(page)).toEqual(['AWS Bedrock', 'AWS SageMaker']);
      await page.getByLabel('Search providers').fill('');
      await page.getByRole('radio', { name: 'Not connected 2' }).check();
      await expect.poll(() => getNames(page)).toEqual(['Databricks', 'Writer']);
      await page.getByLabel('Search providers').fill('aws');
      await page.getByRole('button', { name: 'Show all providers' }).click();
      await expect.poll(() => getNames(page)).toHaveLength(12);
      expect(visitor.complaints).toEqual([]);
    });

    test('the page guides the user to the first connection if nothing is connected', async () => {
      await using session = await start({ key: 'empty' });
      const { page } = session;
      await page.getByRole('heading', { name: 'Connect your first provider' }).waitFor();
      await openProvider(page, 'Mistral');
      await page.getByRole('button', { name: 'Connect Mistral' }).click();
      await seeFocus(page, page.getByLabel('API key', { exact: true }));
    });

    test('the page shows skeletons while it loads', async () => {
      await using detour = await startDetour(sandbox.url);
      const held = detour.hold('GET', '/v2/integrations/azure', reply(404, { detail: 'Not found' }));
      await using session = await start({ upstreamUrl: detour.url, key: '' });
      const { page } = session;
      await enterKey(page, createKey());
      await page.locator('.skeleton').first().waitFor();
      await page.getByRole('status').getByText('Loading providers…').waitFor({ state: 'attached' });
      await expect.poll(() => held.length).toBe(1);
      held[0]?.();
      await getTile(page, 'Azure').waitFor();
    });

    test('the page shows which providers the deployment does not offer', async () => {
      await using detour = await startDetour(sandbox.url);
      detour.replace('GET', '/v2/integrations/available', reply(200, { integrations: ['openai'] }));
      await using session = await start({ upstreamUrl: detour.url });
      const { page } = session;
      expect(await getTile(page, 'Writer').textContent()).toContain('Not available');
      await openProvider(page, 'Writer');
      await page.getByText('Your Galileo deployment does not offer this provider.').waitFor();
      expect(await page.getByRole('button', { name: 'Connect Writer' }).count()).toBe(0);
    });
  });

  describe('failures', () => {
    test('a failing provider does not affect the others, and can be loaded again alone', async () => {
      await using detour = await startDetour(sandbox.url);
      detour.replace('GET', '/v2/integrations/azure', reply(500, { detail: 'Out of order.' }));
      await using session = await start({ upstreamUrl: detour.url });
      const { page, visitor } = session;
      expect(await getTile(page, 'Azure').textContent()).toContain('Couldn’t load');
      expect(await getTile(page, 'OpenAI').textContent()).toContain('Connected');
      await openProvider(page, 'Azure');
      await page.getByRole('dialog').getByText('Out of order.').waitFor();
      await page.getByRole('button', { name: 'Remove Azure' }).waitFor();
      await page.getByRole('button', { name: 'Close' }).click();
      detour.restore('GET', '/v2/integrations/azure');
      await page.getByRole('button', { name: 'Try again to load Azure' }).click();
      await expect.poll(() => getTile(page, 'Azure').textContent()).toContain('Connected');
      expect(visitor.operations.at(-1)?.body['variables']).toEqual({ names: ['AZURE'] });
      expect(visitor.complaints).toEqual([]);
    });

    test('the page offers a retry only if it can help, and only after the time that Galileo asks for', async () => {
      await using detour = await startDetour(sandbox.url);
      detour.replace('GET', '/v2/integrations/azure', reply(403, { detail: 'Not yours.' }));
      detour.replace(
        'GET',
        '/v2/integrations/openai',
        reply(429, { detail: 'Slow.' }, { 'retry-after': '30' }),
      );
      await using session = await start({ upstreamUrl: detour.url });
      const { page, visitor } = session;
      expect(await getTile(page, 'Azure').getByRole('button', { name: 'Try again' }).count()).toBe(0);
      const retry = getTile(page, 'OpenAI').getByRole('button', { name: /Try again in \d+ s/ });
      await retry.waitFor();
      const sent = visitor.operations.length;
      await retry.click({ force: true });
      expect(visitor.operations).toHaveLength(sent);
    });

    test('the page shows a lost connection and recovers from it', async () => {
      await using session = await start();
      const { page, visitor } = session;
      await visitor.context.setOffline(true);
      await page.getByRole('button', { name: 'Refresh' }).click();
      await page.getByRole('alert').getByText('Can’t reach the gateway').waitFor();
      await visitor.context.setOffline(false);
      await page.getByRole('alert').getByRole('button', { name: 'Try again' }).click();
      await page.getByRole('alert').waitFor({ state: 'detached' });
      expect(await getNames(page)).toHaveLength(12);
    });
  });

  describe('the form', () => {
    test.each(Object.keys(credentials))('connects %s', async (name) => {
      await using session = await start({ key: createKey() });
      const { page, visitor } = session;
      if ((await getTile(page, name).textContent())?.includes('Not connected') !== true)
        await remove(page, name);
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      await connect(page, name, credentials[name] ?? {});
      await seeToast(page, `${name} is connected.`);
      await page.getByRole('button', { name: 'Close' }).click();
      expect(await getTile(page, name).textContent()).toMatch(/Connected/);
      // The response has everything, except which of several records is now selected.
      const loads = visitor.operations.filter((operation) => operation.name === 'SettingsPage');
      expect(loads).toHaveLength(name === 'Azure' ? 2 : 1);
      expect(visitor.complaints).toEqual([]);
    });

    test.each(['Anthropic', 'AWS SageMaker', 'Azure', 'Custom', 'Vertex AI'])(
      'saving %s keeps the settings that the form does not show',
      async (name) => {
        await using session = await start();
        const { page, visitor } = session;
        await openForm(page, name);
        await fill(page, credentials[name] ?? {}, { skipFilled: true });
        if (name === 'Vertex AI') await fill(page, { 'Key for the bucket': keyFile });
        await save(page);
        const confirmed = page.getByRole('button', { name: 'Save and remove' });
        await confirmed
          .or(page.getByText(`${name} is saved.`))
          .first()
          .waitFor();
        if (await confirmed.isVisible()) await confirmed.click();
        await seeToast(page, `${name} is saved.`);
        const upsert = visitor.operations.at(-1);
        const input = JSON.stringify(upsert?.body['variables']);
        if (name === 'AWS SageMaker') expect(input).toContain('"paramsMap"');
        if (name === 'Custom') expect(input).toContain('"initKwargs"');
        expect(input).not.toContain('__typename');
        expect(visitor.complaints).toEqual([]);
      },
    );

    test('the form checks required fields and formats before it sends anything', async () => {
      await using session = await start({ hash: '#/databricks' });
      const { page, visitor } = session;
      await page.getByRole('button', { name: 'Connect Databricks' }).click();
      await save(page);
      const token = page.getByLabel('Access token', { exact: true });
      await seeFocus(page, token);
      expect(await getDescription(page, token)).toContain('Enter the access token.');
      expect(await getDescription(page, page.getByLabel('Host address'))).toContain(
        'Enter the host address.',
      );
      await page.getByRole('button', { name: 'Cancel' }).click();
      await page.getByRole('button', { name: 'Close' }).click();
      await openForm(page, 'Azure');
      await page.getByRole('textbox', { name: 'Endpoint' }).fill('not an address');
      await page.getByText('More settings').click();
      await page.getByLabel('Files per call').fill('many');
      await page.getByLabel('Largest file').fill('huge');
      await save(page);
      expect(await getDescription(page, page.getByRole('textbox', { name: 'Endpoint' }))).toContain(
        'starts with https://',
      );
      expect(await getDescription(page, page.getByLabel('Files per call'))).toBe('Enter a whole number.');
      await page.getByLabel('Files per call').fill('2147483648');
      await save(page);
      expect(await getDescription(page, page.getByLabel('Files per call'))).toBe(
        'Enter a number of at most 2147483647.',
      );
      expect(await getDescription(page, page.getByLabel('Largest file'))).toContain('for example 20 MiB');
      expect(visitor.operations).toHaveLength(1);
    });

    test('the form shows an invalid JSON object at its control', async () => {
      await using session = await start();
      const { page, visitor } = session;
      await openForm(page, 'Custom');
      await page.getByLabel('API key', { exact: true }).fill('sk');
      await page.getByText('More settings').click();
      const input = page.getByLabel('Arguments');
      await input.fill('{bad');
      await save(page);
      await seeFocus(page, input);
      expect(await getDescription(page, input)).toBe('Enter a JSON object.');
      expect(visitor.complaints).toEqual([]);
    });

    test('the form shows each issue at its control, keeps typed values, and saves after a correction', async () => {
      await using session = await start();
      const { page, visitor } = session;
      await openForm(page, 'Custom');
      await page.getByLabel('API key', { exact: true }).fill('sk-of-the-endpoint');
      await page.getByText('More settings').click();
      const files = page.getByLabel('Files per call');
      await files.fill('0');
      await page.getByText('More settings').click();
      await save(page);
      await page.getByRole('button', { name: 'Save and remove' }).click();
      await seeFocus(page, files);
      expect(await getDescription(page, files)).toMatch(/greater than or equal to 1/);
      expect(await page.getByLabel('API key', { exact: true }).inputValue()).toBe('sk-of-the-endpoint');

      // A rule about a row is shown at the row.
      await files.fill('3');
      await page.getByRole('group', { name: 'Model 2' }).getByLabel('Based on').fill('gpt-4o');
      await save(page);
      await page.getByRole('button', { name: 'Save and remove' }).click();
      const row = page.getByRole('group', { name: 'Model 2' });
      await expect.poll(() => row.textContent()).toContain('basedOn and supportedParameters');
      await row.getByLabel('Based on').fill('');
      await save(page);
      await page.getByRole('button', { name: 'Save and remove' }).click();
      await seeToast(page, 'Custom is saved.');
      expect(visitor.complaints).toEqual([]);
    });

    test('the form asks to remove a stored choice that it does not offer', async () => {
      await using session = await start();
      const { page, visitor } = session;
      await page.route('**/graphql', async (route) => {
        const response = await route.fetch();
        const body = (await response.text()).replaceAll('["TEXT"', '["UNRECOGNIZED","TEXT"');
        await route.fulfill({ response, body });
      });
      await page.getByRole('button', { name: 'Refresh' }).click();
      await page.getByRole('status').getByText('Loading providers…').waitFor({ state: 'detached' });
      await openForm(page, 'AWS SageMaker');
      await fill(page, credentials['AWS SageMaker'] ?? {});
      await save(page);
      const choices = page.getByRole('group', { name: 'Accepts' }).first();
      expect(await getDescription(page, choices)).toBe('Remove the unknown choice.');
      expect(await choices.evaluate((group) => group.contains(group.ownerDocument.activeElement))).toBe(true);
      for (const unknown of await page.getByLabel('Unknown').all()) await unknown.uncheck();
      await save(page);
      await page.getByRole('button', { name: 'Save and remove' }).click();
      await seeToast(page, 'AWS SageMaker is saved.');
      expect(JSON.stringify(visitor.operations.at(-1)?.body)).toContain('"inputModalities":["TEXT"]');
    });

    test('the form shows two headers with the same name as an issue of the second one', async () => {
      await using session = await start();
      const { page } = session;
      await openForm(page, 'Azure');
      await page.getByLabel('API key or secret', { exact: true }).fill('az');
      await page.getByText('More settings').click();
      const group = page.getByRole('group', { name: /^Headers for every call/ });
      await group.getByRole('button', { name: 'Add header' }).click();
      const added = group.getByRole('group', { name: 'Header 3' });
      await seeFocus(page, added.getByRole('textbox', { name: 'Header' }));
      await added.getByRole('textbox', { name: 'Header' }).fill('X-Acme-Team');
      await added.getByLabel('Value').fill('again');
      await save(page);
      await seeFocus(page, added.getByRole('textbox', { name: 'Header' }));
      expect(await getDescription(page, added.getByRole('textbox', { name: 'Header' }))).not.toBe('');
    });

    test('the form labels the metadata field and the header of a mapping as the schema describes them', async () => {
      await using session = await start();
      const { page } = session;
      await openForm(page, 'Azure');
      await page.getByText('More settings').click();
      const row = page
        .getByRole('group', { name: /^Headers from metadata/ })
        .getByRole('group')
        .first();
      expect(await row.getByRole('textbox', { name: 'Metadata field' }).inputValue()).toBe('user_email');
      expect(await row.getByRole('textbox', { name: 'Header' }).inputValue()).toBe('X-Acme-User');
    });

    test('the form shows a rejection by the provider at the credential', async () => {
      await using session = await start();
      const { page } = session;
      await connect(page, 'Writer', { 'API key': 'invalid', 'Organization ID': '42' });
      const token = page.getByLabel('API key', { exact: true });
      await seeFocus(page, token);
      expect(await getDescription(page, token)).toContain('The provider rejected this key.');
      await token.fill('valid');
      await save(page);
      await seeToast(page, 'Writer is connected.');
    });

    test('the type of the AWS credentials decides which fields the form shows', async () => {
      await using session = await start();
      const { page, visitor } = session;
      await openForm(page, 'AWS SageMaker');
      await page.getByLabel('Credentials').selectOption('IAM role');
      expect(await page.getByLabel('Secret access key').count()).toBe(0);
      await page.getByLabel('Role ARN').fill('arn:aws:iam::123456789012:role/galileo');
      await save(page);
      await page.getByRole('button', { name: 'Save and remove' }).click();
      await seeToast(page, 'AWS SageMaker is saved.');
      const variables = visitor.operations.at(-1)?.body['variables'];
      expect(variables).toMatchObject({
        input: {
          credentialType: 'ASSUMED_ROLE',
          token: { roleArn: 'arn:aws:iam::123456789012:role/galileo' },
        },
      });
    });

    test('the form reveals a typed secret on request, and never fills one in', async () => {
      await using session = await start();
      const { page } = session;
      await openForm(page, 'OpenAI');
      const key = page.getByLabel('API key', { exact: true });
      expect(await key.inputValue()).toBe('');
      expect(await key.getAttribute('type')).toBe('password');
      await page.getByRole('button', { name: 'Show API key' }).click();
      expect(await key.getAttribute('type')).toBe('text');
    });

    test('the form takes the key file of Vertex AI by drag and drop', async () => {
      await using session = await start();
      const { page, visitor } = session;
      await openForm(page, 'Vertex AI');
      await page.evaluate(`(() => {
        const data = new DataTransfer();
        data.items.add(new File([${JSON.stringify(keyFile)}], 'key.json', { type: 'application/json' }));
        const zones = document.querySelectorAll('.drop');
        for (const zone of zones) zone.dispatchEvent(new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer: data }));
      })()`);
      await page.getByText('Key of galileo@acme.example').first().waitFor();
      await save(page);
      await seeToast(page, 'Vertex AI is saved.');
      expect(JSON.stringify(visitor.operations.at(-1)?.body)).toContain('client_email');
    });

    test('the form lists stored secrets that saving would remove, and asks for confirmation', async () => {
      await using session = await start();
      const { page, visitor } = session;
      await openForm(page, 'Custom');
      await page.getByLabel('API key', { exact: true }).fill('sk');
      await save(page);
      const question = page.getByRole('alertdialog');
      expect(await question.textContent()).toContain('Headers for every call');
      const sent = visitor.operations.length;
      await question.getByRole('button', { name: 'Cancel' }).click();
      expect(visitor.operations).toHaveLength(sent);
      expect(await page.getByLabel('API key', { exact: true }).inputValue()).toBe('sk');
    });
  });

  test('on a narrow screen, a form does not scroll sideways, and a message does not cover the focused control', async () => {
    await using session = await start({ context: { viewport: { width: 320, height: 640 } } });
    const { page } = session;
    await openProvider(page, 'Vertex AI');
    await page.getByRole('button', { name: /^Edit/ }).click();
    const body = page.locator('.drawer-body');
    expect(await body.evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)).toBe(0);
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'Close' }).click();
    await openProvider(page, 'Azure');
    await page.getByRole('button', { name: /^Edit/ }).click();
    await page.getByLabel('API key or secret', { exact: true }).fill('invalid');
    await page.getByRole('button', { name: 'Save changes' }).click();
    await seeToast(page, 'Azure was not saved.');
    const more = page.getByText('More settings');
    await more.focus();
    const [box, toast] = await Promise.all([more.boundingBox(), page.locator('.toast').boundingBox()]);
    expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThanOrEqual(toast?.y ?? 0);
  });

  describe('unsaved changes', () => {
    test.each([
      ['Escape', (page: Page) => page.keyboard.press('Escape')],
      ['the close button', (page: Page) => page.getByRole('button', { name: 'Close' }).click()],
      ['the Back button', (page: Page) => page.evaluate('history.back()')],
    ])('unsaved changes are kept until the user confirms: %s', async (_way, leave) => {
      await using session = await start();
      const { page } = session;
      await openForm(page, 'OpenAI');
      const organization = page.getByLabel('Organization ID');
      await organization.fill('org-changed');
      await leave(page);
      await page.getByRole('alertdialog', { name: 'Discard your changes?' }).waitFor();
      await page.getByRole('alertdialog').getByRole('button', { name: 'Cancel' }).click();
      expect(await organization.inputValue()).toBe('org-changed');
      await leave(page);
      await page.getByRole('button', { name: 'Discard changes' }).click();
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      await expect.poll(() => new URL(page.url()).hash).toMatch(/^(#\/)?$/);
    });

    test('Cancel asks before it discards changes', async () => {
      await using session = await start();
      const { page } = session;
      await openForm(page, 'OpenAI');
      const cancel = page.getByRole('button', { name: 'Cancel' });
      await page.getByLabel('Organization ID').fill('org-changed');
      await cancel.click();
      await page.getByRole('button', { name: 'Discard changes' }).click();
      await page.getByRole('button', { name: 'Edit' }).click();
      expect(await page.getByLabel('Organization ID').inputValue()).not.toBe('org-changed');
      await cancel.click();
      await page.getByRole('button', { name: 'Edit' }).waitFor();
    });

    test('with unsaved changes, the browser asks before a reload', async () => {
      await using session = await start();
      const { page } = session;
      const dialogs = acceptDialogs(page);
      await openForm(page, 'OpenAI');
      await page.getByLabel('Organization ID').fill('org-changed');
      await page.reload();
      expect(dialogs).toEqual(['beforeunload']);
    });

    test('unsaved changes survive a failed reload of the provider', async () => {
      await using detour = await startDetour(sandbox.url);
      await using session = await start({ upstreamUrl: detour.url });
      const { page } = session;
      const held = detour.hold('GET', '/v2/integrations/openai', reply(500, { detail: 'No.' }));
      await page.getByRole('button', { name: 'Refresh' }).click();
      await expect.poll(() => held.length).toBe(1);
      await openForm(page, 'OpenAI');
      await page.getByLabel('Organization ID').fill('org-typed');
      held[0]?.();
      await page.locator('.tile[data-status="failed"]', { hasText: 'OpenAI' }).waitFor();
      expect(await page.getByLabel('Organization ID').inputValue()).toBe('org-typed');
      await page.getByRole('dialog', { name: 'Edit OpenAI' }).waitFor();
    });

    test('without changes, the page does not ask for confirmation', async () => {
      await using session = await start();
      const { page } = session;
      await openForm(page, 'OpenAI');
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
    });
  });

  describe('the result of a save', () => {
    test('the result of a save is announced even after the drawer was closed, and the draft is kept', async () => {
      await using detour = await startDetour(sandbox.url);
      const detail = [{ type: 'value_error', loc: ['body', 'organization_id'], msg: 'Unknown.' }];
      const held = detour.hold('PUT', '/v2/integrations/openai', reply(422, { detail }));
      await using session = await start({ upstreamUrl: detour.url });
      const { page } = session;
      await openForm(page, 'OpenAI');
      await page.getByLabel('API key', { exact: true }).fill('sk-typed');
      await page.getByLabel('Organization ID').fill('org-unknown');
      await save(page);
      await expect.poll(() => held.length).toBe(1);
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      held[0]?.();
      await seeToast(page, 'OpenAI was not saved: Galileo rejected the settings.');
      await page.getByRole('button', { name: 'Open', exact: true }).click();
      expect(await page.getByLabel('Organization ID').inputValue()).toBe('org-unknown');
      expect(await page.getByLabel('API key', { exact: true }).inputValue()).toBe('sk-typed');
      await page.getByRole('button', { name: 'Cancel' }).click();
      await page.getByRole('alertdialog', { name: 'Discard your changes?' }).waitFor();
    });

    test('if the result of a save is unknown, the page offers to check what is stored', async () => {
      await using detour = await startDetour(sandbox.url);
      detour.replace('PUT', '/v2/integrations/openai', (response) => response.destroy());
      await using session = await start({ upstreamUrl: detour.url });
      const { page } = session;
      await openForm(page, 'OpenAI');
      await page.getByLabel('API key', { exact: true }).fill('sk');
      await save(page);
      const alert = page.getByRole('alert').filter({ hasText: 'The result of this change is unknown' });
      await alert.waitFor();
      const reads = detour.calls.filter((call) => call === 'GET /v2/integrations/openai').length;
      await alert.getByRole('button', { name: 'Check what is stored' }).click();
      await expect
        .poll(() => detour.calls.filter((call) => call === 'GET /v2/integrations/openai').length)
        .toBe(reads + 1);
      await seeToast(page, 'This is what Galileo has stored for OpenAI now.');
      expect(detour.calls.filter((call) => call.startsWith('PUT'))).toHaveLength(1);
      await page.getByRole('tab', { name: 'Status' }).click();
      await page.getByRole('tab', { name: 'Configuration' }).click();
      await page.getByRole('button', { name: 'Close' }).click();
      const question = page.getByRole('alertdialog', { name: 'Discard your changes?' });
      await question.getByRole('button', { name: 'Cancel' }).click();
      await page.getByRole('button', { name: 'Edit' }).click();
      expect(await page.getByLabel('API key', { exact: true }).inputValue()).toBe('sk');
    });

    test('the result of a save leaves the form of another provider open, with its unsaved changes', async () => {
      await using detour = await startDetour(sandbox.url);
      const time = '2026-01-02T03:04:05Z';
      const record = {
        id: recordId,
        name: 'openai',
        created_by: recordId,
        created_at: time,
        updated_at: time,
      };
      const held = detour.hold('PUT', '/v2/integrations/openai', reply(200, record));
      await using session = await start({ upstreamUrl: detour.url });
      const { page } = session;
      await openForm(page, 'OpenAI');
      await page.getByLabel('API key', { exact: true }).fill('sk');
      await save(page);
      await expect.poll(() => held.length).toBe(1);
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      await openForm(page, 'Mistral');
      await page.getByLabel('API key', { exact: true }).fill('mi-typed');
      held[0]?.();
      await seeToast(page, 'OpenAI is saved.');
      await page.keyboard.press('Escape');
      await page.getByRole('alertdialog', { name: 'Discard your changes?' }).waitFor();
    });

    test('nothing can be typed during a save', async () => {
      await using detour = await startDetour(sandbox.url);
      const held = detour.hold('PUT', '/v2/integrations/openai', reply(422, { detail: 'No.' }));
      await using session = await start({ upstreamUrl: detour.url });
      const { page } = session;
      await openForm(page, 'OpenAI');
      const token = page.getByLabel('API key', { exact: true });
      await token.fill('sk');
      await token.press('Enter');
      await expect.poll(() => held.length).toBe(1);
      await page.keyboard.type('lost');
      held[0]?.();
      await page.getByRole('alert').getByText('No.').waitFor();
      expect(await token.inputValue()).toBe('sk');
    });

    test.each([
      ['save', 'UpsertOpenAIIntegration', saveOpenAI],
      ['removal', 'DeleteIntegration', (page: Page) => confirmRemoval(page, 'OpenAI')],
      ['change of a role', 'UpdateIntegrationUser', changeRole],
    ])(
      'during a %s, the page asks before a reload and before it forgets the key',
      async (_kind, operation, write) => {
        await using session = await start();
        const { page } = session;
        const dialogs = acceptDialogs(page);
        const held = await holdOperation(page, operation);
        await openProvider(page, 'OpenAI');
        await write(page);
        await expect.poll(() => held.length).toBe(1);
        await page.keyboard.press('Escape');
        await page.getByRole('dialog').waitFor({ state: 'detached' });
        await page.getByRole('button', { name: 'Forget API key' }).click();
        const question = page.getByRole('alertdialog', { name: 'Forget the API key now?' });
        await question.getByRole('button', { name: 'Cancel' }).click();
        await page.reload();
        expect(dialogs).toEqual(['beforeunload']);
      },
    );

    test('if the integration cannot be read after a save with an unknown result, the typed values are kept', async () => {
      await using detour = await startDetour(sandbox.url);
      detour.replace('PUT', '/v2/integrations/openai', (response) => response.destroy());
      await using session = await start({ upstreamUrl: detour.url });
      const { page } = session;
      await openForm(page, 'OpenAI');
      const token = page.getByLabel('API key', { exact: true });
      await token.fill('sk-typed');
      detour.replace('GET', '/v2/integrations/openai', reply(500, { detail: 'No.' }));
      await save(page);
      const check = page.getByRole('button', { name: 'Check what is stored' });
      await check.click();
      await seeToast(page, 'OpenAI could not be loaded.');
      expect(await token.inputValue()).toBe('sk-typed');
      detour.restore('GET', '/v2/integrations/openai');
      await check.click();
      await page.getByRole('button', { name: 'Edit' }).click();
      expect(await token.inputValue()).toBe('sk-typed');
    });

    test('if a connection is lost during a save, the page does not say that nothing was saved', async () => {
      await using session = await start();
      const { page } = session;
      await openForm(page, 'OpenAI');
      await page.getByLabel('API key', { exact: true }).fill('sk');
      await page.route('**/graphql', (route) => route.abort());
      await save(page);
      await seeToast(page, 'Can’t reach the gateway. OpenAI may have been saved.');
      const alert = page.getByRole('alert').filter({ hasText: 'Can’t reach the gateway' });
      expect(await alert.getByRole('button').allTextContents()).toEqual(['Check what is stored']);
      expect(await alert.textContent()).not.toMatch(/try again/i);
      await alert.getByRole('button').click();
      await seeToast(page, 'OpenAI could not be loaded.');
      expect(await page.getByLabel('API key', { exact: true }).inputValue()).toBe('sk');
    });

    test('a list that was requested before a save does not replace its result', async () => {
      await using detour = await startDetour(sandbox.url);
      await using session = await start({ upstreamUrl: detour.url });
      const { page } = session;
      const held = detour.hold('GET', '/v2/integrations/writer', reply(404, { detail: 'Not configured.' }));
      await page.getByRole('button', { name: 'Refresh' }).click();
      await expect.poll(() => held.length).toBe(1);
      detour.restore('GET', '/v2/integrations/writer');
      await connect(page, 'Writer', credentials['Writer'] ?? {});
      await seeToast(page, 'Writer is connected.');
      held[0]?.();
      await page.getByRole('button', { name: 'Close' }).click();
      await page
        .getByRole('button', { name: 'Refresh' })
        .and(page.locator(':not([aria-disabled="true"])'))
        .waitFor();
      await expect.poll(() => getTile(page, 'Writer').textContent()).toContain('Connected');
    });
  });

  describe('links', () => {
    test('links open a provider and a section, and Back closes the drawer', async () => {
      await using session = await start({ hash: '#/openai/access' });
      const { page } = session;
      await page.getByRole('tab', { name: 'Access', selected: true }).waitFor();
      await page.getByRole('button', { name: 'Close' }).click();
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      await openProvider(page, 'Azure');
      expect(page.url()).toContain('#/azure');
      await page.getByRole('tab', { name: 'Models' }).click();
      expect(page.url()).toContain('#/azure/models');
      await page.goBack();
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      await seeFocus(page, page.getByRole('button', { name: 'Azure', exact: true }));
    });
  });

  test('a double click on a tile opens the drawer, and one on "Close" closes only the drawer', async () => {
    await using session = await start();
    const { page } = session;
    await page.locator('.tile').getByRole('button', { name: 'Anthropic', exact: true }).dblclick();
    const dialog = page.getByRole('dialog', { name: 'Anthropic' });
    await dialog.waitFor();
    await page.getByRole('button', { name: 'Close' }).evaluate((button: HTMLElement) => {
      button.click();
      button.click();
    });
    await dialog.waitFor({ state: 'detached' });
    await openProvider(page, 'Azure');
    expect(page.url()).toContain('#/azure');
  });

  describe('access', () => {
    test('access can be granted, changed and revoked', async () => {
      await using session = await start({ hash: '#/openai/access' });
      const { page, visitor } = session;
      const users = page.getByRole('region', { name: 'Users' });
      await users.getByLabel('E-mail address').fill('not an address');
      await users.getByRole('button', { name: 'Share with users' }).click();
      await expect.poll(() => getDescription(page, users.getByLabel('E-mail address'))).not.toBe('');
      await users.getByLabel('E-mail address').fill('grace@acme.example');
      await users.getByLabel('Role', { exact: true }).selectOption('Editor');
      await users.getByRole('button', { name: 'Share with users' }).click();
      await seeToast(page, 'Shared with grace@acme.example.');
      const row = users.getByRole('listitem').filter({ hasText: 'grace@acme.example' });
      await row.waitFor();

      await row.getByRole('combobox').selectOption('Owner');
      await seeToast(page, 'is now owner.');
      await page.getByRole('button', { name: 'Close' }).click();
      await openProvider(page, 'OpenAI');
      await page.getByRole('tab', { name: 'Access' }).click();
      expect(await row.getByRole('combobox').inputValue()).toBe('OWNER');

      await row.getByRole('button', { name: /^Remove access/ }).click();
      await page.getByRole('alertdialog').getByRole('button', { name: 'Remove access' }).click();
      await row.waitFor({ state: 'detached' });
      await seeToast(page, 'no longer has access.');

      const groups = page.getByRole('region', { name: 'Groups' });
      const group = groups.getByRole('listitem').first();
      await group.getByRole('combobox').selectOption('Viewer');
      await seeToast(page, 'is now viewer.');
      await group.getByRole('button', { name: /^Remove access/ }).click();
      await page.getByRole('alertdialog').getByRole('button', { name: 'Remove access' }).click();
      await groups.getByText('Not shared with any group yet.').waitFor();
      expect(visitor.complaints).toEqual([]);
    });

    test('access is shown page by page', async () => {
      await using session = await start({ hash: '#/openai/access' });
      const { page } = session;
      const users = page.getByRole('region', { name: 'Users' });
      const rows = users.getByRole('listitem');
      await rows.first().waitFor();
      for (let index = await rows.count(); index < 21; index += 1) {
        await users.getByLabel('E-mail address').fill(`user-${index}@acme.example`);
        await users.getByRole('button', { name: 'Share with users' }).click();
        await seeToast(page, `Shared with user-${index}@acme.example.`);
      }
      await expect.poll(() => rows.count()).toBe(20);
      await page.route('**/graphql', (route) => route.abort());
      await users.getByRole('button', { name: 'Load more users' }).click();
      await seeToast(page, 'The other users could not be loaded. Can’t reach the gateway.');
      await page.unroute('**/graphql');
      await users.getByRole('button', { name: 'Load more users' }).click();
      await expect.poll(() => rows.count()).toBe(21);
      expect(await users.getByRole('button', { name: 'Load more users' }).count()).toBe(0);
      await seeFocus(page, rows.nth(19));
    });

    test('a user whose access was removed elsewhere disappears from the list', async () => {
      await using session = await start({ hash: '#/openai/access' });
      const { page } = session;
      const row = page.getByRole('region', { name: 'Users' }).getByRole('listitem').first();
      await row.waitFor();
      const errors = [
        {
          message: 'Not found.',
          path: ['removeIntegrationUser'],
          extensions: { code: 'NOT_FOUND', requestId: 'request-1' },
        },
      ];
      const users = {
        __typename: 'IntegrationUserConnection',
        edges: [],
        pageInfo: {
          __typename: 'PageInfo',
          hasNextPage: false,
          hasPreviousPage: false,
          startCursor: null,
          endCursor: null,
        },
      };
      const integration = { __typename: 'OpenAIIntegration', name: 'OPENAI', id: 'an-id', users };
      await page.route('**/graphql', (route) =>
        route.fulfill({
          json: (route.request().postData() ?? '').includes('removeIntegrationUser')
            ? { data: { removeIntegrationUser: null }, errors }
            : { data: { integration } },
        }),
      );
      await row.getByRole('button', { name: /^Remove access/ }).click();
      await page.getByRole('alertdialog').getByRole('button', { name: 'Remove access' }).click();
      await seeToast(page, 'no longer has access.');
      await page.getByText('Not shared with any user yet.').waitFor();
    });

    test('an error that replaces the users or the groups is announced', async () => {
      await using session = await start();
      const { page } = session;
      await openProvider(page, 'OpenAI');
      const failure = {
        message: 'Down.',
        path: ['integration', 'users'],
        extensions: { code: 'UPSTREAM_UNAVAILABLE', requestId: 'request-1', retryable: true },
      };
      await page.route('**/graphql', (route) =>
        route.fulfill({ json: { data: { integration: null }, errors: [failure] } }),
      );
      await page.getByRole('tab', { name: 'Access' }).click();
      for (const name of ['Users', 'Groups'])
        await page
          .getByRole('region', { name })
          .getByRole('alert')
          .filter({ hasText: 'Galileo is unavailable' })
          .waitFor();
    });

    test('the old role is shown again if Galileo does not change it', async () => {
      await using session = await start({ hash: '#/openai/access' });
      const { page } = session;
      const row = page.getByRole('region', { name: 'Users' }).getByRole('listitem').first();
      await row.waitFor();
      const before = await row.getByRole('combobox').inputValue();
      const refusal = {
        message: 'No.',
        path: ['updateIntegrationUser'],
        extensions: { code: 'FORBIDDEN', requestId: 'request-1' },
      };
      await page.route('**/graphql', (route) =>
        route.fulfill({ json: { data: { updateIntegrationUser: null }, errors: [refusal] } }),
      );
      await row.getByRole('combobox').selectOption('Annotator');
      await seeToast(page, 'was not changed.');
      await expect.poll(() => row.getByRole('combobox').inputValue()).toBe(before);
    });

    test('of roles that are chosen quickly, the last one is stored', async () => {
      await using session = await start({ hash: '#/openai/access' });
      const { page, visitor } = session;
      const select = page
        .getByRole('region', { name: 'Users' })
        .getByRole('listitem')
        .first()
        .getByRole('combobox');
      const before = await select.inputValue();
      const roles = ['VIEWER', 'ANNOTATOR', 'EDITOR', 'OWNER'].filter((role) => role !== before);
      const held = await holdOperation(page, 'UpdateIntegrationUser');
      for (const role of roles) await select.selectOption(role);
      expect(await select.inputValue()).toBe(roles[2]);
      for (const index of [0, 1]) {
        await expect.poll(() => held.length).toBe(index + 1);
        await held[index]?.();
      }
      await seeToast(page, `is now ${roles[2]?.toLowerCase()}.`);
      expect(await select.inputValue()).toBe(roles[2]);
      const sent = visitor.operations.filter(({ name }) => name === 'UpdateIntegrationUser');
      expect(sent.map(({ body }) => body['variables'])).toMatchObject([
        { role: roles[0] },
        { role: roles[2] },
      ]);
    });

    test('what is typed while access is granted is kept', async () => {
      await using session = await start({ hash: '#/openai/access' });
      const { page } = session;
      const input = page.getByLabel('E-mail address');
      const held = await holdOperation(page, 'ShareIntegrationWithUsers');
      await input.fill('grace@acme.example');
      await input.press('Enter');
      await expect.poll(() => held.length).toBe(1);
      await input.fill('typed@acme.example');
      await held[0]?.();
      await seeToast(page, 'Shared with grace@acme.example.');
      expect(await input.inputValue()).toBe('typed@acme.example');
    });

    test('after a lost connection, the page does not say that access is unchanged', async () => {
      await using session = await start({ hash: '#/openai/access' });
      const { page } = session;
      const users = page.getByRole('region', { name: 'Users' });
      const row = users.getByRole('listitem').first();
      await row.waitFor();
      await page.route('**/graphql', (route) => route.abort());
      await row.getByRole('combobox').selectOption('Annotator');
      await seeToast(page, 'Can’t reach the gateway. The change may have been made.');
      await users.getByRole('alert').or(users.locator('.notice')).first().waitFor();
    });
  });

  test('the page switches between several integrations of one provider', async () => {
    await using session = await start({ hash: '#/azure' });
    const { page, visitor } = session;
    const section = page.getByRole('region', { name: 'Integrations of this provider' });
    const unused = section.getByRole('button', { name: /^Use this one/ });
    await expect.poll(() => unused.count()).toBeGreaterThan(0);
    const count = await unused.count();
    await unused.first().click();
    await seeToast(page, 'Galileo now uses');
    await seeFocus(page, section.getByRole('heading'));
    await expect.poll(() => section.getByText('In use').count()).toBe(1);
    expect(await section.getByRole('listitem').count()).toBeGreaterThanOrEqual(count);
    expect(visitor.complaints).toEqual([]);
  });

  test('after a switch with an unknown result, the page shows what is stored', async () => {
    await using detour = await startDetour(sandbox.url);
    await using session = await start({ upstreamUrl: detour.url, hash: '#/azure' });
    const { page } = session;
    const section = page.getByRole('region', { name: 'Integrations of this provider' });
    await page.route('**/graphql', (route) =>
      route.request().postData()?.includes('SelectIntegration') === true ? route.abort() : route.continue(),
    );
    await section
      .getByRole('button', { name: /^Use this one/ })
      .first()
      .click();
    await seeToast(page, 'Can’t reach the gateway. This is what Galileo has stored now.');
  });

  test('Back closes an open question, and its action is not carried out', async () => {
    await using session = await start();
    const { page, visitor } = session;
    await openProvider(page, 'Mistral');
    await page.getByRole('button', { name: 'Remove Mistral' }).click();
    await page.getByRole('alertdialog').waitFor();
    await page.goBack();
    await page.getByRole('alertdialog').waitFor({ state: 'detached' });
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await openForm(page, 'OpenAI');
    await page.getByLabel('API key', { exact: true }).fill('sk');
    await page.goBack();
    const question = page.getByRole('alertdialog', { name: 'Discard your changes?' });
    await question.waitFor();
    await page.goBack();
    await question.getByRole('button', { name: 'Cancel' }).click();
    expect(await page.getByLabel('API key', { exact: true }).inputValue()).toBe('sk');
    expect(visitor.operations.map(({ name }) => name)).toEqual(['SettingsPage']);
  });

  test('the page removes a provider after its name was typed', async () => {
    await using session = await start();
    const { page, visitor } = session;
    await openProvider(page, 'Mistral');
    await page.getByRole('button', { name: 'Remove Mistral' }).click();
    const question = page.getByRole('alertdialog', { name: 'Remove Mistral?' });
    expect(await question.getByRole('button', { name: 'Remove Mistral' }).isDisabled()).toBe(true);
    await question.getByLabel('Type “Mistral” to confirm').fill('Mistral');
    await question.getByRole('button', { name: 'Remove Mistral' }).click();
    await seeToast(page, 'Mistral is removed.');
    await seeFocus(page, page.getByRole('dialog').getByRole('heading', { name: 'Mistral', exact: true }));
    await page.getByRole('button', { name: 'Close' }).click();
    expect(await getTile(page, 'Mistral').textContent()).toContain('Not connected');
    expect(visitor.operations.map(({ name }) => name)).toEqual(['SettingsPage', 'DeleteIntegration']);
    expect(visitor.complaints).toEqual([]);
  });

  test('a provider that was removed has no errors of an earlier load', async () => {
    await using detour = await startDetour(sandbox.url);
    const broken = { id: recordId, name: 'openai', organization_id: {} };
    detour.replace('GET', '/v2/integrations/openai', reply(200, broken));
    await using session = await start({ upstreamUrl: detour.url });
    const { page } = session;
    detour.restore('GET', '/v2/integrations/openai');
    await remove(page, 'OpenAI');
    expect(await getTile(page, 'OpenAI').textContent()).toContain('Not connected');
  });

  test('a provider that another page has removed is shown as removed', async () => {
    await using detour = await startDetour(sandbox.url);
    await using session = await start({ upstreamUrl: detour.url });
    const { page } = session;
    await openProvider(page, 'Mistral');
    for (const [method, path] of [
      ['DELETE', '/integrations/mistral'],
      ['GET', '/v2/integrations/mistral'],
    ] as const)
      detour.replace(method, path, reply(404, { detail: 'Not found.' }));
    await confirmRemoval(page, 'Mistral');
    await seeToast(page, 'This no longer exists.');
    await page.getByText('Mistral is not connected').waitFor();
  });

  test.each(['Access', 'Status'])(
    'the tab %s shows that another page has removed the provider',
    async (tab) => {
      await using detour = await startDetour(sandbox.url);
      await using session = await start({ upstreamUrl: detour.url });
      const { page } = session;
      await openProvider(page, 'Mistral');
      detour.replace('GET', '/v2/integrations/mistral', reply(404, { detail: 'Not found.' }));
      await page.getByRole('tab', { name: tab }).click();
      await seeToast(page, 'Mistral is no longer connected.');
      await page.getByText('Mistral is not connected').waitFor();
    },
  );

  test('after a removal with an unknown result, the page says what it could read', async () => {
    await using detour = await startDetour(sandbox.url);
    await using session = await start({ upstreamUrl: detour.url });
    const { page } = session;
    detour.replace('DELETE', '/integrations/mistral', (response) => response.destroy());
    detour.replace('GET', '/v2/integrations/mistral', reply(500, {}));
    await openProvider(page, 'Mistral');
    await confirmRemoval(page, 'Mistral');
    await seeToast(page, 'Mistral may have been removed, and could not be loaded.');
  });

  test('the page shows which actions a read-only user has no permission for', async () => {
    await using session = await start({ key: 'read-only', hash: '#/openai' });
    const { page } = session;
    const edit = page.getByRole('button', { name: 'Edit' });
    await edit.waitFor();
    if (await edit.isDisabled()) {
      expect(await page.getByRole('button', { name: 'Remove OpenAI' }).isDisabled()).toBe(true);
      return;
    }
    await edit.click();
    await page.getByLabel('API key', { exact: true }).fill('sk');
    await save(page);
    await page.getByRole('alert').getByText('You don’t have permission to do this').waitFor();
  });

  test('the page loads models and status only when their tab is opened', async () => {
    await using session = await start({ hash: '#/openai' });
    const { page, visitor } = session;
    expect(visitor.operations).toHaveLength(1);
    await page.getByRole('tab', { name: 'Models' }).click();
    await page.getByRole('list', { name: 'Models of OpenAI' }).getByText('gpt-4o', { exact: true }).waitFor();
    await page.getByRole('tab', { name: 'Models' }).press('ArrowRight');
    await page.getByText('The provider accepts the stored credential.').waitFor();
    expect(visitor.operations.map(({ name }) => name)).toEqual([
      'SettingsPage',
      'ProviderModels',
      'IntegrationStatus',
    ]);
  });

  test('if the element with the focus disappears from the page, the focus moves to what replaces it', async () => {
    await using detour = await startDetour(sandbox.url);
    detour.replace('GET', '/v2/integrations/azure', reply(500, { detail: 'Out of order.' }));
    await using session = await start({ upstreamUrl: detour.url });
    const { page } = session;
    const getButton = (name: string) => getTile(page, name).getByRole('button', { name, exact: true });
    await seeFocus(page, page.getByRole('heading', { name: 'Model providers' }));

    await page.getByLabel('Search providers').fill('nothing');
    await page.getByRole('button', { name: 'Show all providers' }).click();
    await seeFocus(page, page.locator('.tile h3 button').first());

    detour.restore('GET', '/v2/integrations/azure');
    await page.getByRole('button', { name: 'Try again to load Azure' }).click();
    await expect.poll(() => getTile(page, 'Azure').textContent()).toContain('Connected');
    await seeFocus(page, getButton('Azure'));

    await connect(page, 'Writer', credentials['Writer'] ?? {});
    await seeToast(page, 'Writer is connected.');
    await page.getByRole('button', { name: 'Dismiss' }).click();
    await seeFocus(page, page.getByRole('dialog').getByRole('heading', { name: 'Writer', exact: true }));
    await page.getByRole('button', { name: 'Close' }).click();
    await seeFocus(page, getButton('Writer'));
    await remove(page, 'Writer');
    await seeFocus(page, getButton('Writer'));
  });

  test('if the element with the focus disappears from the drawer, the focus moves to what replaces it', async () => {
    await using session = await start({ hash: '#/vertex-ai/status' });
    const { page } = session;
    const check = page.getByRole('button', { name: 'Check again' });
    await check.click();
    await page.getByText('The provider accepts the stored credential.').waitFor();
    await seeFocus(page, check);
    await page.route('**/graphql', (route) => route.abort());
    await check.click();
    await page.getByRole('tabpanel').getByText('Can’t reach the gateway').waitFor();
    await seeFocus(page, page.getByRole('tabpanel'));
    await page.unroute('**/graphql');
    await page.getByRole('button', { name: 'Close' }).click();

    await openForm(page, 'Vertex AI');
    await fill(page, { 'Service account key': keyFile });
    await page.getByRole('button', { name: 'Clear' }).click();
    await seeFocus(page, page.getByLabel('Service account key'));
  });

  test.each([
    ['Access', 'IntegrationUsers'],
    ['Models', 'ProviderModels'],
    ['Status', 'IntegrationStatus'],
  ])('the page announces that the tab %s is loading', async (tab, operation) => {
    await using session = await start({ hash: '#/openai' });
    const { page } = session;
    const held = await holdOperation(page, operation);
    await page.getByRole('tab', { name: tab }).click();
    const loading = page.getByRole('dialog').getByRole('status').getByText('Loading…');
    await loading.waitFor();
    await expect.poll(() => held.length).toBe(1);
    await held[0]?.();
    await loading.waitFor({ state: 'detached' });
  });

  test('a provider cannot be edited while it is removed', async () => {
    await using session = await start({ hash: '#/mistral' });
    const { page } = session;
    const held = await holdOperation(page, 'DeleteIntegration');
    await confirmRemoval(page, 'Mistral');
    await expect.poll(() => held.length).toBe(1);
    await page.getByRole('tab', { name: 'Models' }).click();
    await page.getByRole('tab', { name: 'Configuration' }).click();
    expect(await page.getByRole('button', { name: 'Edit' }).isDisabled()).toBe(true);
    await held[0]?.();
    await seeToast(page, 'Mistral is removed.');
  });

  test('the page can be used with only the keyboard', async () => {
    await using session = await start({ key: '' });
    const { page, visitor } = session;
    const { keyboard } = page;
    await seeFocus(page, page.getByLabel('Galileo API key'));
    await keyboard.type(createKey());
    await keyboard.press('Enter');
    await getTile(page, 'OpenAI').waitFor();
    await tabTo(page, page.getByRole('button', { name: 'OpenAI', exact: true }));
    await keyboard.press('Enter');
    await tabTo(page, page.getByRole('button', { name: 'Edit' }));
    await keyboard.press('Enter');
    await seeFocus(page, page.getByLabel('API key', { exact: true }));
    await keyboard.type('sk');
    await tabTo(page, page.getByLabel('Organization ID'));
    await keyboard.press('ControlOrMeta+A');
    await keyboard.type('org-typed');
    await keyboard.press('Enter');
    await seeToast(page, 'OpenAI is saved.');
    await keyboard.press('Escape');
    await seeFocus(page, page.getByRole('button', { name: 'OpenAI', exact: true }));
    expect(await getTile(page, 'OpenAI').textContent()).toContain('org-typed');
    expect(visitor.complaints).toEqual([]);
  });

  test.each([
    ['light', {}],
    ['dark', {}],
    ['dark', { viewport: { width: 390, height: 780 } }],
    ['light', { forcedColors: 'active' }],
  ] as const)('the page has no axe-core violation in any state: %s %o', async (colorScheme, options) => {
    await using detour = await startDetour(sandbox.url);
    detour.replace('GET', '/v2/integrations/vertex_ai', reply(500, { detail: 'Out of order.' }));
    detour.replace(
      'GET',
      '/v2/integrations/writer',
      reply(429, { detail: 'Slow.' }, { 'retry-after': '30' }),
    );
    const context = { colorScheme, reducedMotion: 'reduce', ...options } as const;
    await using session = await start({ upstreamUrl: detour.url, key: '', context });
    const { page } = session;
    const see = async (state: string) => expect(await findViolations(page), state).toEqual([]);
    await see('key');
    await enterKey(page, createKey());
    await getTile(page, 'Writer').waitFor();
    await see('list');
    await page.getByLabel('Search providers').fill('nothing');
    await see('no result');
    await page.getByRole('button', { name: 'Show all providers' }).click();
    const close = async () => {
      await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
      await page.getByRole('dialog').waitFor({ state: 'detached' });
    };
    for (const name of ['Azure', 'Vertex AI', 'Writer', 'Databricks']) {
      await openProvider(page, name);
      await see(name);
      await close();
    }
    await openProvider(page, 'OpenAI');
    for (const tab of ['Access', 'Models', 'Status']) {
      await page.getByRole('tab', { name: tab }).click();
      await expect.poll(() => page.locator('[aria-busy="true"]').count()).toBe(0);
      await see(tab);
    }
    await close();
    await openForm(page, 'Custom');
    await page.getByText('More settings').click();
    await page.getByRole('textbox', { name: 'Endpoint' }).fill('');
    await page
      .getByRole('group', { name: /^Headers for every call/ })
      .getByRole('button')
      .click();
    await save(page);
    await see('form with issues');
    await page.keyboard.press('Escape');
    await page.getByRole('alertdialog').waitFor();
    await see('question');
    await page.getByRole('button', { name: 'Discard changes' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await openForm(page, 'AWS SageMaker');
    await see('AWS form');
  });

  test.each([
    ['at 200 % zoom', { width: 640, height: 450 }],
    ['on a phone', { width: 320, height: 640 }],
  ])('the page needs no horizontal scrolling %s', async (_name, viewport) => {
    await using session = await start({ context: { viewport } });
    const { page } = session;
    const getOverflow = () =>
      page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth');
    expect(await getOverflow()).toBe(0);
    await openForm(page, 'Custom');
    const overflow = await page
      .locator('.provider-form > .drawer-body')
      .evaluate((body) => body.scrollWidth - body.clientWidth);
    expect(overflow).toBe(0);
    await page.getByRole('button', { name: 'Save changes' }).click();
  });

  test('the page sends hashes instead of documents to a gateway that runs trusted documents', async () => {
    await using session = await start({
      config: { trustedDocuments: true },
      settings: { trustedDocuments },
      hash: '#/openai/access',
    });
    const { page, visitor } = session;
    await page.getByText('ada.okafor@acme.example').waitFor();
    await page.getByRole('button', { name: 'Close' }).click();
    await openForm(page, 'OpenAI');
    await page.getByLabel('API key', { exact: true }).fill('sk');
    await save(page);
    await seeToast(page, 'OpenAI is saved.');
    expect(visitor.operations.length).toBeGreaterThan(3);
    for (const { body } of visitor.operations) {
      expect(body['query']).toBeUndefined();
      expect(JSON.stringify(body['extensions'])).toMatch(/"sha256Hash":"sha256:[0-9a-f]{64}"/);
    }
    expect(visitor.complaints).toEqual([]);
  });

  test('the demo serves the page with its key', async () => {
    await using demo = startProgram(['demo', '--port', '0']);
    const url = await demo.waitFor(/^\s*Settings\s+(\S+)/m);
    await demo.waitFor(/Ctrl\+C/);
    await using visitor = await createVisitor(browser);
    const page = await visitor.context.newPage();
    await page.goto(url);
    await getTile(page, 'OpenAI').waitFor();
    expect(visitor.operations.map(({ apiKey }) => apiKey)).toEqual([demoApiKey]);
    expect(visitor.complaints).toEqual([]);
  });
});

interface StartOptions {
  readonly upstreamUrl?: string;
  /** Without a key, the page shows its first form. */
  readonly key?: string;
  readonly hash?: string;
  readonly config?: Pick<SettingsPageConfig, 'trustedDocuments'>;
  readonly settings?: Parameters<typeof startGateway>[1];
  readonly context?: Parameters<typeof createVisitor>[1];
}

interface Session extends AsyncDisposable {
  readonly page: Page;
  readonly visitor: Visitor;
  readonly key: string;
}

async function enterKey(page: Page, key: string): Promise<void> {
  await page.getByLabel('Galileo API key').fill(key);
  await page.getByRole('button', { name: 'Continue' }).click();
}

const getTile = (page: Page, name: string): Locator =>
  page.locator('.tile').filter({ has: page.getByRole('heading', { name, exact: true }) });

const getNames = (page: Page): Promise<string[]> => page.locator('.tile h3').allTextContents();

async function openProvider(page: Page, name: string): Promise<void> {
  await page.locator('.tile').getByRole('button', { name, exact: true }).click();
  await page.getByRole('dialog', { name, exact: true }).waitFor();
}

async function saveOpenAI(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Edit' }).click();
  await page.getByLabel('API key', { exact: true }).fill('sk');
  await save(page);
}

async function changeRole(page: Page): Promise<void> {
  await page.getByRole('tab', { name: 'Access' }).click();
  const select = page
    .getByRole('region', { name: 'Users' })
    .getByRole('listitem')
    .first()
    .getByRole('combobox');
  await select.selectOption((await select.inputValue()) === 'VIEWER' ? 'EDITOR' : 'VIEWER');
}

async function openForm(page: Page, name: string): Promise<void> {
  await openProvider(page, name);
  await page.getByRole('button', { name: 'Edit' }).click();
  await page.getByRole('dialog', { name: `Edit ${name}` }).waitFor();
}

async function fill(
  page: Page,
  values: Readonly<Record<string, string>>,
  { skipFilled = false } = {},
): Promise<void> {
  const dialog = page.getByRole('dialog');
  for (const [label, value] of Object.entries(values)) {
    const control = dialog
      .getByLabel(label, { exact: true })
      .or(dialog.getByLabel(`${label} optional`, { exact: true }));
    if ((await control.count()) === 0) continue;
    if (value === keyFile) {
      await control.setInputFiles({
        name: 'key.json',
        mimeType: 'application/json',
        buffer: Buffer.from(value),
      });
    } else if (!skipFilled || (await control.first().inputValue()) === '') {
      await control.first().fill(value);
    }
  }
}

async function save(page: Page): Promise<void> {
  await page.locator('.provider-form button[type="submit"]').click();
}

async function connect(page: Page, name: string, values: Readonly<Record<string, string>>): Promise<void> {
  await openProvider(page, name);
  await page.getByRole('button', { name: `Connect ${name}` }).click();
  await fill(page, values);
  await save(page);
}

/** Holds the requests of an operation. Each of them adds the function that sends it to the list. */
async function holdOperation(page: Page, operation: string): Promise<readonly (() => Promise<void>)[]> {
  const held: (() => Promise<void>)[] = [];
  await page.route('**/graphql', async (route) => {
    if (route.request().postData()?.includes(`"operationName":"${operation}"`) === true)
      held.push(() => route.continue());
    else await route.continue();
  });
  return held;
}

/** Accepts the dialogs of the browser. Returns their types, in order. */
function acceptDialogs(page: Page): readonly string[] {
  const types: string[] = [];
  page.on('dialog', (dialog) => {
    types.push(dialog.type());
    void dialog.accept();
  });
  return types;
}

/** Removes the provider in the open drawer. */
async function confirmRemoval(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: `Remove ${name}` }).click();
  const question = page.getByRole('alertdialog');
  await question.getByRole('textbox').fill(name);
  await question.getByRole('button', { name: `Remove ${name}` }).click();
}

async function remove(page: Page, name: string): Promise<void> {
  await openProvider(page, name);
  await confirmRemoval(page, name);
  await seeToast(page, `${name} is removed.`);
  await page.getByRole('button', { name: 'Close' }).click();
}

async function seeToast(page: Page, text: string): Promise<void> {
  await page.locator('[role="status"] .toast', { hasText: text }).waitFor();
}

async function seeFocus(page: Page, locator: Locator): Promise<void> {
  await expect
    .poll(() => locator.evaluate((element) => element === element.ownerDocument.activeElement))
    .toBe(true);
  expect(await page.evaluate<boolean>('document.hasFocus()')).toBe(true);
}

/** What a screen reader reads after the name of an element. */
async function getDescription(page: Page, locator: Locator): Promise<string> {
  const ids = (await locator.getAttribute('aria-describedby'))?.split(' ') ?? [];
  const texts = await Promise.all(ids.map((id) => page.locator(`[id="${id}"]`).textContent()));
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

async function findViolations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate<AxeResults>('axe.run()');
  return violations.flatMap(({ id, impact, nodes }) =>
    nodes.map(({ target }) => `${impact}: ${id} at ${JSON.stringify(target)}`),
  );
}
