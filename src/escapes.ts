/** A byte string at some level of decoding. Each character is one byte. */
export interface Layer {
  readonly bytes: string;
  /**
   * For each byte, the index in the original string that it was decoded from, then the length of that string.
   * Undefined if these indexes are those of the bytes.
   */
  readonly origins: readonly number[] | undefined;
}

export const getOrigin = ({ origins }: Layer, index: number): number =>
  origins === undefined ? index : (origins[index] ?? 0);

/** The UTF-8 bytes of a string. */
export function toLayer(text: string): Layer {
  if (isAscii(text)) return { bytes: text, origins: undefined };
  const origins: number[] = [];
  let index = 0;
  for (const character of text) {
    // A lone surrogate becomes three bytes, like any character of its range.
    const length = character <= '\x7f' ? 1 : Buffer.byteLength(character);
    for (let byte = 0; byte < length; byte += 1) origins.push(index);
    index += character.length;
  }
  return { bytes: toUtf8(text), origins: [...origins, index] };
}

/** Names of characters in HTML: ASCII punctuation and the no-break space. */
const namedCharacters: ReadonlyMap<string | undefined, string> = new Map(
  [
    'quot" QUOT" amp& AMP& lt< LT< gt> GT> apos\' sol/ bsol\\ colon: equals= plus+ percnt% num# excl! quest?',
    'commat@ dollar$ lowbar_ UnderBar_ lpar( rpar) lsqb[ lbrack[ rsqb] rbrack] lcub{ lbrace{ rcub} rbrace}',
    'ast* midast* comma, period. semi; Hat^ grave` DiacriticalGrave` verbar| vert| VerticalLine| nbsp\u00a0',
  ].flatMap((line) => line.split(' ').map((entry) => [entry.slice(0, -1), entry.slice(-1)] as const)),
);

const controlCharacters: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' };

/** A method of escaping characters. */
interface Escape {
  /** Only strings with this character contain such escapes. */
  readonly mark: string;
  readonly pattern: RegExp;
  /** The bytes that a match represents. Undefined if the match is not an escape. */
  readonly decode: (match: RegExpExecArray) => string | undefined;
}

export const isAscii = (text: string): boolean => /^[\0-\x7f]*$/.test(text);

const fromCodePoint = (code: number): string | undefined =>
  code > 0x10ffff ? undefined : toUtf8(String.fromCodePoint(code));

const fromHex = (digits: string): number => Number.parseInt(digits, 16);

/** The character of a surrogate pair, in hexadecimal. */
const fromPair = (high: string, low: string): string =>
  toUtf8(String.fromCharCode(fromHex(high), fromHex(low)));

/** The UTF-8 bytes of a string, as a byte string. */
export const toUtf8 = (text: string): string => Buffer.from(text).toString('latin1');

const escapes: readonly Escape[] = [
  {
    // JSON, JavaScript and Python.
    mark: '\\',
    pattern:
      /\\(?:u\{([\da-fA-F]{1,6})\}|u([dD][89abAB][\da-fA-F]{2})\\u([dD][c-fC-F][\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|x([\da-fA-F]{2})|([^]))/g,
    decode: ([, braced, high, low, unit, long, byte, other]) => {
      if (byte !== undefined) return String.fromCharCode(fromHex(byte));
      if (high !== undefined && low !== undefined) return fromPair(high, low);
      const code = braced ?? unit ?? long;
      return code === undefined ? other && (controlCharacters[other] ?? other) : fromCodePoint(fromHex(code));
    },
  },
  {
    // URLs, and the `%uXXXX` of JavaScript's `escape`.
    mark: '%',
    pattern:
      /%(?:([\da-fA-F]{2})|u([dD][89abAB][\da-fA-F]{2})%u([dD][c-fC-F][\da-fA-F]{2})|u([\da-fA-F]{4}))/g,
    decode: ([, byte, high, low, unit = '']) => {
      if (byte !== undefined) return String.fromCharCode(fromHex(byte));
      return high !== undefined && low !== undefined ? fromPair(high, low) : fromCodePoint(fromHex(unit));
    },
  },
  {
    // HTML and XML.
    mark: '&',
    pattern: /&(?:#(\d{1,7})|#[xX]([\da-fA-F]{1,6})|([a-zA-Z]{2,16}));?/g,
    decode: ([, decimal, hexadecimal, name]) => {
      if (decimal !== undefined) return fromCodePoint(Number(decimal));
      if (hexadecimal !== undefined) return fromCodePoint(fromHex(hexadecimal));
      const character = namedCharacters.get(name);
      return character && toUtf8(character);
    },
  },
  // A single quote inside a single-quoted shell string.
  { mark: "'", pattern: /'(?:\\'|"'")'/g, decode: () => "'" },
];

/** A cheap check before decoding, because most strings contain no escapes. */
export const mayHaveEscapes = (bytes: string): boolean => escapes.some(({ mark }) => bytes.includes(mark));

/** Decodes one kind of escape at a time. Yields one layer for each kind that occurs. */
export function* decodeEscapes(layer: Layer): Generator<Layer> {
  for (const escape of escapes) {
    const decoded = layer.bytes.includes(escape.mark) ? decodeEscape(layer, escape) : undefined;
    if (decoded !== undefined) yield decoded;
  }
}

function decodeEscape(layer: Layer, { pattern, decode }: Escape): Layer | undefined {
  let bytes = '';
  const origins: number[] = [];
  let end = 0;
  for (const match of layer.bytes.matchAll(pattern)) {
    const text = decode(match);
    if (text === undefined) continue;
    bytes += layer.bytes.slice(end, match.index) + text;
    for (let index = end; index < match.index; index += 1) origins.push(getOrigin(layer, index));
    while (origins.length < bytes.length) origins.push(getOrigin(layer, match.index));
    end = match.index + match[0].length;
  }
  if (end === 0) return undefined;
  for (let index = end; index <= layer.bytes.length; index += 1) origins.push(getOrigin(layer, index));
  return { bytes: bytes + layer.bytes.slice(end), origins };
}

/** A part of a string that is base64 or hexadecimal, with its possible bytes. */
interface EncodedRun {
  readonly start: number;
  readonly end: number;
  /** One for each alignment, because the characters before an encoded value can look like a part of it. */
  readonly decoded: readonly string[];
}

/** Finds the runs that can encode at least `minBytes`. Base64 can be broken into lines. */
export function* findEncodedRuns(bytes: string, minBytes: number): Generator<EncodedRun> {
  // Four characters of base64 are three bytes.
  const minLength = Math.ceil((minBytes * 4) / 3);
  for (const { 0: run, index: start } of bytes.matchAll(/[\w+/-]+(?:[\r\n]+[\t ]*[\w+/-]+)*/g)) {
    if (run.length < minLength) continue;
    const text = run.replace(/\s+/g, '');
    const decoded = [0, 1, 2, 3].map((offset) =>
      Buffer.from(text.slice(offset), 'base64').toString('latin1'),
    );
    for (const { 0: digits } of text.matchAll(/[\da-f]+/gi)) {
      if (digits.length < 2 * minBytes) continue;
      for (const offset of [0, 1]) decoded.push(Buffer.from(digits.slice(offset), 'hex').toString('latin1'));
    }
    yield { start, end: start + run.length, decoded };
  }
}
