import {
  type DocumentNode,
  execute,
  type GraphQLError,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  type ValueNode,
} from 'graphql';
import { type ClientError, toClientError } from '../resolvers/errors.ts';
import type { GatewayContext } from '../resolvers/gateway-context.ts';
import { type DocumentLimits, DocumentStore, type PreparedOperation } from './documents.ts';
import { toLocations } from './locations.ts';
import { createArgumentError, type Variables } from './plan.ts';
import { RequestError } from './request-error.ts';
import { type FieldError, type OperationResult, runPlan } from './run-plan.ts';
import { type TrustedDocuments, toHash } from './trusted-documents.ts';
import { coerceVariables } from './variables.ts';

/** The parameters of a GraphQL request, as GraphQL over HTTP names them. One that is missing or null is undefined. */
export interface OperationParams {
  readonly query: string | undefined;
  readonly operationName: string | undefined;
  readonly variables: Variables | undefined;
  /** The id of a trusted document: `documentId`, or the hash in `extensions.persistedQuery`. */
  readonly documentId: string | undefined;
}

/** What holds for every operation of a gateway. */
export interface ExecutorOptions {
  readonly limits: DocumentLimits & { readonly maxEntities: number; readonly maxResponseBytes: number };
  /** Whether introspection is allowed. If not, no message suggests a name of the schema. */
  readonly introspection: boolean;
  /** Undefined if any document is executed. */
  readonly trustedDocuments: TrustedDocuments | undefined;
  /** Receives internal errors, which clients only see as INTERNAL_SERVER_ERROR. */
  readonly report: (error: unknown, context: GatewayContext) => void;
}

/** What graphql-js's `execute` would return. */
export interface PlainResult {
  readonly data: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly FieldError[] | undefined;
}

/** Runs operations: limits, validation, plans and their caches are behind it. */
export interface Executor {
  /**
   * The operation that the parameters name, parsed and validated. Throws RequestError if it cannot be executed.
   */
  prepare(params: OperationParams, options: { readonly isReadOnly: boolean }): PreparedOperation;
  /** Executes a prepared operation. Rejects with RequestError if the variables do not fit or the response is too large. */
  execute(
    prepared: PreparedOperation,
    variables: Variables | undefined,
    context: GatewayContext,
  ): Promise<OperationResult>;
  /** Parses a document. Throws RequestError if it is not one, or has too many tokens. */
  parse(text: string): DocumentNode;
  /** Why an operation of a document that `parse` returned cannot be executed; undefined if it can. */
  validate(document: DocumentNode, operationName: string | undefined): RequestError | undefined;
  /** Executes an operation of any valid document. Rejects with RequestError as `execute` does. */
  executeDocument(
    document: DocumentNode,
    operationName: string | undefined,
    variables: Variables | undefined,
    context: GatewayContext,
  ): Promise<PlainResult>;
}

/** Creates the executor of a schema. */
export function createExecutor(schema: GraphQLSchema, options: ExecutorOptions): Executor {
  const { introspection, limits, trustedDocuments, report } = options;
  const documents = new DocumentStore(schema, limits, { introspection });

  const run: Executor['execute'] = async (prepared, params, context) => {
    const { operation, representations } = prepared;
    checkEntities(prepared, params ?? {}, limits.maxEntities);
    const variables = replaceNulls(representations, params);
    const coerced = coerceVariables(prepared.getVariables(schema), variables ?? {}, {
      suggestions: introspection,
    });
    if ('problems' in coerced) throw new RequestError('BAD_USER_INPUT', coerced.problems);
    const plan = prepared.getPlan(schema, coerced.values);
    const explain = (cause: unknown) =>
      toClientError(cause, context.requestId, (error) => report(error, context));
    if (plan === undefined) return introspect(schema, prepared, variables, context, explain);
    const isMutation = operation.operation === 'mutation';
    return runPlan(plan, {
      isMutation,
      variables: coerced.values,
      context,
      maxResponseBytes: limits.maxResponseBytes,
      explain,
    });
  };

  return {
    prepare(params, { isReadOnly }) {
      const prepared = documents.prepare(getText(params, trustedDocuments), params.operationName);
      if (isReadOnly && prepared.operation.operation !== 'query') {
        throw new RequestError('METHOD_NOT_ALLOWED', 'A mutation needs the method POST.');
      }
      return prepared;
    },
    execute: run,
    parse: (text) => documents.parse(text),
    validate: (document, operationName) => documents.validate(document, operationName),
    async executeDocument(document, operationName, variables, context) {
      const prepared = documents.prepareDocument(document, operationName);
      const { data, errors } = await run(prepared, variables, context);
      return { data: JSON.parse(data) as PlainResult['data'], errors };
    },
  };
}

async function introspect(
  schema: GraphQLSchema,
  { document, operation }: PreparedOperation,
  variableValues: Variables | undefined,
  contextValue: GatewayContext,
  explain: (cause: unknown) => ClientError,
): Promise<OperationResult> {
  const operationName = operation.name?.value;
  const { data, errors } = await execute({ schema, document, operationName, variableValues, contextValue });
  return {
    data: JSON.stringify(data ?? null),
    errors: errors?.map((error) => ({
      ...explain(error.originalError ?? (isArgumentError(error) ? createArgumentError() : error)),
      locations: toLocations(error.nodes),
      path: error.path,
    })),
  };
}

/** graphql-js blames the node of an argument for a value that does not fit, and the field for everything else. */
const isArgumentError = ({ nodes }: GraphQLError): boolean =>
  nodes?.some(({ kind }) => kind !== Kind.FIELD && kind !== Kind.OPERATION_DEFINITION) === true;

function getText(
  { query, documentId }: OperationParams,
  trustedDocuments: TrustedDocuments | undefined,
): string {
  if (trustedDocuments !== undefined) {
    if (documentId === undefined) {
      throw new RequestError(
        'PERSISTED_DOCUMENT_REQUIRED',
        'Only trusted documents are executed: send the `documentId` of one.',
      );
    }
    const text = trustedDocuments.get(toHash(documentId));
    if (text !== undefined) return text;
    throw new RequestError('PERSISTED_DOCUMENT_NOT_FOUND', 'No trusted document has this id.');
  }
  if (query !== undefined) return query;
  throw documentId === undefined
    ? new RequestError('BAD_REQUEST', 'The parameter `query` is missing: send the document to execute.')
    : new RequestError('PERSISTED_QUERY_NOT_SUPPORTED', 'PersistedQueryNotSupported');
}

function checkEntities(prepared: PreparedOperation, variables: Variables, maxEntities: number): void {
  if (
    prepared.representations.some((value) => countItems(value, prepared.operation, variables) > maxEntities)
  ) {
    throw new RequestError(
      'QUERY_TOO_COMPLEX',
      `\`_entities\` takes at most ${maxEntities} representations.`,
    );
  }
}

/** The length of a list that is written in the document or is the value of a variable; 0 for anything else. */
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
 * The variables with `false` for each null among the representations: both are malformed. The type `[_Any!]!` would let a
 * null refuse the whole operation, but a malformed representation must fail alone.
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
