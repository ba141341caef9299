import { describe, expect, test } from 'vitest';
import { Deadline } from '../../src/deadline.ts';
import type { BreakerState } from '../../src/upstream/transport-types.ts';
import {
  healthy,
  resetting,
  silent,
  startScriptedUpstream,
  toResponse,
  withStatus,
} from './support/scripted-upstream.ts';
import { createTestTransport, getFieldError, getOutcome, ManualClock } from './support/test-transport.ts';

async function repeat(count: number, run: () => Promise<unknown>): Promise<void> {
  for (let done = 0; done < count; done += 1) await run();
}

async function startBroken() {
  const clock = new ManualClock();
  const states: BreakerState[] = [];
  const upstream = await startScriptedUpstream({ script: withStatus('503 Unavailable') });
  const transport = createTestTransport(upstream.origin, {
    now: clock.now,
    upstreamRetries: 0,
    observer: { breakerChanged: (state) => states.push(state) },
  });
  return {
    clock,
    states,
    upstream,
    transport,
    async [Symbol.asyncDispose]() {
      await transport[Symbol.asyncDispose]();
      await upstream[Symbol.asyncDispose]();
    },
  };
}

describe('the circuit breaker', () => {
  test('the circuit breaker opens at the twentieth failure and then refuses calls immediately, with the remaining time', async () => {
    await using broken = await startBroken();
    const { clock, transport, upstream, states } = broken;
    await repeat(19, () => transport.read());
    expect(transport.isBreakerOpen).toBe(false);
    await transport.read();
    expect(transport.isBreakerOpen).toBe(true);
    expect(states).toEqual(['open']);

    // Rounded up to whole milliseconds.
    clock.advance(4_000.25);
    const error = await getFieldError(transport.read());
    expect(error).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', retryable: true, retryAfterMs: 6_000 });
    expect(await getOutcome(transport.write())).toBe('UPSTREAM_UNAVAILABLE');
    expect(upstream.exchanges).toHaveLength(20);
  });

  test.each([
    ['504', withStatus('504 Late'), {}],
    ['resets', resetting, {}],
    ['attempts that time out', silent, { upstreamTimeoutMs: 20 }],
  ])('the circuit breaker counts %s as failures', async (_, script, options) => {
    await using upstream = await startScriptedUpstream({ script });
    await using transport = createTestTransport(upstream.origin, {
      upstreamRetries: 0,
      upstreamConnections: 20,
      ...options,
    });
    await Promise.all(Array.from({ length: 20 }, () => getOutcome(transport.read())));
    expect(transport.isBreakerOpen).toBe(true);
  });

  test('the circuit breaker counts refused connections, including those of writes', async () => {
    const upstream = await startScriptedUpstream();
    await upstream[Symbol.asyncDispose]();
    await using transport = createTestTransport(upstream.origin, { upstreamRetries: 0 });
    await repeat(20, () => getOutcome(transport.write()));
    expect(transport.isBreakerOpen).toBe(true);
  });

  test.each([
    '400 Bad',
    '401 No',
    '403 No',
    '404 None',
    '422 Wrong',
    '429 Slow',
    '500 Broken',
    '302 Elsewhere',
  ])('the circuit breaker never opens for %s', async (status) => {
    await using upstream = await startScriptedUpstream({ script: withStatus(status) });
    await using transport = createTestTransport(upstream.origin);
    await repeat(60, () => transport.read());
    expect(transport.isBreakerOpen).toBe(false);
  });

  test('the circuit breaker never opens for clients that disconnect', async () => {
    await using upstream = await startScriptedUpstream({ script: silent });
    await using transport = createTestTransport(upstream.origin, { upstreamConnections: 30 });
    const deadlines = Array.from({ length: 30 }, () => new Deadline(10_000));
    const reads = deadlines.map((deadline) => getOutcome(transport.read('/r', deadline)));
    await upstream.waitForExchanges(30);
    for (const deadline of deadlines) deadline.cancel();
    await Promise.all(reads);
    expect(transport.isBreakerOpen).toBe(false);
  });

  test('the circuit breaker stays closed while less than half of the attempts fail, and opens at half', async () => {
    await using broken = await startBroken();
    const { transport, upstream } = broken;
    upstream.script = healthy;
    await repeat(20, () => transport.read());
    upstream.script = withStatus('502 Unavailable');
    await repeat(19, () => transport.read());
    expect(transport.isBreakerOpen).toBe(false);
    await transport.read();
    expect(transport.isBreakerOpen).toBe(true);
  });

  test.each([10, 19])(
    'the circuit breaker opens at the twentieth attempt after %i failures, even if this attempt is good',
    async (failures) => {
      await using broken = await startBroken();
      const { clock, transport, upstream } = broken;
      await repeat(failures, () => transport.read());
      upstream.script = healthy;
      await repeat(19 - failures, () => transport.read());
      expect(transport.isBreakerOpen).toBe(false);
      await transport.read();
      expect(await getOutcome(transport.read())).toBe('UPSTREAM_UNAVAILABLE');
      clock.advance(10_000);
      expect(await getOutcome(transport.read('/r'))).toBe('200 /r');
    },
  );

  test('the circuit breaker ignores attempts that ended with the deadline of their request, before their timeout', async () => {
    await using upstream = await startScriptedUpstream({ script: silent });
    await using transport = createTestTransport(upstream.origin, {
      upstreamRetries: 0,
      upstreamConnections: 40,
    });
    const reads = Array.from({ length: 40 }, () => getOutcome(transport.read('/r', new Deadline(100))));
    expect(new Set(await Promise.all(reads))).toEqual(new Set(['UPSTREAM_TIMEOUT']));
    expect(transport.isBreakerOpen).toBe(false);
  });

  test.each([
    ['403', 7002],
    ['429', 7002],
    ['429', 7008],
    ['429', 7012],
    ['429', 7013],
    ['500', 7002],
    ['502', 7000],
    ['503', 7006],
    ['503', 7007],
    ['503', 7012],
    ['504', 7013],
  ])(
    'the circuit breaker ignores errors of a provider or an integration, which are not retried either: status %s with code %i',
    async (status, errorCode) => {
      const body = `{"standard_error":{"error_code":${errorCode},"message":"No.","retriable":true}}`;
      await using upstream = await startScriptedUpstream({
        script: ({ socket }) => {
          socket.write(toResponse(body, `${status} Failed`, ['retry-after: 0']));
        },
      });
      await using transport = createTestTransport(upstream.origin);
      await repeat(40, () => transport.read());
      expect(transport.isBreakerOpen).toBe(false);
      expect(upstream.exchanges).toHaveLength(40);
    },
  );

  test('the circuit breaker does not count 4xx and provider errors, neither as failures nor as successes', async () => {
    await using broken = await startBroken();
    const { transport, upstream } = broken;
    const providerError = toResponse('{"standard_error":{"error_code":7002}}', '503 Failed');
    upstream.script = withStatus('404 None');
    await repeat(15, () => transport.read());
    upstream.script = ({ socket }) => socket.write(providerError);
    await repeat(15, () => transport.read());
    upstream.script = withStatus('503 Unavailable');
    await repeat(19, () => transport.read());
    expect(transport.isBreakerOpen).toBe(false);
    await transport.read();
    expect(transport.isBreakerOpen).toBe(true);
  });

  test('a probe with a 4xx closes the circuit breaker: upstream responds again', async () => {
    await using broken = await startBroken();
    const { clock, transport, upstream } = broken;
    await repeat(20, () => transport.read());
    clock.advance(10_000);
    upstream.script = withStatus('404 None');
    await transport.read();
    expect(transport.isBreakerOpen).toBe(false);
  });

  test('a caller that gets only 4xx counts as active: failures of another caller alone do not open the circuit breaker', async () => {
    await using broken = await startBroken();
    const { transport, upstream } = broken;
    const read = (caller: string) => transport.read('/r', new Deadline(10_000), caller);
    await repeat(30, async () => {
      upstream.script = withStatus('404 None');
      await read('good');
      upstream.script = withStatus('503 Unavailable');
      await read('evil');
    });
    expect(transport.isBreakerOpen).toBe(false);
  });

  test('the circuit breaker stays closed if only one caller fails while another is active, for any number of failures', async () => {
    await using broken = await startBroken();
    const { clock, transport, upstream } = broken;
    const read = (caller: string) => transport.read('/r', new Deadline(10_000), caller);
    for (let round = 0; round < 20; round += 1) {
      upstream.script = healthy;
      await read('good');
      upstream.script = withStatus('503 Unavailable');
      await repeat(10, () => read('evil'));
      clock.advance(700);
    }
    // A single failure of the other caller changes nothing.
    await read('good');
    await repeat(10, () => read('evil'));
    expect(transport.isBreakerOpen).toBe(false);
  });

  test('the successes of a caller before the first failure of another count: one failure of it does not open the circuit breaker', async () => {
    await using broken = await startBroken();
    const { transport, upstream } = broken;
    const read = (caller: string) => transport.read('/r', new Deadline(10_000), caller);
    upstream.script = healthy;
    await repeat(50, () => read('good'));
    upstream.script = withStatus('503 Unavailable');
    await repeat(60, () => read('evil'));
    await read('good');
    expect(transport.isBreakerOpen).toBe(false);
    await repeat(48, () => read('good'));
    expect(transport.isBreakerOpen).toBe(false);
    // Half of the attempts of this caller have failed now.
    await read('good');
    expect(transport.isBreakerOpen).toBe(true);
  });

  test('the circuit breaker is reported as open while it is probed, also a minute after the last failure', async () => {
    await using broken = await startBroken();
    const { clock, transport, upstream } = broken;
    await repeat(20, () => transport.read());
    clock.advance(60_000);
    upstream.script = silent;
    const probe = transport.read('/probe');
    await upstream.waitForExchanges(21);
    expect(transport.isBreakerOpen).toBe(true);
    const exchange = upstream.exchanges[20];
    if (exchange !== undefined) healthy(exchange);
    await probe;
    expect(transport.isBreakerOpen).toBe(false);
  });

  test('the circuit breaker opens for one caller if no other was active in the last ten seconds', async () => {
    await using broken = await startBroken();
    const { clock, transport, upstream } = broken;
    upstream.script = healthy;
    await transport.read('/r', new Deadline(10_000), 'other');
    upstream.script = withStatus('503 Unavailable');
    await repeat(30, () => transport.read());
    expect(transport.isBreakerOpen).toBe(false);
    clock.advance(10_000);
    await repeat(20, () => transport.read());
    expect(transport.isBreakerOpen).toBe(true);
  });

  test('after ten seconds, the circuit breaker admits a probe of any caller, even of the one whose failure opened it', async () => {
    await using broken = await startBroken();
    const { clock, transport, upstream } = broken;
    const read = (caller: string) => getOutcome(transport.read('/r', new Deadline(10_000), caller));
    await repeat(10, async () => {
      await read('first');
      await read('second');
    });
    for (const caller of ['first', 'second', 'third'])
      expect(await read(caller)).toBe('UPSTREAM_UNAVAILABLE');
    clock.advance(10_000);
    upstream.script = healthy;
    expect(await read('second')).toBe('200 /r');
    for (const caller of ['first', 'second', 'third']) expect(await read(caller)).toBe('200 /r');
  });

  test('a caller cannot keep the circuit breaker open for others: its failed probes refuse only its own calls', async () => {
    await using broken = await startBroken();
    const { clock, transport, upstream } = broken;
    const read = (caller: string) => getOutcome(transport.read('/r', new Deadline(10_000), caller));
    await repeat(20, () => read('evil'));
    expect(await read('good')).toBe('UPSTREAM_UNAVAILABLE');
    for (let probe = 0; probe < 3; probe += 1) {
      clock.advance(10_000);
      expect(await read('evil')).toBe('503 {}');
      expect(await read('evil')).toBe('UPSTREAM_UNAVAILABLE');
    }
    upstream.script = healthy;
    expect(await read('good')).toBe('200 /r');
    upstream.script = withStatus('503 Unavailable');
    await repeat(30, () => read('evil'));
    expect(transport.isBreakerOpen).toBe(false);
  });

  test('if another caller fails the probe, the calls of all callers are refused for another ten seconds', async () => {
    await using broken = await startBroken();
    const { clock, transport, upstream } = broken;
    const read = (caller: string) => getOutcome(transport.read('/r', new Deadline(10_000), caller));
    await repeat(20, () => read('first'));
    clock.advance(10_000);
    expect(await read('second')).toBe('503 {}');
    upstream.script = healthy;
    clock.advance(9_999);
    for (const caller of ['first', 'second', 'third'])
      expect(await read(caller)).toBe('UPSTREAM_UNAVAILABLE');
    clock.advance(1);
    expect(await read('third')).toBe('200 /r');
  });

  test('the circuit breaker is no longer reported as open a minute after the last failure', async () => {
    await using broken = await startBroken();
    const { clock, transport } = broken;
    await repeat(20, () => transport.read());
    clock.advance(59_999);
    expect(transport.isBreakerOpen).toBe(true);
    clock.advance(1);
    expect(transport.isBreakerOpen).toBe(false);
  });

  test('the circuit breaker opens if two callers fail', async () => {
    await using broken = await startBroken();
    const { transport } = broken;
    await repeat(19, () => transport.read());
    expect(transport.isBreakerOpen).toBe(false);
    await transport.read('/r', new Deadline(10_000), 'caller-2');
    expect(transport.isBreakerOpen).toBe(true);
  });

  test('the circuit breaker ignores attempts of more than ten seconds ago', async () => {
    await using broken = await startBroken();
    const { clock, transport } = broken;
    await repeat(19, () => transport.read());
    clock.advance(10_000);
    await repeat(19, () => transport.read());
    expect(transport.isBreakerOpen).toBe(false);
  });

  test('the circuit breaker admits one probe after ten seconds and refuses other calls until it has ended', async () => {
    await using broken = await startBroken();
    const { clock, states, transport, upstream } = broken;
    await repeat(20, () => transport.read());
    clock.advance(9_999);
    expect(await getOutcome(transport.read())).toBe('UPSTREAM_UNAVAILABLE');
    clock.advance(1);

    upstream.script = silent;
    const calls = [transport.read('/probe'), transport.read('/probe'), transport.write('/probe')].map(
      getOutcome,
    );
    await upstream.waitForExchanges(21);
    expect(states).toEqual(['open', 'half-open']);
    const error = await getFieldError(transport.read());
    expect(error).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', retryAfterMs: 1_000 });
    const probe = upstream.exchanges[20];
    if (probe !== undefined) healthy(probe);
    expect((await Promise.all(calls)).sort()).toEqual([
      '200 /probe',
      'UPSTREAM_UNAVAILABLE',
      'UPSTREAM_UNAVAILABLE',
    ]);
    expect(upstream.exchanges).toHaveLength(21);

    expect(transport.isBreakerOpen).toBe(false);
    expect(states).toEqual(['open', 'half-open', 'closed']);
    // Earlier failures do not count any more.
    upstream.script = withStatus('503 Unavailable');
    await repeat(19, () => transport.read());
    expect(transport.isBreakerOpen).toBe(false);
  });

  test('the circuit breaker stays open for another ten seconds after a failed probe', async () => {
    await using broken = await startBroken();
    const { clock, states, transport, upstream } = broken;
    await repeat(20, () => transport.read());
    clock.advance(10_000);
    expect(await getOutcome(transport.read())).toBe('503 {}');
    expect(states).toEqual(['open', 'half-open', 'open']);
    clock.advance(9_999);
    expect(await getOutcome(transport.read())).toBe('UPSTREAM_UNAVAILABLE');
    clock.advance(1);
    upstream.script = healthy;
    expect(await getOutcome(transport.read('/r'))).toBe('200 /r');
    expect(transport.isBreakerOpen).toBe(false);
  });

  test('the circuit breaker uses the next call as a probe if the client of the first one disconnects', async () => {
    await using broken = await startBroken();
    const { clock, transport, upstream } = broken;
    await repeat(20, () => transport.read());
    clock.advance(10_000);
    upstream.script = silent;
    const deadline = new Deadline(10_000);
    const probe = getOutcome(transport.read('/probe', deadline));
    await upstream.waitForExchanges(21);
    deadline.cancel();
    await probe;
    upstream.script = healthy;
    expect(await getOutcome(transport.read('/r'))).toBe('200 /r');
    expect(transport.isBreakerOpen).toBe(false);
  });

  test('when the circuit breaker opens, a call ends with its last failure instead of a retry', async () => {
    await using upstream = await startScriptedUpstream({ script: withStatus('503 Unavailable') });
    await using transport = createTestTransport(upstream.origin, { upstreamRetries: 2 });
    // 7 calls would be 21 attempts; the twentieth opens it.
    await repeat(6, () => transport.read());
    expect(await getOutcome(transport.read())).toBe('503 {}');
    expect(upstream.exchanges.length).toBeLessThanOrEqual(20);
  });

  test('when the circuit breaker opens, it refuses the calls that wait for a socket', async () => {
    await using upstream = await startScriptedUpstream({ script: silent });
    let attempts = 0;
    await using transport = createTestTransport(upstream.origin, {
      upstreamConnections: 20,
      upstreamRetries: 0,
      upstreamTimeoutMs: 50,
      observer: {
        attemptStarted: () => {
          attempts += 1;
          return undefined;
        },
      },
    });
    const outcomes = await Promise.all(Array.from({ length: 60 }, () => getOutcome(transport.read())));
    // Between the first failure and the twentieth, which opens it, up to 19 may have got a socket.
    expect(attempts).toBeLessThanOrEqual(39);
    expect(outcomes.filter((outcome) => outcome === 'UPSTREAM_UNAVAILABLE')).toHaveLength(60 - attempts);
    expect(transport.queueDepth).toBe(0);
  });
});
