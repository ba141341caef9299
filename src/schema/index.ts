import { GraphQLSchema, printSchema } from 'graphql';
import { builder } from './builder.ts';
import { addFederation, printSubgraph } from './federation.ts';
// These modules register their types in the builder, in the order of the printed schema.
import './query.ts';
import './mutation.ts';

/** The public schema, in the order of the declarations: important fields first, UNRECOGNIZED last. */
function createApiSchema(): GraphQLSchema {
  const schema: unknown = builder.toSchema({ sortSchema: false });
  if (schema instanceof GraphQLSchema) return schema;
  throw new Error(
    'galileo-gateway and @pothos/core import different copies of graphql: `npm ls graphql` must show one version',
  );
}

/** The executable schema: the public schema with the additions of the federation specification. */
export const createSchema = (): GraphQLSchema => addFederation(createApiSchema());

export const printApiSchema = (): string => `${printSchema(createApiSchema())}\n`;

/** The SDL of the subgraph, exactly as `_service` returns it. */
export const printSubgraphSchema = (): string => printSubgraph(createApiSchema());
