import type { ASTNode, GraphQLFormattedError } from 'graphql';

/**
 * The positions of nodes, as the lexer recorded them. graphql-js would count the lines of the whole document for each
 * position: in a document with many line breaks, a few errors would cost seconds.
 */
export function toLocations(nodes: readonly ASTNode[] | undefined): GraphQLFormattedError['locations'] {
  return nodes?.flatMap(({ loc }) =>
    loc === undefined ? [] : [{ line: loc.startToken.line, column: loc.startToken.column }],
  );
}
