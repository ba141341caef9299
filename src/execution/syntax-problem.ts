import type { GraphQLError } from 'graphql';
import type { RequestProblem } from './request-error.ts';

const tokenKind = '(?:<EOF>|"[^"\\w]{1,3}"|Name|Int|Float|String|BlockString|Comment)';
// Messages of the parser that contain only token kinds and keywords start like this.
const safeBeginnings = [
  new RegExp(`^Syntax Error: Expected (?:${tokenKind}|"[a-z]+"), found ${tokenKind}`),
  new RegExp(`^Syntax Error: Unexpected (?:${tokenKind}|character|single quote character|description)`),
  /^Syntax Error: Unterminated string\./,
  /^Syntax Error: Invalid number/,
  /^Syntax Error: Invalid character (?:within String|escape sequence)/,
  /^Syntax Error: Invalid Unicode escape sequence/,
];

/** A syntax error that does not quote the document, because the quote can contain a secret. */
export function toSyntaxProblem(error: GraphQLError): RequestProblem {
  const beginning = safeBeginnings
    .map((pattern) => pattern.exec(error.message)?.[0])
    .find((text) => text !== undefined);
  const message = beginning ?? 'Syntax Error: the document cannot be parsed';
  return { message: message.endsWith('.') ? message : `${message}.`, locations: error.locations };
}
