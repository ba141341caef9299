import { ApolloClient, CombinedGraphQLErrors, HttpLink, InMemoryCache } from '@apollo/client';
import { possibleTypes, SettingsPageDocument, UpsertCustomIntegrationDocument } from 'galileo-gateway/client';
import { describeProviders, endpoint, headers, print } from './report.ts';

/** A cache that keeps one entry for each integration, whatever operation read it. */
export const cache = new InMemoryCache({
  possibleTypes,
  typePolicies: {
    // `id` can be null; there is one integration for each provider. The rule holds for all of their types.
    Integration: { keyFields: ['name'] },
    IntegrationProvider: { keyFields: ['name'] },
    // Its `id` is a name within one Azure resource.
    AzureModelDeployment: { keyFields: false },
  },
});

const client = new ApolloClient({ cache, link: new HttpLink({ uri: endpoint, headers }) });

// 'all' keeps what did load; by default one provider that failed would take the others along.
const { data, error } = await client.query({ query: SettingsPageDocument, errorPolicy: 'all' });
if (data === undefined) throw error ?? new Error('The response has no data.');
print(describeProviders(data, CombinedGraphQLErrors.is(error) ? error.errors : []));

const saved = await client.mutate({
  mutation: UpsertCustomIntegrationDocument,
  variables: { input: { endpoint: 'https://llm.example.com/v1', multiModalConfig: { maxFiles: 0 } } },
});
const answer = saved.data?.upsertCustomIntegration;
print(
  answer?.__typename === 'IntegrationValidationFailure'
    ? answer.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
    : ['saved'],
);
client.stop();
