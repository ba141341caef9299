import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redactionMark, Secrets } from '../src/secrets.ts';
import { getLeastMs, startCpuTimer } from './support/timing.ts';

const toHex = (text: string) => Buffer.from(text).toString('hex');
const toBase64 = (text: string) => Buffer.from(text).toString('base64');
const replaceAll = (text: string, replace: (character: string) => string | undefined) =>
  [...text].map((character) => replace(character) ?? character).join('');
const toUnit = (character: string) =>
  [...Array(character.length).keys()]
    .map((index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`)
    .join('');
const percent = (character: string) =>
  [...Buffer.from(character)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
const entities: Readonly<Record<string, string>> = {
  '"': '&quot;',
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  "'": '&apos;',
};

/** The forms in which programs write a string. */
const encodings: Readonly<Record<string, (text: string) => string>> = {
  'the same string': (text) => text,
  'the string with line breaks of Windows': (text) => text.replace(/\r\n|[\r\n]/g, '\r\n'),
  'the string with line breaks of Unix': (text) => text.replace(/\r\n|[\r\n]/g, '\n'),
  JSON: (text) => JSON.stringify(text).slice(1, -1),
  'JSON in ASCII': (text) =>
    replaceAll(JSON.stringify(text).slice(1, -1), (c) => (c > '~' ? toUnit(c) : undefined)),
  'JSON in ASCII with upper case': (text) =>
    replaceAll(JSON.stringify(text).slice(1, -1), (c) =>
      c > '~' ? toUnit(c).toUpperCase().replaceAll('\\U', '\\u') : undefined,
    ),
  'JSON with escaped slashes': (text) => JSON.stringify(text).slice(1, -1).replaceAll('/', '\\/'),
  'JSON that is safe in HTML': (text) =>
    replaceAll(JSON.stringify(text).slice(1, -1), (c) => ('<>&'.includes(c) ? toUnit(c) : undefined)),
  'a Python string': (text) =>
    replaceAll(text, (c) => (c === "'" || c === '\\' ? `\\${c}` : c === '\n' ? '\\n' : undefined)),
  'Python bytes': (text) =>
    [...Buffer.from(text)]
      .map((byte) =>
        byte === 0x27 || byte === 0x5c
          ? `\\${String.fromCharCode(byte)}`
          : byte < 0x20 || byte > 0x7e
            ? `\\x${byte.toString(16).padStart(2, '0')}`
            : String.fromCharCode(byte),
      )
      .join(''),
  'a Python string in ASCII': (text) =>
    replaceAll(text, (c) => {
      const hex = (c.codePointAt(0) ?? 0).toString(16);
      if (c === "'" || c === '\\') return `\\${c}`;
      if (c <= '~') return undefined;
      if (hex.length < 3) return `\\x${hex}`;
      return hex.length < 5 ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
    }),
  "JavaScript's escape": (text) =>
    text.replace(/[^\w@*+./-]/g, (unit) => {
      const hex = unit.charCodeAt(0).toString(16).toUpperCase();
      return hex.length < 3 ? `%${hex.padStart(2, '0')}` : `%u${hex.padStart(4, '0')}`;
    }),
  'HTML with names': (text) => replaceAll(text, (c) => entities[c]),
  'HTML with decimals': (text) =>
    replaceAll(text, (c) => (/[a-z\d]/i.test(c) ? undefined : `&#${c.codePointAt(0)};`)),
  'HTML with hexadecimals': (text) =>
    replaceAll(text, (c) => (/[a-z\d]/i.test(c) ? undefined : `&#x${c.codePointAt(0)?.toString(16)};`)),
  'a URL component': encodeURIComponent,
  'a URL': encodeURI,
  'a URL component in lower case': (text) =>
    encodeURIComponent(text).replace(/%../g, (code) => code.toLowerCase()),
  'a form': (text) => new URLSearchParams({ a: text }).toString().slice(2),
  'every byte percent-encoded': (text) => replaceAll(text, percent),
  'every UTF-16 unit percent-encoded': (text) =>
    text.replace(/[^]/g, (unit) => `%u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`),
  'a URL component, twice': (text) => encodeURIComponent(encodeURIComponent(text)),
  base64: toBase64,
  'base64 for URLs': (text) => Buffer.from(text).toString('base64url'),
  'base64 of more': (text) => toBase64(`user:${text}, and more`),
  'base64 at offset 1': (text) => toBase64(`x${text}`),
  'base64 at offset 2': (text) => toBase64(`xy${text}`),
  'base64 after similar characters': (text) => `abc/${toBase64(text)}`,
  'base64 in lines': (text) => toBase64(text).replace(/.{10}/g, '$&\r\n'),
  'base64, twice': (text) => toBase64(toBase64(text)),
  hexadecimal: toHex,
  'hexadecimal in upper case': (text) => toHex(text).toUpperCase(),
  'hexadecimal after a digit': (text) => `a${toHex(text)}`,
  'UTF-8 read as Latin-1': (text) => Buffer.from(text).toString('latin1'),
};

const redact = (secrets: readonly string[], text: string): string => new Secrets(secrets).redact(text);

/** Characters that some encoding treats specially, among ordinary ones. */
const secretText = fc
  .array(
    fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(...'abcXYZ019-_.') },
      { weight: 1, arbitrary: fc.constantFrom(...'"\\/&<>+%=\'; #é€\n', '😀') },
    ),
    { minLength: 8, maxLength: 60 },
  )
  .map((characters) => characters.join('').trim())
  .filter((text) => text.length >= 8);

describe('a secret is removed from a message', () => {
  const secrets = [
    'sk-live-abcdef0123456789',
    'p&ss"w/o\\rd<1>+é%41',
    "it's 100% \\u0041 &amp; 'more'",
    'ünï©ødé-ключ-😀',
    'AKIA+/wJalrXUtnFEMI/K7MDENG+bPxRfiCY==',
    'two lines\nwith 5ecrets',
    'lines of\r\nWind0ws',
  ];

  it.each(Object.entries(encodings))(
    'a secret is removed from a message if it is written as %s',
    (_name, encode) => {
      for (const secret of secrets) {
        const text = redact([secret], `Invalid value ${encode(secret)} for the key.`);
        expect(text).toContain(redactionMark);
        expect(text).not.toContain(encode(secret));
      }
    },
  );

  it('any secret is removed from a message, in any two nested encodings', () => {
    const names = fc.constantFrom(...Object.keys(encodings));
    fc.assert(
      fc.property(secretText, names, names, (secret, inner, outer) => {
        const written = encodings[outer]?.(encodings[inner]?.(secret) ?? '') ?? '';
        expect(redact([secret], `before ${written} after`)).toContain(redactionMark);
      }),
      { numRuns: 2000 },
    );
  });

  it('adjacent and overlapping secrets are removed from a message', () => {
    expect(redact(['abcd1234', '1234efgh'], 'x abcd1234efgh y')).toBe('x [redacted] y');
    expect(redact(['redacted', 'k-123456'], 'k-123456 redacted')).toBe('[redacted] [redacted]');
  });

  it('a secret is removed even if another one is a part of it, or a part of an address that is removed', () => {
    const all = (secrets: readonly string[], operator: string, text: string) =>
      new Secrets(secrets).redact(text, [new Secrets([operator])], /https?:\S+/g);
    for (const part of ['ret-9f8e', 'operator-', 'or-sec', '9f8e7d6c'])
      expect(all([part], 'operator-secret-9f8e7d6c', 'for operator-secret-9f8e7d6c.')).toBe(
        'for [redacted].',
      );
    expect(all(['7.0.0'], 'x-12345', 'at http://127.0.0.1:80/path failed')).toBe('at [redacted] failed');
    expect(all(['key-1:80/path'], 'x-12345', 'at http://key-1:80/path failed')).toBe('at [redacted] failed');
  });

  it('a long secret is removed as a whole in each form, even if only its end has another form', () => {
    const secret = `${'k'.repeat(70)}é${'SECRETTAIL-0123456789'.repeat(4)}`;
    for (const form of [
      secret,
      Buffer.from(secret).toString('latin1'),
      secret.normalize('NFD'),
      encodeURI(secret),
    ])
      expect(redact([secret], `before ${form} after`)).toBe('before [redacted] after');
  });

  it('a message that only looks similar to a secret is kept', () => {
    expect(redact(['not+a'], 'this is not a string')).toBe('this is not a string');
    expect(redact(['""""'], 'a token "," or "."')).toBe('a token "," or "."');
    expect(redact(['ab""'], 'zzab""zz YWIiIg==')).toBe('zz[redacted]zz [redacted]==');
  });

  it('a secret is removed even if it is longer than the maximum message', () => {
    const secret = 'k'.repeat(100) + 'v'.repeat(60_000);
    expect(redact([secret], `a ${secret} b`)).not.toMatch(/k{5}|v{5}/);
    expect(redact([secret], `${'x'.repeat(1990)} ${secret}`)).not.toMatch(/k{5}/);
    expect(redact([secret], `${secret.slice(0, 3000)}${secret.slice(0, 3000)}`)).not.toMatch(/k{5}|v{5}/);
  });

  it('a string of 16 characters or more in a secret JSON object is removed from a message', () => {
    const key = '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBg+/kqhkiG9w0\n-----END PRIVATE KEY-----\n';
    const secret = JSON.stringify({
      type: 'service_account',
      private_key: key,
      nested: { id: '0123456789abcdef' },
    });
    expect(redact([secret], `bad key ${JSON.stringify(key)}`)).toBe('bad key "[redacted]"');
    expect(redact([secret], 'id 0123456789abcdef')).toBe('id [redacted]');
    for (const before of ['\uFEFF', '\u00a0', '\n\uFEFF'])
      expect(redact([`${before}${secret}\u00a0`], 'id 0123456789abcdef')).toBe('id [redacted]');
    expect(redact([JSON.stringify({ credentials: secret })], 'id 0123456789abcdef')).toBe('id [redacted]');
    expect(redact([secret], 'a service_account of type')).toBe('a service_account of type');
  });

  it.each([' sk-live-1234\n', '\tsk-live-1234  ', '\u00a0sk-live-1234'])(
    'a secret with white space around it is removed from a message that has it trimmed: %j',
    (secret) => {
      expect(redact([secret], 'bad key sk-live-1234.')).toBe('bad key [redacted].');
      expect(redact([secret], 'sk-live-1234')).toBe('[redacted]');
    },
  );

  it.each(Object.entries(encodings))(
    'a string in a secret JSON object is removed without the white space around it, written as %s',
    (_name, encode) => {
      for (const member of ['-----BEGIN KEY-----\nabcd+/\n-----END KEY-----\n', '\t 0123456789abcdef'])
        expect(redact([JSON.stringify({ member })], `bad ${encode(member.trim())} key`)).toContain(
          redactionMark,
        );
      expect(redact(['{"member":"   short secret   "}'], 'a short secret')).toBe('a short secret');
    },
  );

  it('every string of a secret JSON object is removed, or the whole message if they are too many', () => {
    const toSecret = (count: number) =>
      JSON.stringify(Array.from({ length: count }, (_, index) => `member-0123456789-${index}`)).replace(
        /^.*$/,
        '{"list":$&}',
      );
    expect(redact([toSecret(500)], 'the member-0123456789-499 is bad')).toBe('the [redacted] is bad');
    expect(redact([toSecret(50_000)], 'the member-0123456789-49999 is bad')).toBe('[redacted]');
  });

  it.each([
    ['p%41ss"word-123', 'p%41ss%22word-123'],
    ['a&lt;b"cdefgh', 'a&lt;b&quot;cdefgh'],
    ['a\\u0041"cdefgh', 'a\\u0041%22cdefgh'],
    [
      'sk-live(1[2]{3},4;5.6*7|8^9`0)',
      'sk-live&lpar;1&lsqb;2&rsqb;&lcub;3&rcub;&comma;4&semi;5&period;6&ast;7&vert;8&Hat;9&grave;0&rpar;',
    ],
    ['pa"ss"word12', '"pa""ss""word12"'],
  ])(
    'a secret with special characters is removed from a message that escapes some of them: %j',
    (secret, text) => {
      expect(redact([secret], `before ${text} after`)).toMatch(/^before "?\[redacted\]"? after$/);
    },
  );

  it.each([
    ['p%40ss%21word', 'p@ss!word'],
    ['p\\u0061ss\\u0077ord1', 'password1'],
    ['&lt;&lt;&lt;&gt;', '<<<>'],
    ['a%2Fb%2Fc%2Fd', 'a/b/c/d'],
  ])('a message that is only what a secret decodes to is removed: %j', (secret, text) => {
    expect(redact([secret], text)).toBe('[redacted]');
  });

  it('a long secret is removed from a message in which each character takes 36', () => {
    const toUnits = (text: string) => text.replace(/[^]/g, toUnit);
    expect(redact(['k'.repeat(300)], toUnits(toUnits('k'.repeat(300))))).toBe('[redacted]…');
  });

  it('a secret of fewer than four characters is removed only as a separate word', () => {
    expect(redact(['ab'], 'ab cab ab. YWI= 6162')).toBe('[redacted] cab [redacted]. [redacted] [redacted]');
    expect(redact(['ab'], '“ab” «ab» äab abß ab٣')).toBe('“[redacted]” «[redacted]» äab abß ab٣');
  });
});

describe('a message without a secret', () => {
  it('any message without a secret is unchanged', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 300 });
    fc.assert(
      fc.property(secretText, text, (secret, text) => {
        fc.pre(!text.includes(secret));
        expect(redact([`${secret}\u0001unlikely`], text)).toBe(text);
      }),
      { numRuns: 1000 },
    );
  });

  it.each([
    'Expected &quot;a&quot; at C:\\data\\u0041, 100% of it',
    'a/b+c== aGVsbG8gd29ybGQgaGVsbG8gd29ybGQ= 68656c6c6f20776f726c64',
    'YWJj\nZGVm\nnot a secret',
  ])('a message without a secret is unchanged: %j', (text) => {
    expect(redact(['sk-live-abcdef0123456789', 'k-12'], text)).toBe(text);
  });

  it('a message of more than 2,000 characters is cut, even without a secret', () => {
    expect(redact(['secret'], 'x'.repeat(3000))).toBe(`${'x'.repeat(2000)}…`);
  });
});

describe('the cost of a search', () => {
  it('the forms of secrets count towards the memory of the request; without memory, a string is removed as a whole', () => {
    const message = 'A message that is longer than what is searched for. '.repeat(2);
    let heldBytes = 0;
    const hold = (bytes: number) => {
      heldBytes += bytes;
      return heldBytes < 1000;
    };
    expect(new Secrets(['it is a "secret"'], hold).redact(message)).toBe(message);
    expect(heldBytes).toBeGreaterThan(16);
    expect(new Secrets([`a "secret" of ${'k'.repeat(300)}`], hold).redact(message)).toBe(redactionMark);
  });

  const measure = (secrets: readonly string[], texts: readonly string[]): number => {
    const all = new Secrets();
    for (const secret of secrets) all.add(secret);
    const getCpuMs = startCpuTimer();
    for (const text of texts) all.redact(text);
    return getCpuMs();
  };
  const times = (count: number, item: (index: number) => string) =>
    Array.from({ length: count }, (_, i) => item(i));

  it.each<[string, readonly string[], readonly string[]]>([
    ['a long secret of one letter', [`${'a'.repeat(32_500)}b${'a'.repeat(32_500)}`], ['a'.repeat(195_000)]],
    [
      'a hundred such secrets',
      times(100, (i) => `${'a'.repeat(1300 + i)}b${'a'.repeat(1300)}`),
      ['a'.repeat(1_000_000)],
    ],
    [
      'a hundred short ones',
      times(100, (i) => `${'a'.repeat(100 + i)}b`),
      times(1500, () => 'a'.repeat(500)),
    ],
    ['secrets of escapes', times(95, (i) => `0%2F+/ü"\\x${'x'.repeat(2000 + i)}`), ['x'.repeat(1_000_000)]],
    [
      'a message of escapes',
      ['secret-1234'],
      ['%25'.repeat(100_000), '\\\\'.repeat(100_000), '&amp;'.repeat(50_000)],
    ],
    ['a message of base64', times(50, (i) => `key-${i}`), times(200, () => 'QUFB'.repeat(2000))],
    ['a message of digits', times(50, (i) => `key-${i}`), times(200, () => '41'.repeat(4000))],
    ['a secret of combining marks', [`a${'\u0301\u0323'.repeat(60_000)}`], ['x'.repeat(5000)]],
    ['a secret of quotes', ["'".repeat(250_000)], ['x'.repeat(5000)]],
    [
      'a hundred secret JSON objects',
      times(100, (i) =>
        JSON.stringify(times(70, (j) => `é'abcdefghijklmnop${i}-${j}`)).replace(/^.*$/, '{"a":$&}'),
      ),
      ['x'.repeat(5000)],
    ],
    [
      'messages of nested escapes',
      ['secret-1234'],
      times(170, (i) => `${i}${'%26amp%3B\\u005c'.repeat(380)}`),
    ],
    [
      'long secrets that programs can write in many ways',
      times(40, (i) => `${i}${'한\'" \n'.repeat(1200)}`),
      [`Cannot query field "${'a'.repeat(100)}"`],
    ],
    [
      'messages of plus signs, quotes and line breaks',
      ['secret-1234'],
      ['+', "''a", '\r\n', '+a'].flatMap((text) => times(40, () => text.repeat(6100))),
    ],
    ['a message of line breaks', ['secret-1234'], [`${'a\n'.repeat(100_000)}`, '\n'.repeat(200_000)]],
    [
      'many short secrets',
      times(100, (i) => i.toString(36)),
      times(1500, () => 'Input should be another text'),
    ],
  ])('the search for secrets costs at most 100 ms of CPU time: %s', async (_name, secrets, texts) => {
    expect(await getLeastMs(100, () => measure(secrets, texts))).toBeLessThan(100);
  });
});
