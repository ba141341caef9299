import { hash } from 'node:crypto';
import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  isAbstractType,
  Kind,
  parse,
  TypeInfo,
  validate,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import type { TrustedDocuments } from '../trusted-documents.ts';
import { type DocumentSettings, DocumentStore } from './documents.ts';
import { RequestError } from './request-error.ts';
import { SecretInputs } from './secret-inputs.ts';

/**
 * What the operator must know about a file of trusted documents, one line for each finding. `problems` are documents
 * that cannot be executed. `warnings` are those that the limits refuse, that some clients cannot find, or whose data
 * some clients lose.
 */
export function findDocumentProblems(
  documents: TrustedDocuments,
  schema: GraphQLSchema,
  settings: DocumentSettings,
) {
  const problems: string[] = [];
  const warnings: string[] = [];
  const store = new DocumentStore(schema, settings, new SecretInputs(schema));
  for (const [id, text] of documents) {
    const name = `document ${id.slice(0, 100)}`;
    let document: DocumentNode;
    try {
      document = parse(text);
      const [error] = validate(schema, document, undefined, { maxErrors: 1 });
      if (error !== undefined) throw error;
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error;
      problems.push(`${name}: ${error.message}`);
      continue;
    }
    const refusal = findRefusal(document, text, store);
    if (refusal !== undefined) warnings.push(`${name}: one of its operations will be refused: ${refusal}`);
    if (hash('sha256', text, 'hex') !== id) {
      warnings.push(
        `${name}: its id is not the SHA-256 of the document, so clients that compute the hash do not find it`,
      );
    }
    const type = findTypeWithoutTypename(document, schema);
    if (type !== undefined) {
      warnings.push(
        `${name}: a selection on ${type} does not have \`__typename\`, so Apollo Client drops the fields of its fragments`,
      );
    }
  }
  return { problems, warnings };
}

/** Why the first operation that cannot be executed is refused, although the document is valid. */
function findRefusal(document: DocumentNode, text: string, store: DocumentStore): string | undefined {
  try {
    for (const definition of document.definitions)
      if (definition.kind === Kind.OPERATION_DEFINITION) store.prepare(text, definition.name?.value, false);
    return undefined;
  } catch (error) {
    if (error instanceof RequestError) return error.problems[0]?.message;
    throw error;
  }
}

/** The name of the first interface or union on which a selection set has fragments but not `__typename`. */
function findTypeWithoutTypename(document: DocumentNode, schema: GraphQLSchema): string | undefined {
  const typeInfo = new TypeInfo(schema);
  let found: string | undefined;
  visit(
    document,
    visitWithTypeInfo(typeInfo, {
      SelectionSet({ selections }) {
        const type = typeInfo.getParentType();
        const isCovered = selections.some(
          (selection) => selection.kind === Kind.FIELD && selection.name.value === '__typename',
        );
        const hasFragments = selections.some(({ kind }) => kind !== Kind.FIELD);
        if (isAbstractType(type) && hasFragments && !isCovered) found ??= type.name;
      },
    }),
  );
  return found;
}
