// GraphQL Mesh as its documentation shows it: the OpenAPI document as a subgraph, composed, and served by Hive Gateway.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createGatewayRuntime } from '@graphql-hive/gateway-runtime';
import { composeSubgraphs } from '@graphql-mesh/fusion-composition';
import restTransport from '@graphql-mesh/transport-rest';
import { loadOpenAPISubgraph } from '@omnigraph/openapi';

/** The contract with the three changes that Mesh needs for correct responses; docs/performance.md describes them. */
function prepareDocument() {
  const contract = new URL('../../contract/galileo-openapi.json', import.meta.url);
  const document = JSON.parse(readFileSync(contract, 'utf8'));
  const { schemas } = document.components;
  const { properties } = schemas.Permission;
  const actions = properties.action.anyOf.flatMap(({ $ref }) => schemas[$ref.split('/').pop()].enum);
  properties.action = { title: 'PermissionAction', type: 'string', enum: [...new Set(actions)] };
  const { responses } = document.paths['/v2/integrations/{name}'].get;
  delete responses[422];
  responses[200].content['application/json'].schema.title = 'Integration';
  for (const name of ['created_at', 'updated_at']) delete schemas.IntegrationDB.properties[name].format;
  return document;
}

const subgraph = loadOpenAPISubgraph('galileo', {
  source: prepareDocument(),
  endpoint: process.env.UPSTREAM_URL,
  operationHeaders: { 'galileo-api-key': "{context.headers['galileo-api-key']}" },
});
const { name, schema$ } = subgraph({ cwd: import.meta.dirname });
const { supergraphSdl } = composeSubgraphs([{ name, schema: await schema$ }]);
const gateway = createGatewayRuntime({
  supergraph: supergraphSdl,
  transports: { rest: restTransport },
  logging: false,
});
const server = createServer((request, response) => void gateway(request, response));
server.listen(0, '127.0.0.1', () =>
  process.send({ url: `http://127.0.0.1:${server.address().port}/graphql` }),
);
