import fc from 'fast-check';
import { buildSchema } from 'graphql';
import { describe, expect, it } from 'vitest';
import { Executor } from '../../src/execution/index.ts';
import type { Variables } from '../../src/execution/variables.ts';
import { integrationRecordFixtures } from '../fixtures/integration-records.ts';
import { integrationFixtures } from '../fixtures/integrations.ts';
import {
  createContext,
  type Execution,
  executeByPlan,
  executeByReference,
  fullResponses,
  limits,
  type Responses,
} from './support/executions.ts';

// graphql-js is the reference. For any document and any upstream response, a plan has the same result, including
// errors.

/** The result as JSON, which keeps the order of keys. Errors are sorted, because their order is not specified. */
const toSent = ({ data, errors = [] }: Execution) => ({
  data,
  errors: errors.map(({ path }) => JSON.stringify(path)).sort(),
});

async function expectSameResponse(
  text: string,
  inputs: Variables = {},
  responses: Responses = fullResponses,
): Promise<void> {
  const [byPlan, byReference] = await Promise.all([
    executeByPlan({ text, inputs, responses }),
    executeByReference({ text, inputs, responses }),
  ]);
  expect(toSent(byPlan)).toEqual(toSent(byReference));
}

const everything = `
  __typename id name extra
  ... on AnthropicIntegration { authenticationType endpoint customHeaderMapping { key value } multiModalConfig { maxFiles maxFileSizeBytes } }
  ... on AwsBedrockIntegration { credentialType region inferenceProfiles { key value } }
  ... on AwsSageMakerIntegration {
    region
    models {
      name alias integration inputModalities alternativeNames inputTokenLimit outputPrice costBy isChat maxTopP
      paramsMap { model n } outputMap { response tokenCount } inputMap { prompt prefix }
    }
  }
  ... on AzureIntegration { proxy endpoint apiVersion deployments { key value } availableDeployments { id model } defaultHeaders { key value } }
  ... on CustomIntegration { baseUrl isLegacyFormat legacyModels modelProperties { name basedOn supportedParameters } customLlmConfig { fileName className initKwargs } }
  ... on OpenAIIntegration { organizationId }
  ... on VertexAIIntegration { gcsConfig { bucketName objectPathPrefix } }
  ... on WriterIntegration { organizationId }`;

describe('a plan has the same result as graphql-js', () => {
  it.each([
    ['one field', '{ integration(name: OPENAI) { id } }'],
    [
      'aliases',
      '{ a: integration(name: OPENAI) { b: id c: id } a2: integration(name: AZURE) { d: __typename } }',
    ],
    [
      'fields that are selected twice',
      '{ integration(name: OPENAI) { id } integration(name: OPENAI) { id name } }',
    ],
    [
      'a provider that is not configured',
      '{ integration(name: WRITER) { id } integrationProviders { name integration { id } } }',
    ],
    [
      'fragments in fragments',
      `{ integration(name: AZURE) { ...A } }
      fragment A on Integration { id ...B ... on AzureIntegration { proxy ...C } }
      fragment B on Integration { __typename ... { name } }
      fragment C on AzureIntegration { deployments { key } deployments { value } ...B }`,
    ],
    [
      'types that do not apply',
      '{ integration(name: OPENAI) { ... on AzureIntegration { proxy } ... on Integration { id } } }',
    ],
    ['every type', `{ integrations { ${everything} } }`],
    [
      'integrationProviders',
      `{ integrationProviders(names: [AZURE, OPENAI, AZURE]) { displayName integration { ${everything} } } __typename }`,
    ],
    [
      'entities',
      '{ _entities(representations: [{__typename: "Integration", name: "OPENAI"}, {__typename: "Nothing"}, {__typename: "AzureIntegration", name: "AZURE"}]) { __typename ... on OpenAIIntegration { organizationId } ... on AzureIntegration { proxy } } }',
    ],
    ['the subgraph', '{ _service { sdl } }'],
    [
      'a key with the name of a property of Object.prototype',
      '{ __proto__: integration(name: OPENAI) { constructor: id __proto__: name toString: __typename } }',
    ],
  ])('a plan has the same result as graphql-js for %s', async (_title, text) => {
    const { ['GET /v2/integrations/writer']: _absent, ...responses } = fullResponses;
    await expectSameResponse(text, {}, responses);
  });

  it.each([
    { name: 'OPENAI', with: true, without: false },
    { name: 'AZURE', with: false, without: true },
    { name: 'AZURE', with: false, without: false },
  ])('a plan has the same result as graphql-js for variables and conditions: %o', async (inputs) => {
    await expectSameResponse(
      `query ($name: IntegrationName!, $with: Boolean!, $without: Boolean = true, $names: [IntegrationName!] = [OPENAI]) {
        integration(name: $name) @include(if: $with) { id ...Rest @skip(if: $without) }
        other: integration(name: $name) { ...Rest @include(if: $with) ... @skip(if: $without) { name } __typename }
        integrations(names: $names) { id @skip(if: $with) @include(if: true) name }
      }
      fragment Rest on Integration { extra ... on AzureIntegration @include(if: $with) { proxy } }`,
      inputs,
    );
  });

  it('a plan has the same result as graphql-js for a mutation, whose fields run in order', async () => {
    const upsert = (endpoint: string) => `upsertCustomIntegration(input: { endpoint: "${endpoint}" }) {
      __typename
      ... on UpsertIntegrationSuccess { record { integrationId createdAt permissions { action rawAction } } integration { __typename ... on CustomIntegration { baseUrl } } }
    }`;
    await expectSameResponse(
      `mutation { a: ${upsert('a')} b: ${upsert('b')} __typename }`,
      {},
      {
        ...fullResponses,
        'PUT /v2/integrations/custom': integrationRecordFixtures.withUnknown,
      },
    );
  });

  it('a plan has the same result as graphql-js if any upstream value is replaced by any other', async () => {
    const names = Object.keys(integrationFixtures) as (keyof typeof integrationFixtures)[];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...names),
        fc.array(fc.tuple(fc.nat(), fc.jsonValue()), { maxLength: 3 }),
        async (name, changes) => {
          const { name: discriminator, ...properties } = structuredClone(
            integrationFixtures[name].full,
          ) as Record<string, unknown>;
          for (const [place, value] of changes) replaceAt(properties, place, value);
          const responses = {
            ...fullResponses,
            [`GET /v2/integrations/${name}`]: { ...properties, name: discriminator },
          };
          await expectSameResponse(`{ integrations { ${everything} } }`, {}, responses);
        },
      ),
      { numRuns: 300 },
    );
  });
});

it('the reported error of a non-null field that resolves to null names the field', async () => {
  const reported: string[] = [];
  const executor = new Executor(buildSchema('type Query { label: String! }'), {
    ...limits,
    introspection: true,
    trustedDocuments: undefined,
  });
  const params = { query: '{ a: label }', operationName: undefined, variables: {}, documentId: undefined };
  const prepared = executor.prepare(params, true);
  const { body, errors } = await executor.execute(
    prepared,
    {},
    { ...createContext(fullResponses), reportError: (error) => reported.push(String(error)) },
  );
  expect(body).toBe('{"data":null}');
  expect(errors?.map(({ path }) => path)).toEqual([['a']]);
  expect(reported).toEqual(['Error: The field label cannot be null, but resolved to null.']);
});

/** Replaces the value with that number, counting all properties and items at any depth. */
function replaceAt(root: object, place: number, value: unknown): void {
  const places: [object, string][] = [];
  const collect = (container: object): void => {
    for (const [key, inner] of Object.entries(container) as [string, unknown][]) {
      places.push([container, key]);
      if (typeof inner === 'object' && inner !== null) collect(inner);
    }
  };
  collect(root);
  const chosen = places[place % Math.max(1, places.length)];
  if (chosen !== undefined) Reflect.set(chosen[0], chosen[1], value);
}
