import { type GraphQLSchema, lexicographicSortSchema, printSchema } from 'graphql';
import { builder } from './builder.ts';
import { addFederation, printSubgraph } from './federation.ts';
import { declareReads } from './reader.ts';
import './scalars.ts';
import './query.ts';
import './mutation.ts';

/** The public schema, sorted by name, so that what is printed of it does not depend on the order of its files. */
const createApiSchema = (): GraphQLSchema => lexicographicSortSchema(builder.toSchema());

/** The executable schema: the public one, and what the federation specification adds to it. */
export const createSchema = (): GraphQLSchema => declareReads(addFederation(createApiSchema()));

/** The SDL of the public schema. */
export const printApiSchema = (): string => `${printSchema(createApiSchema())}\n`;

/** The SDL of the subgraph: character by character what `_service` answers. */
export const printSubgraphSchema = (): string => printSubgraph(createApiSchema());
