import { getHeapStatistics } from 'node:v8';
import { describe, expect, it } from 'vitest';
import { appendChunk, getContent } from '../src/chunks.ts';
import { estimateParsedBytes, MemoryBudget, Reservation } from '../src/memory.ts';
import { type FakeUpstream, startFakeUpstream } from './support/fake-upstream.ts';
import { startGateway } from './support/gateway.ts';

const id = '00000000-0000-4000-8000-000000000005';
const paths = {
  read: '/v2/integrations/custom',
  delete: '/integrations/custom',
  list: '/v2/integrations/openai',
};

/** Sends a large response with that status to every call for the custom integration. */
async function startLargeUpstream(status: number): Promise<FakeUpstream> {
  const upstream = await startFakeUpstream();
  // 12 MB when it is parsed.
  const list = Array.from({ length: 150_000 }, () => ({}));
  const reply = { status, json: { id, name: 'custom', detail: list, extra: { list } } };
  upstream.on('GET', paths.read, reply).on('PUT', paths.read, reply);
  upstream.on('DELETE', paths.delete, reply);
  return upstream.on('GET', paths.list, { json: { id, name: 'openai' } });
}

const settings = { maxBufferedBytes: '4000000' };
const write = 'mutation { upsertCustomIntegration(input: { endpoint: "e" }) { __typename } }';

describe('a response from Galileo that does not fit into MAX_BUFFERED_BYTES', () => {
  it('a response from Galileo that does not fit into MAX_BUFFERED_BYTES fails the field that reads it as OVERLOADED, and no other', async () => {
    await using upstream = await startLargeUpstream(200);
    await using gateway = await startGateway(upstream.url, settings);
    const { status, data, errors } = await gateway.query(
      '{ custom: integration(name: CUSTOM) { id } openai: integration(name: OPENAI) { id } }',
    );
    expect({ status, data }).toEqual({ status: 200, data: { custom: null, openai: { id } } });
    expect(errors).toHaveLength(1);
    expect(errors[0]?.extensions).toMatchObject({ code: 'OVERLOADED', retryable: true });
    expect(upstream.callsTo('GET', paths.read)).toHaveLength(1);
    await expect.poll(() => gateway.usage).toEqual({ requests: 0, bytes: 0 });
  });

  it('a response from Galileo that does not fit into MAX_BUFFERED_BYTES leaves the outcome of a write unknown, with a message that says why', async () => {
    await using upstream = await startLargeUpstream(200);
    await using gateway = await startGateway(upstream.url, settings);
    const { errors } = await gateway.query(write);
    expect(errors[0]?.extensions).toMatchObject({ code: 'UPSTREAM_OUTCOME_UNKNOWN', retryable: false });
    expect(errors[0]?.message).toContain('no memory left to read the response');
    expect(upstream.callsTo('PUT', paths.read)).toHaveLength(1);
    await expect.poll(() => gateway.usage).toEqual({ requests: 0, bytes: 0 });
  });

  it('if there is no memory left to plan the fields of the result of a mutation, the response says that the mutation was executed', async () => {
    const codes = new Set<string>();
    for (let maxBufferedBytes = 6_000; maxBufferedBytes < 14_000; maxBufferedBytes += 200) {
      await using upstream = await startLargeUpstream(200);
      await using gateway = await startGateway(upstream.url, { maxBufferedBytes: String(maxBufferedBytes) });
      const { text, errors } = await gateway.query('mutation { deleteIntegration(name: CUSTOM) { name } }');
      const isSent = upstream.callsTo('DELETE', paths.delete).length > 0;
      if (isSent && errors.length > 0) {
        expect(errors[0]?.extensions).not.toHaveProperty('retryable', true);
        expect(text).toContain('The mutation was executed');
      }
      codes.add(`${isSent} ${errors[0]?.extensions.code ?? 'none'}`);
      await expect.poll(() => gateway.usage).toEqual({ requests: 0, bytes: 0 });
    }
    expect([...codes]).toEqual(['false OVERLOADED', 'true OVERLOADED', 'true none']);
  });

  it('a deletion succeeds if its 2xx response does not fit into MAX_BUFFERED_BYTES', async () => {
    await using upstream = await startLargeUpstream(200);
    await using gateway = await startGateway(upstream.url, settings);
    const { data, errors } = await gateway.query('mutation { deleteIntegration(name: CUSTOM) { name } }');
    expect({ data, errors }).toEqual({ data: { deleteIntegration: { name: 'CUSTOM' } }, errors: [] });
    await expect.poll(() => gateway.usage).toEqual({ requests: 0, bytes: 0 });
  });

  it('a response from Galileo that does not fit into MAX_BUFFERED_BYTES keeps the status of an error', async () => {
    await using upstream = await startLargeUpstream(422);
    await using gateway = await startGateway(upstream.url, settings);
    const { data, errors } = await gateway.query(write);
    expect(errors).toEqual([]);
    expect(data).toEqual({ upsertCustomIntegration: { __typename: 'IntegrationValidationFailure' } });
  });

  it('a response from Galileo that does not fit into MAX_BUFFERED_BYTES fails the read as OVERLOADED if it is a 404', async () => {
    await using upstream = await startLargeUpstream(404);
    await using gateway = await startGateway(upstream.url, settings);
    const { errors } = await gateway.query('{ integration(name: CUSTOM) { id } }');
    expect(errors.map(({ extensions }) => extensions.code)).toEqual(['OVERLOADED']);
  });
});

it('a read is cancelled if the response is complete without it', async () => {
  await using upstream = await startFakeUpstream();
  upstream.on('GET', '/v2/integrations/azure', { json: { id, name: 'azure', api_version: 5 } });
  await using gateway = await startGateway(upstream.url);
  // The value does not fit the non-null `apiVersion`, so `integration` is null before its users are loaded.
  const { data, errors } = await gateway.query(
    '{ integration(name: AZURE) { users { nodes { email } } ... on AzureIntegration { apiVersion } } }',
  );
  expect(data).toEqual({ integration: null });
  expect(errors).toHaveLength(1);
  await gateway.query('{ integration(name: AZURE) { id } }');
  expect(upstream.calls.map(({ path }) => path)).toEqual(Array(2).fill('/v2/integrations/azure'));
  await expect.poll(() => gateway.usage).toEqual({ requests: 0, bytes: 0 });
});

it('a read is cancelled if the response is too large without it', async () => {
  await using upstream = await startFakeUpstream();
  const closed = new Promise<void>((resolve) => {
    upstream.on('GET', '/v2/integrations/openai', (_call, response) => void response.on('close', resolve));
  });
  upstream.on('GET', '/v2/integrations/azure', async (_call, response) => {
    await expect.poll(() => upstream.calls).toHaveLength(2);
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ id, name: 'azure', extra: { long: 'x'.repeat(2000) } }));
  });
  await using gateway = await startGateway(upstream.url, {
    maxResponseBytes: '1000',
    upstreamTimeoutMs: '60000',
  });
  const { errors } = await gateway.query(
    '{ integration(name: AZURE) { extra } openai: integration(name: OPENAI) { id } }',
  );
  expect(errors.map(({ extensions }) => extensions.code)).toEqual(['QUERY_TOO_COMPLEX']);
  await closed;
  await expect.poll(() => gateway.usage).toEqual({ requests: 0, bytes: 0 });
});

it('a document that no request uses is not counted, even if it grows', () => {
  const budget = new MemoryBudget(1000);
  const document = { bytes: 100, useCount: 0, heldBytes: 0 };
  const reservation = new Reservation(budget);
  reservation.takeShared(document);
  reservation.releaseShared(document);
  document.bytes = 200;
  expect(reservation.growShared(document)).toBe(true);
  expect(budget.bytes).toBe(0);
});

describe('the estimate of parsed JSON', () => {
  const repeat = (count: number, toItem: (index: number) => string) =>
    Array.from({ length: count }, (_, index) => toItem(index)).join();
  // In bytes, measured with process.memoryUsage() on Node 20.20.
  it.for<readonly [shape: string, json: string, measured: number]>([
    ['empty objects', `[${repeat(10_000, () => '{}')}]`, 640_000],
    ['empty arrays', `[${repeat(10_000, () => '[]')}]`, 400_000],
    ['nested arrays', `[${repeat(100, () => `${'['.repeat(100)}${']'.repeat(100)}`)}]`, 554_000],
    ['nested objects', `[${repeat(100, () => `${'{"a":'.repeat(50)}1${'}'.repeat(50)}`)}]`, 160_000],
    ['objects with unique keys', `[${repeat(10_000, (index) => `{"k${index}":1}`)}]`, 1_500_000],
    ['objects with an index as key', `[${repeat(10_000, () => '{"999":1}')}]`, 2_080_000],
    ['one object with unique keys', `{${repeat(10_000, (index) => `"k${index}":{}`)}}`, 1_200_000],
    ['long keys', `{${repeat(100, (index) => `"${'k'.repeat(1000)}${index}":1`)}}`, 101_000],
    ['short strings', `[${repeat(10_000, (index) => `"${index % 10}"`)}]`, 80_000],
    ['numbers among other values', `["",${repeat(10_000, () => '9e9')}]`, 240_000],
    ['small integers', `[${repeat(10_000, () => '1')}]`, 80_000],
    ['a long string', `"${'x'.repeat(100_000)}"`, 100_000],
    ['a long string that is not Latin-1', `"€${'x'.repeat(100_000)}"`, 200_000],
    ['a long string with an escape', `"\\u20ac${'x'.repeat(100_000)}"`, 200_000],
  ])('the estimate of parsed JSON is not below the memory of %s', ([, json, measured]) => {
    expect(estimateParsedBytes(Buffer.from(json))).toBeGreaterThanOrEqual(measured);
  });
});

describe('the memory of a request', () => {
  it('memory that several requests share is counted once, until the last request releases it', () => {
    const budget = new MemoryBudget(1000);
    const [one, two] = [new Reservation(budget), new Reservation(budget)];
    const shared = { bytes: 600, useCount: 0, heldBytes: 0 };
    expect(one.takeShared(shared)).toBe(true);
    expect(two.takeShared(shared)).toBe(true);
    expect(two.take(500)).toBe(false);
    expect(budget.bytes).toBe(600);
    shared.bytes = 900;
    expect(one.growShared(shared)).toBe(true);
    one.releaseShared(shared);
    expect(budget.bytes).toBe(900);
    two.releaseShared(shared);
    expect(budget.bytes).toBe(0);
  });

  it('a request that has ended takes no memory', () => {
    const budget = new MemoryBudget(1000);
    const reservation = new Reservation(budget);
    expect(reservation.take(800)).toBe(true);
    reservation.close();
    expect(reservation.take(5000)).toBe(true);
    reservation.release(5000);
    expect(budget.bytes).toBe(0);
  });

  it('a release of more than is held releases only what is held', () => {
    const budget = new MemoryBudget(1000);
    const [one, two] = [new Reservation(budget), new Reservation(budget)];
    one.take(100);
    two.take(200);
    one.release(50);
    one.release(100);
    expect(budget.bytes).toBe(200);
  });

  it('JSON that does not fit the heap is refused only if an eighth of MAX_BUFFERED_BYTES is held', () => {
    const budget = new MemoryBudget(2 ** 50);
    const reservation = new Reservation(budget);
    // Each bracket counts 64 bytes.
    const json = Buffer.alloc(Math.ceil(getHeapStatistics().heap_size_limit / 64), '[');
    expect(reservation.replaceWithParsed(json)).toBeGreaterThan(64 * json.length);
    reservation.take(2 ** 47);
    expect(reservation.replaceWithParsed(json)).toBeUndefined();
  });

  it('short JSON counts with the highest factor, without a scan, only while half of the memory is free', () => {
    const budget = new MemoryBudget(10_000);
    const reservation = new Reservation(budget);
    const json = Buffer.from(`"${'x'.repeat(98)}"`);
    const takeAnother = () => {
      const before = budget.bytes;
      reservation.take(json.length);
      reservation.replaceWithParsed(json);
      return budget.bytes - before;
    };
    expect([takeAnother(), takeAnother()]).toEqual([3200, 100]);
  });
});

describe('the chunks of a body', () => {
  it('the chunks of a body are joined in their order', () => {
    const text = 'abcdefghijklmnopqrstuvwxyz'.repeat(40);
    for (const size of [1, 2, 7, 100, 5000]) {
      let bytes: Buffer | undefined;
      let length = 0;
      for (let start = 0; start < text.length; start += size) {
        const chunk = Buffer.from(text.slice(start, start + size));
        bytes = appendChunk(bytes, length, chunk);
        length += chunk.length;
      }
      expect(getContent(bytes, length).toString()).toBe(text);
    }
    expect(getContent(undefined, 0)).toHaveLength(0);
  });
});
