import { setImmediate } from 'node:timers/promises';
import { expect } from 'vitest';

/** The value of the promise. Fails if a rejection of this process was unhandled until then. */
export async function withoutUnhandled<Value>(promise: Promise<Value>): Promise<Value> {
  const unhandled: unknown[] = [];
  const onUnhandled = (reason: unknown) => unhandled.push(reason);
  process.on('unhandledRejection', onUnhandled);
  try {
    const value = await promise;
    // Node reports unhandled rejections before it handles the next event.
    await setImmediate();
    expect(unhandled).toEqual([]);
    return value;
  } finally {
    process.off('unhandledRejection', onUnhandled);
  }
}
