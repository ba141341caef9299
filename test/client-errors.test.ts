import { readFileSync } from 'node:fs';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { type ErrorCode, fieldErrorCodes, requestErrorCodes } from '../client/index.ts';
import type { RequestErrorCode } from '../src/execution/index.ts';
import type { UpstreamErrorCode } from '../src/upstream/errors.ts';

const documentation = readFileSync(new URL('../docs/errors.md', import.meta.url), 'utf8');

/** The codes in the first column of the tables below that heading. */
function getDocumentedCodes(heading: string): string[] {
  const [section = ''] = documentation.split(`## ${heading}\n`)[1]?.split('\n## ') ?? [];
  return [...section.matchAll(/^\| `([A-Z_]+)`\s+\|/gm)].map(([, code = '']) => code);
}

describe('the error codes of the client kit', () => {
  it('are those that the gateway has', () => {
    expectTypeOf<ErrorCode>().toEqualTypeOf<RequestErrorCode | UpstreamErrorCode>();
  });

  it('are each explained in docs/errors.md, and no other', () => {
    expect(getDocumentedCodes('A field failed')).toEqual([...fieldErrorCodes]);
    expect(new Set(getDocumentedCodes('A request was not executed'))).toEqual(
      new Set([...requestErrorCodes, 'BAD_USER_INPUT', 'OVERLOADED', 'INTERNAL_SERVER_ERROR']),
    );
  });
});
