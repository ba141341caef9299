import { getProperty, type JsonObject } from '../json.ts';
import { type Path, toKeys } from '../path.ts';
import type { Redaction, UpstreamValidationFailure } from '../upstream/responses.ts';

/** How a field of an input object is written to a request body. */
export interface BodyField {
  readonly property: string;
  readonly shape: InputShape;
}

type BodyFields = Readonly<Record<string, BodyField>>;

/**
 * `map` is a list of entries with unique keys, which upstream stores as an object. `value` and `json` are sent
 * unchanged: the path of an issue ends at a `value`, and continues inside `json`.
 */
export type InputShape =
  | { readonly kind: 'value' | 'json' | 'map' }
  | { readonly kind: 'list'; readonly item: InputShape }
  | { readonly kind: 'object'; readonly fields: BodyFields };

/** Upstream's 422, or the gateway's own issues, with the names of the schema. */
export interface ValidationFailure {
  readonly message: string;
  readonly issues: readonly InputIssue[];
}

interface InputIssue {
  readonly path: readonly string[];
  readonly message: string;
  readonly code: string;
}

type IssueLocation = readonly (string | number)[];

/**
 * Maps the argument `input` of a write to a request body, and upstream's issues with the body back to issues with the
 * argument.
 */
export class BodyMapping {
  readonly #shape: InputShape;
  readonly #inputPath: readonly string[];
  readonly #fieldNames: ReadonlyMap<string, string>;
  readonly #renamedProperties: RegExp;

  /** @param inputPath the path in `input` of the value that becomes the body. Default: `input` itself. */
  constructor(shape: InputShape, inputPath: readonly string[] = []) {
    this.#shape = shape;
    this.#inputPath = inputPath;
    this.#fieldNames = new Map(getFieldNames(shape));
    // Matches nothing if no property is renamed.
    this.#renamedProperties = new RegExp(
      `\\b(?:${[...this.#fieldNames.keys()].join('|') || '(?!)'})\\b`,
      'g',
    );
  }

  /**
   * The body as JSON: omitted fields stay omitted, null stays null, no default is added. If a list of entries has
   * duplicate keys, returns an issue for each of them instead, because a value would be lost.
   */
  toBody(input: JsonObject): string | ValidationFailure {
    const issues: InputIssue[] = [];
    const value = this.#inputPath.reduce<unknown>(getProperty, input);
    const body = toBodyValue(value, this.#shape, undefined, (path) => {
      issues.push({
        path: ['input', ...this.#inputPath, ...toKeys(path).map(String), 'key'],
        message: 'This key occurs more than once.',
        code: 'duplicate_key',
      });
    });
    return issues.length === 0 ? JSON.stringify(body) : { message: 'The input has duplicate keys.', issues };
  }

  /**
   * Upstream's 422 with the paths and names of the schema. `redact` removes secrets from the names in upstream's paths.
   */
  toFailure(failure: UpstreamValidationFailure, input: JsonObject, redact: Redaction): ValidationFailure {
    return {
      message: this.#translate(failure.message ?? 'Galileo rejected the input as invalid.'),
      issues: failure.issues.map(({ location, message, type }) => ({
        path: this.#toArgumentPath(location, input, redact),
        message: this.#translate(message),
        code: type,
      })),
    };
  }

  /**
   * The path of upstream's `loc`. Empty if that is not in the body. If the input type does not declare the position,
   * the path of the deepest declared field on the way to it, or of `input`.
   */
  #toArgumentPath([root, ...location]: IssueLocation, input: unknown, redact: Redaction): readonly string[] {
    if (root !== 'body') return [];
    const path = toArgumentKeys(location, this.#shape, this.#inputPath.reduce(getProperty, input), redact);
    return path.length === 0 ? ['input'] : ['input', ...this.#inputPath, ...path];
  }

  #translate(message: string): string {
    return message.replace(this.#renamedProperties, (property) => this.#fieldNames.get(property) ?? property);
  }
}

function* getFieldNames(shape: InputShape): Generator<[property: string, name: string]> {
  if (shape.kind === 'list') yield* getFieldNames(shape.item);
  if (shape.kind !== 'object') return;
  for (const [name, field] of Object.entries(shape.fields)) {
    if (field.property !== name) yield [field.property, name];
    yield* getFieldNames(field.shape);
  }
}

/** @param path of the value in the argument, below `inputPath` */
function toBodyValue(
  value: unknown,
  shape: InputShape,
  path: Path | undefined,
  onDuplicate: OnDuplicate,
): unknown {
  if (value === null || typeof value !== 'object' || shape.kind === 'value' || shape.kind === 'json')
    return value;
  if (shape.kind === 'object') {
    const body: Record<string, unknown> = {};
    for (const name in shape.fields) {
      const field = shape.fields[name];
      const inner = getProperty(value, name);
      if (field === undefined || inner === undefined) continue;
      body[field.property] = toBodyValue(inner, field.shape, { parent: path, key: name }, onDuplicate);
    }
    return body;
  }
  const items: readonly unknown[] = Array.isArray(value) ? value : [];
  if (shape.kind === 'list')
    return items.map((item, key) => toBodyValue(item, shape.item, { parent: path, key }, onDuplicate));
  // Without a prototype: a key can be `__proto__`.
  const entries: Record<string, unknown> = { __proto__: null };
  for (let index = 0; index < items.length; index += 1) {
    const key = String(getProperty(items[index], 'key'));
    if (Object.hasOwn(entries, key)) onDuplicate({ parent: path, key: index });
    entries[key] = getProperty(items[index], 'value');
  }
  return entries;
}

type OnDuplicate = (path: Path) => void;

function toArgumentKeys(
  [part, ...rest]: IssueLocation,
  shape: InputShape,
  value: unknown,
  redact: Redaction,
): string[] {
  if (part === undefined) return [];
  switch (shape.kind) {
    case 'value':
      return [];
    case 'json': {
      // An index that the input has is shown, as in a list. Any other name or number from upstream can be a secret.
      const inner = getProperty(value, String(part));
      const isIndex = typeof part === 'number' && Array.isArray(value) && inner !== undefined;
      const key = isIndex ? String(part) : redact(String(part));
      return [key, ...toArgumentKeys(rest, shape, inner, redact)];
    }
    case 'object': {
      const [name, field] = Object.entries(shape.fields).find(([, { property }]) => property === part) ?? [];
      if (name === undefined || field === undefined) return [];
      return [name, ...toArgumentKeys(rest, field.shape, getProperty(value, name), redact)];
    }
    case 'list': {
      if (typeof part !== 'number') return [];
      const item = getProperty(value, String(part));
      const index = item === undefined ? redact(String(part)) : String(part);
      return [index, ...toArgumentKeys(rest, shape.item, item, redact)];
    }
    case 'map': {
      // Pydantic identifies an entry by its key. The `loc` of an issue with the key itself ends in `[key]`.
      const index = Array.isArray(value) ? getEntryIndexes(value).get(String(part)) : undefined;
      return index === undefined ? [] : [String(index), rest[0] === '[key]' ? 'key' : 'value'];
    }
  }
}

/** Caches the indexes of the entries of a list by their keys, because a list with many entries can have many issues. */
const entryIndexes = new WeakMap<readonly unknown[], ReadonlyMap<unknown, number>>();

function getEntryIndexes(entries: readonly unknown[]): ReadonlyMap<unknown, number> {
  let indexes = entryIndexes.get(entries);
  if (indexes === undefined) {
    indexes = new Map(entries.map((entry, index) => [getProperty(entry, 'key'), index]));
    entryIndexes.set(entries, indexes);
  }
  return indexes;
}
