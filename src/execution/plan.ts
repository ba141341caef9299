import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLAbstractType,
  GraphQLError,
  type GraphQLField,
  GraphQLIncludeDirective,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  GraphQLSkipDirective,
  GraphQLString,
  getArgumentValues,
  getDirectiveValues,
  isAbstractType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql';
import type { GatewayContext } from '../resolvers/gateway-context.ts';
import { getPropertyRead, type PropertyRead } from '../schema/reader.ts';
import { UpstreamError } from '../upstream/errors.ts';
import { getLeafWriter, type LeafWriter } from './leaf.ts';

/** Coerced variables by their names. */
export type Variables = Readonly<Record<string, unknown>>;

/** The fields of one object type that are asked for, in the order of the answer. */
export type SelectionPlan = readonly FieldPlan[];

/** One field of the answer; the same plan serves every request with the same document and conditions. */
export interface FieldPlan {
  /** The field's name in the answer. */
  readonly key: string;
  /** What stands before its value in the JSON text of the answer: a brace or a comma, the key, a colon. */
  readonly prefix: string;
  /** Answers with a value or a promise, and may throw. */
  readonly resolve: (source: unknown, variables: Variables, context: GatewayContext) => unknown;
  /** What `resolve` does, where it is no more than that: done in place it is three calls less. */
  readonly read: PropertyRead | undefined;
  readonly value: ValuePlan;
  /** Where in the document an error of the field is located. */
  readonly nodes: readonly FieldNode[];
}

/** How a value is completed: the specification's section 6.4.3, worked out for one type. */
export type ValuePlan = { readonly isNonNull: boolean } & (
  | { readonly kind: 'leaf'; readonly write: LeafWriter }
  | { readonly kind: 'list'; readonly item: ValuePlan }
  | { readonly kind: 'object'; readonly select: (source: unknown, context: GatewayContext) => SelectionPlan }
);

/**
 * Works out what an operation does: which fields of which type, with which arguments, completed how. What of it depends on
 * the request are the arguments that have variables in them, and the variables of `@skip` and `@include`: a plan is good
 * for their values alone. Types behind an interface are planned when the first object of them is met.
 *
 * Undefined where the operation asks for the schema itself: that is left to graphql-js. Resolvers get an `info` that
 * knows the field and not the place in the answer; ours read nothing of it.
 */
export function planOperation(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Variables,
): SelectionPlan | undefined {
  const rootType = schema.getRootType(operation.operation);
  if (!rootType) return undefined;
  const planner = new Planner(schema, document, operation, variables);
  const fields = planner.collect(rootType, [operation.selectionSet]);
  const asksForSchema = [...fields.values()].some(([node]) =>
    /^__(?:schema|type)$/.test(node?.name.value ?? ''),
  );
  return asksForSchema ? undefined : planner.planFields(rootType, fields);
}

const typenameValue: ValuePlan = { kind: 'leaf', isNonNull: true, write: getLeafWriter(GraphQLString) };

class Planner {
  readonly #schema: GraphQLSchema;
  readonly #operation: OperationDefinitionNode;
  readonly #variables: Variables;
  readonly #fragments: Record<string, FragmentDefinitionNode> = {};

  constructor(
    schema: GraphQLSchema,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: Variables,
  ) {
    this.#schema = schema;
    this.#operation = operation;
    this.#variables = variables;
    for (const definition of document.definitions) {
      if (definition.kind === Kind.FRAGMENT_DEFINITION) this.#fragments[definition.name.value] = definition;
    }
  }

  /** The fields that the selection sets ask for on an object of that type, by their keys: section 6.3.2. */
  collect(type: GraphQLObjectType, sets: readonly SelectionSetNode[]): Map<string, FieldNode[]> {
    const fields = new Map<string, FieldNode[]>();
    const visited = new Set<string>();
    const add = (set: SelectionSetNode): void => {
      for (const selection of set.selections) {
        if (!this.#isIncluded(selection)) continue;
        if (selection.kind === Kind.FIELD) {
          const key = selection.alias?.value ?? selection.name.value;
          const nodes = fields.get(key);
          if (nodes === undefined) fields.set(key, [selection]);
          else nodes.push(selection);
        } else if (selection.kind === Kind.INLINE_FRAGMENT) {
          if (this.#applies(selection.typeCondition?.name.value, type)) add(selection.selectionSet);
        } else if (!visited.has(selection.name.value)) {
          visited.add(selection.name.value);
          const fragment = this.#fragments[selection.name.value];
          if (fragment !== undefined && this.#applies(fragment.typeCondition.name.value, type))
            add(fragment.selectionSet);
        }
      }
    };
    for (const set of sets) add(set);
    return fields;
  }

  planFields(type: GraphQLObjectType, fields: ReadonlyMap<string, readonly FieldNode[]>): SelectionPlan {
    return [...fields].map(([key, nodes], index) => ({
      key,
      prefix: `${index === 0 ? '{' : ','}${JSON.stringify(key)}:`,
      nodes,
      ...this.#planField(type, key, nodes),
    }));
  }

  #planField(
    type: GraphQLObjectType,
    key: string,
    nodes: readonly FieldNode[],
  ): Omit<FieldPlan, 'key' | 'prefix' | 'nodes'> {
    const [node] = nodes;
    if (node?.name.value === '__typename') {
      return { resolve: () => type.name, read: undefined, value: typenameValue };
    }
    const field = type.getFields()[node?.name.value ?? ''];
    if (node === undefined || field === undefined) throw new Error(`${type.name} has no field for ${key}.`);
    return {
      resolve: this.#planResolver(type, field, nodes, node),
      read: getPropertyRead(field.extensions),
      value: this.#planValue(field.type, nodes),
    };
  }

  #planResolver(
    parentType: GraphQLObjectType,
    field: GraphQLField<unknown, unknown>,
    nodes: readonly FieldNode[],
    node: FieldNode,
  ): FieldPlan['resolve'] {
    const { resolve = (source: unknown) => readProperty(source, field.name) } = field;
    const info = {
      // Whatever a resolver reads of it and is not here throws.
      __proto__: missingInfo,
      fieldName: field.name,
      fieldNodes: nodes,
      returnType: field.type,
      parentType,
      schema: this.#schema,
      fragments: this.#fragments,
      operation: this.#operation,
    } as unknown as GraphQLResolveInfo;
    if (node.arguments?.some(({ value }) => hasVariable(value))) {
      return (source, variables, context) =>
        resolve(source, getFrozenArguments(field, node, variables), context, info);
    }
    const values = field.args.length === 0 ? noArguments : getFrozenArguments(field, node);
    return (source, _variables, context) => resolve(source, values, context, info);
  }

  #planValue(type: GraphQLOutputType, nodes: readonly FieldNode[]): ValuePlan {
    const isNonNull = isNonNullType(type);
    const nullable = isNonNull ? type.ofType : type;
    if (isListType(nullable))
      return { kind: 'list', isNonNull, item: this.#planValue(nullable.ofType, nodes) };
    if (isAbstractType(nullable))
      return { kind: 'object', isNonNull, select: this.#planTypes(nullable, nodes) };
    if (!isObjectType(nullable)) return { kind: 'leaf', isNonNull, write: getLeafWriter(nullable) };
    let selection: SelectionPlan | undefined;
    const select = () => {
      selection ??= this.#planSelection(nullable, nodes);
      return selection;
    };
    return { kind: 'object', isNonNull, select };
  }

  #planTypes(type: GraphQLAbstractType, nodes: readonly FieldNode[]) {
    const selections = new Map<string, SelectionPlan>();
    return (source: unknown, context: GatewayContext): SelectionPlan => {
      const info = missingInfo as GraphQLResolveInfo;
      const name: unknown = type.resolveType?.(source, context, info, type);
      if (typeof name !== 'string') throw new Error(`${type.name} has an object without a type.`);
      let selection = selections.get(name);
      if (selection === undefined) {
        const objectType = this.#schema.getType(name);
        if (!isObjectType(objectType) || !this.#schema.isSubType(type, objectType)) {
          throw new Error(`${name} is not a type of ${type.name}.`);
        }
        selection = this.#planSelection(objectType, nodes);
        selections.set(name, selection);
      }
      return selection;
    };
  }

  #planSelection(type: GraphQLObjectType, nodes: readonly FieldNode[]): SelectionPlan {
    const sets = nodes.flatMap(({ selectionSet }) => (selectionSet === undefined ? [] : [selectionSet]));
    return this.planFields(type, this.collect(type, sets));
  }

  #isIncluded(selection: SelectionNode): boolean {
    const skip = getDirectiveValues(GraphQLSkipDirective, selection, this.#variables);
    if (skip?.['if'] === true) return false;
    return getDirectiveValues(GraphQLIncludeDirective, selection, this.#variables)?.['if'] !== false;
  }

  #applies(condition: string | undefined, type: GraphQLObjectType): boolean {
    if (condition === undefined || condition === type.name) return true;
    const conditionType = this.#schema.getType(condition);
    return isAbstractType(conditionType) && this.#schema.isSubType(conditionType, type);
  }
}

/** Stands behind each `info`: a plan serves many requests, so that its resolvers have no `path` or `variableValues`. */
const missingInfo: unknown = new Proxy(Object.freeze({}), {
  get(_target, name) {
    if (typeof name === 'symbol') return undefined;
    throw new Error(`Resolvers cannot read info.${name}.`);
  },
});

const noArguments = Object.freeze({});

function getFrozenArguments(field: GraphQLField<unknown, unknown>, node: FieldNode, variables?: Variables) {
  try {
    return freeze(getArgumentValues(field, node, variables));
  } catch (error) {
    throw error instanceof GraphQLError ? createArgumentError() : error;
  }
}

/** Freezes lists and input objects. What a custom scalar has parsed belongs to the request alone and stays as it is. */
function freeze<T>(value: T): T {
  return Object.freeze(value);
}

/** An argument that does not fit, in a way that validation cannot see: a null in a variable that has a default, say. */
export const createArgumentError = () =>
  new UpstreamError('BAD_USER_INPUT', 'An argument of this field does not fit its type.');

function hasVariable(value: ValueNode): boolean {
  if (value.kind === Kind.LIST) return value.values.some(hasVariable);
  if (value.kind === Kind.OBJECT) return value.fields.some((field) => hasVariable(field.value));
  return value.kind === Kind.VARIABLE;
}

const readProperty = (source: unknown, name: string): unknown =>
  typeof source === 'object' && source !== null ? Reflect.get(source, name) : undefined;
