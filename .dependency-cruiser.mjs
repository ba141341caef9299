// The allowed imports. Type imports and dynamic imports count. ARCHITECTURE.md explains the order.
const layers = ['http', 'execution', 'schema', 'resolvers', 'upstream'];
const above = (layer) => layers.slice(0, layers.indexOf(layer)).join('|') || 'commands';
const settings = '^src/(?:config|setting-types|otel-variables)[.]ts$';
const forbid = (name, from, to) => ({ name, severity: 'error', from: { path: from }, to: { path: to } });

export default {
  forbidden: [
    { name: 'no cycles', severity: 'error', from: {}, to: { circular: true } },
    ...layers.map((layer) =>
      forbid(`${layer} imports no layer above it`, `^src/${layer}/`, `^src/(?:${above(layer)})/`),
    ),
    forbid('src/execution has one entry point', '^src/(?!execution/)', '^src/execution/(?!index[.]ts)'),
    forbid('http does not start programs', '^src/http/', '^src/(?:commands|workers)/'),
    forbid('logs and metrics know no HTTP server', '^src/observability/', '^src/(?:commands|workers|http)/'),
    forbid(
      'settings import only what they describe',
      settings,
      '^src/(?:commands|workers|http|observability)/',
    ),
    forbid(
      'only http knows settings, logs and metrics',
      `^src/(?:${layers.slice(1).join('|')})/`,
      `^src/(?:commands|workers|observability)/|${settings}`,
    ),
    forbid(
      'upstream does not know GraphQL',
      '^src/upstream/',
      'node_modules/(?:graphql|graphql-yoga|@pothos)/',
    ),
    forbid('only commands import sandbox and drift', '^src/(?!commands/)', '^(?:sandbox|drift)/'),
    forbid('entry points are not imported', '^(?:src|sandbox|drift)/', '^(?:main|src/index)[.]ts$'),
    forbid(
      'pages and the kit stay in the browser',
      '^(?:client|graphiql|examples)/',
      '^(?:src|sandbox|drift)/',
    ),
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
  },
};
