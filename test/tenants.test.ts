import { describe, expect, it } from 'vitest';
import type { RecordedCall } from './support/fake-upstream.ts';
import { integrationNames, toPath } from './support/naming.ts';
import { startStack } from './support/stack.ts';

const document = `{
  openai: integration(name: OPENAI) { id ... on OpenAIIntegration { organizationId } }
  integrations(names: [OPENAI, WRITER]) {
    id
    ... on OpenAIIntegration { organizationId }
    ... on WriterIntegration { organizationId }
  }
}`;

/** Credentials of forty tenants, of every kind. Some differ only in one character or in the header. */
const tenants = Array.from({ length: 40 }, (_, index) => {
  const key = `tenant-${index >> 2}`;
  const headers: readonly Readonly<Record<string, string>>[] = [
    { 'galileo-api-key': key },
    { authorization: `Bearer ${key}` },
    { authorization: `Basic ${Buffer.from(`user:${key}`).toString('base64')}` },
    { 'galileo-api-key': key, authorization: `Bearer ${key}x` },
  ];
  return headers[index % 4] ?? {};
});

/** The identity of a tenant for upstream: all of its credentials. */
const getTenant = ({ headers }: Pick<RecordedCall, 'headers'>) =>
  `${headers['galileo-api-key']?.toString()}|${headers.authorization}`;

const expectedOf = (headers: Readonly<Record<string, string>>) => {
  const tenant = getTenant({ headers });
  const openai = { id: `openai ${tenant}`, organizationId: tenant };
  return { openai, integrations: [openai, { id: `writer ${tenant}`, organizationId: tenant }] };
};

describe('forty concurrent tenants', () => {
  it('concurrent tenants each read their own data, with one call per tenant and name, in any order of upstream’s responses', async () => {
    await using stack = await startStack({ upstreamConnections: '128' });
    const { gateway, upstream } = stack;
    const waiting: (() => void)[] = [];
    for (const name of ['openai', 'writer']) {
      upstream.on('GET', toPath(name), (call, response) => {
        const tenant = getTenant(call);
        waiting.push(() =>
          response
            .writeHead(200, { 'content-type': 'application/json' })
            .end(JSON.stringify({ name, id: `${name} ${tenant}`, organization_id: tenant })),
        );
        // When all calls have arrived, the last one gets the first response.
        if (waiting.length === 2 * tenants.length) for (const respond of waiting.reverse()) respond();
      });
    }

    const responses = await Promise.all(tenants.map((headers) => gateway.query(document, {}, headers)));

    expect(responses.map(({ data }) => data)).toEqual(tenants.map(expectedOf));
    expect(upstream.calls).toHaveLength(2 * tenants.length);
    expect(new Set(upstream.calls.map(getTenant)).size).toBe(tenants.length);
  });

  it('concurrent tenants each read their own data despite failures and retries on few sockets', async () => {
    await using stack = await startStack({ upstreamConnections: '3' });
    const { gateway, upstream } = stack;
    const seen = new Set<string>();
    for (const name of ['openai', 'writer']) {
      upstream.on('GET', toPath(name), (call, response) => {
        const tenant = getTenant(call);
        // The first attempt of every tenth tenant fails in one of three ways.
        const isFirst = !seen.has(`${name} ${tenant}`);
        seen.add(`${name} ${tenant}`);
        const number = tenants.findIndex((headers) => getTenant({ headers }) === tenant);
        if (isFirst && number % 10 === 0) {
          if (number % 3 === 0) response.destroy();
          else response.writeHead(number % 3 === 1 ? 502 : 503).end(`a secret of ${tenant}`);
          return;
        }
        response
          .writeHead(200, { 'content-type': 'application/json' })
          .end(JSON.stringify({ name, id: `${name} ${tenant}`, organization_id: tenant }));
      });
    }

    const responses = await Promise.all(tenants.map((headers) => gateway.query(document, {}, headers)));

    expect(responses.map(({ data, errors }) => ({ data, errors }))).toEqual(
      tenants.map((headers) => ({ data: expectedOf(headers), errors: [] })),
    );
  });

  it('a tenant never sees the error of another', async () => {
    await using stack = await startStack();
    const { gateway, upstream } = stack;
    upstream.on('GET', toPath('openai'), (call, response) => {
      const number = tenants.findIndex((headers) => getTenant({ headers }) === getTenant(call));
      response
        .writeHead(number % 2 === 0 ? 403 : 401, { 'content-type': 'application/json' })
        .end(JSON.stringify({ detail: `Number ${number} may not.` }));
    });

    const responses = await Promise.all(
      tenants.map((headers) => gateway.query('{ integration(name: OPENAI) { id } }', {}, headers)),
    );

    const expected = tenants.map((_headers, number) => [
      [number % 2 === 0 ? 'FORBIDDEN' : 'UNAUTHENTICATED', `Number ${number} may not.`],
    ]);
    expect(
      responses.map(({ errors }) => errors.map(({ message, extensions }) => [extensions.code, message])),
    ).toEqual(expected);
  });
});

describe('data that was loaded for one credential', () => {
  it('data that was loaded for one credential is not returned for another, or without one', async () => {
    await using stack = await startStack();
    const { gateway, upstream } = stack;
    for (const name of integrationNames) {
      upstream.on('GET', toPath(name), (call, response) => {
        const reply = JSON.stringify({ name, base_url: 'u', id: `id of ${getTenant(call)}` });
        response.writeHead(200, { 'content-type': 'application/json' }).end(reply);
      });
    }
    const query = '{ integrations { id } }';
    const first = await gateway.query(query, {}, { 'galileo-api-key': 'one' });
    const second = await gateway.query(query, {}, { 'galileo-api-key': 'two' });
    const none = await gateway.query(query, {}, {});

    expect(first.text).toContain('id of one');
    expect(second.text).toContain('id of two');
    expect(second.text).not.toContain('id of one');
    expect(none.text).not.toContain('id of');
    expect(upstream.calls).toHaveLength(2 * integrationNames.length);
  });
});
