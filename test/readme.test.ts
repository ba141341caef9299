import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { startSandbox } from '../sandbox/server.ts';
import { startGateway } from './support/gateway.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const [example = '', mutation = ''] = [...readme.matchAll(/^```graphql\n(.*?)^```/gms)].map(
  ([, document = '']) => document,
);
const [, curlBody = ''] = /-d '(\{"query".*\})'/.exec(readme) ?? [];
const demoKey = { 'Galileo-API-Key': 'demo-key' };

it('the queries of the README run in the demo', async () => {
  await using sandbox = await startSandbox({ port: 0 });
  await using gateway = await startGateway(sandbox.url);
  const { query } = JSON.parse(curlBody) as { query: string };
  for (const document of [example, query]) {
    const { data, errors } = await gateway.query<Record<string, unknown>, object>(document, {}, demoKey);
    expect(errors).toEqual([]);
    expect(Object.values(data ?? {})).not.toContain(null);
  }
});

it('the mutation of the README fails validation at maxFiles, and succeeds with the value in the README', async () => {
  await using sandbox = await startSandbox({ port: 0 });
  await using gateway = await startGateway(sandbox.url);
  const failed = await gateway.query<Record<string, { issues: unknown[] }>, object>(mutation, {}, demoKey);
  expect(failed.errors).toEqual([]);
  expect(failed.data?.['upsertCustomIntegration']?.issues).toEqual([
    expect.objectContaining({ path: ['input', 'multiModalConfig', 'maxFiles'] }),
  ]);
  expect(readme).toContain('`["input", "multiModalConfig", "maxFiles"]`');
  const corrected = mutation.replace('maxFiles: 0', 'maxFiles: 1');
  expect(readme).toContain('`maxFiles: 1`');
  const stored = await gateway.query<Record<string, object>, object>(corrected, {}, demoKey);
  expect(stored.errors).toEqual([]);
  expect(stored.data?.['upsertCustomIntegration']).toHaveProperty('record');
});
