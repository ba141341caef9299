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
  print,
  typeFromAST,
  type VariableDefinitionNode,
  valueFromAST,
} from 'graphql';
import { toLocations } from './locations.ts';
import { maxProblems, type RequestProblem } from './request-error.ts';
import { describeType } from './rules.ts';

/** Variables as the resolvers take them, or all that is wrong with them. */
export type CoercedVariables =
  | { readonly values: Readonly<Record<string, unknown>> }
  | { readonly problems: readonly RequestProblem[] };

/** A variable of an operation, with its type looked up. */
export interface VariableDefinition {
  readonly name: string;
  /** Undefined where the schema has no such input type. */
  readonly type: GraphQLInputType | undefined;
  readonly node: VariableDefinitionNode;
}

/** The variables that an operation declares. The same for every request: work them out once. */
export function defineVariables(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
): readonly VariableDefinition[] {
  return (operation.variableDefinitions ?? []).map((node) => {
    const type = typeFromAST(schema, node.type);
    return { name: node.variable.name.value, type: isInputType(type) ? type : undefined, node };
  });
}

/**
 * Coerces the variables of an operation as the specification says (section 6.1.2). What graphql-js's own function says
 * of a value that does not fit quotes the value, secrets too; these messages name the place and the type.
 */
export function coerceVariables(
  definitions: readonly VariableDefinition[],
  inputs: Readonly<Record<string, unknown>>,
  options: { readonly suggestions: boolean },
): CoercedVariables {
  // Without a prototype: `__proto__` is a name that a variable may have.
  const values: Record<string, unknown> = { __proto__: null };
  const problems: RequestProblem[] = [];
  try {
    for (const { name, type, node } of definitions) {
      const fault = (message: string) => {
        problems.push({ message, locations: toLocations([node]) });
        if (problems.length === maxProblems) throw new EnoughProblems();
      };
      if (type === undefined) {
        fault(`Variable "$${name}" cannot have the type "${print(node.type)}".`);
      } else if (!Object.hasOwn(inputs, name)) {
        if (node.defaultValue !== undefined) values[name] = valueFromAST(node.defaultValue, type);
        else if (isNonNullType(type))
          fault(`Variable "$${name}" of required type "${String(type)}" was not provided.`);
      } else if (inputs[name] === null && isNonNullType(type)) {
        fault(`Variable "$${name}" of non-null type "${String(type)}" must not be null.`);
      } else {
        const onFault = (path: readonly (string | number)[], _value: unknown, error: GraphQLError) =>
          fault(`Variable "$${name}"${printPath(path)}: ${explain(error, type, path, options.suggestions)}`);
        values[name] = coerceInputValue(inputs[name], type, onFault, !options.suggestions);
      }
    }
  } catch (error) {
    if (!(error instanceof EnoughProblems)) throw error;
  }
  return problems.length > 0 ? { problems } : { values };
}

/** Ends the search for problems: a body can have a hundred thousand. */
class EnoughProblems extends Error {
  override readonly name = 'EnoughProblems';
}

const printPath = (path: readonly (string | number)[]): string =>
  path.length === 0
    ? ''
    : ` at "${path.map((part, index) => (typeof part === 'number' ? `[${part}]` : index === 0 ? part : `.${part}`)).join('')}"`;

// The shapes of message that name nothing but the schema's own types and fields.
const safeMessages = [
  /^Field "\w+" of required type "[\w![\]]+" was not provided\.$/,
  /^Expected non-nullable type "[\w![\]]+" not to be null\.$/,
  /^Expected type "\w+" to be an object\.$/,
];
const unknownField = /^Field "\w{1,64}" is not defined by type "\w+"\./;

function explain(
  error: GraphQLError,
  type: GraphQLInputType,
  path: readonly (string | number)[],
  suggestions: boolean,
): string {
  if (safeMessages.some((pattern) => pattern.test(error.message))) return error.message;
  const unknown = unknownField.exec(error.message);
  if (unknown !== null) return error.message;
  return `expected ${describeType(getTypeAt(type, path), suggestions)}.`;
}

function getTypeAt(type: GraphQLInputType, path: readonly (string | number)[]): GraphQLInputType {
  let current = type;
  for (const part of path) {
    const nullable = isNonNullType(current) ? current.ofType : current;
    if (typeof part === 'number' && isListType(nullable)) current = nullable.ofType;
    else if (isInputObjectType(nullable)) current = nullable.getFields()[part]?.type ?? current;
  }
  return current;
}
