/** What stands in place of what was cut out of a text. */
export const redactionMark = '[redacted]';

/** Upstream takes no more than 50 headers; with more secrets than this a search would cost more than a message is worth. */
const maxSecrets = 100;
/** In characters. A secret shorter than this is looked for as a word of its own: as a part of others it would be everywhere. */
const minPartLength = 4;

/**
 * What must not be read in anything that leaves the process: the values of one request's credentials and of the
 * secret fields of its input. Looked at only when there is a text to clean, so that a request without errors pays nothing.
 */
export class Secrets {
  /** Since the last look each as often as it was added. */
  #values: string[] = [];
  /** Undefined until the first look after an addition; none where there are too many secrets to look for. */
  #forms: readonly string[] | undefined;
  #shortestForm = Number.POSITIVE_INFINITY;

  /** Remembers a secret for the life of the request; an empty one is none. */
  add(value: string): void {
    if (value === '') return;
    this.#values.push(value);
    this.#forms = undefined;
    // Every form is at least as long as its secret; but bytes that are read as UTF-8 may become one character for four.
    const length = /^[\x20-\x7e]*$/.test(value) ? value.length : Math.ceil(value.length / 4);
    this.#shortestForm = Math.min(this.#shortestForm, length);
  }

  /**
   * The text without the secrets, in the forms that programs echo them in: as they are, in JSON, in a URL, in base64.
   * Where there are too many secrets to look for, nothing of the text.
   */
  redact(text: string): string {
    // The name of an operation, which is looked at for each request, is mostly shorter than a key.
    if (text.length < this.#shortestForm) return text;
    this.#forms ??= this.#findForms();
    if (this.#values.length > maxSecrets) return redactionMark;
    // All places first, and then one mark for those that touch: secrets overlap, and some are parts of the mark itself.
    const places = this.#forms.flatMap((form) => findPlaces(text, form)).sort((a, b) => a.start - b.start);
    let clean = '';
    let end = 0;
    for (const place of places) {
      if (place.start > end || end === 0) clean += text.slice(end, place.start) + redactionMark;
      end = Math.max(end, place.end);
    }
    return clean + text.slice(end);
  }

  /** Once for all texts: a body has room for thousands of secrets, and an answer for thousands of texts. */
  #findForms(): string[] {
    this.#values = [...new Set(this.#values)];
    return this.#values.length > maxSecrets ? [] : [...new Set(this.#values.flatMap(getForms))];
  }
}

interface Place {
  readonly start: number;
  readonly end: number;
}

function findPlaces(text: string, form: string): Place[] {
  const places: Place[] = [];
  for (let start = text.indexOf(form); start !== -1; ) {
    const end = start + form.length;
    const isPart = isWordPart(text[start - 1]) || isWordPart(text[end]);
    if (form.length >= minPartLength || !isPart) places.push({ start, end });
    start = text.indexOf(form, end);
  }
  return places;
}

const isWordPart = (character: string | undefined) =>
  character !== undefined && /[\p{L}\p{N}_]/u.test(character);

function getForms(value: string): string[] {
  const json = JSON.stringify(value).slice(1, -1);
  const base64 = Buffer.from(value, 'utf8').toString('base64');
  return [
    value,
    json,
    // As Python writes it by default.
    json.replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`),
    ...getUrlForms(encodeURIComponent(value.toWellFormed())),
    // The forms without padding are found in the padded ones too.
    base64.replace(/=+$/, ''),
    base64.replace(/=+$/, '').replaceAll('+', '-').replaceAll('/', '_'),
  ];
}

/** What programs disagree about in a URL: which marks are encoded, a slash, a space, and the case of the digits. */
function getUrlForms(encoded: string): string[] {
  // encodeURIComponent, Python's quote, and the serializer of HTML forms.
  const marks = [encoded, encodeMarks(encoded, /[!'()*]/g), encodeMarks(encoded, /[!'()~]/g)];
  const slashes = marks.flatMap((form) => [form, form.replaceAll('%2F', '/')]);
  const spaces = slashes.flatMap((form) => [form, form.replaceAll('%20', '+')]);
  return spaces.flatMap((form) => [form, form.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase())]);
}

const encodeMarks = (encoded: string, marks: RegExp) =>
  encoded.replace(marks, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);
