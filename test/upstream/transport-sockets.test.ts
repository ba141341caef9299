import { type AddressInfo, createServer, type Socket } from 'node:net';
import { setImmediate as waitForNextTurn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { Deadline } from '../../src/deadline.ts';
import { listen } from '../support/listen.ts';
import { getLeastMs } from '../support/timing.ts';
import {
  healthy,
  type Script,
  silent,
  startScriptedUpstream,
  toResponse,
  withStatus,
} from './support/scripted-upstream.ts';
import {
  createCallContext,
  createTestTransport,
  getFieldError,
  getOutcome,
  ManualClock,
} from './support/test-transport.ts';

describe('the limits of sockets and of calls in the queue', () => {
  test('consecutive reads use one socket', async () => {
    await using upstream = await startScriptedUpstream();
    await using transport = createTestTransport(upstream.origin);
    for (let count = 0; count < 20; count += 1) await transport.read();
    expect(upstream.socketCount).toBe(1);
  });

  test('a call that exceeds connections and queue is refused immediately as OVERLOADED, and earlier calls succeed', async () => {
    await using upstream = await startScriptedUpstream({ script: silent });
    await using transport = createTestTransport(upstream.origin, {
      upstreamConnections: 2,
      upstreamQueue: 3,
    });
    const calls = Array.from({ length: 5 }, (_, index) => getOutcome(transport.read(`/${index}`)));
    expect(transport.queueDepth).toBe(3);
    const error = await getFieldError(transport.read('/refused'));
    expect(error).toMatchObject({ code: 'OVERLOADED', retryable: true });

    await upstream.waitForExchanges(2);
    upstream.script = healthy;
    for (const exchange of upstream.exchanges.slice(0, 2)) healthy(exchange);
    expect(await Promise.all(calls)).toEqual(['200 /0', '200 /1', '200 /2', '200 /3', '200 /4']);
    // First come, first served.
    expect(upstream.exchanges.map(({ path }) => path).slice(2)).toEqual(['/2', '/3', '/4']);
    expect(upstream.socketCount).toBe(2);
  });

  test('one connection without a queue serves consecutive calls', async () => {
    await using upstream = await startScriptedUpstream();
    await using transport = createTestTransport(upstream.origin, {
      upstreamConnections: 1,
      upstreamQueue: 0,
    });
    for (let count = 0; count < 5; count += 1) {
      expect(await getOutcome(transport.read())).toBe('200 /read');
    }
    const [first, second] = [getOutcome(transport.read()), getOutcome(transport.read())];
    expect(await second).toBe('OVERLOADED');
    expect(await first).toBe('200 /read');
  });

  test('a read leaves the queue when its deadline ends', async () => {
    await using upstream = await startScriptedUpstream({ script: silent });
    await using transport = createTestTransport(upstream.origin, { upstreamConnections: 1 });
    const running = getOutcome(transport.read('/running'));
    const startedAtMs = performance.now();
    const waiting = getOutcome(transport.read('/waiting', new Deadline(60)));
    expect(transport.queueDepth).toBe(1);
    expect(await waiting).toBe('UPSTREAM_TIMEOUT');
    // Half of the attempt timeout, at which the socket becomes free.
    expect(performance.now() - startedAtMs).toBeLessThan(2_500);
    expect(transport.queueDepth).toBe(0);
    await upstream.waitForExchanges(1);
    const [exchange] = upstream.exchanges;
    if (exchange !== undefined) healthy(exchange);
    expect(await running).toBe('200 /running');
    expect(upstream.exchanges).toHaveLength(1);
  });

  test('2,000 reads of an upstream that hangs use no more sockets than allowed, all end, and the transport recovers', async () => {
    await using upstream = await startScriptedUpstream({ script: silent });
    const clock = new ManualClock();
    await using transport = createTestTransport(upstream.origin, {
      upstreamConnections: 16,
      upstreamQueue: 1_000,
      upstreamTimeoutMs: 300,
      upstreamRetries: 0,
      now: clock.now,
    });
    let maxOpen = 0;
    const script: Script = () => {
      maxOpen = Math.max(maxOpen, upstream.openSocketCount);
    };
    upstream.script = script;
    const outcomes = await Promise.all(
      Array.from({ length: 2_000 }, () => getOutcome(transport.read('/r', new Deadline(20_000)))),
    );
    const counts = new Map<string, number>();
    for (const outcome of outcomes) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
    expect(counts.get('OVERLOADED')).toBe(2_000 - 16 - 1_000);
    // Two rounds of attempts, of which the twentieth opens the breaker, and those that began between the two; then the
    // breaker refuses all who wait.
    expect(counts.get('UPSTREAM_TIMEOUT')).toBeLessThanOrEqual(16 + 16 + 3);
    expect(counts.get('UPSTREAM_UNAVAILABLE')).toBeGreaterThanOrEqual(1_000 - 16 - 3);
    expect(maxOpen).toBeLessThanOrEqual(16);
    expect(transport.queueDepth).toBe(0);
    await upstream.waitForOpenSockets(0);

    clock.advance(10_000);
    upstream.script = healthy;
    expect(await getOutcome(transport.read('/probe'))).toBe('200 /probe');
    const after = await Promise.all(Array.from({ length: 100 }, () => getOutcome(transport.read('/r'))));
    expect(new Set(after)).toEqual(new Set(['200 /r']));
    expect(upstream.openSocketCount).toBeLessThanOrEqual(16);
  });

  test('refused connections leave no call behind in the queue', async () => {
    const upstream = await startScriptedUpstream();
    await upstream[Symbol.asyncDispose]();
    await using transport = createTestTransport(upstream.origin, {
      upstreamConnections: 2,
      upstreamRetries: 0,
    });
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => getOutcome(transport.read())));
    expect(new Set(outcomes)).toEqual(new Set(['UPSTREAM_UNAVAILABLE']));
    expect(transport.queueDepth).toBe(0);
  });

  test('the socket of a read whose client disconnects is closed within 200 ms, and the read ends', async () => {
    const leastMs = await getLeastMs(200, async () => {
      await using upstream = await startScriptedUpstream({ script: silent });
      await using transport = createTestTransport(upstream.origin);
      const deadline = new Deadline(10_000);
      const call = getOutcome(transport.read('/r', deadline));
      await upstream.waitForExchanges(1);
      const abandonedAtMs = performance.now();
      deadline.cancel();
      await call;
      await upstream.waitForOpenSockets(0);
      const elapsedMs = performance.now() - abandonedAtMs;
      expect(upstream.exchanges).toHaveLength(1);
      expect(upstream.socketCount).toBe(1);
      upstream.script = healthy;
      expect(await getOutcome(transport.read('/after'))).toBe('200 /after');
      return elapsedMs;
    });
    expect(leastMs).toBeLessThan(200);
  });
});

const after =
  (ms: number): Script =>
  (exchange) => {
    setTimeout(() => healthy(exchange), ms);
  };

const slow = after(300);

test('a waiting call with too little time left is not sent, and the next call gets the socket', async () => {
  await using upstream = await startScriptedUpstream();
  await using transport = createTestTransport(upstream.origin, {
    upstreamConnections: 1,
    upstreamRetries: 0,
  });
  // Neither a write nor a failed read shows how long a read takes.
  await transport.write();
  upstream.script = withStatus('503 Busy');
  await transport.read();
  upstream.forget();
  upstream.script = slow;
  // The fastest read so far takes 300 ms.
  await transport.read('/first');
  const running = getOutcome(transport.read('/running'));
  const tooLate = getOutcome(transport.read('/too-late', new Deadline(450)));
  const inTime = getOutcome(transport.read('/in-time', new Deadline(5_000)));
  expect(await Promise.all([running, tooLate, inTime])).toEqual([
    '200 /running',
    'UPSTREAM_TIMEOUT',
    '200 /in-time',
  ]);
  expect(upstream.exchanges.map(({ path }) => path)).toEqual(['/first', '/running', '/in-time']);
});

test('a call is sent if every waiting call gets a connection, even if every earlier read took longer than its remaining time', async () => {
  await using upstream = await startScriptedUpstream({
    script: (exchange) => (exchange.path === '/slow' ? after(3_000) : healthy)(exchange),
  });
  await using transport = createTestTransport(upstream.origin);
  await Promise.all([transport.read('/slow'), transport.read('/slow')]);
  // Both start in the turn of the responses, so they get released connections.
  const outcomes = [
    getOutcome(transport.read('/a', new Deadline(2_900))),
    getOutcome(transport.read('/b', new Deadline(2_900))),
  ];
  expect(await Promise.all(outcomes)).toEqual(['200 /a', '200 /b']);
});

test('a call with too little time left gives its connection to a call that waits behind it in the same turn', async () => {
  await using upstream = await startScriptedUpstream({ script: slow });
  await using transport = createTestTransport(upstream.origin, { upstreamConnections: 1 });
  await transport.read('/first');
  // In a later turn, the call gets the idle connection without having waited.
  await waitForNextTurn();
  await waitForNextTurn();
  const tooLate = getOutcome(transport.read('/too-late', new Deadline(150)));
  const inTime = getOutcome(transport.read('/in-time'));
  expect(await Promise.all([tooLate, inTime])).toEqual(['UPSTREAM_TIMEOUT', '200 /in-time']);
  expect(upstream.exchanges.map(({ path }) => path)).toEqual(['/first', '/in-time']);
});

describe('a socket that upstream ends', () => {
  test('no read fails if upstream ends idle sockets', async () => {
    await using upstream = await startScriptedUpstream();
    await using transport = createTestTransport(upstream.origin, { upstreamRetries: 0 });
    for (let count = 0; count < 20; count += 1) {
      expect(await getOutcome(transport.read())).toBe('200 /read');
      for (const { socket } of upstream.exchanges) socket.end();
      // Half of the reads start before the gateway can notice the end.
      if (count % 2 === 0) await upstream.waitForOpenSockets(0);
    }
    expect(upstream.exchanges).toHaveLength(20);
  });

  test('only the first idle socket that is reset is replaced without counting as a retry', async () => {
    await using upstream = await startScriptedUpstream({ script: silent });
    const attempts: number[] = [];
    await using transport = createTestTransport(upstream.origin, {
      upstreamRetries: 1,
      observer: {
        // The gateway cannot notice the reset before it gives the socket to this attempt.
        attemptStarted: ({ number, request: { path } }) => {
          if (path === '/read') upstream.exchanges[attempts.push(number) - 1]?.socket.resetAndDestroy();
          return undefined;
        },
      },
    });
    const first = [transport.read('/1'), transport.read('/2'), transport.read('/3')];
    await upstream.waitForExchanges(3);
    // Sockets are used in the order in which they became idle.
    for (const exchange of upstream.exchanges) {
      healthy(exchange);
      await first[Number(exchange.path.slice(1)) - 1];
    }
    expect(await getOutcome(transport.read())).toBe('UPSTREAM_UNAVAILABLE');
    expect(attempts).toEqual([1, 2, 3]);
    expect(upstream.exchanges).toHaveLength(3);
  });
});

describe('two responses to one request', () => {
  const second = toResponse('stale');

  test.each([
    ['in one piece', (exchange) => exchange.socket.write(toResponse(exchange.path) + second)],
    [
      'one right after the other',
      (exchange) => {
        healthy(exchange);
        exchange.socket.write(second);
      },
    ],
    [
      'one a turn of the event loop after the other',
      (exchange) => {
        healthy(exchange);
        setImmediate(() => exchange.socket.write(second));
      },
    ],
    [
      'a second one that is not HTTP',
      (exchange) => exchange.socket.write(`${toResponse(exchange.path)}garbage\r\n\r\n`),
    ],
  ] satisfies [string, Script][])(
    'two responses to one request (%s) reach only one caller, and fail no later read',
    async (_, script) => {
      await using upstream = await startScriptedUpstream({
        // Only on every other socket, so that reads continue.
        script: (exchange) => (exchange.numberOnSocket === 1 ? script(exchange) : healthy(exchange)),
      });
      await using transport = createTestTransport(upstream.origin, {
        upstreamConnections: 1,
        upstreamRetries: 0,
      });
      for (let count = 0; count < 30; count += 1) {
        expect(await getOutcome(transport.read(`/${count}`))).toBe(`200 /${count}`);
      }
      expect(upstream.exchanges).toHaveLength(30);
    },
  );

  test('the second response to a request reaches no call in the queue', async () => {
    await using upstream = await startScriptedUpstream({
      script: (exchange) => {
        healthy(exchange);
        exchange.socket.write(second);
      },
    });
    await using transport = createTestTransport(upstream.origin, {
      upstreamConnections: 2,
      upstreamRetries: 0,
    });
    const outcomes = await Promise.all(
      Array.from({ length: 40 }, (_, index) => getOutcome(transport.read(`/${index}`))),
    );
    expect(outcomes).toEqual(Array.from({ length: 40 }, (_, index) => `200 /${index}`));
  });

  test('if upstream responds before all of a request has been sent, the socket is not used again', async () => {
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket);
      // Only the first socket gets a body, of which the rest is never read.
      const isFirst = sockets.size === 1;
      socket
        .on('error', () => {})
        .once('data', () => {
          if (isFirst) socket.pause();
          socket.write(toResponse('{}', isFirst ? '422 Wrong' : '200 OK'));
        });
    });
    await listen(server);
    const origin = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    await using transport = createTestTransport(origin, { upstreamConnections: 1, upstreamRetries: 0 });
    const request = { operation: 'upsert', method: 'PUT', path: '/', provider: 'custom' } as const;
    // More than the buffers of the operating system hold.
    const body = 'x'.repeat(32 * 1024 * 1024);
    const write = transport.send({ ...request, body, context: createCallContext(new Deadline(10_000)) });
    expect(await getOutcome(write)).toBe('422 {}');
    expect(await getOutcome(transport.read())).toBe('200 {}');
    expect(sockets.size).toBe(2);
    server.close();
    for (const socket of sockets) socket.destroy();
  });

  test('a second response that arrives on an idle socket ends the socket', async () => {
    await using upstream = await startScriptedUpstream();
    await using transport = createTestTransport(upstream.origin, { upstreamRetries: 0 });
    expect(await getOutcome(transport.read('/one'))).toBe('200 /one');
    upstream.exchanges[0]?.socket.write(second);
    await upstream.waitForOpenSockets(0);
    expect(await getOutcome(transport.read('/two'))).toBe('200 /two');
    expect(upstream.socketCount).toBe(2);
  });
});
