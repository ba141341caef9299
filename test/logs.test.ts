import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { networkInterfaces } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { startFakeUpstream } from './support/fake-upstream.ts';
import { startGateway, type TestGateway } from './support/gateway.ts';
import { startProgram } from './support/program.ts';

const path = '/v2/integrations/openai';
const integration = { id: '0b1f0a2e-4d0c-4f35-9f0b-6a7b1f0a2e4d', name: 'openai' };
const query = 'query ReadOne($name: IntegrationName!) { integration(name: $name) { id } }';
const key = 'sk-the-callers-own-key';
const headers = { 'Galileo-API-Key': key, 'x-request-id': 'request-1' };

const parse = (lines: readonly string[]): Record<string, unknown>[] =>
  lines.map((line) => JSON.parse(line) as Record<string, unknown>);

const getLines = (gateway: TestGateway, message: string) =>
  parse(gateway.log).filter(({ msg }) => msg === message);

describe('a request', () => {
  it('a request is one log line with its id, operation, hash, status, outcome and time', async () => {
    await using upstream = await startFakeUpstream();
    upstream.on('GET', path, { json: integration });
    await using gateway = await startGateway(upstream.url);
    await gateway.query(query, { name: 'OPENAI' }, headers);
    expect(getLines(gateway, 'request')).toEqual([
      {
        level: 'info',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) as string,
        requestId: 'request-1',
        clientAddress: '127.0.0.1',
        operationType: 'query',
        operationName: 'ReadOne',
        documentHash: createHash('sha256').update(query).digest('hex'),
        status: 200,
        outcome: 'ok',
        durationMs: expect.any(Number) as number,
        msg: 'request',
      },
    ]);
  });

  it.each([
    [undefined, '203.0.113.7, 10.1.2.3', '127.0.0.1'],
    ['loopback', '203.0.113.7, 10.1.2.3', '10.1.2.3'],
    ['loopback,private', '198.51.100.1, 203.0.113.7, 10.1.2.3', '203.0.113.7'],
    ['127.0.0.1,10.1.2.0/24', '[2001:db8::1]:5000, 10.1.2.3:80', '2001:db8::1'],
    ['loopback', '203.0.113.7, ,', '203.0.113.7'],
    ['loopback', 'not an address', '127.0.0.1'],
    ['loopback', '203.0.113.7, nonsense', '127.0.0.1'],
    ['loopback', '::ffff:203.0.113.7', '203.0.113.7'],
    ['loopback', 'fe80::1%eth0', 'fe80::1'],
    ['192.0.2.1', '203.0.113.7', '127.0.0.1'],
  ])(
    'with TRUST_PROXY=%s and X-Forwarded-For: %s, the log has the client address %s',
    async (trustProxy, forwarded, client) => {
      await using upstream = await startFakeUpstream();
      await using gateway = await startGateway(upstream.url, trustProxy === undefined ? {} : { trustProxy });
      await gateway.query('{ __typename }', {}, { 'x-forwarded-for': forwarded });
      expect(getLines(gateway, 'request')).toMatchObject([{ clientAddress: client }]);
    },
  );

  const hasIpv6 = Object.values(networkInterfaces()).some((list) =>
    list?.some(({ family }) => family === 'IPv6'),
  );
  it.skipIf(!hasIpv6)('on HOST=::, an IPv4 client has its IPv4 address in the log', async () => {
    await using upstream = await startFakeUpstream();
    await using gateway = await startGateway(upstream.url, { host: '::' });
    await fetch(`${gateway.url.replace('[::]', '127.0.0.1')}?query=%7B__typename%7D`);
    expect(getLines(gateway, 'request')).toMatchObject([{ clientAddress: '127.0.0.1' }]);
  });

  it('a request has the same log line with and without plugins', async () => {
    await using upstream = await startFakeUpstream();
    upstream.on('GET', path, { json: integration });
    const settings = { corsOrigins: 'https://app.example.com' };
    const lines: string[] = [];
    for (const plugins of [[], [{}]]) {
      await using gateway = await startGateway(upstream.url, settings, { plugins });
      const search = new URLSearchParams({ query, variables: '{"name":"OPENAI"}' });
      await fetch(`${gateway.url}?${search}`, { headers });
      await gateway.query(query, { name: 'OPENAI' }, { ...headers, origin: settings.corsOrigins });
      await gateway.query(query, { name: 'OPENAI' }, headers);
      for (const line of getLines(gateway, 'request'))
        lines.push(JSON.stringify({ ...line, time: '', durationMs: 0 }));
    }
    expect(lines).toHaveLength(6);
    expect(new Set(lines).size).toBe(1);
  });

  it('an error that is its own cause is logged with at most five causes', async () => {
    await using upstream = await startFakeUpstream();
    const error = new Error('no');
    error.cause = error;
    const onRequest = () => {
      throw error;
    };
    await using gateway = await startGateway(upstream.url, {}, { plugins: [{ onRequest }] });
    expect((await gateway.query('{ __typename }')).status).toBe(500);
    expect(JSON.stringify(getLines(gateway, 'internal error')).match(/"cause":/g)).toHaveLength(5);
  });

  it('the log contains no document, variables or credentials', async () => {
    await using upstream = await startFakeUpstream();
    upstream.on('GET', path, { json: integration });
    await using gateway = await startGateway(upstream.url);
    await gateway.query(query, { name: 'OPENAI', other: 'a-variable' }, headers);
    await gateway.query('{ nonsense(secret: "in-the-document") }', {}, { authorization: `Bearer ${key}` });
    const text = gateway.log.join('');
    for (const secret of [key, 'a-variable', 'in-the-document', 'nonsense', 'integration(name']) {
      expect(text).not.toContain(secret);
    }
  });

  it.each([
    ['{ nonsense }', 'info', 'client_error', 'GRAPHQL_VALIDATION_FAILED'],
    ['{ integration(name: OPENAI) { id } }', 'warn', 'upstream_error', 'UPSTREAM_ERROR'],
    [
      '{ a: integration(name: AZURE) { id } b: integration(name: MISTRAL) { id } }',
      'warn',
      'upstream_error',
      'OVERLOADED',
    ],
  ])(
    'the log line of a failed request (%s) has the level %s, the outcome and the codes',
    async (document, level, outcome, code) => {
      await using upstream = await startFakeUpstream();
      upstream.on('GET', path, { status: 500, json: {} });
      upstream.on('GET', '/v2/integrations/azure', { status: 404, json: { detail: 'no' } });
      // Two calls do not fit.
      await using gateway = await startGateway(upstream.url, {
        upstreamConnections: '1',
        upstreamQueue: '0',
      });
      await gateway.query(document);
      expect(getLines(gateway, 'request')).toMatchObject([{ level, outcome, codes: [code] }]);
    },
  );

  it('the log line of a shed request has the level warn', async () => {
    await using upstream = await startFakeUpstream();
    await using gateway = await startGateway(upstream.url, { maxConcurrentRequests: '1' });
    // Completed after a second request was refused.
    upstream.on('GET', path, async (_call, response) => {
      await gateway.query('{ __typename }');
      response.writeHead(404, { 'content-type': 'application/json' }).end('{"detail":"not found"}');
    });
    await gateway.query(query, { name: 'OPENAI' });
    expect(getLines(gateway, 'request')).toMatchObject([
      { level: 'warn', status: 503, outcome: 'shed', codes: ['OVERLOADED'] },
      { level: 'info', status: 200, outcome: 'ok' },
    ]);
  });

  it('the log line of a request whose client disconnects has no status, and that of its upstream call has the level debug', async () => {
    await using upstream = await startFakeUpstream();
    const caller = new AbortController();
    upstream.on('GET', path, () => caller.abort());
    await using gateway = await startGateway(upstream.url);
    const body = JSON.stringify({ query, variables: { name: 'OPENAI' } });
    await fetch(gateway.url, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body,
      signal: caller.signal,
    }).catch(() => {});
    await gateway.drain();
    const [line] = getLines(gateway, 'request');
    expect(line).toMatchObject({ level: 'info', outcome: 'cancelled' });
    expect(line).not.toHaveProperty('status');
    expect(getLines(gateway, 'upstream call')).toMatchObject([{ level: 'debug', failure: 'cancelled' }]);
  });

  it('the name of an operation cannot inject data into the log', async () => {
    await using upstream = await startFakeUpstream();
    await using gateway = await startGateway(upstream.url);
    const send = (operationName: string, apiKey = 'another') =>
      fetch(gateway.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'Galileo-API-Key': apiKey },
        body: JSON.stringify({ query: '{ __typename }', operationName }),
      });
    await send('"}\n{"level":"fatal"\u001b[2J');
    await send('x'.repeat(200));
    // Longer than what is searched for secrets.
    await send('x'.repeat(100_000));
    await send('my_key_is_verysecretkey', 'verysecretkey');
    const names = getLines(gateway, 'request').map(({ operationName }) => operationName);
    expect(names).toEqual(['?????level???fatal???2J', 'x'.repeat(100), '[redacted]', '[redacted]']);
  });

  it('requests for GraphiQL and probes are not logged', async () => {
    await using upstream = await startFakeUpstream();
    await using gateway = await startGateway(upstream.url);
    await fetch(new URL('/livez', gateway.url));
    await fetch(gateway.url, { headers: { accept: 'text/html' } });
    expect(getLines(gateway, 'request')).toEqual([]);
  });
});

describe('an upstream call', () => {
  it('an upstream call is a log line of level debug with provider, status, attempts and the time of all attempts', async () => {
    await using upstream = await startFakeUpstream();
    upstream.on('GET', path, { json: integration }).once('GET', path, async (_call, response) => {
      await wait(200);
      response.writeHead(503).end();
    });
    await using gateway = await startGateway(upstream.url);
    await gateway.query(query, { name: 'OPENAI' }, headers);
    const lines = getLines(gateway, 'upstream call');
    expect(lines).toMatchObject([
      {
        level: 'debug',
        requestId: 'request-1',
        method: 'GET',
        provider: 'openai',
        status: 200,
        attempts: 2,
      },
    ]);
    expect(lines[0]?.['durationMs']).toBeGreaterThan(190);
  });

  it.each([
    [500, 'warn'],
    [403, 'debug'],
    [404, 'debug'],
  ])('an upstream call with the response %i is logged at level %s', async (status, level) => {
    await using upstream = await startFakeUpstream();
    upstream.on('GET', path, { status, json: { detail: `${key} is not welcome` } });
    await using gateway = await startGateway(upstream.url);
    await gateway.query(query, { name: 'OPENAI' }, headers);
    expect(getLines(gateway, 'upstream call')).toMatchObject([{ level, status, attempts: 1 }]);
    expect(gateway.log.join('')).not.toContain(key);
  });

  it('the log line of an upstream call without a response has the reason', async () => {
    await using gateway = await startGateway('http://127.0.0.1:1', { upstreamRetries: '1' });
    await gateway.query(query, { name: 'OPENAI' });
    expect(getLines(gateway, 'upstream call')).toMatchObject([
      {
        level: 'warn',
        attempts: 2,
        failure: 'UPSTREAM_UNAVAILABLE',
        reason: expect.stringContaining('ECONNREFUSED') as string,
      },
    ]);
  });
});

describe('the program', () => {
  it('the log line of the start has the address, the upstream and the enabled features, and every line is written before the exit', async () => {
    await using program = startProgram(['serve'], {
      PORT: '0',
      GALILEO_API_URL: 'http://127.0.0.1:1/base/',
      GRAPHIQL: 'off',
    });
    const url = await program.waitFor(/"url":"([^"]+)"/);
    await Promise.all(
      Array.from({ length: 100 }, async () => {
        const response = await fetch(url, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: '{"query":"{ __typename }"}',
        });
        await response.text();
      }),
    );
    program.process.kill('SIGTERM');
    expect(await program.exit).toBe(0);
    const lines = parse(program.stdout.trimEnd().split('\n'));
    expect(lines[0]).toMatchObject({
      level: 'info',
      msg: 'listening',
      url,
      upstream: 'http://127.0.0.1:1/base/',
      graphiql: false,
      introspection: true,
      metrics: 'off',
      traces: false,
      workers: 1,
    });
    expect(lines.filter(({ msg }) => msg === 'request')).toHaveLength(100);
    expect(lines.at(-1)).toMatchObject({ msg: 'ended' });
  });

  it('uncaught exceptions and rejections are logged without their messages, and the process exits with 1', async () => {
    const script = `process.on('SIGUSR2', () => {
      const secret = process.env.SECRET;
      Promise.reject(new RangeError(secret));
      throw Object.assign(new TypeError('a\\n    at ' + secret), { input: secret });
    });`;
    await using program = startProgram(['serve'], {
      PORT: '0',
      SECRET: key,
      NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(script)}`,
    });
    await program.waitFor(/"listening"/);
    program.process.kill('SIGUSR2');
    expect(await program.exit).toBe(1);
    expect(program.stdout).toContain('"type":"TypeError"');
    expect(program.stdout).toContain('"type":"RangeError"');
    expect(program.stdout + program.stderr).not.toContain(key);
  });

  it('the log of an internal error has its stack and its cause, for any thrown value', async () => {
    const script = `process.on('SIGUSR2', () => {
      const secret = process.env.SECRET;
      Promise.reject(secret);
      throw new Error(secret, { cause: Object.assign(new Error(secret), { code: 'ERR_BEHIND' }) });
    });`;
    await using program = startProgram(['serve'], {
      PORT: '0',
      SECRET: key,
      NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(script)}`,
    });
    await program.waitFor(/"url":"([^"]+)"/);
    program.process.kill('SIGUSR2');
    expect(await program.exit).toBe(1);
    const lines = parse(program.stdout.trimEnd().split('\n'));
    expect(lines.filter(({ msg }) => String(msg).startsWith('unhandled rejection'))).toMatchObject([
      { error: { type: 'string' } },
    ]);
    expect(lines.filter(({ msg }) => String(msg).startsWith('uncaught exception'))).toMatchObject([
      {
        error: {
          type: 'Error',
          stack: expect.stringMatching(/^at /) as string,
          cause: { type: 'Error', code: 'ERR_BEHIND' },
        },
      },
    ]);
    expect(program.stdout + program.stderr).not.toContain(key);
  });

  it.skipIf(process.platform !== 'linux')('the log is readable on a terminal', async () => {
    // `script` gives it a terminal. Its standard input is the keyboard.
    const command = `exec ${process.execPath} dist/main.js serve --port 0`;
    const terminal = spawn('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
      env: { PATH: process.env['PATH'] },
    });
    let text = '';
    terminal.stdout.on('data', (chunk: Buffer) => {
      const isNew = !text.includes('listening');
      text += chunk.toString();
      if (isNew && text.includes('listening')) terminal.stdin.write('\u0003');
    });
    expect(await once(terminal, 'close')).toEqual([0, null]);
    expect(text).toMatch(/^\[.+\] .*INFO.*: .*listening/m);
    expect(text).not.toContain('"msg"');
  });
});
