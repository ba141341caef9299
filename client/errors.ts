/** Codes of a field error: the response has `data`, and the field is null. */
export const fieldErrorCodes = [
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'BAD_USER_INPUT',
  'NOT_FOUND',
  'RATE_LIMITED',
  'PROVIDER_ERROR',
  'UPSTREAM_UNAVAILABLE',
  'UPSTREAM_TIMEOUT',
  'UPSTREAM_OUTCOME_UNKNOWN',
  'UPSTREAM_INVALID_RESPONSE',
  'UPSTREAM_ERROR',
  'OVERLOADED',
  'INTERNAL_SERVER_ERROR',
] as const;

/**
 * Codes of a response without `data`. Usually the request was not executed. If the response did not fit
 * (`QUERY_TOO_COMPLEX`, `OVERLOADED`), it was. `BAD_USER_INPUT` (variables), `OVERLOADED` and `INTERNAL_SERVER_ERROR`
 * occur here too.
 */
export const requestErrorCodes = [
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'OPERATION_RESOLUTION_FAILURE',
  'QUERY_TOO_COMPLEX',
  'PERSISTED_DOCUMENT_NOT_FOUND',
  'PERSISTED_DOCUMENT_REQUIRED',
  'PERSISTED_QUERY_NOT_SUPPORTED',
  'BAD_REQUEST',
  'REQUEST_TOO_LARGE',
  'UNSUPPORTED_MEDIA_TYPE',
  'METHOD_NOT_ALLOWED',
] as const;

/** Why a field or a request failed. The gateway's docs/errors.md explains each. */
export type ErrorCode = (typeof fieldErrorCodes)[number] | (typeof requestErrorCodes)[number];

/** The `extensions` of an error. */
export interface ErrorExtensions {
  readonly code: ErrorCode;
  /** The `x-request-id` of the response, which the gateway's log lines also contain. */
  readonly requestId: string;
  /** Whether the same request can succeed later. Without `data`, present only if it is true. */
  readonly retryable?: boolean;
  /** How long to wait before the next attempt, in milliseconds. */
  readonly retryAfterMs?: number;
  /** The HTTP status of Galileo's response, if there was one. */
  readonly upstreamStatus?: number;
  /** Galileo's own error code, if its response had one: 7000 to 7006 for a failure of the LLM provider. */
  readonly galileoErrorCode?: number;
}

/**
 * An error from the gateway with checked extensions, or the failure of a request that the gateway did not respond to.
 */
export interface GatewayError {
  readonly code: ErrorCode | 'NETWORK_ERROR';
  readonly message: string;
  /** Path of the field in the response; empty if the request as a whole failed. */
  readonly path: readonly (string | number)[];
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;
  readonly requestId: string | undefined;
  readonly upstreamStatus: number | undefined;
  readonly galileoErrorCode: number | undefined;
}

const codes: ReadonlySet<unknown> = new Set([...fieldErrorCodes, ...requestErrorCodes]);
const isErrorCode = (code: unknown): code is ErrorCode => codes.has(code);

/**
 * Reads the errors of a result. Takes Apollo Client's `error`, urql's `CombinedError`, graphql-request's `ClientError`,
 * or a plain `errors` array. A failure without a GraphQL error, such as a lost connection, becomes one `NETWORK_ERROR`.
 * Null and undefined become an empty array.
 */
export function toGatewayErrors(error: unknown): readonly GatewayError[] {
  if (error === undefined || error === null) return [];
  const errors = findErrors(error);
  if (errors !== undefined && errors.length > 0) return errors.map(toGatewayError);
  if (Array.isArray(error)) return [];
  return [
    {
      code: 'NETWORK_ERROR',
      message: error instanceof Error ? error.message : 'The request failed.',
      path: [],
      retryable: true,
      retryAfterMs: undefined,
      requestId: undefined,
      upstreamStatus: undefined,
      galileoErrorCode: undefined,
    },
  ];
}

const isArray = (value: unknown): value is readonly unknown[] => Array.isArray(value);

function findErrors(error: unknown): readonly unknown[] | undefined {
  if (isArray(error)) return error;
  const { errors, graphQLErrors, networkError, response, source } = toRecord(error);
  // Apollo Client 3 has a response with an HTTP error in `networkError`, next to empty `graphQLErrors`.
  const { result } = toRecord(networkError);
  // `source` is Relay's.
  return [
    errors,
    toRecord(result)['errors'],
    graphQLErrors,
    toRecord(response)['errors'],
    toRecord(source)['errors'],
  ].find(isArray);
}

function toGatewayError(error: unknown): GatewayError {
  const { message, path, extensions } = toRecord(error);
  const { code, retryable, retryAfterMs, requestId, upstreamStatus, galileoErrorCode } = toRecord(extensions);
  return {
    code: isErrorCode(code) ? code : 'INTERNAL_SERVER_ERROR',
    message: typeof message === 'string' ? message : 'Unknown error',
    path: Array.isArray(path) ? path.filter((part) => ['string', 'number'].includes(typeof part)) : [],
    retryable: retryable === true,
    retryAfterMs: toNumber(retryAfterMs),
    requestId: typeof requestId === 'string' ? requestId : undefined,
    upstreamStatus: toNumber(upstreamStatus),
    galileoErrorCode: toNumber(galileoErrorCode),
  };
}

const toRecord = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? { ...value } : {};

const toNumber = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);

/** The errors at or below a path of the response. */
export function errorsAt(
  errors: readonly GatewayError[],
  path: readonly (string | number)[],
): readonly GatewayError[] {
  return errors.filter((error) => path.every((part, depth) => error.path[depth] === part));
}

/** Whether the same request can succeed later. For a mutation, `isOutcomeUnknown` takes precedence. */
export const isRetryable = ({ retryable }: GatewayError): boolean => retryable;

const uncertainCodes: ReadonlySet<unknown> = new Set([
  'NETWORK_ERROR',
  'UPSTREAM_OUTCOME_UNKNOWN',
  'UPSTREAM_INVALID_RESPONSE',
  'UPSTREAM_ERROR',
  'INTERNAL_SERVER_ERROR',
  // The response was too large.
  'QUERY_TOO_COMPLEX',
]);

/** Whether a mutation with this error may have been executed: read the data before you offer to try again. */
export const isOutcomeUnknown = ({ code, path, retryable }: GatewayError): boolean =>
  // A request that was shed can be sent again. A mutation whose response does not fit into memory cannot.
  uncertainCodes.has(code) || (code === 'OVERLOADED' && path.length === 0 && !retryable);

/** The longest delay of `setTimeout`, in milliseconds. It treats a longer one as none. */
const maxDelayMs = 2 ** 31 - 1;

/**
 * How long to wait before an attempt, in milliseconds: `retryAfterMs`, up to 24 days, otherwise one second,
 * doubled with each attempt, up to 30 seconds.
 *
 * @param attempt 1 for the first retry
 */
export const getRetryDelayMs = ({ retryAfterMs }: GatewayError, attempt: number): number =>
  Math.min(retryAfterMs ?? Math.min(1000 * 2 ** (attempt - 1), 30_000), maxDelayMs);

/** A message for users. */
export interface ErrorDescription {
  readonly title: string;
  /** What the user can do. */
  readonly advice: string;
}

const tryAgain = 'Try again in a moment.';
const report = 'If it happens again, report the request id.';

/**
 * Messages for users, in English, by error code. Codes that only a bug causes, in the page or in the gateway, are not
 * listed, nor is QUERY_TOO_COMPLEX.
 */
export const errorDescriptions: Readonly<Partial<Record<GatewayError['code'], ErrorDescription>>> = {
  UNAUTHENTICATED: {
    title: 'Your Galileo API key was not accepted',
    advice: 'Check the key or enter another one.',
  },
  FORBIDDEN: {
    title: 'You don’t have permission to do this',
    advice: 'Ask an administrator of your organization.',
  },
  NOT_FOUND: { title: 'This no longer exists', advice: 'Reload to see what is stored now.' },
  BAD_USER_INPUT: { title: 'Galileo rejected the input', advice: 'Change it and try again.' },
  REQUEST_TOO_LARGE: {
    title: 'This is too much to send in one request',
    advice: 'Shorten the values or remove some of them.',
  },
  RATE_LIMITED: { title: 'Too many requests', advice: tryAgain },
  PROVIDER_ERROR: {
    title: 'The provider reported an error',
    advice: 'Check its credentials, or try again later.',
  },
  UPSTREAM_UNAVAILABLE: { title: 'Galileo is unavailable', advice: tryAgain },
  UPSTREAM_TIMEOUT: { title: 'Galileo took too long to respond', advice: tryAgain },
  UPSTREAM_OUTCOME_UNKNOWN: {
    title: 'The result of this change is unknown',
    advice: 'Check what is stored before you try again.',
  },
  UPSTREAM_INVALID_RESPONSE: { title: 'Galileo’s response could not be read', advice: report },
  UPSTREAM_ERROR: { title: 'Galileo reported an error', advice: report },
  OVERLOADED: { title: 'The gateway is busy', advice: tryAgain },
  NETWORK_ERROR: { title: 'Can’t reach the gateway', advice: 'Check your connection and try again.' },
};

/** The message for an error. A general one if the code is not listed. */
export const describeError = ({ code }: GatewayError): ErrorDescription =>
  errorDescriptions[code] ?? { title: 'Something went wrong', advice: report };
