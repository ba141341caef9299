import { readFileSync } from 'node:fs';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { type ErrorCode, fieldErrorCodes, requestErrorCodes } from '../client/index.ts';
import type { RequestErrorCode } from '../src/execution/index.ts';
import type { FieldErrorCode } from '../src/upstream/errors.ts';

const documentation = readFileSync(new URL('../docs/errors.md', import.meta.url), 'utf8');

/** The codes in the first column of the tables below a heading. */
function getDocumentedCodes(heading: string): string[] {
  const [section = ''] = documentation.split(`## ${heading}\n`)[1]?.split('\n## ') ?? [];
  return [...section.matchAll(/^\| `([A-Z_]+)`\s+\|/gm)].map(([, code = '']) => code);
}

describe('client kit', () => {
  it('the error codes of the client kit are those of the gateway', () => {
    expectTypeOf<ErrorCode>().toEqualTypeOf<RequestErrorCode | FieldErrorCode>();
  });

  it('docs/errors.md documents exactly the error codes of the client kit', () => {
    expect(getDocumentedCodes('A field failed')).toEqual([...fieldErrorCodes]);
    expect(new Set(getDocumentedCodes('The response has no data'))).toEqual(
      new Set([...requestErrorCodes, 'BAD_USER_INPUT', 'OVERLOADED', 'INTERNAL_SERVER_ERROR']),
    );
  });
});
