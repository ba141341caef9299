import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * The first of consecutive ports that are free now. They are below the ports that systems assign, so that no test that runs at
 * the same time takes one.
 */
export async function getFreePorts(count: number): Promise<number> {
  for (;;) {
    const first = 20_000 + Math.floor(Math.random() * 10_000);
    const servers = Array.from({ length: count }, (_, index) =>
      createServer().listen(first + index, '127.0.0.1'),
    );
    const results = await Promise.allSettled(servers.map((server) => once(server, 'listening')));
    for (const server of servers) server.close();
    if (results.every(({ status }) => status === 'fulfilled')) return first;
  }
}

/** A port that is free now, for programs that cannot pick one themselves or cannot say which one they picked. */
export const getFreePort = (): Promise<number> => getFreePorts(1);

/** Waits until the URL responds with 200. */
export async function waitUntilReady(url: string, timeoutMs = 30_000): Promise<void> {
  const endMs = performance.now() + timeoutMs;
  for (;;) {
    const isReady = await fetch(url).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isReady) return;
    if (performance.now() > endMs) throw new Error(`${url} is not ready.`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
