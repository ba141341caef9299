import { describe, expect, test } from 'vitest';
import { Deadline } from '../../src/deadline.ts';
import { MemoryBudget, Reservation } from '../../src/memory.ts';
import { toRetryAfterMs } from '../../src/upstream/responses.ts';
import { computeBackoffMs } from '../../src/upstream/retry.ts';
import {
  healthy,
  resetting,
  type Script,
  silent,
  startScriptedUpstream,
  toResponse,
  withStatus,
} from './support/scripted-upstream.ts';
import { createCallContext, createTestTransport, getOutcome, ManualClock } from './support/test-transport.ts';

/** One script per request. The last one is repeated. */
function inTurn(...scripts: Script[]): Script {
  let next = 0;
  return (exchange) => {
    scripts[Math.min(next, scripts.length - 1)]?.(exchange);
    next += 1;
  };
}

const withBody =
  (status: string): Script =>
  ({ socket }) => {
    socket.write(toResponse(JSON.stringify('x'.repeat(9_000)), status));
  };

describe('a read', () => {
  test.each(['502 Bad Gateway', '503 Service Unavailable', '504 Gateway Timeout'])(
    'a read is retried after %s',
    async (status) => {
      await using upstream = await startScriptedUpstream({ script: inTurn(withStatus(status), healthy) });
      await using transport = createTestTransport(upstream.origin);
      expect(await getOutcome(transport.read('/r'))).toBe('200 /r');
      expect(upstream.exchanges).toHaveLength(2);
    },
  );

  test.each([
    '400 Bad Request',
    '401 Unauthorized',
    '404 Not Found',
    '408 Request Timeout',
    '500 Internal',
    '501 No',
  ])('a read is not retried after %s', async (status) => {
    await using upstream = await startScriptedUpstream({ script: withStatus(status) });
    await using transport = createTestTransport(upstream.origin);
    expect(await getOutcome(transport.read())).toBe(`${status.slice(0, 3)} {}`);
    expect(upstream.exchanges).toHaveLength(1);
  });

  test('a read ends with the last response when its retries are used up', async () => {
    await using upstream = await startScriptedUpstream({
      script: inTurn(resetting, withStatus('503 A'), withStatus('502 B')),
    });
    await using transport = createTestTransport(upstream.origin);
    expect(await getOutcome(transport.read())).toBe('502 {}');
    expect(upstream.exchanges).toHaveLength(3);
  });

  test.each<[name: string, script: Script]>([
    ['a body that was cut off', ({ socket }) => socket.end(toResponse('x'.repeat(9_000)).slice(0, -1))],
    ['a 502', withBody('502 Bad Gateway')],
    [
      'a body that becomes too large',
      ({ socket }) =>
        socket.write(
          `HTTP/1.1 503 Full\r\ntransfer-encoding: chunked\r\n\r\n186a0\r\n${'x'.repeat(100_000)}\r\n1\r\nx\r\n`,
        ),
    ],
  ])('a retry releases the memory of %s', async (_, script) => {
    const budget = new MemoryBudget(10_000_000);
    const getHeldBytes = async (...scripts: Script[]) => {
      await using upstream = await startScriptedUpstream({ script: inTurn(...scripts, withBody('200 OK')) });
      await using transport = createTestTransport(upstream.origin);
      const before = budget.bytes;
      const context = { ...createCallContext(new Deadline(10_000)), reservation: new Reservation(budget) };
      const request = { operation: 'list', method: 'GET', path: '/', context } as const;
      expect(await getOutcome(transport.send(request))).toMatch(/^200 /);
      expect(upstream.exchanges).toHaveLength(scripts.length + 1);
      return budget.bytes - before;
    };
    expect(await getHeldBytes(script, script)).toBe(await getHeldBytes());
  });

  test('a read is tried once if no retries are allowed', async () => {
    await using upstream = await startScriptedUpstream({ script: resetting });
    await using transport = createTestTransport(upstream.origin, { upstreamRetries: 0 });
    expect(await getOutcome(transport.read())).toBe('UPSTREAM_UNAVAILABLE');
    expect(upstream.exchanges).toHaveLength(1);
  });

  test('a read waits according to the jitter, and ends immediately if that exceeds its deadline', async () => {
    await using upstream = await startScriptedUpstream({ script: withStatus('503 Unwell') });
    const waitsMs: number[] = [];
    let jitter = 0.9;
    await using transport = createTestTransport(upstream.origin, {
      random: () => jitter,
      observer: { retryScheduled: (_, waitMs) => waitsMs.push(waitMs) },
    });
    await getOutcome(transport.read());
    expect(waitsMs).toEqual([45, 90]);

    // After a wait, it would end as UPSTREAM_TIMEOUT.
    jitter = 100;
    expect(await getOutcome(transport.read('/short', new Deadline(4_000)))).toBe('503 {}');
    expect(upstream.exchanges).toHaveLength(4);
  });

  test('a read fails with UPSTREAM_TIMEOUT at its deadline, regardless of its remaining retries', async () => {
    await using upstream = await startScriptedUpstream({ script: silent });
    await using transport = createTestTransport(upstream.origin, { upstreamTimeoutMs: 1_000 });
    const startedAtMs = performance.now();
    expect(await getOutcome(transport.read('/r', new Deadline(1_500)))).toBe('UPSTREAM_TIMEOUT');
    // The end of the second attempt.
    expect(performance.now() - startedAtMs).toBeLessThan(2_000);
    expect(upstream.exchanges).toHaveLength(2);
  });

  test('a read is not sent after its deadline', async () => {
    await using upstream = await startScriptedUpstream();
    await using transport = createTestTransport(upstream.origin);
    const deadline = new Deadline(10_000);
    deadline.cancel();
    expect(await getOutcome(transport.read('/r', deadline))).toBe('UPSTREAM_TIMEOUT');
    expect(upstream.exchanges).toHaveLength(0);
  });
});

describe('Retry-After', () => {
  const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1_000).toUTCString();

  test.each([
    ['0 seconds, but at least according to the jitter', () => '0', 45, 45],
    ['1 second', () => '1', 1_000, 1_000],
    ['a date that has passed, but at least according to the jitter', () => inSeconds(-60), 45, 45],
    ['a date to come', () => inSeconds(4), 1_500, 4_000],
  ])('after a 429, a retry waits for Retry-After as %s', async (_, getValue, minMs, maxMs) => {
    await using upstream = await startScriptedUpstream({
      script: inTurn(withStatus('429 Too Many Requests', `retry-after: ${getValue()}`), healthy),
    });
    const waitsMs: number[] = [];
    await using transport = createTestTransport(upstream.origin, {
      random: () => 0.9,
      observer: { retryScheduled: (_attempt, waitMs) => waitsMs.push(waitMs) },
    });
    const startedAtMs = performance.now();
    expect(await getOutcome(transport.read('/r'))).toBe('200 /r');
    const [waitMs = Number.NaN] = waitsMs;
    expect(waitMs).toBeGreaterThanOrEqual(minMs);
    expect(waitMs).toBeLessThanOrEqual(maxMs);
    expect(performance.now() - startedAtMs).toBeGreaterThanOrEqual(waitMs - 5);
  });

  test('white space after a value of Retry-After is not part of it', async () => {
    await using upstream = await startScriptedUpstream({
      script: inTurn(withStatus('429 Slow', 'retry-after: 0 \t'), withStatus('429 Slow', 'retry-after: 60 ')),
    });
    await using transport = createTestTransport(upstream.origin);
    expect(await transport.read()).toMatchObject({ status: 429, retryAfterMs: 60_000 });
    expect(upstream.exchanges).toHaveLength(2);
  });

  test.each([
    [[]],
    [['retry-after: soon']],
    [['retry-after: -1']],
    [['retry-after: 1.5']],
    [['retry-after: ']],
  ])('after a 429 with Retry-After as %j there is no retry', async (headers) => {
    await using upstream = await startScriptedUpstream({ script: withStatus('429 Slow', ...headers) });
    await using transport = createTestTransport(upstream.origin);
    expect(await transport.read()).toMatchObject({ status: 429, retryAfterMs: undefined });
    expect(upstream.exchanges).toHaveLength(1);
  });

  test.each(['429 Slow', '503 Unavailable'])(
    'a %s whose Retry-After exceeds the deadline ends the call immediately',
    async (status) => {
      await using upstream = await startScriptedUpstream({ script: withStatus(status, 'retry-after: 10') });
      await using transport = createTestTransport(upstream.origin);
      const startedAtMs = performance.now();
      const response = await transport.read('/r', new Deadline(9_000));
      expect(response).toMatchObject({ status: Number(status.slice(0, 3)), retryAfterMs: 10_000 });
      // A third of its deadline.
      expect(performance.now() - startedAtMs).toBeLessThan(3_000);
      expect(upstream.exchanges).toHaveLength(1);
    },
  );

  test('after a 503, a retry waits at least for Retry-After', async () => {
    await using upstream = await startScriptedUpstream({
      script: inTurn(withStatus('503 Unwell', 'retry-after: 1'), healthy),
    });
    await using transport = createTestTransport(upstream.origin);
    const startedAtMs = performance.now();
    expect(await getOutcome(transport.read('/r'))).toBe('200 /r');
    expect(performance.now() - startedAtMs).toBeGreaterThanOrEqual(995);
  });

  test.each([-3, 3])(
    'a date of Retry-After is compared with the clock of upstream, %i hours from our own',
    async (hours) => {
      const upstreamMs = Date.now() + hours * 3_600_000;
      const toDate = (seconds: number) => new Date(upstreamMs + seconds * 1_000).toUTCString();
      await using upstream = await startScriptedUpstream({
        script: inTurn(withStatus('429 Slow', `date: ${toDate(0)}`, `retry-after: ${toDate(1)}`), healthy),
      });
      const waitsMs: number[] = [];
      await using transport = createTestTransport(upstream.origin, {
        observer: { retryScheduled: (_, waitMs) => waitsMs.push(waitMs) },
      });
      expect(await getOutcome(transport.read('/r'))).toBe('200 /r');
      expect(waitsMs).toEqual([1_000]);
    },
  );

  test('Retry-After is parsed in every form of HTTP, and in no other', () => {
    const sentAt = 'Sun, 06 Nov 1994 08:49:30 GMT';
    expect(toRetryAfterMs('120', sentAt)).toBe(120_000);
    expect(toRetryAfterMs('Sun, 06 Nov 1994 08:49:37 GMT', sentAt)).toBe(7_000);
    expect(toRetryAfterMs('Sunday, 06-Nov-94 08:49:37 GMT', sentAt)).toBe(7_000);
    expect(toRetryAfterMs('Sun Nov  6 08:49:37 1994', sentAt)).toBe(7_000);
    expect(toRetryAfterMs('Sun, 06 Nov 1994 08:49:00 GMT', sentAt)).toBe(0);
    expect(toRetryAfterMs('9'.repeat(400), sentAt)).toBe(Number.MAX_SAFE_INTEGER);
    for (const value of [
      '',
      ' ',
      '-1',
      '1.5',
      '1e3',
      'soon',
      '06 Nov 1994',
      'Sun, 99 Nov 1994 08:49:37 GMT',
    ]) {
      expect(toRetryAfterMs(value, sentAt), value).toBeUndefined();
    }
  });
});

test('the jitter is a random part of a wait that doubles from 50 ms to a second', () => {
  expect([0, 1, 2, 3, 4, 5, 50].map((retry) => computeBackoffMs(retry, () => 1))).toEqual([
    50, 100, 200, 400, 800, 1_000, 1_000,
  ]);
  expect(computeBackoffMs(3, () => 0.25)).toBe(100);
});

describe('the retry budget', () => {
  test('the retry budget allows ten retries, and one for every five attempts, in ten seconds', async () => {
    const clock = new ManualClock();
    await using upstream = await startScriptedUpstream();
    await using transport = createTestTransport(upstream.origin, { now: clock.now, upstreamRetries: 20 });
    // Starts with successful reads, so that the circuit breaker stays closed.
    for (let count = 0; count < 50; count += 1) await transport.read();
    upstream.script = withStatus('429 Slow', 'retry-after: 0');
    // Of r retries and 51 first attempts: r <= 10 + (51 + r - 1) / 5, the attempts being counted as they start.
    await transport.read();
    expect(upstream.exchanges).toHaveLength(50 + 21);
    // r <= 10 + (52 + r - 1) / 5 with r = 25: 20 came before.
    await transport.read();
    expect(upstream.exchanges.length - 71).toBe(1 + 5);
    await transport.read();
    await transport.read();

    clock.advance(10_000);
    const before = upstream.exchanges.length;
    await transport.read();
    // r <= 10 + (1 + r - 1) / 5.
    expect(upstream.exchanges.length - before).toBe(1 + 12);
  });
});
