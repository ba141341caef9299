import type { GraphQLFormattedError } from 'graphql';
import { isJsonObject } from '../json.ts';
import { type Path, toKeys } from '../path.ts';
import { type ErrorPayload, toErrorPayload } from '../resolvers/errors.ts';
import type { ResolverContext } from '../resolvers/request-context.ts';
import {
  type FieldPlan,
  type PlannedLeaf,
  type PlannedType,
  planMemoryError,
  type SelectionPlan,
} from './plan.ts';
import {
  createNoMemoryError,
  createResponseTooLargeError,
  RequestError,
  toLocations,
} from './request-error.ts';
import type { Variables } from './variables.ts';

/**
 * An entry of a response's `errors`. Propagates to the nearest nullable position. Not an Error, which would capture a
 * stack for each field.
 */
class ErrorEntry implements ErrorPayload {
  readonly message: string;
  readonly locations: GraphQLFormattedError['locations'];
  readonly path: GraphQLFormattedError['path'];
  readonly extensions: ErrorPayload['extensions'];

  constructor({ message, extensions }: ErrorPayload, field: FieldPlan, path: Path) {
    this.message = message;
    this.locations = toLocations(field.nodes);
    this.path = toKeys(path);
    this.extensions = extensions;
  }
}

export interface OperationResult {
  /** JSON: an object with `data`. */
  readonly body: string;
  /** Not in the body. Undefined if there are none. */
  readonly errors?: readonly ErrorEntry[] | undefined;
}

interface RunOptions {
  readonly isMutation: boolean;
  readonly variables: Variables;
  readonly context: ResolverContext;
  readonly maxResponseBytes: number;
}

/**
 * JSON, or a promise of it. Each method that writes JSON appends to the JSON before it, the argument `before`, and
 * returns both, so that a response is one chain of strings (docs/performance.md).
 */
type Json = string | Promise<string>;

const bodyStart = '{"data":';
const commaLength = 1;
/**
 * In characters. Memory is reserved in steps of this length, so that most fields only increment a counter. The first
 * step is not reserved.
 */
const reservedStep = 8192;
/** While a response is joined from its parts, it takes twice its size. */
const reservedBytesPerCharacter = 2;
/** Approximate length of an error in a response without its message, in characters. */
const errorLength = 200;
/** In characters. Shorter strings are not flattened, because that would cost more than it saves. */
const minFlatLength = 32_768;
/** The same limit, while other fields of the response wait. */
const minWaitingFlatLength = 256;

/**
 * In characters. A list is flattened each time it has grown by this length, because its parts take ten times as much.
 */
const flatStep = 262_144;

// One object each for all fields, because a list can fail thousands of times. `#createEntry` adds the field's name.
const notAListError = new Error('is a list, but resolved to another value');
const nullError = new Error('cannot be null, but resolved to null');

/** One execution of a plan. The response is written as JSON directly, without intermediate objects. */
export class PlanRun {
  readonly #options: RunOptions;
  readonly #errors: ErrorEntry[] = [];
  /** By cause, so that an error that fails many fields is reported once. */
  #payloads: Map<unknown, ErrorPayload> | undefined;
  /**
   * Characters of the response so far. Errors are estimated, and a character can take several bytes: the exchange
   * checks the size of the complete response.
   */
  #length = 0;
  /** The length for which memory is reserved. */
  #reservedLength: number;
  /** The length from which the string of a list is flattened. */
  #flatFromLength = flatStep;
  #waitingCount = 0;

  constructor(options: RunOptions) {
    this.#options = options;
    this.#reservedLength = Math.min(reservedStep, options.maxResponseBytes);
  }

  /**
   * Executes the plan (ExecuteQuery and ExecuteMutation, section 6.2 of the GraphQL specification): the fields of a
   * query in parallel, those of a mutation in series. Rejects with RequestError if the response is too large or does
   * not fit into memory. A mutation first executes its remaining root fields.
   */
  async run(selection: SelectionPlan): Promise<OperationResult> {
    const { isMutation } = this.#options;
    const end = `${getEnd(selection)}}`;
    let body: string;
    try {
      body = await (isMutation
        ? this.#writeObjectInSeries(selection, end)
        : this.#writeObject(selection, undefined, undefined, bodyStart, end));
    } catch (error) {
      if (!(error instanceof ErrorEntry)) throw error;
      this.#errors.push(error);
      body = `${bodyStart}null}`;
    }
    return this.#errors.length === 0 ? { body } : { body, errors: this.#errors };
  }

  #writeObject(
    selection: SelectionPlan,
    object: unknown,
    path: Path | undefined,
    before: string,
    end = getEnd(selection),
  ): Json {
    let text = before;
    let waiting: Promise<string>[] | undefined;
    try {
      for (let index = 0; index < selection.length; index += 1) {
        const field = selection[index] as FieldPlan;
        const prefix = index === 0 ? field.firstPrefix : field.prefix;
        const next = this.#completeField(field, object, path, text + prefix);
        if (typeof next === 'string') text = next;
        else {
          if (waiting === undefined) waiting = [next];
          else waiting.push(next);
          // The promise includes the JSON before it.
          text = '';
        }
      }
    } catch (error) {
      abandon(waiting);
      throw error;
    }
    text += end;
    return waiting === undefined ? text : join(waiting, text);
  }

  async #writeObjectInSeries(selection: SelectionPlan, end: string): Promise<string> {
    let text = bodyStart;
    for (const [index, field] of selection.entries()) {
      const prefix = index === 0 ? field.firstPrefix : field.prefix;
      try {
        // Without the preceding JSON: a long string would be flattened again for each field after it.
        text += await this.#completeField(field, undefined, undefined, prefix);
      } catch (error) {
        if (error instanceof RequestError) await this.#resolveInSeries(selection.slice(index + 1));
        throw error;
      }
    }
    return text + end;
  }

  /** Executes the remaining fields of a mutation whose response fails as a whole. */
  async #resolveInSeries(selection: SelectionPlan): Promise<void> {
    const { variables, context } = this.#options;
    for (const { resolve } of selection) {
      try {
        await resolve(undefined, variables, context);
      } catch {
        // The response that would list this error fails as a whole.
      }
    }
  }

  #completeField(field: FieldPlan, object: unknown, parent: Path | undefined, before: string): Json {
    const { reader, type } = field;
    let value: unknown;
    try {
      value =
        reader !== undefined && isJsonObject(object)
          ? reader.read(object)
          : field.resolve(object, this.#options.variables, this.#options.context);
      // Most fields are leaves, and need no path unless they fail.
      if (type.kind === 'leaf' && !isPromise(value)) {
        return this.#completeLeaf(type, value, before, field.prefix.length);
      }
    } catch (error) {
      return this.#fail(field, type, error, { parent, key: field.key }, before);
    }
    return this.#completeOrFail(field, type, value, { parent, key: field.key }, before);
  }

  /** Writes a value as soon as it is resolved. An error nulls the nearest nullable position. */
  #completeOrFail(field: FieldPlan, type: PlannedType, value: unknown, path: Path, before: string): Json {
    try {
      if (isPromise(value)) {
        this.#waitingCount += 1;
        return value.then(
          (resolved) => {
            this.#waitingCount -= 1;
            return this.#flattenIfLong(this.#completeOrFail(field, type, resolved, path, before));
          },
          (error: unknown) => {
            this.#waitingCount -= 1;
            return this.#fail(field, type, error, path, before);
          },
        );
      }
      const text = this.#completeValue(field, type, value, path, before);
      return typeof text === 'string'
        ? text
        : text.catch((error: unknown) => this.#fail(field, type, error, path, before));
    } catch (error) {
      abandon(value);
      return this.#fail(field, type, error, path, before);
    }
  }

  /** Writes a resolved value (CompleteValue, section 6.4.3). Throws if it does not fit its type. */
  #completeValue(field: FieldPlan, type: PlannedType, value: unknown, path: Path, before: string): Json {
    const ownLength = typeof path.key === 'string' ? field.prefix.length : commaLength;
    // An item of a list can be an error, as in graphql-js.
    if (value instanceof Error) throw value;
    if (type.kind === 'leaf') return this.#completeLeaf(type, value, before, ownLength);
    this.#spend(ownLength);
    if (value === null || value === undefined) return before + completeNull(type);
    if (type.kind === 'object') {
      return this.#writeObject(type.planFor(value, this.#options.context), value, path, before);
    }
    if (!Array.isArray(value)) throw notAListError;
    return this.#completeList(field, type.item, value, path, before);
  }

  /**
   * Writes a scalar or an enum value.
   *
   * @param ownLength of the prefix of a field, or of the comma of an item
   */
  #completeLeaf(type: PlannedLeaf, value: unknown, before: string, ownLength: number): string {
    const text =
      value === null || value === undefined ? before + completeNull(type) : type.write(value, before);
    this.#spend(text.length - before.length + ownLength);
    return text;
  }

  #completeList(
    field: FieldPlan,
    item: PlannedType,
    values: readonly unknown[],
    parent: Path,
    before: string,
  ): Json {
    let text = `${before}[`;
    let waiting: Promise<string>[] | undefined;
    try {
      for (let key = 0; key < values.length; key += 1) {
        if (key > 0) text += ',';
        const next = this.#completeOrFail(field, item, values[key], { parent, key }, text);
        if (typeof next === 'string') {
          text = next;
          if (this.#length > this.#flatFromLength) {
            flatten(text);
            // In proportion, so that a long string is not copied too often.
            this.#flatFromLength = this.#length + Math.max(flatStep, Math.floor(text.length / 8));
          }
        } else {
          if (waiting === undefined) waiting = [next];
          else waiting.push(next);
          text = '';
        }
      }
    } catch (error) {
      abandon(waiting);
      throw error;
    }
    text += ']';
    return waiting === undefined ? text : join(waiting, text);
  }

  /** An error at a nullable position becomes null, with an entry in `errors`. Elsewhere, it fails the parent. */
  #fail(field: FieldPlan, type: PlannedType, cause: unknown, path: Path, before: string): string {
    if (cause instanceof RequestError) throw cause;
    // Fails the whole response: only the message of a request error says that the mutation was executed.
    if (cause === planMemoryError && this.#options.isMutation) throw createNoMemoryError('response', true);
    const entry = cause instanceof ErrorEntry ? cause : this.#createEntry(field, cause, path);
    if (type.isNonNull) throw entry;
    this.#errors.push(entry);
    return `${before}null`;
  }

  #createEntry(field: FieldPlan, cause: unknown, path: Path): ErrorEntry {
    const shared = [nullError, notAListError].find((error) => error === cause);
    const key = shared === undefined ? cause : field;
    this.#payloads ??= new Map();
    let payload = this.#payloads.get(key);
    if (payload === undefined) {
      const name = field.nodes[0]?.name.value;
      const error = shared === undefined ? cause : new Error(`The field ${name} ${shared.message}.`);
      payload = toErrorPayload(error, this.#options.context);
      this.#payloads.set(key, payload);
    }
    this.#spend(errorLength + payload.message.length);
    return new ErrorEntry(payload, field, path);
  }

  /** Counts characters of the response. Throws RequestError if they exceed its limit or the memory. */
  #spend(characters: number): void {
    this.#length += characters;
    if (this.#length <= this.#reservedLength) return;
    const { isMutation, maxResponseBytes, context } = this.#options;
    if (this.#length > maxResponseBytes) throw createResponseTooLargeError(maxResponseBytes, isMutation);
    const step = Math.max(reservedStep, this.#length - this.#reservedLength);
    if (!context.reservation.take(step * reservedBytesPerCharacter))
      throw createNoMemoryError('response', isMutation);
    this.#reservedLength = Math.min(maxResponseBytes, this.#reservedLength + step);
  }

  /** Flattens a long string before it waits in a promise (docs/performance.md). */
  #flattenIfLong(text: Json): Json {
    const minLength = this.#waitingCount > 0 ? minWaitingFlatLength : minFlatLength;
    if (typeof text === 'string' && text.length >= minLength) flatten(text);
    return text;
  }
}

/** Reads every character, which makes one string of the chain of its parts. The result is not needed. */
function flatten(text: string): void {
  Buffer.byteLength(text);
}

/** The prefix of the first field has the opening brace. */
const getEnd = (selection: SelectionPlan): string => (selection.length === 0 ? '{}' : '}');

/** Handles the rejections of a value that nothing reads, because a sibling or its list has failed. */
function abandon(value: unknown): void {
  if (isPromise(value)) value.then(abandon, () => {});
  else if (Array.isArray(value)) for (const item of value) abandon(item);
}

function join(parts: readonly Promise<string>[], after: string): Promise<string> {
  const [first] = parts;
  // The most common request, for one provider, has one part.
  if (first !== undefined && parts.length === 1) return first.then((text) => text + after);
  return Promise.all(parts).then((texts) => {
    // Not `texts.join('') + after`, because a long string would be copied again when it is concatenated.
    texts.push(after);
    return texts.join('');
  });
}

function completeNull({ isNonNull }: PlannedType): 'null' {
  if (isNonNull) throw nullError;
  return 'null';
}

// Resolvers must return native promises. Any other thenable would be completed as a value.
const isPromise = (value: unknown): value is Promise<unknown> =>
  typeof value === 'object' && value instanceof Promise;
