import {
  decodeEscapes,
  findEncodedRuns,
  getOrigin,
  isAscii,
  type Layer,
  mayHaveEscapes,
  toLayer,
  toUtf8,
} from './escapes.ts';

/** Replaces a secret that was removed from a string. */
export const redactionMark = '[redacted]';

/** If a request has more secrets, strings are removed as a whole. For comparison: upstream accepts 50 headers. */
const maxSecrets = 100;
/** In bytes. A shorter secret is removed only as a separate word, because it can occur in many words. */
const minPartLength = 4;
/** In bytes. A longer secret is found by its beginning: a search for a short string takes linear time. */
const maxPatternLength = 64;
/** In characters, before redaction: readable messages are shorter. */
const maxTextLength = 2000;
/** In characters. How much is searched after the cut, for a secret that starts before it. */
const margin = 4096;
/** Maximum depth of escapes within escapes. Real programs nest two or three levels. */
const maxRounds = 6;
/** Maximum depth of encoded runs, such as base64, within encoded runs. */
const maxNestedRuns = 4;
/** Maximum number of distinct results of decoding one string, over all orders of the kinds of escapes. */
const maxLayers = 60;
/** In characters. How much of a string is searched, and how much of a secret can therefore occur. */
const maxSearchedLength = maxTextLength + margin;
/** A secret that is a JSON object covers its string members from this length. */
const minMemberLength = 16;
/**
 * Searched bytes times secrets, per request. Takes less than a tenth of a second; further strings are removed as a
 * whole.
 */
const maxWork = 10_000_000;
/** Measured costs of decoding one byte, of one form of a secret and of each of its bytes, in searched bytes. */
const workPerDecodedByte = 20;
const workPerForm = 2000;
const workPerFormByte = 40;

/** Ends a search whose cost exceeds the limit. */
const exhausted = Symbol('too much work');

/**
 * The secrets of one request: its credentials and the secret fields of its input. `redact` removes them from strings
 * that leave the process. The search is prepared when the first string is redacted, so it costs most requests nothing.
 */
export class Secrets {
  readonly #values = new Set<string>();
  readonly #takeMemory: (bytes: number) => boolean;
  /** Undefined until a string is redacted after the last addition. */
  #search: SecretSearch | undefined;
  #work = 0;
  /** In characters. No form of a secret is shorter. */
  #minLength = Number.POSITIVE_INFINITY;

  /** @param takeMemory called with the size of each form of a secret. Returns false if it does not fit into memory */
  constructor(values: Iterable<string> = [], takeMemory: (bytes: number) => boolean = () => true) {
    this.#takeMemory = takeMemory;
    for (const value of values) this.add(value);
  }

  /** Adds a secret for the life of the request. An empty string is ignored. */
  add(value: string): void {
    if (value === '') return;
    this.#values.add(value);
    this.#search = undefined;
    const { length: trimmedLength } = value.trim().replaceAll('\r\n', '\n');
    // Normalization can compose several characters into one.
    const length = isAscii(value) ? trimmedLength : Math.ceil(trimmedLength / 4);
    const partLength = mayHaveMembers(value) ? minMemberLength : maxPatternLength;
    // A program can have decoded what looks like escapes.
    const decodedLength = mayHaveEscapes(value) ? minPartLength : length;
    this.#minLength = Math.min(this.#minLength, length, partLength, decodedLength);
  }

  /**
   * The string without the secrets. Cuts off what follows its first 2,000 characters. Decodes nested JSON, Python, HTML
   * and URL escapes, base64 and hexadecimal, and removes each part that decodes to a secret. Removes the whole string
   * if a request has too many secrets or the search costs too much.
   *
   * @param others removed too. They are searched for in the same string: after a first removal, a part of a secret that
   * overlaps would no longer be found
   * @param pattern with the flag `g`. Its matches are removed too
   */
  redact(text: string, others: readonly Secrets[] = [], pattern?: RegExp): string {
    const spans: Span[] = [];
    for (const secrets of [this, ...others]) if (!secrets.#addSpans(text, spans)) return redactionMark;
    if (pattern !== undefined)
      for (const { 0: match, index } of text.slice(0, maxSearchedLength).matchAll(pattern))
        spans.push([index, index + match.length]);
    return removeSpans(text, spans);
  }

  /** Adds the parts of a string that are secrets. Returns false if the whole string must be removed. */
  #addSpans(text: string, spans: Span[]): boolean {
    // A string that is shorter than every secret contains none. Most names of operations, which are logged, are.
    if (text.length < this.#minLength && isAscii(text)) return true;
    if (this.#values.size > maxSecrets || this.#work > maxWork) return false;
    try {
      this.#search ??= new SecretSearch(this.#values, (work) => this.#spend(work), this.#takeMemory);
      this.#search.addSpans(text.slice(0, maxSearchedLength), spans);
      return true;
    } catch (error) {
      if (error === exhausted) return false;
      throw error;
    }
  }

  #spend(work: number): void {
    this.#work += work;
    if (this.#work > maxWork) throw exhausted;
  }
}

/** A part of a string: its first character and the one after its last. */
type Span = readonly [start: number, end: number];

const cut = (text: string): string =>
  text.length > maxTextLength ? `${text.slice(0, maxTextLength).toWellFormed()}…` : text;

function removeSpans(text: string, spans: Span[]): string {
  if (spans.length === 0) return cut(text);
  const limit = Math.min(text.length, maxTextLength);
  let clean = '';
  let end = 0;
  // Adjacent spans get one mark, because secrets can overlap or be part of the mark.
  for (const [start, spanEnd] of spans.sort((a, b) => a[0] - b[0])) {
    if (start >= limit) break;
    if (start > end || end === 0) clean += text.slice(end, start) + redactionMark;
    end = Math.max(end, spanEnd);
  }
  return clean + text.slice(end, limit).toWellFormed() + (text.length > limit ? '…' : '');
}

/** A form of a secret in bytes, and its beginning, which is searched for. */
type Pattern = readonly [whole: string, beginning: string];

/** Searches strings for the secrets of a request. Strings and patterns are byte strings: each character is one byte. */
class SecretSearch {
  readonly #patterns: readonly Pattern[];
  /** The forms of secrets that are shorter than `minPartLength`. */
  readonly #words: ReadonlySet<string>;
  readonly #spend: (work: number) => void;
  /** In bytes. No pattern is shorter. */
  readonly #minLength: number;

  constructor(
    values: ReadonlySet<string>,
    spend: (work: number) => void,
    takeMemory: (bytes: number) => boolean,
  ) {
    const patterns = new Map<string, string>();
    const words = new Set<string>();
    for (const value of values) {
      const parts = getParts(value);
      spend(value.length + workPerForm * parts.length);
      for (const whole of getForms(parts, spend)) {
        // Without memory for it, no string can be searched.
        if (!takeMemory(whole.length)) spend(maxWork);
        if (whole.length < minPartLength) words.add(whole);
        else patterns.set(whole, whole.slice(0, maxPatternLength));
      }
    }
    this.#patterns = [...patterns];
    this.#words = words;
    this.#spend = spend;
    this.#minLength = Math.min(...this.#patterns.map(([, beginning]) => beginning.length));
  }

  /** Adds the parts of a string that are secrets or decode to one. */
  addSpans(text: string, spans: Span[]): void {
    for (const layer of decodeAll(toLayer(text), this.#spend)) this.#findInLayer(layer, spans);
  }

  #findInLayer(layer: Layer, spans: Span[]): void {
    const { bytes } = layer;
    const add = (start: number, end: number) => spans.push([getOrigin(layer, start), getOrigin(layer, end)]);
    this.#spend(bytes.length * (1 + this.#patterns.length + this.#words.size));
    for (const [whole, beginning] of this.#patterns) {
      for (let start = bytes.indexOf(beginning); start !== -1; ) {
        const end = start + getCommonLength(bytes, start, whole);
        add(start, end);
        start = bytes.indexOf(beginning, end);
      }
    }
    for (const word of this.#words) {
      for (let start = bytes.indexOf(word); start !== -1; start = bytes.indexOf(word, start + 1)) {
        const end = start + word.length;
        const before = fromUtf8(bytes.slice(Math.max(0, start - 4), start));
        if (!wordEnd.test(before) && !wordStart.test(fromUtf8(bytes.slice(end, end + 4)))) add(start, end);
      }
    }
    for (const { start, end, decoded } of findEncodedRuns(bytes, this.#minLength)) {
      if (decoded.some((inner) => this.#contains(inner, 1))) add(start, end);
    }
  }

  /** Whether decoded bytes contain a secret, directly or after further decoding. */
  #contains(decoded: string, depth: number): boolean {
    for (const { bytes } of decodeAll({ bytes: decoded, origins: undefined }, this.#spend)) {
      this.#spend(bytes.length * (1 + this.#patterns.length));
      if (this.#patterns.some(([, beginning]) => bytes.includes(beginning))) return true;
      if (depth === maxNestedRuns) continue;
      for (const run of findEncodedRuns(bytes, this.#minLength)) {
        if (run.decoded.some((inner) => this.#contains(inner, depth + 1))) return true;
      }
    }
    return false;
  }
}

/** Yields the layer and the results of decoding its escapes repeatedly, with any order of their kinds. */
function* decodeAll(first: Layer, spend: (work: number) => void): Generator<Layer> {
  if (!mayHaveEscapes(first.bytes)) {
    yield first;
    return;
  }
  const seen = new Set([first.bytes]);
  let layers = [first];
  for (let round = 0; round <= maxRounds && layers.length > 0; round += 1) {
    const next: Layer[] = [];
    for (const layer of layers) {
      yield layer;
      for (const decoded of decodeEscapes(layer)) {
        spend(workPerDecodedByte * layer.bytes.length);
        if (seen.has(decoded.bytes)) continue;
        seen.add(decoded.bytes);
        if (seen.size > maxLayers) throw exhausted;
        next.push(decoded);
      }
    }
    layers = next;
  }
}

/** How many bytes of the pattern match at that position. At least the searched beginning does. */
function getCommonLength(bytes: string, start: number, pattern: string): number {
  let length = Math.min(pattern.length, maxPatternLength);
  while (length < pattern.length && bytes[start + length] === pattern[length]) length += 1;
  return length;
}

const wordEnd = /[\p{L}\p{M}\p{N}_]$/u;
const wordStart = /^[\p{L}\p{M}\p{N}_]/u;
const fromUtf8 = (bytes: string): string => Buffer.from(bytes, 'latin1').toString();

/** ASCII without spaces, quotes and escapes, not a JSON object: such a secret has one form. Most keys are like this. */
const plainSecret = /^[!#$(-[\]-z|~][!#$(-[\]-~]{3,}$/;

/**
 * The secret and the string members of a JSON object, and of JSON objects in them, also without the white space around
 * them. None is empty.
 */
function getParts(secret: string): readonly string[] {
  if (plainSecret.test(secret)) return [secret];
  const members = getMembers(secret);
  const trimmed = members.map((member) => member.trim()).filter(({ length }) => length >= minMemberLength);
  return [...new Set([secret, secret.trim(), ...members, ...trimmed])].filter((part) => part !== '');
}

/**
 * The forms in which a secret with these parts can still occur after decoding, as byte strings. Spends the cost of each
 * form before it is created, as far as possible.
 */
function* getForms(parts: readonly string[], spend: (work: number) => void): Generator<string> {
  for (const part of parts) {
    const value = part.slice(0, maxSearchedLength);
    spend(workPerForm + workPerFormByte * value.length);
    if (plainSecret.test(value)) {
      yield value;
      continue;
    }
    yield toUtf8(value);
    if (value.length < minPartLength) yield* encodeWord(value);
    // What looks like an escape in the secret is decoded too, if a program has not escaped it.
    if (mayHaveEscapes(value)) {
      spend(workPerFormByte * value.length);
      for (const { bytes } of decodeEscapes(toLayer(value))) if (bytes.length >= minPartLength) yield bytes;
    }
    for (const written of getSpellings(value)) {
      spend(workPerForm + workPerFormByte * written.length);
      yield toUtf8(written);
      if (isAscii(written)) continue;
      // UTF-8 that was read as Latin-1 once or twice, and escapes that write Latin-1 characters as one byte.
      spend(3 * workPerForm + 12 * workPerFormByte * written.length);
      yield toUtf8(toUtf8(written));
      yield toUtf8(toUtf8(toUtf8(written)));
      yield written.replace(/[^\0-\xff]+/g, toUtf8);
    }
  }
}

/**
 * More combining marks in a row than any language needs (UAX #15, Stream-Safe Text Format). Normalization takes
 * quadratic time for them.
 */
const longMarks = /\p{M}{31}/u;

/**
 * The string in each Unicode normal form, with each kind of line break, with spaces or plus signs, and with single or
 * doubled quotes, as far as they differ.
 */
function* getSpellings(value: string): Generator<string> {
  const lines = /[\r\n]/.test(value) ? ['\n', '\r\n'].map((end) => value.replace(/\r\n|[\r\n]/g, end)) : [];
  const isNormalized = isAscii(value) || longMarks.test(value);
  const seen = new Set<string>();
  for (const line of [value, ...lines])
    for (const normal of isNormalized ? [line] : [line, line.normalize('NFC'), line.normalize('NFD')])
      for (const spaced of [normal, normal.replaceAll(' ', '+')])
        for (const quoted of [spaced, spaced.replaceAll("'", "''"), spaced.replaceAll('"', '""')]) {
          if (seen.has(quoted)) continue;
          seen.add(quoted);
          yield quoted;
        }
}

/**
 * Encoded forms of a short secret. Decoded bytes are not searched for it, because it would occur in any binary data.
 */
const encodeWord = (word: string): string[] => {
  const bytes = Buffer.from(word);
  const hex = bytes.toString('hex');
  return [bytes.toString('base64'), bytes.toString('base64url'), hex, hex.toUpperCase()];
};

const mayHaveMembers = (secret: string): boolean => /^\s*\{/.test(secret);

/** The string members of a secret that is a JSON object, such as the key file of a service account. */
function getMembers(secret: string): string[] {
  if (!mayHaveMembers(secret)) return [];
  const members: string[] = [];
  try {
    JSON.parse(secret.trim(), (_name, value: unknown) => {
      if (typeof value === 'string' && value.length >= minMemberLength) {
        members.push(value);
        for (const member of getMembers(value)) members.push(member);
      }
      return value;
    });
  } catch {
    // Not JSON.
  }
  return members;
}
