import { Client, fetchExchange } from '@urql/core';
import { cacheExchange } from '@urql/exchange-graphcache';
import {
  DeleteIntegrationDocument,
  graphcacheConfig,
  IntegrationUsersDocument,
  SettingsPageDocument,
  UpsertCustomIntegrationDocument,
  UpsertWriterIntegrationDocument,
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

const client = new Client({
  url: endpoint,
  fetchOptions: { headers },
  // A GET would put the variables into the URL.
  preferGetMethod: false,
  exchanges: [cacheExchange(graphcacheConfig), fetchExchange],
});

await run(async () => {
  await readProviders();

  // Upsert with issues.
  const rejected = await client
    .mutation(UpsertCustomIntegrationDocument, { input: invalidCustom })
    .toPromise();
  printUpsert(rejected.data?.upsertCustomIntegration, rejected.error);

  // Page through collaborators.
  await printUsers(null);

  // Delete. The cache is updated after each mutation.
  const connected = await client.mutation(UpsertWriterIntegrationDocument, { input: writer }).toPromise();
  printUpsert(connected.data?.upsertWriterIntegration, connected.error);
  await readProviders('WRITER');
  const deleted = await client.mutation(DeleteIntegrationDocument, { name: 'WRITER' }).toPromise();
  printFailure('not deleted', deleted.error);
  await readProviders('WRITER');
});

/**
 * Read. If a part failed, the result has both `data` and `error`. A result from the cache has no errors, so this asks the
 * network.
 *
 * @param {string} [only]
 */
async function readProviders(only) {
  const options = { requestPolicy: /** @type {const} */ ('network-only') };
  const { data, error } = await client.query(SettingsPageDocument, {}, options).toPromise();
  if (!data) throw error;
  printProviders(data, error, only);
}

/** @param {string | null} after the cursor of the last user of the previous page */
async function printUsers(after) {
  /** @type {import('galileo-gateway/client').IntegrationUsersQueryVariables} */
  const variables = { name: 'OPENAI', first: 1, after };
  const { data } = await client.query(IntegrationUsersDocument, variables).toPromise();
  const users = data?.integration?.users;
  for (const { node } of users?.edges ?? []) print(`${node.email} is ${node.role}`);
  if (users?.pageInfo.hasNextPage) await printUsers(users.pageInfo.endCursor);
}
