import { Buffer } from 'node:buffer';
import type { Config } from '../config.ts';
import type { CallerHeaders } from '../credentials.ts';
import { Deadline } from '../deadline.ts';
import {
  createNoMemoryError,
  createResponseTooLargeError,
  type PreparedOperation,
  RequestError,
} from '../execution/index.ts';
import { maxParsedFactor, type Reservation } from '../memory.ts';
import type { RequestObservation } from '../observability/request-observation.ts';
import type { Telemetry } from '../observability/telemetry.ts';
import { type ContextServices, RequestContext } from '../resolvers/request-context.ts';
import type { Admission } from './admission.ts';
import { readCallerHeaders } from './caller-headers.ts';
import type { Cors } from './cors.ts';
import { isJsonContentType, type MediaType, mediaTypes, negotiateMediaType } from './header-fields.ts';
import { ClientDisconnected, createShedError, HttpError } from './http-errors.ts';
import type { HttpRequest } from './http-request.ts';
import type { Pipeline } from './pipeline.ts';
import { type HttpResponse, toErrorResponse } from './responses.ts';

export interface HandlerServices extends ContextServices {
  readonly config: Pick<Config, 'requestTimeoutMs' | 'maxRequestBytes' | 'maxResponseBytes'>;
  readonly telemetry: Telemetry;
  readonly admission: Admission;
  readonly cors: Cors;
  readonly pipeline: Pipeline;
  /** Whether a request keeps its parsed body while it is executed: graphql-yoga does. */
  readonly keepsBody: boolean;
}

/** One GraphQL request: its admission, deadline and memory, and its result as an HttpResponse. It writes nothing. */
export class Exchange {
  /** The `x-request-id` of the response. Final when `run` has resolved. */
  requestId: string;
  readonly #request: HttpRequest;
  readonly #services: HandlerServices;
  readonly #callerHeaders: CallerHeaders;
  readonly #observation: RequestObservation;
  readonly #mediaType: MediaType;
  /** Whether the Accept header allows a media type of GraphQL. */
  readonly #isAcceptable: boolean;
  readonly #deadline: Deadline;
  readonly #reservation: Reservation;
  /**
   * Separate from `#reservation`: a write that outlives its field releases bytes there later, and would release those
   * of the response.
   */
  readonly #responseReservation: Reservation;
  #prepared: PreparedOperation | undefined;
  #isMutation = false;
  #hasSlot = false;
  /**
   * Whether the body is being read or the operation is running. If the client disconnects meanwhile, the reservation is
   * closed when that ends.
   */
  #isRunning = false;
  #isEnded = false;

  constructor(request: HttpRequest, arrivedAtMs: number, services: HandlerServices) {
    const { telemetry, admission, config } = services;
    const callerHeaders = readCallerHeaders(request.rawHeaders);
    this.requestId = callerHeaders.requestId;
    this.#callerHeaders = callerHeaders;
    this.#request = request;
    this.#services = services;
    this.#observation = telemetry.observeRequest(
      request.method,
      request.remoteAddress,
      request.getHeader('x-forwarded-for'),
      callerHeaders,
      arrivedAtMs,
    );
    const mediaType = negotiateMediaType(request.getHeader('accept'), mediaTypes);
    this.#isAcceptable = mediaType !== undefined;
    this.#mediaType = mediaType ?? 'application/json';
    this.#deadline = new Deadline(config.requestTimeoutMs, arrivedAtMs);
    this.#reservation = admission.createReservation();
    this.#responseReservation = admission.createReservation();
  }

  /**
   * The response. Undefined if the client disconnected before the response was ready. Errors become responses, so this
   * rejects only if the code that creates a response fails.
   */
  async run(): Promise<HttpResponse | undefined> {
    const { cors } = this.#services;
    const preflight = cors.respondToPreflight(this.#request);
    // An OPTIONS request is neither logged nor counted.
    if (this.#request.method === 'OPTIONS') this.#observation.discard();
    if (preflight !== undefined) return preflight;
    const context = new RequestContext(
      this.#services,
      this.#callerHeaders,
      this.#deadline,
      this.#observation.trace?.context,
      this.#reservation,
    );
    this.#observation.redactor = context;
    let response: HttpResponse;
    this.#isRunning = true;
    try {
      this.#checkRequest();
      // A variable with the body would keep it in memory until this function ends.
      response = await this.#readBody().then((body) => this.#runPipeline(body, context));
      this.#endRun();
      this.#holdResponse(response);
    } catch (error) {
      this.#endRun();
      if (error instanceof ClientDisconnected) return undefined;
      this.#reservation.releaseAll();
      response = this.#toErrorResponse(error, context);
    }
    this.requestId = context.requestId;
    this.#observation.recordResponse(response.status);
    this.#deadline.cancel();
    return cors.allow(this.#request, response, context);
  }

  /** Must be called when the response has been sent or can no longer be sent. Further calls do nothing. */
  end(isSent: boolean): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#deadline.cancel();
    this.#responseReservation.close();
    if (!this.#isRunning) this.#reservation.close();
    if (this.#hasSlot) this.#services.admission.returnSlot();
    this.#observation.end(isSent);
  }

  /** Throws RequestError if the request is refused without reading its body, so that shedding it costs little. */
  #checkRequest(): void {
    const { method } = this.#request;
    const { problem } = this.#callerHeaders;
    if (problem !== undefined) throw new RequestError('BAD_REQUEST', problem);
    if (this.#services.admission.isFull) throw createShedError();
    if (!this.#isAcceptable)
      throw new HttpError(
        'BAD_REQUEST',
        'The Accept header must allow application/json or application/graphql-response+json.',
        { status: 406 },
      );
    if (method !== 'POST' && method !== 'GET' && method !== 'HEAD')
      throw new HttpError('METHOD_NOT_ALLOWED', 'Send a GraphQL request with GET or POST.', {
        status: 405,
        headers: { allow: 'GET, POST' },
      });
    if (method === 'POST' && !isJsonContentType(this.#request.getHeader('content-type')))
      throw new RequestError('UNSUPPORTED_MEDIA_TYPE', 'Send the request body as application/json in UTF-8.');
  }

  /**
   * The body, or undefined for GET and HEAD, whose query string it counts towards the memory. Throws or rejects with
   * RequestError if the request is refused, and with ClientDisconnected.
   */
  #readBody(): Promise<string | undefined> {
    const { config, admission } = this.#services;
    const request = this.#request;
    if (request.method === 'POST')
      return request.readBody({
        maxBytes: config.maxRequestBytes,
        deadline: this.#deadline,
        admission,
        reservation: this.#reservation,
      });
    if (!this.#reservation.take(request.search.length * maxParsedFactor)) throw createShedError();
    return Promise.resolve(undefined);
  }

  #runPipeline(body: string | undefined, context: RequestContext): Promise<HttpResponse> {
    const { admission, pipeline } = this.#services;
    if (this.#isEnded) throw new ClientDisconnected();
    if (!admission.takeSlot()) throw createShedError();
    this.#hasSlot = true;
    return pipeline.run({
      request: this.#request,
      body,
      context,
      observation: this.#observation,
      mediaType: this.#mediaType,
      onPrepared: (operation) => this.#onPrepared(operation),
    });
  }

  /** Releases what only the execution needs. Further calls do nothing. */
  #endRun(): void {
    this.#isRunning = false;
    this.#releaseDocument();
    if (this.#isEnded) this.#reservation.close();
  }

  #onPrepared(prepared: PreparedOperation): void {
    const { operation, variableDefinitions = [] } = prepared.definition;
    this.#isMutation = operation === 'mutation';
    this.#observation.operation = prepared;
    // Without variables, nothing of the parsed body is kept. The document counts separately.
    if (variableDefinitions.length === 0 && !this.#services.keepsBody) this.#reservation.releaseAll();
    this.#releaseDocument();
    // Counted for this request, because the cache can drop the document while it is in use. With plugins, this can be
    // called after the run has ended.
    if (!this.#isRunning || !this.#reservation.takeShared(prepared)) throw createShedError();
    this.#prepared = prepared;
    // The observation has the operation now.
    this.#observation.params = undefined;
  }

  #releaseDocument(): void {
    if (this.#prepared !== undefined) this.#reservation.releaseShared(this.#prepared);
    this.#prepared = undefined;
  }

  /**
   * Holds the memory of the response. Throws RequestError if it exceeds MAX_RESPONSE_BYTES or does not fit into
   * MAX_BUFFERED_BYTES, and ClientDisconnected if the exchange has ended.
   */
  #holdResponse({ body }: HttpResponse): void {
    if (this.#isEnded) throw new ClientDisconnected();
    const { maxResponseBytes } = this.#services.config;
    const { length } = body;
    // A character has at most three bytes in UTF-8.
    if (length * 3 > maxResponseBytes && Buffer.byteLength(body) > maxResponseBytes)
      throw createResponseTooLargeError(maxResponseBytes, this.#isMutation);
    this.#reservation.releaseAll();
    if (!this.#responseReservation.take(getStoredBytes(body)))
      throw createNoMemoryError('response', this.#isMutation);
  }

  #toErrorResponse(error: unknown, context: RequestContext): HttpResponse {
    const known =
      error instanceof RequestError
        ? error
        : new RequestError('INTERNAL_SERVER_ERROR', 'The gateway failed to handle this request.');
    if (known !== error) context.reportError(error);
    this.#observation.recordRequestError(known.code);
    return toErrorResponse(known, this.#mediaType, context);
  }
}

/** Below this length, it does not matter whether a character takes one or two bytes. */
const minMeasuredLength = 16_384;

/** The size of a body in memory, in bytes. A string takes two bytes per character if one is beyond Latin-1. */
function getStoredBytes(body: string | Buffer): number {
  const { length } = body;
  return length < minMeasuredLength || Buffer.byteLength(body) === length ? length : 2 * length;
}
