import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLAbstractType,
  GraphQLError,
  type GraphQLField,
  GraphQLIncludeDirective,
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  GraphQLSkipDirective,
  GraphQLString,
  getArgumentValues,
  getDirectiveValues,
  getNullableType,
  isAbstractType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  SchemaMetaFieldDef,
  type SelectionNode,
  type SelectionSetNode,
  TypeMetaFieldDef,
  type ValueNode,
} from 'graphql';
import { getProperty } from '../json.ts';
import type { SharedAllocation } from '../memory.ts';
import type { ResolverContext } from '../resolvers/request-context.ts';
import { PropertyReader } from '../schema/parsers.ts';
import { createFieldNoMemoryError, FieldError } from '../upstream/errors.ts';
import { getLeafWriter, type LeafWriter } from './leaf-writers.ts';
import type { Variables } from './variables.ts';

/** The fields of an object cannot be planned within MAX_BUFFERED_BYTES. */
export const planMemoryError = createFieldNoMemoryError();

/** The selected fields of one object type, in the order of the response. */
export type SelectionPlan = readonly FieldPlan[];

/** One field of a response. All requests with the same operation and conditions share it. */
export interface FieldPlan {
  /** The field's name in the response. */
  readonly key: string;
  /** The JSON before its value: a comma, the key and a colon. */
  readonly prefix: string;
  /** The same for the first field of an object: with a brace instead of the comma. */
  readonly firstPrefix: string;
  /** Returns a value or a promise, and can throw. */
  readonly resolve: (object: unknown, variables: Variables, context: ResolverContext) => unknown;
  /** If set, reads the field's value from an object, instead of `resolve`. */
  readonly reader: PropertyReader | undefined;
  readonly type: PlannedType;
  /** The nodes of the field in the document, which can select it several times. For the locations of errors. */
  readonly nodes: readonly FieldNode[];
}

/** How a value is completed: CompleteValue, section 6.4.3 of the GraphQL specification (October 2021), for one type. */
export type PlannedType = { readonly isNonNull: boolean } & (
  | { readonly kind: 'leaf'; readonly write: LeafWriter }
  | { readonly kind: 'list'; readonly item: PlannedType }
  | {
      readonly kind: 'object';
      /** The fields for an object. Plans them at the first object of its type. */
      readonly planFor: (object: unknown, context: ResolverContext) => SelectionPlan;
    }
);

export type PlannedLeaf = PlannedType & { readonly kind: 'leaf' };

const typenameType: PlannedType = { kind: 'leaf', isNonNull: true, write: getLeafWriter(GraphQLString) };

/**
 * Sizes of a planned field, of its entry in a selection, and of a selection. Measured with Node 20: a plan of
 * more than 500 kB with every type planned takes 82 to 94 % of its estimate, a plan of about ten kilobytes up to 120 %.
 */
const bytesPerField = 820;
const bytesPerSelectedField = 16;
const bytesPerSelection = 250;

/**
 * What an operation does: the fields of each type, their arguments, and how their values are completed. Apart from
 * arguments with variables, a plan depends on the request only through `@skip` and `@include`. Each plan is for one set
 * of their values.
 */
export class OperationPlan implements SharedAllocation {
  readonly selection: SelectionPlan;
  /** Whether the operation selects `__schema` or `__type`. */
  hasIntrospection = false;
  /** An estimate. Grows while the plan is used: a type's fields are planned when its first object is reached. */
  bytes = 0;
  useCount = 0;
  heldBytes = 0;
  readonly #schema: GraphQLSchema;
  readonly #info: GraphQLResolveInfo;
  readonly #conditions: Variables;
  readonly #fragments: Record<string, FragmentDefinitionNode> = {};
  /** Plans of fields that have one node, by type and node. Selection sets that spread the same fragment share them. */
  readonly #fields = new Map<GraphQLObjectType, Map<FieldNode, FieldPlan>>();

  /** @param conditions the values of the variables that `@skip` and `@include` depend on */
  constructor(
    schema: GraphQLSchema,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    conditions: Variables,
  ) {
    this.#schema = schema;
    // Reading any other property throws.
    this.#info = { __proto__: missingInfo, schema } as unknown as GraphQLResolveInfo;
    this.#conditions = conditions;
    for (const definition of document.definitions) {
      if (definition.kind === Kind.FRAGMENT_DEFINITION) this.#fragments[definition.name.value] = definition;
    }
    const type = schema.getRootType(operation.operation);
    if (!type) throw new Error(`The schema does not have operations of the type ${operation.operation}.`);
    this.selection = this.#planFields(type, this.#collect(type, [operation.selectionSet]));
  }

  /**
   * CollectFields, section 6.3.2: the fields that the selection sets select on an object of the type, by response key.
   */
  #collect(type: GraphQLObjectType, sets: readonly SelectionSetNode[]): Map<string, FieldNode[]> {
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

  #planFields(type: GraphQLObjectType, fields: ReadonlyMap<string, readonly FieldNode[]>): SelectionPlan {
    this.bytes += bytesPerSelection + bytesPerSelectedField * fields.size;
    let known = this.#fields.get(type);
    if (known === undefined) {
      known = new Map();
      this.#fields.set(type, known);
    }
    const plans: FieldPlan[] = [];
    for (const [key, nodes] of fields) {
      const [node] = nodes;
      if (node === undefined) continue;
      let plan = nodes.length === 1 ? known.get(node) : undefined;
      if (plan === undefined) {
        plan = this.#planField(type, key, nodes, node);
        if (nodes.length === 1) known.set(node, plan);
      }
      plans.push(plan);
    }
    return plans;
  }

  #planField(type: GraphQLObjectType, key: string, nodes: readonly FieldNode[], node: FieldNode): FieldPlan {
    this.bytes += bytesPerField;
    const label = `${JSON.stringify(key)}:`;
    const prefix = `,${label}`;
    const firstPrefix = `{${label}`;
    if (node.name.value === '__typename') {
      const resolve = () => type.name;
      return { key, prefix, firstPrefix, resolve, reader: undefined, type: typenameType, nodes };
    }
    let field: GraphQLField<unknown, unknown> | undefined = type.getFields()[node.name.value];
    if (field === undefined) {
      // `__schema` or `__type`, which validation allows only on the query type.
      field = [SchemaMetaFieldDef, TypeMetaFieldDef].find(({ name }) => name === node.name.value);
      this.hasIntrospection = true;
    }
    if (field === undefined) throw new Error(`${type.name} does not have a field for ${key}.`);
    const { reader } = field.extensions;
    return {
      key,
      prefix,
      firstPrefix,
      resolve: this.#planResolver(field, node),
      reader: reader instanceof PropertyReader ? reader : undefined,
      type: this.#planType(field.type, nodes),
      nodes,
    };
  }

  #planResolver(field: GraphQLField<unknown, unknown>, node: FieldNode): FieldPlan['resolve'] {
    const { resolve = (object: unknown) => getProperty(object, field.name) } = field;
    const info = this.#info;
    if (node.arguments?.some(({ value }) => hasVariable(value))) {
      const names = findArgumentVariables(field, node);
      return (object, variables, context) =>
        resolve(object, getFrozenArguments(field, node, variables, names), context, info);
    }
    const values = field.args.length === 0 ? noArguments : getFrozenArguments(field, node);
    return (object, _variables, context) => resolve(object, values, context, info);
  }

  #planType(type: GraphQLOutputType, nodes: readonly FieldNode[]): PlannedType {
    const isNonNull = isNonNullType(type);
    const nullable = isNonNull ? type.ofType : type;
    if (isListType(nullable))
      return { kind: 'list', isNonNull, item: this.#planType(nullable.ofType, nodes) };
    if (isAbstractType(nullable))
      return { kind: 'object', isNonNull, planFor: this.#planPossibleTypes(nullable, nodes) };
    if (!isObjectType(nullable)) return { kind: 'leaf', isNonNull, write: getLeafWriter(nullable) };
    let selection: SelectionPlan | undefined;
    const planFor = (_object: unknown, context: ResolverContext) => {
      selection ??= this.#planSelection(nullable, nodes, context);
      return selection;
    };
    return { kind: 'object', isNonNull, planFor };
  }

  /** The fields of an interface or a union depend on the type of the object. */
  #planPossibleTypes(type: GraphQLAbstractType, nodes: readonly FieldNode[]) {
    const selections = new Map<string, SelectionPlan>();
    return (object: unknown, context: ResolverContext): SelectionPlan => {
      const name: unknown = type.resolveType?.(object, context, this.#info, type);
      if (typeof name !== 'string')
        throw new Error(`The resolveType function of ${type.name} did not return a type name.`);
      let selection = selections.get(name);
      if (selection === undefined) {
        const objectType = this.#schema.getType(name);
        if (!isObjectType(objectType) || !this.#schema.isSubType(type, objectType)) {
          throw new Error(`${name} is not a type of ${type.name}.`);
        }
        selection = this.#planSelection(objectType, nodes, context);
        selections.set(name, selection);
      }
      return selection;
    };
  }

  #planSelection(
    type: GraphQLObjectType,
    nodes: readonly FieldNode[],
    { reservation }: ResolverContext,
  ): SelectionPlan {
    const sets = nodes.flatMap(({ selectionSet }) => (selectionSet === undefined ? [] : [selectionSet]));
    const selection = this.#planFields(type, this.#collect(type, sets));
    if (!reservation.growShared(this)) throw planMemoryError;
    return selection;
  }

  #isIncluded(selection: SelectionNode): boolean {
    const skip = getDirectiveValues(GraphQLSkipDirective, selection, this.#conditions);
    if (skip?.['if'] === true) return false;
    return getDirectiveValues(GraphQLIncludeDirective, selection, this.#conditions)?.['if'] !== false;
  }

  #applies(typeCondition: string | undefined, type: GraphQLObjectType): boolean {
    if (typeCondition === undefined || typeCondition === type.name) return true;
    const conditionType = this.#schema.getType(typeCondition);
    return isAbstractType(conditionType) && this.#schema.isSubType(conditionType, type);
  }
}

/**
 * The prototype of the `info` of resolvers. Only introspection needs one of its properties, the schema. A plan serves
 * many requests, so it could not have `path` or `variableValues`.
 */
const missingInfo: unknown = new Proxy(Object.freeze({}), {
  get(_target, name) {
    if (typeof name === 'symbol') return undefined;
    throw new Error(`Resolvers cannot read info.${name}.`);
  },
});

const noArguments = Object.freeze({});

type ArgumentVariables = readonly (readonly [argument: string, variable: string])[];

/** @param names undefined if not all arguments are variables */
function getFrozenArguments(
  field: GraphQLField<unknown, unknown>,
  node: FieldNode,
  variables: Variables = {},
  names?: ArgumentVariables,
) {
  let values: Record<string, unknown>;
  try {
    values = (names && readVariables(names, variables)) ?? getArgumentValues(field, node, variables);
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    // Validation accepts some such arguments, for example null in a variable with a default.
    throw new FieldError('BAD_USER_INPUT', 'An argument of this field does not match its type.');
  }
  for (const { name, type } of field.args) freezeInput(type, values[name]);
  return Object.freeze(values);
}

/** The variables of the arguments if each declared argument is given as a variable, otherwise undefined. */
function findArgumentVariables(
  { args }: GraphQLField<unknown, unknown>,
  { arguments: nodes = [] }: FieldNode,
): ArgumentVariables | undefined {
  const names: [string, string][] = [];
  for (const { name, value } of nodes)
    if (value.kind === Kind.VARIABLE) names.push([name.value, value.name.value]);
  return names.length === args.length ? names : undefined;
}

/** The result of `getArgumentValues` in less time. Undefined if a variable has no value or is null. */
function readVariables(names: ArgumentVariables, variables: Variables): Record<string, unknown> | undefined {
  const values: Record<string, unknown> = {};
  for (const [argument, variable] of names) {
    const value = variables[variable];
    if (value === undefined || value === null) return undefined;
    values[argument] = value;
  }
  return values;
}

/**
 * Freezes lists and input objects: arguments without variables are shared by all requests. Not the values of custom
 * scalars, because the depth of an `_Any` has no limit.
 */
function freezeInput(type: GraphQLInputType, value: unknown): void {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return;
  const nullable = getNullableType(type);
  if (isListType(nullable)) {
    for (const item of value as readonly unknown[]) freezeInput(nullable.ofType, item);
  } else if (isInputObjectType(nullable)) {
    for (const field of Object.values(nullable.getFields())) {
      freezeInput(field.type, (value as Readonly<Record<string, unknown>>)[field.name]);
    }
  } else return;
  Object.freeze(value);
}

function hasVariable(value: ValueNode): boolean {
  if (value.kind === Kind.LIST) return value.values.some(hasVariable);
  if (value.kind === Kind.OBJECT) return value.fields.some((field) => hasVariable(field.value));
  return value.kind === Kind.VARIABLE;
}
