import { GraphQLError, locatedError } from 'graphql';
import type { GatewayContext } from '../resolvers/gateway-context.ts';
import { readProperty } from '../schema/reader.ts';
import { isJsonObject } from '../upstream/wire.ts';
import type { FieldPlan, SelectionPlan, ValuePlan, Variables } from './plan.ts';

/** What came of an operation. */
export interface OperationResult {
  /** JSON text. */
  readonly data: string;
  /** Undefined where there are none. */
  readonly errors?: readonly GraphQLError[] | undefined;
}

/** A place in the answer, from the inside out. */
interface Path {
  readonly parent: Path | undefined;
  readonly key: string | number;
}

/** JSON text, at once or when what it waits for is there. */
type Text = string | Promise<string>;

/**
 * Executes a plan as section 6.2 of the specification says: the fields of a query at once, those of a mutation one after
 * another. The answer is written as text while it is worked out: objects in between cost more than all the rest. Values
 * that are there are completed without a promise between them.
 */
export async function runPlan(
  plan: SelectionPlan,
  isMutation: boolean,
  variables: Variables,
  context: GatewayContext,
): Promise<OperationResult> {
  const run: Run = { errors: [], variables, context };
  const { errors } = run;
  try {
    const data = await (isMutation ? selectInTurn(run, plan) : select(run, plan, undefined, undefined));
    return errors.length === 0 ? { data } : { errors, data };
  } catch (error) {
    return { errors: [...errors, toGraphQLError(error)], data: 'null' };
  }
}

/** What the fields of one operation share. */
interface Run {
  readonly errors: GraphQLError[];
  readonly variables: Variables;
  readonly context: GatewayContext;
}

/** The object that the selection makes of a source. */
function select(run: Run, plan: SelectionPlan, source: unknown, path: Path | undefined): Text {
  let text = '';
  let waiting: Waiting | undefined;
  try {
    for (const field of plan) {
      const value = resolveField(run, field, source, path);
      if (typeof value === 'string') text += field.prefix + value;
      else {
        waiting = wait(waiting, text + field.prefix, value);
        text = '';
      }
    }
  } catch (error) {
    abandon(waiting);
    throw error;
  }
  text += getEnd(plan);
  return waiting === undefined ? text : join(waiting, text);
}

async function selectInTurn(run: Run, plan: SelectionPlan): Promise<string> {
  let text = '';
  for (const field of plan) text += field.prefix + (await resolveField(run, field, undefined, undefined));
  return text + getEnd(plan);
}

/** The fields of a plan bring the brace before them. */
const getEnd = (plan: SelectionPlan): string => (plan.length === 0 ? '{}' : '}');

function resolveField(run: Run, field: FieldPlan, source: unknown, parent: Path | undefined): Text {
  const { read, value: plan } = field;
  let value: unknown;
  try {
    value =
      read !== undefined && isJsonObject(source)
        ? readProperty(read, source)
        : field.resolve(source, run.variables, run.context);
    // Leaves are most of all fields, and need no place in the answer unless they fail.
    if (plan.kind === 'leaf' && !isPromise(value)) return completeLeaf(plan, value);
  } catch (error) {
    return fail(run, error, field, plan, { parent, key: field.key });
  }
  return completeAt(run, plan, value, field, { parent, key: field.key });
}

/** A value at its place: what fails in it ends there where it may be null. */
function completeAt(run: Run, plan: ValuePlan, value: unknown, field: FieldPlan, path: Path): Text {
  try {
    if (isPromise(value)) {
      return value.then(
        (resolved) => completeAt(run, plan, resolved, field, path),
        (error: unknown) => fail(run, error, field, plan, path),
      );
    }
    const text = complete(run, plan, value, field, path);
    return typeof text === 'string'
      ? text
      : text.catch((error: unknown) => fail(run, error, field, plan, path));
  } catch (error) {
    return fail(run, error, field, plan, path);
  }
}

function complete(run: Run, plan: ValuePlan, value: unknown, field: FieldPlan, path: Path): Text {
  if (plan.kind === 'leaf') return completeLeaf(plan, value);
  if (value instanceof Error) throw value;
  if (value === null || value === undefined) return completeNull(plan);
  if (plan.kind === 'object') return select(run, plan.select(value, run.context), value, path);
  if (!Array.isArray(value)) throw new Error('A list has no array behind it.');
  return completeList(run, plan.item, value, field, path);
}

const completeLeaf = (plan: ValuePlan & { readonly kind: 'leaf' }, value: unknown): string =>
  value === null || value === undefined ? completeNull(plan) : plan.write(value);

function completeList(
  run: Run,
  plan: ValuePlan,
  values: readonly unknown[],
  field: FieldPlan,
  parent: Path,
): Text {
  let text = '[';
  let waiting: Waiting | undefined;
  try {
    for (let key = 0; key < values.length; key += 1) {
      const item = completeAt(run, plan, values[key], field, { parent, key });
      if (key > 0) text += ',';
      if (typeof item === 'string') text += item;
      else {
        waiting = wait(waiting, text, item);
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

/** A failure is null with an error where null may be, and else the failure of what is around it. */
function fail(run: Run, error: unknown, field: FieldPlan, plan: ValuePlan, path: Path): 'null' {
  const located = isLocated(error) ? error : locatedError(error, field.nodes, toKeys(path));
  if (plan.isNonNull) throw located;
  run.errors.push(located);
  return 'null';
}

/** Parts of a text that come one after another, each with the text before it. */
interface Waiting {
  readonly before: string[];
  readonly parts: Promise<string>[];
}

function wait(waiting: Waiting | undefined, before: string, part: Promise<string>): Waiting {
  if (waiting === undefined) return { before: [before], parts: [part] };
  waiting.before.push(before);
  waiting.parts.push(part);
  return waiting;
}

/** Nobody waits any more for what was begun, and its failures are to trouble nobody. */
function abandon(waiting: Waiting | undefined): void {
  if (waiting !== undefined) void Promise.allSettled(waiting.parts);
}

async function join({ before, parts }: Waiting, after: string): Promise<string> {
  let text = '';
  for (const [index, part] of (await Promise.all(parts)).entries()) text += (before[index] ?? '') + part;
  return text + after;
}

function completeNull({ isNonNull }: ValuePlan): 'null' {
  if (isNonNull) throw new Error('A field that is never null has no value.');
  return 'null';
}

// Whatever waits here waits for a native promise: resolvers are async functions, loaders make no other.
const isPromise = (value: unknown): value is Promise<unknown> => value instanceof Promise;

const isLocated = (error: unknown): error is GraphQLError =>
  error instanceof GraphQLError && error.path !== undefined;

const toGraphQLError = (error: unknown): GraphQLError =>
  isLocated(error) ? error : locatedError(error, undefined);

function toKeys(path: Path): (string | number)[] {
  const keys: (string | number)[] = [];
  for (let place: Path | undefined = path; place !== undefined; place = place.parent) keys.unshift(place.key);
  return keys;
}
