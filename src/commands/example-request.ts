import { type DocumentNode, type GraphQLSchema, getOperationAST, Kind, parse, validate } from 'graphql';
import type { TrustedDocuments } from '../execution/index.ts';
import { createSchema } from '../schema/index.ts';

const exampleQuery =
  '{ integration(name: OPENAI) { __typename id name ... on OpenAIIntegration { organizationId } } }';

/**
 * The body of a request that returns data in the demo. With trusted documents, the first one that is a query and
 * needs no variables. Undefined if all of them need variables or change data.
 */
export function createExampleRequest(trustedDocuments: TrustedDocuments | undefined): object | undefined {
  if (trustedDocuments === undefined) return { query: exampleQuery };
  const schema = createSchema();
  for (const [documentId, text] of trustedDocuments) {
    if (isReadyQuery(text, schema)) return { documentId };
  }
  return undefined;
}

function isReadyQuery(text: string, schema: GraphQLSchema): boolean {
  let document: DocumentNode;
  try {
    document = parse(text);
  } catch {
    return false;
  }
  const operation = getOperationAST(document);
  return (
    operation?.operation === 'query' &&
    (operation.variableDefinitions ?? []).every(
      ({ type, defaultValue }) => type.kind !== Kind.NON_NULL_TYPE || defaultValue !== undefined,
    ) &&
    validate(schema, document).length === 0
  );
}
