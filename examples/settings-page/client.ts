import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from '@apollo/client';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import {
  apolloTypePolicies,
  getDocumentHash,
  possibleTypes,
  updateApolloCache,
} from 'galileo-gateway/client';
import type { PageConfig } from './page-config.ts';

/** A client for one API key. Nothing that was read with one key is visible with another, because each has its own cache. */
export function createClient({ endpoint, trustedDocuments }: PageConfig, apiKey: string): ApolloClient {
  const http = new HttpLink({
    uri: endpoint,
    headers: { 'Galileo-API-Key': apiKey },
    credentials: 'omit',
    fetchOptions: { cache: 'no-store' },
  });
  const hashes = new PersistedQueryLink({ generateHash: (document) => getDocumentHash(document) ?? '' });
  return new ApolloClient({
    link: trustedDocuments ? ApolloLink.from([hashes, http]) : http,
    cache: new InMemoryCache({ possibleTypes, typePolicies: apolloTypePolicies }),
    // After every mutation, the queries that show what it changed are right.
    defaultOptions: { mutate: { update: updateApolloCache } },
    devtools: { enabled: false },
  });
}
