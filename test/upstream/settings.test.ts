import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { describe, expect, test } from 'vitest';
import { version } from '../../src/package.ts';
import { send } from '../support/http-client.ts';
import { toPath } from '../support/naming.ts';
import { startProgram } from '../support/program.ts';
import { startStack } from '../support/stack.ts';
import { findProgram, startTinyproxy } from './support/programs.ts';
import { localhostCertificate, startScriptedUpstream } from './support/scripted-upstream.ts';

const document = '{ integration(name: OPENAI) { id } }';
const tinyproxy = findProgram('tinyproxy');

describe('every upstream request of the gateway', () => {
  test('every upstream request has the headers of UPSTREAM_HEADERS and the User-Agent of the gateway', async () => {
    const upstreamHeaders = JSON.stringify({ 'X-Gateway-Key': 'operator-secret', 'x-team': 'Llm Team' });
    await using stack = await startStack({ upstreamHeaders });
    stack.upstream
      .on('GET', toPath('openai'), { json: { name: 'openai' } })
      .on('PUT', toPath('custom'), { status: 422, json: { detail: [] } });
    await stack.gateway.query(
      document,
      {},
      { 'galileo-api-key': 'k', 'user-agent': 'client', 'x-gateway-key': 'client', 'x-team': 'client' },
    );
    await stack.gateway.query(
      'mutation { upsertCustomIntegration(input: { endpoint: "e" }) { __typename } }',
    );
    expect(stack.upstream.calls.map(({ method }) => method)).toEqual(['GET', 'PUT']);
    for (const { headers } of stack.upstream.calls) {
      expect(headers).toMatchObject({
        'x-gateway-key': 'operator-secret',
        'x-team': 'Llm Team',
        'user-agent': `galileo-gateway/${version}`,
      });
    }
  });

  test('no log line and no message shows a value of UPSTREAM_HEADERS that upstream echoes', async () => {
    await using stack = await startStack({ upstreamHeaders: '{"x-gateway-key":"operator-secret"}' });
    stack.upstream.on('GET', toPath('openai'), {
      status: 403,
      json: { detail: 'The key operator-secret is not known.' },
    });
    const { errors, text } = await stack.gateway.query(document);
    expect(errors[0]?.message).toBe('The key [redacted] is not known.');
    expect(text + stack.gateway.log.join('')).not.toContain('operator-secret');
  });

  test('no permission shows a value of UPSTREAM_HEADERS in its message', async () => {
    await using stack = await startStack({ upstreamHeaders: '{"x-gateway-key":"operator-secret"}' });
    const message = 'The key operator-secret may not share.';
    const json = { name: 'openai', permissions: [{ action: 'share', allowed: false, message }] };
    stack.upstream.on('GET', '/integrations', { json: [json] });
    const { text } = await stack.gateway.query('{ integrationRecords { permissions { message } } }');
    expect(text).toContain('The key [redacted] may not share.');
  });

  test('an ordinary word among the values of UPSTREAM_HEADERS changes no data, no message from the gateway and no log line', async () => {
    await using stack = await startStack({ upstreamHeaders: '{"x-team":"Support","x-scheme":"https"}' });
    stack.upstream
      .on('GET', toPath('openai'), { json: { name: 'openai' } })
      .on('GET', `${toPath('openai')}/status`, { json: { endpoint: 'https://llm.example.com' } });
    const { data } = await stack.gateway.query(
      'query SupportPage { integration(name: OPENAI) { status { value } } }',
    );
    expect(data).toEqual({ integration: { status: [{ value: 'https://llm.example.com' }] } });
    await expect.poll(() => stack.gateway.log.join('')).toContain('"operationName":"SupportPage"');
    const response = await fetch(stack.gateway.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"ab"}}}',
    });
    expect(await response.text()).toContain('"PersistedQueryNotSupported"');
  });

  test('messages from Galileo stay readable after thousands of them were searched for values of UPSTREAM_HEADERS', async () => {
    await using stack = await startStack({ upstreamHeaders: '{"x-gateway-key":"operator-secret"}' });
    const msg = 'This endpoint is not reachable. '.repeat(20);
    const detail = Array.from({ length: 1000 }, () => ({
      loc: ['body', 'endpoint'],
      msg,
      type: 'value_error',
    }));
    stack.upstream.on('PUT', toPath('custom'), { status: 422, json: { detail } });
    for (let round = 0; round < 20; round += 1) {
      const { text } = await stack.gateway.query(
        'mutation { upsertCustomIntegration(input: { endpoint: "e" }) { ... on IntegrationValidationFailure { issues { message } } } }',
      );
      expect(text).toContain('This endpoint is not reachable.');
      expect(text).not.toContain('[redacted]');
    }
  });

  test.skipIf(tinyproxy === undefined)(
    'every upstream request is sent through HTTP_PROXY, unless NO_PROXY lists upstream',
    async () => {
      await using proxy = await startTinyproxy(tinyproxy ?? '', 'operator p4ssword');
      const httpProxy = `http://operator:p4ssword@127.0.0.1:${proxy.port}`;
      for (const noProxy of ['elsewhere.test', '127.0.0.1']) {
        await using stack = await startStack({ httpProxy, noProxy });
        stack.upstream.on('GET', toPath('openai'), { json: { name: 'openai', id: 'i' } });
        const { data } = await stack.gateway.query(document);
        expect(data).toEqual({ integration: { id: 'i' } });
        const { host } = new URL(stack.upstream.url);
        expect(proxy.readLog().includes(`CONNECT ${host}`)).toBe(noProxy !== '127.0.0.1');
        expect(stack.gateway.log.join('')).not.toContain('p4ssword');
      }
    },
  );
});

test('NODE_EXTRA_CA_CERTS and UPSTREAM_CA_FILE are both trusted', async () => {
  const [otherCa = ''] = rootCertificates;
  const directory = await mkdtemp(join(tmpdir(), 'certificates-'));
  await using upstream = await startScriptedUpstream({ tls: true });
  try {
    const files = { own: join(directory, 'own.pem'), other: join(directory, 'other.pem') };
    await writeFile(files.own, localhostCertificate);
    await writeFile(files.other, otherCa);
    for (const [extra, file] of [
      [files.own, files.other],
      [files.other, files.own],
    ] as const) {
      await using program = startProgram(['serve'], {
        PORT: '0',
        GALILEO_API_URL: upstream.origin.href,
        NODE_EXTRA_CA_CERTS: extra,
        UPSTREAM_CA_FILE: file,
      });
      const url = await program.waitFor(/"url":"([^"]+)"/);
      await send(url, {
        headers: { 'content-type': 'application/json', 'galileo-api-key': 'k' },
        body: JSON.stringify({ query: document }),
      });
      expect(upstream.exchanges).toHaveLength(file === files.other ? 1 : 2);
    }
  } finally {
    await rm(directory, { recursive: true });
  }
});

test('one caller that floods a slow upstream does not keep another caller waiting', async () => {
  await using stack = await startStack({ upstreamConnections: '4', upstreamRetries: '0' });
  stack.upstream.on('GET', toPath('openai'), (_call, response) => {
    setTimeout(
      () => response.writeHead(200, { 'content-type': 'application/json' }).end('{"name":"openai"}'),
      50,
    );
  });
  const flood = Array.from({ length: 200 }, () =>
    stack.gateway.query(document, {}, { 'galileo-api-key': 'flood' }),
  );
  let isFloodServed = false;
  const flooded = Promise.all(flood).then(() => {
    isFloodServed = true;
  });
  for (let count = 0; count < 5; count += 1) {
    const { errors } = await stack.gateway.query(document, {}, { 'galileo-api-key': 'victim' });
    expect(errors).toEqual([]);
  }
  expect(isFloodServed).toBe(false);
  await flooded;
});
