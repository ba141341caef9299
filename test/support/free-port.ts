import { once } from 'node:events';
import { createServer } from 'node:net';

/** A port that is free now, for programs that cannot pick one themselves or cannot say which one they picked. */
export async function getFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return address.port;
}

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
