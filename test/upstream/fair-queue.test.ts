import { describe, expect, test } from 'vitest';
import { Deadline } from '../../src/deadline.ts';
import { FairQueue, type Queueable } from '../../src/upstream/fair-queue.ts';
import { getLeastMs, startCpuTimer } from '../support/timing.ts';
import { healthy, silent, startScriptedUpstream } from './support/scripted-upstream.ts';
import { createTestTransport, getOutcome } from './support/test-transport.ts';

async function startBusy(upstreamConnections: number, upstreamQueue: number) {
  const upstream = await startScriptedUpstream({ script: silent });
  const transport = createTestTransport(upstream.origin, { upstreamConnections, upstreamQueue });
  const call = (caller: string, path: string) =>
    getOutcome(transport.read(`/${caller}${path}`, new Deadline(10_000), caller));
  /** Responds to that many requests, one after the other, and returns their paths in order. */
  const respondToAll = async (count: number) => {
    for (let index = 0; index < count; index += 1) {
      await upstream.waitForExchanges(index + 1);
      const exchange = upstream.exchanges[index];
      if (exchange !== undefined) healthy(exchange);
    }
    return upstream.exchanges.map(({ path }) => path.slice(1));
  };
  return {
    upstream,
    transport,
    call,
    respondToAll,
    async [Symbol.asyncDispose]() {
      await transport[Symbol.asyncDispose]();
      await upstream[Symbol.asyncDispose]();
    },
  };
}

describe('a caller that waits for a socket', () => {
  test('a waiting caller gets the next socket if another caller has more than its share', async () => {
    await using busy = await startBusy(3, 100);
    const calls = Array.from({ length: 20 }, (_, index) => busy.call('a', `${index}`));
    await busy.upstream.waitForExchanges(3);
    calls.push(busy.call('b', '0'), busy.call('b', '1'), busy.call('c', '0'));
    const order = await busy.respondToAll(calls.length);
    await Promise.all(calls);
    expect(order.slice(3, 6)).toEqual(['b0', 'c0', 'a3']);
    expect(order.indexOf('b1')).toBeLessThanOrEqual(6);
  });

  test('waiting callers take turns if they have the same number of sockets', async () => {
    await using busy = await startBusy(1, 100);
    const calls = [busy.call('a', '0')];
    await busy.upstream.waitForExchanges(1);
    for (const caller of ['a', 'b', 'c'])
      for (const path of ['1', '2', '3']) calls.push(busy.call(caller, path));
    const order = await busy.respondToAll(calls.length);
    expect(order).toEqual(['a0', 'b1', 'c1', 'a1', 'b2', 'c2', 'a2', 'b3', 'c3', 'a3']);
    await Promise.all(calls);
  });
});

describe('a full queue', () => {
  test('a full queue accepts another caller, and refuses the newest call of the caller with the most calls', async () => {
    await using busy = await startBusy(1, 4);
    const calls = Array.from({ length: 5 }, (_, index) => busy.call('a', `${index}`));
    await busy.upstream.waitForExchanges(1);
    const others = [busy.call('b', '0'), busy.call('b', '1'), busy.call('b', '2'), busy.call('c', '0')];
    expect(busy.transport.queueDepth).toBe(4);
    // Callers a and b kept two calls each when c arrived.
    expect(await Promise.all([calls[4], calls[3], others[2]])).toEqual(Array(3).fill('OVERLOADED'));
    await busy.respondToAll(5);
    const outcomes = await Promise.all([...calls, ...others]);
    expect(outcomes.filter((outcome) => outcome === 'OVERLOADED')).toHaveLength(4);
    expect(await others[3]).toBe('200 /c0');
  });

  test('a full queue refuses the next call of the caller that fills it', async () => {
    await using busy = await startBusy(1, 2);
    const calls = Array.from({ length: 4 }, (_, index) => busy.call('a', `${index}`));
    expect(await calls[3]).toBe('OVERLOADED');
    await busy.respondToAll(3);
    expect(await Promise.all(calls.slice(0, 3))).toEqual(['200 /a0', '200 /a1', '200 /a2']);
  });
});

test('1,000 settings pages of 14 calls fit into the default queue, and cancelling them all costs less than 500 ms of CPU time', async () => {
  const leastMs = await getLeastMs(500, async () => {
    await using busy = await startBusy(64, 16_384);
    const deadlines = Array.from({ length: 1_000 }, () => new Deadline(60_000));
    const calls = deadlines.flatMap((deadline, page) =>
      Array.from({ length: 14 }, (_, index) =>
        getOutcome(busy.transport.read(`/${index}`, deadline, `caller-${page % 7}`)),
      ),
    );
    expect(busy.transport.queueDepth).toBe(14_000 - 64);
    const getCpuMs = startCpuTimer();
    for (const deadline of deadlines) deadline.cancel();
    const cpuMs = getCpuMs();
    expect(busy.transport.queueDepth).toBe(0);
    expect(new Set(await Promise.all(calls))).toEqual(new Set(['UPSTREAM_TIMEOUT']));
    return cpuMs;
  });
  // A scan of the queue for every call would take seconds.
  expect(leastMs).toBeLessThan(500);
});

test('the queue is fair and complete over random steps of many callers', () => {
  class Item implements Queueable {
    readonly caller: string;
    isQueued = false;
    constructor(caller: string) {
      this.caller = caller;
    }
  }
  const queue = new FairQueue<Item>();
  const waiting: Item[] = [];
  const running: Item[] = [];
  const count = (items: readonly Item[], caller: string) =>
    items.filter((item) => item.caller === caller).length;
  const forget = (item: Item) => waiting.splice(waiting.indexOf(item), 1);
  let seed = 7;
  const random = (below: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((seed / 2_147_483_648) * below);
  };
  for (let step = 0; step < 20_000; step += 1) {
    const choice = random(10);
    if (choice < 4 && waiting.length < 60) {
      const item = new Item(`caller-${random(5) * random(3)}`);
      waiting.push(item);
      queue.push(item);
    } else if (choice < 6) {
      const item = queue.shift();
      expect(item === undefined).toBe(waiting.length === 0);
      if (item === undefined) continue;
      const fewest = Math.min(...waiting.map(({ caller }) => count(running, caller)));
      expect(count(running, item.caller)).toBe(fewest);
      expect(waiting.find(({ caller }) => caller === item.caller)).toBe(item);
      forget(item);
      running.push(item);
      queue.countRunning(item.caller, 1);
    } else if (choice < 8) {
      const [item] = running.splice(random(running.length), 1);
      if (item !== undefined) queue.countRunning(item.caller, -1);
    } else if (choice === 8) {
      const item = waiting[random(waiting.length)];
      if (item === undefined) continue;
      forget(item);
      queue.remove(item);
      queue.remove(item);
    } else {
      const key = `caller-${random(9)}`;
      const most = Math.max(0, ...waiting.map(({ caller }) => count(waiting, caller)));
      const item = queue.makeRoom(key);
      expect(item !== undefined).toBe(most > count(waiting, key) + 1);
      if (item === undefined) continue;
      expect(count(waiting, item.caller)).toBe(most);
      expect(waiting.findLast(({ caller }) => caller === item.caller)).toBe(item);
      forget(item);
    }
    expect(queue.length).toBe(waiting.length);
  }
});
