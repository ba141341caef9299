import { ApolloClient, HttpLink, InMemoryCache } from '@apollo/client';
import {
  apolloTypePolicies,
  DeleteIntegrationDocument,
  IntegrationUsersDocument,
  possibleTypes,
  SettingsPageDocument,
  UpsertCustomIntegrationDocument,
  UpsertWriterIntegrationDocument,
  updateApolloCache,
} from 'galileo-gateway/client';
import {
  endpoint,
  headers,
  invalidCustom,
  print,
  printFailure,
  printProviders,
  printUpsert,
  run,
  writer,
} from './report.js';

const client = new ApolloClient({
  cache: new InMemoryCache({ possibleTypes, typePolicies: apolloTypePolicies }),
  link: new HttpLink({ uri: endpoint, headers }),
  defaultOptions: { mutate: { update: updateApolloCache } },
});

await run(async () => {
  await readProviders();

  // Upsert with issues. With 'all', errors are part of the result.
  const rejected = await client.mutate({
    mutation: UpsertCustomIntegrationDocument,
    variables: { input: invalidCustom },
    errorPolicy: 'all',
  });
  printUpsert(rejected.data?.upsertCustomIntegration, rejected.error);

  // Page through collaborators.
  await printUsers(null);

  // Delete. The cache is updated after each mutation.
  const connected = await client.mutate({
    mutation: UpsertWriterIntegrationDocument,
    variables: { input: writer },
    errorPolicy: 'all',
  });
  printUpsert(connected.data?.upsertWriterIntegration, connected.error);
  await readProviders('WRITER');
  const deleted = await client.mutate({
    mutation: DeleteIntegrationDocument,
    variables: { name: 'WRITER' },
    errorPolicy: 'all',
  });
  printFailure('not deleted', deleted.error);
  await readProviders('WRITER');
});

/**
 * Read. 'all' keeps the providers that loaded if another one failed.
 *
 * @param {string} [only]
 */
async function readProviders(only) {
  const { data, error } = await client.query({ query: SettingsPageDocument, errorPolicy: 'all' });
  if (data === undefined) throw error;
  printProviders(data, error, only);
}

/** @param {string | null} after the cursor of the last user of the previous page */
async function printUsers(after) {
  /** @type {import('galileo-gateway/client').IntegrationUsersQueryVariables} */
  const variables = { name: 'OPENAI', first: 1, after };
  const { data } = await client.query({
    query: IntegrationUsersDocument,
    variables,
    fetchPolicy: 'no-cache',
  });
  const users = data?.integration?.users;
  for (const { node } of users?.edges ?? []) print(`${node.email} is ${node.role}`);
  if (users?.pageInfo.hasNextPage) await printUsers(users.pageInfo.endCursor);
}
