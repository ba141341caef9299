import { isJsonObject } from '../json.ts';
import type { MetricsSnapshot } from '../observability/metrics.ts';

/** From a worker to the primary process. */
export type WorkerMessage =
  | { readonly type: 'listening'; readonly url: string }
  /** The worker cannot start. The message is one readable line. */
  | { readonly type: 'failed'; readonly message: string }
  /** The worker drains as soon as another one listens. */
  | { readonly type: 'draining' }
  | { readonly type: 'metrics'; readonly snapshot: MetricsSnapshot };

/** From the primary process to a worker. */
export type PrimaryMessage =
  | { readonly type: 'drain' }
  /** Another worker listens, so a worker that drains can stop listening. */
  | { readonly type: 'replaced' }
  | { readonly type: 'get-metrics' };

/** Undefined if it is not a message of a worker, because libraries can use the same channel. */
export function readWorkerMessage(message: unknown): WorkerMessage | undefined {
  if (!isJsonObject(message)) return undefined;
  const { type, url, message: text, snapshot } = message;
  if (type === 'listening' && typeof url === 'string') return { type, url };
  if (type === 'failed' && typeof text === 'string') return { type, message: text };
  if (type === 'draining') return { type };
  if (type === 'metrics' && Array.isArray(snapshot)) return { type, snapshot: snapshot.filter(isJsonObject) };
  return undefined;
}

/** Undefined if it is not a message of the primary process. */
export function readPrimaryMessage(message: unknown): PrimaryMessage | undefined {
  if (!isJsonObject(message)) return undefined;
  const { type } = message;
  return type === 'drain' || type === 'replaced' || type === 'get-metrics' ? { type } : undefined;
}
