import {
  SettingsPageDocument,
  type SettingsPageQuery,
  UpsertCustomIntegrationDocument,
} from 'galileo-gateway/client';
import { print as printDocument } from 'graphql';
import { GraphQLClient } from 'graphql-request';
import { describeProviders, endpoint, headers, print } from './report.ts';

// 'all' keeps what did load; by default one provider that failed throws.
const client = new GraphQLClient(endpoint, { headers, errorPolicy: 'all' });

// `request` drops the errors of a response with data; `rawRequest` returns both.
const { data, errors = [] } = await client.rawRequest<SettingsPageQuery>(printDocument(SettingsPageDocument));
print(describeProviders(data, errors));

const saved = await client.request(UpsertCustomIntegrationDocument, {
  input: { endpoint: 'https://llm.example.com/v1', multiModalConfig: { maxFiles: 0 } },
});
const answer = saved.upsertCustomIntegration;
print(
  answer?.__typename === 'IntegrationValidationFailure'
    ? answer.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
    : ['saved'],
);
