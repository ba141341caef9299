import {
  GraphQLError,
  getNamedType,
  isEnumType,
  NoSchemaIntrospectionCustomRule,
  OverlappingFieldsCanBeMergedRule,
  ScalarLeafsRule,
  specifiedRules,
  type ValidationContext,
  type ValidationRule,
  ValuesOfCorrectTypeRule,
} from 'graphql';

/**
 * The rules of the specification in two stages, with messages that contain no secret. The rule for merging fields is
 * the second stage, for documents without other errors, because a cycle of fragments would exhaust its stack.
 */
export function getValidationStages(options: {
  readonly introspection: boolean;
}): readonly (readonly ValidationRule[])[] {
  const rules = specifiedRules
    .filter((rule) => rule !== OverlappingFieldsCanBeMergedRule)
    .map((rule) => {
      if (rule === ValuesOfCorrectTypeRule) return createRedactedValuesRule(options.introspection);
      return rule === ScalarLeafsRule && !options.introspection ? leafsRuleWithoutSuggestion : rule;
    });
  return [
    options.introspection ? rules : [NoSchemaIntrospectionCustomRule, ...rules],
    [OverlappingFieldsCanBeMergedRule],
  ];
}

/** A rule that passes each of its errors to `rewrite` before it reports it. */
const rewriteErrors =
  (
    rule: ValidationRule,
    rewrite: (error: GraphQLError, context: ValidationContext) => GraphQLError,
  ): ValidationRule =>
  (context) => {
    const rewriting = Object.create(context, {
      reportError: { value: (error: GraphQLError) => context.reportError(rewrite(error, context)) },
    }) as ValidationContext;
    return rule(rewriting);
  };

/** Whether a scalar of this schema rejected the value, as only JSONObject does. Its message does not quote the value. */
export const isInputError = ({ extensions }: GraphQLError): boolean =>
  extensions['code'] === 'BAD_USER_INPUT';

/** graphql-js quotes a literal of the wrong type, and the literal can be a secret. */
const createRedactedValuesRule = (showNames: boolean) =>
  rewriteErrors(ValuesOfCorrectTypeRule, (error, context) => {
    if (error.message.startsWith('Field "') || isInputError(error)) return error;
    return replaceMessage(error, `Expected ${describeType(context.getInputType(), showNames)}.`);
  });

/** `hideSuggestions` does not remove this suggestion of graphql-js. */
const leafsRuleWithoutSuggestion = rewriteErrors(ScalarLeafsRule, (error) =>
  replaceMessage(error, error.message.replace(/ Did you mean .*$/, '')),
);

const replaceMessage = (error: GraphQLError, message: string) =>
  new GraphQLError(message, { nodes: error.nodes ?? null });

/** Describes the expected value: `a value of type "Int"`, with the values of an enum. */
export function describeType(type: Parameters<typeof getNamedType>[0], showNames: boolean): string {
  if (type === undefined || type === null) return 'another value';
  const named = getNamedType(type);
  const values =
    showNames && isEnumType(named)
      ? `: ${named
          .getValues()
          .map(({ name }) => name)
          .join(', ')}`
      : '';
  return `a value of type "${String(type)}"${values}`;
}
