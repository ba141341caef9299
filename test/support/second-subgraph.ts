import type { IncomingHttpHeaders } from 'node:http';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { parse } from 'graphql';
import { createYoga } from 'graphql-yoga';
import { startHttpServer } from './listen.ts';
import { integrationNames, toEnumName } from './naming.ts';

/** What another team's subgraph adds to every integration. `Integration` is one object type here. */
export const secondSubgraphSdl = /* GraphQL */ `
  extend schema
    @link(
      url: "https://specs.apollo.dev/federation/v2.9"
      import: ["@key", "@interfaceObject", "@shareable"]
    )

  type Integration @key(fields: "name") @interfaceObject {
    name: IntegrationName!
    "The credential of the request."
    askedBy: String
    labels: [StringMapEntry!]!
  }

  enum IntegrationName {
    ${integrationNames.map(toEnumName).join(' ')}
  }

  type StringMapEntry @shareable {
    key: String!
    value: String!
  }

  type Query {
    favourites(names: [IntegrationName!]!): [Integration]!
  }
`;

interface Reference {
  readonly name: string;
}

const readCredential = (context: unknown): string | null =>
  typeof context === 'object' &&
  context !== null &&
  'credential' in context &&
  typeof context.credential === 'string'
    ? context.credential
    : null;

/** A second subgraph on a real socket. */
interface SecondSubgraph extends AsyncDisposable {
  readonly url: string;
  /** The headers of every request so far. */
  readonly requests: readonly IncomingHttpHeaders[];
}

/** Starts it on a free port of 127.0.0.1. It resolves every integration, configured or not. */
export async function startSecondSubgraph(): Promise<SecondSubgraph> {
  const schema = buildSubgraphSchema({
    typeDefs: parse(secondSubgraphSdl),
    resolvers: {
      Query: {
        favourites: (_root: unknown, { names }: { readonly names: readonly string[] }) =>
          names.map((name) => ({ name })),
      },
      Integration: {
        __resolveReference: ({ name }: Reference) => ({ name }),
        askedBy: (_source: Reference, _args: unknown, context: unknown) => readCredential(context),
        labels: ({ name }: Reference) => [{ key: 'label', value: `label of ${name}` }],
      },
    },
  });
  const requests: IncomingHttpHeaders[] = [];
  const yoga = createYoga({
    schema,
    logging: false,
    context: ({ request: { headers } }) => ({
      credential: headers.get('galileo-api-key') ?? headers.get('authorization'),
    }),
  });
  const server = await startHttpServer((request, response) => {
    requests.push(request.headers);
    void yoga(request, response);
  });
  return {
    url: `${server.url}/graphql`,
    requests,
    [Symbol.asyncDispose]: server[Symbol.asyncDispose],
  };
}
