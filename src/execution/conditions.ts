import {
  type DirectiveNode,
  type DocumentNode,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  Kind,
  separateOperations,
  visit,
} from 'graphql';
import { RequestError } from './request-error.ts';
import type { Variables } from './variables.ts';

/** The names of the variables in `@skip` and `@include`, in the operation and in the fragments that it uses. */
export function findConditionNames(document: DocumentNode, operationName = ''): readonly string[] {
  const names = new Set<string>();
  const operation = separateOperations(document)[operationName] ?? document;
  visit(operation, {
    Directive({ name, arguments: args = [] }: DirectiveNode) {
      if (name.value !== GraphQLSkipDirective.name && name.value !== GraphQLIncludeDirective.name) return;
      for (const { value } of args) if (value.kind === Kind.VARIABLE) names.add(value.name.value);
    },
  });
  return [...names];
}

/**
 * The values of the conditions, one digit each. Throws RequestError if one is not a Boolean: validation accepts null
 * for a variable with a default.
 */
export function encodeConditions(names: readonly string[], variables: Variables): string {
  let digits = '';
  for (const name of names) {
    const value = variables[name];
    if (typeof value !== 'boolean') {
      throw new RequestError('BAD_USER_INPUT', `Variable "$${name}" must be true or false.`);
    }
    digits += value ? '1' : '0';
  }
  return digits;
}
