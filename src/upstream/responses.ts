import { isAscii } from 'node:buffer';
import { shortenMessage } from '../errors.ts';
import { isJsonObject, type JsonObject } from '../json.ts';
import type { Verdict } from './breaker.ts';
import { FieldError, type FieldErrorCode } from './errors.ts';
import { findHint } from './operator-hints.ts';
import type { AttemptOutcome, CallRequest } from './transport-types.ts';

type Method = CallRequest['method'];

/** One entry of upstream's 422. */
interface ValidationIssue {
  /**
   * The first 32 parts of FastAPI's `loc`, in upstream's names: `["body", "model_properties", 0, "name"]`. Empty if
   * upstream sent none. Not redacted, because it is compared with names and keys.
   */
  readonly location: readonly (string | number)[];
  readonly message: string;
  /** Upstream's error type: `missing`, `string_type`, … */
  readonly type: string;
}

/** Upstream's 422. */
export interface UpstreamValidationFailure {
  readonly message: string | undefined;
  readonly issues: readonly ValidationIssue[];
}

/** Removes what must not leave the process from an upstream string. */
export type Redaction = (text: string) => string;

/** More than any form has inputs. */
const maxIssues = 1_000;
/** Deeper than any declared input. */
const maxLocationParts = 32;

const jsonMediaType = /^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i;

// Throws if the bytes are not UTF-8, and removes a byte order mark.
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** A response with any status. Its body is parsed when it is first needed, and only once. */
export class UpstreamResponse {
  readonly status: number;
  readonly contentType: string | undefined;
  /** Upstream's `Retry-After` as milliseconds from now; undefined if it is absent or malformed. */
  readonly retryAfterMs: number | undefined;
  readonly body: Buffer;
  /** What the request holds in memory for the body and its parsed value. */
  readonly heldBytes: number;
  /** Whether the body was discarded, because it is incomplete, compressed, too large, or does not fit into memory. */
  readonly isBodyDropped: boolean;
  #json: unknown;
  #isParsed = false;

  constructor(
    status: number,
    contentType: string | undefined,
    retryAfterMs: number | undefined,
    body: Buffer,
    heldBytes = 0,
    isBodyDropped = false,
  ) {
    this.status = status;
    this.contentType = contentType;
    this.retryAfterMs = retryAfterMs;
    this.body = body;
    this.heldBytes = heldBytes;
    this.isBodyDropped = isBodyDropped;
  }

  /** The parsed body; undefined if it is not JSON by its media type or its content. */
  get json(): unknown {
    if (!this.#isParsed) this.#json = this.#parse();
    this.#isParsed = true;
    return this.#json;
  }

  #parse(): unknown {
    if (!isJsonMediaType(this)) return undefined;
    try {
      return JSON.parse(isAscii(this.body) ? this.body.toString('latin1') : utf8.decode(this.body));
    } catch {
      return undefined;
    }
  }
}

const isJsonMediaType = ({ contentType }: UpstreamResponse) =>
  contentType === 'application/json' || (contentType !== undefined && jsonMediaType.test(contentType));

/** Whether the call succeeded: any 2xx for a DELETE. For other methods, the body of a 2xx can report an error. */
export const isSuccess = (response: UpstreamResponse, method: Method): boolean =>
  isSuccessStatus(response) && (method === 'DELETE' || readGalileoErrorCode(response) === undefined);

const isSuccessStatus = ({ status }: UpstreamResponse) => status >= 200 && status < 300;

/** The body of a success. Throws FieldError if it is not JSON of that shape. */
export function expectJson<T>(response: UpstreamResponse, hasShape: (body: unknown) => body is T): T {
  const { json, status } = response;
  if (hasShape(json)) return json;
  const message =
    json === undefined
      ? 'Galileo sent a response that is not JSON.'
      : 'Galileo sent JSON that does not match its documentation.';
  throw new FieldError('UPSTREAM_INVALID_RESPONSE', message, { upstreamStatus: status });
}

/** The outcome of an attempt with this response, for retries, the circuit breaker, metrics and logs. */
export function toAttemptOutcome(response: UpstreamResponse, method: Method): AttemptOutcome {
  if (method === 'DELETE' && isSuccessStatus(response)) return 'responded';
  if (isProviderError(response)) return 'PROVIDER_ERROR';
  if (isSuccessStatus(response)) return isJsonMediaType(response) ? 'responded' : 'foreign';
  if (isForeignError(response) || isRedirect(response)) return 'foreign';
  if (response.status !== 429) return 'responded';
  return isWithin(readGalileoErrorCode(response), galileoErrorCodes.all) ? 'responded' : 'RATE_LIMITED';
}

function isForeignError(response: UpstreamResponse): boolean {
  // Rate limiters in front of the API send no body.
  if (response.status === 429 && response.body.length === 0) return false;
  if (response.isBodyDropped) return !isJsonMediaType(response);
  return response.status === 404 ? !hasErrorForm(response.json) : response.json === undefined;
}

/** Why a response is `foreign`, for the log. Contains no data of the response. */
export function explainForeignResponse(response: UpstreamResponse): string {
  const { status } = response;
  const hint = findHint(response.body.toString('latin1', 0, 4_096));
  if (hint !== undefined) return hint;
  if (isRedirect(response)) return 'Upstream sent a redirect: check GALILEO_API_URL.';
  if (status === 404)
    return 'This 404 is not from the API: check the path in GALILEO_API_URL, and any proxy in front of the API.';
  return 'The response is not JSON: a proxy between the gateway and the API may have sent it.';
}

/** Galileo's `standard_error` codes for integrations. Ranges include both ends. */
const galileoErrorCodes = {
  all: [7000, 7013],
  provider: [7000, 7006],
  input: [7007, 7011],
  notConfigured: 7012,
  notFound: 7013,
} as const;

/** Whether upstream reports that the LLM provider failed or rejected the call, with any status. */
function isProviderError(response: UpstreamResponse): boolean {
  return isWithin(readGalileoErrorCode(response), galileoErrorCodes.provider);
}

/**
 * What the response says about upstream's health. A 500 is from the API itself, so the service is reachable. Galileo's
 * error codes are about one integration.
 */
export function toVerdict(response: UpstreamResponse): Verdict {
  const { status } = response;
  if ((status >= 400 && status < 500) || isWithin(readGalileoErrorCode(response), galileoErrorCodes.all))
    return 'neutral';
  return status === 502 || status === 503 || status === 504 ? 'bad' : 'good';
}

/**
 * Whether the response means that the integration is not configured, which is not an error for a read: a 404 or
 * Galileo's error code for it, but not its code for other missing resources.
 */
export function isNotConfigured(response: UpstreamResponse): boolean {
  if (isSuccess(response, 'GET') || readGalileoErrorCode(response) === galileoErrorCodes.notFound)
    return false;
  return toFieldErrorCode(response, 'GET') === 'NOT_FOUND';
}

/**
 * Upstream's 422, whose list of issues can be empty. Undefined for any other response, and if the 422 has the error
 * code of another failure.
 */
export function readValidationFailure(
  response: UpstreamResponse,
  method: Method,
  redact: Redaction,
): UpstreamValidationFailure | undefined {
  if (response.status !== 422 || toFieldErrorCode(response, method) !== 'BAD_USER_INPUT') return undefined;
  const { json } = response;
  const detail = isJsonObject(json) ? json['detail'] : undefined;
  return { message: readMessage(json, redact), issues: readIssues(detail, redact) };
}

export function toFieldError(response: UpstreamResponse, method: Method, redact: Redaction): FieldError {
  const { json, retryAfterMs, status } = response;
  const code = toFieldErrorCode(response, method);
  const message = code === 'UPSTREAM_INVALID_RESPONSE' ? undefined : readMessage(json, redact);
  return new FieldError(code, message, {
    upstreamStatus: status,
    retryAfterMs,
    galileoErrorCode: readGalileoErrorCode(response),
    // Only POST is not idempotent: repeated, it could make the same change twice.
    ...(code === 'UPSTREAM_ERROR' && { retryable: status >= 500 && method !== 'POST' }),
    ...(code === 'PROVIDER_ERROR' && { retryable: readStandardError(json)?.['retriable'] === true }),
  });
}

function toFieldErrorCode(response: UpstreamResponse, method: Method): FieldErrorCode {
  const { status } = response;
  const errorCode = readGalileoErrorCode(response);
  if (isProviderError(response)) return 'PROVIDER_ERROR';
  if (isWithin(errorCode, galileoErrorCodes.input)) return 'BAD_USER_INPUT';
  if (errorCode === galileoErrorCodes.notConfigured || errorCode === galileoErrorCodes.notFound)
    return 'NOT_FOUND';
  if (isRedirect(response)) return 'UPSTREAM_INVALID_RESPONSE';
  switch (status) {
    case 401:
      return 'UNAUTHENTICATED';
    case 403:
      return 'FORBIDDEN';
    case 404:
      // The 404 of a proxy has another form. That of FastAPI for an unknown path is treated as Galileo's own.
      return hasErrorForm(response.json) ? 'NOT_FOUND' : 'UPSTREAM_INVALID_RESPONSE';
    case 400:
    case 409:
    case 422:
      return 'BAD_USER_INPUT';
    case 429:
      return 'RATE_LIMITED';
    case 503:
      return 'UPSTREAM_UNAVAILABLE';
    case 502:
    case 504:
      return method === 'GET' ? 'UPSTREAM_UNAVAILABLE' : 'UPSTREAM_OUTCOME_UNKNOWN';
    default:
      return 'UPSTREAM_ERROR';
  }
}

const isRedirect = ({ status }: UpstreamResponse) => status >= 300 && status < 400;

const isWithin = (value: number | undefined, [minimum, maximum]: readonly [number, number]) =>
  value !== undefined && value >= minimum && value <= maximum;

const hasErrorForm = (body: unknown) =>
  isJsonObject(body) && (body['detail'] !== undefined || body['standard_error'] !== undefined);

function readStandardError(body: unknown): JsonObject | undefined {
  const standardError = isJsonObject(body) ? body['standard_error'] : undefined;
  return isJsonObject(standardError) ? standardError : undefined;
}

function readGalileoErrorCode({ json }: UpstreamResponse): number | undefined {
  const code = readStandardError(json)?.['error_code'];
  return typeof code === 'number' && Number.isSafeInteger(code) ? code : undefined;
}

/** Upstream's message in any of its error formats, on one line. Undefined if there is none. */
function readMessage(body: unknown, redact: Redaction): string | undefined {
  if (!isJsonObject(body)) return undefined;
  const { detail } = body;
  const line = toLine(readText(detail), redact) ?? toLine(readStandardError(body)?.['message'], redact);
  if (line !== undefined) return line;
  const messages = readIssues(detail, redact).map(({ message }) => message);
  return messages.length === 0 ? undefined : shortenMessage(messages.join('; '));
}

/** The message in `detail` or in one of its entries. Usually a string. */
const readText = (detail: unknown): unknown =>
  isJsonObject(detail) ? [detail['message'], detail['msg'], detail['error']].find(isText) : detail;

const isText = (value: unknown): boolean => typeof value === 'string' && value.trim() !== '';

/** The entries of a FastAPI validation error, or of a list of strings. `input` and `ctx` of an entry are not read. */
function readIssues(detail: unknown, redact: Redaction): ValidationIssue[] {
  if (!Array.isArray(detail)) return [];
  const issues: ValidationIssue[] = [];
  for (const entry of detail.slice(0, maxIssues) as unknown[]) {
    const { loc, type } = isJsonObject(entry) ? entry : { loc: undefined, type: undefined };
    const text = readText(entry);
    if (typeof text !== 'string' && !isJsonObject(entry)) continue;
    issues.push({
      location: Array.isArray(loc) ? loc.slice(0, maxLocationParts).filter(isLocationPart) : [],
      message: toLine(text, redact) ?? 'Galileo gave no reason.',
      type: toLine(type, redact) ?? 'unknown',
    });
  }
  return issues;
}

const isLocationPart = (part: unknown): part is string | number =>
  typeof part === 'string' || typeof part === 'number';

/**
 * The first line of a string, redacted and cut to the length of a message, without a Python traceback. Undefined if
 * it is empty or not a string. Redaction comes first, because a secret can have several lines or extend over the cut.
 */
function toLine(text: unknown, redact: Redaction): string | undefined {
  if (typeof text !== 'string') return undefined;
  const line =
    redact(text)
      .trim()
      .split(/[\r\n]|Traceback \(/, 1)[0]
      // The prefix is pydantic's.
      ?.replaceAll('Value error, ', '')
      .trim() ?? '';
  return line === '' ? undefined : shortenMessage(line);
}

const seconds = /^\d+$/;
// The three forms of RFC 9110, section 5.6.7. Date.parse accepts many others.
const zonedDate = /^(?:\w{3}, \d{2} \w{3} \d{4}|\w{6,9}, \d{2}-\w{3}-\d{2}) \d{2}:\d{2}:\d{2} GMT$/;
const asctimeDate = /^\w{3} \w{3} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}$/;

/** An HTTP date in milliseconds since 1970. NaN if it is malformed. */
function toTimeMs(date: string): number {
  if (zonedDate.test(date)) return Date.parse(date);
  return asctimeDate.test(date) ? Date.parse(`${date} GMT`) : Number.NaN;
}

/**
 * A `Retry-After` (RFC 9110, section 10.2.3), seconds or date, as milliseconds from now. 0 if the date has passed.
 * Undefined if the value is malformed.
 *
 * @param sentAt the `Date` of the response: a date of its `Retry-After` is compared with the same clock
 */
export function toRetryAfterMs(value: string, sentAt = ''): number | undefined {
  if (seconds.test(value)) return Math.min(Number(value) * 1_000, Number.MAX_SAFE_INTEGER);
  const timeMs = toTimeMs(value);
  return Number.isNaN(timeMs) ? undefined : Math.max(0, timeMs - (toTimeMs(sentAt) || Date.now()));
}
