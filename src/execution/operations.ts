import {
  execute,
  type GraphQLError,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  type ValueNode,
} from 'graphql';
import type { OperationParams } from '../http/parameters.ts';
import { toClientError } from '../resolvers/errors.ts';
import type { RequestContext } from '../resolvers/request-context.ts';
import { type DocumentLimits, DocumentStore, type PreparedOperation } from './documents.ts';
import type { Variables } from './plan.ts';
import { RequestError } from './request-error.ts';
import { type OperationResult, runPlan } from './run-plan.ts';
import { type TrustedDocuments, toHash } from './trusted-documents.ts';
import { coerceVariables } from './variables.ts';

/** What holds for every operation of a gateway. */
export interface OperationOptions {
  readonly limits: DocumentLimits & { readonly maxEntities: number };
  /** Whether the schema can be asked for; where it cannot, no message suggests a name of it. */
  readonly introspection: boolean;
  /** Undefined where any document is executed. */
  readonly trustedDocuments: TrustedDocuments | undefined;
  /** Takes faults of the gateway's own, which callers are told nothing of. */
  readonly report: (fault: unknown, context: RequestContext) => void;
}

/** The way from the parameters of a request to its result: the same for every way that a request can come. */
export class Operations {
  readonly #schema: GraphQLSchema;
  readonly #options: OperationOptions;
  readonly #documents: DocumentStore;

  constructor(schema: GraphQLSchema, options: OperationOptions) {
    this.#schema = schema;
    this.#options = options;
    this.#documents = new DocumentStore(schema, options.limits, { introspection: options.introspection });
  }

  /**
   * The operation that the parameters name, parsed and validated. Throws RequestError where it may not be executed.
   *
   * @param isSafe whether the request may read only: a GET
   */
  prepare(params: OperationParams, isSafe: boolean): PreparedOperation {
    const prepared = this.#documents.prepare(this.#getText(params), params.operationName);
    if (isSafe && prepared.operation.operation !== 'query') {
      throw new RequestError('METHOD_NOT_ALLOWED', 'A mutation needs the method POST.', {
        headers: { allow: 'POST' },
      });
    }
    this.#checkEntities(prepared, params.variables ?? {});
    return prepared;
  }

  /** Executes a prepared operation. Throws RequestError where the variables do not fit. */
  execute(
    prepared: PreparedOperation,
    params: Variables | undefined,
    context: RequestContext,
  ): Promise<OperationResult> {
    const { operation, representations } = prepared;
    const variables = replaceNulls(representations, params);
    const coerced = coerceVariables(prepared.getVariables(this.#schema), variables ?? {}, {
      suggestions: this.#options.introspection,
    });
    if ('faults' in coerced) throw new RequestError('BAD_USER_INPUT', coerced.faults);
    const plan = prepared.getPlan(this.#schema, coerced.values);
    const explain = (error: GraphQLError) =>
      toClientError(error, context, (fault) => this.#options.report(fault, context));
    if (plan === undefined) return this.#introspect(prepared, variables, context, explain);
    const isMutation = operation.operation === 'mutation';
    return runPlan(plan, { isMutation, variables: coerced.values, context, explain });
  }

  async #introspect(
    { document, operation }: PreparedOperation,
    variableValues: Variables | undefined,
    contextValue: RequestContext,
    explain: (error: GraphQLError) => GraphQLError,
  ): Promise<OperationResult> {
    const operationName = operation.name?.value;
    const schema = this.#schema;
    const { data, errors } = await execute({ schema, document, operationName, variableValues, contextValue });
    return { data: JSON.stringify(data ?? null), errors: errors?.map(explain) };
  }

  #getText({ query, documentId }: OperationParams): string {
    const { trustedDocuments } = this.#options;
    if (trustedDocuments !== undefined) {
      if (documentId === undefined) {
        throw new RequestError(
          'PERSISTED_DOCUMENT_REQUIRED',
          'Only trusted documents are executed here: send the `documentId` of one.',
        );
      }
      const text = trustedDocuments.get(toHash(documentId));
      if (text !== undefined) return text;
      throw new RequestError('PERSISTED_DOCUMENT_NOT_FOUND', 'No trusted document has this id.');
    }
    if (query !== undefined) return query;
    throw new RequestError(
      'BAD_REQUEST',
      documentId === undefined
        ? 'The parameter `query` is missing: send the document to execute.'
        : 'Trusted documents are off here: send the document itself in `query`.',
    );
  }

  #checkEntities(prepared: PreparedOperation, variables: Variables): void {
    const { maxEntities } = this.#options.limits;
    if (
      prepared.representations.some((value) => countItems(value, prepared.operation, variables) > maxEntities)
    ) {
      throw new RequestError(
        'QUERY_TOO_COMPLEX',
        `\`_entities\` takes at most ${maxEntities} representations.`,
      );
    }
  }
}

/** The length of a list that is written in the document or stands in a variable; 0 for anything else. */
function countItems(value: ValueNode, operation: OperationDefinitionNode, variables: Variables): number {
  if (value.kind === Kind.LIST) return value.values.length;
  if (value.kind !== Kind.VARIABLE) return 0;
  const name = value.name.value;
  const list = Object.hasOwn(variables, name) ? variables[name] : undefined;
  if (Array.isArray(list)) return list.length;
  const definition = operation.variableDefinitions?.find(({ variable }) => variable.name.value === name);
  return list === undefined && definition?.defaultValue?.kind === Kind.LIST
    ? definition.defaultValue.values.length
    : 0;
}

/**
 * The variables with `false` for each null among the representations, which is as malformed. The type `[_Any!]!` lets a
 * null refuse the whole operation, and a malformed representation is to fail alone.
 */
function replaceNulls(
  representations: readonly ValueNode[],
  variables: Variables | undefined,
): Variables | undefined {
  let replaced = variables;
  for (const value of representations) {
    const name = value.kind === Kind.VARIABLE ? value.name.value : undefined;
    const list = name === undefined ? undefined : variables?.[name];
    if (name !== undefined && Array.isArray(list) && list.includes(null)) {
      replaced = { ...replaced, [name]: list.map((item: unknown) => item ?? false) };
    }
  }
  return replaced;
}
