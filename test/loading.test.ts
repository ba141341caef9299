import { describe, expect, it } from 'vitest';
import { providers } from '../src/schema/providers/index.ts';
import { integrationRecordFixtures } from './fixtures/integration-records.ts';
import { integrationFixtures } from './fixtures/integrations.ts';
import { integrationNames, toEnumName, toPath } from './support/naming.ts';
import { type Stack, startStack } from './support/stack.ts';

/** Registers a response for every provider except the ones that are not configured. */
function configure({ upstream }: Stack, missing: readonly string[] = []) {
  for (const name of integrationNames) {
    const reply = missing.includes(name)
      ? { status: 404, json: { detail: 'Not found' } }
      : { json: integrationFixtures[name].full };
    upstream.on('GET', toPath(name), reply);
  }
}

const getPaths = ({ upstream }: Stack) => upstream.calls.map(({ path }) => path);

const list = 'query ($names: [IntegrationName!]) { integrations(names: $names) { name } }';
const listProviders =
  'query ($names: [IntegrationName!]) { integrationProviders(names: $names) { name displayName integration { name } } }';

describe('one operation', () => {
  it('an operation loads an integration once, regardless of how often it selects it', async () => {
    await using stack = await startStack();
    configure(stack);
    const { data, errors } = await stack.gateway.query(`{
      a: integration(name: OPENAI) { id }
      b: integration(name: OPENAI) { name ...Extra }
      integrations(names: [OPENAI, AZURE, OPENAI]) { id }
      integrationProviders(names: [AZURE, OPENAI]) { integration { id } again: integration { extra } }
      _entities(representations: [
        { __typename: "OpenAIIntegration", name: "OPENAI" }, { __typename: "Integration", name: "OPENAI" }
      ]) { __typename }
    }
    fragment Extra on Integration { extra }`);
    expect(errors).toEqual([]);
    expect(data).toMatchObject({ a: { id: integrationFixtures.openai.full.id }, b: { name: 'OPENAI' } });
    expect(getPaths(stack).sort()).toEqual([toPath('azure'), toPath('openai')]);
  });

  it('an operation calls upstream only once for a failing integration and for one that is not configured', async () => {
    await using stack = await startStack();
    stack.upstream
      .on('GET', toPath('openai'), { status: 403 })
      .on('GET', toPath('azure'), { status: 404, json: { detail: 'Not found' } });
    const { errors } = await stack.gateway.query(
      '{ a: integration(name: OPENAI) { id } integrations(names: [OPENAI, AZURE]) { id } integrationProviders(names: [OPENAI, AZURE]) { integration { id } } }',
    );
    expect(errors).toHaveLength(3);
    expect(getPaths(stack).sort()).toEqual([toPath('azure'), toPath('openai')]);
  });

  it('an operation makes no call for fields that it does not select', async () => {
    await using stack = await startStack();
    const { data, errors } = await stack.gateway.query(
      '{ __typename integrationProviders { name displayName } }',
    );
    expect(errors).toEqual([]);
    expect(data).toMatchObject({ integrationProviders: { length: integrationNames.length } });
    expect(getPaths(stack)).toEqual([]);
  });

  it('an operation reads all names in parallel', async () => {
    await using stack = await startStack();
    const waiting: (() => void)[] = [];
    for (const name of integrationNames) {
      stack.upstream.on('GET', toPath(name), (_call, response) => {
        waiting.push(() => response.writeHead(200, { 'content-type': 'application/json' }).end('{}'));
        // Upstream responds when all calls have arrived.
        if (waiting.length === integrationNames.length) for (const respond of waiting) respond();
      });
    }
    const { data, errors } = await stack.gateway.query<{ integrations: object[] }, object>(
      '{ integrations { __typename } }',
    );
    expect([errors, data?.integrations.length]).toEqual([[], integrationNames.length]);
  });

  it('an operation shares no reads with the next one of the same caller', async () => {
    await using stack = await startStack();
    configure(stack);
    await stack.gateway.query('{ integration(name: OPENAI) { id } }');
    await stack.gateway.query('{ integration(name: OPENAI) { id } }');
    expect(getPaths(stack)).toHaveLength(2);
  });

  it('a mutation reads once more after the write', async () => {
    await using stack = await startStack();
    configure(stack);
    stack.upstream.on('PUT', toPath('custom'), { json: integrationRecordFixtures.full });
    await stack.gateway.query(`mutation {
      upsertCustomIntegration(input: { endpoint: "e" }) {
        ... on UpsertIntegrationSuccess { integration { id } again: integration { name } }
      }
    }`);
    expect(stack.upstream.calls.map(({ method }) => method)).toEqual(['PUT', 'GET']);
  });
});

describe('integration', () => {
  it('integration is null without an error if it is not configured', async () => {
    await using stack = await startStack();
    configure(stack, ['writer']);
    const { data, errors } = await stack.gateway.query('{ integration(name: WRITER) { id } }');
    expect({ data, errors }).toEqual({ data: { integration: null }, errors: [] });
  });
});

describe('integrations', () => {
  it.each([
    ['omitted', {}],
    ['null', { names: null }],
  ])(
    'integrations returns all configured ones in the order of the enum if names is %s',
    async (_what, variables) => {
      await using stack = await startStack();
      configure(stack, ['databricks', 'writer']);
      const { data, errors } = await stack.gateway.query(list, variables);
      const configured = integrationNames.filter((name) => name !== 'databricks' && name !== 'writer');
      expect(errors).toEqual([]);
      expect(data).toEqual({ integrations: configured.map((name) => ({ name: toEnumName(name) })) });
      expect(getPaths(stack)).toHaveLength(integrationNames.length);
    },
  );

  it('integrations keeps the order of names, and returns a repeated name once, at its first position', async () => {
    await using stack = await startStack();
    configure(stack, ['mistral']);
    const names = ['WRITER', 'OPENAI', 'MISTRAL', 'WRITER', 'AZURE', 'OPENAI'];
    const { data, errors } = await stack.gateway.query(list, { names });
    expect(errors).toEqual([]);
    expect(data).toEqual({ integrations: [{ name: 'WRITER' }, { name: 'OPENAI' }, { name: 'AZURE' }] });
    expect(getPaths(stack)).toHaveLength(4);
  });

  it('integrations is empty for an empty list of names, without a call', async () => {
    await using stack = await startStack();
    const { data, errors } = await stack.gateway.query(list, { names: [] });
    expect({ data, errors }).toEqual({ data: { integrations: [] }, errors: [] });
    expect(getPaths(stack)).toEqual([]);
  });

  it('integrations has a null item only if loading it failed, and the error has its path', async () => {
    await using stack = await startStack({ upstreamRetries: '0' });
    configure(stack, ['mistral']);
    stack.upstream
      .on('GET', toPath('azure'), { status: 500, json: { detail: 'Broken.' } })
      .on('GET', toPath('nvidia'), { json: { name: 'openai' } });
    const names = ['MISTRAL', 'WRITER', 'AZURE', 'OPENAI', 'NVIDIA'];
    const { status, data, errors } = await stack.gateway.query(list, { names });
    expect(status).toBe(200);
    expect(data).toEqual({ integrations: [{ name: 'WRITER' }, null, { name: 'OPENAI' }, null] });
    expect(errors).toHaveLength(2);
    expect(errors).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ path: ['integrations', 1], message: 'Broken.' }),
        expect.objectContaining({ path: ['integrations', 3] }),
      ]),
    );
  });

  it('integrations has only null items, with HTTP 200, if all fail', async () => {
    await using stack = await startStack({ upstreamRetries: '0' });
    for (const name of integrationNames) stack.upstream.on('GET', toPath(name), { status: 401 });
    const { status, data, errors } = await stack.gateway.query(list);
    expect(status).toBe(200);
    expect(data).toEqual({ integrations: integrationNames.map(() => null) });
    expect(errors.map(({ extensions }) => extensions.code)).toEqual(
      integrationNames.map(() => 'UNAUTHENTICATED'),
    );
  });
});

describe('integrationProviders', () => {
  const expected = (names: readonly (typeof integrationNames)[number][], missing: readonly string[]) =>
    names.map((name) => ({
      name: toEnumName(name),
      displayName: providers[name].displayName,
      integration: missing.includes(name) ? null : { name: toEnumName(name) },
    }));

  it.each([
    ['omitted', {}],
    ['null', { names: null }],
  ])(
    'integrationProviders has every provider in the order of the enum if names is %s',
    async (_what, variables) => {
      await using stack = await startStack();
      configure(stack, ['azure', 'writer']);
      const { data, errors } = await stack.gateway.query(listProviders, variables);
      expect(errors).toEqual([]);
      expect(data).toEqual({ integrationProviders: expected(integrationNames, ['azure', 'writer']) });
      expect(getPaths(stack)).toHaveLength(integrationNames.length);
    },
  );

  it('integrationProviders keeps the order of names, and returns a repeated name once', async () => {
    await using stack = await startStack();
    configure(stack, ['azure']);
    const { data } = await stack.gateway.query(listProviders, { names: ['WRITER', 'AZURE', 'WRITER'] });
    expect(data).toEqual({ integrationProviders: expected(['writer', 'azure'], ['azure']) });
  });

  it('integrationProviders is empty for an empty list of names', async () => {
    await using stack = await startStack();
    const { data } = await stack.gateway.query(listProviders, { names: [] });
    expect(data).toEqual({ integrationProviders: [] });
  });

  it('integrationProviders keeps an entry whose integration could not be loaded', async () => {
    await using stack = await startStack();
    configure(stack);
    stack.upstream.on('GET', toPath('azure'), { status: 500, json: { detail: 'Broken.' } });
    const { data, errors } = await stack.gateway.query(listProviders, { names: ['OPENAI', 'AZURE'] });
    expect(data).toMatchObject({
      integrationProviders: [
        { name: 'OPENAI', integration: { name: 'OPENAI' } },
        { name: 'AZURE', displayName: 'Azure', integration: null },
      ],
    });
    expect(errors).toMatchObject([{ path: ['integrationProviders', 1, 'integration'], message: 'Broken.' }]);
  });
});
