import { describe, expect, test } from 'vitest';
import { Deadline } from '../../src/deadline.ts';
import {
  healthy,
  localhostCertificate,
  resetting,
  type Script,
  silent,
  startMuteListener,
  startScriptedUpstream,
  toResponse,
  withStatus,
} from './support/scripted-upstream.ts';
import {
  createCallContext,
  createTestTransport,
  getFieldError,
  getOutcome,
} from './support/test-transport.ts';

const unknown = 'UPSTREAM_OUTCOME_UNKNOWN';

const write =
  (text: string): Script =>
  ({ socket }) => {
    socket.write(text);
  };

const scripts: readonly (readonly [name: string, script: Script, outcome: string])[] = [
  ['gets a reset before the response', resetting, unknown],
  ['gets an end before the response', ({ socket }) => socket.end(), unknown],
  [
    'gets a reset in the body',
    ({ socket }) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nabc', () => socket.resetAndDestroy());
    },
    unknown,
  ],
  ['gets no response', silent, unknown],
  ['gets a response that is not HTTP', write('SSH-2.0-OpenSSH_9.2\r\n\r\n'), unknown],
  ['gets too many headers', write(toResponse('{}', '200 OK', [`x-a: ${'x'.repeat(16_384)}`])), unknown],
  [
    'gets a response that is too large',
    write('HTTP/1.1 200 OK\r\ncontent-length: 1001\r\n\r\n'),
    'UPSTREAM_INVALID_RESPONSE',
  ],
  [
    'gets an unrequested compression',
    withStatus('200 OK', 'content-encoding: br'),
    'UPSTREAM_INVALID_RESPONSE',
  ],
  ['gets a 502', withStatus('502 Bad Gateway'), '502 {}'],
  ['gets a 503 with Retry-After', withStatus('503 Unavailable', 'retry-after: 0'), '503 {}'],
  ['gets a 504 in an unrequested compression', withStatus('504 Late', 'content-encoding: gzip'), '504 '],
  ['gets a 429 with Retry-After', withStatus('429 Slow', 'retry-after: 0'), '429 {}'],
  ['is redirected', withStatus('307 Elsewhere', 'location: /elsewhere'), '307 {}'],
  ['is invalid', withStatus('422 Wrong'), '422 {}'],
  ['gets a 204 that has a length', write('HTTP/1.1 204 Done\r\ncontent-length: 2\r\n\r\n'), '204 '],
  ['succeeds', healthy, '200 /write'],
];

describe('a write that arrived', () => {
  test.each(scripts)('a write that arrived and %s is sent only once', async (_, script, outcome) => {
    await using upstream = await startScriptedUpstream({ script });
    await using transport = createTestTransport(upstream.origin, {
      upstreamTimeoutMs: script === silent ? 400 : 4_000,
      upstreamMaxResponseBytes: 1_000,
    });
    expect(await getOutcome(transport.write())).toBe(outcome);
    expect(upstream.exchanges).toHaveLength(1);
    upstream.script = healthy;
    expect(await getOutcome(transport.read('/after'))).toBe('200 /after');
  });

  test.each(['PUT', 'POST', 'PATCH', 'DELETE'] as const)(
    'a write with %s that arrived is sent only once, regardless of the failure',
    async (method) => {
      await using upstream = await startScriptedUpstream({ script: resetting });
      await using transport = createTestTransport(upstream.origin);
      for (const script of [
        resetting,
        withStatus('503 Unavailable'),
        withStatus('429 Slow', 'retry-after: 0'),
      ]) {
        upstream.script = script;
        const deadline = new Deadline(10_000);
        await getOutcome(
          transport.send({
            operation: 'delete',
            method,
            path: '/w',
            body: method === 'DELETE' ? undefined : '{}',
            context: createCallContext(deadline),
          }),
        );
        deadline.cancel();
      }
      expect(upstream.exchanges.map((exchange) => exchange.method)).toEqual([method, method, method]);
    },
  );

  test('a deletion whose 2xx response is cut off succeeds, and another write does not', async () => {
    const start = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{';
    await using upstream = await startScriptedUpstream({ script: ({ socket }) => void socket.end(start) });
    await using transport = createTestTransport(upstream.origin);
    const send = async (method: 'DELETE' | 'PUT') => {
      const deadline = new Deadline(10_000);
      const context = createCallContext(deadline);
      const outcome = await getOutcome(transport.send({ operation: 'delete', method, path: '/w', context }));
      deadline.cancel();
      return outcome;
    };
    expect([await send('DELETE'), await send('PUT')]).toEqual(['200 ', unknown]);
  });

  test('a write that arrived on a reused socket is not sent again after a reset', async () => {
    await using upstream = await startScriptedUpstream();
    await using transport = createTestTransport(upstream.origin);
    await transport.read();
    upstream.script = resetting;
    const error = await getFieldError(transport.write());
    expect(error).toMatchObject({ code: unknown, retryable: false });
    expect(upstream.exchanges.map(({ method }) => method)).toEqual(['GET', 'PUT']);
  });

  test('a write that arrived fails with UPSTREAM_OUTCOME_UNKNOWN at its deadline, and upstream can still complete it', async () => {
    await using upstream = await startScriptedUpstream({ script: silent });
    await using transport = createTestTransport(upstream.origin, { upstreamConnections: 1 });
    const startedAtMs = performance.now();
    expect(await getOutcome(transport.write('/w', new Deadline(500)))).toBe(unknown);
    // Half of the attempt timeout.
    expect(performance.now() - startedAtMs).toBeLessThan(2_500);
    expect(upstream.openSocketCount).toBe(1);

    const [exchange] = upstream.exchanges;
    upstream.script = healthy;
    if (exchange !== undefined) healthy(exchange);
    // The socket is still usable.
    expect(await getOutcome(transport.read('/after'))).toBe('200 /after');
    expect(upstream.socketCount).toBe(1);
  });

  test('a write that arrived is completed once if its client disconnects', async () => {
    await using upstream = await startScriptedUpstream({ script: silent });
    await using transport = createTestTransport(upstream.origin);
    const deadline = new Deadline(10_000);
    const call = getOutcome(transport.write('/w', deadline));
    await upstream.waitForExchanges(1);
    deadline.cancel();
    const [exchange] = upstream.exchanges;
    if (exchange !== undefined) healthy(exchange);
    expect(await call).toBe('200 /w');
    expect(upstream.exchanges).toHaveLength(1);
  });
});

describe('a write that was not sent', () => {
  test('a write that was not sent is retried as often as a read if the connection is refused', async () => {
    const upstream = await startScriptedUpstream();
    await upstream[Symbol.asyncDispose]();
    const numbers: number[] = [];
    await using transport = createTestTransport(upstream.origin, {
      observer: { attemptStarted: ({ number }) => void numbers.push(number) },
    });
    expect(await getOutcome(transport.write())).toBe('UPSTREAM_UNAVAILABLE');
    expect(numbers).toEqual([1, 2, 3]);
  });

  test('a write that was not sent fails with UPSTREAM_TIMEOUT if connecting takes too long', async () => {
    await using listener = await startMuteListener();
    const numbers: number[] = [];
    await using transport = createTestTransport(new URL(`https://127.0.0.1:${listener.port}`), {
      upstreamConnectTimeoutMs: 50,
      observer: { attemptStarted: ({ number }) => void numbers.push(number) },
    });
    expect(await getOutcome(transport.write())).toBe('UPSTREAM_TIMEOUT');
    expect(numbers).toEqual([1, 2, 3]);
  });

  test('a write whose deadline ended while its connection was being opened is not sent later', async () => {
    await using upstream = await startScriptedUpstream({ tls: true });
    await using transport = createTestTransport(upstream.origin, {
      tls: { ca: localhostCertificate },
      upstreamConnections: 1,
    });
    const deadline = new Deadline(10_000);
    const call = getOutcome(transport.write('/w', deadline));
    deadline.cancel();
    expect(await call).toBe('UPSTREAM_TIMEOUT');
    // With a single connection, this read follows any remaining part of the write.
    expect(await getOutcome(transport.read('/after'))).toBe('200 /after');
    expect(upstream.exchanges.map(({ path }) => path)).toEqual(['/after']);
    // The read uses the connection that was opened for the write.
    expect(upstream.socketCount).toBe(1);
  });

  test('a write is tried once if the certificate is not trusted', async () => {
    await using upstream = await startScriptedUpstream({ tls: true });
    const numbers: number[] = [];
    await using transport = createTestTransport(upstream.origin, {
      observer: { attemptStarted: ({ number }) => void numbers.push(number) },
    });
    expect(await getOutcome(transport.write())).toBe('UPSTREAM_UNAVAILABLE');
    expect(numbers).toEqual([1]);
  });

  test.each(['abandon', 'expire'])(
    'a write in the queue is cancelled when its deadline ends (%s)',
    async (how) => {
      await using upstream = await startScriptedUpstream({ script: silent });
      await using transport = createTestTransport(upstream.origin, { upstreamConnections: 1 });
      const reading = getOutcome(transport.read('/first'));
      await upstream.waitForExchanges(1);
      const deadline = new Deadline(how === 'expire' ? 50 : 10_000);
      const writing = getOutcome(transport.write('/w', deadline));
      expect(transport.queueDepth).toBe(1);
      if (how === 'abandon') deadline.cancel();
      expect(await writing).toBe('UPSTREAM_TIMEOUT');
      expect(transport.queueDepth).toBe(0);

      upstream.script = healthy;
      const [first] = upstream.exchanges;
      if (first !== undefined) healthy(first);
      expect(await reading).toBe('200 /first');
      expect(await getOutcome(transport.read('/after'))).toBe('200 /after');
      expect(upstream.exchanges.map(({ path }) => path)).toEqual(['/first', '/after']);
    },
  );
});
