import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from '@apollo/client';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import {
  apolloTypePolicies,
  getDocumentHash,
  possibleTypes,
  updateApolloCache,
} from 'galileo-gateway/client';
import { OperationTypeNode } from 'graphql';
import { finalize } from 'rxjs';
import type { PageConfig } from './page-config.ts';

export const mutations = {
  /** The number of mutations with a result. What was requested before one can be out of date. */
  count: 0,
  /** The number of mutations without a result. Leaving the page could cancel them. */
  running: 0,
};

const countRunning = new ApolloLink((operation, forward) => {
  if (operation.operationType !== OperationTypeNode.MUTATION) return forward(operation);
  mutations.running += 1;
  return forward(operation).pipe(
    finalize(() => {
      mutations.running -= 1;
    }),
  );
});

/**
 * A client for one API key. Each client has its own cache, so data that was read with one key is not visible with
 * another.
 */
export function createClient({ endpoint, trustedDocuments }: PageConfig, apiKey: string): ApolloClient {
  const http = new HttpLink({
    uri: endpoint,
    headers: { 'Galileo-API-Key': apiKey },
    credentials: 'omit',
    fetchOptions: { cache: 'no-store' },
  });
  const hashes = new PersistedQueryLink({ generateHash: (document) => getDocumentHash(document) ?? '' });
  return new ApolloClient({
    link: ApolloLink.from([countRunning, ...(trustedDocuments ? [hashes] : []), http]),
    cache: new InMemoryCache({ possibleTypes, typePolicies: apolloTypePolicies }),
    // Updates the cached queries after every mutation.
    defaultOptions: {
      mutate: {
        update: (...parameters: Parameters<typeof updateApolloCache>) => {
          mutations.count += 1;
          updateApolloCache(...parameters);
        },
      },
    },
    devtools: { enabled: false },
  });
}
