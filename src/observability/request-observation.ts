import { performance } from 'node:perf_hooks';
import type { Context } from '@opentelemetry/api';
import type { OperationParams, PreparedOperation } from '../execution/index.ts';
import { redactionMark } from '../secrets.ts';
import { normalizeDocumentId } from '../trusted-documents.ts';

/** Label of metrics; `unknown` if the request was refused before its operation was known. */
export const operationTypes = ['query', 'mutation', 'unknown'] as const;

/**
 * How a request ended, by the worst result in its response:
 * - `ok`: without an error
 * - `client_error`: an invalid document, a bad credential, too many calls, a failure of the LLM provider
 * - `upstream_error`: upstream failed or was not reached
 * - `shed`: refused because a limit was reached or the process was draining
 * - `internal_error`: the gateway failed
 * - `cancelled`: the client disconnected before the end of the response
 */
export const requestOutcomes = [
  'ok',
  'client_error',
  'upstream_error',
  'shed',
  'internal_error',
  'cancelled',
] as const;
export type RequestOutcome = (typeof requestOutcomes)[number];

export interface RequestTrace {
  /** For the spans of upstream calls. */
  readonly context: Context;
  readonly traceId: string;
  readonly spanId: string;
}

/** In characters. Longer than real names of operations, and too short to fill a disk. */
const maxNameLength = 100;

/** Follows one GraphQL request from its arrival to the end of its response, for the log, metrics and traces. */
export class RequestObservation {
  requestId: string;
  /** The client's address behind the proxies of TRUST_PROXY. Undefined if unknown. */
  readonly clientAddress: string | undefined;
  /** Undefined if traces are off. */
  readonly trace: RequestTrace | undefined;
  /** Codes of the errors in the response, each once. */
  readonly codes: string[] = [];
  operationType: (typeof operationTypes)[number] = 'unknown';
  /** At most 100 characters that GraphQL allows in names, without secrets of the request. */
  operationName: string | undefined;
  /** SHA-256 of the document in hexadecimal. */
  documentHash: string | undefined;
  /** HTTP status. Undefined if the client disconnected. */
  status: number | undefined;
  outcome: RequestOutcome = 'cancelled';
  /** From the arrival of the request to the end of its response. */
  durationMs = 0;
  /** Set when the body has been parsed. */
  params: OperationParams | undefined;
  /** Set when the document has been prepared. */
  operation: PreparedOperation | undefined;
  /** Has the final request id, and redacts the name of the operation. */
  redactor: { readonly requestId: string; redact(text: string): string } | undefined;
  readonly #arrivedAtMs: number;
  readonly #onEnd: (observation: RequestObservation) => void;
  #isShed = false;
  #isEnded = false;

  /** @param onEnd called once, when the other properties are complete */
  constructor(
    requestId: string,
    arrivedAtMs: number,
    clientAddress: string | undefined,
    trace: RequestTrace | undefined,
    onEnd: (observation: RequestObservation) => void,
  ) {
    this.requestId = requestId;
    this.trace = trace;
    this.#arrivedAtMs = arrivedAtMs;
    this.clientAddress = clientAddress;
    this.#onEnd = onEnd;
  }

  addErrors(errors: readonly { readonly extensions: { readonly code: string } }[]): void {
    for (const { extensions } of errors) this.#addCode(extensions.code);
  }

  /** Records the code of a response with `errors` and without `data`. */
  recordRequestError(code: string): void {
    this.#addCode(code);
    // Only here does OVERLOADED mean a shed request. As the code of a field error, it means a full upstream queue or no
    // memory for a response.
    if (code === 'OVERLOADED') this.#isShed = true;
  }

  /** Records that the response is complete, but not sent. From now on, nothing else of the request is kept. */
  recordResponse(status: number): void {
    this.#recordOperation();
    this.status = status;
    this.outcome = this.#getOutcome(status);
    this.params = undefined;
    this.operation = undefined;
    this.redactor = undefined;
  }

  /** Records that the response was sent, or that the client has disconnected. Further calls do nothing. */
  end(isSent: boolean): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    if (this.status === undefined) this.#recordOperation();
    if (!isSent) {
      this.status = undefined;
      this.outcome = 'cancelled';
    }
    this.durationMs = performance.now() - this.#arrivedAtMs;
    this.#onEnd(this);
    this.redactor = undefined;
  }

  /** Neither logs nor counts the request, because it is not a GraphQL request. */
  discard(): void {
    this.#isEnded = true;
  }

  #recordOperation(): void {
    this.requestId = this.redactor?.requestId ?? this.requestId;
    const type = this.operation?.definition.operation;
    this.operationType = type === 'query' || type === 'mutation' ? type : 'unknown';
    this.operationName = this.#getOperationName();
    this.documentHash = this.operation?.hash ?? this.#getDocumentHash();
  }

  #addCode(code: string): void {
    if (!this.codes.includes(code)) this.codes.push(code);
  }

  #getOperationName(): string | undefined {
    const name = this.operation?.definition.name?.value ?? this.params?.operationName;
    if (name === undefined) return undefined;
    const readable = name.slice(0, maxNameLength).replace(/\W/g, '?');
    // The whole name is searched, so that no part of a secret remains.
    const clean = this.redactor?.redact(name) ?? name;
    return clean === name ? readable : redactionMark;
  }

  /** The id of a trusted document. Anything that is not a hash is data of the caller. */
  #getDocumentHash(): string | undefined {
    const { documentId } = this.params ?? {};
    const hash = documentId === undefined ? '' : normalizeDocumentId(documentId);
    if (!/^[\da-f]{64}$/.test(hash)) return undefined;
    return (this.redactor?.redact(hash) ?? hash) === hash ? hash : redactionMark;
  }

  #getOutcome(status: number): RequestOutcome {
    const codes = this.codes;
    if (codes.length === 0) return status < 400 ? 'ok' : 'client_error';
    if (codes.includes('INTERNAL_SERVER_ERROR')) return 'internal_error';
    if (this.#isShed) return 'shed';
    const isUpstreamError = codes.some((code) => code.startsWith('UPSTREAM_') || code === 'OVERLOADED');
    return isUpstreamError ? 'upstream_error' : 'client_error';
  }
}
