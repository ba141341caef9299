import {
  type DocumentNode,
  type FloatValueNode,
  GraphQLError,
  GraphQLFloat,
  type GraphQLSchema,
  getNamedType,
  type IntValueNode,
  isEnumType,
  NoSchemaIntrospectionCustomRule,
  OverlappingFieldsCanBeMergedRule,
  ScalarLeafsRule,
  type SelectionNode,
  specifiedRules,
  type ValidationContext,
  type ValidationRule,
  ValuesOfCorrectTypeRule,
  validate,
  visit,
} from 'graphql';
import { maxProblems, RequestError, toLocations } from './request-error.ts';

/** graphql-js's message if comparing fields of the same name or following fragment spreads exceeds its limits. */
const abortMessage = 'Validation aborted.';

/** Returns why a document cannot be executed; undefined if it can. */
export type Validation = (document: DocumentNode, source: string) => RequestError | undefined;

/**
 * Creates the validation of section 5 of the GraphQL specification, with a bounded cost for every document, and with
 * messages that quote no values. Without introspection, they suggest no names of the schema.
 */
export function createValidation(schema: GraphQLSchema, introspection: boolean): Validation {
  const rules = specifiedRules
    .filter((rule) => rule !== OverlappingFieldsCanBeMergedRule)
    .map((rule) => {
      if (rule === ValuesOfCorrectTypeRule) return createRedactedValuesRule(introspection);
      return rule === ScalarLeafsRule && !introspection ? leafsRuleWithoutSuggestion : rule;
    });
  // Whether fields can be merged is checked only if there are no other errors: a cycle of fragments would exhaust the
  // stack of that rule.
  const stages = [
    [finiteFloatsRule, ...(introspection ? [] : [NoSchemaIntrospectionCustomRule]), ...rules],
    [OverlappingFieldsCanBeMergedRule],
  ];
  return (document, source) => {
    const distinct = removeDuplicateSelections(document, source);
    for (const stage of stages) {
      const options = { maxErrors: maxProblems, hideSuggestions: !introspection };
      const errors = validate(schema, distinct, stage, options);
      if (errors.at(-1)?.message === abortMessage) {
        return new RequestError(
          'QUERY_TOO_COMPLEX',
          'The document is too complex to validate: it repeats too many field names or fragment spreads.',
        );
      }
      if (errors.length > 0) {
        return new RequestError(
          errors.every(isJsonObjectError) ? 'BAD_USER_INPUT' : 'GRAPHQL_VALIDATION_FAILED',
          errors
            .slice(0, maxProblems)
            .map(({ message, nodes }) => ({ message, locations: toLocations(nodes) })),
        );
      }
    }
    return undefined;
  };
}

/** A rule that passes each of its errors to `rewrite` before it reports it. */
const rewriteErrors =
  (
    rule: ValidationRule,
    rewrite: (error: GraphQLError, context: ValidationContext) => GraphQLError,
  ): ValidationRule =>
  (context) => {
    const reportError = (error: GraphQLError) => context.reportError(rewrite(error, context));
    return rule(Object.create(context, { reportError: { value: reportError } }) as ValidationContext);
  };

/** Whether the scalar JSONObject rejected an object, with a message that does not quote it. */
export const isJsonObjectError = ({ extensions }: GraphQLError): boolean =>
  extensions['code'] === 'BAD_USER_INPUT';

/** graphql-js quotes a literal of the wrong type, and the literal can be a secret. */
const createRedactedValuesRule = (allowsSuggestions: boolean) =>
  rewriteErrors(ValuesOfCorrectTypeRule, (error, context) => {
    if (error.message.startsWith('Field "') || isJsonObjectError(error)) return error;
    return replaceMessage(error, `Expected ${describeType(context.getInputType(), allowsSuggestions)}.`);
  });

/** graphql-js accepts a Float such as 1e400, whose JSON is null. */
const finiteFloatsRule: ValidationRule = (context) => {
  const check = (node: FloatValueNode | IntValueNode) => {
    if (getNamedType(context.getInputType()) === GraphQLFloat && !Number.isFinite(Number(node.value)))
      context.reportError(new GraphQLError('Expected a finite value of type "Float".', { nodes: node }));
  };
  return { FloatValue: check, IntValue: check };
};

/** `hideSuggestions` does not remove this suggestion of graphql-js. */
const leafsRuleWithoutSuggestion = rewriteErrors(ScalarLeafsRule, (error) =>
  replaceMessage(error, error.message.replace(/ Did you mean .*$/, '')),
);

const replaceMessage = (error: GraphQLError, message: string) =>
  new GraphQLError(message, { nodes: error.nodes ?? null });

/** Describes the expected value: `a value of type "Int"`, with the values of an enum. */
export function describeType(type: Parameters<typeof getNamedType>[0], allowsSuggestions: boolean): string {
  if (type === undefined || type === null) return 'another value';
  const named = getNamedType(type);
  const names = allowsSuggestions && isEnumType(named) ? named.getValues().map(({ name }) => name) : [];
  return `a value of type "${String(type)}"${names.length === 0 ? '' : `: ${names.join(', ')}`}`;
}

/** In characters. Longer selections are not compared; MAX_TOKENS limits their number. */
const maxComparedLength = 256;

/**
 * Removes duplicate selections from each selection set. They affect neither the response nor the validity of the
 * document, but validation compares fields of the same name pairwise: 2,000 equal fields cost two million
 * comparisons.
 */
function removeDuplicateSelections(document: DocumentNode, source: string): DocumentNode {
  return visit(document, {
    SelectionSet: (set) => {
      const selections = new Map<string | SelectionNode, SelectionNode>();
      for (const selection of set.selections) {
        const key = toKey(selection, source);
        if (!selections.has(key)) selections.set(key, selection);
      }
      return selections.size === set.selections.length
        ? undefined
        : { ...set, selections: [...selections.values()] };
    },
  });
}

/** Equal for selections that are written in the same way. */
function toKey(selection: SelectionNode, source: string): string | SelectionNode {
  const { loc } = selection;
  return loc === undefined || loc.end - loc.start > maxComparedLength
    ? selection
    : source.slice(loc.start, loc.end);
}
