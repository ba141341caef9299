// Apollo Server with RESTDataSource, as its documentation shows it.

import { RESTDataSource } from '@apollo/datasource-rest';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { createResolvers, typeDefs } from './rival-schema.js';

class GalileoApi extends RESTDataSource {
  baseURL = process.env.UPSTREAM_URL;

  constructor(apiKey, options) {
    super(options);
    this.apiKey = apiKey;
  }

  willSendRequest(_path, request) {
    request.headers['galileo-api-key'] = this.apiKey;
  }

  read(name) {
    return this.get(`/v2/integrations/${name}`);
  }

  write(body) {
    return this.put('/v2/integrations/custom', { body });
  }
}

const resolvers = createResolvers(({ api }) => ({
  get: (name) => api.read(name),
  put: (body) => api.write(body),
}));
for (const name of ['Integration', 'UpsertIntegrationResult']) {
  resolvers[name] = { __resolveType: resolvers[name].__resolveType };
}
const server = new ApolloServer({ typeDefs, resolvers });
const { url } = await startStandaloneServer(server, {
  listen: { port: 0, host: '127.0.0.1' },
  context: async ({ req }) => ({
    api: new GalileoApi(req.headers['galileo-api-key'], { cache: server.cache }),
  }),
});
process.send({ url: url.replace('localhost', '127.0.0.1') });
