import { type ExecutionResult, GraphQLError, locatedError } from 'graphql';
import type { GatewayContext } from '../resolvers/gateway-context.ts';
import type { FieldPlan, SelectionPlan, ValuePlan, Variables } from './plan.ts';

/** A place in the answer, from the inside out. */
interface Path {
  readonly parent: Path | undefined;
  readonly key: string | number;
}

type Data = Record<string, unknown>;

/**
 * Executes a plan as section 6.2 of the specification says: the fields of a query at once, those of a mutation one after
 * another. Values that are there are completed without a promise between them.
 */
export async function runPlan(
  plan: SelectionPlan,
  isMutation: boolean,
  variables: Variables,
  context: GatewayContext,
): Promise<ExecutionResult> {
  const run = new Run(variables, context);
  try {
    const data = await (isMutation ? run.selectInTurn(plan) : run.select(plan, undefined, undefined));
    return run.errors.length === 0 ? { data } : { errors: run.errors, data };
  } catch (error) {
    return { errors: [...run.errors, toGraphQLError(error)], data: null };
  }
}

class Run {
  readonly errors: GraphQLError[] = [];
  readonly #variables: Variables;
  readonly #context: GatewayContext;

  constructor(variables: Variables, context: GatewayContext) {
    this.#variables = variables;
    this.#context = context;
  }

  /** The object that the selection makes of a source; a promise of it where one of its fields has to wait. */
  select(plan: SelectionPlan, source: unknown, path: Path | undefined): Data | Promise<Data> {
    const data = createData(plan);
    let pending: Promise<void>[] | undefined;
    for (const field of plan.fields) {
      const value = this.#resolveField(field, source, path);
      if (isPromise(value)) {
        // The key takes its place now, so that the answer has the order of the selection.
        data[field.key] = null;
        pending ??= [];
        pending.push(
          value.then((completed) => {
            data[field.key] = completed;
          }),
        );
      } else data[field.key] = value;
    }
    return pending === undefined ? data : Promise.all(pending).then(() => data);
  }

  async selectInTurn(plan: SelectionPlan): Promise<Data> {
    const data = createData(plan);
    for (const field of plan.fields) data[field.key] = await this.#resolveField(field, undefined, undefined);
    return data;
  }

  #resolveField(field: FieldPlan, source: unknown, parent: Path | undefined): unknown {
    const { key, value: plan } = field;
    try {
      const value = field.resolve(source, this.#variables, this.#context);
      // Leaves are most of all fields, and need no place in the answer unless they fail.
      if (plan.kind === 'leaf' && !isPromise(value)) return completeLeaf(plan, value);
      const path = { parent, key };
      const completed = isPromise(value)
        ? value.then((resolved) => this.#complete(plan, resolved, field, path))
        : this.#complete(plan, value, field, path);
      return isPromise(completed)
        ? completed.catch((error: unknown) => this.#fail(error, field, plan, path))
        : completed;
    } catch (error) {
      return this.#fail(error, field, plan, { parent, key });
    }
  }

  #complete(plan: ValuePlan, value: unknown, field: FieldPlan, path: Path): unknown {
    if (plan.kind === 'leaf') return completeLeaf(plan, value);
    if (value instanceof Error) throw value;
    if (value === null || value === undefined) return completeNull(plan);
    if (plan.kind === 'object') return this.select(plan.select(value, this.#context), value, path);
    if (!Array.isArray(value)) throw new Error('A list has no array behind it.');
    return this.#completeList(plan.item, value, field, path);
  }

  #completeList(plan: ValuePlan, values: readonly unknown[], field: FieldPlan, parent: Path): unknown {
    let isPending = false;
    const items = values.map((value, index) => {
      const path = { parent, key: index };
      try {
        const item = isPromise(value)
          ? value.then((resolved) => this.#complete(plan, resolved, field, path))
          : this.#complete(plan, value, field, path);
        if (!isPromise(item)) return item;
        isPending = true;
        return item.catch((error: unknown) => this.#fail(error, field, plan, path));
      } catch (error) {
        return this.#fail(error, field, plan, path);
      }
    });
    return isPending ? Promise.all(items) : items;
  }

  /** A failure is null with an error where null may be, and else the failure of what is around it. */
  #fail(error: unknown, field: FieldPlan, plan: ValuePlan, path: Path): null {
    const located = isLocated(error) ? error : locatedError(error, field.nodes, toKeys(path));
    if (plan.isNonNull) throw located;
    this.errors.push(located);
    return null;
  }
}

function completeLeaf(plan: ValuePlan & { readonly kind: 'leaf' }, value: unknown): unknown {
  if (value === null || value === undefined) return completeNull(plan);
  // Most leaves: text that its reader has checked. What serialize does of it is nothing.
  if (typeof value === 'string' && plan.isText) return value;
  if (value instanceof Error) throw value;
  const serialized = plan.type.serialize(value);
  if (serialized === null || serialized === undefined)
    throw new Error(`${plan.type.name} serialized a value to nothing.`);
  return serialized;
}

function completeNull({ isNonNull }: ValuePlan): null {
  if (isNonNull) throw new Error('A field that is never null has no value.');
  return null;
}

// Without a prototype where a key is __proto__; other objects are much faster with theirs.
const createData = (plan: SelectionPlan): Data => (plan.hasAwkwardKey ? (Object.create(null) as Data) : {});

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
