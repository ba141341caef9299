import type { TransportObserver } from '../upstream/transport.ts';
import type { Log } from './log.ts';
import type { RequestEnd, RequestOutcome } from './request-observation.ts';

/** `warn`: something that is not the caller's doing and may pass. `error`: something to mend here. */
const levels: Readonly<Record<RequestOutcome, 'info' | 'warn' | 'error'>> = {
  ok: 'info',
  client_error: 'info',
  cancelled: 'info',
  upstream_error: 'warn',
  shed: 'warn',
  fault: 'error',
};

/** One line for each GraphQL request. Its document and its variables are never given to it. */
export function logRequest(log: Log, end: RequestEnd): void {
  const level = levels[end.outcome];
  if (!log.isLevelEnabled(level)) return;
  log[level](
    {
      requestId: end.requestId,
      traceId: end.trace?.traceId,
      operationType: end.operationType,
      operationName: end.operationName,
      documentHash: end.documentHash,
      status: end.status,
      outcome: end.outcome,
      codes: end.codes.length === 0 ? undefined : end.codes,
      durationMs: roundMs(end.durationMs),
    },
    'request',
  );
}

/** Lines of calls to upstream: `warn` where upstream failed, else `debug`. */
export function createCallLog(log: Log): TransportObserver {
  return {
    callEnded({ method, provider, requestId }, { attempts, status, failure, isForeign, reason, durationMs }) {
      const isUpstreamAtFault =
        failure === undefined
          ? isForeign || (status !== undefined && status >= 500)
          : failure !== 'cancelled';
      const level = isUpstreamAtFault ? 'warn' : 'debug';
      if (!log.isLevelEnabled(level)) return;
      log[level](
        { requestId, method, provider, status, attempts, failure, reason, durationMs: roundMs(durationMs) },
        'upstream call',
      );
    },
    breakerChanged(state) {
      if (state === 'open') log.warn('upstream is unwell: calls are refused for ten seconds');
      else if (state === 'closed') log.info('upstream is well again');
    },
  };
}

/** Microseconds are as fine as it gets. */
const roundMs = (ms: number): number => Math.round(ms * 1000) / 1000;
