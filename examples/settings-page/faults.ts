import type { CombinedError } from '@urql/core';
import type { ErrorCode, ErrorExtensions } from 'galileo-gateway/client';

/** One failure, in words for a person. */
export interface Fault {
  /** Absent where no answer of the gateway came. */
  readonly code: ErrorCode | undefined;
  readonly title: string;
  /** What to do about it. */
  readonly advice: string;
  /** What the gateway said. */
  readonly message: string;
  /** Whether trying again is worth it. */
  readonly retryable: boolean;
  readonly requestId: string | undefined;
}

type GraphQLError = CombinedError['graphQLErrors'][number];
type Words = readonly [title: string, advice: string];

const unexpected: Words = ['Something went wrong', 'Try again; if it stays, report the request id.'];

const words: Readonly<Partial<Record<ErrorCode, Words>>> = {
  UNAUTHENTICATED: ['Galileo did not accept this API key', 'Check the key, or paste another one.'],
  FORBIDDEN: ['This API key is not allowed to do that', 'Ask an administrator of your organization.'],
  BAD_USER_INPUT: ['Galileo refused these settings', 'Change what the message names.'],
  RATE_LIMITED: ['Galileo asks to slow down', 'Wait a moment, then try again.'],
  UPSTREAM_UNAVAILABLE: ['Galileo cannot be reached', 'Try again in a moment.'],
  UPSTREAM_TIMEOUT: ['Galileo took too long', 'Try again in a moment.'],
  UPSTREAM_OUTCOME_UNKNOWN: [
    'It is not known whether this was saved',
    'Look at what is stored before you save again.',
  ],
  UPSTREAM_INVALID_RESPONSE: ['Galileo’s answer could not be read', 'Report the request id.'],
  UPSTREAM_ERROR: ['Galileo answered with an error', 'Try again; if it stays, report the request id.'],
  OVERLOADED: ['Too many requests at once', 'Try again in a moment.'],
};

/** The words for one error of an answer; a code that is not in the table has words of no code's own. */
export function toFault({ message, extensions }: GraphQLError): Fault {
  const { code, retryable = false, requestId } = extensions as unknown as Partial<ErrorExtensions>;
  const [title, advice] = (code && words[code]) ?? unexpected;
  return { code, title, advice, message, retryable, requestId };
}

/** Why there is no data at all: the request was not executed, or there was no answer. */
export function toRequestFault(error: CombinedError): Fault {
  const [first] = error.graphQLErrors;
  if (first !== undefined) return toFault(first);
  return {
    code: undefined,
    title: 'The gateway cannot be reached',
    advice: 'Check that it runs, then try again.',
    message: error.networkError?.message ?? error.message,
    retryable: true,
    requestId: undefined,
  };
}

/** The errors at that place of the answer, or below it. */
export function findErrors(
  error: CombinedError | undefined,
  path: readonly (string | number)[],
): readonly GraphQLError[] {
  return (error?.graphQLErrors ?? []).filter((candidate) =>
    path.every((part, index) => candidate.path?.[index] === part),
  );
}
