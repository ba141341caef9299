import type { BreakerState, CallEnd, CallRequest } from '../upstream/transport-types.ts';
import type { Log } from './log.ts';
import type { RequestObservation, RequestOutcome } from './request-observation.ts';

/** `warn`: a temporary failure that the caller did not cause. `error`: the gateway must be fixed. */
const levels: Readonly<Record<RequestOutcome, 'info' | 'warn' | 'error'>> = {
  ok: 'info',
  client_error: 'info',
  cancelled: 'info',
  upstream_error: 'warn',
  shed: 'warn',
  internal_error: 'error',
};

/** One line for each GraphQL request. It contains neither the document nor variables. */
export function logRequest(log: Log, observation: RequestObservation): void {
  const level = levels[observation.outcome];
  if (!log.isLevelEnabled(level)) return;
  log[level](
    {
      requestId: observation.requestId,
      clientAddress: observation.clientAddress,
      trace_id: observation.trace?.traceId,
      span_id: observation.trace?.spanId,
      operationType: observation.operationType,
      operationName: observation.operationName,
      documentHash: observation.documentHash,
      status: observation.status,
      outcome: observation.outcome,
      codes: observation.codes.length === 0 ? undefined : observation.codes,
      durationMs: roundMs(observation.durationMs),
    },
    'request',
  );
}

/** One line for each upstream call: `warn` if it failed or the response is foreign or 5xx, otherwise `debug`. */
export function logCall(
  log: Log,
  { operation, method, provider, context }: CallRequest,
  { attempts, status, failure, isForeign, reason, durationMs }: CallEnd,
): void {
  const isFailure =
    failure === undefined ? isForeign || (status !== undefined && status >= 500) : failure !== 'cancelled';
  const level = isFailure ? 'warn' : 'debug';
  if (!log.isLevelEnabled(level)) return;
  log[level](
    {
      requestId: context.requestId,
      operation,
      method,
      provider,
      status,
      attempts,
      failure,
      foreign: isForeign || undefined,
      reason,
      durationMs: roundMs(durationMs),
    },
    'upstream call',
  );
}

export function logBreaker(log: Log, state: BreakerState): void {
  if (state === 'open')
    log.warn('circuit breaker opened: upstream calls are refused for at least ten seconds');
  else if (state === 'closed') log.info('circuit breaker closed');
}

const roundMs = (ms: number): number => Math.round(ms * 1000) / 1000;
