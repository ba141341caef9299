import {
  DeleteIntegrationDocument,
  IntegrationUsersDocument,
  SettingsPageDocument,
  UpsertCustomIntegrationDocument,
  UpsertWriterIntegrationDocument,
} from 'galileo-gateway/client';
import { print as printDocument } from 'graphql';
import { GraphQLClient } from 'graphql-request';
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

// Throws on any error, which is right for mutations.
const client = new GraphQLClient(endpoint, { headers });
// Does not throw if only a part of a read failed. `request` then drops the errors; `rawRequest` returns both.
const partialClient = new GraphQLClient(endpoint, { headers, errorPolicy: 'all' });

await run(async () => {
  await readProviders();

  // Upsert with issues.
  const rejected = await client.request(UpsertCustomIntegrationDocument, { input: invalidCustom });
  printUpsert(rejected.upsertCustomIntegration);

  // Page through collaborators.
  await printUsers(null);

  // Delete.
  const connected = await client.request(UpsertWriterIntegrationDocument, { input: writer });
  printUpsert(connected.upsertWriterIntegration);
  await readProviders('WRITER');
  await client.request(DeleteIntegrationDocument, { name: 'WRITER' });
  await readProviders('WRITER');
});

/**
 * Read. The result has `data` and `errors`.
 *
 * @param {string} [only]
 */
async function readProviders(only) {
  /** @type {{ data: import('galileo-gateway/client').SettingsPageQuery, errors?: unknown }} */
  const { data, errors } = await partialClient.rawRequest(printDocument(SettingsPageDocument));
  printProviders(data, errors, only);
}

/** @param {string | null} after the cursor of the last user of the previous page */
async function printUsers(after) {
  /** @type {import('galileo-gateway/client').IntegrationUsersQueryVariables} */
  const variables = { name: 'OPENAI', first: 1, after };
  const { integration } = await client.request(IntegrationUsersDocument, variables);
  const users = integration?.users;
  for (const { node } of users?.edges ?? []) print(`${node.email} is ${node.role}`);
  if (users?.pageInfo.hasNextPage) await printUsers(users.pageInfo.endCursor);
}
