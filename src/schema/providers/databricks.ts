import { callFieldOptions, listCost } from '../directives.ts';
import { requiredWriteOnly, writeOnly } from '../fields.ts';
import { parseStrings } from '../parsers.ts';
import { boolean, string, token } from '../values.ts';
import { defineProvider } from './provider.ts';

export const databricks = defineProvider({
  displayName: 'Databricks',
  description: 'Models served by Databricks.',
  schema: 'DatabricksIntegration',
  fields: {
    token: token('The Databricks access token.'),
    hostname: string(
      'hostname',
      'The URL of the Databricks workspace, 1 to 2083 characters.',
      requiredWriteOnly,
    ),
    defaultCatalogName: string(
      'default_catalog_name',
      'The catalog that Galileo uses by default.',
      writeOnly,
    ),
    path: string('path', 'The path of the SQL warehouse or cluster.', writeOnly),
    llm: boolean('llm', 'Whether Galileo uses the models of Databricks. Default: false.', writeOnly),
    storage: boolean('storage', 'Whether Galileo uses the storage of Databricks. Default: false.', writeOnly),
  },
  extraFields: (t) => ({
    catalogs: t.stringList({
      ...callFieldOptions('The catalogs of the workspace.', listCost),
      resolve: (_source, _args, { reads }) => reads.loadCatalogs().then(parseStrings),
    }),
    databases: t.stringList({
      nullable: true,
      description:
        'The databases of a catalog. One call to Galileo per catalog. Null with an error if the call fails.',
      extensions: listCost,
      args: {
        catalog: t.arg.string({
          description: 'The catalog. If it is omitted or null, Galileo uses its default.',
        }),
      },
      resolve: (_source, { catalog }, { reads }) =>
        reads.loadDatabases(catalog ?? undefined).then(parseStrings),
    }),
  }),
});
