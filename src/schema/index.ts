import { printSubgraphSchema as printSdl } from '@apollo/subgraph';
import { type GraphQLSchema, isUnionType, lexicographicSortSchema, printSchema } from 'graphql';
import { getTypeName } from '../resolvers/discriminator.ts';
import { loadEntities } from '../resolvers/entities.ts';
import type { GatewayContext } from '../resolvers/gateway-context.ts';
import type { WireIntegration } from '../upstream/wire.ts';
import { builder } from './builder.ts';
import { federationLinkUrl } from './federation.ts';
import './scalars.ts';
import './query.ts';
import './mutation.ts';

/** The executable schema: the public one, and what the federation specification adds to it. */
export function createSchema(): GraphQLSchema {
  const schema = builder.toSubGraphSchema({ linkUrl: federationLinkUrl });
  // The library's resolver of _entities lets one malformed representation null all the others.
  const { _entities: entities, _service: service } = schema.getQueryType()?.getFields() ?? {};
  const entity = schema.getType('_Entity');
  if (entities === undefined || service === undefined || !isUnionType(entity)) {
    throw new Error('The subgraph schema lacks _entities, _service or _Entity.');
  }
  entities.resolve = (
    _root,
    { representations }: { representations: readonly unknown[] },
    context: GatewayContext,
  ) => loadEntities(representations, context);
  entity.resolveType = (source: WireIntegration) => getTypeName(source.name);
  const sdl = toSubgraphSdl(schema);
  service.resolve = () => ({ sdl });
  return schema;
}

/** The SDL of the public schema, sorted by name. */
export const printApiSchema = (): string => `${printSchema(lexicographicSortSchema(builder.toSchema()))}\n`;

/** The SDL of the subgraph: character by character what `_service` answers. */
export const printSubgraphSchema = (): string => toSubgraphSdl(createSchema());

const toSubgraphSdl = (schema: GraphQLSchema): string => `${printSdl(schema)}\n`;
