import { Client, fetchExchange } from '@urql/core';
import { SettingsPageDocument, UpsertCustomIntegrationDocument } from 'galileo-gateway/client';
import { describeProviders, endpoint, headers, print } from './report.ts';

const client = new Client({
  url: endpoint,
  fetchOptions: { headers },
  // Short queries would go as GET otherwise, with their variables in the address.
  preferGetMethod: false,
  exchanges: [fetchExchange],
});

const { data, error } = await client.query(SettingsPageDocument, {}).toPromise();
if (data === undefined) throw error ?? new Error('The response has no data.');
print(describeProviders(data, error?.graphQLErrors ?? []));

const saved = await client
  .mutation(UpsertCustomIntegrationDocument, {
    input: { endpoint: 'https://llm.example.com/v1', multiModalConfig: { maxFiles: 0 } },
  })
  .toPromise();
const answer = saved.data?.upsertCustomIntegration;
print(
  answer?.__typename === 'IntegrationValidationFailure'
    ? answer.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
    : ['saved'],
);
