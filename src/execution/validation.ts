import { type DocumentNode, type GraphQLSchema, validate } from 'graphql';
import { removeDuplicateSelections } from './duplicate-selections.ts';
import { toLocations } from './locations.ts';
import { maxProblems, RequestError } from './request-error.ts';
import { getValidationStages, isInputError } from './rules.ts';

/** graphql-js's message if a document exceeds its limit for comparing fields with the same name. */
const abortMessage = 'Validation aborted.';

/** Why a document cannot be executed. Undefined if it can. */
export type Validation = (document: DocumentNode, text: string) => RequestError | undefined;

/** Creates the validation of section 5 of the specification, with a bounded cost for every document. */
export function createValidation(
  schema: GraphQLSchema,
  options: { readonly introspection: boolean },
): Validation {
  const stages = getValidationStages(options);
  const validateOptions = { maxErrors: maxProblems, hideSuggestions: !options.introspection };
  return (document, text) => {
    const distinct = removeDuplicateSelections(document, text);
    for (const rules of stages) {
      const errors = validate(schema, distinct, rules, validateOptions);
      if (errors.at(-1)?.message === abortMessage) {
        return new RequestError('QUERY_TOO_COMPLEX', 'The document selects the same fields too often.');
      }
      if (errors.length > 0) {
        return new RequestError(
          errors.every(isInputError) ? 'BAD_USER_INPUT' : 'GRAPHQL_VALIDATION_FAILED',
          errors
            .slice(0, maxProblems)
            .map(({ message, nodes }) => ({ message, locations: toLocations(nodes) })),
        );
      }
    }
    return undefined;
  };
}
