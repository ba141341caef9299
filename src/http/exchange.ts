import { randomUUID } from 'node:crypto';
import { type ForwardedHeaders, InvalidHeaders, readHeaders } from '../credentials.ts';
import { Deadline } from '../deadline.ts';
import { RequestError } from '../execution/index.ts';
import type { RequestObservation } from '../observability/request-observation.ts';
import type { Telemetry } from '../observability/telemetry.ts';
import { RequestContext } from '../resolvers/request-context.ts';
import type { GalileoClient } from '../upstream/galileo-client.ts';
import { CallerGone } from './body.ts';
import { allowOrigin } from './cors.ts';
import type { GraphqlGateway } from './gateway.ts';
import type { IncomingRequest } from './incoming-request.ts';
import { type HttpResponse, type MediaType, negotiateMediaType, toErrorResponse } from './responses.ts';

/** What exchanges need of the gateway that they belong to. */
export interface ExchangeOptions {
  readonly galileo: GalileoClient;
  readonly telemetry: Telemetry;
  /** From the arrival of the request. */
  readonly requestTimeoutMs: number;
  /** Undefined where no page of another origin is served. */
  readonly corsOrigins: readonly string[] | undefined;
  readonly gateway: GraphqlGateway;
  /** Takes the request in, to be given back with `leave`; false where too many run. */
  readonly enter: () => boolean;
  readonly leave: () => void;
}

/** How long a caller that was shed is asked to wait; the least that `Retry-After` can say, and requests end sooner. */
const shedRetryAfterSeconds = 1;

/**
 * One request from its arrival to the end of its answer, whichever HTTP library it comes through: its headers, its place among
 * the requests that run, its deadline, its refusal, and what is told of it to logs, metrics and traces.
 */
export class Exchange {
  /** The caller's where it is usable, else a new one. */
  readonly requestId: string;
  readonly #incoming: IncomingRequest;
  readonly #options: ExchangeOptions;
  readonly #observation: RequestObservation;
  readonly #mediaType: MediaType | undefined;
  readonly #refusal: RequestError | undefined;
  readonly #deadline: Deadline | undefined;
  /** Until the answer is made: while it is being sent, nothing of what it was made of is kept. */
  #context: RequestContext | undefined;
  #isClosed = false;

  constructor(incoming: IncomingRequest, options: ExchangeOptions) {
    const arrivedAtMs = performance.now();
    const { method, rawHeaders } = incoming;
    const headers = readRequestHeaders(rawHeaders);
    const { observation, forwarded } = options.telemetry.observeRequest(
      method,
      headers.forwarded,
      arrivedAtMs,
    );
    this.requestId = forwarded.requestId;
    this.#incoming = incoming;
    this.#options = options;
    this.#observation = observation;
    this.#mediaType = negotiateMediaType(incoming.getHeader('accept'));
    this.#refusal = headers.refusal;
    // Not a request of GraphQL's, but a browser's question whether it may send one.
    if (method === 'OPTIONS') observation.discard();
    if (this.#refusal === undefined && !options.enter()) this.#refusal = createShedError();
    if (this.#refusal !== undefined) return;
    this.#deadline = new Deadline(options.requestTimeoutMs, arrivedAtMs);
    this.#context = new RequestContext(options.galileo, forwarded, this.#deadline, observation);
  }

  /** The answer, whatever goes wrong in making it; undefined where the caller went away before its request was complete. */
  async answer(): Promise<HttpResponse | undefined> {
    let response: HttpResponse;
    try {
      response = await this.#execute();
    } catch (error) {
      if (error instanceof CallerGone) return undefined;
      response = this.#refuse(this.#toRequestError(error));
    }
    this.#observation.end(response.status);
    this.#context = undefined;
    return allowOrigin(response, this.#options.corsOrigins, this.#incoming.getHeader('origin'));
  }

  /** To be called when the answer is out, or the caller is gone, or both; once is enough. */
  close(isAnswered: boolean): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (!isAnswered) this.#observation.end(undefined);
    if (this.#deadline === undefined) return;
    if (!isAnswered) this.#deadline.abandon();
    this.#deadline.release();
    this.#options.leave();
  }

  #execute(): Promise<HttpResponse> {
    if (this.#context === undefined) throw this.#refusal ?? createShedError();
    if (this.#mediaType === undefined) throw createNotAcceptableError();
    const request = { incoming: this.#incoming, context: this.#context, mediaType: this.#mediaType };
    return this.#options.gateway(request);
  }

  #toRequestError(error: unknown): RequestError {
    if (error instanceof RequestError) return error;
    this.#options.telemetry.reportFault(error, this.#context ?? { requestId: this.requestId });
    return new RequestError('INTERNAL_SERVER_ERROR', 'The gateway failed to answer this request.');
  }

  #refuse(error: RequestError): HttpResponse {
    this.#observation.refuse(error.code);
    // Without a context nothing of the request but its id is in the answer.
    const context = this.#context ?? { requestId: this.requestId, redact: (text: string) => text };
    return toErrorResponse(error, this.#mediaType ?? 'application/json', context);
  }
}

function readRequestHeaders(rawHeaders: readonly string[]): {
  readonly forwarded: ForwardedHeaders;
  readonly refusal?: RequestError;
} {
  try {
    return { forwarded: readHeaders(rawHeaders, randomUUID) };
  } catch (error) {
    if (!(error instanceof InvalidHeaders)) throw error;
    const { requestId, message } = error;
    return {
      forwarded: { headers: [], hasCredential: false, requestId },
      refusal: new RequestError('BAD_REQUEST', message),
    };
  }
}

const createShedError = () =>
  new RequestError('OVERLOADED', 'The gateway takes no more requests for now.', {
    headers: { 'retry-after': String(shedRetryAfterSeconds) },
  });

const createNotAcceptableError = () =>
  new RequestError('BAD_REQUEST', 'Answers are application/json or application/graphql-response+json.', {
    status: 406,
  });
