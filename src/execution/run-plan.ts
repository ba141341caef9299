import { GraphQLError, locatedError } from 'graphql';
import { isJsonObject } from '../json.ts';
import type { GatewayContext } from '../resolvers/gateway-context.ts';
import { readProperty } from '../schema/reader.ts';
import type { FieldPlan, SelectionPlan, ValuePlan, Variables } from './plan.ts';

/** What came of an operation. */
export interface OperationResult {
  /** JSON text. */
  readonly data: string;
  /** Undefined where there are none. */
  readonly errors?: readonly GraphQLError[] | undefined;
}

/** What a plan is executed with. */
export interface RunOptions {
  readonly isMutation: boolean;
  readonly variables: Variables;
  readonly context: GatewayContext;
  /** Makes of an error of the answer what the caller reads. */
  readonly explain: (error: GraphQLError) => GraphQLError;
}

/** A place in the answer, from the inside out. */
interface Path {
  readonly parent: Path | undefined;
  readonly key: string | number;
}

/**
 * JSON text, at once or when what it waits for is there. Whoever makes some is given the text before it and answers with both:
 * a chain of pieces is put together faster than a tree of them.
 */
type Text = string | Promise<string>;

/**
 * Executes a plan as section 6.2 of the specification says: the fields of a query at once, those of a mutation one after
 * another. The answer is written as text while it is worked out: objects in between cost more than all the rest. Values
 * that are there are completed without a promise between them.
 */
export async function runPlan(plan: SelectionPlan, options: RunOptions): Promise<OperationResult> {
  const { isMutation, variables, context, explain } = options;
  const run: Run = { errors: [], variables, context };
  const { errors } = run;
  let data: string;
  try {
    data = await (isMutation ? selectInTurn(run, plan) : select(run, plan, undefined, undefined, ''));
  } catch (error) {
    errors.push(toGraphQLError(error));
    data = 'null';
  }
  return errors.length === 0 ? { data } : { data, errors: errors.map(explain) };
}

/** What the fields of one operation share. */
interface Run {
  readonly errors: GraphQLError[];
  readonly variables: Variables;
  readonly context: GatewayContext;
}

/** The object that the selection makes of a source. */
function select(
  run: Run,
  plan: SelectionPlan,
  source: unknown,
  path: Path | undefined,
  before: string,
): Text {
  let text = before;
  let waiting: Promise<string>[] | undefined;
  for (const field of plan) {
    const next = completeField(run, field, source, path, text + field.prefix);
    if (typeof next === 'string') text = next;
    else {
      waiting = append(waiting, next);
      text = '';
    }
  }
  text += getEnd(plan);
  return waiting === undefined ? text : join(waiting, text);
}

async function selectInTurn(run: Run, plan: SelectionPlan): Promise<string> {
  let text = '';
  // Each by itself: a long text is put in one piece as it comes, and would be once more for every field after it.
  for (const field of plan) text += await completeField(run, field, undefined, undefined, field.prefix);
  return text + getEnd(plan);
}

/** The fields of a plan bring the brace before them. */
const getEnd = (plan: SelectionPlan): string => (plan.length === 0 ? '{}' : '}');

function completeField(
  run: Run,
  field: FieldPlan,
  source: unknown,
  parent: Path | undefined,
  before: string,
): Text {
  const { read, value: plan } = field;
  let value: unknown;
  try {
    value =
      read !== undefined && isJsonObject(source)
        ? readProperty(read, source)
        : field.resolve(source, run.variables, run.context);
    // Leaves are most of all fields, and need no place in the answer unless they fail.
    if (plan.kind === 'leaf' && !isPromise(value)) return completeLeaf(plan, value, before);
  } catch (error) {
    return fail(run, error, field, plan, { parent, key: field.key }, before);
  }
  return completeAt(run, plan, value, field, { parent, key: field.key }, before);
}

/** A value at its place: what fails in it ends there where it may be null. */
function completeAt(
  run: Run,
  plan: ValuePlan,
  value: unknown,
  field: FieldPlan,
  path: Path,
  before: string,
): Text {
  try {
    if (isPromise(value)) {
      return value.then(
        (resolved) => flatten(completeAt(run, plan, resolved, field, path, before)),
        (error: unknown) => fail(run, error, field, plan, path, before),
      );
    }
    const text = complete(run, plan, value, field, path, before);
    return typeof text === 'string'
      ? text
      : text.catch((error: unknown) => fail(run, error, field, plan, path, before));
  } catch (error) {
    return fail(run, error, field, plan, path, before);
  }
}

function complete(
  run: Run,
  plan: ValuePlan,
  value: unknown,
  field: FieldPlan,
  path: Path,
  before: string,
): Text {
  if (plan.kind === 'leaf') return completeLeaf(plan, value, before);
  if (value instanceof Error) throw value;
  if (value === null || value === undefined) return before + completeNull(plan);
  if (plan.kind === 'object') return select(run, plan.select(value, run.context), value, path, before);
  if (!Array.isArray(value)) throw new Error('A list has no array behind it.');
  return completeList(run, plan.item, value, field, path, before);
}

const completeLeaf = (plan: ValuePlan & { readonly kind: 'leaf' }, value: unknown, before: string): string =>
  value === null || value === undefined ? before + completeNull(plan) : plan.write(value, before);

function completeList(
  run: Run,
  plan: ValuePlan,
  values: readonly unknown[],
  field: FieldPlan,
  parent: Path,
  before: string,
): Text {
  let text = `${before}[`;
  let waiting: Promise<string>[] | undefined;
  for (let key = 0; key < values.length; key += 1) {
    if (key > 0) text += ',';
    const next = completeAt(run, plan, values[key], field, { parent, key }, text);
    if (typeof next === 'string') text = next;
    else {
      waiting = append(waiting, next);
      text = '';
    }
  }
  text += ']';
  return waiting === undefined ? text : join(waiting, text);
}

/** A failure is null with an error where null may be, and else the failure of what is around it. */
function fail(
  run: Run,
  error: unknown,
  field: FieldPlan,
  plan: ValuePlan,
  path: Path,
  before: string,
): string {
  const located = isLocated(error) ? error : locatedError(error, field.nodes, toKeys(path));
  if (plan.isNonNull) throw located;
  run.errors.push(located);
  return `${before}null`;
}

/** In characters. Shorter texts are moved sooner than read, as measured. */
const minFlatLength = 32_768;

/**
 * The same text; a long one in one piece. V8 keeps a text that was put together as a tree of its pieces until somebody reads it,
 * and a promise that has waited for long keeps its result over several collections of garbage: to move the thousands of
 * pieces of a large answer each time costs as much as to make it.
 */
function flatten(text: Text): Text {
  // A reading that no compiler leaves out.
  if (typeof text === 'string' && text.length >= minFlatLength) Buffer.byteLength(text);
  return text;
}

function append(waiting: Promise<string>[] | undefined, part: Promise<string>): Promise<string>[] {
  // Where a sibling fails at once, nobody waits any more for what was begun, and its failures are to trouble nobody.
  part.catch(() => {});
  if (waiting === undefined) return [part];
  waiting.push(part);
  return waiting;
}

async function join(parts: readonly Promise<string>[], after: string): Promise<string> {
  const [first] = parts;
  // A request for one provider, the most common one, has one.
  if (first !== undefined && parts.length === 1) return (await first) + after;
  return (await Promise.all(parts)).join('') + after;
}

function completeNull({ isNonNull }: ValuePlan): 'null' {
  if (isNonNull) throw new Error('A field that is never null has no value.');
  return 'null';
}

// Whatever waits here waits for a native promise: resolvers are async functions, loaders make no other.
const isPromise = (value: unknown): value is Promise<unknown> =>
  typeof value === 'object' && value instanceof Promise;

const isLocated = (error: unknown): error is GraphQLError =>
  error instanceof GraphQLError && error.path !== undefined;

const toGraphQLError = (error: unknown): GraphQLError =>
  isLocated(error) ? error : locatedError(error, undefined);

function toKeys(path: Path): (string | number)[] {
  const keys: (string | number)[] = [];
  for (let place: Path | undefined = path; place !== undefined; place = place.parent) keys.unshift(place.key);
  return keys;
}
