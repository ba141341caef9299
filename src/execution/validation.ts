import { type DocumentNode, type GraphQLSchema, validate } from 'graphql';
import { removeDuplicateSelections } from './duplicate-selections.ts';
import { toLocations } from './locations.ts';
import { maxProblems, RequestError } from './request-error.ts';
import { getValidationStages } from './rules.ts';

/** What graphql-js says where comparing the fields of one name has cost more than it spends on a document. */
const abortMessage = 'Validation aborted.';

/** Why a document may not be executed; undefined where it may. */
export type Validation = (document: DocumentNode, text: string) => RequestError | undefined;

/** Makes the validation that section 5 of the specification asks for, at a bounded cost for every document. */
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
          'GRAPHQL_VALIDATION_FAILED',
          errors
            .slice(0, maxProblems)
            .map(({ message, nodes }) => ({ message, locations: toLocations(nodes) })),
        );
      }
    }
    return undefined;
  };
}
