import { isAscii } from 'node:buffer';
import { isJsonObject } from '../json.ts';
import { UpstreamError, type UpstreamErrorCode } from './errors.ts';
import type { TransportResponse } from './transport.ts';

/** One entry of upstream's 422, as far as it could be read. */
export interface ValidationIssue {
  /** Where in upstream's own request the fault is: `["body", "model_properties", 0, "name"]`. */
  readonly location: readonly (string | number)[];
  readonly message: string;
  /** Upstream's word for the kind of fault: `missing`, `string_type`, … */
  readonly type: string;
}

/** In characters. Longer messages of upstream's are cut: what people need of them stands at their beginning. */
const maxMessageLength = 500;

const jsonMediaType = /^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i;

/** The parsed body of a JSON answer; undefined where it is not JSON by its media type or its text. */
export function parseJson({ contentType, body }: TransportResponse): unknown {
  if (contentType === undefined || !jsonMediaType.test(contentType)) return undefined;
  try {
    return JSON.parse(body.toString(isAscii(body) ? 'latin1' : 'utf8'));
  } catch {
    return undefined;
  }
}

/** Cuts out of a text of upstream's what its caller may not read. */
export type Redaction = (text: string) => string;

/** The error that an answer without success means to a caller. */
export function toUpstreamError(
  response: TransportResponse,
  kind: 'read' | 'write',
  redact: Redaction,
): UpstreamError {
  const { status, retryAfterMs } = response;
  const code = toCode(status, kind);
  const isRedirect = status >= 300 && status < 400;
  const message = isRedirect ? undefined : readMessage(parseJson(response), redact);
  return new UpstreamError(code, message, {
    upstreamStatus: status,
    retryAfterMs,
    ...(code === 'UPSTREAM_ERROR' ? { retryable: status >= 500 } : {}),
  });
}

function toCode(status: number, kind: 'read' | 'write'): UpstreamErrorCode {
  if (status >= 300 && status < 400) return 'UPSTREAM_INVALID_RESPONSE';
  switch (status) {
    case 401:
      return 'UNAUTHENTICATED';
    case 403:
      return 'FORBIDDEN';
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
      return kind === 'read' ? 'UPSTREAM_UNAVAILABLE' : 'UPSTREAM_OUTCOME_UNKNOWN';
    default:
      return 'UPSTREAM_ERROR';
  }
}

/** Upstream's own words in one of its error forms, on one line; undefined where it has none. */
export function readMessage(body: unknown, redact: Redaction): string | undefined {
  if (!isJsonObject(body)) return undefined;
  const { detail, standard_error: standardError } = body;
  if (typeof detail === 'string') return toLine(detail, redact);
  if (isJsonObject(standardError) && typeof standardError['message'] === 'string') {
    return toLine(standardError['message'], redact);
  }
  const messages = readIssues(detail, redact).map(({ message }) => message);
  return messages.length === 0 ? undefined : cut(messages.join('; '));
}

/** The entries of a FastAPI validation error; what is no such entry is passed over. Its `input` and `ctx` are not read. */
export function readIssues(detail: unknown, redact: Redaction): ValidationIssue[] {
  if (!Array.isArray(detail)) return [];
  return detail.filter(isJsonObject).map(({ loc, msg, type }) => ({
    location: Array.isArray(loc) ? loc.filter(isLocationPart) : [],
    message: (typeof msg === 'string' ? toLine(msg, redact) : undefined) ?? 'Galileo gave no reason.',
    type: (typeof type === 'string' ? toLine(type, redact) : undefined) ?? 'unknown',
  }));
}

const isLocationPart = (part: unknown): part is string | number =>
  typeof part === 'string' || typeof part === 'number';

/**
 * The first line of a text, redacted and cut to a length for people; undefined where nothing is left, or where it is a
 * stack. Redacted first: a secret may have several lines, or stand where the text is cut.
 */
function toLine(text: string, redact: Redaction): string | undefined {
  const line =
    redact(text)
      .trim()
      .split(/[\r\n]/, 1)[0]
      ?.trim() ?? '';
  return line === '' || line.startsWith('Traceback ') ? undefined : cut(line);
}

const cut = (line: string) =>
  line.length > maxMessageLength ? `${line.slice(0, maxMessageLength).toWellFormed()}…` : line;
