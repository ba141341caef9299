import { once } from 'node:events';
import { createServer } from 'node:http';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { parse } from 'graphql';
import { createYoga } from 'graphql-yoga';

// `Integration` is an interface with a type for each provider in the other subgraph. `@interfaceObject` makes it one
// object type here. A field that is added to it exists on all of those types.
const sdl = /* GraphQL */ `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@interfaceObject"])

  type Integration @key(fields: "name") @interfaceObject {
    name: IntegrationName!
    "What the models of this provider cost last month, in US dollars."
    monthlyCost: Float!
  }

  # An enum that is also an argument type must have the same values in all subgraphs.
  enum IntegrationName {
    ANTHROPIC
    AWS_BEDROCK
    AWS_SAGEMAKER
    AZURE
    CUSTOM
    DATABRICKS
    MISTRAL
    NVIDIA
    OPENAI
    VEGAS_GATEWAY
    VERTEX_AI
    WRITER
  }

  type Query {
    "The most expensive integrations, in descending order. Every caller can see their costs."
    mostExpensive(first: Int! = 3): [Integration]!
  }
`;

const monthlyCosts = new Map([
  ['OPENAI', 1240.5],
  ['ANTHROPIC', 980.25],
  ['AZURE', 610],
  ['AWS_BEDROCK', 455.75],
  ['VERTEX_AI', 120],
  ['MISTRAL', 64.3],
]);

const schema = buildSubgraphSchema({
  typeDefs: parse(sdl),
  resolvers: {
    Query: {
      // An entity of another subgraph is returned as its key. The router fetches the other fields.
      mostExpensive: (_root, { first }) => [...monthlyCosts.keys()].slice(0, first).map((name) => ({ name })),
    },
    Integration: {
      __resolveReference: ({ name }) => ({ name }),
      monthlyCost: ({ name }) => monthlyCosts.get(name) ?? 0,
    },
  },
});

/** Starts the subgraph on a free port of 127.0.0.1. */
export async function startCostsSubgraph() {
  const yoga = createYoga({ schema, logging: false });
  const server = createServer((request, response) => void yoga(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { name: 'costs', url: `http://127.0.0.1:${server.address().port}/graphql` };
}
