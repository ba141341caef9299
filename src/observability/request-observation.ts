import type { Context } from '@opentelemetry/api';
import { type FieldError, type OperationParams, type PreparedOperation, toHash } from '../execution/index.ts';
import { redactionMark } from '../secrets.ts';

/** The label of a request's kind in metrics; `unknown` where it was refused before that could be told. */
export const operationTypes = ['query', 'mutation', 'unknown'] as const;
export type OperationType = (typeof operationTypes)[number];

/**
 * How a request ended, by the worst that was in its answer:
 * - `ok`: nothing failed
 * - `client_error`: the caller can mend it: a bad document, a bad credential, too many calls
 * - `upstream_error`: upstream failed, or could not be reached
 * - `shed`: refused because too much was going on, or because the process is ending
 * - `fault`: the gateway failed
 * - `cancelled`: the caller went away before the answer
 */
export const requestOutcomes = [
  'ok',
  'client_error',
  'upstream_error',
  'shed',
  'fault',
  'cancelled',
] as const;
export type RequestOutcome = (typeof requestOutcomes)[number];

/** The span of a request. */
export interface RequestTrace {
  /** In which its upstream calls are made. */
  readonly context: Context;
  readonly traceId: string;
}

/** What is known of a GraphQL request at its end. */
export interface RequestEnd {
  readonly requestId: string;
  readonly operationType: OperationType;
  /** Cut to a length, of the letters that GraphQL has for names, without the secrets of the request. */
  readonly operationName: string | undefined;
  /** SHA-256 of the document in hexadecimal. */
  readonly documentHash: string | undefined;
  /** Of the answer; undefined where the caller was gone. */
  readonly status: number | undefined;
  readonly outcome: RequestOutcome;
  /** Of the errors in the answer, each once. */
  readonly codes: readonly string[];
  /** From the request's arrival to its answer. */
  readonly durationMs: number;
  /** Undefined where traces are off. */
  readonly trace: RequestTrace | undefined;
}

/** In characters: longer than people's names of operations, and no way to fill a disk. */
const maxNameLength = 100;

/** Follows one GraphQL request from its arrival to its answer, whichever way it takes. */
export class RequestObservation {
  readonly requestId: string;
  /** Undefined where traces are off. */
  readonly trace: RequestTrace | undefined;
  /** What was asked for, as soon as it is known. */
  params: OperationParams | undefined;
  /** What is executed, as soon as it is known. */
  operation: PreparedOperation | undefined;
  /** Cuts the secrets of the request out of a text. */
  redactor: { redact(text: string): string } | undefined;
  readonly #arrivedAtMs: number;
  readonly #onEnd: (end: RequestEnd) => void;
  readonly #codes: string[] = [];
  #response: Omit<RequestEnd, 'requestId' | 'codes' | 'durationMs' | 'trace'> | undefined;
  #isShed = false;
  #isEnded = false;

  /** @param arrivedAtMs on the clock of `performance.now()` */
  constructor(
    requestId: string,
    arrivedAtMs: number,
    trace: RequestTrace | undefined,
    onEnd: (end: RequestEnd) => void,
  ) {
    this.requestId = requestId;
    this.trace = trace;
    this.#arrivedAtMs = arrivedAtMs;
    this.#onEnd = onEnd;
  }

  /** Takes the errors of fields. */
  addErrors(errors: readonly FieldError[]): void {
    for (const { extensions } of errors) this.#addCode(String(extensions['code']));
  }

  /** The request is not executed. */
  refuse(code: string): void {
    this.#addCode(code);
    // Among the errors of fields, OVERLOADED is the queue to upstream.
    if (code === 'OVERLOADED') this.#isShed = true;
  }

  /** The response is complete, but not sent. Nothing of the request is kept from now on but what `RequestEnd` has. */
  respond(status: number): void {
    this.#response ??= { ...this.#describe(), status, outcome: this.#getOutcome(status) };
    this.params = undefined;
    this.operation = undefined;
    this.redactor = undefined;
  }

  /** The response was sent; or the client is gone. Further calls do nothing. */
  end(isSent: boolean): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    const response =
      isSent && this.#response !== undefined
        ? this.#response
        : { ...(this.#response ?? this.#describe()), status: undefined, outcome: 'cancelled' as const };
    this.#onEnd({
      ...response,
      requestId: this.requestId,
      codes: this.#codes,
      durationMs: performance.now() - this.#arrivedAtMs,
      trace: this.trace,
    });
    this.redactor = undefined;
  }

  /** This is no request to tell of. */
  discard(): void {
    this.#isEnded = true;
  }

  #describe(): Pick<RequestEnd, 'operationType' | 'operationName' | 'documentHash'> {
    return {
      operationType: this.#getOperationType(),
      operationName: this.#getOperationName(),
      documentHash: this.operation?.hash ?? getDocumentHash(this.params),
    };
  }

  #addCode(code: string): void {
    if (!this.#codes.includes(code)) this.#codes.push(code);
  }

  #getOperationType(): OperationType {
    const type = this.operation?.operation.operation;
    return type === 'query' || type === 'mutation' ? type : 'unknown';
  }

  #getOperationName(): string | undefined {
    const name = this.operation?.operation.name?.value ?? this.params?.operationName;
    if (name === undefined) return undefined;
    const readable = name.slice(0, maxNameLength).replace(/\W/g, '?');
    // Before and after it is cut: neither a part of a secret nor one within odd letters shall remain.
    const clean = this.redactor?.redact(name) ?? name;
    return clean === name ? readable : redactionMark;
  }

  #getOutcome(status: number): RequestOutcome {
    const codes = this.#codes;
    if (codes.length === 0) return status < 400 ? 'ok' : 'client_error';
    if (codes.includes('INTERNAL_SERVER_ERROR')) return 'fault';
    if (this.#isShed) return 'shed';
    for (const code of codes)
      if (code.startsWith('UPSTREAM_') || code === 'OVERLOADED') return 'upstream_error';
    return 'client_error';
  }
}

/** A trusted document's id where it looks like one: what else stands in its place is the caller's own text. */
function getDocumentHash(params: OperationParams | undefined): string | undefined {
  const hash = params?.documentId === undefined ? undefined : toHash(params.documentId);
  return hash !== undefined && /^[\da-f]{64}$/.test(hash) ? hash : undefined;
}
