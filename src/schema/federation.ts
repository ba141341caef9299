import {
  type ConstDirectiveNode,
  extendSchema,
  type GraphQLSchema,
  type InterfaceTypeDefinitionNode,
  isInterfaceType,
  isObjectType,
  isUnionType,
  Kind,
  type ObjectTypeDefinitionNode,
  parse,
  print,
  printSchema,
  visit,
} from 'graphql';
import type { JsonObject } from '../json.ts';
import { loadEntity } from '../resolvers/entities.ts';
import { getTypeName } from '../resolvers/integrations.ts';
import type { ResolverContext } from '../resolvers/request-context.ts';
import { providerNames, type UpstreamIntegration } from '../upstream/api-types.ts';

/** Federation v2.9 is the first with `@cost` and `@listSize` and the last that all current composers accept. */
const linkUrl = 'https://specs.apollo.dev/federation/v2.9';

/**
 * The schema with the additions of the federation specification: `_service`, which returns the subgraph's SDL, and
 * `_entities`. The resolver receives each representation as the router sent it. A malformed one does not affect the
 * others.
 */
export function addFederation(schema: GraphQLSchema): GraphQLSchema {
  const federated = extendSchema(schema, parse(additions));
  const { _entities: entities, _service: service } = federated.getQueryType()?.getFields() ?? {};
  const entity = federated.getType('_Entity');
  if (entities === undefined || service === undefined || !isUnionType(entity)) {
    throw new Error('The subgraph schema lacks _entities, _service or _Entity.');
  }
  entities.resolve = (
    _root,
    { representations }: { representations: readonly unknown[] },
    context: ResolverContext,
  ) => representations.map((representation) => loadEntity(representation, context));
  entity.resolveType = (source: UpstreamIntegration) => getTypeName(source.name);
  // Printed when it is first requested, so that startup does not wait for it.
  let sdl: string | undefined;
  service.resolve = () => {
    sdl ??= printSubgraph(schema);
    return { sdl };
  };
  return federated;
}

// Section "Subgraph specification" of the federation specification; integrations are the only entities.
const additions = `
  scalar _Any
  union _Entity = ${providerNames.map(getTypeName).join(' | ')}
  type _Service {
    "The SDL of this subgraph, with its directives."
    sdl: String!
  }
  extend type Query {
    "Resolves a federation router's representations, in order. An entry is null if the integration is not configured, and null with an error if the representation is malformed or loading the integration failed."
    _entities(representations: [_Any!]!): [_Entity]!
    "What this subgraph contributes to a supergraph."
    _service: _Service!
  }
`;

/**
 * The SDL of the subgraph: the schema with the directives of each type and field, and with the `@link` that imports
 * them.
 */
export function printSubgraph(schema: GraphQLSchema): string {
  const used = new Set<string>();
  const collect = ({ federation }: JsonObject = {}): readonly ConstDirectiveNode[] => {
    if (typeof federation !== 'string') return [];
    // graphql-js parses directives only as part of a definition.
    const [definition] = parse(`scalar Holder ${federation}`).definitions;
    const directives = definition?.kind === Kind.SCALAR_TYPE_DEFINITION ? (definition.directives ?? []) : [];
    for (const { name } of directives) used.add(`"@${name.value}"`);
    return directives;
  };
  const addDirectives = <Node extends ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode>(
    node: Node,
  ): Node => {
    const type = schema.getType(node.name.value);
    if (!isObjectType(type) && !isInterfaceType(type)) return node;
    const fields = type.getFields();
    return {
      ...node,
      directives: [...(node.directives ?? []), ...collect(type.extensions)],
      fields: node.fields?.map((field) => ({
        ...field,
        directives: [
          ...(field.directives ?? []),
          // Composition rejects costs on fields of an interface. The implementing types have them.
          ...(isInterfaceType(type) ? [] : collect(fields[field.name.value]?.extensions)),
        ],
      })),
    };
  };
  const sdl = print(
    visit(parse(printSchema(schema)), {
      ObjectTypeDefinition: addDirectives,
      InterfaceTypeDefinition: addDirectives,
    }),
  );
  return `extend schema @link(url: "${linkUrl}", import: [${[...used].sort().join(', ')}])\n\n${sdl}\n`;
}
