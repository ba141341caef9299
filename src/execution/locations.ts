import type { ASTNode, GraphQLFormattedError } from 'graphql';

/**
 * Where the nodes begin, as the lexer counted it. What graphql-js puts into an error itself is found by counting the lines of the
 * whole text anew for each place: in a document of nothing but line breaks a few errors cost seconds.
 */
export function toLocations(nodes: readonly ASTNode[] | undefined): GraphQLFormattedError['locations'] {
  return nodes?.flatMap(({ loc }) =>
    loc === undefined ? [] : [{ line: loc.startToken.line, column: loc.startToken.column }],
  );
}
