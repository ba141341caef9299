import {
  coerceInputValue,
  type GraphQLError,
  type GraphQLInputType,
  type GraphQLSchema,
  isInputObjectType,
  isInputType,
  isListType,
  isNonNullType,
  type OperationDefinitionNode,
  typeFromAST,
  type VariableDefinitionNode,
  valueFromAST,
} from 'graphql';
import { getInputCoercion, type InputCoercion, invalid } from './input-coercion.ts';
import { maxProblems, type RequestProblem, toLocations } from './request-error.ts';
import { describeType, isJsonObjectError } from './validation.ts';

/** Variables by name, as the client sends them or as the resolvers receive them. */
export type Variables = Readonly<Record<string, unknown>>;

type CoercedVariables = { readonly values: Variables } | { readonly problems: readonly RequestProblem[] };

/**
 * Coerces the variables of one operation as section 6.1.2 of the GraphQL specification says. Messages name positions
 * and types, not values. graphql-js would quote values, including secrets.
 */
export type VariableCoercion = (rawVariables: Variables) => CoercedVariables;

interface Definition {
  readonly name: string;
  readonly node: VariableDefinitionNode;
  readonly type: GraphQLInputType;
  readonly coerce: InputCoercion;
  readonly defaultValue: unknown;
}

/** Compiles the coercion of an operation's variables. */
export function createVariableCoercion(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  allowsSuggestions: boolean,
): VariableCoercion {
  const definitions = (operation.variableDefinitions ?? []).map((node): Definition => {
    const type = typeFromAST(schema, node.type);
    if (!isInputType(type)) throw new Error('Validation accepted a variable without an input type.');
    return {
      name: node.variable.name.value,
      node,
      type,
      coerce: getInputCoercion(type),
      defaultValue: node.defaultValue && valueFromAST(node.defaultValue, type),
    };
  });
  return (rawVariables) => {
    // Without a prototype: a variable can have the name `__proto__`.
    const values: Record<string, unknown> = { __proto__: null };
    for (const { name, type, node, coerce, defaultValue } of definitions) {
      let value = defaultValue;
      if (isGiven(rawVariables, name)) value = coerce(rawVariables[name]);
      else if (node.defaultValue === undefined && isNonNullType(type)) value = invalid;
      if (value === invalid) return { problems: findProblems(definitions, rawVariables, allowsSuggestions) };
      if (value !== undefined) values[name] = value;
    }
    return { values };
  };
}

/** Plugins can set a variable to undefined, which JSON cannot. */
const isGiven = (rawVariables: Variables, name: string): boolean =>
  Object.hasOwn(rawVariables, name) && rawVariables[name] !== undefined;

/**
 * The first problems of variables that do not match their types, at most `maxProblems`. Coerces them again, with
 * graphql-js, which is slower and explains the problems.
 */
function findProblems(
  definitions: readonly Definition[],
  rawVariables: Variables,
  allowsSuggestions: boolean,
): RequestProblem[] {
  const problems: RequestProblem[] = [];
  try {
    for (const { name, type, node } of definitions) {
      const report = (message: string) => {
        problems.push({ message, locations: toLocations([node]) });
        if (problems.length === maxProblems) throw enough;
      };
      if (!isGiven(rawVariables, name)) {
        if (node.defaultValue === undefined && isNonNullType(type))
          report(`Variable "$${name}" of required type "${String(type)}" was not provided.`);
      } else if (rawVariables[name] === null && isNonNullType(type)) {
        report(`Variable "$${name}" of non-null type "${String(type)}" must not be null.`);
      } else {
        const onError = (path: readonly (string | number)[], _value: unknown, error: GraphQLError) =>
          report(`Variable "$${name}"${printPath(path)}: ${explain(error, type, path, allowsSuggestions)}`);
        coerceInputValue(rawVariables[name], type, onError, !allowsSuggestions);
      }
    }
  } catch (error) {
    if (error !== enough) throw error;
  }
  return problems;
}

/** Ends the search for problems. A request body can contain a hundred thousand. */
const enough = Symbol('enough problems');

const printPath = (path: readonly (string | number)[]): string =>
  path.length === 0
    ? ''
    : ` at "${path.map((part, index) => (typeof part === 'number' ? `[${part}]` : index === 0 ? part : `.${part}`)).join('')}"`;

// The messages that quote no value. The last one quotes the name of an unknown field, which is redacted like any
// message.
const safeMessages = [
  /^Field "\w+" of required type "[\w![\]]+" was not provided\.$/,
  /^Expected non-nullable type "[\w![\]]+" not to be null\.$/,
  /^Expected type "\w+" to be an object\.$/,
  /^Field "\w{1,64}" is not defined by type "\w+"\./,
];

const explain = (
  error: GraphQLError,
  type: GraphQLInputType,
  path: readonly (string | number)[],
  allowsSuggestions: boolean,
): string =>
  isJsonObjectError(error) || safeMessages.some((pattern) => pattern.test(error.message))
    ? error.message
    : `expected ${describeType(getTypeAt(type, path), allowsSuggestions)}.`;

function getTypeAt(type: GraphQLInputType, path: readonly (string | number)[]): GraphQLInputType {
  let current = type;
  for (const part of path) {
    const nullable = isNonNullType(current) ? current.ofType : current;
    if (typeof part === 'number' && isListType(nullable)) current = nullable.ofType;
    else if (isInputObjectType(nullable)) current = nullable.getFields()[part]?.type ?? current;
  }
  return current;
}
