import type { ASTNode, GraphQLFormattedError } from 'graphql';

/**
 * The positions of nodes, from the lexer. graphql-js itself counts the lines of the whole document for each
 * position of an error. In a document of many line breaks, a few errors would cost seconds.
 */
export function toLocations(nodes: readonly ASTNode[] | undefined): GraphQLFormattedError['locations'] {
  return nodes?.flatMap(({ loc }) =>
    loc === undefined ? [] : [{ line: loc.startToken.line, column: loc.startToken.column }],
  );
}
