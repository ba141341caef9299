import { createHash } from 'node:crypto';
import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  parse,
  print,
  Source,
  type Token,
  type ValueNode,
  visit,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { measureComplexity } from './complexity.ts';
import { planOperation, type SelectionPlan, type Variables } from './plan.ts';
import { RequestError } from './request-error.ts';
import { toSyntaxProblem } from './syntax.ts';
import { createValidation, type Validation } from './validation.ts';
import { defineVariables, type VariableDefinition } from './variables.ts';

/** The limits that an operation must keep; aliases and levels are counted as in `Complexity`. */
export interface DocumentLimits {
  readonly maxTokens: number;
  readonly maxAliases: number;
  readonly maxDepth: number;
}

/** Documents beyond this number are parsed again; a front end has dozens, not thousands. */
const maxDocuments = 1024;
/** What they may take of memory together, in bytes: whoever sends many large documents fills no more than that. */
const maxDocumentBytes = 64 * 1024 * 1024;
/** What a token takes with its nodes, as measured; a document of 2,000 tokens takes a megabyte. */
const bytesPerToken = 500;
/** Plans of one operation; more sets of values for its conditions than these are planned again. */
const maxPlans = 16;

/** An operation that may be executed. Depends on the document's text alone: nothing of a request is in it. */
export class PreparedOperation {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly #parsed: ParsedDocument;
  readonly #plans = new Map<string, SelectionPlan | undefined>();
  #variables: readonly VariableDefinition[] | undefined;

  constructor(parsed: ParsedDocument, operation: OperationDefinitionNode) {
    this.#parsed = parsed;
    this.document = parsed.document;
    this.operation = operation;
  }

  /** The values of `representations` wherever the document has `_entities`. */
  get representations(): readonly ValueNode[] {
    return this.#parsed.representations;
  }

  /** The operation's variables, worked out once. */
  getVariables(schema: GraphQLSchema): readonly VariableDefinition[] {
    this.#variables ??= defineVariables(schema, this.operation);
    return this.#variables;
  }

  /** SHA-256 of the document's text in hexadecimal, computed once, when it is first asked for. */
  get hash(): string {
    return this.#parsed.hash;
  }

  /**
   * What the operation does, worked out once for each set of values that `@skip` and `@include` depend on. Undefined
   * where it asks for the schema itself. Throws RequestError where such a value does not fit.
   */
  getPlan(schema: GraphQLSchema, variables: Variables): SelectionPlan | undefined {
    const { conditions: names } = this.#parsed;
    const key = names.length === 0 ? '' : names.map((name) => String(variables[name])).join();
    const known = this.#plans.get(key);
    if (known !== undefined || this.#plans.has(key)) return known;
    if (this.#plans.size >= maxPlans) this.#plans.clear();
    // Nothing else of a request's variables may stay in a plan that other requests use.
    const conditions = Object.fromEntries(names.map((name) => [name, variables[name]]));
    try {
      const plan = planOperation(schema, this.document, this.operation, conditions);
      this.#plans.set(key, plan);
      return plan;
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error;
      throw new RequestError('BAD_USER_INPUT', 'An argument of a directive does not fit its type.', {
        cause: error,
      });
    }
  }
}

/** A document that was parsed, and what is known of it. */
class ParsedDocument {
  readonly text: string;
  readonly document: DocumentNode;
  readonly operations: readonly PreparedOperation[];
  readonly representations: readonly ValueNode[];
  /** The variables that the document's directives depend on. */
  readonly conditions: readonly string[];
  /** Why each operation may not be executed; undefined where it may. What names no operation has an entry too. */
  readonly refusals = new Map<PreparedOperation | undefined, RequestError | undefined>();
  /** Why the document is not valid, null where it is; undefined before it was validated. */
  invalidity: RequestError | null | undefined;
  #hash: string | undefined;

  constructor(text: string, document: DocumentNode) {
    this.text = text;
    this.document = document;
    this.representations = findRepresentations(document);
    this.conditions = findConditions(document);
    this.operations = document.definitions
      .filter((definition) => definition.kind === Kind.OPERATION_DEFINITION)
      .map((operation) => new PreparedOperation(this, operation));
  }

  get hash(): string {
    this.#hash ??= createHash('sha256').update(this.text).digest('hex');
    return this.#hash;
  }
}

/** The documents that `parse` of a store returned, with what is known of them. */
const parsedDocuments = new WeakMap<DocumentNode, ParsedDocument>();

/** Parses, measures and validates documents, each text once as long as it stays in the cache. */
export class DocumentStore {
  readonly #schema: GraphQLSchema;
  readonly #limits: DocumentLimits;
  readonly #validate: Validation;
  readonly #documents = new LRUCache<string, ParsedDocument | RequestError>({
    max: maxDocuments,
    maxSize: maxDocumentBytes,
    sizeCalculation: (parsed, text) =>
      // Two bytes a character, and as much again for what messages quote of it.
      4 * text.length + bytesPerToken * (parsed instanceof RequestError ? 1 : countTokens(parsed.document)),
  });

  constructor(schema: GraphQLSchema, limits: DocumentLimits, options: { readonly introspection: boolean }) {
    this.#schema = schema;
    this.#limits = limits;
    this.#validate = createValidation(schema, options);
  }

  /**
   * The operation of that name in the document, or its only one where no name is given. Throws RequestError where the
   * text is no valid document, the operation breaks a limit, or there is no such operation.
   */
  prepare(text: string, operationName: string | undefined): PreparedOperation {
    let parsed = this.#documents.get(text);
    if (parsed === undefined) {
      parsed = this.#parse(text);
      this.#documents.set(text, parsed);
    }
    if (parsed instanceof RequestError) throw parsed;
    return this.#prepare(parsed, operationName);
  }

  /** Throws RequestError if the text is not a document, or has too many tokens. */
  parse(text: string): DocumentNode {
    const parsed = this.#parse(text);
    if (parsed instanceof RequestError) throw parsed;
    parsedDocuments.set(parsed.document, parsed);
    return parsed.document;
  }

  /** Why an operation of the document cannot be executed; undefined if it can. */
  validate(document: DocumentNode, operationName: string | undefined): RequestError | undefined {
    try {
      this.prepareDocument(document, operationName);
      return undefined;
    } catch (error) {
      if (error instanceof RequestError) return error;
      throw error;
    }
  }

  /** As `prepare`, for a document that was parsed. */
  prepareDocument(document: DocumentNode, operationName: string | undefined): PreparedOperation {
    return this.#prepare(
      parsedDocuments.get(document) ?? new ParsedDocument(print(document), document),
      operationName,
    );
  }

  #prepare(parsed: ParsedDocument, operationName: string | undefined): PreparedOperation {
    const operation = findOperation(parsed.operations, operationName);
    if (!parsed.refusals.has(operation)) parsed.refusals.set(operation, this.#check(parsed, operation));
    const refusal = parsed.refusals.get(operation);
    if (refusal !== undefined) throw refusal;
    if (operation === undefined) throw toResolutionFailure(parsed.operations, operationName);
    return operation;
  }

  #parse(text: string): ParsedDocument | RequestError {
    const source = new Source(text);
    let document: DocumentNode;
    try {
      document = parse(source, { maxTokens: this.#limits.maxTokens });
    } catch (error) {
      if (error instanceof RangeError) return createTooDeepError();
      if (!(error instanceof GraphQLError)) throw error;
      if (error.message.includes(`more that ${this.#limits.maxTokens} tokens`)) {
        return new RequestError(
          'QUERY_TOO_COMPLEX',
          `The document has more than ${this.#limits.maxTokens} tokens.`,
        );
      }
      return new RequestError('GRAPHQL_PARSE_FAILED', [toSyntaxProblem(error)]);
    }
    // With no text there are no lines that graphql-js could count for each error: see toLocations.
    source.body = '';
    return new ParsedDocument(text, document);
  }

  #check(parsed: ParsedDocument, operation: PreparedOperation | undefined): RequestError | undefined {
    try {
      // Before validation, whose cost grows faster than the document.
      const excess = operation === undefined ? undefined : this.#findExcess(operation);
      if (excess !== undefined) return new RequestError('QUERY_TOO_COMPLEX', excess);
      if (parsed.invalidity === undefined) {
        parsed.invalidity = this.#validate(parsed.document, parsed.text) ?? null;
      }
    } catch (error) {
      if (error instanceof RangeError) return createTooDeepError();
      throw error;
    }
    if (parsed.invalidity !== null) return parsed.invalidity;
    if (operation !== undefined && !this.#schema.getRootType(operation.operation.operation)) {
      return new RequestError('OPERATION_RESOLUTION_FAILURE', 'This API has no subscriptions.');
    }
    return undefined;
  }

  #findExcess({ document, operation }: PreparedOperation): string | undefined {
    const { maxAliases, maxDepth } = this.#limits;
    const { aliases, depth } = measureComplexity(document, operation);
    if (aliases > maxAliases) {
      return `The operation has more than ${maxAliases} aliased fields: select each field once, or split the operation.`;
    }
    if (depth > maxDepth) return `The operation nests fields more than ${maxDepth} deep.`;
    return undefined;
  }
}

const createTooDeepError = () =>
  new RequestError('QUERY_TOO_COMPLEX', 'The document nests too deep to be read.');

function findConditions(document: DocumentNode): readonly string[] {
  const names = new Set<string>();
  visit(document, {
    Directive: (directive) => {
      for (const { value } of directive.arguments ?? []) {
        if (value.kind === Kind.VARIABLE) names.add(value.name.value);
      }
    },
  });
  return [...names];
}

/** The tokens that a document keeps in memory: comments too. */
function countTokens({ loc }: DocumentNode): number {
  let count = 0;
  for (let token: Token | null | undefined = loc?.startToken; token; token = token.next) count += 1;
  return count;
}

function findRepresentations(document: DocumentNode): readonly ValueNode[] {
  const values: ValueNode[] = [];
  visit(document, {
    Field: (field) => {
      if (field.name.value !== '_entities') return;
      for (const argument of field.arguments ?? []) values.push(argument.value);
    },
  });
  return values;
}

function findOperation(operations: readonly PreparedOperation[], name: string | undefined) {
  if (name === undefined) return operations.length === 1 ? operations[0] : undefined;
  return operations.find(({ operation }) => operation.name?.value === name);
}

function toResolutionFailure(
  operations: readonly PreparedOperation[],
  name: string | undefined,
): RequestError {
  if (operations.length === 0) {
    return new RequestError('OPERATION_RESOLUTION_FAILURE', 'The document has no operation.');
  }
  return new RequestError(
    'OPERATION_RESOLUTION_FAILURE',
    name === undefined
      ? 'The document has several operations: say which one with `operationName`.'
      : 'The document has no operation of the name in `operationName`.',
  );
}
