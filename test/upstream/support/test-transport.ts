import { Deadline } from '../../../src/deadline.ts';
import { FieldError } from '../../../src/upstream/errors.ts';
import type { UpstreamResponse } from '../../../src/upstream/responses.ts';
import { Transport, type TransportOptions } from '../../../src/upstream/transport.ts';
import type { CallContext, CallRequest } from '../../../src/upstream/transport-types.ts';
import { createUnlimitedReservation } from '../../support/memory.ts';

/** A transport that is destroyed at the end of its scope, with short forms of its calls. */
export interface TestTransport extends Pick<Transport, keyof Transport> {
  /** A `GET`. Its deadline is released when the call ends, as in the gateway. */
  read(path?: string, deadline?: Deadline, caller?: string): Promise<UpstreamResponse>;
  /** A `PUT` with a body. */
  write(path?: string, deadline?: Deadline): Promise<UpstreamResponse>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Retries follow immediately: without the option `random`, the jitter is 0. */
export function createTestTransport(
  galileoApiUrl: URL,
  options: Partial<TransportOptions> = {},
): TestTransport {
  const transport = new Transport({
    galileoApiUrl,
    upstreamConnections: 4,
    upstreamQueue: 100,
    upstreamTimeoutMs: 5_000,
    upstreamConnectTimeoutMs: 2_000,
    upstreamConnectionMaxAgeMs: Number.POSITIVE_INFINITY,
    upstreamRetries: 2,
    upstreamMaxResponseBytes: 100_000,
    random: () => 0,
    ...options,
  });
  const send = async (request: CallRequest) => {
    try {
      return await transport.send(request);
    } finally {
      request.context.deadline.cancel();
    }
  };
  return {
    send: (request) => transport.send(request),
    get queueDepth() {
      return transport.queueDepth;
    },
    get isBreakerOpen() {
      return transport.isBreakerOpen;
    },
    close: () => transport.close(),
    destroy: () => transport.destroy(),
    read: (path = '/read', deadline = new Deadline(10_000), caller = 'caller-1') =>
      send({
        operation: 'get_integration',
        method: 'GET',
        path,
        provider: 'openai',
        context: createCallContext(deadline, caller),
      }),
    write: (path = '/write', deadline = new Deadline(10_000)) =>
      send({
        operation: 'upsert',
        method: 'PUT',
        path,
        provider: 'custom',
        body: '{"a":1}',
        context: createCallContext(deadline),
      }),
    async [Symbol.asyncDispose]() {
      transport.destroy();
      await transport.close();
    },
  };
}

/** A context with unlimited memory and without headers. */
export const createCallContext = (deadline: Deadline, caller = 'caller-1'): CallContext => ({
  hasCredential: true,
  headers: [],
  traceHeaders: [],
  caller,
  deadline,
  reservation: createUnlimitedReservation(),
  requestId: 'request-1',
  redactUpstreamMessage: (text) => text,
  traceContext: undefined,
});

/** The FieldError of a call. Throws if the call succeeds or fails with another error. */
export async function getFieldError(call: Promise<unknown>): Promise<FieldError> {
  let response: unknown;
  try {
    response = await call;
  } catch (error) {
    if (error instanceof FieldError) return error;
    throw error;
  }
  throw new Error(`The call succeeded: ${JSON.stringify(response)}`);
}

/** How the call ended: the code of the error, or status and body of the response. */
export async function getOutcome(call: Promise<UpstreamResponse>): Promise<string> {
  try {
    const { status, body } = await call;
    return `${status} ${body.toString()}`;
  } catch (error) {
    if (error instanceof FieldError) return error.code;
    throw error;
  }
}

/** A clock that stands still until it is advanced. */
export class ManualClock {
  #nowMs = 1_000_000;

  readonly now = (): number => this.#nowMs;

  advance(byMs: number): void {
    this.#nowMs += byMs;
  }
}
