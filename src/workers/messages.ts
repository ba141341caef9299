import { isJsonObject } from '../json.ts';
import type { MetricsSnapshot } from '../observability/metrics.ts';

/** What a worker tells the process that started it. */
export type WorkerMessage =
  | { readonly type: 'listening'; readonly url: string }
  /** It cannot start; the message is for people. */
  | { readonly type: 'failed'; readonly message: string }
  | { readonly type: 'metrics'; readonly snapshot: MetricsSnapshot };

/** What a worker is told. */
export type CrewMessage = { readonly type: 'drain' } | { readonly type: 'get-metrics' };

/** Undefined for what is no message of a worker's: other libraries may talk on the same channel. */
export function readWorkerMessage(message: unknown): WorkerMessage | undefined {
  if (!isJsonObject(message)) return undefined;
  const { type, url, message: text, snapshot } = message;
  if (type === 'listening' && typeof url === 'string') return { type, url };
  if (type === 'failed' && typeof text === 'string') return { type, message: text };
  if (type === 'metrics' && Array.isArray(snapshot)) return { type, snapshot: snapshot.filter(isJsonObject) };
  return undefined;
}

/** Undefined for what is no message of the crew's. */
export function readCrewMessage(message: unknown): CrewMessage | undefined {
  if (!isJsonObject(message)) return undefined;
  const { type } = message;
  return type === 'drain' || type === 'get-metrics' ? { type } : undefined;
}
