import type { DocumentNode, GraphQLSchema } from 'graphql';
import type { JsonObject } from '../json.ts';
import type { ResolverContext } from '../resolvers/request-context.ts';
import { normalizeDocumentId, type TrustedDocuments } from '../trusted-documents.ts';
import { encodeConditions } from './conditions.ts';
import { type DocumentSettings, DocumentStore, type PreparedOperation } from './documents.ts';
import type { Measures } from './operation-measures.ts';
import { OperationPlan } from './plan.ts';
import { type OperationResult, PlanRun } from './plan-run.ts';
import { createNoMemoryError, RequestError } from './request-error.ts';
import { findStrings, noSecrets, SecretInputs } from './secret-inputs.ts';
import type { Variables } from './variables.ts';

/** The parameters of a GraphQL request, as GraphQL over HTTP names them. One that is missing or null is undefined. */
export interface OperationParams {
  readonly query: string | undefined;
  readonly operationName: string | undefined;
  readonly variables: Variables | undefined;
  /** The id of a trusted document: `documentId`, or the hash in `extensions.persistedQuery`. */
  readonly documentId: string | undefined;
  /** Only plugins read them. */
  readonly extensions?: JsonObject | undefined;
}

interface ExecutorSettings extends DocumentSettings {
  readonly maxEntities: number;
  readonly maxResponseBytes: number;
  /** Undefined if every valid document can be executed. */
  readonly trustedDocuments: { readonly documents: TrustedDocuments } | undefined;
}

/** Limit for a response that describes the schema. The usual introspection query needs a fifth of it. */
const maxIntrospectionBytes = 1024 * 1024;

export class Executor {
  /** For graphql-yoga's pipeline, which parses, validates and executes in separate steps. */
  readonly documents: DocumentStore;
  readonly #schema: GraphQLSchema;
  readonly #settings: ExecutorSettings;
  readonly #secretInputs: SecretInputs;

  constructor(schema: GraphQLSchema, settings: ExecutorSettings) {
    this.#schema = schema;
    this.#settings = settings;
    this.#secretInputs = new SecretInputs(schema);
    this.documents = new DocumentStore(schema, settings, this.#secretInputs);
  }

  /** The operation that the parameters name, parsed and validated. Throws RequestError if it cannot be executed. */
  prepare(params: OperationParams, isReadOnly: boolean): PreparedOperation {
    return this.documents.prepare(this.getSource(params), params.operationName, isReadOnly);
  }

  /**
   * Executes a prepared operation. Throws or rejects with RequestError if the variables are invalid, there are
   * too many representations, the response is too large, or there is no memory for the plan or the response.
   */
  execute(
    prepared: PreparedOperation,
    rawVariables: Variables | undefined,
    context: ResolverContext,
  ): Promise<OperationResult> {
    // An async function keeps all its variables while it waits. `#run` waits without a reference to the raw variables.
    return this.#run(prepared, this.#coerce(prepared, rawVariables ?? {}, context), context);
  }

  /**
   * The variables as the resolvers receive them. Adds the secrets of the operation to those of the request. Throws
   * RequestError if a variable is invalid, or there are too many representations.
   */
  #coerce(
    { measures, secrets, coerceVariables }: PreparedOperation,
    rawVariables: Variables,
    context: ResolverContext,
  ) {
    context.addSecrets(this.#secretInputs.find(secrets, rawVariables));
    const coerced = coerceVariables(replaceNullRepresentations(measures, rawVariables));
    if ('problems' in coerced) throw new RequestError('BAD_USER_INPUT', coerced.problems);
    checkRepresentations(measures, coerced.values, this.#settings.maxEntities);
    return coerced.values;
  }

  async #run(
    prepared: PreparedOperation,
    values: Variables,
    context: ResolverContext,
  ): Promise<OperationResult> {
    const { conditionNames, definition } = prepared;
    const { maxResponseBytes } = this.#settings;
    const conditionDigits = encodeConditions(conditionNames, values);
    let plan = prepared.plans.get(conditionDigits);
    const cachedBytes = plan?.bytes;
    if (plan === undefined) {
      const conditions = Object.fromEntries(conditionNames.map((name) => [name, values[name]]));
      plan = new OperationPlan(this.#schema, prepared.document, definition, conditions);
    }
    const { reservation } = context;
    if (!reservation.takeShared(plan)) throw createNoMemoryError('operation');
    const run = new PlanRun({
      isMutation: definition.operation === 'mutation',
      variables: values,
      context,
      maxResponseBytes: plan.hasIntrospection
        ? Math.min(maxIntrospectionBytes, maxResponseBytes)
        : maxResponseBytes,
    });
    try {
      return await run.run(plan.selection);
    } finally {
      reservation.releaseShared(plan);
      // The plan is new, or has grown during this run.
      if (plan.bytes !== cachedBytes) this.documents.storePlan(prepared, conditionDigits, plan);
    }
  }

  /**
   * Adds the secret inputs of a request to its context. `execute` adds them itself. This is for requests that fail
   * before `execute`, and for plugins.
   *
   * @param document the one that a plugin has built; otherwise the one that the parameters contain or name
   */
  addSecrets(params: OperationParams, context: ResolverContext, document?: DocumentNode): void {
    const { query, variables } = params;
    // A document that is refused because it is not trusted can contain secrets too.
    const documentOrSource = document ?? query ?? this.findSource(params);
    const secrets = documentOrSource === undefined ? noSecrets : this.documents.findSecrets(documentOrSource);
    context.addSecrets(this.#secretInputs.find(secrets, variables));
  }

  /**
   * Adds the secret inputs of JSON whose parameters cannot be read. If it cannot be parsed, every string in it counts
   * as a secret.
   */
  addSecretsOfJson(json: string, context: ResolverContext): void {
    try {
      context.addSecrets(this.#secretInputs.findInVariables(JSON.parse(json)));
    } catch {
      context.addSecrets(findStrings(json));
    }
  }

  /** The source of the document that the parameters name. Undefined if they do not name one. */
  findSource({ query, documentId }: OperationParams): string | undefined {
    const { trustedDocuments } = this.#settings;
    if (trustedDocuments === undefined) return query;
    return documentId === undefined
      ? undefined
      : trustedDocuments.documents.get(normalizeDocumentId(documentId));
  }

  /** Like `findSource`, but throws RequestError if the parameters do not name a document. */
  getSource(params: OperationParams): string {
    const source = this.findSource(params);
    if (source !== undefined) return source;
    const { documentId } = params;
    if (this.#settings.trustedDocuments !== undefined) {
      throw documentId === undefined
        ? new RequestError(
            'PERSISTED_DOCUMENT_REQUIRED',
            'Only trusted documents are executed: send the `documentId` of one.',
          )
        : new RequestError('PERSISTED_DOCUMENT_NOT_FOUND', 'No trusted document has this id.');
    }
    throw documentId === undefined
      ? new RequestError('BAD_REQUEST', 'The parameter `query` is missing: send the document to execute.')
      : // Clients with automatic persisted queries compare this message.
        new RequestError('PERSISTED_QUERY_NOT_SUPPORTED', 'PersistedQueryNotSupported');
  }
}

/** Throws RequestError if all representations of an operation together are more than allowed. */
function checkRepresentations(
  { representations, representationVariables }: Measures,
  variables: Variables,
  maxEntities: number,
): void {
  let count = representations;
  for (const [name, uses] of representationVariables) {
    const list = variables[name];
    if (Array.isArray(list)) count += uses * list.length;
  }
  if (count <= maxEntities) return;
  throw new RequestError(
    'QUERY_TOO_COMPLEX',
    `The operation has more than ${maxEntities} representations in its \`_entities\` fields.`,
  );
}

/**
 * Replaces each null representation with `false`, which is also malformed. Because of the type `[_Any!]!`, a null would
 * fail the whole operation, but a malformed representation must fail alone.
 */
function replaceNullRepresentations({ representationVariables }: Measures, variables: Variables): Variables {
  let replaced = variables;
  for (const name of representationVariables.keys()) {
    const list = Object.hasOwn(variables, name) ? variables[name] : undefined;
    if (Array.isArray(list) && list.includes(null)) {
      replaced = { ...replaced, [name]: list.map((item: unknown) => item ?? false) };
    }
  }
  return replaced;
}
