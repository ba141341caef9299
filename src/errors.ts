/** Returns an Error unchanged. Wraps any other thrown value. */
export const toError = (thrown: unknown, message = 'A value that is not an Error was thrown.'): Error =>
  thrown instanceof Error ? thrown : new Error(message, { cause: thrown });

/** In characters. Messages quote names of the document and Galileo's messages, which can be long. */
const maxMessageLength = 500;

/** Cuts a message that clients receive. */
export const shortenMessage = (message: string): string =>
  message.length > maxMessageLength ? `${message.slice(0, maxMessageLength).toWellFormed()}…` : message;
