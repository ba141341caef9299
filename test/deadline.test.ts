import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Deadline, type DeadlineEnd } from '../src/deadline.ts';

test('a deadline counts from the arrival of its request, even if the request waited before it was processed', async () => {
  const ends: DeadlineEnd[] = [];
  const deadline = new Deadline(10_000, performance.now() - 10_000);
  deadline.onEnd((end) => ends.push(end));
  await setTimeout(50);
  expect(ends).toEqual(['expired']);
});

test('a deadline that was cancelled has no timer', () => {
  const countTimers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
  const before = countTimers();
  const deadline = new Deadline(10_000);
  expect(countTimers()).toBe(before + 1);
  deadline.cancel();
  expect(countTimers()).toBe(before);
});
