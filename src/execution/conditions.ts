import {
  type DocumentNode,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import type { Variables } from './plan.ts';
import { RequestError } from './request-error.ts';

/** The names of the variables in `@skip` and `@include`, in the operation and in the fragments that it uses. */
export function findConditionNames(
  document: DocumentNode,
  operation: OperationDefinitionNode,
): readonly string[] {
  const names = new Set<string>();
  const spread = new Set<string>();
  const search = (set: SelectionSetNode): void => {
    for (const selection of set.selections) {
      for (const { name, arguments: args = [] } of selection.directives ?? []) {
        if (name.value !== GraphQLSkipDirective.name && name.value !== GraphQLIncludeDirective.name) continue;
        for (const { value } of args) if (value.kind === Kind.VARIABLE) names.add(value.name.value);
      }
      if (selection.kind === Kind.FRAGMENT_SPREAD) spread.add(selection.name.value);
      else if (selection.selectionSet !== undefined) search(selection.selectionSet);
    }
  };
  search(operation.selectionSet);
  // The iteration of a set includes members that are added during the iteration.
  for (const name of spread) {
    for (const definition of document.definitions) {
      if (definition.kind === Kind.FRAGMENT_DEFINITION && definition.name.value === name) {
        search(definition.selectionSet);
      }
    }
  }
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
