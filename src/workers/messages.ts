import { z } from 'zod';
import { isJsonObject } from '../json.ts';

// Libraries can use the same channel, so both sides ignore other messages.

export const WorkerMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('listening'), url: z.string() }),
  /** The worker cannot start. The message is one readable line. `isConfigError`: whether the error is a ConfigError. */
  z.object({ type: z.literal('failed'), message: z.string(), isConfigError: z.boolean() }),
  /** The worker wants to end. It stops listening when another worker listens, after 30 seconds at the latest. */
  z.object({ type: z.literal('draining') }),
  z.object({ type: z.literal('metrics'), snapshot: z.array(z.custom<object>(isJsonObject)).readonly() }),
]);
export type WorkerMessage = z.infer<typeof WorkerMessage>;

/** `replaced`: another worker listens, so a worker that drains can stop listening. */
export const PrimaryMessage = z.object({ type: z.enum(['drain', 'replaced', 'get-metrics']) });
export type PrimaryMessage = z.infer<typeof PrimaryMessage>;
