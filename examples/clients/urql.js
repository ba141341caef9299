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
  // Read. If a part failed, the result has both `data` and `error`.
  const { data, error } = await client.query(SettingsPageDocument, {}).toPromise();
  if (!data) throw error;
  printProviders(data, error);

  // Upsert with issues.
  const rejected = await client
    .mutation(UpsertCustomIntegrationDocument, { input: invalidCustom })
    .toPromise();
  printUpsert(rejected.data?.upsertCustomIntegration);

  // Page through collaborators.
  await printUsers(null);

  // Delete. The cache is updated after each mutation.
  await client.mutation(UpsertWriterIntegrationDocument, { input: writer }).toPromise();
  print(`Writer is ${await readWriter()}`);
  await client.mutation(DeleteIntegrationDocument, { name: 'WRITER' }).toPromise();
  print(`Writer is ${await readWriter()}`);
});

async function readWriter() {
  const { data } = await client.query(SettingsPageDocument, {}).toPromise();
  const provider = data?.integrationProviders.find(({ name }) => name === 'WRITER');
  return provider?.integration ? 'connected' : 'not connected';
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
