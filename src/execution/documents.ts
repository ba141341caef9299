import { hash } from 'node:crypto';
import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  Kind,
  type OperationDefinitionNode,
  parse,
  print,
  Source,
  type Token,
  TokenKind,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import type { SharedAllocation } from '../memory.ts';
import { Secrets } from '../secrets.ts';
import { findConditionNames } from './conditions.ts';
import { type Measures, measureOperation } from './operation-measures.ts';
import type { OperationPlan } from './plan.ts';
import { RequestError } from './request-error.ts';
import { type DocumentSecrets, findStrings, type SecretInputs } from './secret-inputs.ts';
import { toSyntaxProblem } from './syntax-problem.ts';
import { createValidation, type Validation } from './validation.ts';
import { createVariableCoercion, type VariableCoercion } from './variables.ts';

/** Settings, with the names of the configuration. Aliases and depth are counted as in `Measures`. */
export interface DocumentSettings {
  readonly maxTokens: number;
  readonly maxAliases: number;
  readonly maxDepth: number;
  /** Whether introspection is allowed. If not, no message suggests a name of the schema. */
  readonly introspection: boolean;
}

/** A front end has dozens of documents, not thousands. */
const maxDocuments = 1024;
/** Per operation: every combination of eight conditions. All plans of the operation are dropped when there are more. */
const maxPlans = 256;
const maxCacheBytes = 64 * 1024 * 1024;
/** The source, and the strings of its nodes, with two bytes per character each. */
const bytesPerCharacter = 4;
/** Measured size of a token with its nodes. */
const bytesPerToken = 500;
/** Longer names are rejected before anything compares or searches them. */
const maxNameLength = 256;

/** An operation that can be executed. It depends only on its document, not on a request. */
export interface PreparedOperation extends SharedAllocation {
  readonly source: string;
  readonly document: DocumentNode;
  readonly definition: OperationDefinitionNode;
  /** SHA-256 of the document in hexadecimal. */
  readonly hash: string;
  readonly measures: Measures;
  readonly conditionNames: readonly string[];
  readonly secrets: DocumentSecrets;
  readonly coerceVariables: VariableCoercion;
  /** By the values of the conditions, as `encodeConditions` writes them. */
  readonly plans: Map<string, OperationPlan>;
}

/** The prepared operations of one document, by the `operationName` of their requests. */
type Operations = ReadonlyMap<string | undefined, PreparedOperation>;

/** Parses, measures and validates documents. Valid operations and their plans are cached. */
export class DocumentStore {
  readonly #schema: GraphQLSchema;
  readonly #settings: DocumentSettings;
  readonly #validate: Validation;
  readonly #secretInputs: SecretInputs;
  /** By the document's source. Each change stores a new map: lru-cache computes the size only of a new value. */
  readonly #operations = new LRUCache<string, Operations>({
    max: maxDocuments,
    maxSize: maxCacheBytes,
    sizeCalculation: getSize,
  });
  /** The source of each parsed or printed document, for `prepareParsed`. */
  readonly #sources = new WeakMap<DocumentNode, string>();

  constructor(schema: GraphQLSchema, settings: DocumentSettings, secretInputs: SecretInputs) {
    this.#schema = schema;
    this.#settings = settings;
    this.#validate = createValidation(schema, settings.introspection);
    this.#secretInputs = secretInputs;
  }

  /**
   * The operation with the given name in the document, or its only operation if no name is given. Throws RequestError
   * if the document is not valid, the operation exceeds a limit, or the document does not have the operation. A
   * mutation in a read-only request fails before validation, as METHOD_NOT_ALLOWED.
   *
   * @param isReadOnly whether the request must not change anything, because it is a GET
   */
  prepare(source: string, operationName: string | undefined, isReadOnly: boolean): PreparedOperation {
    if (operationName !== undefined && operationName.length > maxNameLength) throw createUnknownNameError();
    const operations = this.#operations.get(source);
    const cached = operations?.get(operationName);
    if (cached !== undefined) {
      checkReadOnly(cached.definition, isReadOnly);
      return cached;
    }
    const document = this.parse(source);
    checkReadOnly(getOperationAST(document, operationName), isReadOnly);
    const prepared = this.#prepareUncached(document, source, operationName);
    // A document that contains a secret is not cached.
    if (prepared.secrets.literals.length === 0)
      this.#operations.set(source, new Map(operations).set(operationName, prepared));
    return prepared;
  }

  /**
   * The secrets in a document or its source. If the source cannot be parsed, every string literal counts as a secret,
   * even an unterminated one.
   */
  findSecrets(document: DocumentNode | string): DocumentSecrets {
    if (typeof document !== 'string') return this.#secretInputs.findInDocument(document);
    const [known] = this.#operations.get(document)?.values() ?? [];
    if (known !== undefined) return known.secrets;
    try {
      return this.#secretInputs.findInDocument(this.parse(document));
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      return { literals: [...new Set(findStrings(document))], variables: [] };
    }
  }

  /** Caches a plan that is new or has grown. */
  storePlan({ source, plans }: PreparedOperation, conditionDigits: string, plan: OperationPlan): void {
    if (plans.size === maxPlans && !plans.has(conditionDigits)) plans.clear();
    plans.set(conditionDigits, plan);
    const operations = this.#operations.get(source);
    if (operations !== undefined) this.#operations.set(source, new Map(operations));
  }

  /** Like `prepare`, for a document that `parse` returned or a plugin built. */
  prepareParsed(
    document: DocumentNode,
    operationName: string | undefined,
    isReadOnly: boolean,
  ): PreparedOperation {
    const source = this.#sources.get(document) ?? print(document);
    this.#sources.set(document, source);
    return this.prepare(source, operationName, isReadOnly);
  }

  /** Throws RequestError if the string is not a document or has too many tokens. */
  parse(source: string): DocumentNode {
    const { maxTokens } = this.#settings;
    const parserInput = new Source(source);
    let document: DocumentNode;
    try {
      document = parse(parserInput, { maxTokens });
    } catch (error) {
      if (error instanceof RangeError) throw createTooDeepError();
      if (!(error instanceof GraphQLError)) throw error;
      // "more that" is graphql-js's typo.
      if (error.message.includes(`more that ${maxTokens} tokens`)) {
        throw createTooComplexError(`The document has more than ${maxTokens} tokens.`);
      }
      throw new RequestError('GRAPHQL_PARSE_FAILED', [toSyntaxProblem(error)]);
    }
    this.#sources.set(document, source);
    // Without the source, graphql-js does not count lines for each error: see toLocations.
    parserInput.body = '';
    for (const { kind, value, line, column } of getTokens(document)) {
      if (kind === TokenKind.NAME && value.length > maxNameLength) {
        const message = `A name has more than ${maxNameLength} characters.`;
        throw new RequestError('GRAPHQL_PARSE_FAILED', [{ message, locations: [{ line, column }] }]);
      }
    }
    return document;
  }

  #prepareUncached(
    document: DocumentNode,
    source: string,
    operationName: string | undefined,
  ): PreparedOperation {
    const definition = getOperationAST(document, operationName) ?? undefined;
    try {
      // Before validation, whose cost can grow faster than the length of the document.
      const measures = definition && measureOperation(document, definition);
      if (measures !== undefined) this.#checkLimits(measures);
      const secrets = this.#secretInputs.findInDocument(document);
      const invalid = this.#validate(document, source);
      if (invalid !== undefined) throw redactProblems(invalid, secrets);
      if (definition === undefined || measures === undefined) {
        throw createResolutionError(document, operationName);
      }
      if (!this.#schema.getRootType(definition.operation)) {
        throw new RequestError('OPERATION_RESOLUTION_FAILURE', 'This API does not support subscriptions.');
      }
      return {
        source,
        document,
        definition,
        hash: hash('sha256', source, 'hex'),
        measures,
        conditionNames: findConditionNames(document, definition.name?.value),
        secrets,
        coerceVariables: createVariableCoercion(this.#schema, definition, this.#settings.introspection),
        bytes: bytesPerCharacter * source.length + bytesPerToken * [...getTokens(document)].length,
        plans: new Map(),
        useCount: 0,
        heldBytes: 0,
      };
    } catch (error) {
      // A RangeError: the stack is exhausted.
      throw error instanceof RangeError ? createTooDeepError() : error;
    }
  }

  #checkLimits({ aliases, depth }: Measures): void {
    const { maxAliases, maxDepth } = this.#settings;
    if (aliases > maxAliases) {
      throw createTooComplexError(
        `The operation has more than ${maxAliases} aliased fields: select each field once, or split the operation.`,
      );
    }
    if (depth > maxDepth) {
      throw createTooComplexError(`The operation exceeds the depth limit of ${maxDepth}.`);
    }
  }
}

/** Throws RequestError if the operation is a mutation and the request is read-only. */
export function checkReadOnly(
  operation: OperationDefinitionNode | null | undefined,
  isReadOnly: boolean,
): void {
  if (isReadOnly && operation?.operation === 'mutation')
    throw new RequestError('METHOD_NOT_ALLOWED', 'Send mutations with POST.');
}

function getSize(operations: Operations): number {
  let size = 0;
  for (const { bytes, plans } of operations.values()) {
    size += bytes;
    for (const plan of plans.values()) size += plan.bytes;
  }
  return size;
}

const createTooComplexError = (message: string) => new RequestError('QUERY_TOO_COMPLEX', message);
const createTooDeepError = () => createTooComplexError('The document is nested too deeply.');

/** All tokens that a document keeps in memory, comments included. */
function* getTokens({ loc }: DocumentNode): Generator<Token> {
  for (let token: Token | null | undefined = loc?.startToken; token; token = token.next) yield token;
}

/** The error without the document's secrets in its messages. */
function redactProblems({ code, problems }: RequestError, { literals }: DocumentSecrets): RequestError {
  const secrets = new Secrets(literals);
  return new RequestError(
    code,
    problems.map(({ message, locations }) => ({ message: secrets.redact(message), locations })),
  );
}

function createResolutionError(document: DocumentNode, name: string | undefined): RequestError {
  if (name !== undefined) return createUnknownNameError();
  return new RequestError(
    'OPERATION_RESOLUTION_FAILURE',
    document.definitions.some(({ kind }) => kind === Kind.OPERATION_DEFINITION)
      ? 'The document has several operations: name one in `operationName`.'
      : 'The document has no operation.',
  );
}

const createUnknownNameError = () =>
  new RequestError(
    'OPERATION_RESOLUTION_FAILURE',
    'The document does not contain the operation that `operationName` names.',
  );
